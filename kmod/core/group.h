/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Groups: records of confined process groups. A group is bound to one cgroup of the v2
 * hierarchy; the tasks in it and in cgroups below are in the group, so nothing has to be
 * kept when a task forks, executes or moves. The record outlives its last task, and
 * the cgroup too: a removed cgroup is let go at once. Each record holds the module.
 */
#ifndef HULL_CORE_GROUP_H
#define HULL_CORE_GROUP_H

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/signal.h>
#include <core/subject.h>

struct cgroup;
struct hull_rules;

/* What is counted of a group, by processor. */
enum hull_group_count {
	HULL_COUNT_FORKS,
	HULL_COUNT_THREADS,
	HULL_COUNT_EXECS,
	HULL_COUNT_EXITS,
	HULL_COUNT_FAILED,
	HULL_COUNT_OOM_KILLS,
	HULL_COUNT_ALLOWED,		/* verdicts of policy */
	HULL_COUNT_DENIED,
	HULL_COUNT_AUDITED,
	HULL_COUNT_ASKED,
	HULL_COUNT_LIMITED,
	HULL_COUNT_KILLED,
	__HULL_COUNT_MAX,
};

struct hull_group_counts {
	u64 n[__HULL_COUNT_MAX];
};

/* The same summed up. */
struct hull_group_sum {
	u64 n[__HULL_COUNT_MAX];
	u64 signals[_NSIG + 1];		/* processes ended by it, by number */
};

struct hull_group_config {
	char name[HULL_NAME_MAX + 1];
	char label[HULL_GROUP_LABEL_MAX + 1];
	u32 flags;			/* HULL_GROUP_F_* */
};

/* [I] never changes; [r] RCU, written under the table's lock; [t] the table's lock */
struct hull_group {
	struct hull_subject subject;
	struct hlist_node by_cgroup;		/* [r] unhashed: not bound */
	struct cgroup *cgroup;			/* a reference; NULL once it was seen to be gone */
	struct hull_group __rcu *parent;	/* [r] a reference; kept when no longer bound */
	struct hull_rules __rcu *rules;		/* [r] a reference; NULL: no policy; written under @lock */
	struct hull_group_counts __percpu *counts;	/* [I] */
	int level;				/* [I] the cgroup's */
	struct list_head children, sibling;	/* [t] */
	u64 cgroup_id;				/* [I] */
	char *path;				/* [I] the cgroup's, from the root */
	atomic64_t signals[_NSIG + 1];
	u64 created;				/* [I] CLOCK_REALTIME, ns */
	atomic64_t started;			/* likewise; 0: never */
	struct mutex lock;			/* everything below that says nothing else */
	struct hull_group_config config;	/* name: [I] */
	bool deleted;
	bool told_running, told_frozen;		/* what listeners know */
	atomic_t pending;			/* what they are to be told: group_watch.c */
	struct llist_node pending_node;
};

/**
 * hull_group_create - create and publish a group
 * @config: checked here
 * @fd: the calling process's descriptor of the directory of a cgroup
 * @why: on failure a static sentence for people, or NULL
 *
 * Context: the process that asks for it; may sleep.
 * Return: the group with a reference for the caller, or ERR_PTR: -EINVAL, -EEXIST, -ENOSPC,
 * -ENOMEM; -EBADF: not a cgroup's directory; -EACCES, -EROFS: the caller may not write
 * it; -ESTALE: the cgroup was removed; -EOPNOTSUPP: this kernel lacks what groups need.
 */
struct hull_group *hull_group_create(const struct hull_group_config *config, int fd,
				     const char **why);
/** hull_group_delete - Return: 0, -EBUSY: it has tasks, -ENOENT: already deleted */
int hull_group_delete(struct hull_group *group, const char **why);

/* Which of a config's fields hull_group_set() takes over. */
#define HULL_GROUP_SET_FLAGS	BIT(0)
#define HULL_GROUP_SET_LABEL	BIT(1)

/** hull_group_set - change settings; Return: 0; -ENOENT, -EINVAL: nothing changed */
int hull_group_set(struct hull_group *group, u32 which, const struct hull_group_config *config,
		   const char **why);
/**
 * hull_group_rules_set - another policy, or none with NULL, at once; takes the reference
 *
 * Return: 0; -ENOENT: the group was deleted; the reference stays the caller's.
 */
int hull_group_rules_set(struct hull_group *group, struct hull_rules *rules, const char **why);
/**
 * hull_group_freeze_ready - see that groups can be frozen
 *
 * Context: may sleep. Return: 0; -EOPNOTSUPP: this kernel does not show how.
 */
int hull_group_freeze_ready(void);
/** hull_group_freeze - soon; by cgroup.freeze, which thaws it again. RCU read side, any but NMI */
void hull_group_freeze(struct hull_group *group);
/** hull_group_freeze_wait - until what was to be frozen before is being frozen. May sleep */
void hull_group_freeze_wait(void);
/** hull_group_state - @group->lock held */
enum hull_group_state hull_group_state(struct hull_group *group);
/** hull_group_parent_id - of the group around it, or 0; any context but NMI */
u32 hull_group_parent_id(struct hull_group *group);
/** hull_group_confined - is the calling task in a group? Such a one administers nothing */
bool hull_group_confined(void);

static inline struct hull_group *hull_group_from(struct hull_subject *subject)
{
	return subject ? container_of(subject, struct hull_group, subject) : NULL;
}

/** hull_group_count - one more of @which in @group alone; any context */
static inline void hull_group_count(struct hull_group *group, enum hull_group_count which)
{
	this_cpu_inc(group->counts->n[which]);
}

/** hull_group_stats - what was counted so far */
void hull_group_stats(struct hull_group *group, struct hull_group_sum *sum);

/* Events go up by a callback set at init: netlink subscribes. @group->lock is held. */
typedef void (*hull_group_event_fn)(struct hull_group *group, enum hull_event_kind kind);
void hull_group_event_fn_set(hull_group_event_fn fn);

int hull_group_init(void);
void hull_group_exit(void);

#endif
