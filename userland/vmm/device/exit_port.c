// SPDX-License-Identifier: GPL-2.0-only
/* The exit port: what is written becomes the exit status, as (value << 1) | 1. */
#include <stdlib.h>

#include "../machine.h"
#include "../pc.h"

static void exit_port_write(struct vmm_device *device, uint64_t offset, unsigned int size,
			    uint64_t value)
{
	(void)offset;
	(void)size;
	vmm_machine_end(device->machine, HULL_STOP_EXIT, (uint32_t)value,
			"the guest wrote %u to the exit port", (uint32_t)value);
}

static const struct vmm_device_ops exit_port_ops = {
	.name = "exit port",
	.width = 4,
	.write = exit_port_write,
};

int exit_port_create(struct vmm_machine *machine, struct vmm_error *error)
{
	struct vmm_device *device = calloc(1, sizeof(*device));

	if (!device)
		return vmm_fail_errno(error, "exit port");
	vmm_device_init(device, &exit_port_ops, machine);
	return vmm_bus_claim(&machine->ports, PC_EXIT_PORT, 4, device, error);
}
