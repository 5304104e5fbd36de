/* SPDX-License-Identifier: GPL-2.0-only */
/* Linux' boot_params ("zero page"), Documentation/arch/x86/boot.rst and zero-page.rst. */
#ifndef HULL_VMM_BOOT_LINUX_H
#define HULL_VMM_BOOT_LINUX_H

#include <asm/bootparam.h>

#include "layout.h"

/**
 * linux_prepare - zero page, command line, initrd, page tables, GDT, ACPI
 * @header: of the kernel, or one made up for an ELF file
 * @kernel: what it will use of memory until it has found its memory map
 *
 * Return: 0 and *@entry but for rip; -1 and *@error.
 */
int linux_prepare(const struct boot_request *request, const struct setup_header *header,
		  struct span kernel, struct boot_entry *entry, struct vmm_error *error);

#endif
