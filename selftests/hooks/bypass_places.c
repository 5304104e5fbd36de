// SPDX-License-Identifier: GPL-2.0-only
/* Out of the group: cgroups, namespaces, keyrings; and what administers it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "policies.h"
#include "bypass.h"

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? errno : result(write(fd, text, strlen(text)));
}

static int do_procs(void)
{
	return put(CGROUPS "/cgroup.procs", "0");
}

static int do_procs_inherited(void)
{
	return result(write(inherited.procs, "0", 1));
}

/* Another view of the same hierarchy. */
static int do_procs_mount(void)
{
	if (mount("none", OPEN "/dir", "cgroup2", 0, NULL))
		return errno;
	return put(OPEN "/dir/cgroup.procs", "0");
}

static int do_procs_namespace(void)
{
	if (unshare(CLONE_NEWCGROUP) || mount("none", OPEN "/dir", "cgroup2", 0, NULL))
		return errno;
	return put(CGROUPS "/cgroup.procs", "0");
}

/* Somebody outside is taken in, to be signalled then. */
static int do_procs_take(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", outside);
	return put(CGROUPS "/hulltest/a/cgroup.procs", text);
}

static int do_clone_into(void)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD,
		.cgroup = (uint64_t)open(CGROUPS, O_PATH | O_DIRECTORY),
	};
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));

	if (!pid)
		_exit(0);
	return result(pid);
}

static int do_cgroup_rename(void)
{
	mkdir(CGROUPS "/hulltest/b", 0755);
	if (put(CGROUPS "/hulltest/b/cgroup.procs", "0"))
		return errno;
	return 0;
}

static int enter(const char *kind, int flag)
{
	char text[64];
	int fd;

	snprintf(text, sizeof(text), "/proc/%d/ns/%s", outside, kind);
	fd = open(text, O_RDONLY);
	if (fd < 0)
		return errno == ENOENT ? ENOSYS : errno;
	return result(setns(fd, flag));
}

static int do_mnt(void)
{
	return enter("mnt", CLONE_NEWNS);
}

static int do_net(void)
{
	return enter("net", CLONE_NEWNET);
}

static int do_pid(void)
{
	return enter("pid", CLONE_NEWPID);
}

static int do_uts(void)
{
	return enter("uts", CLONE_NEWUTS);
}

static int do_ipc(void)
{
	return enter("ipc", CLONE_NEWIPC);
}

static int do_cgroup(void)
{
	return enter("cgroup", CLONE_NEWCGROUP);
}

static int do_time(void)
{
	return enter("time", CLONE_NEWTIME);
}

static int do_time_children(void)
{
	return enter("time_for_children", CLONE_NEWTIME);
}

static pid_t user_child;

static int enter_user(void)
{
	char text[64];

	snprintf(text, sizeof(text), "/proc/%d/ns/user", user_child);
	return result(setns(open(text, O_RDONLY), CLONE_NEWUSER));
}

/* One's own user namespace may not be entered: a child's is. */
static int do_user(void)
{
	int ready[2], ret;
	char byte;

	if (pipe(ready))
		return ENODATA;
	user_child = fork();
	if (!user_child) {
		if (!unshare(CLONE_NEWUSER))
			write(ready[1], "x", 1);
		pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		return ENODATA;
	ret = enter_user();
	kill(user_child, SIGKILL);
	return ret;
}

static int do_pidfd(void)
{
	return result(setns(syscall(SYS_pidfd_open, outside, 0), CLONE_NEWNS | CLONE_NEWNET));
}

static int do_keys(void)
{
	if (syscall(SYS_keyctl, 1, NULL) < 0)
		return ENODATA;
	return result(syscall(SYS_keyctl, 18));
}

static int do_keys_search(void)
{
	return result(syscall(SYS_keyctl, 0, -3, 1));
}

static int do_hull(void)
{
	struct group group;
	struct nl_reply reply = groups_get("a", &group);

	return reply.error == EPERM ? EPERM : reply.error;
}

static int do_hull_clear(void)
{
	struct nl_reply reply = confine_fd("a", -1);

	return reply.error;
}

static int do_unload(void)
{
	int ret = result(syscall(SYS_delete_module, "hull", O_NONBLOCK));

	/* There is a group: it is refused to everybody. */
	return ret == EWOULDBLOCK || ret == EBUSY ? 0 : ret;
}

const struct bypass bypass_places[] = {
	{ "cgroup.procs outside", "", EPERM, do_procs },
	{ "cgroup.procs outside, inherited", "", EPERM, do_procs_inherited },
	{ "cgroup.procs outside, another mount", "", EPERM, do_procs_mount },
	{ "cgroup.procs outside, another namespace", "", EPERM, do_procs_namespace },
	{ "cgroup.procs of a neighbour", "", EPERM, do_cgroup_rename },
	{ "a process outside taken in", "", EPERM, do_procs_take },
	{ "clone into a cgroup outside", "", EPERM, do_clone_into },
	{ "setns of mounts", "", EPERM, do_mnt },
	{ "setns of networks", "", EPERM, do_net },
	{ "setns of processes", "", EPERM, do_pid },
	{ "setns of names", "", EPERM, do_uts },
	{ "setns of IPC", "", EPERM, do_ipc },
	{ "setns of cgroups", "", EPERM, do_cgroup },
	{ "setns of time", "", EPERM, do_time },
	{ "setns of children's time", "", EPERM, do_time_children },
	{ "setns of users", "", EPERM, do_user },
	{ "setns by pidfd", "", EPERM, do_pidfd },
	{ "keys for the parent", "", EACCES, do_keys },
	{ "keys of the session", "deny key", EACCES, do_keys_search },
	/* No policy is needed for these: being in a group is enough. */
	{ "asking Hull from inside", NULL, EPERM, do_hull },
	{ "ending the policy from inside", NULL, EPERM, do_hull_clear },
	{ "unloading Hull", "deny capability sys_module", EPERM, do_unload },
};

const unsigned int bypass_places_n = sizeof(bypass_places) / sizeof(bypass_places[0]);
