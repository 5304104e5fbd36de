// SPDX-License-Identifier: GPL-2.0-only
/*
 * What operations cost whoever is under a policy: the mean of the middle half, in TSC ticks,
 * which are instructions under QEMU's -icount. A median would jump between the ways that an
 * allocator takes turns with.
 *
 * usage: policy_ops LABEL [CGROUP] [landlock|seccomp|apparmor=PROFILE]
 *	prints lines "FIGURE LABEL operation ticks"
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>
#include "policy_peers.h"

#define FILE_READ	"/etc/hostname"
#define PROGRAM		"/bin/policy_tiny"
#ifndef ROUNDS
#define ROUNDS		2000
#endif

static const struct sockaddr_in address = {
	.sin_family = AF_INET, .sin_port = 0xea14, .sin_addr.s_addr = 0x0100007f,
};

static int udp;
static pid_t other;

static void op_nothing(void)
{
}

static void op_open(void)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, FILE_READ, O_RDONLY);

	if (fd < 0)
		err(1, "open");
	syscall(SYS_close, fd);
}

static void op_stat(void)
{
	struct stat st;

	if (syscall(SYS_newfstatat, AT_FDCWD, FILE_READ, &st, 0))
		err(1, "stat");
}

static void op_connect(void)
{
	if (connect(udp, (const struct sockaddr *)&address, sizeof(address)))
		err(1, "connect");
}

static void op_kill(void)
{
	if (syscall(SYS_kill, getpid(), 0))
		err(1, "kill");
}

static void op_kill_other(void)
{
	if (syscall(SYS_kill, other, 0))
		err(1, "kill");
}

static void op_exec(void)
{
	static char *const args[] = { PROGRAM, NULL }, *const env[] = { NULL };
	int status = -1;
	pid_t pid = vfork();

	if (!pid) {
		execve(PROGRAM, args, env);
		_exit(77);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		errx(1, "exec: status %#x", status);
}

static const struct {
	const char *name;
	void (*run)(void);
	unsigned int rounds;
} ops[] = {
	{ "open+close", op_open, ROUNDS },
	{ "stat", op_stat, ROUNDS },
	{ "connect", op_connect, ROUNDS },
	{ "kill", op_kill, ROUNDS },
	{ "kill-other", op_kill_other, ROUNDS },
	{ "exec", op_exec, ROUNDS / 2 },
};

static uint64_t now(void)
{
	uint64_t ticks;

	_mm_lfence();
	ticks = __rdtsc();
	_mm_lfence();
	return ticks;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static uint64_t middle(void (*run)(void), unsigned int rounds)
{
	static uint64_t ticks[ROUNDS];
	uint64_t begin, sum = 0;
	unsigned int i;

	for (i = 0; i < 20; i++)
		run();
	for (i = 0; i < rounds; i++) {
		begin = now();
		run();
		ticks[i] = now() - begin;
	}
	qsort(ticks, rounds, sizeof(*ticks), compare);
	for (i = rounds / 4; i < rounds - rounds / 4; i++)
		sum += ticks[i];
	return sum / (rounds - 2 * (rounds / 4));
}

static void enter(const char *cgroup)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		err(1, "%s", path);
	close(fd);
}

/* It is in the group, too, and waits for its end. */
static pid_t other_start(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

int main(int argc, char **argv)
{
	uint64_t nothing;
	unsigned int i;
	int at = 2;

	if (argc < 2)
		errx(2, "usage: policy_ops LABEL [CGROUP] [landlock|seccomp|apparmor=PROFILE]");
	if (at < argc && argv[at][0] == '/')
		enter(argv[at++]);
	udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (udp < 0)
		err(1, "socket");
	if (at < argc)
		peer_enter(argv[at]);
	other = other_start();
	nothing = middle(op_nothing, ROUNDS);
	for (i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		printf("FIGURE %s %s %lld\n", argv[1], ops[i].name,
		       (long long)(middle(ops[i].run, ops[i].rounds) - nothing));
	kill(other, SIGKILL);
	return 0;
}
