// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <oci/config.h>
#include <oci/hooks.h>

/*
 * The program that is executed is the container's own: it gets what the container's
 * process will have, not what makes containers.
 */
static int rights_drop(const struct hull_ct_process *process)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	const struct hull_ct_capabilities *caps = &process->caps;
	struct __user_cap_data_struct data[2];
	unsigned int i;

	for (i = 0; i < 64; i++)
		if (!(caps->bounding >> i & 1) && prctl(PR_CAPBSET_DROP, i, 0, 0, 0))
			break;
	if (i < 64 && errno != EINVAL)
		return -1;
	prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	if ((setgroups(process->n_groups, process->groups) && errno != EPERM) ||
	    setresgid(process->gid, process->gid, process->gid) ||
	    setresuid(process->uid, process->uid, process->uid))
		return -1;
	for (i = 0; i < 2; i++)
		data[i] = (struct __user_cap_data_struct){
			.effective = (uint32_t)(caps->effective >> 32 * i),
			.permitted = (uint32_t)(caps->permitted >> 32 * i),
			.inheritable = (uint32_t)(caps->inheritable >> 32 * i),
		};
	if (syscall(SYS_capset, &header, data))
		return -1;
	return process->no_new_privs ? prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) : 0;
}

static void __attribute__((noreturn)) become(const struct hull_ct_hook *hook, int in, int out,
					     const struct hull_ct_process *process)
{
	const char *alone[] = { hook->path, NULL }, *none[] = { NULL };
	sigset_t set;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 ||
	    close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) || (process && rights_drop(process)))
		_exit(127);
	execve(hook->path, (char **)(hook->args.n ? hook->args.at : alone),
	       (char **)(hook->env.n ? hook->env.at : none));
	dprintf(2, "%s\n", strerror(errno));
	_exit(127);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The last line that a hook has written, without what a terminal would act upon. */
struct tail {
	char line[96];
	size_t len;
	bool ended;
};

static void tail_add(struct tail *tail, const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (text[i] == '\n') {
			tail->ended = true;
			continue;
		}
		if (tail->ended)
			tail->len = 0;
		tail->ended = false;
		if (tail->len < sizeof(tail->line) - 1)
			tail->line[tail->len++] = (unsigned char)text[i] < ' ' ? '?' : text[i];
	}
	tail->line[tail->len] = '\0';
}

/* Feeds it and reads what it says, until it closes its side; -1: out of time. */
static int converse(int to, int from, const char *state, int64_t end, struct tail *tail)
{
	size_t len = strlen(state), done = 0;
	struct pollfd fds[2];
	char text[512];
	ssize_t n;

	for (;;) {
		int64_t left = end < 0 ? -1 : end - now_ms();

		if (end >= 0 && left <= 0)
			return -1;
		fds[0] = (struct pollfd){ done < len ? to : -1, POLLOUT, 0 };
		fds[1] = (struct pollfd){ from, POLLIN, 0 };
		if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
			return -1;
		if (fds[0].revents) {
			n = send(to, state + done, len - done, MSG_NOSIGNAL | MSG_DONTWAIT);
			done = n > 0 ? done + (size_t)n : errno == EAGAIN ? done : len;
			/* Its end is what a hook waits for. */
			if (done == len)
				shutdown(to, SHUT_WR);
		}
		if (!fds[1].revents)
			continue;
		n = read(from, text, sizeof(text));
		if (!n || (n < 0 && errno != EINTR && errno != EAGAIN))
			return 0;
		if (n > 0)
			tail_add(tail, text, (size_t)n);
	}
}

/* Until it is gone; false: out of time. */
static bool reap(pid_t pid, int64_t end, int *status)
{
	const struct timespec moment = { 0, 2000000 };

	for (;;) {
		pid_t gone = waitpid(pid, status, end < 0 ? 0 : WNOHANG);

		if (gone == pid || (gone < 0 && errno != EINTR))
			return true;
		if (end >= 0 && now_ms() >= end)
			return false;
		if (!gone)
			nanosleep(&moment, NULL);
	}
}

static int hook_run(const struct hull_ct_hook *hook, const char *name, const char *state,
		    const struct hull_ct_process *process, struct hull_error *error)
{
	int64_t end = hook->timeout ? now_ms() + hook->timeout * 1000ll : -1;
	struct tail tail = { .len = 0 };
	int in[2], out[2], status = 0;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in))
		return hull_error_set(error, errno, "hook %s: %s", name, strerror(errno));
	if (pipe2(out, O_CLOEXEC)) {
		close(in[0]);
		close(in[1]);
		return hull_error_set(error, errno, "hook %s: %s", name, strerror(errno));
	}
	pid = fork();
	if (!pid)
		become(hook, in[1], out[1], process);
	close(in[1]);
	close(out[1]);
	if (pid > 0 && (converse(in[0], out[0], state, end, &tail) || !reap(pid, end, &status))) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		status = -1;
	}
	close(in[0]);
	close(out[0]);
	if (pid < 0)
		return hull_error_set(error, errno, "hook %s: %s", name, strerror(errno));
	if (!status)
		return 0;
	if (status == -1)
		return hull_error_set(error, ETIMEDOUT, "hook %s: %.100s: not within %d s", name,
				      hook->path, hook->timeout);
	return hull_error_set(error, ECHILD, "hook %s: %.100s: exit status %d%s%s", name,
			      hook->path, WIFEXITED(status) ? WEXITSTATUS(status) :
			      128 + WTERMSIG(status), tail.len ? ": " : "", tail.line);
}

int oci_hooks_run(const struct hull_ct_config *config, enum hull_ct_hook_kind kind,
		  const char *state, const struct hull_ct_process *process,
		  struct hull_error *error)
{
	const struct hull_ct_hooks *hooks = &config->hooks[kind];
	size_t i;

	for (i = 0; i < hooks->n; i++)
		if (hook_run(&hooks->at[i], oci_hook_names[kind], state, process, error))
			return -1;
	return 0;
}
