// SPDX-License-Identifier: GPL-2.0-only
/* Files and memory. /tmp/h is a directory with files a and x, made anew for each case. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "rows.h"

#define A	"/tmp/h/a"
#define X	"/tmp/h/x"
#define DIR	"/tmp/h"

static int do_read(void)
{
	return result(open(A, O_RDONLY));
}

static int do_write(void)
{
	return result(open(A, O_WRONLY));
}

static int do_append(void)
{
	return result(open(A, O_WRONLY | O_APPEND));
}

static int do_unappend(void)
{
	int fd = open(A, O_WRONLY | O_APPEND);

	return fd < 0 ? ENODATA : result(fcntl(fd, F_SETFL, 0));
}

static int do_list(void)
{
	return result(open(DIR, O_RDONLY | O_DIRECTORY));
}

static int do_create(void)
{
	return result(open(DIR "/new", O_WRONLY | O_CREAT, 0600));
}

static int do_mkdir(void)
{
	return result(mkdir(DIR "/dir", 0700));
}

static int do_symlink(void)
{
	return result(symlink("a", DIR "/sym"));
}

static int do_unlink(void)
{
	return result(unlink(A));
}

static int do_rmdir(void)
{
	return result(rmdir(DIR "/sub"));
}

static int do_rename(void)
{
	return result(rename(A, DIR "/b"));
}

static int do_link(void)
{
	return result(link(A, DIR "/b"));
}

static int do_truncate(void)
{
	return result(truncate(A, 0));
}

static int do_open_truncate(void)
{
	return result(open(A, O_WRONLY | O_TRUNC));
}

static int do_ftruncate(void)
{
	int fd = open(A, O_WRONLY);

	return fd < 0 ? ENODATA : result(ftruncate(fd, 0));
}

static int do_punch(void)
{
	int fd = open(A, O_WRONLY);

	return fd < 0 ? ENODATA : result(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
						   0, 1));
}

static int do_chmod(void)
{
	return result(chmod(A, 0644));
}

static int do_fchmod(void)
{
	int fd = open(A, O_RDONLY);

	return fd < 0 ? ENODATA : result(fchmod(fd, 0644));
}

static int do_chown(void)
{
	return result(chown(A, 1, 1));
}

static int do_xattr(void)
{
	int ret = result(setxattr(A, "trusted.hull", "x", 1, 0));

	return ret == EOPNOTSUPP ? 0 : ret;
}

static int do_times(void)
{
	return result(utimensat(AT_FDCWD, A, NULL, 0));
}

static int do_exec(void)
{
	pid_t pid = vfork();
	int status;

	if (!pid) {
		execl(X, "true", NULL);
		_exit(errno == ENOEXEC ? 0 : errno);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int do_map_exec(void)
{
	int fd = open(A, O_RDONLY);

	return fd < 0 ? ENODATA : result((long)mmap(NULL, 4096, PROT_READ | PROT_EXEC,
						    MAP_PRIVATE, fd, 0));
}

static int do_protect_exec(void)
{
	int fd = open(A, O_RDONLY);
	void *at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	return at == MAP_FAILED ? ENODATA : result(mprotect(at, 4096, PROT_READ | PROT_EXEC));
}

static int do_lock(void)
{
	int fd = open(A, O_RDONLY);

	return fd < 0 ? ENODATA : result(flock(fd, LOCK_EX));
}

static int do_ioctl(void)
{
	int fd = open(A, O_RDONLY), n;

	return fd < 0 ? ENODATA : result(ioctl(fd, FIONREAD, &n));
}

static int do_mknod(void)
{
	return result(mknod(DIR "/null", S_IFCHR | 0600, makedev(1, 3)));
}

static int do_stat(void)
{
	struct stat st;

	return result(stat(A, &st));
}

static int do_readlink(void)
{
	char text[8];

	return result(readlink(DIR "/link", text, sizeof(text)));
}

static int do_chdir(void)
{
	return result(chdir(DIR));
}

static int do_fchdir(void)
{
	return result(fchdir(open(DIR, O_PATH)));
}

static int do_chroot(void)
{
	return result(chroot(DIR));
}

static int do_watch(void)
{
	return result(inotify_add_watch(inotify_init1(0), A, IN_OPEN));
}

static int do_bind_path(void)
{
	struct sockaddr_un un = { AF_UNIX, DIR "/socket" };

	return result(bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&un, sizeof(un)));
}

static int do_device(void)
{
	mknod("/tmp/zero", S_IFCHR | 0600, makedev(1, 5));
	return result(open("/tmp/zero", O_RDONLY));
}

/* A descriptor that a process outside sends. */
static int do_receive(void)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	char c = 'x';
	struct iovec data = { &c, 1 };
	struct msghdr message = { NULL, 0, &data, 1, &control, sizeof(control), 0 };
	int pair[2], fd = open(A, O_RDONLY);

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return errno;
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (sendmsg(pair[0], &message, 0) != 1)
		return errno;
	message.msg_controllen = sizeof(control);
	if (recvmsg(pair[1], &message, 0) != 1)
		return errno;
	return message.msg_controllen ? 0 : EACCES;
}

static int do_memfd_exec(void)
{
	char *const argv[] = { "memfd", NULL }, *const env[] = { NULL };
	int fd = memfd_create("memfd", 0), status;
	pid_t pid;

	write(fd, "#!/bin/true\n", 12);
	pid = vfork();
	if (!pid) {
		fexecve(fd, argv, env);
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int do_anon_exec(void)
{
	return result((long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
				 -1, 0));
}

static int do_write_exec(void)
{
	return result((long)mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static int do_made_exec(void)
{
	char *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*at = 1;
	return result(mprotect(at, 4096, PROT_READ | PROT_EXEC));
}

const struct row file_rows[] = {
	{ "deny file read /tmp/h", do_read, EACCES },
	{ "deny=ENOENT file read /tmp/h/a", do_read, ENOENT },
	{ "deny file write /tmp/h", do_write, EACCES },
	{ "deny file append /tmp/h", do_append, EACCES },
	{ "deny file write /tmp/h", do_unappend, EACCES },
	{ "deny file list /tmp/h", do_list, EACCES },
	{ "deny file create /tmp/h", do_create, EACCES },
	{ "deny file create /tmp/h", do_mkdir, EACCES },
	{ "deny file create /tmp/h", do_symlink, EACCES },
	{ "deny file delete /tmp/h", do_unlink, EACCES },
	{ "deny file delete /tmp/h", do_rmdir, EACCES },
	{ "deny file rename /tmp/h", do_rename, EACCES },
	{ "deny file link /tmp/h", do_link, EACCES },
	{ "deny file truncate /tmp/h", do_truncate, EACCES },
	{ "deny file truncate /tmp/h", do_open_truncate, EACCES },
	{ "deny file truncate /tmp/h", do_ftruncate, EACCES },
	{ "deny file truncate /tmp/h", do_punch, EACCES },
	{ "deny file chmod /tmp/h", do_chmod, EACCES },
	{ "deny file chmod /tmp/h", do_fchmod, EACCES },
	{ "deny file chown /tmp/h", do_chown, EACCES },
	{ "deny file xattr /tmp/h", do_xattr, EACCES },
	{ "deny file times /tmp/h", do_times, EACCES },
	{ "deny file execute /tmp/h", do_exec, EACCES },
	{ "deny file mapexec /tmp/h", do_map_exec, EACCES },
	{ "deny file mapexec /tmp/h", do_protect_exec, EACCES },
	{ "deny file lock /tmp/h", do_lock, EACCES },
	{ "deny file ioctl /tmp/h", do_ioctl, EACCES },
	{ "deny ioctl FIONREAD", do_ioctl, EPERM },
	{ "deny file mknod /tmp/h", do_mknod, EACCES },
	{ "deny device mknod char:1:3", do_mknod, EPERM },
	{ "deny device read char:1:5", do_device, EPERM },
	{ "deny file stat /tmp/h", do_stat, EACCES },
	{ "deny file stat /tmp/h", do_readlink, EACCES },
	{ "deny file chdir /tmp/h", do_chdir, EACCES },
	{ "deny file chdir /tmp/h", do_fchdir, EACCES },
	{ "deny file chroot /tmp/h", do_chroot, EACCES },
	{ "deny file watch /tmp/h", do_watch, EACCES },
	{ "deny file bind /tmp/h", do_bind_path, EACCES },
	{ "deny file receive /tmp/h", do_receive, EACCES },
	{ "deny memory memfdexec", do_memfd_exec, EACCES },
	{ "deny memory anonexec", do_anon_exec, EACCES },
	{ "deny memory writeexec", do_write_exec, EACCES },
	{ "deny memory madeexec", do_made_exec, EACCES },
};

const unsigned int file_rows_n = sizeof(file_rows) / sizeof(file_rows[0]);
