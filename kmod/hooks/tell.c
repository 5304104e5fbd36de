// SPDX-License-Identifier: GPL-2.0-only
/* The queue of verdicts that are told. */

#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <hooks/check.h>
#include <hooks/describe.h>
#include <hooks/tell.h>

#define QUEUE_LENGTH	256u		/* a power of two */
#define SAME_DEPTH	32u		/* as many are compared with a new one */
#define DELAY		(HZ / 50)	/* how long the like of it may come and be counted */

static void tell_work_fn(struct work_struct *work);

static struct hull_verdict_event *queue;	/* [I] from init to exit */
static u32 queue_head, queue_tail;		/* queue_lock; free-running */
static u64 queue_dropped;			/* queue_lock */
static DEFINE_RAW_SPINLOCK(queue_lock);
static DECLARE_DELAYED_WORK(tell_work, tell_work_fn);
static void (*tell_fn)(const struct hull_verdict_event *event);

static bool same(const struct hull_verdict_event *a, const struct hull_verdict_event *b)
{
	return a->group == b->group && a->pid == b->pid && a->class == b->class &&
	       a->perms == b->perms && a->line == b->line && a->action == b->action &&
	       a->error == b->error && !strcmp(a->object, b->object);
}

static struct hull_verdict_event *same_find(const struct hull_verdict_event *event)
{
	u32 at = queue_tail, n;

	lockdep_assert_held(&queue_lock);
	for (n = 0; n < SAME_DEPTH && at != queue_head; n++)
		if (same(&queue[--at % QUEUE_LENGTH], event))
			return &queue[at % QUEUE_LENGTH];
	return NULL;
}

static void queue_put(const struct hull_verdict_event *event)
{
	struct hull_verdict_event *other;
	unsigned long flags;

	raw_spin_lock_irqsave(&queue_lock, flags);
	other = same_find(event);
	if (other) {
		other->count++;
	} else if (queue_tail - queue_head == QUEUE_LENGTH) {
		queue_dropped++;
	} else {
		other = &queue[queue_tail++ % QUEUE_LENGTH];
		*other = *event;
		other->dropped = queue_dropped;
		queue_dropped = 0;
	}
	raw_spin_unlock_irqrestore(&queue_lock, flags);
}

void hull_tell_fill(struct hull_verdict_event *event, const struct hull_act *act,
		    const struct hull_group *group, const struct hull_rules *rules,
		    const struct hull_verdict *verdict)
{
	const struct hull_blob_rule *rule = &rules->set.rule[verdict->rule];

	event->group = group->subject.id;
	strscpy(event->group_name, group->subject.name, sizeof(event->group_name));
	event->time_ns = ktime_get_real_ns();
	event->count = 1;
	event->pid = task_tgid_nr(current);
	event->tid = task_pid_nr(current);
	strscpy(event->comm, current->comm, sizeof(event->comm));
	event->class = act->request.class;
	event->perms = act->request.perms;
	event->action = verdict->action;
	event->would = verdict->would;
	event->error = verdict->error;
	event->line = verdict->rule ? rule->line : 0;
	event->file[0] = '\0';
	if (verdict->rule)
		strscpy(event->file, rules->set.string + rule->file, sizeof(event->file));
	hull_describe_exe(event->exe, sizeof(event->exe));
	hull_describe(act, event->object, sizeof(event->object));
}

void hull_tell_event(const struct hull_verdict_event *event)
{
	if (!READ_ONCE(tell_fn))
		return;
	queue_put(event);
	queue_delayed_work(system_unbound_wq, &tell_work, DELAY);
}

void hull_tell(const struct hull_act *act, const struct hull_group *group,
	       const struct hull_rules *rules, const struct hull_verdict *verdict)
{
	struct hull_verdict_event event;

	if (!READ_ONCE(tell_fn))
		return;
	hull_tell_fill(&event, act, group, rules, verdict);
	hull_tell_event(&event);
}

static bool queue_take(struct hull_verdict_event *event)
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

static void tell_work_fn(struct work_struct *work)
{
	void (*fn)(const struct hull_verdict_event *event);
	struct hull_verdict_event *event = kmalloc(sizeof(*event), GFP_KERNEL);

	if (!event) {
		queue_delayed_work(system_unbound_wq, &tell_work, HZ);
		return;
	}
	while (queue_take(event)) {
		fn = READ_ONCE(tell_fn);
		if (fn)
			fn(event);
	}
	kfree(event);
}

void hull_tell_fn_set(void (*fn)(const struct hull_verdict_event *event))
{
	WRITE_ONCE(tell_fn, fn);
	flush_delayed_work(&tell_work);
}

int hull_tell_init(void)
{
	queue = kvcalloc(QUEUE_LENGTH, sizeof(*queue), GFP_KERNEL);
	return queue ? 0 : -ENOMEM;
}

/* No hook is attached any more. */
void hull_tell_exit(void)
{
	cancel_delayed_work_sync(&tell_work);
	kvfree(queue);
}
