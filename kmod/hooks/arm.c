// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaching what policies need, and letting go of it some time after the last one that
 * needed it: patching the kernel's text takes long, and policies come and go.
 */

#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <hooks/arm.h>
#include <hooks/hook.h>
#include <hooks/sub.h>
#include <hooks/walk.h>
#include <policy/rules.h>

#define LINGER		(2 * HZ)

static DEFINE_MUTEX(arm_lock);
static bool resolved;				/* arm_lock */
static void linger_end(struct work_struct *work);
static DECLARE_DELAYED_WORK(linger_work, linger_end);

static bool needs(const struct hull_rules *rules, const struct hull_hook *hook)
{
	unsigned int i;

	if (hook->flags & HULL_HOOK_ALWAYS)
		return true;
	for (i = 0; i < HULL_HOOK_NEEDS && hook->needs[i].perms; i++)
		if (hull_ruleset_needs(&rules->set, hook->needs[i].class) & hook->needs[i].perms)
			return true;
	return false;
}

/* Those that must be attached; -EOPNOTSUPP: one of them this kernel lacks. */
static int missing_collect(const struct hull_rules *rules, struct hull_hook **list,
			   unsigned int *n, const char **why)
{
	struct hull_hook *hook;

	lockdep_assert_held(&arm_lock);
	for (hook = hull_hooks; hook < hull_hooks + hull_hooks_n; hook++) {
		if (hook->batch || !needs(rules, hook))
			continue;
		if (hook->address) {
			list[(*n)++] = hook;
		} else if (!(hook->flags & HULL_HOOK_OPTIONAL)) {
			*why = hook->missing;
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

static int missing_attach(const struct hull_rules *rules, const char **why)
{
	const struct hull_hook *culprit = NULL;
	struct hull_batch *batch = NULL;
	struct hull_hook **list;
	unsigned int i, n = 0;
	int ret;

	list = kcalloc(hull_hooks_n, sizeof(*list), GFP_KERNEL);
	if (!list)
		return -ENOMEM;
	ret = missing_collect(rules, list, &n, why);
	if (!ret && n) {
		batch = hull_backend_attach(list, n, &culprit, why);
		ret = PTR_ERR_OR_ZERO(batch);
	}
	for (i = 0; i < n && !ret; i++)
		list[i]->batch = batch;
	if (culprit)
		*why = culprit->busy;
	kfree(list);
	return ret;
}

static void users_add(const struct hull_rules *rules, int n)
{
	struct hull_hook *hook;

	lockdep_assert_held(&arm_lock);
	for (hook = hull_hooks; hook < hull_hooks + hull_hooks_n; hook++)
		if (needs(rules, hook))
			hook->users += n;
}

/* Nobody looks at @rules any more. */
static void disarm(struct hull_rules *rules)
{
	mutex_lock(&arm_lock);
	users_add(rules, -1);
	mutex_unlock(&arm_lock);
	mod_delayed_work(system_wq, &linger_work, LINGER);
}

static int resolve(const char **why)
{
	int ret = hull_walk_resolve();

	if (ret) {
		*why = "this kernel's mounts are not what Hull knows how to walk";
		return ret;
	}
	ret = hull_backend_resolve(hull_hooks, hull_hooks_n);
	if (ret == -EOPNOTSUPP)
		*why = "this kernel has no ftrace that hooks could be attached with";
	return ret;
}

int hull_arm(struct hull_rules *rules, const char **why)
{
	int ret = 0;

	*why = NULL;
	mutex_lock(&arm_lock);
	if (!resolved) {
		ret = resolve(why);
		resolved = !ret;
	}
	if (!ret)
		ret = missing_attach(rules, why);
	if (!ret) {
		if (rules->set.n_subs != 1)
			hull_sub_begin();
		users_add(rules, 1);
		rules->unused = disarm;
	}
	mutex_unlock(&arm_lock);
	return ret;
}

static bool batch_used(const struct hull_batch *batch)
{
	const struct hull_hook *hook;

	for (hook = hull_hooks; hook < hull_hooks + hull_hooks_n; hook++)
		if (hook->batch == batch && hook->users)
			return true;
	return false;
}

/* Hooks were attached together; so they are let go of together. */
static bool unused_detach(void)
{
	struct hull_hook *hook, *other;
	struct hull_batch *batch;
	bool any = false;

	lockdep_assert_held(&arm_lock);
	for (hook = hull_hooks; hook < hull_hooks + hull_hooks_n; hook++) {
		batch = hook->batch;
		if (!batch || batch_used(batch))
			continue;
		hull_backend_detach(batch);
		for (other = hook; other < hull_hooks + hull_hooks_n; other++)
			if (other->batch == batch)
				other->batch = NULL;
		any = true;
	}
	return any;
}

static void linger_end(struct work_struct *work)
{
	mutex_lock(&arm_lock);
	unused_detach();
	mutex_unlock(&arm_lock);
}

void hull_disarm_all(void)
{
	hull_rules_drain();
	cancel_delayed_work_sync(&linger_work);
	mutex_lock(&arm_lock);
	unused_detach();
	mutex_unlock(&arm_lock);
	hull_backend_quiesce();
}
