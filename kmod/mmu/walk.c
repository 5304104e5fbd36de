// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's page tables in the VMM's memory, for the walk in walk_math.c.
 */
#include <linux/uaccess.h>
#include <asm/msr-index.h>

#include "private.h"

static int entry_read(void *opaque, u64 gpa, unsigned int size, u64 *entry)
{
	unsigned long hva = hull_mmu_hva(opaque, gpa, size, false);
	u32 entry32;

	if (!hva)
		return -EFAULT;
	if (size == sizeof(u64))
		return get_user(*entry, (u64 __user *)hva);
	if (get_user(entry32, (u32 __user *)hva))
		return -EFAULT;
	*entry = entry32;
	return 0;
}

/* The exchange takes its width from the pointer's type. */
#define ENTRY_CMPXCHG(bits)							\
static int entry_cmpxchg##bits(u##bits __user *entry, u##bits old, u##bits new)	\
{										\
	bool done;								\
										\
	if (!user_access_begin(entry, sizeof(*entry)))				\
		return -EFAULT;							\
	done = unsafe_try_cmpxchg_user(entry, &old, new, efault);		\
	user_access_end();							\
	return done ? 0 : -EAGAIN;						\
efault:										\
	user_access_end();							\
	return -EFAULT;								\
}

ENTRY_CMPXCHG(32)
ENTRY_CMPXCHG(64)

static int entry_exchange(void *opaque, u64 gpa, unsigned int size, u64 old, u64 new)
{
	unsigned long hva = hull_mmu_hva(opaque, gpa, size, true);
	int err;

	if (!hva)
		return -EFAULT;
	err = size == sizeof(u64) ? entry_cmpxchg64((u64 __user *)hva, old, new) :
				    entry_cmpxchg32((u32 __user *)hva, old, new);
	if (!err)
		hull_mmu_dirty_mark(opaque, gpa);
	return err;
}

int hull_mmu_walk(struct hull_mmu *mmu, const struct hull_walk *walk, u64 gva, u32 access,
		  u64 *gpa, u32 *error_code)
{
	static const struct hull_walk_ops ops = { .read = entry_read, .exchange = entry_exchange };

	if (current->mm != mmu->mm)
		return -EFAULT;
	/* No table has an entry for it: SDM Vol. 1, 3.3.7.1. */
	if ((walk->efer & EFER_LMA) && (u64)((s64)(gva << 16) >> 16) != gva)
		return -EFAULT;
	return hull_walk_translate(walk, &ops, mmu, gva, access, gpa, error_code);
}
