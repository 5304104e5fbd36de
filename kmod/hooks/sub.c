// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is under which policy of a set. A process that has never executed what a rule says "to"
 * about has no entry, and is under the first one. Entries are a process's, for all its
 * threads; a fork copies them, its end takes them away. A process in nested groups can have
 * one for each.
 *
 * The key is the address of signal_struct, which a process keeps from fork to end, and
 * which is another one's only after this one's end was told.
 */

#include <linux/binfmts.h>
#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <core/group_table.h>
#include <core/group_watch.h>
#include <hooks/check.h>
#include <hooks/sub.h>
#include <hooks/walk.h>

/* @name: of the policy, as the blob has it: no NUL at its end */
struct sub {
	struct hlist_node node;			/* sub_lock; read under RCU */
	const struct signal_struct *process;	/* [I] a key: never followed */
	u32 group;				/* [I] ID */
	u32 len;				/* [I] of @name */
	struct rcu_head rcu;
	char name[];				/* [I] */
};

static DEFINE_HASHTABLE(subs, 8);
static DEFINE_SPINLOCK(sub_lock);
static atomic_t n_subs;		/* in the table */

static inline struct hlist_head *bucket_of(const struct signal_struct *process)
{
	return &subs[hash_ptr(process, HASH_BITS(subs))];
}

static struct sub *sub_find(const struct signal_struct *process, u32 group)
{
	struct sub *sub;

	hlist_for_each_entry_rcu(sub, bucket_of(process), node, lockdep_is_held(&sub_lock))
		if (sub->process == process && sub->group == group)
			return sub;
	return NULL;
}

u32 hull_sub_of(const struct task_struct *task, const struct hull_rules *rules)
{
	const struct sub *sub;
	int at;

	if (rules->set.n_subs == 1 || !atomic_read(&n_subs))
		return 0;
	sub = sub_find(task->signal, rules->group);
	at = sub ? hull_ruleset_sub(&rules->set, sub->name, sub->len) : 0;
	return at < 0 ? 0 : at;
}

/* ---- changes ------------------------------------------------------------------- */

static struct sub *sub_new(const struct signal_struct *process, u32 group, const char *name,
			   u32 len)
{
	struct sub *sub = kmalloc(struct_size(sub, name, len),
				  GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);

	if (!sub)
		return NULL;
	sub->process = process;
	sub->group = group;
	sub->len = len;
	memcpy(sub->name, name, len);
	return sub;
}

static void sub_add(struct sub *sub)
{
	lockdep_assert_held(&sub_lock);
	hlist_add_head_rcu(&sub->node, bucket_of(sub->process));
	atomic_inc(&n_subs);
}

static void sub_remove(struct sub *sub)
{
	lockdep_assert_held(&sub_lock);
	hlist_del_rcu(&sub->node);
	atomic_dec(&n_subs);
	kfree_rcu(sub, rcu);
}

/* The process is under policy @at of @rules from now on. Nobody else changes its entries. */
static bool sub_set(const struct hull_rules *rules, u32 at)
{
	const struct hull_blob_string *name = &rules->set.sub[at].name;
	struct sub *old, *new = NULL;

	if (at) {
		new = sub_new(current->signal, rules->group, rules->set.string + name->at,
			      name->len);
		if (!new)
			return false;
	}
	spin_lock(&sub_lock);
	old = sub_find(current->signal, rules->group);
	if (old)
		sub_remove(old);
	if (new)
		sub_add(new);
	spin_unlock(&sub_lock);
	return true;
}

/* Under a policy that cannot be written down it does not go on. */
static void give_up(struct task_struct *task)
{
	send_sig(SIGKILL, task, 1);
}

/* ---- what tasks do ------------------------------------------------------------------ */

static noinline void exec_under(const struct hull_rules *rules, const struct path *program)
{
	struct hull_verdict verdict;
	struct hull_act act;

	hull_act_init(&act, HULL_CLASS_FILE, HULL_FILE_EXECUTE);
	hull_walk(&rules->set, hull_task_sub(rules), &act.request, program, NULL, &verdict);
	if (verdict.sub != HULL_SUB_SAME && !sub_set(rules, verdict.sub))
		give_up(current);
}

/*
 * The program is known, and nothing of it has run. A script is not what runs: that is its
 * interpreter.
 */
static void on_exec(struct hull_group *group, struct linux_binprm *bprm)
{
	const struct hull_rules *rules;

	for (; group; group = rcu_dereference_sched(group->parent)) {
		rules = rcu_dereference_sched(group->rules);
		if (rules && unlikely(rules->set.n_subs != 1))
			exec_under(rules, &bprm->file->f_path);
	}
}

static void on_fork(struct task_struct *parent, struct task_struct *child)
{
	struct sub *sub, *copy;
	bool done = true;

	if (!atomic_read(&n_subs) || child->signal == parent->signal)
		return;
	spin_lock(&sub_lock);
	hlist_for_each_entry(sub, bucket_of(parent->signal), node) {
		if (sub->process != parent->signal)
			continue;
		copy = sub_new(child->signal, sub->group, sub->name, sub->len);
		if (copy)
			sub_add(copy);
		else
			done = false;
	}
	spin_unlock(&sub_lock);
	if (!done)
		give_up(child);
}

static void on_exit(struct task_struct *task)
{
	struct hlist_node *next;
	struct sub *sub;

	if (!atomic_read(&n_subs) || atomic_read(&task->signal->live))
		return;
	spin_lock(&sub_lock);
	hlist_for_each_entry_safe(sub, next, bucket_of(task->signal), node)
		if (sub->process == task->signal)
			sub_remove(sub);
	spin_unlock(&sub_lock);
}

/* Its processes may have been moved out of it, and end when nobody listens any more. */
static void on_gone(u32 group)
{
	struct hlist_node *next;
	struct sub *sub;
	int i;

	if (!atomic_read(&n_subs))
		return;
	spin_lock(&sub_lock);
	hash_for_each_safe(subs, i, next, sub, node)
		if (sub->group == group)
			sub_remove(sub);
	spin_unlock(&sub_lock);
}

static const struct hull_group_task_ops task_ops = {
	.fork = on_fork, .exec = on_exec, .exit = on_exit, .gone = on_gone,
};

/* Until there is such a set nobody pays for what tasks do. */
void hull_sub_begin(void)
{
	hull_group_task_ops_set(&task_ops);
}

void hull_sub_exit(void)
{
	struct hlist_node *next;
	struct sub *sub;
	int i;

	hull_group_task_ops_set(NULL);
	spin_lock(&sub_lock);
	hash_for_each_safe(subs, i, next, sub, node)
		sub_remove(sub);
	spin_unlock(&sub_lock);
}
