// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is off here is preemption: an RCU read side as good as any, in two instructions, and
 * that is why pointers are read by rcu_dereference_sched().
 */

#include <linux/preempt.h>
#include <linux/sched.h>
#include <core/group_table.h>
#include <hooks/check.h>
#include <hooks/quick.h>
#include <hooks/walk.h>

static __always_inline struct hull_group *group_current(void)
{
	if (!static_branch_unlikely(&hull_groups_key))
		return NULL;
	return hull_group_of_cgroup(rcu_dereference_sched(current->cgroups)->dfl_cgrp);
}

/* The policy of @group; NULL: it has none, or there are others around it. */
static __always_inline struct hull_rules *rules_only(const struct hull_group *group)
{
	const struct hull_group *outer = rcu_dereference_sched(group->parent);

	for (; unlikely(outer); outer = rcu_dereference_sched(outer->parent))
		if (rcu_access_pointer(outer->rules))
			return NULL;
	return rcu_dereference_sched(group->rules);
}

/* Allowed by @rule, 0: by none, and nothing else is to be done? Then it is counted. */
static __always_inline bool settle(struct hull_group *group, struct hull_rules *rules, u32 rule)
{
	if (rule) {
		const struct hull_blob_rule *said = &rules->set.rule[rule];

		if (said->action != HULL_DO_ALLOW || said->sub != HULL_SUB_SAME)
			return false;
		hull_rules_hit(rules, rule);
	}
	hull_group_count(group, HULL_COUNT_ALLOWED);
	return true;
}

static __always_inline bool file_allowed(const struct path *path, u32 perms)
{
	struct hull_group *group = group_current();
	const struct hull_blob_class *class;
	struct hull_rules *rules;
	u32 rule;

	rules = group ? rules_only(group) : NULL;
	if (unlikely(!rules))
		return false;
	class = &rules->set.sub[hull_task_sub(rules)].class[HULL_CLASS_FILE];
	perms &= ~class->plain;
	if (!perms)
		return true;
	if (unlikely(perms & (perms - 1)))
		return false;
	return hull_walk_quick(&rules->set, class, path, __ffs(perms), &rule) &&
	       settle(group, rules, rule);
}

bool hull_quick_file(const struct path *path, u32 perms)
{
	bool allowed;

	preempt_disable();
	allowed = file_allowed(path, perms);
	preempt_enable();
	return allowed;
}

static __always_inline bool allowed_by(const struct hull_request *request)
{
	struct hull_group *group = group_current();
	const struct hull_blob_class *class;
	struct hull_verdict verdict;
	struct hull_rules *rules;
	u32 sub;

	rules = group ? rules_only(group) : NULL;
	if (unlikely(!rules))
		return false;
	sub = hull_task_sub(rules);
	class = &rules->set.sub[sub].class[request->class];
	if (!(request->perms & ~class->plain))
		return true;
	/* Whether the group has a name in the policy is looked up elsewhere. */
	if (class->kind == HULL_KIND_PEER && rules->set.n_peers)
		return false;
	hull_evaluate(&rules->set, sub, request, &verdict);
	return settle(group, rules, verdict.rule);
}

bool hull_quick(const struct hull_request *request)
{
	bool allowed;

	preempt_disable();
	allowed = allowed_by(request);
	preempt_enable();
	return allowed;
}
