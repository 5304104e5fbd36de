// SPDX-License-Identifier: GPL-2.0-only
/* The table of Intel's MultiProcessor Specification 1.4, chapter 4: for old kernels. */
#include <string.h>

#include "../pc.h"
#include "aml.h"
#include "layout.h"

#define VERSION			4
#define POINTER_BYTES		16
#define ENTRY_PROCESSOR		0
#define ENTRY_BUS		1
#define ENTRY_IOAPIC		2
#define ENTRY_INTERRUPT		3
#define ENTRY_LOCAL_INTERRUPT	4
#define INTERRUPT_INT		0
#define INTERRUPT_NMI		1
#define INTERRUPT_EXTINT	3
#define ISA_IRQS		16
#define LAPIC_VERSION		0x14
#define IOAPIC_VERSION		0x11
#define CPU_ENABLED		1
#define CPU_BOOT		2
#define CPU_SIGNATURE		0x600
#define CPU_FEATURES		0x201	/* FPU, APIC */

static uint8_t sum(const uint8_t *data, size_t len)
{
	uint8_t total = 0;

	while (len--)
		total = (uint8_t)(total + *data++);
	return (uint8_t)-total;
}

static void processors(struct aml *out, unsigned int cpus)
{
	unsigned int i;

	for (i = 0; i < cpus; i++) {
		aml_8(out, ENTRY_PROCESSOR);
		aml_8(out, (uint8_t)i);
		aml_8(out, LAPIC_VERSION);
		aml_8(out, CPU_ENABLED | (i ? 0 : CPU_BOOT));
		aml_32(out, CPU_SIGNATURE);
		aml_32(out, CPU_FEATURES);
		aml_64(out, 0);
	}
}

static void interrupt(struct aml *out, uint8_t entry, uint8_t type, uint8_t irq, uint8_t apic,
		      uint8_t pin)
{
	aml_8(out, entry);
	aml_8(out, type);
	aml_16(out, 0);			/* polarity and trigger as the bus has them */
	aml_8(out, 0);
	aml_8(out, irq);
	aml_8(out, apic);
	aml_8(out, pin);
}

static unsigned int write_entries(struct aml *out, unsigned int cpus)
{
	uint8_t ioapic = (uint8_t)cpus, i;

	processors(out, cpus);
	aml_8(out, ENTRY_BUS);
	aml_8(out, 0);
	aml_bytes(out, "ISA   ", 6);
	aml_8(out, ENTRY_IOAPIC);
	aml_8(out, ioapic);
	aml_8(out, IOAPIC_VERSION);
	aml_8(out, 1);
	aml_32(out, PC_IOAPIC_ADDR);
	for (i = 0; i < ISA_IRQS; i++)
		interrupt(out, ENTRY_INTERRUPT, INTERRUPT_INT, i, ioapic, i);
	interrupt(out, ENTRY_LOCAL_INTERRUPT, INTERRUPT_EXTINT, 0, 0, 0);
	interrupt(out, ENTRY_LOCAL_INTERRUPT, INTERRUPT_NMI, 0, 0xff, 1);
	return cpus + 2 + ISA_IRQS + 2;
}

void mptable_write(struct vmm_memory *memory, unsigned int cpus)
{
	struct aml out = {
		.data = vmm_memory_at(memory, MPTABLE_ADDR, MPTABLE_SIZE),
		.room = MPTABLE_SIZE,
	};
	uint32_t table = MPTABLE_ADDR + POINTER_BYTES;
	uint8_t *pointer = out.data, *header = pointer + POINTER_BYTES;
	uint16_t len, entries;

	aml_bytes(&out, "_MP_", 4);
	aml_32(&out, table);
	aml_8(&out, POINTER_BYTES / 16);
	aml_8(&out, VERSION);
	aml_zero(&out, 6);
	pointer[10] = sum(pointer, POINTER_BYTES);

	aml_bytes(&out, "PCMP", 4);
	aml_16(&out, 0);			/* length: below */
	aml_8(&out, VERSION);
	aml_8(&out, 0);
	aml_bytes(&out, "HULL    PC          ", 20);
	aml_zero(&out, 6);			/* no OEM table */
	aml_16(&out, 0);			/* entries: below */
	aml_32(&out, PC_LAPIC_ADDR);
	aml_32(&out, 0);
	entries = (uint16_t)write_entries(&out, cpus);
	len = (uint16_t)(out.len - POINTER_BYTES);
	memcpy(header + 4, &len, sizeof(len));
	memcpy(header + 34, &entries, sizeof(entries));
	header[7] = sum(header, len);
}
