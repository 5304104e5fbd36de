// SPDX-License-Identifier: GPL-2.0-only
/* What system calls may not do, done by io_uring: at once, by a worker, by a polling thread. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include "bypass.h"

#define NO_READ	"deny file read " SECRET

static int outcome(int ret)
{
	return ret < 0 ? -ret : 0;
}

static int do_once(const struct io_uring_sqe *sqe)
{
	return outcome(ring_do(ring_make(0), 0, sqe));
}

static struct io_uring_sqe open_sqe(void)
{
	return (struct io_uring_sqe){
		.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (unsigned long)SECRETS,
		.open_flags = O_RDONLY,
	};
}

static int do_open(void)
{
	struct io_uring_sqe sqe = open_sqe();

	return do_once(&sqe);
}

static int do_open2(void)
{
	struct open_how how = { .flags = O_RDONLY };
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_OPENAT2, .fd = AT_FDCWD, .addr = (unsigned long)SECRETS,
		.len = sizeof(how), .off = (unsigned long)&how,
	};

	return do_once(&sqe);
}

static int do_open_worker(void)
{
	struct io_uring_sqe sqe = open_sqe();

	sqe.flags = IOSQE_ASYNC;
	return do_once(&sqe);
}

static int do_open_poll(void)
{
	struct io_uring_sqe sqe = open_sqe();

	return outcome(ring_do(ring_make(IORING_SETUP_SQPOLL), IORING_SETUP_SQPOLL, &sqe));
}

/* The thread goes where its process goes. */
int ring_before(void)
{
	struct io_uring_sqe sqe = open_sqe();

	return outcome(ring_do(inherited.ring, IORING_SETUP_SQPOLL, &sqe));
}

static int do_open_fixed(void)
{
	int fd = ring_make(0), none[2] = { -1, -1 };
	struct io_uring_sqe sqe = open_sqe();

	if (syscall(SYS_io_uring_register, fd, IORING_REGISTER_FILES, none, 2))
		return ENODATA;
	sqe.file_index = 1;
	return outcome(ring_do(fd, 0, &sqe));
}

static int do_inherited_fixed(void)
{
	int fd = ring_make(0);
	char byte;
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_READ, .flags = IOSQE_FIXED_FILE, .fd = 0,
		.addr = (unsigned long)&byte, .len = 1,
	};

	if (syscall(SYS_io_uring_register, fd, IORING_REGISTER_FILES, &inherited.read, 1))
		return errno;
	return outcome(ring_do(fd, 0, &sqe));
}

static int do_unlink(void)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = (unsigned long)SECRETS,
	};

	return do_once(&sqe);
}

static int two_paths(unsigned char opcode, const char *to)
{
	struct io_uring_sqe sqe = {
		.opcode = opcode, .fd = AT_FDCWD, .addr = (unsigned long)SECRETS,
		.addr2 = (unsigned long)to, .len = (unsigned int)AT_FDCWD,
	};

	return do_once(&sqe);
}

static int do_rename(void)
{
	return two_paths(IORING_OP_RENAMEAT, OPEN "/moved");
}

static int do_link(void)
{
	return two_paths(IORING_OP_LINKAT, OPEN "/hard");
}

static const struct sockaddr_in there = {
	.sin_family = AF_INET, .sin_port = 0x581b, .sin_addr = { 0x0100007f },
};

static int do_connect(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), to = socket(AF_INET, SOCK_STREAM, 0);
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_CONNECT, .fd = to, .addr = (unsigned long)&there,
		.off = sizeof(there),
	};

	bind(fd, (const struct sockaddr *)&there, sizeof(there));
	listen(fd, 1);
	return do_once(&sqe);
}

static int do_sendmsg(void)
{
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_name = (void *)&there, .msg_namelen = sizeof(there),
		.msg_iov = &iov, .msg_iovlen = 1,
	};
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_SENDMSG, .fd = socket(AF_INET, SOCK_DGRAM, 0),
		.addr = (unsigned long)&msg, .len = 1,
	};

	return do_once(&sqe);
}

static int do_socket(void)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_SOCKET, .fd = AF_INET, .off = SOCK_RAW, .len = IPPROTO_RAW,
	};

	return do_once(&sqe);
}

static int do_truncate(void)
{
	struct io_uring_sqe sqe = open_sqe();

	sqe.open_flags = O_WRONLY | O_TRUNC;
	return do_once(&sqe);
}


const struct bypass bypass_rings[] = {
	{ "io_uring openat", NO_READ, EACCES, do_open },
	{ "io_uring openat2", NO_READ, EACCES, do_open2 },
	{ "io_uring openat by a worker", NO_READ, EACCES, do_open_worker },
	{ "io_uring openat by a polling thread", NO_READ, EACCES, do_open_poll },
	{ "io_uring openat by a polling thread from before", NO_READ, EACCES, ring_before },
	{ "io_uring openat of a fixed file", NO_READ, EACCES, do_open_fixed },
	{ "io_uring read of an inherited fixed file", "deny file read,inherit " SECRET, EACCES,
	  do_inherited_fixed },
	{ "io_uring O_TRUNC", "deny file truncate " SECRET, EACCES, do_truncate },
	{ "io_uring unlinkat", "deny file delete " SECRET, EACCES, do_unlink },
	{ "io_uring renameat", NO_READ, EXDEV, do_rename },
	{ "io_uring linkat", NO_READ, EXDEV, do_link },
	{ "io_uring connect", "deny inet tcp.connect", EACCES, do_connect },
	{ "io_uring sendmsg", "deny inet udp.send", EACCES, do_sendmsg },
	{ "io_uring socket", "deny socket create inet/raw", EPERM, do_socket },
	{ "io_uring, one operation", "deny uring issue 18", EPERM, do_open },
};

const unsigned int bypass_rings_n = sizeof(bypass_rings) / sizeof(bypass_rings[0]);
