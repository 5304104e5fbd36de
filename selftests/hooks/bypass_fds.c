// SPDX-License-Identifier: GPL-2.0-only
/* Descriptors that somebody else opened: inherited, sent, taken. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bypass.h"

#define NO_INHERIT	"deny file read,write,inherit " SECRET
#define NO_RECEIVE	"deny file read,receive " SECRET

static int receive(const char *what)
{
	char room[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = room, .msg_controllen = sizeof(room),
	};
	struct cmsghdr *cmsg;
	int fd;

	if (send(outside_door, what, strlen(what), 0) < 0 || recvmsg(outside_door, &msg, 0) < 0)
		return -1;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg || cmsg->cmsg_len < CMSG_LEN(sizeof(int))) {
		errno = msg.msg_flags & MSG_CTRUNC ? EACCES : ENODATA;
		return -1;
	}
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

static int do_receive(void)
{
	return try_fd(receive(SECRETS));
}

static int do_receive_anon(void)
{
	return result(receive("-"));
}

static int take_fd(int fd)
{
	int pidfd = syscall(SYS_pidfd_open, outside, 0);

	return syscall(SYS_pidfd_getfd, pidfd, fd, 0);
}

static int do_take(void)
{
	return try_fd(take_fd(inherited.read));
}

/* From a process of the group's own. */
static int do_take_own(void)
{
	int pidfd = syscall(SYS_pidfd_open, getpid(), 0);

	return try_fd(syscall(SYS_pidfd_getfd, pidfd, inherited.read, 0));
}

static int do_read(void)
{
	return try_fd(inherited.read);
}

static int do_write(void)
{
	return result(pwrite(inherited.write, "x", 1, 0));
}

static int do_map(void)
{
	return mmap(NULL, 4096, PROT_READ, MAP_SHARED, inherited.read, 0) == MAP_FAILED ? errno : 0;
}

static int do_sendfile(void)
{
	return result(sendfile(open(OPEN "/copy", O_RDWR | O_CREAT, 0600), inherited.read, NULL, 6));
}

static int do_splice(void)
{
	loff_t at = 0;
	int ends[2];

	return pipe(ends) ? ENODATA : result(splice(inherited.read, &at, ends[1], NULL, 6, 0));
}

static int do_copy_range(void)
{
	loff_t at = 0;
	int to = open(OPEN "/copy", O_RDWR | O_CREAT, 0600);

	return result(copy_file_range(inherited.read, &at, to, NULL, 6, 0));
}

static int do_reopen(void)
{
	char text[64];

	sprintf(text, "/proc/self/fd/%d", inherited.read);
	return try_read(text);
}

static int do_beneath(void)
{
	return try_fd(openat(inherited.directory, "file", O_RDONLY));
}

static int do_connected_read(void)
{
	char byte;

	return result(recv(inherited.connected, &byte, 1, MSG_DONTWAIT)) == EACCES ? EACCES : 0;
}

static int do_connected(void)
{
	return result(send(inherited.connected, "x", 1, 0));
}

const struct bypass bypass_fds[] = {
	{ "a file received", NO_RECEIVE, EACCES, do_receive },
	{ "an anonymous descriptor received", "deny fd receive", EACCES, do_receive_anon },
	{ "a descriptor taken from outside", "", EPERM, do_take },
	{ "a descriptor taken within", NO_RECEIVE, EACCES, do_take_own },
	{ "a descriptor inherited, read", NO_INHERIT, EACCES, do_read },
	{ "a descriptor inherited, written", NO_INHERIT, EACCES, do_write },
	{ "a descriptor inherited, mapped", NO_INHERIT, EACCES, do_map },
	{ "a descriptor inherited, sendfile", NO_INHERIT, EACCES, do_sendfile },
	{ "a descriptor inherited, splice", NO_INHERIT, EACCES, do_splice },
	{ "a descriptor inherited, copy_file_range", NO_INHERIT, EACCES, do_copy_range },
	{ "a descriptor inherited, opened again", "deny file read " SECRET, EACCES, do_reopen },
	{ "a directory inherited", "deny file read " SECRET, EACCES, do_beneath },
	{ "a socket inherited, sent to", "deny fd inherit", EACCES, do_connected },
	{ "a socket inherited, received from", "deny fd inherit", EACCES, do_connected_read },
};

const unsigned int bypass_fds_n = sizeof(bypass_fds) / sizeof(bypass_fds[0]);
