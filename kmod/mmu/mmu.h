/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MMU room: memory slots, EPT, dirty log, guest page walk.
 *
 * Guest memory is the VMM's memory: pages are found by the VMM's page tables on
 * an EPT violation, entered without a reference, and dropped again when the MMU
 * notifier says that the VMM's mapping changes. This room knows neither VMs nor
 * VMX; what it needs from above is in struct hull_mmu_ops.
 */
#ifndef HULL_MMU_MMU_H
#define HULL_MMU_MMU_H

#include <linux/kvm.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/types.h>

#include "walk_math.h"	/* HULL_ACCESS_*, struct hull_walk */

struct hull_mmu;
struct hull_memslots;

#define HULL_MEMSLOTS_MAX	509	/* as many as KVM's traditional limit */
#define HULL_MEMSLOTS_OWN	64	/* ids behind them, for the kernel's own */
#define HULL_GPA_BITS_MAX	46	/* four levels give 48; what we promise */

/**
 * struct hull_mmu_ops - what this room needs from above
 * @flush: make every vCPU drop translations of this MMU before it runs guest code
 *	again, and return only when none can still be using an old one. Called with
 *	mmu->lock held, must not sleep.
 */
struct hull_mmu_ops {
	void (*flush)(struct hull_mmu *mmu);
};

/* hull_mmu_init() features: what the processor's EPT offers */
#define HULL_MMU_2M		BIT(0)
#define HULL_MMU_AD		BIT(1)
#define HULL_MMU_EXEC_ONLY	BIT(2)
#define HULL_MMU_NX_HUGE	BIT(3)	/* map large pages no-execute, split on fetch */

struct hull_mmu {
	struct mm_struct *mm;			/* [I] held by mmgrab */
	const struct hull_mmu_ops *ops;		/* [I] */
	u32 features;				/* [I] HULL_MMU_* */

	struct mutex slots_lock;		/* writers of slots, dirty bitmaps */
	struct srcu_struct srcu;		/* readers of slots */
	struct hull_memslots __rcu *slots;	/* srcu; written under slots_lock */
	u32 slots_generation;			/* [a] changes with every new slots */
	bool own_gone[HULL_MEMSLOTS_OWN];	/* [a] see hull_mmu_slot_own_end() */

	spinlock_t lock;			/* the EPT and the fields below */
	struct mmu_notifier notifier;
	unsigned long invalidate_seq;		/* see hull_mmu_fault() */
	int invalidate_in_progress;
	unsigned long invalidate_start, invalidate_end;	/* all that are in progress */
	u64 *root;				/* [I] root table */
	u64 root_pa;				/* [I] */
	unsigned long mapped_4k, mapped_2m;	/* statistics: leaf entries */
	unsigned long tables;			/* statistics: table pages */
	atomic64_t faults;			/* statistics */
};

int hull_mmu_init(struct hull_mmu *mmu, struct mm_struct *mm, u32 features,
		  const struct hull_mmu_ops *ops);
/**
 * hull_mmu_destroy - undo hull_mmu_init(); no vCPU may run any more
 *
 * Leaves the notifier first, then frees the tables, then the slots.
 */
void hull_mmu_destroy(struct hull_mmu *mmu);

/**
 * hull_mmu_slot_set - create, move, re-flag or delete a memory slot
 * @region: as KVM_SET_USER_MEMORY_REGION takes it; memory_size 0 deletes
 *
 * Context: process context, may sleep, takes slots_lock.
 * Return: 0; -EINVAL: alignment, flags, id, range, wrap, change of size or address
 * of userspace memory; -EEXIST: overlap; -ENOMEM.
 */
int hull_mmu_slot_set(struct hull_mmu *mmu, const struct kvm_userspace_memory_region *region);
/**
 * hull_mmu_slot_set_own - likewise for ids of HULL_MEMSLOTS_OWN that userspace cannot name
 *
 * They overlap with no slot of userspace's either way, and do not count in
 * hull_mmu_memory().
 */
int hull_mmu_slot_set_own(struct hull_mmu *mmu, const struct kvm_userspace_memory_region *region);
/**
 * hull_mmu_slot_own_end - nobody finds the own slot @id from now on
 *
 * Waits for nobody, so it may be of another process's VM. Who has found the slot before
 * goes on to use what the VMM has at its address. The slot is deleted later: by
 * hull_mmu_slots_reap(), or when another one is set. Context: any.
 */
void hull_mmu_slot_own_end(struct hull_mmu *mmu, u32 id);
/** hull_mmu_slot_own_begin - before @id, which has no slot, is set: it may be found again */
void hull_mmu_slot_own_begin(struct hull_mmu *mmu, u32 id);
/** hull_mmu_slots_reap - delete own slots that were ended; may sleep. Return: 0, -ENOMEM */
int hull_mmu_slots_reap(struct hull_mmu *mmu);
/** hull_mmu_memory - bytes of all slots of userspace's but @except_id; may sleep */
u64 hull_mmu_memory(struct hull_mmu *mmu, u32 except_id);

/**
 * enum hull_mmu_result - what became of an EPT violation
 * @HULL_MMU_MAPPED: enter the guest again
 * @HULL_MMU_MMIO: no slot there, or a write to a read-only slot: emulate the access
 * @HULL_MMU_RETRY: raced with the notifier or a signal is pending: look, then enter
 */
enum hull_mmu_result { HULL_MMU_MAPPED, HULL_MMU_MMIO, HULL_MMU_RETRY };

/**
 * hull_mmu_fault - map the page that an EPT violation asked for
 * @gpa: guest-physical address
 * @access: HULL_ACCESS_* that the guest tried
 *
 * Context: process context of a task whose mm is mmu->mm, may sleep.
 * Return: enum hull_mmu_result, -EFAULT: the VMM's memory has no such page,
 * -EHWPOISON, -ENOMEM.
 */
int hull_mmu_fault(struct hull_mmu *mmu, u64 gpa, u32 access);

/**
 * hull_mmu_read - copy from guest-physical memory; crosses pages and slots
 *
 * Context: process context, mmu->mm current (or a kthread that uses it), may sleep.
 * Return: 0 or -EFAULT (nothing promised about @buf then).
 */
int hull_mmu_read(struct hull_mmu *mmu, u64 gpa, void *buf, size_t len);
/** hull_mmu_write - likewise to guest memory; marks pages dirty, obeys read-only slots */
int hull_mmu_write(struct hull_mmu *mmu, u64 gpa, const void *buf, size_t len);
/**
 * hull_mmu_word_read - one aligned word of guest-physical memory, read at once
 *
 * For what host and guest change side by side: never half of one value and half of
 * another. Context and result as of hull_mmu_read().
 */
int hull_mmu_word_read(struct hull_mmu *mmu, u64 gpa, u32 *word);
/** hull_mmu_word_write - likewise, written at once */
int hull_mmu_word_write(struct hull_mmu *mmu, u64 gpa, u32 word);
/**
 * hull_mmu_hold - until hull_mmu_release() memory slots stay as they are
 *
 * So that an address of hull_mmu_hva() is the guest's memory when it is used.
 * Context: may sleep, but not for a change of slots. Return: for the release.
 */
int hull_mmu_hold(struct hull_mmu *mmu) __acquires(&mmu->srcu);
void hull_mmu_release(struct hull_mmu *mmu, int idx) __releases(&mmu->srcu);

/**
 * hull_mmu_hva - userspace address of guest-physical memory
 * @len: must lie in one slot
 *
 * Return: the address, or 0 when not backed (or read-only and @write).
 */
unsigned long hull_mmu_hva(struct hull_mmu *mmu, u64 gpa, size_t len, bool write);
/** hull_mmu_dirty_mark - a page was written behind the EPT's back (by its hva) */
void hull_mmu_dirty_mark(struct hull_mmu *mmu, u64 gpa);

/* KVM_GET_DIRTY_LOG: copies, clears and write-protects again. 0, -ENOENT, -EFAULT, -EINVAL */
int hull_mmu_dirty_log_get(struct hull_mmu *mmu, const struct kvm_dirty_log *log);

/**
 * hull_mmu_walk - guest-linear to guest-physical
 * @access: HULL_ACCESS_*, HULL_WALK_SUPER
 * @gpa: result
 * @error_code: page-fault error code when it fails with -EPERM
 *
 * Sets accessed and dirty bits in the guest's tables atomically as the processor would.
 * Return: 0; -EPERM: the guest gets #PF with @error_code; -EFAULT: the tables lie
 * outside memory.
 */
int hull_mmu_walk(struct hull_mmu *mmu, const struct hull_walk *walk, u64 gva, u32 access,
		  u64 *gpa, u32 *error_code);

int hull_mmu_room_init(void);	/* caches */
void hull_mmu_room_exit(void);

/**
 * struct hull_mmu_window - guest memory in the VMM's mapping, between hold and release
 * @user: there it is up to the end of the page, by the rules of user memory
 */
struct hull_mmu_window {
	void __user *user;
	const struct hull_memslot *slot;
	u64 gpa;
};

/**
 * hull_mmu_window_find - what an access of the guest to linear @gva would find
 * @access: HULL_ACCESS_READ or _WRITE; in the guest's tables it leaves the marks of one
 *
 * Context: hull_mmu_hold(); may be atomic. Return: 0, -EFAULT.
 */
int hull_mmu_window_find(struct hull_mmu *mmu, const struct hull_walk *walk, u64 gva, u32 access,
			 struct hull_mmu_window *window);
/** hull_mmu_window_written - something was: its page is dirty */
void hull_mmu_window_written(const struct hull_mmu_window *window);

#endif
