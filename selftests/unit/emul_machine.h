/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine for the emulator: flat memory that begins at a linear address, ports that
 * log, and accesses that may be told to fail.
 */
#ifndef HULL_UNIT_EMUL_MACHINE_H
#define HULL_UNIT_EMUL_MACHINE_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run/emul.h"

#define MACHINE_LOG	256

struct machine {
	u64 base;		/* linear address of memory[0] */
	u8 *memory;
	size_t size;
	u64 code_base;		/* fetches below are from memory, if 0 all are */
	const u8 *code;
	size_t code_size;

	u8 port_data;		/* what the next input begins with */
	unsigned int accesses;	/* since machine_calm() */
	unsigned int fail_at;	/* number of the access that fails, from 1; 0: none */
	int fail_with;
	char log[MACHINE_LOG];
	size_t logged;
};

static struct machine machine;

static inline int machine_access(const char *what, u64 where, unsigned int size)
{
	if (machine.logged < sizeof(machine.log))
		machine.logged += snprintf(machine.log + machine.logged,
					   sizeof(machine.log) - machine.logged, "%s%llx/%u ", what,
					   (unsigned long long)where, size);
	return ++machine.accesses == machine.fail_at ? machine.fail_with : 0;
}

static inline u8 *machine_at(u64 linear, unsigned int size)
{
	u64 offset = linear - machine.base;

	if (offset >= machine.size || size > machine.size - offset)
		return NULL;
	return machine.memory + offset;
}

static int machine_read(struct hull_emul *ctx, u64 linear, void *buf, unsigned int size)
{
	const u8 *at = machine_at(linear, size);
	int err = machine_access("r", linear, size);

	if (err)
		return err;
	if (!at)
		return -EFAULT;
	memcpy(buf, at, size);
	return 0;
}

static int machine_write(struct hull_emul *ctx, u64 linear, const void *buf, unsigned int size)
{
	u8 *at = machine_at(linear, size);
	int err = machine_access("w", linear, size);

	if (err)
		return err;
	if (!at)
		return -EFAULT;
	memcpy(at, buf, size);
	return 0;
}

static int machine_fetch(struct hull_emul *ctx, u64 linear, void *buf, unsigned int size)
{
	u64 offset = linear - machine.code_base;

	if (offset >= machine.code_size || size > machine.code_size - offset)
		return -EFAULT;
	memcpy(buf, machine.code + offset, size);
	return 0;
}

static int machine_in(struct hull_emul *ctx, u16 port, void *buf, unsigned int size)
{
	int err = machine_access("i", port, size);
	unsigned int i;

	for (i = 0; !err && i < size; i++)
		((u8 *)buf)[i] = machine.port_data++;
	return err;
}

static int machine_out(struct hull_emul *ctx, u16 port, const void *buf, unsigned int size)
{
	char what[16] = "o";
	u32 val = 0;

	memcpy(&val, buf, size);
	snprintf(what, sizeof(what), "o%x:", val);
	return machine_access(what, port, size);
}

static const struct hull_emul_ops machine_ops = {
	.read = machine_read, .write = machine_write, .fetch = machine_fetch,
	.in = machine_in, .out = machine_out,
};

#endif
