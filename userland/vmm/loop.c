// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <base/relay.h>

#include "control.h"
#include "loop.h"

#define FLUSH_MS	4		/* how long output may lie in the ring */
#define TTY_PIECE	256		/* a terminal that can be written takes so much */

/* What is polled, in this order; clients follow. */
enum { POLL_WAKE, POLL_SIGNAL, POLL_CONTROL, POLL_CONSOLE, POLL_INPUT, POLL_OUTPUT, POLL_CLIENTS };
#define POLL_MAX	(POLL_CLIENTS + LOOP_CLIENTS)

/* --- output ---------------------------------------------------------------- */

static void drop_client(struct vmm_client *client)
{
	close(client->fd);
	client->fd = -1;
}

/* A guest never waits for a client: one that does not read loses bytes. */
static void write_clients(struct vmm_loop *loop, const uint8_t *data, size_t len)
{
	struct vmm_client *client;

	for (client = loop->clients; client < loop->clients + LOOP_CLIENTS; client++) {
		if (client->fd < 0 || client->kind != LOOP_CONSOLE)
			continue;
		if (send(client->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
		    errno != EAGAIN && errno != EINTR)
			drop_client(client);
	}
}

static bool writable(int fd, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };

	return poll(&poll_fd, 1, timeout_ms) > 0;
}

/* Return: false when stdout takes nothing now. Its reader may hold up the guest. */
static bool write_stdout(struct vmm_loop *loop, int timeout_ms)
{
	size_t len;
	ssize_t n;

	while (loop->pending_at < loop->pending_len && loop->output_open) {
		if (!writable(STDOUT_FILENO, timeout_ms))
			return false;
		len = loop->pending_len - loop->pending_at;
		n = write(STDOUT_FILENO, loop->pending + loop->pending_at,
			  len < TTY_PIECE ? len : TTY_PIECE);
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n < 0 && errno != EINTR)
			loop->output_open = false;
		if (n > 0)
			loop->pending_at += (size_t)n;
	}
	loop->pending_len = 0;
	loop->pending_at = 0;
	return true;
}

/* Return: was there any? */
static bool move_output(struct vmm_loop *loop, int timeout_ms)
{
	bool any = false;

	while (write_stdout(loop, timeout_ms)) {
		loop->pending_len = vmm_console_take(&loop->machine->console, loop->pending,
						     sizeof(loop->pending));
		if (!loop->pending_len)
			break;
		any = true;
		hull_log_write(&loop->log, loop->pending, loop->pending_len);
		write_clients(loop, loop->pending, loop->pending_len);
	}
	return any;
}

void loop_drain(struct vmm_loop *loop, int timeout_ms)
{
	move_output(loop, timeout_ms);
}

/* --- input ----------------------------------------------------------------- */

static void read_stdin(struct vmm_loop *loop)
{
	uint8_t data[LOOP_CHUNK], *escape;
	size_t want = vmm_console_want(&loop->machine->console);
	ssize_t n;

	n = read(STDIN_FILENO, data, want < sizeof(data) ? want : sizeof(data));
	if (n <= 0) {
		loop->input_open = n < 0 && (errno == EINTR || errno == EAGAIN);
		return;
	}
	escape = loop->escape ? memchr(data, HULL_ESCAPE, (size_t)n) : NULL;
	if (escape) {
		vmm_machine_end(loop->machine, HULL_STOP_STOPPED, 0, "ended from the console");
		n = escape - data;
	}
	vmm_console_feed(&loop->machine->console, data, (size_t)n);
}

static bool read_console_client(struct vmm_loop *loop, int fd)
{
	uint8_t data[LOOP_CHUNK];
	size_t want = vmm_console_want(&loop->machine->console);
	ssize_t n;

	n = recv(fd, data, want < sizeof(data) ? want : sizeof(data), MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	vmm_console_feed(&loop->machine->console, data, (size_t)n);
	return n > 0;
}

static void accept_client(struct vmm_loop *loop, int listener, enum loop_kind kind)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), i;

	if (fd < 0)
		return;
	for (i = 0; i < LOOP_CLIENTS; i++) {
		if (loop->clients[i].fd >= 0)
			continue;
		loop->clients[i] = (struct vmm_client){ fd, kind };
		return;
	}
	close(fd);
}

static void serve_client(struct vmm_loop *loop, struct vmm_client *client)
{
	bool alive = client->kind == LOOP_CONTROL ? control_answer(loop->machine, client->fd) :
						    read_console_client(loop, client->fd);

	if (!alive)
		drop_client(client);
}

static void read_signal(struct vmm_loop *loop)
{
	struct signalfd_siginfo info;

	if (read(loop->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	vmm_machine_end(loop->machine, HULL_STOP_STOPPED, 0, "the VMM was told to end (signal %u)",
			info.ssi_signo);
}

/* --- the loop -------------------------------------------------------------- */

static void fill(struct vmm_loop *loop, struct pollfd *fds)
{
	bool want = vmm_console_want(&loop->machine->console);
	int i, fd;

	for (i = 0; i < POLL_MAX; i++)
		fds[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	fds[POLL_WAKE].fd = loop->machine->wake_fd;
	fds[POLL_SIGNAL].fd = loop->signal_fd;
	fds[POLL_CONTROL].fd = loop->run_dir->control;
	fds[POLL_CONSOLE].fd = loop->run_dir->console;
	if (loop->input_open && want)
		fds[POLL_INPUT].fd = STDIN_FILENO;
	if (loop->pending_len)
		fds[POLL_OUTPUT] = (struct pollfd){ .fd = STDOUT_FILENO, .events = POLLOUT };
	for (i = 0; i < LOOP_CLIENTS; i++) {
		fd = loop->clients[i].fd;
		if (fd >= 0 && (want || loop->clients[i].kind == LOOP_CONTROL))
			fds[POLL_CLIENTS + i].fd = fd;
	}
}

static void serve(struct vmm_loop *loop, const struct pollfd *fds)
{
	uint64_t count;
	int i;

	if (fds[POLL_WAKE].revents &&
	    read(loop->machine->wake_fd, &count, sizeof(count)) == sizeof(count))
		loop->active = true;
	if (fds[POLL_SIGNAL].revents)
		read_signal(loop);
	for (i = 0; i < LOOP_CLIENTS; i++)
		if (fds[POLL_CLIENTS + i].revents)
			serve_client(loop, &loop->clients[i]);
	if (fds[POLL_CONTROL].revents)
		accept_client(loop, loop->run_dir->control, LOOP_CONTROL);
	if (fds[POLL_CONSOLE].revents)
		accept_client(loop, loop->run_dir->console, LOOP_CONSOLE);
	if (fds[POLL_INPUT].revents)
		read_stdin(loop);
}

void loop_run(struct vmm_loop *loop)
{
	struct pollfd fds[POLL_MAX];
	int n;

	while (!atomic_load(&loop->machine->ending)) {
		fill(loop, fds);
		/* With output that stdout does not take, that is what to wait for. */
		n = poll(fds, POLL_MAX, loop->active && !loop->pending_len ? FLUSH_MS : -1);
		if (n > 0)
			serve(loop, fds);
		if (move_output(loop, 0))
			loop->active = true;
		else if (!n && vmm_console_idle(&loop->machine->console))
			loop->active = false;
	}
}
