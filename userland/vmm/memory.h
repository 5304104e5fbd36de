/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's memory: below and above a hole under 4 GiB, where the devices are. */
#ifndef HULL_VMM_MEMORY_H
#define HULL_VMM_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "vmm.h"

#define VMM_HOLE_START		0xc0000000ull
#define VMM_HOLE_END		0x100000000ull
#define VMM_REGIONS_MAX		2

/* @host: where it is mapped here, or NULL */
struct vmm_region {
	uint64_t base, size;
	uint8_t *host;
};

struct vmm_memory {
	struct vmm_region regions[VMM_REGIONS_MAX];
	unsigned int count;
	uint64_t size;
};

/** vmm_memory_layout - where @size bytes of memory are in the guest; maps nothing */
void vmm_memory_layout(struct vmm_memory *memory, uint64_t size);
int vmm_memory_map(struct vmm_memory *memory, struct vmm_error *error);
void vmm_memory_unmap(struct vmm_memory *memory);

/** vmm_memory_at - Return: where @len bytes at @addr are, NULL unless all of them are memory */
void *vmm_memory_at(const struct vmm_memory *memory, uint64_t addr, uint64_t len);

#endif
