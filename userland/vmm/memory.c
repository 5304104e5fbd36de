// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "error.h"
#include "memory.h"

#define HUGE_PAGE	(2ull << 20)

void vmm_memory_layout(struct vmm_memory *memory, uint64_t size)
{
	uint64_t low = size < VMM_HOLE_START ? size : VMM_HOLE_START;

	memset(memory, 0, sizeof(*memory));
	memory->size = size;
	memory->regions[memory->count++] = (struct vmm_region){ .base = 0, .size = low };
	if (size > low)
		memory->regions[memory->count++] = (struct vmm_region){
			.base = VMM_HOLE_END, .size = size - low,
		};
}

/*
 * Regions start at multiples of 2 MiB in the guest, so that huge pages on both
 * sides meet when they do here too. What is mapped too much is given back.
 */
static int map_region(struct vmm_region *region)
{
	uint64_t room = region->size + HUGE_PAGE;
	uint8_t *start, *host;

	start = mmap(NULL, room, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (start == MAP_FAILED)
		return -1;
	host = (uint8_t *)(((uintptr_t)start + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1));
	if (host > start)
		munmap(start, host - start);
	if (start + room > host + region->size)
		munmap(host + region->size, start + room - (host + region->size));
	/* Both are wishes: without huge pages or core dumps nothing is lost. */
	madvise(host, region->size, MADV_HUGEPAGE);
	madvise(host, region->size, MADV_DONTDUMP);
	region->host = host;
	return 0;
}

int vmm_memory_map(struct vmm_memory *memory, struct vmm_error *error)
{
	unsigned int i;

	for (i = 0; i < memory->count; i++) {
		if (!map_region(&memory->regions[i]))
			continue;
		vmm_error_set_errno(error, "cannot map %llu MiB of guest memory",
				    (unsigned long long)memory->size >> 20);
		vmm_memory_unmap(memory);
		return -1;
	}
	return 0;
}

void vmm_memory_unmap(struct vmm_memory *memory)
{
	unsigned int i;

	for (i = 0; i < memory->count; i++) {
		if (memory->regions[i].host)
			munmap(memory->regions[i].host, memory->regions[i].size);
		memory->regions[i].host = NULL;
	}
}

void *vmm_memory_at(const struct vmm_memory *memory, uint64_t addr, uint64_t len)
{
	const struct vmm_region *region;
	unsigned int i;

	for (i = 0; i < memory->count; i++) {
		region = &memory->regions[i];
		if (addr >= region->base && addr - region->base <= region->size &&
		    len <= region->size - (addr - region->base))
			return region->host + (addr - region->base);
	}
	return NULL;
}
