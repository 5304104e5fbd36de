/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that VMs share, inside.
 *
 * The offerer's pages are pinned. The mapper's VMM gets a mapping of a file of ours, made
 * by the vCPU that asked, and a memory slot of an id that userspace cannot name. The
 * mapping has page frames, not pages: nobody in that process can take a reference that
 * would outlive the end, and the MMU notifier drops EPT entries as for any memory.
 *
 * At the end, whoever asks for it: the slot is not found any more; no fault finds pages any
 * more; what is mapped is taken away, also from faults and copies under way. None of this
 * waits for the other side's VMM, which could have others wait for ever. What might is done
 * by each side for itself: the mapper deletes the slot, the offerer lets go of the pages.
 *
 * Locks: vcpu->mutex > map_lock > shares_lock > i_mmap locks; map_lock > mmu->slots_lock;
 * mmap_lock > fault_lock; shares_lock > fault_lock. Under shares_lock nobody waits for
 * memory of a VMM, its locks, or who uses it.
 * Fields: [I] never changes; [S] domain->shares_lock; [F] fault_lock.
 */
#ifndef HULL_HYPERCALL_SHARE_PRIVATE_H
#define HULL_HYPERCALL_SHARE_PRIVATE_H

#include <linux/refcount.h>
#include <hypercall/domain.h>
#include <hypercall/meet_logic.h>
#include <hypercall/share.h>

#define HULL_SHARE_PAGES_MAX	(HULL_SHARE_BYTES_MAX >> PAGE_SHIFT)
#define HULL_SHARES_PAGES_MAX	(4 * HULL_SHARE_PAGES_MAX)	/* of all offers of a VM */

struct file;

/* What is shared. Lives as long as a handle or the file, offered or not. */
struct hull_shared {
	refcount_t users;
	char name[HULL_GUEST_NAME_MAX + 1];	/* [I] */
	u32 rights;				/* [I] HULL_SHARE_*, offered */
	u64 gpa;				/* [I] in the offerer */
	struct mm_struct *mm;			/* [I] the offerer's, mmgrab */
	u32 pages_n;				/* [I] until the offerer's handle ends */
	u32 locked;				/* likewise: pages accounted to mm */
	struct page **pages;			/* [I] likewise pinned */
	struct file *file;			/* [I] a reference until the end */

	struct hull_shares *owner;		/* [S] who offers it; NULL: it has ended */
	struct list_head link;			/* [S] domain->shares, while it has an owner */
	struct hull_shares *mapper;		/* [S] whose slot it is, or NULL */
	u32 slot;				/* [S] id, while there is a mapper */

	struct mutex fault_lock;		/* innermost: the next one */
	struct mm_struct *map_mm;		/* [F] who may have pages; NULL: nobody */
};

struct hull_share_handle {
	struct hull_shared *shared;		/* [S] a user; NULL: free */
	unsigned long hva;			/* [S] where the VMM has it; 0: this side offers */
	u64 bytes;				/* [S] likewise */
};

/* What a VM keeps for shared memory. A handle is an index plus 1. */
struct hull_shares {
	struct hull_vm *vm;			/* [I] */
	struct hull_domain *domain;		/* [I] */
	atomic_t pages;				/* offered, or about to be */
	struct mutex map_lock;			/* one at a time: maps, ends of handles */
	struct hull_share_handle handles[HULL_SHARES_MAX];
};

/* --- share.c: handles, offers, ends ------------------------------------------ */

void hull_shared_put(struct hull_shared *shared);
/** hull_share_handle_free - index of a free handle, or -ENOSPC; shares_lock held */
int hull_share_handle_free(struct hull_shares *shares);
struct hull_shared *hull_shared_find(struct hull_domain *domain, const char *name);
/** hull_share_read - the call's argument, copied once and checked. -EPERM, -EFAULT, -EINVAL */
int hull_share_read(struct hull_call *call, struct hull_share *share);

/* --- share_file.c: the mapper's way to the pages ------------------------------ */

/** hull_share_file_create - a file that maps @shared's pages, and holds a user of it */
struct file *hull_share_file_create(struct hull_shared *shared);

/* --- share_map.c --------------------------------------------------------------- */

/** hull_share_unmap - the mapper has no memory there any more, and no page; shares_lock held */
void hull_share_unmap(struct hull_shared *shared);
/** hull_share_vma_drop - take the empty mapping out of the VMM, where that is us */
void hull_share_vma_drop(struct hull_shares *shares, const struct hull_share_handle *handle);

#endif
