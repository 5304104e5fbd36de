/* SPDX-License-Identifier: GPL-2.0-only */
/* What the host and the measured guest say to each other; both are built from this. */
#ifndef HULL_BENCH_JOB_H
#define HULL_BENCH_JOB_H

#ifndef __ASSEMBLER__
#include <stdint.h>
#endif

/* The guest's memory, identity-mapped up to 4 GiB; below are the VMM's own tables */
#define BENCH_MEMORY		(32 << 20)
#define BENCH_IDT		0x18000
#define BENCH_CODE		0x100000
#define BENCH_JOB		0x200000
#define BENCH_SAMPLES		0x210000
#define BENCH_CALLS		0x300000	/* entries of a multicall */
#define BENCH_RING		0x400000
#define BENCH_RING_BYTES	0x100000
#define BENCH_EVENT_PAGE	0x600000
#define BENCH_SHARED		0x700000	/* offered, or where a share is mapped */
#define BENCH_SHARED_AT		0x2800000	/* above memory: where it is mapped */
#define BENCH_STACK		0xf0000	/* top */
#define BENCH_HOLE		0x3f000000	/* nothing is there: userspace answers */
#define BENCH_IOAPIC		0xfec00000

#define BENCH_SAMPLES_MAX	4096
#define BENCH_PORT_DONE		0x81		/* a write ends the job */
#define BENCH_PORT_USER		0x80		/* a write is answered by the VMM */
#define BENCH_PORT_PIC		0x21		/* a read is answered by the kernel */
#define BENCH_CS		0x10		/* the VMM's BOOT_CS */
#define BENCH_VECTOR		0x40		/* of event channels */

#ifndef __ASSEMBLER__

enum bench_op {
	BENCH_OP_EMPTY,			/* what the loop itself costs */
	BENCH_OP_CALL,			/* VMCALL with number @arg[0] */
	BENCH_OP_MULTICALL,		/* @arg[0]: number, @arg[1]: how many at once */
	BENCH_OP_CPUID,
	BENCH_OP_RDMSR,			/* @arg[0]: which */
	BENCH_OP_IN,			/* @arg[0]: port */
	BENCH_OP_OUT,
	BENCH_OP_LOAD,			/* @arg[0]: address */
	BENCH_OP_STORE,
	BENCH_OP_RING_SETUP,		/* once: @arg[0]: entries, @arg[1]: idle_us */
	BENCH_OP_RING,			/* @arg[0]: number, @arg[1]: calls in flight */
	BENCH_OP_RING_END,
	BENCH_OP_EVENT_SETUP,		/* once: @arg[0]: 1: offer, 0: connect */
	BENCH_OP_EVENT_PING,		/* send, then halt until the answer comes */
	BENCH_OP_EVENT_PONG,		/* answer as many */
	BENCH_OP_SHARE,			/* once: @arg[0]: hull_share_offer or hull_share_map */
	BENCH_OP_SHARE_PING,		/* write a word, wait for the other's; offers the page */
	BENCH_OP_SHARE_PONG,		/* maps it */
	BENCH_OP_COUNT,
};

/*
 * @samples of @iterations each: the guest leaves TSC cycles of each sample at
 * BENCH_SAMPLES. @error: out: 0, or what a call answered; @expected: such an answer is
 * the right one.
 */
struct bench_job {
	uint32_t op;
	uint32_t samples, iterations;
	uint32_t reserved;
	uint64_t arg[2];
	int64_t error, expected;
};

#endif

#endif
