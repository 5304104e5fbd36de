// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host does to the VMM's memory, followed in the EPT.
 *
 * These come with mm locks held: page table locks even for the ageing ones. Entries are
 * dropped and flushed before invalidate_range_start() returns, because pages may be
 * freed, and written to disk, after it.
 */
#include <linux/mmu_notifier.h>
#include <linux/sched/mm.h>

#include "private.h"

static struct hull_mmu *to_mmu(struct mmu_notifier *notifier)
{
	return container_of(notifier, struct hull_mmu, notifier);
}

/* Run @fn on what every slot has of [start, end) of the VMM's memory. */
static void hva_range(struct hull_mmu *mmu, struct hull_ept_op *op, hull_ept_range_fn fn,
		      unsigned long start, unsigned long end, bool may_sleep)
{
	const struct hull_memslots *slots = hull_mmu_slots(mmu);
	unsigned int i;

	lockdep_assert_held(&mmu->lock);

	/* The array is sorted by guest address, and host addresses may be there twice. */
	for (i = 0; i < slots->count; i++) {
		const struct hull_memslot *slot = &slots->slot[i];
		unsigned long from = max(start, slot->hva);
		unsigned long to = min_t(unsigned long, end, slot->hva + slot->size);

		if (from < to)
			hull_mmu_range(mmu, op, fn, slot->base + (from - slot->hva),
				       slot->base + (to - slot->hva), may_sleep);
	}
}

static int invalidate_range_start(struct mmu_notifier *notifier,
				  const struct mmu_notifier_range *range)
{
	struct hull_mmu *mmu = to_mmu(notifier);
	struct hull_ept_op op;
	int idx;

	hull_mmu_op_init(mmu, &op);
	idx = srcu_read_lock(&mmu->srcu);
	spin_lock(&mmu->lock);
	if (mmu->invalidate_in_progress++) {
		/* One range stands for all that are going on: too wide is no error. */
		mmu->invalidate_start = min(mmu->invalidate_start, range->start);
		mmu->invalidate_end = max(mmu->invalidate_end, range->end);
	} else {
		mmu->invalidate_start = range->start;
		mmu->invalidate_end = range->end;
	}
	hva_range(mmu, &op, hull_ept_zap, range->start, range->end,
		  mmu_notifier_range_blockable(range));
	hull_mmu_op_commit(mmu, &op);
	spin_unlock(&mmu->lock);
	srcu_read_unlock(&mmu->srcu, idx);
	return 0;
}

static void invalidate_range_end(struct mmu_notifier *notifier,
				 const struct mmu_notifier_range *range)
{
	struct hull_mmu *mmu = to_mmu(notifier);

	spin_lock(&mmu->lock);
	/* A fault that looked at the page tables before this looks again. */
	WRITE_ONCE(mmu->invalidate_seq, mmu->invalidate_seq + 1);
	mmu->invalidate_in_progress--;
	spin_unlock(&mmu->lock);
}

struct age {
	struct hull_ept_op op;	/* first: the range functions see only this */
	bool young;
};

static u64 range_age(struct hull_ept_op *op, u64 start, u64 end)
{
	return hull_ept_age(op, start, end, &container_of(op, struct age, op)->young);
}

static u64 range_young(struct hull_ept_op *op, u64 start, u64 end)
{
	return hull_ept_young(op, start, end, &container_of(op, struct age, op)->young);
}

static int hva_age(struct hull_mmu *mmu, hull_ept_range_fn fn, unsigned long start,
		   unsigned long end, bool flush)
{
	struct age age = { .young = false };
	int idx;

	hull_mmu_op_init(mmu, &age.op);
	idx = srcu_read_lock(&mmu->srcu);
	spin_lock(&mmu->lock);
	hva_range(mmu, &age.op, fn, start, end, false);
	if (flush && age.young)
		age.op.flush = true;
	hull_mmu_op_commit(mmu, &age.op);
	spin_unlock(&mmu->lock);
	srcu_read_unlock(&mmu->srcu, idx);
	return age.young;
}

static int clear_flush_young(struct mmu_notifier *notifier, struct mm_struct *mm,
			     unsigned long start, unsigned long end)
{
	return hva_age(to_mmu(notifier), range_age, start, end, true);
}

/* No flush: an accessed bit that a stale translation keeps from being set is a wrong guess. */
static int clear_young(struct mmu_notifier *notifier, struct mm_struct *mm,
		       unsigned long start, unsigned long end)
{
	return hva_age(to_mmu(notifier), range_age, start, end, false);
}

static int test_young(struct mmu_notifier *notifier, struct mm_struct *mm, unsigned long address)
{
	return hva_age(to_mmu(notifier), range_young, address, address + PAGE_SIZE, false);
}

/* The VMM's memory goes, or we leave: nothing may be mapped any more. */
static void release(struct mmu_notifier *notifier, struct mm_struct *mm)
{
	struct hull_mmu *mmu = to_mmu(notifier);
	struct hull_ept_op op;

	hull_mmu_op_init(mmu, &op);
	spin_lock(&mmu->lock);
	hull_mmu_range(mmu, &op, hull_ept_zap, 0, HULL_EPT_END, true);
	hull_mmu_op_commit(mmu, &op);
	spin_unlock(&mmu->lock);
}

static const struct mmu_notifier_ops notifier_ops = {
	.release = release,
	.invalidate_range_start = invalidate_range_start,
	.invalidate_range_end = invalidate_range_end,
	.clear_flush_young = clear_flush_young,
	.clear_young = clear_young,
	.test_young = test_young,
};

int hull_mmu_notifier_init(struct hull_mmu *mmu)
{
	mmu->notifier.ops = &notifier_ops;
	return mmu_notifier_register(&mmu->notifier, mmu->mm);
}

void hull_mmu_notifier_exit(struct hull_mmu *mmu)
{
	mmu_notifier_unregister(&mmu->notifier, mmu->mm);
}
