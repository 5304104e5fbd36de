/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the MMU room.
 *
 * Locks, outermost first: slots_lock, srcu (read side), the VMM's mmap_lock and page
 * table locks, lock. The notifier comes with mm locks held and takes srcu and lock.
 * synchronize_srcu() is called under slots_lock only, never under srcu or lock.
 */
#ifndef HULL_MMU_PRIVATE_H
#define HULL_MMU_PRIVATE_H

#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/srcu.h>

#include "ept.h"
#include "mmu.h"
#include "slot_array.h"

/* --- slots.c ------------------------------------------------------------- */

int hull_mmu_slots_init(struct hull_mmu *mmu);
void hull_mmu_slots_destroy(struct hull_mmu *mmu);

/* The slots as they are; under srcu or slots_lock. */
static inline const struct hull_memslots *hull_mmu_slots(struct hull_mmu *mmu)
{
	return srcu_dereference_check(mmu->slots, &mmu->srcu, lockdep_is_held(&mmu->slots_lock));
}

/* Address of @gpa, which @slot holds as far as it is executed truly. */
static inline unsigned long hull_memslot_hva(const struct hull_memslot *slot, u64 gpa)
{
	return slot->hva + array_index_nospec(gpa - slot->base, slot->size);
}

/* Bytes of @slot from @gpa on. */
static inline u64 hull_memslot_left(const struct hull_memslot *slot, u64 gpa)
{
	return slot->base + slot->size - gpa;
}

/* --- tree.c: the EPT under mmu->lock ------------------------------------- */

int hull_mmu_tree_init(struct hull_mmu *mmu);
void hull_mmu_tree_destroy(struct hull_mmu *mmu);

/** hull_mmu_op_init - begin operations on the tree */
void hull_mmu_op_init(struct hull_mmu *mmu, struct hull_ept_op *op);
/** hull_mmu_op_fill - have as many tables as @op needs; may sleep, no lock held */
int hull_mmu_op_fill(struct hull_ept_op *op);
/** hull_mmu_op_drain - give spare tables back */
void hull_mmu_op_drain(struct hull_ept_op *op);
/** hull_mmu_op_commit - flush if @op asks for it, free its dead, count. Under lock */
void hull_mmu_op_commit(struct hull_mmu *mmu, struct hull_ept_op *op);

/** hull_mmu_lock_break - commit and drop the lock for a moment if others want it or the CPU */
void hull_mmu_lock_break(struct hull_mmu *mmu, struct hull_ept_op *op);

typedef u64 (*hull_ept_range_fn)(struct hull_ept_op *op, u64 start, u64 end);

/**
 * hull_mmu_range - run a range operation to its end; under lock
 * @may_sleep: between steps the lock may be dropped, see hull_mmu_lock_break()
 */
void hull_mmu_range(struct hull_mmu *mmu, struct hull_ept_op *op, hull_ept_range_fn fn,
		    u64 start, u64 end, bool may_sleep);

/* --- host_page.c: the VMM's pages ---------------------------------------- */

/**
 * struct hull_host_page - what is behind a userspace address
 * @page: a reference is held; NULL where the pfn has none to give
 * @writable: the host's mapping is
 * @ram: not a device's memory
 * @touched: already marked accessed (and dirty)
 */
struct hull_host_page {
	unsigned long pfn;
	struct page *page;
	bool writable;
	bool ram;
	bool touched;
};

/**
 * hull_host_page_get - fault in and take a page of current->mm
 * @write: must be writable
 * @want_writable: say so if it is
 *
 * Return: 0; -EAGAIN: a signal or a lost race; -EFAULT; -EHWPOISON; -ENOMEM.
 */
int hull_host_page_get(struct hull_host_page *hp, unsigned long hva, bool write,
		       bool want_writable);
/** hull_host_page_put - let go; @used: it was mapped, so it is accessed (and dirty) */
void hull_host_page_put(struct hull_host_page *hp, bool used);
/**
 * hull_host_page_large - is @hva part of a 2 MiB or larger mapping of @pfn in @mm?
 *
 * Context: mmu->lock held and no invalidation of @hva in progress, so that the answer
 * stays true until the lock is dropped.
 */
bool hull_host_page_large(struct mm_struct *mm, unsigned long hva, unsigned long pfn, bool write);

/* --- notifier.c ---------------------------------------------------------- */

int hull_mmu_notifier_init(struct hull_mmu *mmu);
void hull_mmu_notifier_exit(struct hull_mmu *mmu);

/* --- dirty.c ------------------------------------------------------------- */

unsigned long *hull_dirty_alloc(u64 size);
void hull_dirty_free(unsigned long *dirty);

static inline void hull_dirty_set(const struct hull_memslot *slot, u64 gpa)
{
	if (slot->dirty)
		set_bit_le((gpa - slot->base) >> PAGE_SHIFT, slot->dirty);
}

#endif
