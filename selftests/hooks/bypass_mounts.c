// SPDX-License-Identifier: GPL-2.0-only
/* A file by another mount. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bypass.h"

#define NO_READ		"deny file read " SECRET
#define CLONE_TREE	1	/* OPEN_TREE_CLONE */

static int do_bind_file(void)
{
	if (mount(SECRETS, OPEN "/file", NULL, MS_BIND, NULL))
		return errno;
	return try_read(OPEN "/file");
}

static int do_bind_dir(void)
{
	if (mount(SECRET, OPEN "/dir", NULL, MS_BIND, NULL))
		return errno;
	return try_read(OPEN "/dir/file");
}

static int do_bind_all(void)
{
	if (mount(T, OPEN "/dir", NULL, MS_BIND | MS_REC, NULL))
		return errno;
	return try_read(OPEN "/dir/secret/mounted/file");
}

/* What is mounted in the place, shown elsewhere. */
static int do_bind_mounted(void)
{
	if (mount(MOUNTED, OPEN "/dir", NULL, MS_BIND, NULL))
		return errno;
	return try_read(OPEN "/dir/file");
}

static int do_bind_mounted_sub(void)
{
	if (mount(MOUNTED "/dir", OPEN "/dir", NULL, MS_BIND, NULL))
		return errno;
	return try_read(OPEN "/dir/file");
}

static int do_move_mounted(void)
{
	if (mount(MOUNTED, OPEN "/dir", NULL, MS_MOVE, NULL))
		return errno;
	return try_read(OPEN "/dir/file");
}

static int do_move_mount(void)
{
	if (syscall(SYS_move_mount, AT_FDCWD, MOUNTED, AT_FDCWD, OPEN "/dir", 0))
		return errno;
	return try_read(OPEN "/dir/file");
}

/* Unmounted under its users: where it was nothing tells any more. */
static int do_unmounted(void)
{
	int fd = open(MOUNTED, O_PATH);

	if (fd < 0 || umount2(MOUNTED, MNT_DETACH))
		return ENODATA;
	return try_fd(openat(fd, "file", O_RDONLY));
}

/* With what is above it. */
static int do_unmounted_above(void)
{
	int fd;

	if (mount(T, OPEN "/dir", NULL, MS_BIND | MS_REC, NULL))
		return ENODATA;
	fd = open(OPEN "/dir/secret/mounted", O_PATH);
	if (fd < 0 || umount2(OPEN "/dir", MNT_DETACH))
		return ENODATA;
	return try_fd(openat(fd, "file", O_RDONLY));
}

/* A namespace ends with its last process; a descriptor of its mounts goes on. */
static int do_unmounted_namespace(void)
{
	int ready[2], status, fd;
	pid_t child;

	if (pipe(ready))
		return ENODATA;
	child = syscall(SYS_clone, CLONE_NEWNS | CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (!child) {
		fd = open(MOUNTED, O_PATH);
		_exit(write(ready[1], &fd, sizeof(fd)) != sizeof(fd));
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status ||
	    read(ready[0], &fd, sizeof(fd)) != sizeof(fd) || fd < 0)
		return ENODATA;
	return try_fd(openat(fd, "file", O_RDONLY));
}

static int do_mark(unsigned int what)
{
	int fd = fanotify_init(FAN_CLASS_NOTIF, O_RDONLY);

	return fd < 0 ? errno : result(fanotify_mark(fd, FAN_MARK_ADD | what, FAN_OPEN, AT_FDCWD,
						     OPEN));
}

static int do_mark_mount(void)
{
	return do_mark(FAN_MARK_MOUNT);
}

static int do_mark_filesystem(void)
{
	return do_mark(FAN_MARK_FILESYSTEM);
}

static int do_detached(void)
{
	int fd = syscall(SYS_open_tree, AT_FDCWD, SECRET, CLONE_TREE);

	return fd < 0 ? errno : try_fd(openat(fd, "file", O_RDONLY));
}

static int do_detached_mounted(void)
{
	int fd = syscall(SYS_open_tree, AT_FDCWD, MOUNTED, CLONE_TREE);

	return fd < 0 ? errno : try_fd(openat(fd, "file", O_RDONLY));
}

/* In a namespace that the user may do this in. */
static int do_detached_user(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return ENODATA;
	return do_detached_mounted();
}

static int do_pivot(void)
{
	/* The machine's root is one that cannot be changed. */
	if (chroot(T) || chdir("/secret/mounted"))
		return ENODATA;
	if (syscall(SYS_pivot_root, ".", "dir"))
		return errno;
	return try_read("/file");
}

static int do_overlay(void)
{
	if (mount("none", OPEN "/dir", "overlay", 0,
		  "lowerdir=" SECRET ",upperdir=" OPEN "/upper,workdir=" OPEN "/work"))
		return errno;
	return try_read(OPEN "/dir/file");
}

static int do_overlay_above(void)
{
	if (mount("none", OPEN "/dir", "overlay", 0,
		  "lowerdir=" T ",upperdir=" OPEN "/upper,workdir=" OPEN "/work"))
		return errno == EINVAL || errno == ELOOP ? ENODEV : errno;
	return try_read(OPEN "/dir/secret/file");
}

static int do_overlay_upper(void)
{
	if (mount("none", OPEN "/dir", "overlay", 0,
		  "lowerdir=" OPEN ",upperdir=" SECRET "/sub,workdir=" SECRET "/work"))
		return errno;
	return result(open(OPEN "/dir/new", O_WRONLY | O_CREAT, 0600));
}

/* A directory that is no longer below the mount it is reached by. */
static int do_disconnected(void)
{
	if (mount(SECRET "/sub", OPEN "/dir", NULL, MS_BIND, NULL) || chdir(OPEN "/dir/deep") ||
	    rename(SECRET "/sub/deep", SECRET "/deep"))
		return ENODATA;
	return try_read("file");
}

static int do_namespace(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) ||
	    mount(SECRET, OPEN "/dir", NULL, MS_BIND | MS_REC, NULL))
		return ENODATA;
	return try_read(OPEN "/dir/file");
}

static int new_mount(const char *type)
{
	int fs = syscall(SYS_fsopen, type, 0), fd;

	if (fs < 0 || syscall(SYS_fsconfig, fs, 6, NULL, NULL, 0))
		return -1;
	fd = syscall(SYS_fsmount, fs, 0, 0);
	close(fs);
	return fd;
}

static int do_fsmount(void)
{
	int fd = new_mount("tmpfs");

	return fd < 0 ? errno :
	       result(syscall(SYS_move_mount, fd, "", AT_FDCWD, OPEN "/dir", 4));
}

/* Never mounted anywhere: it can be used all the same. */
static int do_fsmount_detached(void)
{
	int fd = new_mount("tmpfs");

	return fd < 0 ? errno : result(openat(fd, "new", O_RDWR | O_CREAT, 0600));
}

static int do_proc_detached(void)
{
	int fd = new_mount("proc");

	return fd < 0 ? errno :
	       result(openat(fd, "sys/kernel/core_pattern", O_WRONLY));
}

/* Another instance: its files are others. */
static int do_proc(void)
{
	if (mount("none", OPEN "/dir", "proc", 0, NULL))
		return errno;
	return result(open(OPEN "/dir/sys/kernel/core_pattern", O_WRONLY));
}

static int do_bind_clone(void)
{
	int fd = syscall(SYS_open_tree, AT_FDCWD, OPEN, CLONE_TREE);

	return fd < 0 ? errno : 0;
}

static int do_remount(void)
{
	struct mount_attr attr = { .attr_clr = MOUNT_ATTR_RDONLY };

	if (mount(NULL, T, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL))
		return ENODATA;
	return result(syscall(SYS_mount_setattr, AT_FDCWD, T, 0, &attr, sizeof(attr)));
}

static int do_fspick(void)
{
	int fd = syscall(SYS_fspick, AT_FDCWD, T, 0);

	return fd < 0 ? errno : result(syscall(SYS_fsconfig, fd, 7, NULL, NULL, 0));
}

const struct bypass bypass_mounts[] = {
	{ "bind mount of the file", NO_READ, EACCES, do_bind_file },
	{ "bind mount of the directory", NO_READ, EACCES, do_bind_dir },
	{ "bind mount of what is around", NO_READ, EACCES, do_bind_all },
	{ "bind mount of what is mounted there", NO_READ, EXDEV, do_bind_mounted },
	{ "bind mount of a part of what is mounted there", NO_READ, EXDEV, do_bind_mounted_sub },
	{ "a mount there moved", NO_READ, EXDEV, do_move_mounted },
	{ "a mount there moved by move_mount", NO_READ, EXDEV, do_move_mount },
	{ "a mount there unmounted in use", NO_READ, EACCES, do_unmounted },
	{ "a mount around unmounted in use", NO_READ, EACCES, do_unmounted_above },
	{ "a mount there, whose namespace ended", NO_READ, EACCES, do_unmounted_namespace },
	{ "watched by its mount", "deny file watch " SECRET, EACCES, do_mark_mount },
	{ "watched by its file system", "deny file watch " SECRET, EACCES, do_mark_filesystem },
	{ "open_tree, detached", NO_READ, EACCES, do_detached },
	{ "open_tree of what is mounted there", NO_READ, EXDEV, do_detached_mounted },
	{ "open_tree in a new user namespace", NO_READ, EXDEV, do_detached_user },
	{ "pivot_root to what is mounted there", NO_READ, EXDEV, do_pivot },
	{ "overlay over it", NO_READ, EXDEV, do_overlay },
	{ "overlay over what is around", NO_READ, EXDEV, do_overlay_above },
	{ "overlay that writes there", "deny file write,create " SECRET, EXDEV, do_overlay_upper },
	{ "a disconnected directory", NO_READ, EACCES, do_disconnected },
	{ "bind mount in a new user namespace", NO_READ, EACCES, do_namespace },
	{ "fsmount", "deny mount mount", EPERM, do_fsmount },
	{ "fsmount of a type", "deny mount mount type tmpfs", EPERM, do_fsmount },
	{ "fsmount, detached", "deny mount mount", EPERM, do_fsmount_detached },
	{ "fsmount of a type, detached", "deny mount mount type proc", EPERM, do_proc_detached },
	{ "another instance of proc", "deny file write /proc/sys\ndeny mount mount type proc", EPERM,
	  do_proc },
	{ "open_tree for bind", "deny mount bind", EPERM, do_bind_clone },
	{ "mount_setattr for remount", "deny mount attributes", EPERM, do_remount },
	{ "fspick for remount", "deny mount remount", EPERM, do_fspick },
};

const unsigned int bypass_mounts_n = sizeof(bypass_mounts) / sizeof(bypass_mounts[0]);
