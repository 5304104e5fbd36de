/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which group a task is in. The groups' cgroups are in a hash table by address. A look-up
 * need not probe on every level of the hierarchy: mostly all groups are on one, so it takes
 * the task's ancestor on that level, and one probe.
 *
 * For those who ask before everything else there is a filter: it counts, by 16 bits of
 * their addresses, the cgroups that are in any group.
 */
#ifndef HULL_CORE_GROUP_TABLE_H
#define HULL_CORE_GROUP_TABLE_H

#include <linux/cgroup.h>
#include <linux/hash.h>
#include <linux/jump_label.h>
#include <linux/rculist.h>
#include <core/group.h>

#define HULL_GROUP_TABLE_BITS	13

struct hull_group_table {
	/* [r] the level of all groups; U32_MAX: they are on several, or there is none */
	u32 level;
	u64 levels;			/* [r] bit n: there is a group on level n */
	struct hlist_head bucket[1 << HULL_GROUP_TABLE_BITS];	/* [r] by cgroup */
} ____cacheline_aligned;

extern struct hull_group_table hull_group_table;

/*
 * A u32 for each cgroup's address, which says nothing in its lowest 10 bits; at an index in
 * bytes, so that assembly has little to compute. 0: no cgroup there is in a group.
 */
#define HULL_GROUP_FILTER_SHIFT	8
#define HULL_GROUP_FILTER_BYTES	(1 << 16)
extern u8 hull_group_filter[HULL_GROUP_FILTER_BYTES + sizeof(u32)];

/* false: there is no group, and none was there a moment ago */
DECLARE_STATIC_KEY_FALSE(hull_groups_key);

static __always_inline struct hull_group *hull_group_at(const struct cgroup *cgroup)
{
	struct hlist_head *bucket =
		&hull_group_table.bucket[hash_ptr(cgroup, HULL_GROUP_TABLE_BITS)];
	struct hlist_node *node;
	struct hull_group *group;

	for (node = rcu_dereference_raw(hlist_first_rcu(bucket)); node;
	     node = rcu_dereference_raw(hlist_next_rcu(node))) {
		group = hlist_entry(node, struct hull_group, by_cgroup);
		if (likely(READ_ONCE(group->cgroup) == cgroup))
			return group;
	}
	return NULL;
}

/* As hull_group_of_cgroup(), wherever groups are. */
struct hull_group *hull_group_climb(const struct cgroup *cgroup);

/**
 * hull_group_of_cgroup - the innermost group that has @cgroup, or NULL
 *
 * Context: RCU read side, any but NMI. The group may be used until its end.
 */
static __always_inline struct hull_group *hull_group_of_cgroup(const struct cgroup *cgroup)
{
	/* Before the levels, which are written first. */
	u32 level = smp_load_acquire(&hull_group_table.level);

	if (unlikely((u32)cgroup->level < level))
		return hull_group_climb(cgroup);
	return hull_group_at(cgroup->ancestors[level]);
}

/** hull_group_of - the innermost group that @task is in, or NULL; as hull_group_of_cgroup() */
static __always_inline struct hull_group *hull_group_of(struct task_struct *task)
{
	if (!static_branch_unlikely(&hull_groups_key))
		return NULL;
	return hull_group_of_cgroup(task_dfl_cgroup(task));
}

/**
 * hull_group_of_sched - hull_group_of() where preemption is off, and that is the RCU read side
 *
 * Who asks has reason to think that there are groups.
 */
static __always_inline struct hull_group *hull_group_of_sched(const struct task_struct *task)
{
	return hull_group_of_cgroup(rcu_dereference_sched(task->cgroups)->dfl_cgrp);
}

/** hull_group_current - the innermost group that the calling task is in, or NULL */
static __always_inline struct hull_group *hull_group_current(void)
{
	return hull_group_of(current);
}

/**
 * hull_group_outer - the group around @group, or NULL
 *
 * What a task in @group may do all of them must allow:
 *	for (; group; group = hull_group_outer(group))
 * Context: RCU read side, in which @group was found.
 */
static inline struct hull_group *hull_group_outer(const struct hull_group *group)
{
	return rcu_dereference(group->parent);
}

/**
 * hull_group_bind - from now on tasks in @group->cgroup are in @group
 *
 * The caller holds a reference to @group->cgroup, and lets nobody bind @group twice.
 * Return: 0; -ESTALE: the cgroup was removed; -EEXIST: it has another group.
 */
int hull_group_bind(struct hull_group *group);
/**
 * hull_group_unbind - no task is in @group any more; groups inside are in the one around it
 *
 * Context: may sleep; the caller holds a reference to @group.
 */
void hull_group_unbind(struct hull_group *group);
/** hull_group_unbind_removed - the same when its cgroup is being removed; the kernel's cgroup lock */
void hull_group_unbind_removed(struct hull_group *group);

/**
 * hull_group_hierarchy_lock - the kernel's lock of all cgroups, or NULL
 *
 * It shows it to modules in debug builds only. Context: may sleep.
 */
struct mutex *hull_group_hierarchy_lock(void);

/** hull_group_cgroup_made, _removed - of any cgroup; the kernel's cgroup lock is held */
void hull_group_cgroup_made(struct cgroup *cgroup);
void hull_group_cgroup_removed(struct cgroup *cgroup);

#endif
