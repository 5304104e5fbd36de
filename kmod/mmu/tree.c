// SPDX-License-Identifier: GPL-2.0-only
/*
 * The EPT of an MMU: memory for its tables, and operations on it under mmu->lock.
 */
#include <linux/sched.h>
#include <linux/slab.h>

#include "private.h"

static struct kmem_cache *table_cache;

int hull_mmu_room_init(void)
{
	table_cache = kmem_cache_create("hull_ept_table", PAGE_SIZE, PAGE_SIZE, SLAB_ACCOUNT, NULL);
	return table_cache ? 0 : -ENOMEM;
}

void hull_mmu_room_exit(void)
{
	kmem_cache_destroy(table_cache);
}

static u64 *table_alloc(void)
{
	return kmem_cache_zalloc(table_cache, GFP_KERNEL_ACCOUNT);
}

int hull_mmu_tree_init(struct hull_mmu *mmu)
{
	mmu->root = table_alloc();
	if (!mmu->root)
		return -ENOMEM;
	mmu->root_pa = hull_table_pa(mmu->root);
	mmu->tables = 1;
	spin_lock_init(&mmu->lock);
	return 0;
}

/* Nobody walks the tree any more. Level 1 holds no tables. */
static void table_free(u64 *table, unsigned int level)
{
	unsigned int i;

	for (i = 0; level > 1 && i < HULL_EPT_ENTRIES; i++)
		if (hull_ept_present(table[i]) && !hull_ept_leaf(table[i], level))
			table_free(hull_table_va(table[i] & HULL_EPT_ADDR), level - 1);
	kmem_cache_free(table_cache, table);
	cond_resched();
}

void hull_mmu_tree_destroy(struct hull_mmu *mmu)
{
	table_free(mmu->root, HULL_EPT_LEVELS);
	mmu->root = NULL;
}

void hull_mmu_op_init(struct hull_mmu *mmu, struct hull_ept_op *op)
{
	*op = (struct hull_ept_op) { .root = mmu->root };
	if (mmu->features & HULL_MMU_AD)
		op->features |= HULL_EPT_AD;
	if (mmu->features & HULL_MMU_NX_HUGE)
		op->features |= HULL_EPT_NX_HUGE;
}

int hull_mmu_op_fill(struct hull_ept_op *op)
{
	while (op->nr_spare < op->need) {
		u64 *table = table_alloc();

		if (!table)
			return -ENOMEM;
		op->spare[op->nr_spare++] = table;
	}
	return 0;
}

void hull_mmu_op_drain(struct hull_ept_op *op)
{
	while (op->nr_spare)
		kmem_cache_free(table_cache, op->spare[--op->nr_spare]);
}

void hull_mmu_op_commit(struct hull_mmu *mmu, struct hull_ept_op *op)
{
	lockdep_assert_held(&mmu->lock);

	if (op->flush)
		mmu->ops->flush(mmu);
	op->flush = false;

	while (op->dead) {
		u64 *table = op->dead;

		op->dead = (u64 *)(unsigned long)table[0];
		kmem_cache_free(table_cache, table);
	}
	mmu->mapped_4k += op->mapped_4k;
	mmu->mapped_2m += op->mapped_2m;
	mmu->tables += op->tables;
	op->mapped_4k = 0;
	op->mapped_2m = 0;
	op->tables = 0;
}

void hull_mmu_lock_break(struct hull_mmu *mmu, struct hull_ept_op *op)
{
	if (!need_resched() && !spin_is_contended(&mmu->lock))
		return;
	hull_mmu_op_commit(mmu, op);
	spin_unlock(&mmu->lock);
	cond_resched();
	spin_lock(&mmu->lock);
}

void hull_mmu_range(struct hull_mmu *mmu, struct hull_ept_op *op, hull_ept_range_fn fn,
		    u64 start, u64 end, bool may_sleep)
{
	lockdep_assert_held(&mmu->lock);

	while ((start = fn(op, start, end)) < end)
		if (may_sleep)
			hull_mmu_lock_break(mmu, op);
}
