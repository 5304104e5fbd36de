// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's page tables in the VMM's memory, for the walk in walk_math.c.
 */
#include <linux/uaccess.h>
#include <asm/msr-index.h>

#include "private.h"

/*
 * Where tables are read: slots as of one moment, and the one that was used last, which
 * has the other tables, too.
 */
struct memory {
	struct hull_mmu *mmu;
	const struct hull_memslots *slots;
	const struct hull_memslot *slot;
};

static __always_inline bool memory_find(struct memory *memory, u64 gpa)
{
	const struct hull_memslot *slot = memory->slot;

	if (likely(slot && gpa - slot->base < slot->size))
		return true;
	memory->slot = hull_memslots_find(memory->slots, gpa);
	return memory->slot;
}

/* A slot's addresses have been found to be user space's when it was made. */
static __always_inline int user_read64(u64 *entry, const u64 __user *user)
{
	__uaccess_begin_nospec();
	unsafe_get_user(*entry, user, efault);
	__uaccess_end();
	return 0;
efault:
	__uaccess_end();
	return -EFAULT;
}

static noinline int user_read32(u64 *entry, const u32 __user *user)
{
	u32 entry32;

	if (get_user(entry32, user))
		return -EFAULT;
	*entry = entry32;
	return 0;
}

/* Entries do not cross pages, nor do slots end within one. */
static int entry_read(void *opaque, u64 gpa, unsigned int size, u64 *entry)
{
	struct memory *memory = opaque;
	unsigned long hva;

	if (!memory_find(memory, gpa))
		return -EFAULT;
	hva = hull_memslot_hva(memory->slot, gpa);
	if (likely(size == sizeof(u64)))
		return user_read64(entry, (u64 __user *)hva);
	return user_read32(entry, (u32 __user *)hva);
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
	struct hull_mmu *mmu = ((struct memory *)opaque)->mmu;
	unsigned long hva = hull_mmu_hva(mmu, gpa, size, true);
	int err;

	if (!hva)
		return -EFAULT;
	err = size == sizeof(u64) ? entry_cmpxchg64((u64 __user *)hva, old, new) :
				    entry_cmpxchg32((u32 __user *)hva, old, new);
	if (!err)
		hull_mmu_dirty_mark(mmu, gpa);
	return err;
}

static const struct hull_walk_ops walk_ops = { .read = entry_read, .exchange = entry_exchange };

/* Some addresses no table has an entry for: SDM Vol. 1, 3.3.7.1. */
static bool linear_valid(const struct hull_walk *walk, u64 gva)
{
	return !(walk->efer & EFER_LMA) || (u64)((s64)(gva << 16) >> 16) == gva;
}

int hull_mmu_walk(struct hull_mmu *mmu, const struct hull_walk *walk, u64 gva, u32 access,
		  u64 *gpa, u32 *error_code)
{
	struct memory memory = { .mmu = mmu };
	int idx, ret;

	if (current->mm != mmu->mm || !linear_valid(walk, gva))
		return -EFAULT;
	idx = srcu_read_lock(&mmu->srcu);
	memory.slots = hull_mmu_slots(mmu);
	ret = hull_walk_translate(walk, &walk_ops, &memory, gva, access, gpa, error_code);
	srcu_read_unlock(&mmu->srcu, idx);
	return ret;
}

int hull_mmu_window_find(struct hull_mmu *mmu, const struct hull_walk *walk, u64 gva, u32 access,
			 struct hull_mmu_window *window)
{
	struct memory memory __uninitialized;
	u32 error __uninitialized;

	if (current->mm != mmu->mm || !linear_valid(walk, gva))
		return -EFAULT;
	memory.mmu = mmu;
	memory.slot = NULL;
	memory.slots = hull_mmu_slots(mmu);
	if (hull_walk_translate(walk, &walk_ops, &memory, gva, access, &window->gpa, &error) ||
	    !memory_find(&memory, window->gpa))
		return -EFAULT;
	window->slot = memory.slot;
	if ((access & HULL_ACCESS_WRITE) && (window->slot->flags & KVM_MEM_READONLY))
		return -EFAULT;
	/* Slots are whole pages of what was found to be user space's when they were made. */
	window->user = (void __user *)hull_memslot_hva(window->slot, window->gpa);
	return 0;
}

void hull_mmu_window_written(const struct hull_mmu_window *window)
{
	hull_dirty_set(window->slot, window->gpa);
}
