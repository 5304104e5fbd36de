/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who is where in the guest's memory before it runs. Everything of ours is below
 * 1 MiB; kernels and initrds are at or above it.
 */
#ifndef HULL_VMM_BOOT_LAYOUT_H
#define HULL_VMM_BOOT_LAYOUT_H

#include "boot.h"

#define GDT_ADDR		0x500ull
#define TSS_ADDR		0x600ull
#define INFO_ADDR		0x5000ull	/* multiboot, PVH: start information */
#define INFO_SIZE		0x2000ull
#define ZERO_PAGE_ADDR		0x7000ull	/* Linux: struct boot_params */
#define PAGE_TABLES_ADDR	0x9000ull	/* six pages */
#define CMDLINE_ADDR		0x20000ull
#define CMDLINE_MAX		0x10000ull	/* with the NUL */
#define EBDA_ADDR		0x9fc00ull
#define LOW_END			0xa0000ull
#define ACPI_BASE		0xe0000ull
#define ACPI_SIZE		0x10000ull
#define MPTABLE_ADDR		0xf0000ull
#define MPTABLE_SIZE		0x10000ull
#define HIGH_MEMORY		0x100000ull

/* Linux' 64-bit boot protocol names these; the others start with the same table. */
#define BOOT_CS			0x10
#define BOOT_DS			0x18
#define BOOT_TSS		0x20

#define E820_RAM		1
#define E820_RESERVED		2
#define E820_MAX		8

struct e820_range {
	uint64_t base, size;
	uint32_t type;
};

/* A range of guest memory. @end is the first byte behind it. */
struct span {
	uint64_t start, end;
};

/** e820_fill - the memory map; Return: number of ranges, at most E820_MAX */
unsigned int e820_fill(const struct vmm_memory *memory, struct e820_range *ranges);

/** low_memory_end - Return: end of the memory that starts at 0 */
static inline uint64_t low_memory_end(const struct vmm_memory *memory)
{
	return memory->regions[0].size;
}

/** gdt_write - the table that BOOT_CS and BOOT_DS are of */
void gdt_write(struct vmm_memory *memory, enum boot_mode mode);
/** page_tables_write - identity map of the low 4 GiB by 2 MiB pages */
void page_tables_write(struct vmm_memory *memory);
/** cmdline_write - @limit: longest one the kernel takes, without the NUL */
int cmdline_write(const struct boot_request *request, uint64_t limit, struct vmm_error *error);

/**
 * initrd_place - put the initrd as high as may be
 * @kernel: must stay free
 * @limit: first address that may not be used
 *
 * Return: 0 and *@addr; -1 and *@error.
 */
int initrd_place(const struct boot_request *request, struct span kernel, uint64_t limit,
		 uint64_t *addr, struct vmm_error *error);

#endif
