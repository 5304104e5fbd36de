// SPDX-License-Identifier: GPL-2.0-only
/* A handler as a file: made by HULL_HANDLER_OPEN, mapped, waited for, closed. */

#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <core/record.h>
#include <hypercall/claim.h>
#include <run/abi.h>

/* The layout is what userspace's macros say. */
static_assert(sizeof(struct hull_handler_ring) <= HULL_HANDLER_REQUESTS);
static_assert(sizeof(struct hull_handler_request) == 64);
static_assert(sizeof(struct hull_handler_reply) == 16);

/* ---- memory ------------------------------------------------------------------ */

static void ring_free(struct hull_handler *handler)
{
	u32 i;

	vunmap(handler->ring);
	for (i = 0; i < handler->pages_n; i++)
		put_page(handler->pages[i]);
	kfree(handler->pages);
}

static int ring_alloc(struct hull_handler *handler)
{
	u32 n = PAGE_ALIGN(HULL_HANDLER_BYTES(handler->entries)) >> PAGE_SHIFT;
	struct page *page;
	void *base;

	handler->pages = kcalloc(n, sizeof(*handler->pages), GFP_KERNEL_ACCOUNT);
	if (!handler->pages)
		return -ENOMEM;
	for (; handler->pages_n < n; handler->pages_n++) {
		page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		if (!page)
			goto out_free;
		handler->pages[handler->pages_n] = page;
	}
	base = vmap(handler->pages, n, VM_MAP, PAGE_KERNEL);
	if (!base)
		goto out_free;
	handler->ring = base;
	handler->requests = base + HULL_HANDLER_REQUESTS;
	handler->replies = base + HULL_HANDLER_REPLIES(handler->entries);
	handler->ring->entries = handler->entries;
	return 0;

out_free:
	ring_free(handler);
	return -ENOMEM;
}

void hull_handler_put(struct hull_handler *handler)
{
	if (!refcount_dec_and_test(&handler->ref))
		return;
	hull_subject_put(&handler->record->subject);
	ring_free(handler);
	/* A vCPU may be looking at the reference count. */
	kvfree_rcu(handler, rcu);
}

static struct hull_handler *handler_new(struct hull_record *record,
					const struct hull_handler_open *args)
{
	struct hull_handler *handler;

	handler = kvzalloc(struct_size(handler, slots, args->entries), GFP_KERNEL_ACCOUNT);
	if (!handler)
		return ERR_PTR(-ENOMEM);
	handler->entries = args->entries;
	if (ring_alloc(handler)) {
		kvfree(handler);
		return ERR_PTR(-ENOMEM);
	}
	refcount_set(&handler->ref, 1);
	handler->record = record;
	hull_subject_get(&record->subject);
	INIT_LIST_HEAD(&handler->node);
	handler->first = args->first - HULL_HYPERCALL_BASE;
	handler->last = args->last - HULL_HYPERCALL_BASE;
	handler->timeout = msecs_to_jiffies(args->timeout_ms);
	strscpy(handler->name, args->name, sizeof(handler->name));
	init_waitqueue_head(&handler->wait);
	init_waitqueue_head(&handler->op_wait);
	INIT_DELAYED_WORK(&handler->watchdog, hull_handler_watch);
	spin_lock_init(&handler->lock);
	bitmap_fill(handler->free, handler->entries);
	return handler;
}

/* ---- calls ------------------------------------------------------------------- */

static long handler_reply(struct hull_handler *handler)
{
	return hull_handler_replies(handler);
}

static bool handler_ready(struct hull_handler *handler)
{
	return READ_ONCE(handler->ended) || hull_handler_waiting(handler);
}

static long handler_wait(struct hull_handler *handler, bool block)
{
	int ret = hull_handler_replies(handler);

	if (ret < 0)
		return ret;
	if (!handler_ready(handler)) {
		if (!block)
			return -EAGAIN;
		if (wait_event_interruptible_exclusive(handler->wait, handler_ready(handler)))
			return -EINTR;
	}
	if (READ_ONCE(handler->ended))
		return -ESHUTDOWN;
	return min(hull_handler_waiting(handler), handler->entries);
}

static int op_run(struct hull_handler *handler, u64 id, struct hull_handler_op *op)
{
	int ret = hull_handler_op_start(handler, id, op);

	if (ret)
		return ret;
	/* pairs with the release in op_finish() */
	if (wait_event_interruptible(handler->op_wait, smp_load_acquire(&op->done))) {
		hull_handler_op_cancel(handler, id, op);
		return -EINTR;
	}
	return op->ret;
}

static long handler_copy(struct hull_handler *handler, const struct hull_handler_copy *args,
			 bool write)
{
	void __user *buffer = u64_to_user_ptr(args->buffer);
	struct hull_handler_op *op;
	int ret = -EFAULT;

	if (!args->bytes || args->bytes > HULL_HANDLER_COPY_MAX)
		return -EINVAL;
	op = kzalloc(struct_size(op, data, args->bytes), GFP_KERNEL_ACCOUNT);
	if (!op)
		return -ENOMEM;
	refcount_set(&op->ref, 1);
	op->write = write;
	op->bytes = args->bytes;
	op->address = args->address;
	if (!write || !copy_from_user(op->data, buffer, op->bytes))
		ret = op_run(handler, args->id, op);
	if (!ret && !write && copy_to_user(buffer, op->data, op->bytes))
		ret = -EFAULT;
	hull_handler_op_put(op);
	return ret;
}

static long handler_copy_ioctl(struct hull_handler *handler, void __user *user, bool write)
{
	struct hull_handler_copy args;
	u32 size;
	int ret;

	if (get_user(size, (u32 __user *)user))
		return -EFAULT;
	if (size < sizeof(size) || size > PAGE_SIZE)
		return -EINVAL;
	ret = copy_struct_from_user(&args, sizeof(args), user, size);
	return ret ? ret : handler_copy(handler, &args, write);
}

static long handler_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct hull_handler *handler = file->private_data;

	switch (cmd) {
	case HULL_HANDLER_WAIT:
		return handler_wait(handler, !(file->f_flags & O_NONBLOCK));
	case HULL_HANDLER_REPLY:
		return handler_reply(handler);
	case HULL_HANDLER_READ:
		return handler_copy_ioctl(handler, (void __user *)arg, false);
	case HULL_HANDLER_WRITE:
		return handler_copy_ioctl(handler, (void __user *)arg, true);
	}
	return -ENOTTY;
}

static __poll_t handler_poll(struct file *file, poll_table *table)
{
	struct hull_handler *handler = file->private_data;

	poll_wait(file, &handler->wait, table);
	if (READ_ONCE(handler->ended))
		return EPOLLHUP;
	return hull_handler_waiting(handler) ? EPOLLIN | EPOLLRDNORM : 0;
}

static int handler_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct hull_handler *handler = file->private_data;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	return vm_map_pages(vma, handler->pages, handler->pages_n);
}

static int handler_release(struct inode *inode, struct file *file)
{
	struct hull_handler *handler = file->private_data;

	if (!handler)
		return 0;
	hull_claim_remove(handler);
	hull_handler_end(handler, -ESHUTDOWN);
	/* It has ended: nobody queues this again. */
	cancel_delayed_work_sync(&handler->watchdog);
	hull_handler_put(handler);
	return 0;
}

static const struct file_operations handler_fops = {
	.owner = THIS_MODULE,
	.release = handler_release,
	.unlocked_ioctl = handler_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = handler_poll,
	.mmap = handler_mmap,
	.llseek = noop_llseek,
};

/* ---- open -------------------------------------------------------------------- */

static bool args_valid(const struct hull_handler_open *args)
{
	return args->first >= HULL_HYPERCALL_USER && args->first <= args->last &&
	       args->last < HULL_HYPERCALL_USER + HULL_HYPERCALL_RANGE &&
	       args->timeout_ms && args->timeout_ms <= HULL_HANDLER_TIMEOUT_MAX &&
	       is_power_of_2(args->entries) && args->entries <= HULL_HANDLER_ENTRIES_MAX &&
	       !args->flags && strnlen(args->name, sizeof(args->name)) < sizeof(args->name) &&
	       hull_name_valid(args->name);
}

int hull_handler_open(struct hull_record *record, const struct hull_handler_open *args)
{
	struct hull_handler *handler;
	struct hull_fd fd;
	int ret;

	if (!args_valid(args))
		return -EINVAL;
	ret = hull_fd_prepare(&fd, "[hull-handler]", &handler_fops);
	if (ret)
		return ret;
	handler = handler_new(record, args);
	if (IS_ERR(handler)) {
		ret = PTR_ERR(handler);
		goto out_fd;
	}
	ret = hull_claim_add(handler);
	if (ret)
		goto out_put;
	return hull_fd_install(&fd, handler);

out_put:
	hull_handler_put(handler);
out_fd:
	hull_fd_cancel(&fd);
	return ret;
}
