// SPDX-License-Identifier: GPL-2.0-only
/*
 * ACPI tables. The fixed hardware (PM1 blocks, PM timer, power button) rather than
 * the reduced model: every kernel with ACPI knows it, and it needs no AML to work.
 * ACPI 6.4, 5.2; the byte at a field is in the comment behind it.
 */
#include <string.h>

#include "../pc.h"
#include "aml.h"
#include "layout.h"

#define HEADER_BYTES	36
#define LENGTH_AT	4
#define CHECKSUM_AT	9
#define FACS_BYTES	64
#define RSDP_BYTES	36
#define RSDP_V1_BYTES	20

#define SPACE_IO	1
#define ACCESS_BYTE	1
#define ACCESS_WORD	2
#define ACCESS_DWORD	3

/* FADT flags, table 5.10 */
#define FADT_WBINVD		(1u << 0)
#define FADT_C1			(1u << 2)
#define FADT_SLEEP_BUTTON_AML	(1u << 5)	/* no fixed sleep button */
#define FADT_RTC_WAKE_AML	(1u << 6)	/* no fixed RTC wake status */
#define FADT_RESET		(1u << 10)
#define FADT_HEADLESS		(1u << 12)
/* IA-PC boot architecture, table 5.11; no 8042, so no such bit */
#define PC_LEGACY_DEVICES	(1u << 0)
#define PC_NO_VGA		(1u << 2)

#define MADT_PCAT		(1u << 0)
#define MADT_LAPIC		0
#define MADT_IOAPIC		1
#define MADT_OVERRIDE		2
#define MADT_NMI		4
#define MADT_ENABLED		1
#define ACTIVE_HIGH_LEVEL	0x0d

static uint8_t sum(const uint8_t *data, size_t len)
{
	uint8_t total = 0;

	while (len--)
		total = (uint8_t)(total + *data++);
	return (uint8_t)-total;
}

/* Tables stand one behind the other at multiples of 16. */
static size_t table_begin(struct aml *aml, const char *signature, uint8_t revision)
{
	size_t begin;

	aml_zero(aml, -aml->len & 15);
	begin = aml->len;
	aml_bytes(aml, signature, 4);
	aml_32(aml, 0);
	aml_8(aml, revision);
	aml_8(aml, 0);
	aml_bytes(aml, "HULL  HULLPC  ", 14);
	aml_32(aml, 1);
	aml_bytes(aml, "HULL", 4);
	aml_32(aml, 1);
	return begin;
}

static uint64_t table_end(struct aml *aml, size_t begin)
{
	uint32_t len = (uint32_t)(aml->len - begin);

	if (aml->full)
		return 0;
	memcpy(aml->data + begin + LENGTH_AT, &len, sizeof(len));
	aml->data[begin + CHECKSUM_AT] = sum(aml->data + begin, len);
	return ACPI_BASE + begin;
}

static void write_serial(struct aml *aml)
{
	size_t device = aml_device_begin(aml, "COM1"), resources;

	aml_name_eisa_id(aml, "_HID", "PNP0501");
	aml_name_integer(aml, "_UID", 1);
	resources = aml_resources_begin(aml);
	aml_resource_ports(aml, PC_COM1_PORT, PC_COM1_PORTS);
	aml_resource_irq(aml, PC_COM1_IRQ);
	aml_resources_end(aml, resources);
	aml_block_end(aml, device);
}

/* Bus 0; what may lie on it: all ports but those of its configuration, memory below the APICs. */
static void write_pci(struct aml *aml)
{
	size_t device = aml_device_begin(aml, "PCI0"), resources;

	aml_name_eisa_id(aml, "_HID", "PNP0A03");
	aml_name_integer(aml, "_UID", 0);
	aml_name_integer(aml, "_BBN", 0);
	resources = aml_resources_begin(aml);
	aml_resource_bus_window(aml, 0, 0);
	aml_resource_ports(aml, PC_PCI_PORT, PC_PCI_PORTS);
	aml_resource_port_window(aml, 0, PC_PCI_PORT - 1);
	aml_resource_port_window(aml, PC_PCI_PORT + PC_PCI_PORTS, 0xffff);
	aml_resource_memory_window(aml, VMM_HOLE_START, PC_IOAPIC_ADDR - 1);
	aml_resources_end(aml, resources);
	aml_block_end(aml, device);
}

static uint64_t write_dsdt(struct aml *aml)
{
	static const uint8_t s5[] = { PC_SLEEP_S5, PC_SLEEP_S5, 0, 0 };
	size_t table = table_begin(aml, "DSDT", 2), scope;

	aml_name_package(aml, "_S5_", s5, sizeof(s5));
	scope = aml_scope_begin(aml, "_SB_");
	write_serial(aml);
	write_pci(aml);
	aml_block_end(aml, scope);
	return table_end(aml, table);
}

static uint64_t write_facs(struct aml *aml)
{
	size_t begin;

	aml_zero(aml, -aml->len & 63);
	begin = aml->len;
	aml_bytes(aml, "FACS", 4);
	aml_32(aml, FACS_BYTES);
	aml_zero(aml, 24);
	aml_8(aml, 2);
	aml_zero(aml, FACS_BYTES - 33);
	return ACPI_BASE + begin;
}

/* A generic address; 0 ports: none. */
static void port_address(struct aml *aml, uint16_t port, uint8_t bytes, uint8_t access)
{
	aml_8(aml, SPACE_IO);
	aml_8(aml, (uint8_t)(bytes * 8));
	aml_8(aml, 0);
	aml_8(aml, access);
	aml_64(aml, port);
}

static void fadt_fixed_part(struct aml *aml, uint32_t facs, uint32_t dsdt)
{
	aml_32(aml, facs);			/* 36 */
	aml_32(aml, dsdt);			/* 40 */
	aml_16(aml, 0);				/* 44: reserved, profile unspecified */
	aml_16(aml, PC_SCI_IRQ);		/* 46 */
	aml_32(aml, 0);				/* 48: no SMI: always in ACPI mode */
	aml_32(aml, 0);				/* 52: how to enter and leave it, none */
	aml_32(aml, PC_PM1_EVENT_PORT);		/* 56 */
	aml_32(aml, 0);				/* 60 */
	aml_32(aml, PC_PM1_CONTROL_PORT);	/* 64 */
	aml_32(aml, 0);				/* 68 */
	aml_32(aml, 0);				/* 72: no PM2 */
	aml_32(aml, PC_PM_TIMER_PORT);		/* 76 */
	aml_64(aml, 0);				/* 80: no GPE blocks */
	aml_8(aml, 4);				/* 88: bytes of the blocks above */
	aml_8(aml, 2);
	aml_8(aml, 0);
	aml_8(aml, 4);
	aml_32(aml, 0);				/* 92: GPE, C-state support */
	aml_16(aml, 0xfff);			/* 96: no C2 */
	aml_16(aml, 0xfff);			/* 98: no C3 */
	aml_64(aml, 0);				/* 100: flush, duty; alarms, century */
	aml_8(aml, 0);				/* 108: century register, none */
	aml_16(aml, PC_LEGACY_DEVICES | PC_NO_VGA);	/* 109 */
	aml_8(aml, 0);
	aml_32(aml, FADT_WBINVD | FADT_C1 | FADT_SLEEP_BUTTON_AML | FADT_RTC_WAKE_AML |
		    FADT_RESET | FADT_HEADLESS);	/* 112 */
	port_address(aml, PC_RESET_PORT, 1, ACCESS_BYTE);	/* 116 */
	aml_8(aml, PC_RESET_VALUE);		/* 128 */
	aml_16(aml, 0);				/* 129: ARM */
	aml_8(aml, 1);				/* 131: minor version */
}

static uint64_t write_fadt(struct aml *aml, uint64_t facs, uint64_t dsdt)
{
	size_t table = table_begin(aml, "FACP", 5);

	fadt_fixed_part(aml, (uint32_t)facs, (uint32_t)dsdt);
	aml_64(aml, 0);				/* 132: the FACS is told above */
	aml_64(aml, dsdt);			/* 140 */
	port_address(aml, PC_PM1_EVENT_PORT, 4, ACCESS_WORD);	/* 148 */
	aml_zero(aml, 12);
	port_address(aml, PC_PM1_CONTROL_PORT, 2, ACCESS_WORD);	/* 172 */
	aml_zero(aml, 24);
	port_address(aml, PC_PM_TIMER_PORT, 4, ACCESS_DWORD);	/* 208 */
	aml_zero(aml, 48);			/* 220: GPE, sleep registers */
	return table_end(aml, table);
}

static uint64_t write_madt(struct aml *aml, unsigned int cpus)
{
	size_t table = table_begin(aml, "APIC", 3);
	unsigned int i;

	aml_32(aml, PC_LAPIC_ADDR);
	aml_32(aml, MADT_PCAT);
	for (i = 0; i < cpus; i++) {
		aml_8(aml, MADT_LAPIC);
		aml_8(aml, 8);
		aml_8(aml, (uint8_t)i);
		aml_8(aml, (uint8_t)i);
		aml_32(aml, MADT_ENABLED);
	}
	aml_8(aml, MADT_IOAPIC);
	aml_8(aml, 12);
	aml_16(aml, 0);
	aml_32(aml, PC_IOAPIC_ADDR);
	aml_32(aml, 0);
	aml_8(aml, MADT_OVERRIDE);
	aml_8(aml, 10);
	aml_8(aml, 0);
	aml_8(aml, PC_SCI_IRQ);
	aml_32(aml, PC_SCI_IRQ);
	aml_16(aml, ACTIVE_HIGH_LEVEL);
	aml_8(aml, MADT_NMI);			/* LINT1 of every CPU */
	aml_8(aml, 6);
	aml_8(aml, 0xff);
	aml_16(aml, 0);
	aml_8(aml, 1);
	return table_end(aml, table);
}

/* XSDT and RSDT: the same, with addresses of 8 or of 4 bytes. */
static uint64_t write_root(struct aml *aml, const char *signature, size_t width,
			   const uint64_t *tables, size_t n)
{
	size_t table = table_begin(aml, signature, 1), i;

	for (i = 0; i < n; i++)
		aml_bytes(aml, &tables[i], width);
	return table_end(aml, table);
}

uint64_t acpi_write(struct vmm_memory *memory, unsigned int cpus)
{
	struct aml aml = {
		.data = vmm_memory_at(memory, ACPI_BASE, ACPI_SIZE), .room = ACPI_SIZE,
	};
	uint8_t *rsdp = aml.data;
	uint64_t tables[2], dsdt, facs, xsdt;
	uint32_t rsdt;

	/* The RSDP comes first, where it is searched for, and is filled last. */
	aml_zero(&aml, RSDP_BYTES);
	facs = write_facs(&aml);
	dsdt = write_dsdt(&aml);
	tables[0] = write_fadt(&aml, facs, dsdt);
	tables[1] = write_madt(&aml, cpus);
	rsdt = (uint32_t)write_root(&aml, "RSDT", 4, tables, 2);
	xsdt = write_root(&aml, "XSDT", 8, tables, 2);
	memcpy(rsdp, "RSD PTR \0HULL  \2", 16);
	memcpy(rsdp + 16, &rsdt, sizeof(rsdt));
	rsdp[20] = RSDP_BYTES;
	memcpy(rsdp + 24, &xsdt, sizeof(xsdt));
	rsdp[8] = sum(rsdp, RSDP_V1_BYTES);
	rsdp[32] = sum(rsdp, RSDP_BYTES);
	return ACPI_BASE;
}
