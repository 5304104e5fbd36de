// SPDX-License-Identifier: GPL-2.0-only
/* A group is put under a policy; the room begins and ends. */

#include <core/group.h>
#include <hooks/arm.h>
#include <hooks/hooks.h>
#include <hooks/sub.h>
#include <hooks/tell.h>
#include <hooks/walk.h>
#include <policy/rules.h>

static bool freezes(const struct hull_rules *rules)
{
	u32 i;

	for (i = 0; i < rules->set.n_rules; i++)
		if (rules->set.rule[i].action == HULL_DO_FREEZE)
			return true;
	return false;
}

static int ready(struct hull_rules *rules, const char **why)
{
	int ret = freezes(rules) ? hull_group_freeze_ready() : 0;

	if (ret)
		*why = "this kernel does not show its cgroup_freeze(), which the action freeze needs";
	return ret ?: hull_arm(rules, why);
}

int hull_confine(struct hull_group *group, struct hull_rules *rules, const char **why)
{
	int ret = 0;

	*why = NULL;
	if (rules)
		ret = ready(rules, why);
	if (!ret)
		ret = hull_group_rules_set(group, rules, why);
	if (ret)
		hull_rules_put(rules);
	return ret;
}

int hull_hooks_init(void)
{
	return hull_tell_init();
}

/* There is no group any more: each of them holds the module. */
void hull_hooks_exit(void)
{
	hull_sub_exit();
	hull_disarm_all();
	hull_tell_exit();
}
