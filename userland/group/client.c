// SPDX-License-Identifier: GPL-2.0-only
/* What comes to a group from outside: its start, who attaches, one more program. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <base/relay.h>
#include <base/socket.h>
#include <base/tty.h>
#include <group/clean.h>
#include <group/control.h>
#include <group/keeper.h>
#include <group/listener.h>

static int ask(int fd, const char *word, int *status, struct hull_error *error)
{
	char answer[CONTROL_MAX], *text;
	ssize_t n = send(fd, word, strlen(word), MSG_NOSIGNAL);

	if (n > 0)
		n = recv(fd, answer, sizeof(answer) - 1, 0);
	if (n <= 0)
		return hull_error_set(error, ESRCH, "its supervisor has ended");
	answer[n] = '\0';
	*status = (int)strtol(answer, &text, 10);
	return *status ? hull_error_set(error, EIO, "%s", text + (*text == ' ')) : 0;
}

static int connect_to(const char *name, const char *file, int type,
		      struct hull_kept *state, struct hull_error *error)
{
	struct hull_group_dir dir;
	int fd;

	if (hull_group_find(&dir, name, state, error))
		return -1;
	fd = hull_socket_connect(dir.dir, file, type);
	if (fd < 0 && state->phase == HULL_PHASE_ENDED)
		hull_error_set(error, ESRCH, "%s has ended", name);
	else if (fd < 0)
		hull_error_set(error, ESRCH, "%s is not in the background", name);
	hull_group_dir_close(&dir);
	return fd;
}

int hull_group_start(const char *name, int *status, struct hull_error *error)
{
	struct hull_kept state;
	int fd, ret;

	*status = HULL_GROUP_FAILED;
	fd = connect_to(name, HULL_GROUP_CONTROL, SOCK_SEQPACKET, &state, error);
	if (fd < 0)
		return -1;
	if (state.phase == HULL_PHASE_CREATED)
		ret = ask(fd, CONTROL_START, status, error);
	else
		ret = hull_error_set(error, EBUSY, "%s has been started already", name);
	hull_kept_free(&state);
	close(fd);
	return ret;
}

/* --- attach ----------------------------------------------------------------------------- */

static void resized(const struct hull_relay *relay)
{
	const int *control = relay->data;
	struct hull_error unheard;
	struct winsize window;
	char word[CONTROL_MAX];
	int status;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &window))
		return;
	snprintf(word, sizeof(word), "resize %u %u", window.ws_row, window.ws_col);
	ask(*control, word, &status, &unheard);
}

int hull_group_attach(const char *name, bool *ended, struct hull_error *error)
{
	struct hull_relay relay = { .end = -1, .escape = true };
	struct hull_kept state;
	int control = -1;

	relay.console = connect_to(name, HULL_GROUP_CONSOLE, SOCK_STREAM, &state, error);
	if (relay.console < 0)
		return -1;
	if (state.tty) {
		control = connect_to(name, HULL_GROUP_CONTROL, SOCK_SEQPACKET, &state, error);
		relay.resized = control >= 0 ? resized : NULL;
		relay.data = &control;
	}
	*ended = hull_relay(&relay) == HULL_RELAY_ENDED;
	hull_kept_free(&state);
	close(relay.console);
	if (control >= 0)
		close(control);
	return 0;
}

/* --- exec -------------------------------------------------------------------------------- */

/* Is process @pid in the cgroup of the group, or below it? */
static bool is_inside(pid_t pid, const char *cgroup)
{
	const char *name = strstr(cgroup, "/hull-groups/"), *at;
	char path[32], line[PATH_MAX + 8];
	bool inside = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	file = fopen(path, "re");
	while (name && file && !inside && fgets(line, sizeof(line), file)) {
		at = strncmp(line, "0::", 3) ? NULL : strstr(line, name);
		inside = at && strchr("/\n", at[strlen(name)]);
	}
	if (file)
		fclose(file);
	return inside;
}

int hull_group_pidfd(const struct hull_kept *state, struct hull_error *error)
{
	int fd;

	if (state->phase != HULL_PHASE_STARTED || !state->pid)
		return hull_error_set(error, ESRCH, state->phase == HULL_PHASE_ENDED ?
				      "%s has ended" : "%s has not been started", state->name);
	fd = (int)syscall(SYS_pidfd_open, state->pid, 0);
	/* The number may stand for another process by now: then that is not in the cgroup. */
	if (fd >= 0 && (!state->cgroup[0] || is_inside(state->pid, state->cgroup)))
		return fd;
	if (fd >= 0)
		close(fd);
	return hull_error_set(error, ESRCH, "%s is just ending", state->name);
}

static void exec_kill(const struct hull_front *front, int signal)
{
	*(int *)front->data = signal;
	syscall(SYS_pidfd_send_signal, front->pidfd, SIGKILL, NULL, 0);
}

static int exec_begin(const struct hull_kept *state, int pidfd,
		      struct hull_ct_config *config, struct hull_ct *process, int *status,
		      struct hull_error *error)
{
	struct hull_ct_place place = {
		.cgroup = -1, .stdio = { -1, -1, -1 }, .gate = -1, .tied = true,
	};
	struct hull_ct_error ct_error = { 0 };
	int ret;

	if (state->cgroup[0]) {
		place.cgroup = open(state->cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (place.cgroup < 0)
			return hull_error_set(error, errno, "%s: %s", state->cgroup, strerror(errno));
	}
	ret = hull_ct_exec(pidfd, state->pid, config, &place, process, &ct_error);
	if (!ret && process->terminal >= 0)
		hull_tty_size_copy(STDIN_FILENO, process->terminal);
	if (!ret && hull_ct_start(process, &ct_error)) {
		hull_ct_end(process);
		ret = -1;
	}
	if (place.cgroup >= 0)
		close(place.cgroup);
	if (ret)
		return hull_keeper_fail(&ct_error, status, error);
	ret = hull_listener_send(process, hull_keeper_state(state, config), error);
	if (ret)
		hull_ct_end(process);
	return ret;
}

int hull_group_exec(const char *name, struct hull_ct_config *config, bool tty, int *status,
		    struct hull_error *error)
{
	struct hull_kept state;
	struct hull_group_dir dir;
	struct hull_ct process;
	struct hull_front front;
	int killed_by = 0, pidfd, ret;
	sigset_t set, old;

	*status = HULL_GROUP_FAILED;
	if (hull_group_find(&dir, name, &state, error))
		return -1;
	hull_group_dir_close(&dir);
	hull_kept_free(&state);
	pidfd = hull_group_pidfd(&state, error);
	if (pidfd < 0)
		return -1;
	hull_keeper_signals(&set, &old);
	ret = exec_begin(&state, pidfd, config, &process, status, error);
	close(pidfd);
	if (!ret) {
		front = (struct hull_front){
			process.pid, process.pidfd, tty ? process.terminal : -1, exec_kill,
			&killed_by,
		};
		*status = hull_wait_exit(hull_front_wait(&front));
		if (killed_by)
			*status = 128 + killed_by;
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ret;
}
