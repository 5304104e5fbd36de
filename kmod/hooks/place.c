// SPDX-License-Identifier: GPL-2.0-only
/* Where a task is: its namespaces and its control group. */

#include <linux/cgroup.h>
#include <linux/err.h>
#include <linux/kernfs.h>
#include <linux/sched.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>

/* struct nsproxy *create_new_namespaces(unsigned long flags, ...): an error pointer denies */
int hull_on_namespaces_new(const unsigned long *arg)
{
	static const struct {
		unsigned long flag;
		u32 kind;
	} kinds[] = {
		{ CLONE_NEWNS, HULL_NS_MNT }, { CLONE_NEWPID, HULL_NS_PID },
		{ CLONE_NEWNET, HULL_NS_NET }, { CLONE_NEWUTS, HULL_NS_UTS },
		{ CLONE_NEWIPC, HULL_NS_IPC }, { CLONE_NEWCGROUP, HULL_NS_CGROUP },
		{ CLONE_NEWTIME, HULL_NS_TIME },
	};
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(kinds) && !ret; i++)
		if (arg[0] & kinds[i].flag)
			ret = hull_check_simple(HULL_CLASS_NAMESPACE, HULL_NAMESPACE_CREATE,
						kinds[i].kind);
	return ret;
}

/* int security_create_user_ns(const struct cred *cred) */
int hull_on_create_user_ns(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_NAMESPACE, HULL_NAMESPACE_CREATE, HULL_NS_USER);
}

/* int XXXns_install(struct nsset *nsset, struct ns_common *ns): setns, by nsfd and by pidfd */
static int enter(u32 kind)
{
	struct hull_act act;

	hull_act_init(&act, HULL_CLASS_NAMESPACE, HULL_NAMESPACE_ENTER);
	act.request.number = kind;
	act.floor = true;
	return hull_check(&act);
}

int hull_on_enter_mnt(const unsigned long *arg)
{
	return enter(HULL_NS_MNT);
}

int hull_on_enter_net(const unsigned long *arg)
{
	return enter(HULL_NS_NET);
}

int hull_on_enter_pid(const unsigned long *arg)
{
	return enter(HULL_NS_PID);
}

int hull_on_enter_user(const unsigned long *arg)
{
	return enter(HULL_NS_USER);
}

int hull_on_enter_uts(const unsigned long *arg)
{
	return enter(HULL_NS_UTS);
}

int hull_on_enter_ipc(const unsigned long *arg)
{
	return enter(HULL_NS_IPC);
}

int hull_on_enter_cgroup(const unsigned long *arg)
{
	return enter(HULL_NS_CGROUP);
}

int hull_on_enter_time(const unsigned long *arg)
{
	return enter(HULL_NS_TIME);
}

/*
 * ssize_t cgroup_file_write(struct kernfs_open_file *of, char *buf, size_t nbytes, loff_t off):
 * whoever opened it. Outside it could kill or freeze others, or starve them.
 */
int hull_on_cgroup_write(const unsigned long *arg)
{
	const struct kernfs_open_file *of = HULL_HOOK_ARG(const struct kernfs_open_file *, arg, 0);
	const struct cgroup *cgroup = of->kn->parent->priv;
	const struct hull_group *group;
	struct hull_act act;
	bool within;

	rcu_read_lock();
	group = hull_confined_by();
	/* Those of another hierarchy are in no group. */
	within = !group || hull_group_around(group, hull_group_of_cgroup(cgroup));
	rcu_read_unlock();
	if (within)
		return hull_check_simple(HULL_CLASS_CGROUP, HULL_CGROUP_WRITE, 0);
	hull_act_init(&act, HULL_CLASS_CGROUP, HULL_CGROUP_WRITE);
	return hull_deny(&act);
}

/*
 * int cgroup_attach_permissions(src_cgrp, struct cgroup *dst_cgrp, ...): writes to
 * cgroup.procs and cgroup.threads, and clone into a cgroup. The way out is closed, and
 * nobody is taken in from outside.
 */
int hull_on_cgroup_attach(const unsigned long *arg)
{
	const struct cgroup *from = HULL_HOOK_ARG(const struct cgroup *, arg, 0);
	const struct cgroup *to = HULL_HOOK_ARG(const struct cgroup *, arg, 1);
	const struct hull_group *group;
	struct hull_act act;
	bool within;

	rcu_read_lock();
	group = hull_confined_by();
	within = !group || (hull_group_around(group, hull_group_of_cgroup(from)) &&
			    hull_group_around(group, hull_group_of_cgroup(to)));
	rcu_read_unlock();
	if (within)
		return hull_check_simple(HULL_CLASS_CGROUP, HULL_CGROUP_MOVE, 0);
	hull_act_init(&act, HULL_CLASS_CGROUP, HULL_CGROUP_MOVE);
	return hull_deny(&act);
}
