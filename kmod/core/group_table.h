/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which group a task is in. The groups' cgroups are in a hash table by address, beside a
 * word that says on which levels of the hierarchy there are any: a look-up goes up from
 * the task's cgroup and probes on these levels alone, the inner ones first.
 */
#ifndef HULL_CORE_GROUP_TABLE_H
#define HULL_CORE_GROUP_TABLE_H

#include <linux/bitops.h>
#include <linux/cgroup.h>
#include <linux/hash.h>
#include <linux/jump_label.h>
#include <linux/minmax.h>
#include <linux/rculist.h>
#include <core/group.h>

#define HULL_GROUP_TABLE_BITS	13

struct hull_group_table {
	u64 levels;			/* [r] bit n: there is a group on level n */
	struct hlist_head bucket[1 << HULL_GROUP_TABLE_BITS];	/* [r] by cgroup */
} ____cacheline_aligned;

extern struct hull_group_table hull_group_table;
/* false: there is no group, and none was there a moment ago */
DECLARE_STATIC_KEY_FALSE(hull_groups_key);

static __always_inline struct hull_group *hull_group_at(const struct cgroup *cgroup)
{
	struct hull_group *group;

	hlist_for_each_entry_rcu(group,
				 &hull_group_table.bucket[hash_ptr(cgroup, HULL_GROUP_TABLE_BITS)],
				 by_cgroup)
		if (READ_ONCE(group->cgroup) == cgroup)
			return group;
	return NULL;
}

/**
 * hull_group_of_cgroup - the innermost group that has @cgroup, or NULL
 *
 * Context: RCU read side, any but NMI. The group may be used until its end.
 */
static __always_inline struct hull_group *hull_group_of_cgroup(const struct cgroup *cgroup)
{
	u64 levels = READ_ONCE(hull_group_table.levels) &
		     (~0ULL >> (HULL_GROUP_LEVEL_MAX - min(cgroup->level, HULL_GROUP_LEVEL_MAX)));
	struct hull_group *group;
	unsigned long level;

	while (levels) {
		level = __fls(levels);
		group = hull_group_at(cgroup->ancestors[level]);
		if (group)
			return group;
		levels ^= BIT_ULL(level);
	}
	return NULL;
}

/** hull_group_of - the innermost group that @task is in, or NULL; as hull_group_of_cgroup() */
static __always_inline struct hull_group *hull_group_of(struct task_struct *task)
{
	if (!static_branch_unlikely(&hull_groups_key))
		return NULL;
	return hull_group_of_cgroup(task_dfl_cgroup(task));
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
 * Context: any but NMI; the caller holds a reference to @group.
 */
void hull_group_unbind(struct hull_group *group);

#endif
