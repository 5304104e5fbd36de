// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "layout.h"

struct boot_protocol {
	bool (*match)(const struct boot_file *kernel);
	int (*load)(const struct boot_request *request, struct boot_entry *entry,
		    struct vmm_error *error);
};

/* In this order: the later ones are more general. */
static const struct boot_protocol protocols[] = {
	{ bzimage_match, bzimage_load },
	{ multiboot_match, multiboot_load },
	{ pvh_match, pvh_load },
	{ linux_elf_match, linux_elf_load },
};

int boot_load(const struct boot_request *request, struct boot_entry *entry,
	      struct vmm_error *error)
{
	unsigned int i;

	if (request->memory->size < VMM_MEMORY_MIN)
		return vmm_fail(error, EINVAL, "memory: a PC has at least 1 MiB");
	if (!request->kernel.size)
		return vmm_fail(error, ENOEXEC, "not a kernel: the file is empty");
	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (protocols[i].match(&request->kernel))
			return protocols[i].load(request, entry, error);
	return vmm_fail(error, ENOEXEC,
			"not a kernel: neither bzImage nor ELF (PVH, 64-bit Linux) nor multiboot");
}
