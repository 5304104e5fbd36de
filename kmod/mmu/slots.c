// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory slots: KVM_SET_USER_MEMORY_REGION.
 *
 * Readers hold srcu for as long as they use a slot, across the faulting in of a page
 * and its entry into the EPT. A slot that goes is first marked as leaving, in an array
 * of its own: faults refuse it then, but the notifier still drops its pages. Only
 * when no reader is left that saw it otherwise are its entries dropped.
 */
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "private.h"

#define SLOT_FLAGS	(KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY)
#define SLOT_PAGES_MAX	((1UL << 31) - 1)

/* What slots that leave point at. */
static const bool leaving_gone = true;

static struct hull_memslots *slots_alloc(unsigned int count)
{
	struct hull_memslots *slots;

	return kvzalloc(struct_size(slots, slot, count), GFP_KERNEL_ACCOUNT);
}

int hull_mmu_slots_init(struct hull_mmu *mmu)
{
	struct hull_memslots *slots;
	int err;

	slots = slots_alloc(0);
	if (!slots)
		return -ENOMEM;
	err = init_srcu_struct(&mmu->srcu);
	if (err) {
		kvfree(slots);
		return err;
	}
	mutex_init(&mmu->slots_lock);
	rcu_assign_pointer(mmu->slots, slots);
	return 0;
}

void hull_mmu_slots_destroy(struct hull_mmu *mmu)
{
	struct hull_memslots *slots = rcu_dereference_protected(mmu->slots, true);
	unsigned int i;

	for (i = 0; i < slots->count; i++)
		hull_dirty_free(slots->slot[i].dirty);
	kvfree(slots);
	cleanup_srcu_struct(&mmu->srcu);
}

/* Show @slots to everybody; when it returns nobody uses those before them. */
static void slots_publish(struct hull_mmu *mmu, struct hull_memslots *slots)
{
	struct hull_memslots *old;

	lockdep_assert_held(&mmu->slots_lock);
	old = rcu_replace_pointer(mmu->slots, slots, lockdep_is_held(&mmu->slots_lock));
	/* after the pointer: who caches by generation reads the generation first */
	smp_store_release(&mmu->slots_generation, mmu->slots_generation + 1);
	synchronize_srcu_expedited(&mmu->srcu);
	kvfree(old);
}

static void slot_unmap(struct hull_mmu *mmu, const struct hull_memslot *slot)
{
	struct hull_ept_op op;

	hull_mmu_op_init(mmu, &op);
	spin_lock(&mmu->lock);
	hull_mmu_range(mmu, &op, hull_ept_zap, slot->base, slot->base + slot->size, true);
	hull_mmu_range(mmu, &op, hull_ept_prune, slot->base, slot->base + slot->size, true);
	hull_mmu_op_commit(mmu, &op);
	spin_unlock(&mmu->lock);
}

static void slot_protect(struct hull_mmu *mmu, const struct hull_memslot *slot)
{
	struct hull_ept_op op;

	hull_mmu_op_init(mmu, &op);
	spin_lock(&mmu->lock);
	hull_mmu_range(mmu, &op, hull_ept_protect, slot->base, slot->base + slot->size, true);
	hull_mmu_op_commit(mmu, &op);
	spin_unlock(&mmu->lock);
}

/* Put @add (NULL: nothing) in place of slot @id; nothing is mapped there. */
static int slot_replace(struct hull_mmu *mmu, u32 id, const struct hull_memslot *add)
{
	const struct hull_memslots *now = hull_mmu_slots(mmu);
	struct hull_memslots *slots = slots_alloc(now->count + 1);

	if (!slots)
		return -ENOMEM;
	hull_memslots_copy(slots, now, id, add);
	slots_publish(mmu, slots);
	return 0;
}

/* Take @old away, and put @add (NULL: nothing) in its place. */
static int slot_leave(struct hull_mmu *mmu, const struct hull_memslot *old,
		      const struct hull_memslot *add)
{
	const struct hull_memslots *now = hull_mmu_slots(mmu);
	struct hull_memslots *leaving = slots_alloc(now->count + 1);
	struct hull_memslots *slots = slots_alloc(now->count + 1);
	struct hull_memslot slot = *old;

	if (!leaving || !slots) {
		kvfree(leaving);
		kvfree(slots);
		return -ENOMEM;
	}
	slot.gone = &leaving_gone;
	hull_memslots_copy(leaving, now, slot.id, &slot);
	hull_memslots_copy(slots, now, slot.id, add);
	slots_publish(mmu, leaving);	/* @old and @now are gone now */
	slot_unmap(mmu, &slot);
	slots_publish(mmu, slots);
	return 0;
}

static int slot_create(struct hull_mmu *mmu, const struct hull_memslot *want)
{
	struct hull_memslot slot = *want;
	int err;

	if (slot.flags & KVM_MEM_LOG_DIRTY_PAGES) {
		slot.dirty = hull_dirty_alloc(slot.size);
		if (!slot.dirty)
			return -ENOMEM;
	}
	err = slot_replace(mmu, slot.id, &slot);
	if (err)
		hull_dirty_free(slot.dirty);
	return err;
}

static int slot_delete(struct hull_mmu *mmu, const struct hull_memslot *old)
{
	unsigned long *dirty = old->dirty;
	int err;

	err = slot_leave(mmu, old, NULL);
	if (!err)
		hull_dirty_free(dirty);
	return err;
}

/* Another address, another choice of logging, or both. */
static int slot_change(struct hull_mmu *mmu, const struct hull_memslot *old,
		       const struct hull_memslot *want)
{
	unsigned long *was = old->dirty;
	bool moved = old->base != want->base;
	struct hull_memslot slot = *want;
	int err;

	if (slot.flags & KVM_MEM_LOG_DIRTY_PAGES) {
		slot.dirty = was ?: hull_dirty_alloc(slot.size);
		if (!slot.dirty)
			return -ENOMEM;
	}
	err = moved ? slot_leave(mmu, old, &slot) : slot_replace(mmu, slot.id, &slot);
	if (err) {
		if (slot.dirty != was)
			hull_dirty_free(slot.dirty);
		return err;
	}
	if (!moved && slot.dirty && !was)
		slot_protect(mmu, &slot);
	else if (!moved && !slot.dirty)
		slot_unmap(mmu, &slot);		/* so that large pages come back */
	if (slot.dirty != was)
		hull_dirty_free(was);
	return 0;
}

static int region_check(const struct kvm_userspace_memory_region *region)
{
	u64 hva = region->userspace_addr, size = region->memory_size;
	u64 gpa = region->guest_phys_addr;

	if (region->flags & ~SLOT_FLAGS)
		return -EINVAL;
	if (!PAGE_ALIGNED(size) || !PAGE_ALIGNED(gpa) || !PAGE_ALIGNED(hva))
		return -EINVAL;
	if (size >> PAGE_SHIFT > SLOT_PAGES_MAX)
		return -EINVAL;
	if (gpa >= BIT_ULL(HULL_GPA_BITS_MAX) || size > BIT_ULL(HULL_GPA_BITS_MAX) - gpa)
		return -EINVAL;
	/*
	 * No wrap, no address of the kernel, and no tag in the upper bits: get_user_pages()
	 * would strip it, and the notifier would look for an address that we don't know.
	 */
	if (size && (!hva || size > TASK_SIZE_MAX || hva > TASK_SIZE_MAX - size ||
		     !access_ok((void __user *)(unsigned long)hva, size)))
		return -EINVAL;
	return 0;
}

static int slot_set(struct hull_mmu *mmu, const struct hull_memslot *want)
{
	const struct hull_memslots *slots = hull_mmu_slots(mmu);
	const struct hull_memslot *old = hull_memslots_find_id(slots, want->id);

	if (!want->size)
		return old ? slot_delete(mmu, old) : -EINVAL;
	if (old && (old->size != want->size || old->hva != want->hva ||
		    (old->flags ^ want->flags) & KVM_MEM_READONLY))
		return -EINVAL;
	if (hull_memslots_overlap(slots, want->base, want->size, want->id))
		return -EEXIST;
	if (!old)
		return slot_create(mmu, want);
	if (old->base == want->base && old->flags == want->flags)
		return 0;
	return slot_change(mmu, old, want);
}

static u32 own_index(u32 id)
{
	return array_index_nospec(id - HULL_MEMSLOTS_MAX, HULL_MEMSLOTS_OWN);
}

void hull_mmu_slot_own_begin(struct hull_mmu *mmu, u32 id)
{
	WRITE_ONCE(mmu->own_gone[own_index(id)], false);
}

void hull_mmu_slot_own_end(struct hull_mmu *mmu, u32 id)
{
	WRITE_ONCE(mmu->own_gone[own_index(id)], true);
}

static const struct hull_memslot *slot_gone(struct hull_mmu *mmu)
{
	const struct hull_memslots *slots = hull_mmu_slots(mmu);
	unsigned int i;

	for (i = 0; i < slots->count; i++)
		if (hull_memslot_gone(&slots->slot[i]))
			return &slots->slot[i];
	return NULL;
}

/* Each pass deletes one; there are HULL_MEMSLOTS_OWN at most. */
static int slots_reap(struct hull_mmu *mmu)
{
	const struct hull_memslot *slot;
	int err = 0;

	lockdep_assert_held(&mmu->slots_lock);
	while (!err && (slot = slot_gone(mmu)))
		err = slot_delete(mmu, slot);
	return err;
}

int hull_mmu_slots_reap(struct hull_mmu *mmu)
{
	int err;

	mutex_lock(&mmu->slots_lock);
	err = slots_reap(mmu);
	mutex_unlock(&mmu->slots_lock);
	return err;
}

/* @gone: of the slot to be */
static int region_set(struct hull_mmu *mmu, const struct kvm_userspace_memory_region *region,
		      const bool *gone)
{
	const struct hull_memslot want = {
		.base = region->guest_phys_addr,
		.size = region->memory_size,
		.hva = region->userspace_addr,
		.id = region->slot,
		.flags = region->flags,
		.gone = gone,
	};
	int err;

	err = region_check(region);
	if (err)
		return err;
	mutex_lock(&mmu->slots_lock);
	/* They are in nobody's way. */
	err = slots_reap(mmu) ?: slot_set(mmu, &want);
	mutex_unlock(&mmu->slots_lock);
	return err;
}

int hull_mmu_slot_set(struct hull_mmu *mmu, const struct kvm_userspace_memory_region *region)
{
	return region->slot < HULL_MEMSLOTS_MAX ? region_set(mmu, region, NULL) : -EINVAL;
}

int hull_mmu_slot_set_own(struct hull_mmu *mmu, const struct kvm_userspace_memory_region *region)
{
	u32 own = region->slot - HULL_MEMSLOTS_MAX;

	if (own >= HULL_MEMSLOTS_OWN)
		return -EINVAL;
	return region_set(mmu, region, &mmu->own_gone[own_index(region->slot)]);
}

u64 hull_mmu_memory(struct hull_mmu *mmu, u32 except_id)
{
	const struct hull_memslots *slots;
	unsigned int i;
	u64 sum = 0;

	mutex_lock(&mmu->slots_lock);
	slots = hull_mmu_slots(mmu);
	for (i = 0; i < slots->count; i++)
		if (slots->slot[i].id != except_id && slots->slot[i].id < HULL_MEMSLOTS_MAX)
			sum += slots->slot[i].size;
	mutex_unlock(&mmu->slots_lock);
	return sum;
}
