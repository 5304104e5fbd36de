// SPDX-License-Identifier: GPL-2.0-only
/* Freezing a group's cgroup as a write to its cgroup.freeze does. */

#include <linux/cgroup.h>
#include <linux/mutex.h>
#include <linux/static_call.h>
#include <compat/ksym.h>
#include <core/group_table.h>
#include <core/group_watch.h>

static void freeze_none(struct cgroup *cgroup, bool freeze)
{
}

/* A direct call: where the processor checks targets of others this function is none. */
DEFINE_STATIC_CALL(hull_freeze, freeze_none);

static DEFINE_MUTEX(ready_lock);
static bool ready;				/* ready_lock */

int hull_group_freeze_ready(void)
{
	unsigned long address;
	int ret = 0;

	mutex_lock(&ready_lock);
	if (!ready) {
		address = hull_ksym("cgroup_freeze");
		if (address && hull_group_hierarchy_lock()) {
			static_call_update(hull_freeze,
					   (void (*)(struct cgroup *cgroup, bool freeze))address);
			ready = true;
		} else {
			ret = -EOPNOTSUPP;
		}
	}
	mutex_unlock(&ready_lock);
	return ret;
}

void hull_cgroup_freeze(struct cgroup *cgroup)
{
	struct mutex *lock = hull_group_hierarchy_lock();

	mutex_lock(lock);
	if (READ_ONCE(cgroup->self.flags) & CSS_ONLINE)
		static_call(hull_freeze)(cgroup, true);
	mutex_unlock(lock);
}
