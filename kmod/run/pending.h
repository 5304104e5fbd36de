/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the last exit to userspace left open. The next KVM_RUN completes it before
 * anything else happens to the vCPU.
 */
#ifndef HULL_RUN_PENDING_H
#define HULL_RUN_PENDING_H

#include <linux/types.h>
#include <run/emul.h>
#include <run/run.h>

/* One access of at most eight bytes that does not cross a page; physical memory or port. */
struct hull_access {
	u64 address;
	u8 len;
	bool write;
	bool port;
	bool done;
	u8 data[8];
};

/*
 * The longest instructions we know make four accesses (CMPS), each of which may
 * fall into two pages.
 */
#define HULL_ACCESSES_MAX	8

/**
 * struct hull_pending - [v] everything here
 * @complete: what KVM_RUN calls first; NULL: nothing is open
 * @pio_rip, @pio_size: an IN that userspace answers; the instruction is stepped over
 * @emul: the instruction being emulated; valid while @complete is set by mmio.c
 * @accesses: what this instruction has asked of userspace so far. When it has
 *	answered, the instruction is executed again and finds the answers here.
 * @cursor: next one to be used in this execution
 * @posted: the last access, a write, is in @accesses[0]; userspace is told of it when
 *	the instruction is done
 * @gla, @gpa: where the EPT violation at hand was; @gla_access: what was tried
 */
struct hull_pending {
	hull_exit_fn complete;
	unsigned long pio_rip;
	u8 pio_size;
	u8 eoi_vector;

	struct hull_emul emul;
	unsigned int n, cursor;
	bool posted;
	struct hull_access accesses[HULL_ACCESSES_MAX];
	u64 gla, gpa;
	u32 gla_access;
};

int hull_pending_create(struct hull_vcpu *vcpu);
void hull_pending_destroy(struct hull_vcpu *vcpu);

#endif
