// SPDX-License-Identifier: GPL-2.0-only
/* In the foreground: a program with the caller's stdio, or on a terminal of its own. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <base/relay.h>
#include <base/tty.h>
#include <group/keeper.h>
#include <lib/group.h>

#define CTRL_D	4

static void resized(const struct hull_relay *relay)
{
	hull_tty_size_copy(STDIN_FILENO, relay->console);
}

/* It goes on in any case: the end of the program ends the relay. */
static bool signalled(const struct hull_relay *relay, int signal)
{
	const struct hull_front *front = relay->data;

	if (signal != SIGPIPE && !hull_keeper_signal(front->pid, front->pidfd, signal))
		front->kill(front, signal);
	return true;
}

static int wait_pid(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

/* Signals are blocked: the end of a child cannot be missed. */
static int wait_with_stdio(const struct hull_front *front)
{
	sigset_t set;
	int status, signal;

	hull_keeper_signals(&set, NULL);
	while (!waitpid(front->pid, &status, WNOHANG)) {
		signal = sigwaitinfo(&set, NULL);
		if (signal > 0 && signal != SIGCHLD &&
		    !hull_keeper_signal(front->pid, front->pidfd, signal))
			front->kill(front, signal);
	}
	return status;
}

int hull_front_wait(const struct hull_front *front)
{
	struct hull_relay relay = {
		.console = front->terminal,
		.end = front->pidfd,
		.eof = CTRL_D,
		.all_signals = true,
		.resized = resized,
		.signal = signalled,
		.data = (void *)front,
	};

	if (front->terminal < 0)
		return wait_with_stdio(front);
	/* Nobody looks any more: to the program it is as if its terminal had been closed. */
	if (hull_relay(&relay) == HULL_RELAY_DETACHED &&
	    !hull_keeper_signal(front->pid, front->pidfd, SIGHUP))
		front->kill(front, SIGHUP);
	return wait_pid(front->pid);
}

/* --- a group of ours ----------------------------------------------------------------- */

static void group_kill(const struct hull_front *front, int signal)
{
	struct hull_keeper *keeper = front->data;
	struct hull_error unheard;

	if (!keeper->killed_by)
		keeper->killed_by = signal;
	if (keeper->place.fd >= 0)
		hull_group_kill(keeper->place.fd, &unheard);
	else
		kill(front->pid, SIGKILL);
}

int hull_group_run(const struct hull_group_make *make, int *status, struct hull_error *error)
{
	static const int ours[] = { -1, -1, -1 };
	struct hull_keeper keeper;
	struct hull_front front;
	sigset_t set, old;
	int ret;

	hull_keeper_signals(&set, &old);
	ret = hull_keeper_begin(&keeper, make, false, ours, status, error);
	if (!ret) {
		if (keeper.container.terminal >= 0)
			hull_tty_size_copy(STDIN_FILENO, keeper.container.terminal);
		ret = hull_keeper_start(&keeper, status, error);
		if (ret) {
			hull_keeper_end(&keeper, -1);
		} else {
			front = (struct hull_front){
				keeper.container.pid, keeper.container.pidfd,
				keeper.container.terminal, group_kill, &keeper,
			};
			*status = hull_keeper_end(&keeper, hull_front_wait(&front));
		}
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ret;
}
