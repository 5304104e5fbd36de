/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rings of a VM: what the calls that make and end them share with the threads that
 * serve them.
 *
 * Guest memory is reached by the VMM's mapping of it, in a thread of the VMM: nothing is
 * pinned, and a slot, a mapping or a page that goes away breaks the ring, at worst.
 *
 * Lock order: vcpu->mutex > rings->lock > ring->lock > whatever handlers of mode RING take.
 */
#ifndef HULL_HYPERCALL_RING_H
#define HULL_HYPERCALL_RING_H

#include <linux/ktime.h>
#include <linux/mutex.h>
#include <hypercall/calls.h>

/*
 * @lock: who serves, makes or ends the ring. A thread that serves tries, and lets it be
 *	when somebody else is at it.
 * @enders: how many wait for @lock to end it: then serving stops between two calls
 */
struct hull_vm_ring {
	struct mutex lock;			/* see above */
	atomic_t enders;
	bool awake;				/* lock: looked at without a doorbell */
	u32 flags, port, entries, idle_us;	/* lock: as set up, checked */
	u64 gpa;				/* lock */
	u32 call_head, result_tail;		/* lock: ours; what the guest sees is a copy */
	ktime_t idle_until;			/* lock: then it may fall asleep */
};

/*
 * @used, @broken, @rung: a bit a ring. A ring is served while it is used and not broken;
 *	@rung: its doorbell rang, or it is new
 * @changes: counts what makes a sleeping thread look at all rings anew
 */
struct hull_rings {
	struct mutex lock;			/* gives numbers to new rings */
	unsigned long used;			/* [a] cleared under ring->lock */
	unsigned long broken;			/* [a] changed under ring->lock */
	unsigned long rung;			/* [a] */
	bool offered;				/* [a] the VMM has a thread for rings */
	atomic_t changes;
	struct hull_vm_ring ring[HULL_RINGS_MAX];
};

/** hull_rings_offered - may the guest set rings up? */
bool hull_rings_offered(const struct hull_vm *vm);
/** hull_rings_wake - threads that wait for work of @vm look again; any context */
void hull_rings_wake(struct hull_vm *vm);

/* HULL_VM_SERVE; ring_worker.c */
long hull_rings_serve(struct hull_vm *vm, u64 flags);

/* a row of vm_parts */
int hull_rings_create(struct hull_vm_calls *calls);
void hull_rings_destroy(struct hull_vm_calls *calls);

/* ring.c, for ring_worker.c: a word of the header; ring->lock held. 0 or -EFAULT */
int hull_ring_word_read(struct hull_vm *vm, const struct hull_vm_ring *ring, size_t at, u32 *word);
int hull_ring_word_write(struct hull_vm *vm, const struct hull_vm_ring *ring, size_t at, u32 word);
/** hull_rings_end - end one ring of @vm. Return: 0, -EBADF, -EINTR */
long hull_rings_end(struct hull_vm *vm, u32 id);

#endif
