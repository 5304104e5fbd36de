// SPDX-License-Identifier: GPL-2.0-only
/* ACPI's fixed hardware: PM1 event and control blocks, PM timer. ACPI 6.4, 4.8.3. */
#include <stdlib.h>
#include <time.h>

#include "../machine.h"
#include "../pc.h"

/* Offsets from PC_PM1_EVENT_PORT */
#define STATUS		0
#define ENABLE		2
#define CONTROL		(PC_PM1_CONTROL_PORT - PC_PM1_EVENT_PORT)
#define TIMER		(PC_PM_TIMER_PORT - PC_PM1_EVENT_PORT)
#define BLOCK_BYTES	(TIMER + 4)

#define POWER_BUTTON	(1u << 8)
#define EVENTS		0x0721		/* timer, global lock, buttons, RTC: may be enabled */
#define ACPI_MODE	(1u << 0)	/* of CONTROL, always */
#define SLEEP_ENABLE	(1u << 13)
#define SLEEP_TYPE(v)	((v) >> 10 & 7)

#define TIMER_HZ	3579545ull
#define TIMER_MASK	0xffffffu	/* 24 bits */

struct acpi_pm {
	struct vmm_device device;
	uint16_t status, enable;
	bool line;
};

static void update_line(struct acpi_pm *pm)
{
	bool line = pm->status & pm->enable;

	if (line == pm->line)
		return;
	pm->line = line;
	vmm_irq_set(pm->device.machine, PC_SCI_IRQ, line);
}

static uint32_t timer_now(void)
{
	struct timespec now;
	uint64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	return (uint32_t)((unsigned __int128)ns * TIMER_HZ / 1000000000u) & TIMER_MASK;
}

static uint64_t acpi_pm_read(struct vmm_device *device, uint64_t offset, unsigned int size)
{
	struct acpi_pm *pm = (struct acpi_pm *)device;
	uint64_t block;

	(void)size;			/* the bus keeps what was asked for */
	if (offset >= TIMER)
		return (uint64_t)timer_now() >> (offset - TIMER) * 8;
	block = pm->status | (uint64_t)pm->enable << 16 | (uint64_t)ACPI_MODE << CONTROL * 8;
	return block >> offset * 8;
}

static void acpi_pm_write(struct vmm_device *device, uint64_t offset, unsigned int size,
			  uint64_t value)
{
	struct acpi_pm *pm = (struct acpi_pm *)device;
	uint64_t bits = value << offset * 8, mask = ((1ull << size * 8) - 1) << offset * 8;

	if (offset >= TIMER)
		return;
	/* Writing 1 clears a status bit. */
	pm->status &= (uint16_t)~bits;
	if (mask >> ENABLE * 8 & 0xffff)
		pm->enable = (uint16_t)((pm->enable & ~(mask >> ENABLE * 8)) |
					(bits >> ENABLE * 8 & EVENTS));
	update_line(pm);
	bits >>= CONTROL * 8;
	if (bits & SLEEP_ENABLE && SLEEP_TYPE(bits) == PC_SLEEP_S5)
		vmm_machine_end(device->machine, HULL_STOP_POWEROFF, 0, "the guest powered off");
}

void acpi_pm_press(struct vmm_device *device)
{
	struct acpi_pm *pm = (struct acpi_pm *)device;

	pthread_mutex_lock(&device->lock);
	pm->status |= POWER_BUTTON;
	update_line(pm);
	pthread_mutex_unlock(&device->lock);
}

static const struct vmm_device_ops acpi_pm_ops = {
	.name = "ACPI PM",
	.width = 4,
	.read = acpi_pm_read,
	.write = acpi_pm_write,
};

int acpi_pm_create(struct vmm_machine *machine, struct vmm_error *error)
{
	struct acpi_pm *pm = calloc(1, sizeof(*pm));

	if (!pm)
		return vmm_fail_errno(error, "ACPI PM");
	vmm_device_init(&pm->device, &acpi_pm_ops, machine);
	machine->power = &pm->device;
	return vmm_bus_claim(&machine->ports, PC_PM1_EVENT_PORT, BLOCK_BYTES, &pm->device, error);
}
