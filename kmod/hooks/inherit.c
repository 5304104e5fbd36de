// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors that the group could not have got by itself: inherited, or there before the
 * policy was. Nothing in a file tells who opened it; so what is asked is whether the group
 * may open it.
 */

#include <linux/cgroup.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <net/sock.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>
#include <hooks/quick.h>

static u32 open_perms(const struct file *file, int mask)
{
	u32 perms = 0;

	if (mask & MAY_READ)
		perms |= S_ISDIR(file_inode(file)->i_mode) ? HULL_FILE_LIST : HULL_FILE_READ;
	if (mask & MAY_WRITE)
		perms |= file->f_flags & O_APPEND ? HULL_FILE_APPEND : HULL_FILE_WRITE;
	return perms;
}

static noinline int check_inherited(const struct file *file, u32 perms)
{
	struct hull_act act;

	if (!hull_interesting(HULL_CLASS_FILE, HULL_FILE_INHERIT))
		return 0;
	hull_act_init(&act, HULL_CLASS_FILE, perms);
	act.path = file->f_path;
	return hull_may(&act) ? 0 : hull_check_path(&file->f_path, HULL_FILE_INHERIT);
}

int hull_check_inherited(const struct file *file, int mask)
{
	u32 perms;

	if (file->f_path.mnt->mnt_flags & MNT_INTERNAL)
		return 0;
	perms = open_perms(file, mask);
	if (!perms || likely(hull_quick_may(&file->f_path, perms)))
		return 0;
	return check_inherited(file, perms);
}

/*
 * int security_file_permission(struct file *file, int mask): each read and write, but not
 * what execve() reads of what it executes; see hull_on_file_open()
 */
int hull_on_file_permission(const unsigned long *arg)
{
	return hull_check_inherited(HULL_HOOK_ARG(const struct file *, arg, 0),
				    HULL_HOOK_ARG(int, arg, 1));
}

/* A socket knows the cgroup that it was made in. */
int hull_check_inherited_socket(const struct sock *sk)
{
	const struct hull_group *group;
	struct cgroup *made_in;
	bool own;

	if (!hull_interesting(HULL_CLASS_FD, HULL_FD_INHERIT))
		return 0;
	made_in = sock_cgroup_ptr((struct sock_cgroup_data *)&sk->sk_cgrp_data);
	rcu_read_lock();
	group = hull_confined_by();
	own = !group || hull_group_around(group, hull_group_of_cgroup(made_in));
	rcu_read_unlock();
	return own ? 0 : hull_check_simple(HULL_CLASS_FD, HULL_FD_INHERIT, HULL_FD_SOCKET);
}

/* int security_socket_recvmsg(struct socket *sock, struct msghdr *msg, int size, int flags) */
int hull_on_socket_recvmsg(const unsigned long *arg)
{
	return hull_check_inherited_socket(HULL_HOOK_ARG(const struct socket *, arg, 0)->sk);
}
