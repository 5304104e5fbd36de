// SPDX-License-Identifier: GPL-2.0-only
/* Records of groups: making, changing, ending them. */

#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <core/group_table.h>
#include <core/group_watch.h>
#include <policy/policy.h>
#include <policy/rules.h>

/* Sentences below speak of these. */
static_assert(HULL_GROUPS_MAX == 10000);
static_assert(HULL_GROUP_LEVEL_MAX == 63);
static_assert(HULL_GROUP_PATH_MAX == 1023);
static_assert(HULL_NAME_MAX == 63);

static int refuse(const char **why, const char *sentence, int error)
{
	*why = sentence;
	return error;
}

static int config_check(const struct hull_group_config *config, const char **why)
{
	if (config->flags & ~HULL_GROUP_F_ALL)
		return refuse(why, "there is no such group flag", -EINVAL);
	return 0;
}

/* Whoever may not write to a cgroup's directory has no say in what its tasks may do. */
static int cgroup_file_check(struct file *file, const char **why)
{
	int ret;

	if (file_inode(file)->i_sb->s_magic != CGROUP2_SUPER_MAGIC)
		return refuse(why, "the descriptor is not of a directory of a cgroup v2 hierarchy",
			      -EBADF);
	if (!S_ISDIR(file_inode(file)->i_mode))
		return refuse(why, "the descriptor is of a file in a cgroup, not of its directory",
			      -EBADF);
	if (__mnt_is_readonly(file->f_path.mnt))
		return refuse(why, "the cgroup is mounted read-only here", -EROFS);
	ret = file_permission(file, MAY_WRITE | MAY_EXEC);
	return ret ? refuse(why, "the caller may not write to the cgroup's directory", ret) : 0;
}

static struct cgroup *cgroup_take(int fd, struct file *file, const char **why)
{
	struct cgroup *cgroup;
	int ret = cgroup_file_check(file, why);

	if (ret)
		return ERR_PTR(ret);
	cgroup = cgroup_get_from_fd(fd);
	if (IS_ERR(cgroup)) {
		*why = "the cgroup was removed";
		return ERR_PTR(-ESTALE);
	}
	/* Another thread may have put another one in its place. */
	if (cgroup_id(cgroup) != file_inode(file)->i_ino)
		ret = refuse(why, "the descriptor changed meanwhile", -EBADF);
	else if (!cgroup->level)
		ret = refuse(why, "the root cgroup has all tasks of the host and cannot be a group",
			     -EINVAL);
	else if (cgroup->level > HULL_GROUP_LEVEL_MAX)
		ret = refuse(why, "the cgroup is more than 63 levels below the root", -EINVAL);
	if (!ret)
		return cgroup;
	cgroup_put(cgroup);
	return ERR_PTR(ret);
}

static int path_take(struct hull_group *group, const char **why)
{
	/* Room for one byte too many: some kernels cut and do not say so. */
	const size_t bytes = HULL_GROUP_PATH_MAX + 2;
	char *path = kmalloc(bytes, GFP_KERNEL);
	int ret;

	if (!path)
		return -ENOMEM;
	ret = cgroup_path(group->cgroup, path, bytes);
	if (ret == -E2BIG || ret > HULL_GROUP_PATH_MAX)
		ret = refuse(why, "the cgroup's path is longer than 1023 bytes", -ENAMETOOLONG);
	else if (ret < 0)
		ret = refuse(why, "the cgroup was removed", -ESTALE);
	else
		group->path = kstrdup(path, GFP_KERNEL_ACCOUNT);
	kfree(path);
	return ret < 0 ? ret : group->path ? 0 : -ENOMEM;
}

static int cgroup_set(struct hull_group *group, int fd, const char **why)
{
	struct file *file = fget_raw(fd);
	struct cgroup *cgroup;

	if (!file)
		return refuse(why, "there is no such file descriptor", -EBADF);
	cgroup = cgroup_take(fd, file, why);
	fput(file);
	if (IS_ERR(cgroup))
		return PTR_ERR(cgroup);
	group->cgroup = cgroup;
	group->cgroup_id = cgroup_id(cgroup);
	group->level = cgroup->level;
	return path_take(group, why);
}

static void group_free(struct rcu_head *rcu)
{
	struct hull_group *group = container_of(rcu, struct hull_group, subject.rcu);

	if (group->cgroup)
		cgroup_put(group->cgroup);
	mutex_destroy(&group->lock);
	free_percpu(group->counts);
	kfree(group->path);
	kfree(group);
}

/* The last reference, perhaps where nobody may sleep. Readers may be at it for a while. */
static void group_release(struct hull_subject *subject)
{
	struct hull_group *group = hull_group_from(subject);
	struct hull_group *parent = rcu_dereference_protected(group->parent, true);

	hull_policy_put(rcu_dereference_protected(subject->policy, true));
	hull_rules_put(rcu_dereference_protected(group->rules, true));
	if (parent)
		hull_subject_put(&parent->subject);
	call_rcu(&subject->rcu, group_free);
	/* Whoever got us here is called by netlink, or ended by hull_group_exit(). */
	module_put(THIS_MODULE);
}

static struct hull_group *group_alloc(const struct hull_group_config *config)
{
	struct hull_group *group = kzalloc(sizeof(*group), GFP_KERNEL_ACCOUNT);
	struct hull_policy *policy = hull_policy_default();

	if (!group)
		return NULL;
	group->counts = __alloc_percpu_gfp(sizeof(*group->counts), sizeof(u64),
					   GFP_KERNEL_ACCOUNT);
	if (!group->counts || !try_module_get(THIS_MODULE)) {
		free_percpu(group->counts);
		kfree(group);
		return NULL;
	}
	group->subject.kind = HULL_SUBJECT_GROUP;
	group->subject.release = group_release;
	kref_init(&group->subject.ref);
	hull_policy_get(policy);
	RCU_INIT_POINTER(group->subject.policy, policy);
	INIT_LIST_HEAD(&group->children);
	INIT_LIST_HEAD(&group->sibling);
	mutex_init(&group->lock);
	group->config = *config;
	group->created = ktime_get_real_ns();
	return group;
}

static int publish(struct hull_group *group, const char **why)
{
	int ret = hull_subject_publish(&group->subject, group->config.name);

	switch (ret) {
	case -EINVAL:
		return refuse(why,
			      "a name is 1 to 63 of [A-Za-z0-9_.-], begins with neither . nor -, and is no number",
			      ret);
	case -EEXIST:
		return refuse(why, "a group of this name exists", ret);
	case -ENOSPC:
		return refuse(why, "there are 10000 groups already; delete some", ret);
	}
	return ret;
}

static int bind(struct hull_group *group, const char **why)
{
	int ret = hull_group_bind(group);

	switch (ret) {
	case -ESTALE:
		return refuse(why, "the cgroup was removed", ret);
	case -EEXIST:
		return refuse(why, "the cgroup has a group already", ret);
	case -EOPNOTSUPP:
		return refuse(why, "this kernel does not show its cgroup_mutex, which groups need",
			      ret);
	}
	return ret;
}

/* Whoever finds it before it is whole waits for the lock, and then sees @deleted. */
static int group_begin(struct hull_group *group, const char **why)
{
	int ret;

	mutex_lock(&group->lock);
	ret = publish(group, why);
	if (!ret) {
		ret = bind(group, why);
		if (ret) {
			group->deleted = true;
			hull_subject_unpublish(&group->subject);
		} else {
			hull_group_event(group, HULL_EVENT_GROUP_CREATED);
			hull_group_look(group);
		}
	}
	mutex_unlock(&group->lock);
	return ret;
}

struct hull_group *hull_group_create(const struct hull_group_config *config, int fd,
				     const char **why)
{
	struct hull_group *group;
	int ret;

	*why = NULL;
	ret = config_check(config, why);
	if (ret)
		return ERR_PTR(ret);
	group = group_alloc(config);
	if (!group)
		return ERR_PTR(-ENOMEM);
	ret = cgroup_set(group, fd, why);
	if (ret)
		goto out_put;
	ret = hull_group_watch();
	if (ret) {
		*why = "this kernel lacks a tracepoint that groups need";
		goto out_put;
	}
	ret = group_begin(group, why);
	if (ret)
		goto out_unwatch;
	return group;

out_unwatch:
	hull_group_unwatch();
out_put:
	hull_subject_put(&group->subject);
	return ERR_PTR(ret);
}

void hull_group_end(struct hull_group *group)
{
	lockdep_assert_held(&group->lock);
	if (group->deleted)
		return;
	group->deleted = true;
	hull_group_event(group, HULL_EVENT_GROUP_DELETED);
	hull_group_unbind(group);
	hull_subject_unpublish(&group->subject);
	hull_group_task_gone(group);
	hull_group_unwatch();
}

int hull_group_delete(struct hull_group *group, const char **why)
{
	int ret = 0;

	*why = NULL;
	mutex_lock(&group->lock);
	if (group->deleted)
		ret = refuse(why, "the group was deleted a moment ago", -ENOENT);
	else if (group->cgroup && cgroup_is_populated(group->cgroup))
		ret = refuse(why, "the group has processes; kill them first", -EBUSY);
	else
		hull_group_end(group);
	mutex_unlock(&group->lock);
	return ret;
}

int hull_group_set(struct hull_group *group, u32 which, const struct hull_group_config *config,
		   const char **why)
{
	struct hull_group_config new;
	int ret;

	*why = NULL;
	mutex_lock(&group->lock);
	new = group->config;
	if (which & HULL_GROUP_SET_FLAGS)
		new.flags = config->flags;
	if (which & HULL_GROUP_SET_LABEL)
		strscpy(new.label, config->label, sizeof(new.label));
	ret = config_check(&new, why);
	if (!ret && group->deleted)
		ret = refuse(why, "the group was deleted a moment ago", -ENOENT);
	if (!ret && (new.flags & HULL_GROUP_F_TRANSIENT) &&
	    hull_group_state(group) == HULL_GROUP_GONE)
		ret = refuse(why, "the group's cgroup is gone already; delete the group", -ESTALE);
	if (!ret) {
		group->config = new;
		hull_group_event(group, HULL_EVENT_GROUP_CHANGED);
	}
	mutex_unlock(&group->lock);
	return ret;
}

int hull_group_rules_set(struct hull_group *group, struct hull_rules *rules, const char **why)
{
	int ret = 0;

	mutex_lock(&group->lock);
	if (group->deleted) {
		ret = refuse(why, "the group was deleted a moment ago", -ENOENT);
	} else {
		if (rules)
			rules->group = group->subject.id;
		rules = rcu_replace_pointer(group->rules, rules, lockdep_is_held(&group->lock));
		hull_rules_put(rules);
		hull_group_event(group, HULL_EVENT_GROUP_CHANGED);
	}
	mutex_unlock(&group->lock);
	return ret;
}

enum hull_group_state hull_group_state(struct hull_group *group)
{
	struct cgroup *cgroup = group->cgroup;

	lockdep_assert_held(&group->lock);
	if (!cgroup || !(READ_ONCE(cgroup->self.flags) & CSS_ONLINE))
		return HULL_GROUP_GONE;
	if (test_bit(CGRP_FROZEN, &cgroup->flags))
		return HULL_GROUP_FROZEN;
	if (cgroup_is_populated(cgroup))
		return HULL_GROUP_RUNNING;
	return atomic64_read(&group->started) ? HULL_GROUP_EMPTY : HULL_GROUP_CREATED;
}

u32 hull_group_parent_id(struct hull_group *group)
{
	struct hull_group *parent;
	u32 id = 0;

	rcu_read_lock();
	parent = hull_group_outer(group);
	if (parent && !hlist_unhashed_lockless(&group->by_cgroup))
		id = parent->subject.id;
	rcu_read_unlock();
	return id;
}

bool hull_group_confined(void)
{
	bool confined;

	rcu_read_lock();
	confined = hull_group_current();
	rcu_read_unlock();
	return confined;
}

void hull_group_stats(struct hull_group *group, struct hull_group_sum *sum)
{
	int cpu, i;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu)
		for (i = 0; i < __HULL_COUNT_MAX; i++)
			sum->n[i] += READ_ONCE(per_cpu_ptr(group->counts, cpu)->n[i]);
	for (i = 0; i <= _NSIG; i++)
		sum->signals[i] = atomic64_read(&group->signals[i]);
}

int hull_group_init(void)
{
	return 0;
}

void hull_group_exit(void)
{
	hull_group_watch_exit();
	/* group_free() is code of ours: all of its calls must be over. */
	rcu_barrier();
}
