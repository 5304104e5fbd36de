// SPDX-License-Identifier: GPL-2.0-only
/* Memory that VMs share: offers, handles, ends. */

#include <linux/file.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <hypercall/share_private.h>
#include <run/cpuid.h>

/* --- what is shared ------------------------------------------------------------------- */

void hull_shared_put(struct hull_shared *shared)
{
	if (!refcount_dec_and_test(&shared->users))
		return;
	mmdrop(shared->mm);
	kvfree(shared->pages);
	kfree(shared);
}

static struct hull_shared *shared_alloc(struct hull_shares *shares,
					const struct hull_share *share)
{
	struct hull_shared *shared = kzalloc(sizeof(*shared), GFP_KERNEL_ACCOUNT);

	if (!shared)
		return NULL;
	shared->pages = kvcalloc(share->bytes >> PAGE_SHIFT, sizeof(*shared->pages),
				 GFP_KERNEL_ACCOUNT);
	if (!shared->pages) {
		kfree(shared);
		return NULL;
	}
	refcount_set(&shared->users, 1);
	strscpy(shared->name, share->name, sizeof(shared->name));
	shared->rights = share->rights;
	shared->gpa = share->gpa;
	shared->mm = shares->vm->mm;
	mmgrab(shared->mm);
	INIT_LIST_HEAD(&shared->link);
	mutex_init(&shared->fault_lock);
	return shared;
}

struct hull_shared *hull_shared_find(struct hull_domain *domain, const char *name)
{
	struct hull_shared *shared;

	lockdep_assert_held(&domain->shares_lock);
	list_for_each_entry(shared, &domain->shares, link)
		if (!strcmp(shared->name, name))
			return shared;
	return NULL;
}

/* --- pages ---------------------------------------------------------------------------- */

/* The offerer's alone: locks of its pages and of its VMM may be long in coming. */
static void pages_unpin(struct hull_shared *shared)
{
	unpin_user_pages_dirty_lock(shared->pages, shared->pages_n, true);
	account_locked_vm(shared->mm, shared->locked, false);
	shared->pages_n = 0;
	shared->locked = 0;
}

/*
 * One by one, as slots may end between any two. Always for writing, whatever is offered:
 * else a later write of the offerer could go to a copy that the mapper does not see.
 */
static int pages_pin(struct hull_vm *vm, struct hull_shared *shared, u32 n)
{
	unsigned long hva;
	int ret;

	ret = account_locked_vm(vm->mm, n, true);
	if (ret)
		return ret;
	shared->locked = n;
	for (shared->pages_n = 0; shared->pages_n < n; shared->pages_n++) {
		hva = hull_mmu_hva(&vm->mmu, shared->gpa + ((u64)shared->pages_n << PAGE_SHIFT),
				   PAGE_SIZE, true);
		ret = hva ? pin_user_pages_fast(hva, 1, FOLL_WRITE | FOLL_LONGTERM,
						&shared->pages[shared->pages_n]) : -EFAULT;
		if (ret != 1)
			break;
		cond_resched();
	}
	if (shared->pages_n == n)
		return 0;
	pages_unpin(shared);
	return ret == -ENOMEM ? ret : -EFAULT;
}

/* --- offers ----------------------------------------------------------------------------- */

int hull_share_read(struct hull_call *call, struct hull_share *share)
{
	unsigned int bits = min_t(unsigned int, call->vcpu->facts->maxphyaddr,
				  HULL_GPA_BITS_MAX);

	if (!hull_domain_shared(call->vm->calls->domain))
		return -EPERM;
	if (hull_call_read(call, call->arg[0], share, sizeof(*share)))
		return -EFAULT;
	return hull_share_check(share, bits);
}

int hull_share_handle_free(struct hull_shares *shares)
{
	int i;

	lockdep_assert_held(&shares->domain->shares_lock);
	for (i = 0; i < HULL_SHARES_MAX; i++)
		if (!shares->handles[i].shared)
			return i;
	return -ENOSPC;
}

/* Return: the handle. */
static int offer_publish(struct hull_shares *shares, struct hull_shared *shared)
{
	struct hull_domain *domain = shares->domain;
	int i;

	lockdep_assert_held(&domain->shares_lock);
	if (hull_shared_find(domain, shared->name))
		return -EEXIST;
	i = hull_share_handle_free(shares);
	if (i < 0)
		return i;
	shared->owner = shares;
	list_add(&shared->link, &domain->shares);
	shares->handles[i] = (struct hull_share_handle) { .shared = shared };
	return i + 1;
}

/* @shared has its pages; it goes, with them, when this fails. */
static int offer_make(struct hull_shares *shares, struct hull_shared *shared)
{
	struct file *file = hull_share_file_create(shared);
	int ret;

	if (IS_ERR(file)) {
		pages_unpin(shared);
		return PTR_ERR(file);
	}
	shared->file = file;
	ret = mutex_lock_killable(&shares->domain->shares_lock);
	if (!ret) {
		ret = offer_publish(shares, shared);
		mutex_unlock(&shares->domain->shares_lock);
	}
	if (ret < 0) {
		pages_unpin(shared);
		fput(file);
	}
	return ret;
}

long hull_hc_share_offer(struct hull_call *call)
{
	struct hull_shares *shares = call->vm->calls->shares;
	struct hull_shared *shared;
	struct hull_share share;
	u32 n;
	int ret;

	ret = hull_share_read(call, &share);
	if (ret)
		return ret;
	n = share.bytes >> PAGE_SHIFT;
	if (atomic_add_return(n, &shares->pages) > HULL_SHARES_PAGES_MAX) {
		ret = -ENOSPC;
		goto out_count;
	}
	ret = -ENOMEM;
	shared = shared_alloc(shares, &share);
	if (!shared)
		goto out_count;
	ret = pages_pin(call->vm, shared, n);
	if (!ret)
		ret = offer_make(shares, shared);
	if (ret > 0)
		return ret;
	hull_shared_put(shared);
out_count:
	atomic_sub(n, &shares->pages);
	return ret;
}

/* --- the end ---------------------------------------------------------------------------- */

/* The mapper's writes went past the offerer's EPT. */
static void pages_dirty(const struct hull_shared *shared)
{
	u32 i;

	for (i = 0; i < shared->pages_n; i++)
		hull_mmu_dirty_mark(&shared->owner->vm->mmu,
				    shared->gpa + ((u64)i << PAGE_SHIFT));
}

/* Return: true: this was the end, after which its file is not needed any more. */
static bool shared_end(struct hull_shared *shared)
{
	if (!shared->owner)
		return false;
	if (shared->mapper) {
		hull_share_unmap(shared);
		if (shared->rights & HULL_SHARE_WRITE)
			pages_dirty(shared);
	}
	shared->owner = NULL;
	list_del(&shared->link);
	return true;
}

/* Nobody has a page of it any more, and nobody gets one. */
static void offer_release(struct hull_shares *shares, struct hull_shared *shared)
{
	atomic_sub(shared->pages_n, &shares->pages);
	pages_unpin(shared);
}

static void map_release(struct hull_shares *shares, const struct hull_share_handle *was)
{
	/*
	 * Who has found the slot may still use its address until it is deleted. One that stays,
	 * for want of memory, keeps the mapping, which has no pages, and goes before the next one.
	 */
	if (!hull_mmu_slots_reap(&shares->vm->mmu))
		hull_share_vma_drop(shares, was);
}

/* Context: shares_lock held, and given up. */
static int handle_end(struct hull_shares *shares, struct hull_share_handle *handle)
{
	struct hull_share_handle was = *handle;
	bool ended;

	lockdep_assert_held(&shares->map_lock);
	lockdep_assert_held(&shares->domain->shares_lock);
	if (!was.shared) {
		mutex_unlock(&shares->domain->shares_lock);
		return -EBADF;
	}
	ended = shared_end(was.shared);
	memset(handle, 0, sizeof(*handle));
	mutex_unlock(&shares->domain->shares_lock);
	if (ended)
		fput(was.shared->file);
	if (was.hva)
		map_release(shares, &was);
	else
		offer_release(shares, was.shared);
	hull_shared_put(was.shared);
	return 0;
}

long hull_hc_share_end(struct hull_call *call)
{
	struct hull_shares *shares = call->vm->calls->shares;
	u64 i = call->arg[0] - 1;
	int ret = -EINTR;

	if (i >= HULL_SHARES_MAX)
		return -EBADF;
	i = array_index_nospec(i, HULL_SHARES_MAX);
	if (mutex_lock_killable(&shares->map_lock))
		return -EINTR;
	if (!mutex_lock_killable(&shares->domain->shares_lock))
		ret = handle_end(shares, &shares->handles[i]);
	mutex_unlock(&shares->map_lock);
	return ret;
}

void hull_shares_reset(struct hull_shares *shares)
{
	int i;

	mutex_lock(&shares->map_lock);
	for (i = 0; i < HULL_SHARES_MAX; i++) {
		mutex_lock(&shares->domain->shares_lock);
		handle_end(shares, &shares->handles[i]);
	}
	mutex_unlock(&shares->map_lock);
}

/* --- life --------------------------------------------------------------------------------- */

int hull_shares_create(struct hull_vm_calls *calls)
{
	struct hull_shares *shares = kzalloc(sizeof(*shares), GFP_KERNEL_ACCOUNT);

	if (!shares)
		return -ENOMEM;
	shares->vm = calls->vm;
	shares->domain = calls->domain;
	mutex_init(&shares->map_lock);
	calls->shares = shares;
	return 0;
}

void hull_shares_destroy(struct hull_vm_calls *calls)
{
	hull_shares_reset(calls->shares);
	kfree(calls->shares);
}
