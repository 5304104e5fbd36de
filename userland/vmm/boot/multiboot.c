// SPDX-License-Identifier: GPL-2.0-only
/* Multiboot 0.6.96: https://www.gnu.org/software/grub/manual/multiboot/multiboot.html */
#include <errno.h>
#include <string.h>

#include "elf.h"

#define HEADER_MAGIC		0x1badb002u
#define LOADER_MAGIC		0x2badb002u
#define SEARCH_BYTES		8192u

/* What a header may ask for: bits 0 to 15 must be understood, the others need not. */
#define ASK_PAGE_ALIGN		(1u << 0)
#define ASK_MEMORY		(1u << 1)
#define ASK_VIDEO		(1u << 2)	/* a wish; no table of modes is given */
#define ASK_KNOWN		(ASK_PAGE_ALIGN | ASK_MEMORY | ASK_VIDEO)
#define ASK_MUST		0xffffu
#define HAS_ADDRESSES		(1u << 16)

#define INFO_MEMORY		(1u << 0)
#define INFO_CMDLINE		(1u << 2)
#define INFO_MODULES		(1u << 3)
#define INFO_MEMORY_MAP		(1u << 6)
#define INFO_LOADER_NAME	(1u << 9)

struct multiboot_header {
	uint32_t magic, flags, checksum;
	uint32_t header_addr, load_addr, load_end_addr, bss_end_addr, entry_addr;
};

struct multiboot_info {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline;
	uint32_t modules, module_list, symbols[4], map_bytes, map;
	uint32_t drives_bytes, drives, config, loader_name;
};

struct multiboot_module {
	uint32_t start, end, string, reserved;
};

struct multiboot_range {
	uint32_t size;			/* of what follows */
	uint64_t base, bytes;
	uint32_t type;
} __attribute__((packed));

/* All of it at INFO_ADDR. */
struct multiboot_block {
	struct multiboot_info info;
	struct multiboot_module module;
	struct multiboot_range ranges[E820_MAX];
	char loader[8], initrd[8];
};

/* The header is within the first 8 KiB, at a multiple of 4. Return: its offset, or -1. */
static int64_t find_header(const struct boot_file *kernel, struct multiboot_header *header)
{
	uint64_t len = kernel->size < SEARCH_BYTES ? kernel->size : SEARCH_BYTES, offset;
	const size_t base = offsetof(struct multiboot_header, header_addr);

	for (offset = 0; offset + base <= len; offset += 4) {
		memset(header, 0, sizeof(*header));
		memcpy(header, kernel->data + offset, base);
		if (header->magic != HEADER_MAGIC ||
		    header->magic + header->flags + header->checksum)
			continue;
		if (!(header->flags & HAS_ADDRESSES))
			return offset;
		if (kernel->size - offset < sizeof(*header))
			continue;
		memcpy(&header->header_addr, kernel->data + offset + base,
		       sizeof(*header) - base);
		return offset;
	}
	return -1;
}

bool multiboot_match(const struct boot_file *kernel)
{
	struct multiboot_header header;

	return find_header(kernel, &header) >= 0;
}

/* The header itself says what goes where: no ELF needed. */
static int load_flat(const struct boot_request *request, const struct multiboot_header *header,
		     uint64_t offset, struct span *span, struct vmm_error *error)
{
	uint64_t before = (uint64_t)header->header_addr - header->load_addr, start, len, size;

	if (header->header_addr < header->load_addr || before > offset)
		return vmm_fail(error, ENOEXEC,
				"broken multiboot header: load address %#x does not fit header address %#x",
				header->load_addr, header->header_addr);
	start = offset - before;
	len = request->kernel.size - start;
	if (header->load_end_addr) {
		if (header->load_end_addr < header->load_addr)
			return vmm_fail(error, ENOEXEC,
					"broken multiboot header: load end %#x is before its start",
					header->load_end_addr);
		if (header->load_end_addr - header->load_addr > len)
			return vmm_fail(error, ENOEXEC,
					"truncated multiboot kernel: needs %llu bytes, has %llu",
					(unsigned long long)start + header->load_end_addr -
						header->load_addr,
					(unsigned long long)request->kernel.size);
		len = header->load_end_addr - header->load_addr;
	}
	size = len;
	if (header->bss_end_addr) {
		if (header->bss_end_addr < header->load_addr + len)
			return vmm_fail(error, ENOEXEC,
					"broken multiboot header: bss end %#x is within the file's part",
					header->bss_end_addr);
		size = header->bss_end_addr - header->load_addr;
	}
	if (header->load_addr < HIGH_MEMORY)
		return vmm_fail(error, ENOEXEC,
				"multiboot kernel at %#x: below 1 MiB is the PC's",
				header->load_addr);
	if (!vmm_memory_at(request->memory, header->load_addr, size))
		return vmm_fail(error, ENOMEM,
				"kernel larger than memory: %llu KiB at %#x, the VM has %llu MiB",
				(unsigned long long)size >> 10, header->load_addr,
				(unsigned long long)request->memory->size >> 20);
	memcpy(vmm_memory_at(request->memory, header->load_addr, len),
	       request->kernel.data + start, len);
	*span = (struct span){ header->load_addr, header->load_addr + size };
	return 0;
}

static int load_kernel(const struct boot_request *request, struct span *span, uint64_t *entry,
		       struct vmm_error *error)
{
	struct multiboot_header header;
	int64_t offset = find_header(&request->kernel, &header);
	struct elf_image image;

	if (offset < 0)
		return vmm_fail(error, ENOEXEC,
				"broken multiboot kernel: its header is gone");
	if (header.flags & ASK_MUST & ~ASK_KNOWN)
		return vmm_fail(error, ENOEXEC,
				"multiboot kernel asks for features %#x, which are not there",
				header.flags & ASK_MUST & ~ASK_KNOWN);
	if (header.flags & HAS_ADDRESSES) {
		*entry = header.entry_addr;
		return load_flat(request, &header, offset, span, error);
	}
	if (!elf_magic(&request->kernel))
		return vmm_fail(error, ENOEXEC,
				"multiboot kernel without load addresses: neither ELF nor said in its header");
	if (elf_parse(&request->kernel, &image, error))
		return -1;
	*entry = elf_entry_physical(&image);
	return elf_load(request, &image, span, error);
}

static void fill_info(const struct boot_request *request, uint64_t initrd)
{
	struct multiboot_block *block = vmm_memory_at(request->memory, INFO_ADDR, sizeof(*block));
	struct e820_range ranges[E820_MAX];
	unsigned int i, n = e820_fill(request->memory, ranges);

	memset(block, 0, sizeof(*block));
	memcpy(block->loader, "hull", 5);
	memcpy(block->initrd, "initrd", 7);
	for (i = 0; i < n; i++)
		block->ranges[i] = (struct multiboot_range){
			sizeof(block->ranges[i]) - sizeof(block->ranges[i].size),
			ranges[i].base, ranges[i].size, ranges[i].type,
		};
	block->info = (struct multiboot_info){
		.flags = INFO_MEMORY | INFO_CMDLINE | INFO_MEMORY_MAP | INFO_LOADER_NAME |
			 INFO_MODULES,
		.mem_lower = EBDA_ADDR >> 10,
		.mem_upper = (uint32_t)((low_memory_end(request->memory) - HIGH_MEMORY) >> 10),
		.cmdline = CMDLINE_ADDR,
		.map_bytes = n * sizeof(block->ranges[0]),
		.map = INFO_ADDR + offsetof(struct multiboot_block, ranges),
		.loader_name = INFO_ADDR + offsetof(struct multiboot_block, loader),
	};
	if (!initrd)
		return;
	block->info.modules = 1;
	block->info.module_list = INFO_ADDR + offsetof(struct multiboot_block, module);
	block->module = (struct multiboot_module){
		.start = (uint32_t)initrd, .end = (uint32_t)(initrd + request->initrd.size),
		.string = INFO_ADDR + offsetof(struct multiboot_block, initrd),
	};
}

int multiboot_load(const struct boot_request *request, struct boot_entry *entry,
		   struct vmm_error *error)
{
	uint64_t initrd = 0;
	struct span span;

	if (load_kernel(request, &span, &entry->rip, error))
		return -1;
	if (entry->rip < span.start || entry->rip >= span.end)
		return vmm_fail(error, ENOEXEC,
				"broken multiboot kernel: entry %#llx is not in it",
				(unsigned long long)entry->rip);
	if (cmdline_write(request, CMDLINE_MAX, error))
		return -1;
	if (request->initrd.size &&
	    initrd_place(request, span, VMM_HOLE_START, &initrd, error))
		return -1;
	fill_info(request, initrd);
	acpi_write(request->memory, request->cpus);
	mptable_write(request->memory, request->cpus);
	gdt_write(request->memory, BOOT_PROTECTED);
	entry->mode = BOOT_PROTECTED;
	entry->rax = LOADER_MAGIC;
	entry->rbx = INFO_ADDR;
	entry->protocol = "multiboot";
	return 0;
}
