// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "layout.h"

#define PAGE		4096ull

unsigned int e820_fill(const struct vmm_memory *memory, struct e820_range *ranges)
{
	unsigned int i, n = 0;

	ranges[n++] = (struct e820_range){ 0, EBDA_ADDR, E820_RAM };
	ranges[n++] = (struct e820_range){ EBDA_ADDR, LOW_END - EBDA_ADDR, E820_RESERVED };
	ranges[n++] = (struct e820_range){ ACPI_BASE, HIGH_MEMORY - ACPI_BASE, E820_RESERVED };
	if (low_memory_end(memory) > HIGH_MEMORY)
		ranges[n++] = (struct e820_range){
			HIGH_MEMORY, low_memory_end(memory) - HIGH_MEMORY, E820_RAM,
		};
	for (i = 1; i < memory->count; i++)
		ranges[n++] = (struct e820_range){
			memory->regions[i].base, memory->regions[i].size, E820_RAM,
		};
	return n;
}

/* Segment descriptors, SDM Vol. 3, 3.4.5: base 0, limit 4 GiB, present, accessed. */
#define CODE32		0x00cf9b000000ffffull
#define CODE64		0x00af9b000000ffffull
#define DATA		0x00cf93000000ffffull
#define TSS_BUSY	(0x00008b0000000067ull | (TSS_ADDR << 16))

void gdt_write(struct vmm_memory *memory, enum boot_mode mode)
{
	uint64_t *gdt = vmm_memory_at(memory, GDT_ADDR, 6 * sizeof(*gdt));

	gdt[0] = 0;
	gdt[1] = 0;
	gdt[BOOT_CS / 8] = mode == BOOT_LONG ? CODE64 : CODE32;
	gdt[BOOT_DS / 8] = DATA;
	gdt[BOOT_TSS / 8] = TSS_BUSY;
	gdt[BOOT_TSS / 8 + 1] = 0;	/* upper half of a 64-bit TSS descriptor */
}

#define PTE_TABLE	0x03ull		/* present, writable */
#define PTE_2M		0x83ull

void page_tables_write(struct vmm_memory *memory)
{
	uint64_t *top = vmm_memory_at(memory, PAGE_TABLES_ADDR, 6 * PAGE);
	uint64_t *upper = top + 512, *lower = top + 1024;
	unsigned int i;

	memset(top, 0, 2 * PAGE);
	top[0] = (PAGE_TABLES_ADDR + PAGE) | PTE_TABLE;
	for (i = 0; i < 4; i++)
		upper[i] = (PAGE_TABLES_ADDR + (2 + i) * PAGE) | PTE_TABLE;
	for (i = 0; i < 4 * 512; i++)
		lower[i] = ((uint64_t)i << 21) | PTE_2M;
}

int cmdline_write(const struct boot_request *request, uint64_t limit, struct vmm_error *error)
{
	size_t len = strlen(request->cmdline);

	if (limit > CMDLINE_MAX - 1)
		limit = CMDLINE_MAX - 1;
	if (len > limit)
		return vmm_fail(error, E2BIG,
				"command line too long: %zu bytes, this kernel takes %llu",
				len, (unsigned long long)limit);
	memcpy(vmm_memory_at(request->memory, CMDLINE_ADDR, len + 1), request->cmdline, len + 1);
	return 0;
}

/* The highest place for @size bytes below @end, or 0 when that is below @start. */
static uint64_t highest(uint64_t start, uint64_t end, uint64_t size)
{
	uint64_t addr;

	if (end < size)
		return 0;
	addr = (end - size) & ~(PAGE - 1);
	return addr >= start ? addr : 0;
}

int initrd_place(const struct boot_request *request, struct span kernel, uint64_t limit,
		 uint64_t *addr, struct vmm_error *error)
{
	uint64_t size = request->initrd.size, end = low_memory_end(request->memory);

	if (end > limit)
		end = limit;
	*addr = highest(kernel.end, end, size);
	if (!*addr)
		*addr = highest(HIGH_MEMORY, kernel.start < end ? kernel.start : end, size);
	if (!*addr)
		return vmm_fail(error, ENOMEM,
				"initrd larger than memory: %llu MiB do not fit beside the kernel (%llu MiB) in %llu MiB",
				(unsigned long long)((size + (1 << 20) - 1) >> 20),
				(unsigned long long)((kernel.end - kernel.start) >> 20),
				(unsigned long long)(request->memory->size >> 20));
	memcpy(vmm_memory_at(request->memory, *addr, size), request->initrd.data, size);
	return 0;
}
