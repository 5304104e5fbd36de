// SPDX-License-Identifier: GPL-2.0-only
/*
 * fault - a command that meets a fault at one of its system calls
 *
 *	fault kill|fail [CALL:]N COMMAND...
 *
 * The Nth system call of the command and of all that come from it, counted from its exec and
 * over all of them, is not made: who wanted to make it is killed (kill), or is told ENOMEM
 * (fail). With CALL, a number, only calls of that number count. From then on nobody is looked
 * at. Exits as the command does, with 128 + signal when one ended it, and with 200 when the
 * command had ended before. It is told so, too, if nothing happens for a minute: 201.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_REACHED	200
#define STUCK		201
#define TRACED_MAX	64
#define PATIENCE	60	/* seconds */

static pid_t traced[TRACED_MAX];
static bool started[TRACED_MAX];	/* has been seen to stop */
static int n_traced;

static int slot_of(pid_t pid)
{
	int i;

	for (i = 0; i < n_traced; i++)
		if (traced[i] == pid)
			return i;
	if (n_traced == TRACED_MAX)
		return -1;
	traced[n_traced] = pid;
	started[n_traced] = false;
	return n_traced++;
}

static void forget(pid_t pid)
{
	int i = slot_of(pid);

	if (i < 0)
		return;
	traced[i] = traced[--n_traced];
	started[i] = started[n_traced];
}

static bool may_fail(unsigned long long nr)
{
	static const unsigned long long never[] = {
		SYS_exit, SYS_exit_group, SYS_rt_sigreturn, SYS_brk, SYS_munmap,
		/* Gives the descriptor up, whatever it returns. */
		SYS_close,
	};
	size_t i;

	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (nr == never[i])
			return false;
	return true;
}

/* The call is skipped, and its result is an error. */
static void call_fail(pid_t pid)
{
	struct user_regs_struct regs;
	int status;

	if (ptrace(PTRACE_GETREGS, pid, 0, &regs))
		return;
	regs.orig_rax = (unsigned long long)-1;
	ptrace(PTRACE_SETREGS, pid, 0, &regs);
	ptrace(PTRACE_SYSCALL, pid, 0, 0);
	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		return;
	if (ptrace(PTRACE_GETREGS, pid, 0, &regs))
		return;
	regs.rax = (unsigned long long)-ENOMEM;
	ptrace(PTRACE_SETREGS, pid, 0, &regs);
}

/* A process is there before it has said so: it must not be left in its first stop. */
static void child_meet(pid_t parent, int event)
{
	unsigned long child;

	if ((event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
	     event == PTRACE_EVENT_CLONE) &&
	    !ptrace(PTRACE_GETEVENTMSG, parent, 0, &child))
		slot_of((pid_t)child);
}

/*
 * Nobody is traced any more; what comes next is theirs. Return: wait status of @command if it
 * ended meanwhile, else -1
 */
static int all_detach(pid_t stopped, pid_t command)
{
	int i, status, signal, ended = -1;

	if (stopped)
		ptrace(PTRACE_DETACH, stopped, 0, 0);
	for (i = 0; i < n_traced; i++) {
		if (traced[i] == stopped)
			continue;
		/* Fails if it is being killed: then it is waited for, as its parent does, too. */
		ptrace(PTRACE_INTERRUPT, traced[i], 0, 0);
		if (waitpid(traced[i], &status, __WALL) != traced[i])
			continue;
		if (!WIFSTOPPED(status)) {
			if (traced[i] == command)
				ended = status;
			continue;
		}
		child_meet(traced[i], status >> 16);
		signal = status >> 16 || WSTOPSIG(status) & 0x80 ? 0 : WSTOPSIG(status);
		ptrace(PTRACE_DETACH, traced[i], 0, signal);
	}
	n_traced = 0;
	return ended;
}

static void stuck(int signal)
{
	(void)signal;
	_exit(STUCK);
}

static int exit_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool is_call(pid_t pid, long only, bool fail)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return false;
	if (only >= 0 && info.entry.nr != (unsigned long long)only)
		return false;
	return !fail || may_fail(info.entry.nr);
}

/* Return: the command's exit code */
static int follow(pid_t command, bool fail, long only, unsigned long n)
{
	unsigned long seen = 0;
	int status, signal, i;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFEXITED(status) || WIFSIGNALED(status)) {
			forget(pid);
			if (pid != command)
				continue;
			all_detach(0, 0);
			return NOT_REACHED;
		}
		child_meet(pid, status >> 16);
		i = slot_of(pid);
		signal = WSTOPSIG(status);
		if (status >> 16 || (signal == SIGSTOP && i >= 0 && !started[i]))
			signal = 0;
		if (i >= 0)
			started[i] = true;
		if (signal == (SIGTRAP | 0x80)) {
			signal = 0;
			if (is_call(pid, only, fail) && ++seen == n) {
				if (fail)
					call_fail(pid);
				else
					kill(pid, SIGKILL);
				status = all_detach(fail ? pid : 0, command);
				if (status != -1 || waitpid(command, &status, 0) == command)
					return exit_code(status);
				return STUCK;
			}
		}
		/* A stop of the whole process stays one. */
		if (status >> 16 == PTRACE_EVENT_STOP && WSTOPSIG(status) != SIGTRAP)
			ptrace(PTRACE_LISTEN, pid, 0, 0);
		else
			ptrace(PTRACE_SYSCALL, pid, 0, signal);
	}
	return STUCK;
}

int main(int argc, char **argv)
{
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		       PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
	const char *colon = argc > 2 ? strchr(argv[2], ':') : NULL;
	long only = colon ? strtol(argv[2], NULL, 10) : -1;
	struct sigaction alarmed = { .sa_handler = stuck };
	pid_t pid;

	if (argc < 4 || (strcmp(argv[1], "kill") && strcmp(argv[1], "fail"))) {
		fprintf(stderr, "usage: fault kill|fail [CALL:]N COMMAND...\n");
		return 2;
	}
	pid = fork();
	if (!pid) {
		raise(SIGSTOP);
		execvp(argv[3], argv + 3);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, NULL, WUNTRACED) != pid ||
	    ptrace(PTRACE_SEIZE, pid, 0, options)) {
		perror("fault");
		return 2;
	}
	slot_of(pid);
	started[0] = true;
	sigaction(SIGALRM, &alarmed, NULL);
	alarm(PATIENCE);
	kill(pid, SIGCONT);
	return follow(pid, !strcmp(argv[1], "fail"), only,
		      strtoul(colon ? colon + 1 : argv[2], NULL, 10));
}
