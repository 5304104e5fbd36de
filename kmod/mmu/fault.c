// SPDX-License-Identifier: GPL-2.0-only
/*
 * EPT violations: find the VMM's page and enter it.
 *
 * Against the notifier: invalidate_seq is read before the page is looked up. Under
 * mmu->lock, if no invalidation of the page is going on and none has ended since, the
 * page is still what the VMM has there, and an invalidation from now on finds our entry.
 */
#include <linux/srcu.h>

#include "private.h"

#define LARGE_SIZE	hull_ept_size(2)
#define LARGE_OFFSET	(LARGE_SIZE - 1)

/* Is [start, start + size) of the VMM's memory being invalidated at this moment? */
static bool invalidating(struct hull_mmu *mmu, unsigned long start, unsigned long size)
{
	return mmu->invalidate_in_progress && start < mmu->invalidate_end &&
	       start + size > mmu->invalidate_start;
}

static unsigned int fault_level(struct hull_mmu *mmu, const struct hull_memslot *slot, u64 gpa,
				u32 access, const struct hull_host_page *hp)
{
	u64 block = gpa & ~LARGE_OFFSET;
	unsigned long hva = hull_memslot_hva(slot, gpa);

	if (!(mmu->features & HULL_MMU_2M) || slot->dirty || !hp->page)
		return 1;
	if ((mmu->features & HULL_MMU_NX_HUGE) && (access & HULL_ACCESS_EXEC))
		return 1;
	if (block < slot->base || slot->base + slot->size - block < LARGE_SIZE)
		return 1;
	if ((slot->hva ^ slot->base) & LARGE_OFFSET)
		return 1;
	if (invalidating(mmu, hva & ~LARGE_OFFSET, LARGE_SIZE))
		return 1;
	return hull_host_page_large(mmu->mm, hva, hp->pfn, hp->writable) ? 2 : 1;
}

static u64 fault_prot(const struct hull_memslot *slot, const struct hull_host_page *hp)
{
	u64 prot = HULL_EPT_READ | HULL_EPT_EXEC;

	if (hp->writable && !(slot->flags & KVM_MEM_READONLY))
		prot |= HULL_EPT_WRITE;
	return prot | (hp->ram ? HULL_EPT_WB | HULL_EPT_IPAT : HULL_EPT_UC);
}

/* -EAGAIN: the page may be another by now; -ENOMEM: tables are wanting */
static int fault_enter(struct hull_mmu *mmu, const struct hull_memslot *slot, u64 gpa, u32 access,
		       const struct hull_host_page *hp, unsigned long seq, struct hull_ept_op *op)
{
	unsigned int level;
	int err;

	lockdep_assert_held(&mmu->lock);

	if (mmu->invalidate_seq != seq ||
	    invalidating(mmu, hull_memslot_hva(slot, gpa) & PAGE_MASK, PAGE_SIZE))
		return -EAGAIN;
	level = fault_level(mmu, slot, gpa, access, hp);
	err = hull_ept_map(op, gpa, hp->pfn << PAGE_SHIFT, fault_prot(slot, hp), level);
	if (!err && (access & HULL_ACCESS_WRITE))
		hull_dirty_set(slot, gpa);
	hull_mmu_op_commit(mmu, op);
	return err;
}

static int fault_map(struct hull_mmu *mmu, const struct hull_memslot *slot, u64 gpa, u32 access,
		     const struct hull_host_page *hp, unsigned long seq)
{
	struct hull_ept_op op;
	int err;

	hull_mmu_op_init(mmu, &op);
	do {
		spin_lock(&mmu->lock);
		err = fault_enter(mmu, slot, gpa, access, hp, seq, &op);
		spin_unlock(&mmu->lock);
		/* Most pages find their tables there; the others come again. */
	} while (err == -ENOMEM && !hull_mmu_op_fill(&op));
	hull_mmu_op_drain(&op);
	return err;
}

static int fault_handle(struct hull_mmu *mmu, const struct hull_memslot *slot, u64 gpa, u32 access)
{
	bool write = access & HULL_ACCESS_WRITE;
	struct hull_host_page hp;
	bool want_writable;
	unsigned long seq;
	int err;

	/* Where writes are logged, the first one to each page must fault. */
	want_writable = write || !(slot->flags & (KVM_MEM_READONLY | KVM_MEM_LOG_DIRTY_PAGES));

	seq = READ_ONCE(mmu->invalidate_seq);
	smp_rmb();	/* the host's page tables are read after the sequence */
	err = hull_host_page_get(&hp, hull_memslot_hva(slot, gpa) & PAGE_MASK, write,
				 want_writable);
	if (!err) {
		if (!want_writable)
			hp.writable = false;
		err = fault_map(mmu, slot, gpa, access, &hp, seq);
		hull_host_page_put(&hp, !err);
	}
	return err == -EAGAIN ? HULL_MMU_RETRY : err ?: HULL_MMU_MAPPED;
}

int hull_mmu_fault(struct hull_mmu *mmu, u64 gpa, u32 access)
{
	const struct hull_memslot *slot;
	int ret, idx;

	if (current->mm != mmu->mm)
		return -EFAULT;
	atomic64_inc(&mmu->faults);
	idx = srcu_read_lock(&mmu->srcu);
	slot = hull_memslots_find(hull_mmu_slots(mmu), gpa);
	if (!slot || ((access & HULL_ACCESS_WRITE) && (slot->flags & KVM_MEM_READONLY)))
		ret = HULL_MMU_MMIO;
	else
		ret = fault_handle(mmu, slot, gpa, access);
	/* Who ends a slot takes its pages away after that: no memory, rather than a broken one. */
	if (ret == -EFAULT && hull_memslot_gone(slot))
		ret = HULL_MMU_RETRY;
	srcu_read_unlock(&mmu->srcu, idx);
	return ret;
}
