// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queue of audited calls. A VM's share is limited first, under a lock of its own,
 * so that a guest that floods takes neither the queue nor the lock from others.
 */

#include <linux/mm.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <core/audit.h>
#include <core/record.h>

#define QUEUE_LENGTH	512u		/* a power of two */

static const struct hull_policy_rule limit_rule = {
	.rate = HULL_AUDIT_RATE,
	.burst = HULL_AUDIT_BURST,
};

static void queue_work_fn(struct work_struct *work);

static struct hull_audit_event *queue;		/* [I] from init to exit */
static u32 queue_head, queue_tail;		/* queue_lock; free-running */
static DEFINE_RAW_SPINLOCK(queue_lock);
static DECLARE_WORK(queue_work_item, queue_work_fn);
static void (*event_fn)(const struct hull_audit_event *event);

void hull_audit_limit_init(struct hull_audit_limit *limit)
{
	raw_spin_lock_init(&limit->lock);
}

/* May this one go? Then @lost says how many could not since the last that could. */
static bool limit_take(struct hull_audit_limit *limit, u64 *lost)
{
	unsigned long flags;
	bool below;

	raw_spin_lock_irqsave(&limit->lock, flags);
	below = hull_policy_bucket_take(&limit->bucket, &limit_rule, ktime_get_ns());
	*lost = limit->dropped;
	limit->dropped = below ? 0 : limit->dropped + 1;
	raw_spin_unlock_irqrestore(&limit->lock, flags);
	return below;
}

static void limit_lost(struct hull_audit_limit *limit, u64 n)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&limit->lock, flags);
	limit->dropped += n;
	raw_spin_unlock_irqrestore(&limit->lock, flags);
}

static bool queue_put(const struct hull_record *record, const struct hull_audit_call *call,
		      u64 lost)
{
	struct hull_audit_event *event;
	unsigned long flags;
	bool room;

	raw_spin_lock_irqsave(&queue_lock, flags);
	room = queue_tail - queue_head < QUEUE_LENGTH;
	if (room) {
		event = &queue[queue_tail++ % QUEUE_LENGTH];
		event->vm = record->subject.id;
		memcpy(event->vm_name, record->subject.name, sizeof(event->vm_name));
		event->time_ns = ktime_get_real_ns();
		event->dropped = lost;
		event->call = *call;
	}
	raw_spin_unlock_irqrestore(&queue_lock, flags);
	return room;
}

void hull_audit_call(struct hull_record *record, const struct hull_audit_call *call)
{
	u64 lost;

	if (!limit_take(&record->audit, &lost))
		return;
	if (!queue_put(record, call, lost)) {
		limit_lost(&record->audit, lost + 1);
		return;
	}
	queue_work(system_unbound_wq, &queue_work_item);
}

static bool queue_take(struct hull_audit_event *event)
{
	unsigned long flags;
	bool any;

	raw_spin_lock_irqsave(&queue_lock, flags);
	any = queue_head != queue_tail;
	if (any)
		*event = queue[queue_head++ % QUEUE_LENGTH];
	raw_spin_unlock_irqrestore(&queue_lock, flags);
	return any;
}

static void queue_work_fn(struct work_struct *work)
{
	void (*fn)(const struct hull_audit_event *event);
	struct hull_audit_event event;

	while (queue_take(&event)) {
		fn = READ_ONCE(event_fn);
		if (fn)
			fn(&event);
	}
}

void hull_audit_fn_set(void (*fn)(const struct hull_audit_event *event))
{
	WRITE_ONCE(event_fn, fn);
	flush_work(&queue_work_item);
}

int hull_audit_init(void)
{
	queue = kvcalloc(QUEUE_LENGTH, sizeof(*queue), GFP_KERNEL);
	return queue ? 0 : -ENOMEM;
}

/* Nobody queues any more: the last record is gone. */
void hull_audit_exit(void)
{
	cancel_work_sync(&queue_work_item);
	kvfree(queue);
}
