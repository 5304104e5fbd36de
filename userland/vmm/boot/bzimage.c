// SPDX-License-Identifier: GPL-2.0-only
/* bzImage by the 64-bit boot protocol: Linux' Documentation/arch/x86/boot.rst. */
#include <errno.h>
#include <string.h>

#include "linux.h"

#define BOOT_FLAG		0xaa55
#define HEADER_MAGIC		0x53726448u	/* "HdrS" */
#define HEADER_OFFSET		0x1f1
#define JUMP_OFFSET		0x200		/* a short jump over the header tells its length */
#define PROTOCOL_MIN		0x020c		/* 64-bit entry and xloadflags */
#define SECTOR			512ull
#define ENTRY_OFFSET		0x200ull
#define ALIGNMENT_MAX		(1u << 30)

bool bzimage_match(const struct boot_file *kernel)
{
	struct setup_header header;

	if (kernel->size < HEADER_OFFSET + offsetof(struct setup_header, version))
		return false;
	memcpy(&header, kernel->data + HEADER_OFFSET, offsetof(struct setup_header, version));
	return header.boot_flag == BOOT_FLAG && header.header == HEADER_MAGIC;
}

/* The part of the header that the file has; the rest stays zero. */
static int read_header(const struct boot_file *kernel, struct setup_header *header,
		       struct vmm_error *error)
{
	size_t need = HEADER_OFFSET + sizeof(*header), len;

	memset(header, 0, sizeof(*header));
	if (kernel->size < need)
		return vmm_fail(error, ENOEXEC, "truncated bzImage: needs %zu bytes, has %llu",
				need, (unsigned long long)kernel->size);
	len = JUMP_OFFSET + 2 + kernel->data[JUMP_OFFSET + 1] - HEADER_OFFSET;
	memcpy(header, kernel->data + HEADER_OFFSET, len < sizeof(*header) ? len : sizeof(*header));
	return 0;
}

static int check_header(const struct setup_header *header, struct vmm_error *error)
{
	uint32_t align = header->kernel_alignment;

	if (header->version < PROTOCOL_MIN)
		return vmm_fail(error, ENOEXEC,
				"bzImage too old: boot protocol %u.%02u, needs 2.12 (Linux 3.8)",
				header->version >> 8, header->version & 0xff);
	if (!(header->xloadflags & XLF_KERNEL_64))
		return vmm_fail(error, ENOEXEC,
				"bzImage without a 64-bit entry (a 32-bit kernel?)");
	if (!(header->loadflags & LOADED_HIGH))
		return vmm_fail(error, ENOEXEC, "broken bzImage: wants to be loaded below 1 MiB");
	if (!align || (align & (align - 1)) || align > ALIGNMENT_MAX)
		return vmm_fail(error, ENOEXEC, "broken bzImage: alignment of %u bytes", align);
	if (!header->init_size)
		return vmm_fail(error, ENOEXEC,
				"broken bzImage: does not say what memory it needs");
	return 0;
}

/* The protected-mode part of the file. */
static int find_payload(const struct boot_file *kernel, const struct setup_header *header,
			struct boot_file *payload, struct vmm_error *error)
{
	uint64_t start = ((header->setup_sects ? header->setup_sects : 4) + 1) * SECTOR;
	uint64_t len = (uint64_t)header->syssize * 16;

	if (len <= ENTRY_OFFSET)
		return vmm_fail(error, ENOEXEC, "broken bzImage: no code in it");
	/* The size is in paragraphs, the last one need not be full. */
	if (start >= kernel->size || kernel->size - start + 15 < len)
		return vmm_fail(error, ENOEXEC, "truncated bzImage: needs %llu bytes, has %llu",
				(unsigned long long)(start + len),
				(unsigned long long)kernel->size);
	if (len > kernel->size - start)
		len = kernel->size - start;
	*payload = (struct boot_file){ kernel->data + start, len };
	return 0;
}

/*
 * Where the kernel prefers to be, when that is memory; else the lowest place
 * a relocatable one can take.
 */
static int choose_address(const struct boot_request *request, const struct setup_header *header,
			  uint64_t need, uint64_t *addr, struct vmm_error *error)
{
	uint64_t end = low_memory_end(request->memory), align = header->kernel_alignment;

	*addr = header->pref_address;
	if (*addr >= HIGH_MEMORY && *addr < end && need <= end - *addr)
		return 0;
	if (header->relocatable_kernel) {
		*addr = (HIGH_MEMORY + align - 1) & ~(align - 1);
		if (*addr < end && need <= end - *addr)
			return 0;
	}
	return vmm_fail(error, ENOMEM,
			"kernel larger than memory: needs %llu MiB at %#llx, the VM has %llu MiB",
			(unsigned long long)((need + (1 << 20) - 1) >> 20),
			(unsigned long long)*addr,
			(unsigned long long)request->memory->size >> 20);
}

int bzimage_load(const struct boot_request *request, struct boot_entry *entry,
		 struct vmm_error *error)
{
	struct setup_header header;
	struct boot_file payload;
	uint64_t addr, need;

	if (read_header(&request->kernel, &header, error) || check_header(&header, error) ||
	    find_payload(&request->kernel, &header, &payload, error))
		return -1;
	need = header.init_size > payload.size ? header.init_size : payload.size;
	if (choose_address(request, &header, need, &addr, error))
		return -1;
	memcpy(vmm_memory_at(request->memory, addr, payload.size), payload.data, payload.size);
	header.code32_start = (uint32_t)addr;
	entry->rip = addr + ENTRY_OFFSET;
	entry->protocol = "Linux bzImage";
	return linux_prepare(request, &header, (struct span){ addr, addr + need }, entry, error);
}
