// SPDX-License-Identifier: GPL-2.0-only
/*
 * Birth and end of an MMU.
 */
#include <linux/sched/mm.h>

#include "private.h"

int hull_mmu_init(struct hull_mmu *mmu, struct mm_struct *mm, u32 features,
		  const struct hull_mmu_ops *ops)
{
	int err;

	*mmu = (struct hull_mmu) { .mm = mm, .features = features, .ops = ops };
	mmgrab(mm);
	err = hull_mmu_slots_init(mmu);
	if (err)
		goto drop;
	err = hull_mmu_tree_init(mmu);
	if (err)
		goto slots;
	err = hull_mmu_notifier_init(mmu);
	if (err)
		goto tree;
	return 0;
tree:
	hull_mmu_tree_destroy(mmu);
slots:
	hull_mmu_slots_destroy(mmu);
drop:
	mmdrop(mm);
	return err;
}

void hull_mmu_destroy(struct hull_mmu *mmu)
{
	hull_mmu_notifier_exit(mmu);
	hull_mmu_tree_destroy(mmu);
	hull_mmu_slots_destroy(mmu);
	mmdrop(mmu->mm);
}
