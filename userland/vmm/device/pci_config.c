// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCI configuration mechanism 1 and the host bridge, which is all there is on bus 0;
 * and, at the second of its bytes, the chip set's reset control register. PCI 3.0,
 * 3.2.2.3.2 and 6.1.
 */
#include <stdlib.h>

#include "../machine.h"
#include "../pc.h"

#define ADDRESS		0
#define DATA		4
#define RESET		(PC_RESET_PORT - PC_PCI_PORT)

#define ADDRESS_BITS	0x80fffffcu
#define ENABLE		0x80000000u
#define REGISTER	0x000000fcu
#define RESET_CPU	0x04u

/* Of the configuration header; registers after these are 0. */
static const uint32_t host_bridge[] = {
	0x0d578086,			/* a bridge without quirks in any kernel */
	0x00000006,			/* command: memory, bus master */
	0x06000000,			/* class: host bridge */
};

struct pci_config {
	struct vmm_device device;
	uint32_t address;
	uint8_t reset;
};

/* The aligned word that @address selects: of device 0, function 0 of bus 0, or of nobody. */
static uint32_t selected(uint32_t address)
{
	uint32_t word = (address & REGISTER) / 4;

	if ((address & ~REGISTER) != ENABLE)
		return ~0u;
	return word < sizeof(host_bridge) / sizeof(host_bridge[0]) ? host_bridge[word] : 0;
}

static uint64_t pci_config_read(struct vmm_device *device, uint64_t offset, unsigned int size)
{
	struct pci_config *pci = (struct pci_config *)device;

	if (offset == RESET && size == 1)
		return pci->reset;
	if (offset == ADDRESS && size == 4)
		return pci->address;
	if (offset >= DATA)
		return selected(pci->address) >> (offset - DATA) * 8;
	return ~0ull;			/* nobody answers */
}

static void pci_config_write(struct vmm_device *device, uint64_t offset, unsigned int size,
			     uint64_t value)
{
	struct pci_config *pci = (struct pci_config *)device;

	if (offset == ADDRESS && size == 4)
		pci->address = value & ADDRESS_BITS;
	if (offset != RESET || size != 1)
		return;
	pci->reset = (uint8_t)(value & ~RESET_CPU);
	if (value & RESET_CPU)
		vmm_machine_end(device->machine, HULL_STOP_RESET, 0,
				"the guest reset the machine");
}

static const struct vmm_device_ops pci_config_ops = {
	.name = "PCI configuration",
	.width = 4,
	.read = pci_config_read,
	.write = pci_config_write,
};

int pci_config_create(struct vmm_machine *machine, struct vmm_error *error)
{
	struct pci_config *pci = calloc(1, sizeof(*pci));

	if (!pci)
		return vmm_fail_errno(error, "PCI configuration");
	vmm_device_init(&pci->device, &pci_config_ops, machine);
	return vmm_bus_claim(&machine->ports, PC_PCI_PORT, PC_PCI_PORTS, &pci->device, error);
}
