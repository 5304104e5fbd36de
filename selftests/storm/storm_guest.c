// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that makes calls of every number with arguments that look right, look nearly
 * right, or are junk, while its other vCPU does the same and changes the memory that
 * the calls read. Freestanding; entered with its state's address in rdi.
 */
#include <linux/hull_hypercall.h>

#include "storm.h"

typedef unsigned long long u64;

static u64 next(struct storm_state *state)
{
	u64 x = state->seed;

	/* xorshift64*; Vigna, 2016 */
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	state->seed = x;
	return x * 0x2545f4914f6cdd1dull;
}

static const u64 edges[] = {
	0, 1, 2, 7, 8, 63, 64, 255, 256, 4095, 4096, 4097, 0xffff, 0x7fffffff, 0x80000000,
	0xffffffff, 0x100000000, 0x3ffffff8, 0x3fffffc, 0x3ffff80, 0x4000000, 0x1ffff8, 0x1fffe0,
	0x7fffffffffff, 0x7ffffffffff8, 0x800000000000, 0xffff800000000000, 0xffffffff81000000,
	0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffffff8, 0xffffffffffffffff,
	0xfee00000, 0xfec00000, 0x8000, 0xfff8,
};

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* Somewhere in the arena, now and then so that what lies there crosses a page. */
static u64 place(struct storm_state *state)
{
	u64 r = next(state), page = STORM_ARENA + (r % 64) * 4096;

	return r >> 60 ? page : page + 4096 - (r >> 8) % 80;
}

static u64 argument(struct storm_state *state)
{
	u64 r = next(state);

	switch (r % 8) {
	case 0:
		return next(state);
	case 1:
		return edges[(r >> 8) % COUNT(edges)];
	case 2:
		return (r >> 8) % 64;
	case 3:
		return next(state) % 0x4100000;		/* memory, and a little above */
	case 4:
		return (r >> 8) % 2000;
	default:
		return place(state);
	}
}

static unsigned int number(struct storm_state *state)
{
	u64 r = next(state);

	switch (r % 16) {
	case 0:
		return (unsigned int)(r >> 32);
	case 1:
		return (unsigned int)((r >> 32) % 16);	/* KVM's own */
	case 2:
	case 3:
		return HULL_HYPERCALL_BASE + (unsigned int)((r >> 32) % (HULL_HYPERCALL_NUMBERS + 8));
	case 4:
		return HULL_HYPERCALL_BASE +
		       (unsigned int)((r >> 32) % 4) * HULL_HYPERCALL_RANGE +
		       (unsigned int)((r >> 36) % 4);
	default:
		return HULL_HYPERCALL_BASE + (unsigned int)((r >> 32) % 24);
	}
}

/* Words such as calls look for: numbers, indices, names, addresses. */
static void scribble(struct storm_state *state)
{
	u64 *word = (u64 *)(unsigned long)(place(state) & ~7ull);
	unsigned int i;

	for (i = 0; i < 8; i++) {
		u64 r = next(state);

		word[i] = r & 1 ? number(state) : r & 2 ? argument(state) :
			  r & 4 ? 0x0000000000006261ull + ((r >> 8) % 4) : r >> 40;
	}
}

static long call(struct storm_state *state)
{
	unsigned int nr = number(state);

	return hull_hypercall4(nr, argument(state), argument(state), argument(state),
			       argument(state));
}

__attribute__((section(".text.start"), noreturn, used))
void storm(struct storm_state *state)
{
	unsigned int i, errors;

	for (;;) {
		errors = 0;
		for (i = 0; i < STORM_BATCH; i++) {
			if (i % 2)
				scribble(state);
			errors += call(state) < 0;
		}
		__asm__ __volatile__("outw %%ax, %0" : : "N"(STORM_PORT), "a"(errors) : "memory");
	}
}
