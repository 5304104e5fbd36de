/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel tells of cgroups and tasks while there are groups. */
#ifndef HULL_CORE_GROUP_WATCH_H
#define HULL_CORE_GROUP_WATCH_H

#include <core/group.h>

/**
 * hull_group_watch - begin to listen, or go on
 *
 * Each successful call is undone by a hull_group_unwatch(). Listening ends some time
 * after the last one, since beginning anew patches kernel text. Context: may sleep.
 * Return: 0; -EOPNOTSUPP, -ENOMEM.
 */
int hull_group_watch(void);
void hull_group_unwatch(void);

struct linux_binprm;

/**
 * struct hull_group_task_ops - what another room does about tasks while there are groups
 * @fork: @child, which has not run yet, is a process or a thread of @parent, the caller
 * @exec: the caller, in @group, runs @bprm's program from now on, in no other thread
 * @exit: @task, the caller, ends; of its process's last thread signal->live is 0
 * @gone: a group was deleted; its ID is not used again soon
 *
 * Context: atomic; an RCU read side.
 */
struct hull_group_task_ops {
	void (*fork)(struct task_struct *parent, struct task_struct *child);
	void (*exec)(struct hull_group *group, struct linux_binprm *bprm);
	void (*exit)(struct task_struct *task);
	void (*gone)(u32 group_id);
};

/** hull_group_task_ops_set - from a room's first need of them; NULL at its end, when no group is left */
void hull_group_task_ops_set(const struct hull_group_task_ops *ops);

/** hull_group_look - tell listeners what has happened before anybody listened */
void hull_group_look(struct hull_group *group);

/** hull_group_event - tell listeners; @group->lock held */
void hull_group_event(struct hull_group *group, enum hull_event_kind kind);
/** hull_group_task_gone - tell hull_group_task_ops; any context */
void hull_group_task_gone(struct hull_group *group);
/** hull_group_end - unpublish it; @group->lock held */
void hull_group_end(struct hull_group *group);

/** hull_cgroup_freeze - @cgroup and all below, unless it was removed; after hull_group_freeze_ready() */
void hull_cgroup_freeze(struct cgroup *cgroup);

void hull_group_watch_exit(void);

#endif
