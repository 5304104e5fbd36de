// SPDX-License-Identifier: GPL-2.0-only
/* The zero page, and 64-bit ELF files that expect it: vmlinux without a PVH note. */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "elf.h"
#include "linux.h"

#define LOADER_UNDEFINED	0xff
#define BOOT_FLAG		0xaa55
#define HEADER_MAGIC		0x53726448u	/* "HdrS" */
#define PROTOCOL		0x020f		/* what a made-up header speaks */
#define CMDLINE_DEFAULT_MAX	2047

int linux_prepare(const struct boot_request *request, const struct setup_header *header,
		  struct span kernel, struct boot_entry *entry, struct vmm_error *error)
{
	struct boot_params *params = vmm_memory_at(request->memory, ZERO_PAGE_ADDR,
						   sizeof(*params));
	uint64_t limit = (uint64_t)header->initrd_addr_max + 1, initrd = 0;
	struct e820_range ranges[E820_MAX];
	unsigned int i;

	memset(params, 0, sizeof(*params));
	params->hdr = *header;
	params->hdr.type_of_loader = LOADER_UNDEFINED;
	params->hdr.cmd_line_ptr = CMDLINE_ADDR;
	params->hdr.setup_data = 0;
	if (cmdline_write(request, header->cmdline_size, error))
		return -1;
	if (request->initrd.size && initrd_place(request, kernel, limit, &initrd, error))
		return -1;
	/* Below 3 GiB, and so is its size. */
	params->hdr.ramdisk_image = (uint32_t)initrd;
	params->hdr.ramdisk_size = initrd ? (uint32_t)request->initrd.size : 0;
	params->e820_entries = (uint8_t)e820_fill(request->memory, ranges);
	for (i = 0; i < params->e820_entries; i++)
		params->e820_table[i] = (struct boot_e820_entry){
			ranges[i].base, ranges[i].size, ranges[i].type,
		};
	params->acpi_rsdp_addr = acpi_write(request->memory, request->cpus);
	mptable_write(request->memory, request->cpus);
	gdt_write(request->memory, BOOT_LONG);
	page_tables_write(request->memory);
	entry->mode = BOOT_LONG;
	entry->rsi = ZERO_PAGE_ADDR;
	return 0;
}

bool linux_elf_match(const struct boot_file *kernel)
{
	return elf_magic(kernel);
}

int linux_elf_load(const struct boot_request *request, struct boot_entry *entry,
		   struct vmm_error *error)
{
	struct setup_header header = {
		.boot_flag = BOOT_FLAG, .header = HEADER_MAGIC, .version = PROTOCOL,
		.loadflags = LOADED_HIGH, .initrd_addr_max = INT32_MAX,
		.cmdline_size = CMDLINE_DEFAULT_MAX,
	};
	struct elf_image image;
	struct span span;

	if (elf_parse(&request->kernel, &image, error))
		return -1;
	if (!image.wide || image.machine != EM_X86_64)
		return vmm_fail(error, ENOEXEC,
				"not a kernel: 32-bit ELF without multiboot header or PVH note");
	if (elf_load(request, &image, &span, error))
		return -1;
	entry->rip = elf_entry_physical(&image);
	if (!entry->rip)
		return vmm_fail(error, ENOEXEC, "broken ELF file: entry %#llx is in no segment",
				(unsigned long long)image.entry);
	entry->protocol = "Linux, 64-bit ELF";
	return linux_prepare(request, &header, span, entry, error);
}
