// SPDX-License-Identifier: GPL-2.0-only
/*
 * The supervisor of a group in the background: keeps its log, serves who attaches, waits.
 *
 * The console socket is a stream of bytes each way. The control socket is SOCK_SEQPACKET, a
 * word each way: "start", "resize ROWS COLUMNS"; the answer begins with an exit status and
 * a blank, then nothing or what is wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <base/daemon.h>
#include <base/fds.h>
#include <base/log.h>
#include <base/socket.h>
#include <group/control.h>
#include <group/keeper.h>
#include <lib/group.h>

#define CLIENTS		8
#define PIECE		4096

enum client_kind { CLIENT_FREE, CLIENT_CONTROL, CLIENT_CONSOLE };

struct client {
	enum client_kind kind;
	int fd;
};

/* @input, @output: the group's stdin and what it writes; -1: closed, or there is none */
struct supervisor {
	struct hull_keeper keeper;
	struct hull_log log;
	int control, console, signal_fd, input, output;
	bool started;
	struct client clients[CLIENTS];
};

/* What is polled, in this order; clients follow. */
enum { POLL_SIGNAL, POLL_OUTPUT, POLL_CONTROL, POLL_CONSOLE, POLL_CLIENTS };
#define POLL_MAX	(POLL_CLIENTS + CLIENTS)

struct word {
	int code, status;
	char text[HULL_ERROR_TEXT_MAX], notice[HULL_ERROR_TEXT_MAX];
};

static void client_drop(struct client *client)
{
	close(client->fd);
	client->kind = CLIENT_FREE;
}

static void client_accept(struct supervisor *supervisor, int listener, enum client_kind kind)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), i;

	if (fd < 0)
		return;
	for (i = 0; i < CLIENTS; i++) {
		if (supervisor->clients[i].kind != CLIENT_FREE)
			continue;
		supervisor->clients[i] = (struct client){ kind, fd };
		return;
	}
	close(fd);
}

/* --- what the group writes ------------------------------------------------------------ */

/* A group never waits for a client: one that does not read loses bytes. */
static void output_send(struct supervisor *supervisor, const char *data, size_t len)
{
	struct client *client;

	for (client = supervisor->clients; client < supervisor->clients + CLIENTS; client++)
		if (client->kind == CLIENT_CONSOLE &&
		    send(client->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
		    errno != EAGAIN && errno != EINTR)
			client_drop(client);
}

/* Return: was there any? */
static bool output_read(struct supervisor *supervisor)
{
	char data[PIECE];
	ssize_t n = read(supervisor->output, data, sizeof(data));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		/* The terminal's master is closed with the container. */
		if (supervisor->output != supervisor->keeper.container.terminal)
			close(supervisor->output);
		supervisor->output = -1;
		return false;
	}
	hull_log_write(&supervisor->log, data, (size_t)n);
	output_send(supervisor, data, (size_t)n);
	return true;
}

/* --- control ---------------------------------------------------------------------------- */

static int start(struct supervisor *supervisor, char *why, size_t size)
{
	struct hull_error error = { 0 };
	int status = 0;

	if (supervisor->started) {
		snprintf(why, size, "it has been started already");
		return HULL_GROUP_FAILED;
	}
	supervisor->started = true;
	if (!hull_keeper_start(&supervisor->keeper, &status, &error))
		return 0;
	snprintf(why, size, "%s", error.text);
	return status;
}

static bool control_serve(struct supervisor *supervisor, int fd)
{
	char word[CONTROL_MAX], answer[CONTROL_MAX], why[HULL_ERROR_TEXT_MAX] = "";
	struct winsize window = { 0 };
	ssize_t n = recv(fd, word, sizeof(word) - 1, MSG_DONTWAIT);
	int status = HULL_GROUP_FAILED;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (!n)
		return false;
	word[n] = '\0';
	if (!strcmp(word, CONTROL_START))
		status = start(supervisor, why, sizeof(why));
	else if (sscanf(word, CONTROL_RESIZE, &window.ws_row, &window.ws_col) == 2)
		status = ioctl(supervisor->output, TIOCSWINSZ, &window) ? HULL_GROUP_FAILED : 0;
	else
		snprintf(why, sizeof(why), "unknown command");
	n = snprintf(answer, sizeof(answer), "%d %s", status, why);
	return send(fd, answer, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}

static bool console_serve(struct supervisor *supervisor, int fd)
{
	char data[PIECE];
	ssize_t n = recv(fd, data, sizeof(data), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	/* A program that does not read what is typed must not hold up its log. */
	if (n > 0 && supervisor->input >= 0 && write(supervisor->input, data, (size_t)n) < 0)
		return errno == EAGAIN || errno == EINTR;
	return n > 0;
}

static void client_serve(struct supervisor *supervisor, struct client *client)
{
	bool alive = client->kind == CLIENT_CONTROL ? control_serve(supervisor, client->fd) :
						      console_serve(supervisor, client->fd);

	if (!alive)
		client_drop(client);
}

/* --- the loop ---------------------------------------------------------------------------- */

static void end_by(struct supervisor *supervisor, int signal)
{
	struct hull_keeper *keeper = &supervisor->keeper;
	struct hull_error unheard;

	if (hull_keeper_signal(keeper->container.pid, keeper->container.pidfd, signal))
		return;
	keeper->killed_by = signal;
	if (keeper->place.fd >= 0)
		hull_group_kill(keeper->place.fd, &unheard);
	else
		kill(keeper->container.pid, SIGKILL);
}

/* Return: true: its first process has ended, *@status says how */
static bool signals_read(struct supervisor *supervisor, int *status)
{
	struct signalfd_siginfo info;

	while (read(supervisor->signal_fd, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			end_by(supervisor, (int)info.ssi_signo);
	return waitpid(supervisor->keeper.container.pid, status, WNOHANG) > 0;
}

static void fill(const struct supervisor *supervisor, struct pollfd *fds)
{
	int i;

	fds[POLL_SIGNAL] = (struct pollfd){ supervisor->signal_fd, POLLIN, 0 };
	fds[POLL_OUTPUT] = (struct pollfd){ supervisor->output, POLLIN, 0 };
	fds[POLL_CONTROL] = (struct pollfd){ supervisor->control, POLLIN, 0 };
	fds[POLL_CONSOLE] = (struct pollfd){ supervisor->console, POLLIN, 0 };
	for (i = 0; i < CLIENTS; i++) {
		const struct client *client = &supervisor->clients[i];

		fds[POLL_CLIENTS + i] = (struct pollfd){
			client->kind == CLIENT_FREE ? -1 : client->fd, POLLIN, 0,
		};
	}
}

/* Return: the wait status of its first process */
static int serve(struct supervisor *supervisor)
{
	struct pollfd fds[POLL_MAX];
	int i, status = 0;

	for (;;) {
		fill(supervisor, fds);
		if (poll(fds, POLL_MAX, -1) < 0)
			continue;
		if (fds[POLL_OUTPUT].revents)
			output_read(supervisor);
		for (i = 0; i < CLIENTS; i++)
			if (fds[POLL_CLIENTS + i].revents)
				client_serve(supervisor, &supervisor->clients[i]);
		if (fds[POLL_CONTROL].revents)
			client_accept(supervisor, supervisor->control, CLIENT_CONTROL);
		if (fds[POLL_CONSOLE].revents)
			client_accept(supervisor, supervisor->console, CLIENT_CONSOLE);
		if (fds[POLL_SIGNAL].revents && signals_read(supervisor, &status))
			break;
	}
	/* What it has said before its end. */
	while (supervisor->output >= 0 && output_read(supervisor))
		;
	return status;
}

/* --- begin and end ------------------------------------------------------------------------ */

struct pipes {
	int in[2], out[2];		/* read end, write end */
};

/* Return: 0, or -1 and errno; pipes that are open then are the process's end to close */
static int pipes_make(struct pipes *pipes, const struct hull_group_make *make)
{
	*pipes = (struct pipes){ { -1, -1 }, { -1, -1 } };
	if (make->tty)
		return 0;
	if (pipe2(pipes->out, O_CLOEXEC))
		return -1;
	return make->interactive ? pipe2(pipes->in, O_CLOEXEC) : 0;
}

static int begin(struct supervisor *supervisor, const struct hull_group_make *make, int *status,
		 struct hull_error *error)
{
	struct hull_keeper *keeper = &supervisor->keeper;
	struct pipes pipes;
	int stdio[3];

	if (pipes_make(&pipes, make))
		return hull_error_set(error, errno, "pipe: %s", strerror(errno));
	stdio[0] = pipes.in[0];
	stdio[1] = pipes.out[1];
	stdio[2] = pipes.out[1];
	if (hull_keeper_begin(keeper, make, true, stdio, status, error))
		return -1;
	if (pipes.in[0] >= 0)
		close(pipes.in[0]);
	if (pipes.out[1] >= 0)
		close(pipes.out[1]);
	supervisor->input = make->tty ? keeper->container.terminal : pipes.in[1];
	supervisor->output = make->tty ? keeper->container.terminal : pipes.out[0];
	if (supervisor->input >= 0)
		fcntl(supervisor->input, F_SETFL, O_NONBLOCK | O_WRONLY);
	fcntl(supervisor->output, F_SETFL, O_NONBLOCK | (make->tty ? O_RDWR : O_RDONLY));
	supervisor->control = hull_socket_listen(keeper->dir.dir, HULL_GROUP_CONTROL,
						 SOCK_SEQPACKET);
	supervisor->console = hull_socket_listen(keeper->dir.dir, HULL_GROUP_CONSOLE, SOCK_STREAM);
	if (supervisor->control >= 0 && supervisor->console >= 0 &&
	    !hull_log_open(&supervisor->log, keeper->dir.dir, HULL_GROUP_LOG, HULL_GROUP_LOG_OLD))
		return 0;
	hull_error_set(error, errno, "files of group %s: %s", make->name, strerror(errno));
	keeper->state.remove = true;
	hull_keeper_end(keeper, -1);
	return -1;
}

static void __attribute__((noreturn)) supervise(const struct hull_group_make *make, bool now,
						int report)
{
	struct supervisor *supervisor = calloc(1, sizeof(*supervisor));
	struct word word = { 0 };
	struct hull_error error = { 0 };
	sigset_t set;
	int status;

	if (!supervisor)
		_exit(EXIT_FAILURE);
	prctl(PR_SET_NAME, "hull-group");
	hull_fds_close(&report, 1);
	hull_fds_detach();
	hull_keeper_signals(&set, NULL);
	supervisor->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (begin(supervisor, make, &word.status, &error)) {
		word.code = error.code ? error.code : EIO;
	} else if (now) {
		supervisor->started = true;
		if (hull_keeper_start(&supervisor->keeper, &word.status, &error)) {
			word.code = error.code ? error.code : EIO;
			supervisor->keeper.state.remove = true;
			hull_keeper_end(&supervisor->keeper, -1);
		}
	}
	if (!word.code)
		word.status = 0;
	/* Not before the fork: what is ignored stays so in the container. */
	signal(SIGPIPE, SIG_IGN);
	snprintf(word.text, sizeof(word.text), "%s", error.text);
	snprintf(word.notice, sizeof(word.notice), "%s", make->notice);
	/* Whoever started this may be gone; the group runs on. */
	if (write(report, &word, sizeof(word)) < 0)
		word.status = 0;
	close(report);
	if (word.code)
		_exit(EXIT_FAILURE);
	if (chdir("/"))
		word.status = 0;
	status = serve(supervisor);
	hull_keeper_end(&supervisor->keeper, status);
	_exit(EXIT_SUCCESS);
}

int hull_group_background(const struct hull_group_make *make, bool start, int *status,
			  struct hull_error *error)
{
	struct word word;
	int report;

	*status = HULL_GROUP_FAILED;
	switch (hull_daemon_fork(&report)) {
	case -1:
		return hull_error_set(error, errno, "fork: %s", strerror(errno));
	case 0:
		supervise(make, start, report);
	}
	if (hull_daemon_word(report, &word, sizeof(word)))
		return hull_error_set(error, ECHILD, "the supervisor of group %s died", make->name);
	snprintf(make->notice, HULL_ERROR_TEXT_MAX, "%s", word.notice);
	*status = word.status;
	return word.code ? hull_error_set(error, word.code, "%s", word.text) : 0;
}
