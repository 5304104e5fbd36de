// SPDX-License-Identifier: GPL-2.0-only
/*
 * Eventfds that raise interrupts, and eventfds that hear of their end (KVM_IRQFD).
 *
 * An irqfd hooks into its eventfd's wait queue. It is live while it is on
 * chip->irqfds; whoever takes it off (deassignment, the end of the VM, POLLHUP when
 * the eventfd's last file closes) queues its shutdown, once. The shutdown leaves the
 * wait queue, which waits for a wake-up that is running, and frees. The chip waits
 * for all shutdowns before it goes.
 */

#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <compat/eventfd.h>
#include <irq/irq_private.h>

/*
 * The level-triggered irqfds of one GSI: each of their events raises the line; its
 * acknowledgment lowers it and tells all of them.
 */
struct hull_resampler {
	u32 gsi;				/* [I] */
	struct list_head irqfds;		/* RCU; written under chip->lock */
	struct list_head link;			/* RCU; in chip->resamplers */
};

struct hull_irqfd {
	struct hull_irqchip *chip;		/* [I] */
	u32 gsi;				/* [I] */
	struct eventfd_ctx *eventfd;		/* [I] a reference */
	struct list_head link;			/* irqfds_lock */
	wait_queue_entry_t wait;
	poll_table poll;			/* during assignment */
	struct work_struct shutdown;

	struct hull_resampler *resampler;	/* [I] NULL: edge-triggered */
	struct eventfd_ctx *resample;		/* [I] a reference */
	struct list_head resample_link;		/* RCU; in resampler->irqfds */
};

static struct workqueue_struct *shutdown_wq;

/* --- events ----------------------------------------------------------------------- */

static void irqfd_inject(struct hull_irqfd *irqfd)
{
	if (irqfd->resampler)
		hull_irq_gsi_set(irqfd->chip, irqfd->gsi, HULL_IRQ_SRC_RESAMPLE, true);
	else
		hull_irq_gsi_edge(irqfd->chip, irqfd->gsi, HULL_IRQ_SRC_USER);
}

/* Take it off the list of those that live; the first to come ends it. */
static void irqfd_deactivate(struct hull_irqfd *irqfd)
{
	lockdep_assert_held(&irqfd->chip->irqfds_lock);
	if (list_empty(&irqfd->link))
		return;
	list_del_init(&irqfd->link);
	queue_work(shutdown_wq, &irqfd->shutdown);
}

/* Under the wait queue's lock, interrupts off. */
static int irqfd_wakeup(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key)
{
	struct hull_irqfd *irqfd = container_of(wait, struct hull_irqfd, wait);
	__poll_t events = key_to_poll(key);
	unsigned long flags;
	int taken = 0;
	u64 count;

	if (events & EPOLLIN) {
		eventfd_ctx_do_read(irqfd->eventfd, &count);
		irqfd_inject(irqfd);
		taken = 1;
	}
	if (events & EPOLLHUP) {
		raw_spin_lock_irqsave(&irqfd->chip->irqfds_lock, flags);
		irqfd_deactivate(irqfd);
		raw_spin_unlock_irqrestore(&irqfd->chip->irqfds_lock, flags);
	}
	return taken;
}

static void irqfd_queue(struct file *file, wait_queue_head_t *head, poll_table *poll)
{
	struct hull_irqfd *irqfd = container_of(poll, struct hull_irqfd, poll);

	add_wait_queue_priority(head, &irqfd->wait);
}

/* Signalled with no lock of this room held: the eventfd may be another VM's irqfd. */
void hull_irqfd_gsi_acked(struct hull_irqchip *chip, u32 gsi)
{
	struct hull_resampler *resampler;
	struct hull_irqfd *irqfd;

	rcu_read_lock();
	list_for_each_entry_rcu(resampler, &chip->resamplers, link) {
		if (resampler->gsi != gsi)
			continue;
		hull_irq_gsi_set(chip, gsi, HULL_IRQ_SRC_RESAMPLE, false);
		list_for_each_entry_rcu(irqfd, &resampler->irqfds, resample_link)
			hull_compat_eventfd_signal(irqfd->resample);
	}
	rcu_read_unlock();
}

/* --- resamplers ---------------------------------------------------------------------- */

static int resampler_join(struct hull_irqfd *irqfd)
{
	struct hull_irqchip *chip = irqfd->chip;
	struct hull_resampler *r;

	lockdep_assert_held(&chip->lock);
	list_for_each_entry(r, &chip->resamplers, link)
		if (r->gsi == irqfd->gsi)
			goto join;
	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return -ENOMEM;
	r->gsi = irqfd->gsi;
	INIT_LIST_HEAD(&r->irqfds);
	list_add_rcu(&r->link, &chip->resamplers);
join:
	irqfd->resampler = r;
	list_add_rcu(&irqfd->resample_link, &r->irqfds);
	return 0;
}

static void resampler_leave(struct hull_irqfd *irqfd)
{
	struct hull_irqchip *chip = irqfd->chip;
	struct hull_resampler *r = irqfd->resampler;
	bool last;

	mutex_lock(&chip->lock);
	list_del_rcu(&irqfd->resample_link);
	last = list_empty(&r->irqfds);
	if (last)
		list_del_rcu(&r->link);
	mutex_unlock(&chip->lock);
	synchronize_rcu();
	if (last) {
		hull_irq_gsi_set(chip, r->gsi, HULL_IRQ_SRC_RESAMPLE, false);
		kfree(r);
	}
}

/* --- life ------------------------------------------------------------------------------- */

static void irqfd_free(struct hull_irqfd *irqfd)
{
	if (irqfd->resample)
		eventfd_ctx_put(irqfd->resample);
	if (irqfd->eventfd)
		eventfd_ctx_put(irqfd->eventfd);
	kfree(irqfd);
}

static void irqfd_shutdown(struct work_struct *work)
{
	struct hull_irqfd *irqfd = container_of(work, struct hull_irqfd, shutdown);
	u64 count;

	eventfd_ctx_remove_wait_queue(irqfd->eventfd, &irqfd->wait, &count);
	if (irqfd->resampler)
		resampler_leave(irqfd);
	irqfd_free(irqfd);
}

static struct hull_irqfd *irqfd_alloc(struct hull_irqchip *chip, const struct kvm_irqfd *args,
				      struct file *file)
{
	struct hull_irqfd *irqfd = kzalloc(sizeof(*irqfd), GFP_KERNEL_ACCOUNT);
	struct eventfd_ctx *ctx;

	if (!irqfd)
		return ERR_PTR(-ENOMEM);
	irqfd->chip = chip;
	irqfd->gsi = args->gsi;
	INIT_LIST_HEAD(&irqfd->link);
	INIT_WORK(&irqfd->shutdown, irqfd_shutdown);
	init_waitqueue_func_entry(&irqfd->wait, irqfd_wakeup);
	init_poll_funcptr(&irqfd->poll, irqfd_queue);
	ctx = eventfd_ctx_fileget(file);
	if (IS_ERR(ctx))
		goto fail;
	irqfd->eventfd = ctx;
	if (args->flags & KVM_IRQFD_FLAG_RESAMPLE) {
		ctx = eventfd_ctx_fdget(args->resamplefd);
		if (IS_ERR(ctx))
			goto fail;
		irqfd->resample = ctx;
	}
	return irqfd;
fail:
	irqfd_free(irqfd);
	return ERR_CAST(ctx);
}

/* One eventfd raises one GSI only. */
static int irqfd_activate(struct hull_irqfd *new)
{
	struct hull_irqchip *chip = new->chip;
	struct hull_irqfd *irqfd;
	int ret = 0;

	raw_spin_lock_irq(&chip->irqfds_lock);
	list_for_each_entry(irqfd, &chip->irqfds, link)
		if (irqfd->eventfd == new->eventfd)
			ret = -EBUSY;
	if (!ret)
		list_add_tail(&new->link, &chip->irqfds);
	raw_spin_unlock_irq(&chip->irqfds_lock);
	return ret;
}

/* Holds the file, so that no POLLHUP comes before everything is in place. */
static int irqfd_publish(struct hull_irqfd *irqfd, struct file *file)
{
	int ret;

	lockdep_assert_held(&irqfd->chip->lock);
	if (irqfd->chip->irqfds_closed)
		return -EIO;
	ret = irqfd_activate(irqfd);
	if (ret)
		return ret;
	/* What was signalled before now counts too. */
	if (vfs_poll(file, &irqfd->poll) & EPOLLIN)
		irqfd_inject(irqfd);
	return 0;
}

static int irqfd_assign(struct hull_irqchip *chip, const struct kvm_irqfd *args)
{
	struct hull_irqfd *irqfd;
	struct file *file;
	int ret = 0;

	file = fget(args->fd);
	if (!file)
		return -EBADF;
	irqfd = irqfd_alloc(chip, args, file);
	if (IS_ERR(irqfd)) {
		fput(file);
		return PTR_ERR(irqfd);
	}
	mutex_lock(&chip->lock);
	if (irqfd->resample)
		ret = resampler_join(irqfd);
	if (!ret)
		ret = irqfd_publish(irqfd, file);
	mutex_unlock(&chip->lock);
	if (ret) {
		if (irqfd->resampler)
			resampler_leave(irqfd);
		irqfd_free(irqfd);
	}
	fput(file);
	return ret;
}

static int irqfd_deassign(struct hull_irqchip *chip, const struct kvm_irqfd *args)
{
	struct eventfd_ctx *ctx = eventfd_ctx_fdget(args->fd);
	struct hull_irqfd *irqfd, *next;

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	mutex_lock(&chip->lock);	/* one that is being assigned is not in the queue yet */
	raw_spin_lock_irq(&chip->irqfds_lock);
	list_for_each_entry_safe(irqfd, next, &chip->irqfds, link)
		if (irqfd->eventfd == ctx && irqfd->gsi == args->gsi)
			irqfd_deactivate(irqfd);
	raw_spin_unlock_irq(&chip->irqfds_lock);
	mutex_unlock(&chip->lock);
	eventfd_ctx_put(ctx);
	/* When this returns the eventfd raises nothing any more. */
	flush_workqueue(shutdown_wq);
	return 0;
}

int hull_irqfd_set(struct hull_irqchip *chip, const struct kvm_irqfd *args)
{
	if (args->flags & ~(KVM_IRQFD_FLAG_DEASSIGN | KVM_IRQFD_FLAG_RESAMPLE))
		return -EINVAL;
	if (args->flags & KVM_IRQFD_FLAG_DEASSIGN)
		return irqfd_deassign(chip, args);
	/* With a split chip nobody here knows when a line was acknowledged. */
	if ((args->flags & KVM_IRQFD_FLAG_RESAMPLE) && chip->split)
		return -EINVAL;
	return irqfd_assign(chip, args);
}

void hull_irqchip_irqfds_release(struct hull_irqchip *chip)
{
	struct hull_irqfd *irqfd, *next;

	mutex_lock(&chip->lock);
	chip->irqfds_closed = true;
	mutex_unlock(&chip->lock);
	raw_spin_lock_irq(&chip->irqfds_lock);
	list_for_each_entry_safe(irqfd, next, &chip->irqfds, link)
		irqfd_deactivate(irqfd);
	raw_spin_unlock_irq(&chip->irqfds_lock);
	flush_workqueue(shutdown_wq);
}

void hull_irqfds_init(struct hull_irqchip *chip)
{
	raw_spin_lock_init(&chip->irqfds_lock);
	INIT_LIST_HEAD(&chip->irqfds);
	INIT_LIST_HEAD(&chip->resamplers);
}

int hull_irq_room_init(void)
{
	shutdown_wq = alloc_workqueue("hull-irqfd", 0, 0);
	return shutdown_wq ? 0 : -ENOMEM;
}

void hull_irq_room_exit(void)
{
	destroy_workqueue(shutdown_wq);
}
