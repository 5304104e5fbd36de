// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tracepoints tell of processes that begin and end, and of cgroups that fill, empty,
 * freeze and go; some with spinlocks of the kernel's held and interrupts off. So what
 * listeners are to be told is noted as bits in the group and told by a worker: events
 * may be merged, but the last one said of anything is what is.
 */

#include <linux/binfmts.h>
#include <linux/cgroup.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <trace/events/cgroup.h>
#include <trace/events/oom.h>
#include <trace/events/sched.h>
#include <compat/tracepoint.h>
#include <core/group_table.h>
#include <core/group_watch.h>

/* How long to go on listening when there is no group: starting one after the other is usual. */
#define LINGER	(10 * HZ)

/* Bits of hull_group.pending */
enum {
	TELL_STARTED, TELL_EMPTY, TELL_FROZEN, TELL_THAWED, TELL_OOM, TELL_GONE, DO_FREEZE,
	TELL_QUEUED,
};

static LLIST_HEAD(pending);
static void pending_work(struct work_struct *work);
static DECLARE_WORK(pending_worker, pending_work);

static DEFINE_MUTEX(watch_lock);
static u32 watchers;				/* watch_lock */
static bool watching;				/* watch_lock */
static void watch_end(struct work_struct *work);
static DECLARE_DELAYED_WORK(watch_ender, watch_end);

static hull_group_event_fn event_fn;

void hull_group_event_fn_set(hull_group_event_fn fn)
{
	WRITE_ONCE(event_fn, fn);
}

void hull_group_event(struct hull_group *group, enum hull_event_kind kind)
{
	hull_group_event_fn fn = READ_ONCE(event_fn);

	lockdep_assert_held(&group->lock);
	if (fn)
		fn(group, kind);
}

/* The caller has a reference, or has found @group in the table in this RCU read side. */
static void tell_later(struct hull_group *group, unsigned int bits)
{
	unsigned int old = atomic_fetch_or(bits | BIT(TELL_QUEUED), &group->pending);

	if (old & BIT(TELL_QUEUED))
		return;
	/* One that is being freed has nothing to say; its bit stays, and stops others here. */
	if (!hull_subject_get_unless_gone(&group->subject))
		return;
	if (llist_add(&group->pending_node, &pending))
		schedule_work(&pending_worker);
}

/* Two states that follow each other; both bits: there and back, if it is where it was. */
static void tell_pair(struct hull_group *group, bool *told, bool now, bool both,
		      enum hull_event_kind on, enum hull_event_kind off)
{
	if (*told == now && both)
		hull_group_event(group, now ? off : on);
	if (*told != now || both)
		hull_group_event(group, now ? on : off);
	*told = now;
}

/* The cgroup was removed; nobody can be in it again. */
static void cgroup_gone(struct hull_group *group)
{
	struct cgroup *cgroup = group->cgroup;

	lockdep_assert_held(&group->lock);
	if (!cgroup)
		return;
	WRITE_ONCE(group->cgroup, NULL);
	cgroup_put(cgroup);
	if (group->deleted)
		return;
	hull_group_event(group, HULL_EVENT_GROUP_GONE);
	if (group->config.flags & HULL_GROUP_F_TRANSIENT)
		hull_group_end(group);
}

static bool both(unsigned int bits, unsigned int a, unsigned int b)
{
	return (bits & BIT(a)) && (bits & BIT(b));
}

static void pending_tell(struct hull_group *group)
{
	struct cgroup *cgroup;
	unsigned int bits;

	mutex_lock(&group->lock);
	/* From here on it can be queued again. */
	bits = atomic_xchg(&group->pending, 0);
	cgroup = group->cgroup;
	if (cgroup && !group->deleted && (bits & BIT(DO_FREEZE)))
		hull_cgroup_freeze(cgroup);
	if (!group->deleted) {
		tell_pair(group, &group->told_running, cgroup && cgroup_is_populated(cgroup),
			  both(bits, TELL_STARTED, TELL_EMPTY), HULL_EVENT_GROUP_STARTED,
			  HULL_EVENT_GROUP_EMPTY);
		tell_pair(group, &group->told_frozen,
			  cgroup && test_bit(CGRP_FROZEN, &cgroup->flags),
			  both(bits, TELL_FROZEN, TELL_THAWED), HULL_EVENT_GROUP_FROZEN,
			  HULL_EVENT_GROUP_THAWED);
		if (bits & BIT(TELL_OOM))
			hull_group_event(group, HULL_EVENT_GROUP_OOM);
	}
	if (bits & BIT(TELL_GONE))
		cgroup_gone(group);
	mutex_unlock(&group->lock);
}

static void pending_work(struct work_struct *work)
{
	struct hull_group *group, *next;
	struct llist_node *list = llist_reverse_order(llist_del_all(&pending));

	llist_for_each_entry_safe(group, next, list, pending_node) {
		pending_tell(group);
		hull_subject_put(&group->subject);
	}
}

void hull_group_freeze(struct hull_group *group)
{
	tell_later(group, BIT(DO_FREEZE));
}

void hull_group_freeze_wait(void)
{
	flush_work(&pending_worker);
}

void hull_group_look(struct hull_group *group)
{
	if (cgroup_is_populated(group->cgroup)) {
		atomic64_cmpxchg(&group->started, 0, ktime_get_real_ns());
		tell_later(group, BIT(TELL_STARTED));
	}
	if (test_bit(CGRP_FROZEN, &group->cgroup->flags))
		tell_later(group, BIT(TELL_FROZEN));
}

static void on_populated(void *data, struct cgroup *cgroup, const char *path, int populated)
{
	struct hull_group *group;

	rcu_read_lock();
	group = hull_group_at(cgroup);
	if (group) {
		if (populated)
			atomic64_set(&group->started, ktime_get_real_ns());
		tell_later(group, populated ? BIT(TELL_STARTED) : BIT(TELL_EMPTY));
	}
	rcu_read_unlock();
}

static void on_frozen(void *data, struct cgroup *cgroup, const char *path, int frozen)
{
	struct hull_group *group;

	rcu_read_lock();
	group = hull_group_at(cgroup);
	if (group)
		tell_later(group, frozen ? BIT(TELL_FROZEN) : BIT(TELL_THAWED));
	rcu_read_unlock();
}

static void on_mkdir(void *data, struct cgroup *cgroup, const char *path)
{
	hull_group_cgroup_made(cgroup);
}

static void on_rmdir(void *data, struct cgroup *cgroup, const char *path)
{
	struct hull_group *group;

	hull_group_cgroup_removed(cgroup);
	rcu_read_lock();
	group = hull_group_at(cgroup);
	if (group && hull_subject_get_unless_gone(&group->subject)) {
		hull_group_unbind_removed(group);
		tell_later(group, BIT(TELL_GONE));
		hull_subject_put(&group->subject);
	}
	rcu_read_unlock();
}

static const struct hull_group_task_ops *task_ops;

void hull_group_task_ops_set(const struct hull_group_task_ops *ops)
{
	WRITE_ONCE(task_ops, ops);
}

void hull_group_task_gone(struct hull_group *group)
{
	const struct hull_group_task_ops *ops = READ_ONCE(task_ops);

	if (ops)
		ops->gone(group->subject.id);
}

/*
 * Counted where it happened and in all groups around. A tracepoint's probes are called with
 * preemption off, and that is an RCU read side.
 */
static __always_inline void count_up(struct hull_group *group, enum hull_group_count which)
{
	for (; group; group = rcu_dereference_sched(group->parent))
		hull_group_count(group, which);
}

static void on_fork(void *data, struct task_struct *parent, struct task_struct *child)
{
	const struct hull_group_task_ops *ops = READ_ONCE(task_ops);

	count_up(hull_group_of_sched(child),
		 thread_group_leader(child) ? HULL_COUNT_FORKS : HULL_COUNT_THREADS);
	if (ops)
		ops->fork(parent, child);
}

static void on_exec(void *data, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	const struct hull_group_task_ops *ops = READ_ONCE(task_ops);
	struct hull_group *group = hull_group_of_sched(task);

	count_up(group, HULL_COUNT_EXECS);
	if (group && ops)
		ops->exec(group, bprm);
}

static void on_exit(void *data, struct task_struct *task)
{
	unsigned int signal = task->exit_code & 0x7f, status = (task->exit_code >> 8) & 0xff;
	const struct hull_group_task_ops *ops = READ_ONCE(task_ops);
	struct hull_group *group;

	if (ops)
		ops->exit(task);
	/* A leader that gives way to a thread which executes a program is no end of a process. */
	if (!thread_group_leader(task) || READ_ONCE(task->signal->group_exec_task))
		return;
	for (group = hull_group_of_sched(task); group;
	     group = rcu_dereference_sched(group->parent)) {
		hull_group_count(group, HULL_COUNT_EXITS);
		if (signal && signal <= _NSIG)
			atomic64_inc(&group->signals[signal]);
		else if (status)
			hull_group_count(group, HULL_COUNT_FAILED);
	}
}

static void on_oom(void *data, struct task_struct *task, uid_t uid)
{
	struct hull_group *group;

	rcu_read_lock();
	for (group = hull_group_of(task); group; group = hull_group_outer(group)) {
		hull_group_count(group, HULL_COUNT_OOM_KILLS);
		tell_later(group, BIT(TELL_OOM));
	}
	rcu_read_unlock();
}

static struct hull_tracepoint tracepoints[] = {
	{ .name = "cgroup_mkdir", .probe = on_mkdir },
	{ .name = "cgroup_rmdir", .probe = on_rmdir },
	{ .name = "cgroup_notify_populated", .probe = on_populated },
	{ .name = "cgroup_notify_frozen", .probe = on_frozen },
	{ .name = "sched_process_fork", .probe = on_fork },
	{ .name = "sched_process_exec", .probe = on_exec },
	{ .name = "sched_process_exit", .probe = on_exit },
	{ .name = "mark_victim", .probe = on_oom },
};

/* A kernel with other arguments must not compile. */
static void probes_check(void)
{
	check_trace_callback_type_cgroup_mkdir(on_mkdir);
	check_trace_callback_type_cgroup_rmdir(on_rmdir);
	check_trace_callback_type_cgroup_notify_populated(on_populated);
	check_trace_callback_type_cgroup_notify_frozen(on_frozen);
	check_trace_callback_type_sched_process_fork(on_fork);
	check_trace_callback_type_sched_process_exec(on_exec);
	check_trace_callback_type_sched_process_exit(on_exit);
	check_trace_callback_type_mark_victim(on_oom);
}

int hull_group_watch(void)
{
	int ret = 0;

	probes_check();
	mutex_lock(&watch_lock);
	if (!watching) {
		ret = hull_tracepoints_register(tracepoints, ARRAY_SIZE(tracepoints));
		if (!ret)
			static_branch_enable(&hull_groups_key);
		watching = !ret;
	}
	if (!ret)
		watchers++;
	mutex_unlock(&watch_lock);
	return ret;
}

void hull_group_unwatch(void)
{
	mutex_lock(&watch_lock);
	if (!--watchers)
		mod_delayed_work(system_wq, &watch_ender, LINGER);
	mutex_unlock(&watch_lock);
}

static void watch_end(struct work_struct *work)
{
	mutex_lock(&watch_lock);
	if (watching && !watchers) {
		static_branch_disable(&hull_groups_key);
		hull_tracepoints_unregister(tracepoints, ARRAY_SIZE(tracepoints));
		watching = false;
	}
	mutex_unlock(&watch_lock);
}

void hull_group_watch_exit(void)
{
	cancel_delayed_work_sync(&watch_ender);
	watch_end(NULL);
	flush_work(&pending_worker);
}
