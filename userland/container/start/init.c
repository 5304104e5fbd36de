// SPDX-License-Identifier: GPL-2.0-only
/*
 * init - a first process that reaps what is left to it and passes signals on
 *
 * Without one a program that does neither is pid 1: zombies pile up, and signals without a
 * handler are ignored (pid_namespaces(7)).
 */
#include <asm/ioctls.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <linux/prctl.h>
#include <linux/wait.h>

#include <container/start/start.h>
#include <container/start/sys.h>

#define ECHILD	10
#define SIGSET	8		/* bytes of the kernel's */

typedef unsigned long kernel_sigset;

#define BIT_OF(sig)	(1ul << ((sig) - 1))

/* Faults of our own are not signals to pass on. */
#define FAULTS	(BIT_OF(SIGSEGV) | BIT_OF(SIGBUS) | BIT_OF(SIGILL) | BIT_OF(SIGFPE) | \
		 BIT_OF(SIGTRAP) | BIT_OF(SIGSYS))

/* Bytes of a message with one descriptor beside (unix(7), cmsg(3)). */
struct vector {
	const void *base;
	unsigned long size;
};

struct header {
	void *name;
	unsigned int name_size;
	struct vector *vectors;
	unsigned long n;
	void *control;
	unsigned long control_size;
	unsigned int flags;
};

struct control {
	unsigned long size;
	int level, type;
	int fd;
} __attribute__((aligned(8)));

#define SOL_SOCKET_	1
#define SCM_RIGHTS_	1

long start_message_send(int channel, const struct start_message *message, int fd)
{
	struct control control = { 16 + sizeof(int), SOL_SOCKET_, SCM_RIGHTS_, fd };
	struct vector vector = { message, sizeof(*message) };
	struct header header = { (void *)0, 0, &vector, 1, &control, sizeof(control), 0 };

	return sys(sendmsg, channel, &header, 0);
}

/* All that have ended; ends itself with the one that counts. */
static void reap(long child)
{
	int status;
	long pid;

	while ((pid = sys(wait4, -1, &status, WNOHANG, 0)) > 0)
		if (pid == child)
			start_exit(status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff);
	if (pid == -ECHILD)
		start_exit(125);
}

/* The program gets the terminal: background processes may not read from it. */
static void foreground(void)
{
	int pid = (int)sys(getpid);

	sys(setpgid, 0, 0);
	sys(ioctl, 0, TIOCSPGRP, &pid);
}

void start_init(int channel, int terminal)
{
	kernel_sigset all = ~FAULTS, before;
	siginfo_t info;
	long child, sig;

	sys(prctl, PR_SET_NAME, "hull-init", 0, 0, 0);
	sys(rt_sigprocmask, SIG_BLOCK, &all, &before, SIGSET);
	child = sys(clone, SIGCHLD, 0, 0, 0, 0);
	if (child < 0)
		start_exit(125);
	if (!child) {
		if (terminal)
			foreground();
		sys(rt_sigprocmask, SIG_SETMASK, &before, (void *)0, SIGSET);
		return;
	}
	/* Its end tells whoever waits that the program has been executed. */
	sys(close, channel);
	for (;;) {
		sig = sys(rt_sigtimedwait, &all, &info, (void *)0, SIGSET);
		if (sig == SIGCHLD)
			reap(child);
		else if (sig > 0 && sig != SIGTTIN && sig != SIGTTOU && sig != SIGTSTP)
			sys(kill, child, sig);
	}
}
