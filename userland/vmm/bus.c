// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "bus.h"

void vmm_device_init(struct vmm_device *device, const struct vmm_device_ops *ops,
		     struct vmm_machine *machine)
{
	device->ops = ops;
	device->machine = machine;
	pthread_mutex_init(&device->lock, NULL);
}

/* Index of the first range that ends behind @addr. */
static unsigned int search(const struct vmm_bus *bus, uint64_t addr)
{
	unsigned int low = 0, high = bus->count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (addr - bus->ranges[middle].base < bus->ranges[middle].size ||
		    addr < bus->ranges[middle].base)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

int vmm_bus_claim(struct vmm_bus *bus, uint64_t base, uint64_t size, struct vmm_device *device,
		  struct vmm_error *error)
{
	unsigned int at = search(bus, base);

	if (bus->count == VMM_RANGES_MAX)
		return vmm_fail(error, ENOSPC, "too many devices on the %s bus", bus->name);
	if (!size || base + size < base ||
	    (at < bus->count && bus->ranges[at].base < base + size))
		return vmm_fail(error, EEXIST, "device %s: its range %#llx on the %s bus is taken",
				device->ops->name, (unsigned long long)base, bus->name);
	memmove(&bus->ranges[at + 1], &bus->ranges[at],
		(bus->count - at) * sizeof(bus->ranges[0]));
	bus->ranges[at] = (struct vmm_range){ base, size, device };
	bus->count++;
	return 0;
}

/* The range that holds all of the access. */
static const struct vmm_range *find(const struct vmm_bus *bus, uint64_t addr, unsigned int size)
{
	const struct vmm_range *range = &bus->ranges[search(bus, addr)];

	if (range == &bus->ranges[bus->count] || addr < range->base ||
	    range->size - (addr - range->base) < size)
		return NULL;
	return range;
}

void vmm_bus_read(const struct vmm_bus *bus, uint64_t addr, void *data, unsigned int size)
{
	const struct vmm_range *range = find(bus, addr, size);
	struct vmm_device *device;
	unsigned int done, piece;
	uint64_t value;

	memset(data, 0xff, size);
	if (!range || !range->device->ops->read)
		return;
	device = range->device;
	piece = size < device->ops->width ? size : device->ops->width;
	pthread_mutex_lock(&device->lock);
	for (done = 0; done + piece <= size; done += piece) {
		value = device->ops->read(device, addr - range->base + done, piece);
		memcpy((uint8_t *)data + done, &value, piece);
	}
	pthread_mutex_unlock(&device->lock);
}

void vmm_bus_write(const struct vmm_bus *bus, uint64_t addr, const void *data,
		   unsigned int size)
{
	const struct vmm_range *range = find(bus, addr, size);
	struct vmm_device *device;
	unsigned int done, piece;
	uint64_t value;

	if (!range || !range->device->ops->write)
		return;
	device = range->device;
	piece = size < device->ops->width ? size : device->ops->width;
	pthread_mutex_lock(&device->lock);
	for (done = 0; done + piece <= size; done += piece) {
		value = 0;
		memcpy(&value, (const uint8_t *)data + done, piece);
		device->ops->write(device, addr - range->base + done, piece, value);
	}
	pthread_mutex_unlock(&device->lock);
}
