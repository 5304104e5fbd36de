/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From files to a guest that can be entered. Pure: works on buffers and on guest
 * memory, trusts nothing of what the files say.
 *
 * A protocol is a row in boot.c: does this file follow it, and how is it loaded.
 */
#ifndef HULL_VMM_BOOT_H
#define HULL_VMM_BOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../error.h"
#include "../memory.h"

/* A file's contents. They may change under us: read what is decided upon once. */
struct boot_file {
	const uint8_t *data;
	uint64_t size;
};

/* @initrd: .size 0: none */
struct boot_request {
	struct boot_file kernel, initrd;
	const char *cmdline;
	unsigned int cpus;
	struct vmm_memory *memory;
};

enum boot_mode {
	BOOT_LONG,			/* 64-bit, identity-mapped low 4 GiB */
	BOOT_PROTECTED,			/* 32-bit, flat, no paging */
};

/* How the first vCPU starts. All other registers are 0, interrupts off. */
struct boot_entry {
	const char *protocol;
	enum boot_mode mode;
	uint64_t rip, rax, rbx, rsi;
};

/**
 * boot_load - load kernel and initrd, write what the kernel expects around them
 *
 * Return: 0 and *@entry; -1 and *@error.
 */
int boot_load(const struct boot_request *request, struct boot_entry *entry,
	      struct vmm_error *error);

/* --- one file each --------------------------------------------------------- */

bool bzimage_match(const struct boot_file *kernel);
int bzimage_load(const struct boot_request *request, struct boot_entry *entry,
		 struct vmm_error *error);
bool multiboot_match(const struct boot_file *kernel);
int multiboot_load(const struct boot_request *request, struct boot_entry *entry,
		   struct vmm_error *error);
bool pvh_match(const struct boot_file *kernel);
int pvh_load(const struct boot_request *request, struct boot_entry *entry,
	     struct vmm_error *error);
bool linux_elf_match(const struct boot_file *kernel);
int linux_elf_load(const struct boot_request *request, struct boot_entry *entry,
		   struct vmm_error *error);

/** acpi_write - tables at ACPI_BASE; Return: address of the RSDP */
uint64_t acpi_write(struct vmm_memory *memory, unsigned int cpus);
/** mptable_write - for kernels without ACPI, which find it by its signature */
void mptable_write(struct vmm_memory *memory, unsigned int cpus);

#endif
