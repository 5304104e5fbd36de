/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of rings tell their guest to do, and what it tells them. */
#ifndef HULL_SELFTESTS_RINGS_GUEST_H
#define HULL_SELFTESTS_RINGS_GUEST_H

#include <linux/hull_ring.h>

enum job_kind {
	JOB_CALL,		/* one hypercall: @number, @arg */
	JOB_STREAM,		/* @count calls through a ring of its own, @batch at once */
	JOB_POLL,		/* the same, without an exit of its own */
	JOB_ROUNDS,		/* likewise; the VMM has its time after each batch, not counted */
};

#define PORT_DONE	0x81
#define PORT_TIME	0x82	/* the guest waits: somebody else may run */

/*
 * @mixed: not 0: calls of many kinds; else hull_nop() alone
 * @asleep: not 0: rounds begin when the host sleeps
 * @ret: of the last hypercall
 * @done: results that came; @wrong: of these not as they should be
 * @doorbells: submissions that found the host asleep
 * @cycles: spent with submitting and reaping, without waiting
 * @total: with waiting
 */
struct job {
	HULL_U32 kind;
	HULL_U32 number;
	HULL_U64 arg[4];
	struct hull_ring_setup setup;
	HULL_U64 count;
	HULL_U32 batch;
	HULL_U32 mixed;
	HULL_U32 asleep;
	HULL_U32 reserved;
	HULL_S64 ret;
	HULL_U64 done;
	HULL_U64 wrong;
	HULL_U64 doorbells;
	HULL_U64 cycles;
	HULL_U64 total;
};

#endif
