/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ports and device memory. A device is one file in device/, which exports one
 * function for the table in machine.c; it claims ranges on a bus.
 */
#ifndef HULL_VMM_BUS_H
#define HULL_VMM_BUS_H

#include <pthread.h>

#include "error.h"

#define VMM_RANGES_MAX	64

struct vmm_machine;
struct vmm_device;

/*
 * @width: widest access in bytes; wider ones come in pieces
 * @read, @write: at an offset from the start of the range; device->lock is held.
 *   NULL: reads all-ones, writes are lost
 */
struct vmm_device_ops {
	const char *name;
	unsigned int width;
	uint64_t (*read)(struct vmm_device *device, uint64_t offset, unsigned int size);
	void (*write)(struct vmm_device *device, uint64_t offset, unsigned int size,
		      uint64_t value);
};

/* The head of each device's own structure. */
struct vmm_device {
	const struct vmm_device_ops *ops;
	struct vmm_machine *machine;
	pthread_mutex_t lock;
};

struct vmm_range {
	uint64_t base, size;
	struct vmm_device *device;
};

/* @ranges: sorted, disjoint; complete before a vCPU runs, so read without a lock */
struct vmm_bus {
	const char *name;
	unsigned int count;
	struct vmm_range ranges[VMM_RANGES_MAX];
};

void vmm_device_init(struct vmm_device *device, const struct vmm_device_ops *ops,
		     struct vmm_machine *machine);
int vmm_bus_claim(struct vmm_bus *bus, uint64_t base, uint64_t size, struct vmm_device *device,
		  struct vmm_error *error);

/* An access of 1 to 8 bytes. Where no device answers, reads give all-ones. */
void vmm_bus_read(const struct vmm_bus *bus, uint64_t addr, void *data, unsigned int size);
void vmm_bus_write(const struct vmm_bus *bus, uint64_t addr, const void *data,
		   unsigned int size);

#endif
