// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which pages were written: KVM_GET_DIRTY_LOG.
 *
 * While a slot is logged its pages are entered one by one, without the right to write
 * until the first write to each, which sets its bit. A leaf can be written only if its
 * bit is set; both change together under mmu->lock.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "private.h"

#define WORD_BYTES	((u64)BITS_PER_LONG << PAGE_SHIFT)	/* memory that a word speaks of */

static size_t dirty_words(u64 size)
{
	return DIV_ROUND_UP_ULL(size, WORD_BYTES);
}

unsigned long *hull_dirty_alloc(u64 size)
{
	return kvcalloc(dirty_words(size), 2 * sizeof(unsigned long), GFP_KERNEL_ACCOUNT);
}

void hull_dirty_free(unsigned long *dirty)
{
	kvfree(dirty);
}

void hull_mmu_dirty_mark(struct hull_mmu *mmu, u64 gpa)
{
	const struct hull_memslot *slot;
	int idx;

	idx = srcu_read_lock(&mmu->srcu);
	slot = hull_memslots_find(hull_mmu_slots(mmu), gpa);
	if (slot)
		hull_dirty_set(slot, gpa);
	srcu_read_unlock(&mmu->srcu, idx);
}

/* Move the bits to the second half of the bitmap, and have the pages fault again. */
static void log_take(struct hull_mmu *mmu, const struct hull_memslot *slot)
{
	size_t words = dirty_words(slot->size), i;
	unsigned long *taken = slot->dirty + words;
	u64 end = slot->base + slot->size;
	struct hull_ept_op op;

	hull_mmu_op_init(mmu, &op);
	spin_lock(&mmu->lock);
	for (i = 0; i < words; i++) {
		u64 start = slot->base + i * WORD_BYTES;

		taken[i] = READ_ONCE(slot->dirty[i]);
		if (taken[i]) {
			taken[i] = xchg(&slot->dirty[i], 0);
			hull_mmu_range(mmu, &op, hull_ept_protect, start,
				       min(start + WORD_BYTES, end), false);
		}
		if (i % BITS_PER_LONG == 0)
			hull_mmu_lock_break(mmu, &op);
	}
	/* After this flush nobody writes unseen what the caller copies. */
	hull_mmu_op_commit(mmu, &op);
	spin_unlock(&mmu->lock);
}

int hull_mmu_dirty_log_get(struct hull_mmu *mmu, const struct kvm_dirty_log *log)
{
	const struct hull_memslot *slot;
	size_t words;
	int err = 0;

	if (log->slot >= HULL_MEMSLOTS_MAX)
		return -EINVAL;
	mutex_lock(&mmu->slots_lock);
	slot = hull_memslots_find_id(hull_mmu_slots(mmu), log->slot);
	if (!slot || !slot->dirty) {
		err = -ENOENT;
		goto out;
	}
	log_take(mmu, slot);
	words = dirty_words(slot->size);
	if (copy_to_user(log->dirty_bitmap, slot->dirty + words, words * sizeof(long)))
		err = -EFAULT;
out:
	mutex_unlock(&mmu->slots_lock);
	return err;
}
