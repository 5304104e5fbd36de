// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory from the host's side: through the VMM's own mapping of it.
 */
#include <linux/srcu.h>
#include <linux/uaccess.h>

#include "private.h"

static const struct hull_memslot *slot_for(struct hull_mmu *mmu, u64 gpa, bool write)
{
	const struct hull_memslot *slot = hull_memslots_find(hull_mmu_slots(mmu), gpa);

	return slot && write && (slot->flags & KVM_MEM_READONLY) ? NULL : slot;
}

/* Bytes of [gpa, gpa + len) were written by their host address. */
static void slot_written(const struct hull_memslot *slot, u64 gpa, size_t len)
{
	u64 page;

	for (page = gpa & PAGE_MASK; slot->dirty && page < gpa + len; page += PAGE_SIZE)
		hull_dirty_set(slot, page);
}

/* One way in each copy: @write is a constant. */
static __always_inline int guest_copy(struct hull_mmu *mmu, u64 gpa, void *buf, size_t len,
				      bool write)
{
	const struct hull_memslot *slot;
	void __user *user;
	int err = 0, idx;
	size_t n;

	if (current->mm != mmu->mm)
		return -EFAULT;
	idx = srcu_read_lock(&mmu->srcu);
	for (; len && !err; gpa += n, buf += n, len -= n) {
		slot = slot_for(mmu, gpa, write);
		if (!slot) {
			err = -EFAULT;
			break;
		}
		n = min_t(u64, len, hull_memslot_left(slot, gpa));
		user = (void __user *)hull_memslot_hva(slot, gpa);
		if (write ? copy_to_user(user, buf, n) : copy_from_user(buf, user, n))
			err = -EFAULT;
		if (write)
			slot_written(slot, gpa, n);
	}
	srcu_read_unlock(&mmu->srcu, idx);
	return err;
}

int hull_mmu_read(struct hull_mmu *mmu, u64 gpa, void *buf, size_t len)
{
	return guest_copy(mmu, gpa, buf, len, false);
}

int hull_mmu_write(struct hull_mmu *mmu, u64 gpa, const void *buf, size_t len)
{
	return guest_copy(mmu, gpa, (void *)buf, len, true);
}

static u32 __user *word_find(struct hull_mmu *mmu, u64 gpa, const struct hull_memslot **slot,
			     bool write)
{
	if (current->mm != mmu->mm || !IS_ALIGNED(gpa, sizeof(u32)))
		return NULL;
	*slot = slot_for(mmu, gpa, write);
	return *slot ? (u32 __user *)hull_memslot_hva(*slot, gpa) : NULL;
}

int hull_mmu_word_read(struct hull_mmu *mmu, u64 gpa, u32 *word)
{
	const struct hull_memslot *slot;
	u32 __user *user;
	int idx, err;

	idx = srcu_read_lock(&mmu->srcu);
	user = word_find(mmu, gpa, &slot, false);
	err = user ? get_user(*word, user) : -EFAULT;
	srcu_read_unlock(&mmu->srcu, idx);
	return err;
}

int hull_mmu_word_write(struct hull_mmu *mmu, u64 gpa, u32 word)
{
	const struct hull_memslot *slot;
	u32 __user *user;
	int idx, err;

	idx = srcu_read_lock(&mmu->srcu);
	user = word_find(mmu, gpa, &slot, true);
	err = user ? put_user(word, user) : -EFAULT;
	if (!err)
		slot_written(slot, gpa, sizeof(word));
	srcu_read_unlock(&mmu->srcu, idx);
	return err;
}

int hull_mmu_hold(struct hull_mmu *mmu) __acquires(&mmu->srcu)
{
	return srcu_read_lock(&mmu->srcu);
}

void hull_mmu_release(struct hull_mmu *mmu, int idx) __releases(&mmu->srcu)
{
	srcu_read_unlock(&mmu->srcu, idx);
}

unsigned long hull_mmu_hva(struct hull_mmu *mmu, u64 gpa, size_t len, bool write)
{
	const struct hull_memslot *slot;
	unsigned long hva = 0;
	int idx;

	idx = srcu_read_lock(&mmu->srcu);
	slot = slot_for(mmu, gpa, write);
	if (slot && len <= hull_memslot_left(slot, gpa))
		hva = hull_memslot_hva(slot, gpa);
	srcu_read_unlock(&mmu->srcu, idx);
	return hva;
}
