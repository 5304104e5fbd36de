/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Index arithmetic of rings. Pure: built in userland too. Indices are u32 that run
 * freely; the guest's are whatever it likes.
 */
#ifndef HULL_HYPERCALL_RING_LOGIC_H
#define HULL_HYPERCALL_RING_LOGIC_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/types.h>
#else
#include "mmu/port.h"
#endif

/**
 * hull_ring_filled - how many places of a queue hold something
 * @tail: the writer's index
 * @head: the reader's index
 *
 * Return: 0 to @entries, or -EINVAL: no history of the queue leads there.
 */
static inline int hull_ring_filled(u32 tail, u32 head, u32 entries)
{
	u32 filled = tail - head;

	return filled > entries ? -EINVAL : (int)filled;
}

/**
 * hull_ring_takeable - calls that may be executed now: they are there, and so is room for
 * their results
 *
 * Return: 0 or more, -EINVAL.
 */
static inline int hull_ring_takeable(u32 call_tail, u32 call_head, u32 result_tail,
				     u32 result_head, u32 entries)
{
	int calls = hull_ring_filled(call_tail, call_head, entries);
	int results = hull_ring_filled(result_tail, result_head, entries);
	int room;

	if (calls < 0 || results < 0)
		return -EINVAL;
	room = (int)entries - results;
	return calls < room ? calls : room;
}

/** hull_ring_straight - of @n places from @index on those before the queue's end; >= 1 */
static inline u32 hull_ring_straight(u32 index, u32 n, u32 entries)
{
	u32 left = entries - (index & (entries - 1));

	return n < left ? n : left;
}

#endif
