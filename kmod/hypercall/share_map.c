// SPDX-License-Identifier: GPL-2.0-only
/* The mapper's side of shared memory: a mapping in its VMM, and a memory slot for it. */

#include <linux/file.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <hypercall/share_private.h>

/* Each handle may have a slot. */
static_assert(HULL_SHARES_MAX <= HULL_MEMSLOTS_OWN);

static void map_mm_set(struct hull_shared *shared, struct mm_struct *mm)
{
	mutex_lock(&shared->fault_lock);
	shared->map_mm = mm;
	mutex_unlock(&shared->fault_lock);
}

void hull_share_unmap(struct hull_shared *shared)
{
	lockdep_assert_held(&shared->mapper->domain->shares_lock);
	/* First, so that the guest's accesses find no memory rather than a broken mapping. */
	hull_mmu_slot_own_end(&shared->mapper->vm->mmu, shared->slot);
	map_mm_set(shared, NULL);
	unmap_mapping_range(shared->file->f_mapping, 0, 0, 1);
	shared->mapper = NULL;
}

/* The VMM may have put something else there: then it is not ours to take away. */
void hull_share_vma_drop(struct hull_shares *shares, const struct hull_share_handle *handle)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	bool ours;

	if (!handle->hva || mm != shares->vm->mm)
		return;
	mmap_read_lock(mm);
	vma = vma_lookup(mm, handle->hva);
	ours = vma && vma->vm_file && vma->vm_file->private_data == handle->shared;
	mmap_read_unlock(mm);
	if (ours)
		vm_munmap(handle->hva, handle->bytes);
}

static int map_check(const struct hull_shared *shared, const struct hull_share *share)
{
	if (!shared)
		return -ENOENT;
	if (share->rights & ~shared->rights)
		return -EACCES;
	if (share->bytes >> PAGE_SHIFT > shared->pages_n)
		return -EINVAL;
	return shared->mapper ? -EBUSY : 0;
}

/* A user of what is offered under the name, and its file. */
static struct hull_shared *map_find(struct hull_shares *shares, const struct hull_share *share,
				    struct file **file)
{
	struct hull_shared *shared;
	int ret;

	if (mutex_lock_killable(&shares->domain->shares_lock))
		return ERR_PTR(-EINTR);
	shared = hull_shared_find(shares->domain, share->name);
	ret = map_check(shared, share);
	if (!ret) {
		refcount_inc(&shared->users);
		*file = get_file(shared->file);
	}
	mutex_unlock(&shares->domain->shares_lock);
	return ret ? ERR_PTR(ret) : shared;
}

/* @hva is a mapping of the file that has no pages so far. Return: the handle. */
static int map_claim(struct hull_shares *shares, struct hull_shared *shared,
		     const struct hull_share *share, unsigned long hva)
{
	int i, ret;

	lockdep_assert_held(&shares->domain->shares_lock);
	/* Much may have happened since it was found. */
	ret = shared->owner ? map_check(shared, share) : -ENOENT;
	if (ret)
		return ret;
	i = hull_share_handle_free(shares);
	if (i < 0)
		return i;
	shared->mapper = shares;
	shared->slot = HULL_MEMSLOTS_MAX + i;
	hull_mmu_slot_own_begin(&shares->vm->mmu, shared->slot);
	map_mm_set(shared, shares->vm->mm);
	refcount_inc(&shared->users);
	shares->handles[i] = (struct hull_share_handle) {
		.shared = shared, .hva = hva, .bytes = share->bytes,
	};
	return i + 1;
}

/* Of a handle that nobody was told of. */
static void map_undo(struct hull_shares *shares, struct hull_share_handle *handle)
{
	struct hull_shared *shared = handle->shared;

	mutex_lock(&shares->domain->shares_lock);
	if (shared->mapper == shares)
		hull_share_unmap(shared);
	memset(handle, 0, sizeof(*handle));
	mutex_unlock(&shares->domain->shares_lock);
	hull_shared_put(shared);
}

/* The offerer may end it at any moment: then the slot is one that nobody finds. */
static int map_slot(struct hull_shares *shares, const struct hull_share *share,
		    unsigned long hva, int handle)
{
	const struct kvm_userspace_memory_region region = {
		.slot = HULL_MEMSLOTS_MAX + handle - 1,
		.flags = share->rights & HULL_SHARE_WRITE ? 0 : KVM_MEM_READONLY,
		.guest_phys_addr = share->gpa,
		.memory_size = share->bytes,
		.userspace_addr = hva,
	};
	int ret = hull_mmu_slot_set_own(&shares->vm->mmu, &region);

	if (ret)
		map_undo(shares, &shares->handles[handle - 1]);
	return ret ?: handle;
}

static int map_make(struct hull_shares *shares, struct hull_shared *shared, struct file *file,
		    const struct hull_share *share)
{
	unsigned long prot = share->rights & HULL_SHARE_WRITE ? PROT_READ | PROT_WRITE : PROT_READ;
	struct hull_share_handle undo = { .shared = shared, .bytes = share->bytes };
	int ret;

	lockdep_assert_held(&shares->map_lock);

	/* Locks of the VMM's memory may be long in coming: none of the domain's is held. */
	undo.hva = vm_mmap(file, 0, share->bytes, prot, MAP_SHARED, 0);
	if (IS_ERR_VALUE(undo.hva))
		return -ENOMEM;
	ret = mutex_lock_killable(&shares->domain->shares_lock);
	if (!ret) {
		ret = map_claim(shares, shared, share, undo.hva);
		mutex_unlock(&shares->domain->shares_lock);
	}
	if (ret > 0)
		ret = map_slot(shares, share, undo.hva, ret);
	if (ret < 0)
		hull_share_vma_drop(shares, &undo);
	return ret;
}

static int share_map(struct hull_shares *shares, const struct hull_share *share)
{
	struct hull_shared *shared;
	struct file *file;
	int ret;

	/* A handle that is free has no slot then. */
	ret = hull_mmu_slots_reap(&shares->vm->mmu);
	if (ret)
		return ret;
	shared = map_find(shares, share, &file);
	if (IS_ERR(shared))
		return PTR_ERR(shared);
	ret = map_make(shares, shared, file, share);
	fput(file);
	hull_shared_put(shared);
	return ret;
}

long hull_hc_share_map(struct hull_call *call)
{
	struct hull_shares *shares = call->vm->calls->shares;
	struct hull_share share;
	int ret;

	ret = hull_share_read(call, &share);
	if (ret)
		return ret;
	if (mutex_lock_killable(&shares->map_lock))
		return -EINTR;
	ret = share_map(shares, &share);
	mutex_unlock(&shares->map_lock);
	return ret;
}
