/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a hook to a verdict: a hook describes what is about to be done, the policies of
 * the task's group and of those around it decide, and what comes of it is done here.
 */
#ifndef HULL_HOOKS_CHECK_H
#define HULL_HOOKS_CHECK_H

#include <linux/fs.h>
#include <core/group_table.h>
#include <hooks/sub.h>
#include <policy/rules.h>

struct hull_question;
struct sock;

/**
 * struct hull_act - something about to be done
 * @request: what the evaluator is asked; @peer, @named, @name, @n_names are filled in here
 * @path: FILE, MOUNT: the object, or the directory it is made in; @path.mnt may be NULL
 *	where the function does not say
 * @child: FILE with depth 1: what is made; else NULL
 * @peer: PEER: the other task, or NULL
 * @peer_cgroup: UNIX: the cgroup that the other socket was made in, or NULL
 * @subject: whose policy judges it, if that is not the caller
 * @floor: what a default allows does not reach those outside the group: a rule must say so
 * @questions: to be asked when nobody has denied it
 */
struct hull_act {
	struct hull_request request;
	struct path path;
	const struct dentry *child;
	struct task_struct *peer;
	const struct cgroup *peer_cgroup;
	struct task_struct *subject;
	bool floor;
	struct hull_question *questions;
};


static inline void hull_act_init(struct hull_act *act, u32 class, u32 perms)
{
	act->request.class = class;
	act->request.peer = 0;
	act->request.named = 0;
	act->request.depth = 0;
	act->request.n_names = 0;
	act->request.perms = perms;
	act->request.number = 0;
	act->path.mnt = NULL;
	act->path.dentry = NULL;
	act->child = NULL;
	act->peer = NULL;
	act->peer_cgroup = NULL;
	act->subject = NULL;
	act->floor = false;
	act->questions = NULL;
}

/** hull_group_rules - @group's policy, or NULL; RCU read side */
static __always_inline struct hull_rules *hull_group_rules(const struct hull_group *group)
{
	return rcu_dereference(group->rules);
}

/** hull_task_sub - which policy of @rules' set the calling task is under; RCU read side */
static __always_inline u32 hull_task_sub(const struct hull_rules *rules)
{
	return likely(rules->set.n_subs == 1) ? 0 : hull_sub_of(current, rules);
}

/** hull_interesting - of @perms those that some policy of the calling task has a say in */
static __always_inline u32 hull_interesting(u32 class, u32 perms)
{
	const struct hull_group *group;
	const struct hull_rules *rules;
	u32 interesting = 0;

	rcu_read_lock();
	for (group = hull_group_current(); group; group = hull_group_outer(group)) {
		rules = hull_group_rules(group);
		if (rules)
			interesting |= perms & ~hull_ruleset_plain(&rules->set,
								   hull_task_sub(rules), class);
	}
	rcu_read_unlock();
	return interesting;
}

/**
 * hull_check - may the calling task do it?
 *
 * Context: the hook's. Return: 0, or a negative errno.
 */
int hull_check(struct hull_act *act);
/** hull_check_of - may it be done to @task, as the policies of @task's groups see it? */
int hull_check_of(struct hull_act *act, struct task_struct *task);

/** hull_check_simple - hull_check() of what is described by a number at most */
int hull_check_simple(u32 class, u32 perms, u64 number);

/** hull_may - would hull_check() allow it? Nothing is told or counted; FILE only */
bool hull_may(struct hull_act *act);
/** hull_may_by - the same of one policy; RCU read side */
bool hull_may_by(struct hull_act *act, const struct hull_rules *rules);

/** hull_check_path - hull_check() of a file that is there */
int hull_check_path(const struct path *path, u32 perms);
/** hull_check_dentry - the same where it is not known by which mount one came */
int hull_check_dentry(struct dentry *dentry, u32 perms);
/**
 * hull_check_move - may what is @here be @there? Both about the same FILE permissions
 *
 * Return: 0; -EXDEV: there more would be allowed than is here.
 */
int hull_check_move(struct hull_act *here, struct hull_act *there);
/** hull_check_elsewhere - may a mount with this root be shown in some other place? */
int hull_check_elsewhere(const struct path *path);
/**
 * hull_check_inherited - may @file be used, whoever opened it?
 * @mask: MAY_READ, MAY_WRITE
 */
int hull_check_inherited(const struct file *file, int mask);
/** hull_check_inherited_socket - may a socket be used, whoever made it? */
int hull_check_inherited_socket(const struct sock *sk);
/** hull_deny - what no policy can allow: denied, and told. Return: 0 without a policy in force */
int hull_deny(struct hull_act *act);
/** hull_deny_as - the same with an errno of its own */
int hull_deny_as(struct hull_act *act, u16 error);
/** hull_file_is_memory - memory that nobody can find by a name: memfd, shared, System V */
bool hull_file_is_memory(const struct file *file);

/** hull_within_group - is @task in the calling task's group with a policy, if it is in one? */
bool hull_within_group(struct task_struct *task);

/**
 * hull_confined_by - the innermost group with a policy around the calling task, or NULL
 *
 * Context: RCU read side.
 */
static inline struct hull_group *hull_confined_by(void)
{
	struct hull_group *group = hull_group_current();

	while (group && !hull_group_rules(group))
		group = hull_group_outer(group);
	return group;
}

/** hull_group_around - is @inner @group, or in it? RCU read side; @inner may be NULL */
static inline bool hull_group_around(const struct hull_group *group,
				     const struct hull_group *inner)
{
	while (inner && inner != group)
		inner = hull_group_outer(inner);
	return inner;
}

#endif
