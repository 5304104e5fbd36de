// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PVH entry: an ELF note names a 32-bit entry point, ebx points to a start
 * information structure. Xen's docs/misc/pvh.pandoc, public/arch-x86/hvm/start_info.h.
 */
#include <errno.h>
#include <string.h>

#include "elf.h"

#define NOTE_OWNER		"Xen"
#define NOTE_PHYS32_ENTRY	18
#define START_MAGIC		0x336ec578u
#define START_VERSION		1

struct pvh_start {
	uint32_t magic, version, flags, modules;
	uint64_t module_list, cmdline, rsdp;
	uint64_t memory_map;			/* from version 1 on */
	uint32_t memory_ranges, reserved;
};

struct pvh_module {
	uint64_t addr, size, cmdline, reserved;
};

struct pvh_range {
	uint64_t base, size;
	uint32_t type, reserved;
};

/* All of it at INFO_ADDR. */
struct pvh_info {
	struct pvh_start start;
	struct pvh_module module;
	struct pvh_range ranges[E820_MAX];
};

bool pvh_match(const struct boot_file *kernel)
{
	struct elf_image image;
	uint64_t value;

	return elf_magic(kernel) && !elf_parse(kernel, &image, NULL) &&
	       elf_note_find(kernel, &image, NOTE_OWNER, NOTE_PHYS32_ENTRY, &value);
}

static void fill_info(const struct boot_request *request, uint64_t initrd)
{
	struct pvh_info *info = vmm_memory_at(request->memory, INFO_ADDR, sizeof(*info));
	struct e820_range ranges[E820_MAX];
	unsigned int i, n = e820_fill(request->memory, ranges);

	memset(info, 0, sizeof(*info));
	info->start = (struct pvh_start){
		.magic = START_MAGIC, .version = START_VERSION,
		.cmdline = CMDLINE_ADDR,
		.rsdp = acpi_write(request->memory, request->cpus),
		.memory_map = INFO_ADDR + offsetof(struct pvh_info, ranges),
		.memory_ranges = n,
	};
	for (i = 0; i < n; i++)
		info->ranges[i] = (struct pvh_range){
			ranges[i].base, ranges[i].size, ranges[i].type, 0,
		};
	if (!initrd)
		return;
	info->start.modules = 1;
	info->start.module_list = INFO_ADDR + offsetof(struct pvh_info, module);
	info->module.addr = initrd;
	info->module.size = request->initrd.size;
}

int pvh_load(const struct boot_request *request, struct boot_entry *entry,
	     struct vmm_error *error)
{
	struct elf_image image;
	uint64_t initrd = 0;
	struct span span;

	if (elf_parse(&request->kernel, &image, error))
		return -1;
	if (!elf_note_find(&request->kernel, &image, NOTE_OWNER, NOTE_PHYS32_ENTRY, &entry->rip))
		return vmm_fail(error, ENOEXEC, "broken ELF file: its PVH note is gone");
	if (elf_load(request, &image, &span, error))
		return -1;
	if (entry->rip < span.start || entry->rip >= span.end)
		return vmm_fail(error, ENOEXEC, "broken ELF file: PVH entry %#llx is in no segment",
				(unsigned long long)entry->rip);
	if (cmdline_write(request, CMDLINE_MAX, error))
		return -1;
	if (request->initrd.size &&
	    initrd_place(request, span, VMM_HOLE_START, &initrd, error))
		return -1;
	fill_info(request, initrd);
	mptable_write(request->memory, request->cpus);
	gdt_write(request->memory, BOOT_PROTECTED);
	entry->mode = BOOT_PROTECTED;
	entry->rbx = INFO_ADDR;
	entry->protocol = "PVH";
	return 0;
}
