/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For kernel modules that answer hypercalls of Hull's guests. samples/handler_module is
 * a whole one.
 */
#ifndef HULL_HYPERCALL_H
#define HULL_HYPERCALL_H

#include <linux/bits.h>
#include <linux/module.h>
#include <linux/types.h>
#include <linux/hull_hypercall.h>

#define HULL_HYPERCALL_NAME_MAX	31

/* handler flags */
#define HULL_HYPERCALL_FAST	BIT(0)	/* interrupts off: neither sleeps nor faults */

#define HULL_HYPERCALL_NO_VCPU	U32_MAX

/**
 * struct hull_hypercall - one call
 * @vm: id of the VM, as vmctl shows it
 * @vcpu: id of the vCPU, or HULL_HYPERCALL_NO_VCPU: from a ring
 * @number: offset from HULL_HYPERCALL_BASE
 * @cpl: privilege level it comes from, 0 to 3
 * @bytes: moved to or from the guest; hull_hypercall_read() and _write() add to it
 * @arg: rbx, rcx, rdx, rsi; cut to 32 bits where the guest's mode has no more
 */
struct hull_hypercall {
	u32 vm;
	u32 vcpu;
	u32 number;
	u32 cpl;
	u64 bytes;
	u64 arg[4];
};

/**
 * struct hull_hypercall_handler - who answers a number, for every VM whose policy allows
 * @name: 1 to HULL_HYPERCALL_NAME_MAX of [A-Za-z0-9_.-], in statistics and traces
 * @number: HULL_HYPERCALL_MODULE to HULL_HYPERCALL_MODULE + HULL_HYPERCALL_RANGE - 1
 * @flags: HULL_HYPERCALL_*. Without FAST, @call may sleep.
 * @args: how many arguments it looks at, 0 to 4
 * @cpl_max: highest privilege level that may call, 0 to 3, where the VM lets user mode
 *	call at all
 * @call: returns what the guest finds in rax: 0 or more, or a negative errno; the
 *	guest gets -EIO for anything else
 * @data: for @call
 * @owner: THIS_MODULE
 *
 * @call may run on any number of processors at once. All of this stays as it is from
 * hull_hypercall_register() until hull_hypercall_unregister() has returned.
 */
struct hull_hypercall_handler {
	const char *name;
	u32 number;
	u32 flags;
	u8 args;
	u8 cpl_max;
	long (*call)(struct hull_hypercall *call, void *data);
	void *data;
	struct module *owner;
};

/**
 * hull_hypercall_register - answer a number from now on
 *
 * Context: process context, may sleep.
 * Return: 0; -EINVAL: a field; -EBUSY: the number is taken; -ENOMEM.
 */
int hull_hypercall_register(const struct hull_hypercall_handler *handler);
/**
 * hull_hypercall_unregister - answer it no more; waits until no call is running
 *
 * Not from the handler itself. One that is not registered: nothing happens.
 * Context: process context, may sleep.
 */
void hull_hypercall_unregister(const struct hull_hypercall_handler *handler);

/**
 * hull_hypercall_read - copy from the caller's memory
 * @address: linear, read with the caller's rights; from a ring guest-physical
 *
 * Nothing is promised about @buf on failure.
 * Context: a handler without HULL_HYPERCALL_FAST. Return: 0, -EFAULT.
 */
int hull_hypercall_read(struct hull_hypercall *call, u64 address, void *buf, size_t bytes);
/** hull_hypercall_write - likewise to memory that is writable for the caller */
int hull_hypercall_write(struct hull_hypercall *call, u64 address, const void *buf,
			 size_t bytes);

#endif
