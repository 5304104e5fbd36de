// SPDX-License-Identifier: GPL-2.0-only
/* MC146818: the time of day, to be read, and 128 bytes of memory. No alarm, no interrupt. */
#include <stdlib.h>
#include <time.h>

#include "../machine.h"
#include "../pc.h"

#define INDEX		0
#define DATA		1
#define REGISTERS	128

#define STATUS_A	0x0a
#define STATUS_B	0x0b
#define STATUS_C	0x0c
#define STATUS_D	0x0d
#define CENTURY		0x32

#define A_32KHZ		0x26	/* divider as a PC has it; never "update in progress" */
#define B_24_HOURS	0x02
#define D_VALID		0x80

struct cmos {
	struct vmm_device device;
	uint8_t index;
	uint8_t memory[REGISTERS];
};

static uint8_t bcd(int value)
{
	return (uint8_t)(value / 10 % 10 << 4 | value % 10);
}

/* The register when it is part of the time, else -1. UTC, 24 hours, BCD. */
static int time_register(uint8_t index)
{
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	switch (index) {
	case 0x00:
		return bcd(utc.tm_sec);
	case 0x02:
		return bcd(utc.tm_min);
	case 0x04:
		return bcd(utc.tm_hour);
	case 0x06:
		return bcd(utc.tm_wday + 1);
	case 0x07:
		return bcd(utc.tm_mday);
	case 0x08:
		return bcd(utc.tm_mon + 1);
	case 0x09:
		return bcd(utc.tm_year % 100);
	case CENTURY:
		return bcd((utc.tm_year + 1900) / 100);
	default:
		return -1;
	}
}

static uint64_t cmos_read(struct vmm_device *device, uint64_t offset, unsigned int size)
{
	struct cmos *cmos = (struct cmos *)device;
	int value;

	(void)size;
	if (offset == INDEX)
		return cmos->index;
	value = time_register(cmos->index);
	return value < 0 ? cmos->memory[cmos->index] : (uint64_t)value;
}

static void cmos_write(struct vmm_device *device, uint64_t offset, unsigned int size,
		       uint64_t value)
{
	struct cmos *cmos = (struct cmos *)device;

	(void)size;
	/* Bit 7 of the index masks NMIs on a PC; there are none here. */
	if (offset == INDEX)
		cmos->index = value & (REGISTERS - 1);
	else if (cmos->index > STATUS_D)
		cmos->memory[cmos->index] = (uint8_t)value;
}

static const struct vmm_device_ops cmos_ops = {
	.name = "CMOS",
	.width = 1,
	.read = cmos_read,
	.write = cmos_write,
};

int cmos_create(struct vmm_machine *machine, struct vmm_error *error)
{
	struct cmos *cmos = calloc(1, sizeof(*cmos));

	if (!cmos)
		return vmm_fail_errno(error, "CMOS");
	/* The library reads the time zone with the first conversion; later it may not. */
	time_register(0);
	vmm_device_init(&cmos->device, &cmos_ops, machine);
	cmos->memory[STATUS_A] = A_32KHZ;
	cmos->memory[STATUS_B] = B_24_HOURS;
	cmos->memory[STATUS_D] = D_VALID;
	/* Nothing ever happens: no reason for an interrupt in C. */
	cmos->memory[STATUS_C] = 0;
	return vmm_bus_claim(&machine->ports, PC_CMOS_PORT, 2, &cmos->device, error);
}
