// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two old ways to reset a PC: pulse the line at the keyboard controller, of
 * which there is nothing else, and system control port A.
 */
#include <stdlib.h>

#include "../machine.h"
#include "../pc.h"

#define PULSE_RESET	0xfe
#define PORT_A		0x92
#define PORT_A_RESET	0x01
#define PORT_A_A20	0x02	/* always on */

static uint64_t keyboard_read(struct vmm_device *device, uint64_t offset, unsigned int size)
{
	(void)device;
	(void)offset;
	(void)size;
	return 0;			/* no input, ready for a command */
}

static void keyboard_write(struct vmm_device *device, uint64_t offset, unsigned int size,
			   uint64_t value)
{
	(void)offset;
	(void)size;
	if (value == PULSE_RESET)
		vmm_machine_end(device->machine, HULL_STOP_RESET, 0,
				"the guest reset the machine (keyboard controller)");
}

static uint64_t port_a_read(struct vmm_device *device, uint64_t offset, unsigned int size)
{
	(void)device;
	(void)offset;
	(void)size;
	return PORT_A_A20;
}

static void port_a_write(struct vmm_device *device, uint64_t offset, unsigned int size,
			 uint64_t value)
{
	(void)offset;
	(void)size;
	if (value & PORT_A_RESET)
		vmm_machine_end(device->machine, HULL_STOP_RESET, 0,
				"the guest reset the machine (port 0x92)");
}

static const struct vmm_device_ops keyboard_ops = {
	.name = "keyboard controller",
	.width = 1,
	.read = keyboard_read,
	.write = keyboard_write,
};

static const struct vmm_device_ops port_a_ops = {
	.name = "port A",
	.width = 1,
	.read = port_a_read,
	.write = port_a_write,
};

int reset_create(struct vmm_machine *machine, struct vmm_error *error)
{
	struct vmm_device *devices = calloc(2, sizeof(*devices));

	if (!devices)
		return vmm_fail_errno(error, "reset ports");
	vmm_device_init(&devices[0], &keyboard_ops, machine);
	vmm_device_init(&devices[1], &port_a_ops, machine);
	if (vmm_bus_claim(&machine->ports, PC_KEYBOARD_STATUS, 1, &devices[0], error))
		return -1;
	return vmm_bus_claim(&machine->ports, PORT_A, 1, &devices[1], error);
}
