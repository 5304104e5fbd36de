/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note OR MIT */
/*
 * Asynchronous rings: the guest's code. Like linux/hull_hypercall.h it stands alone.
 * Documentation/hypercalls/rings.rst tells how to use it.
 *
 *	hull_ring_open(&ring, memory, &setup);
 *	while ((call = hull_ring_next(&ring)))		until the ring is full
 *		call->number = HULL_HYPERCALL_NOP, call->cookie = 1;
 *	hull_ring_submit(&ring);
 *	while ((result = hull_ring_reap(&ring)))	as long as there are any
 *		use(result->cookie, result->result);
 *
 * One thread at a time may use a struct hull_ring_guest.
 */
#ifndef _UAPI_LINUX_HULL_RING_H
#define _UAPI_LINUX_HULL_RING_H

#include "hull_hypercall.h"

#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))

/**
 * struct hull_ring_guest - a ring, as its user keeps it
 * @shared, @calls, @results: in the memory that the host sees
 * @mask: entries - 1
 * @tail: calls filled in, submitted or not yet
 * @head: results taken
 * @ready: results that were there when it looked last
 * @id: the ring, for hull_ring_doorbell() and hull_ring_end()
 */
struct hull_ring_guest {
	struct hull_ring *shared;
	struct hull_ring_call *calls;
	struct hull_ring_result *results;
	HULL_U32 mask;
	HULL_U32 tail;
	HULL_U32 head;
	HULL_U32 ready;
	long id;
};

/*
 * hull_ring_open: set a ring up and get ready to use it.
 * @memory: linear address of what @setup calls gpa: HULL_RING_BYTES(entries) of zeros, or
 * of a ring that was ended. Indices begin where call_tail is.
 * Returns as hull_ring_setup().
 */
static inline long hull_ring_open(struct hull_ring_guest *ring, void *memory,
				  const struct hull_ring_setup *setup)
{
	char *at = (char *)memory;

	ring->shared = (struct hull_ring *)memory;
	ring->calls = (struct hull_ring_call *)(at + HULL_RING_CALLS);
	ring->results = (struct hull_ring_result *)(at + HULL_RING_RESULTS(setup->entries));
	ring->mask = setup->entries - 1;
	ring->tail = ring->shared->call_tail;
	ring->head = ring->tail;
	ring->ready = ring->tail;
	ring->shared->result_head = ring->tail;
	ring->id = hull_ring_setup(setup);
	return ring->id;
}

/*
 * hull_ring_next: a place for one more call, or NULL: as many as the ring has entries are
 * under way or wait to be reaped. The caller sets number, cookie, and the arguments
 * that the call looks at; flags and reserved fields stay 0.
 */
static inline struct hull_ring_call *hull_ring_next(struct hull_ring_guest *ring)
{
	/* Each call has one result, so this bounds both queues. */
	if (ring->tail - ring->head > ring->mask)
		return (struct hull_ring_call *)0;
	return &ring->calls[ring->tail++ & ring->mask];
}

/*
 * hull_ring_submit: show the host all calls so far. No exit while the host polls.
 * Returns 0 or as hull_ring_doorbell().
 */
static inline long hull_ring_submit(struct hull_ring_guest *ring)
{
	__atomic_store_n(&ring->shared->result_head, ring->head, __ATOMIC_RELEASE);
	__atomic_store_n(&ring->shared->call_tail, ring->tail, __ATOMIC_RELEASE);
	/* The host sets `sleeping`, then looks for calls; here it is the other way round. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&ring->shared->sleeping, __ATOMIC_RELAXED))
		return 0;
	return hull_ring_doorbell((unsigned long)ring->id);
}

/*
 * hull_ring_reap: the next result, or NULL: none now. It stays valid until the next
 * hull_ring_submit().
 */
static inline const struct hull_ring_result *hull_ring_reap(struct hull_ring_guest *ring)
{
	if (ring->head == ring->ready) {
		ring->ready = __atomic_load_n(&ring->shared->result_tail, __ATOMIC_ACQUIRE);
		if (ring->head == ring->ready)
			return (const struct hull_ring_result *)0;
	}
	return &ring->results[ring->head++ & ring->mask];
}

/*
 * hull_ring_listen: @on: results ring the event channel from now on; else it is quiet.
 * Returns 1 when there are results already, for which it may not have rung.
 */
static inline int hull_ring_listen(struct hull_ring_guest *ring, int on)
{
	__atomic_store_n(&ring->shared->quiet, on ? 0u : 1u, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return ring->head != __atomic_load_n(&ring->shared->result_tail, __ATOMIC_ACQUIRE);
}

/* hull_ring_broken: 0, or why the host serves it no more, a negative errno */
static inline int hull_ring_broken(const struct hull_ring_guest *ring)
{
	return __atomic_load_n(&ring->shared->broken, __ATOMIC_RELAXED);
}

#endif
#endif
