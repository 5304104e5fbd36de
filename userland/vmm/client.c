// SPDX-License-Identifier: GPL-2.0-only
/* What talks to a VMM from outside: its console and its control socket. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "run_dir.h"
#include "tty.h"

#define CLEANUP_MS	5000
#define ANSWER_MS	5000

/* --- console --------------------------------------------------------------- */

enum { CONSOLE_DETACHED, CONSOLE_ENDED, CONSOLE_GOES_ON };

static bool write_all(int fd, const uint8_t *data, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

static int from_user(int fd, bool escape)
{
	uint8_t data[1024], *at;
	ssize_t n = read(STDIN_FILENO, data, sizeof(data));

	if (n < 0 && errno == EINTR)
		return CONSOLE_GOES_ON;
	if (n <= 0)
		return CONSOLE_DETACHED;
	at = escape ? memchr(data, VMM_ESCAPE, (size_t)n) : NULL;
	if (!write_all(fd, data, at ? (size_t)(at - data) : (size_t)n))
		return CONSOLE_ENDED;
	return at ? CONSOLE_DETACHED : CONSOLE_GOES_ON;
}

static int from_guest(int fd)
{
	uint8_t data[4096];
	ssize_t n = read(fd, data, sizeof(data));

	if (n < 0 && errno == EINTR)
		return CONSOLE_GOES_ON;
	if (n <= 0)
		return CONSOLE_ENDED;
	return write_all(STDOUT_FILENO, data, (size_t)n) ? CONSOLE_GOES_ON : CONSOLE_DETACHED;
}

static int pass(int fd, int signal_fd, bool escape)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};
	int ret = CONSOLE_GOES_ON;

	while (ret == CONSOLE_GOES_ON) {
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			return CONSOLE_DETACHED;
		if (fds[2].revents)
			return CONSOLE_DETACHED;
		if (fds[0].revents)
			ret = from_guest(fd);
		if (ret == CONSOLE_GOES_ON && fds[1].revents)
			ret = from_user(fd, escape);
	}
	return ret;
}

int vmm_console(const char *run_dir, const char *name, struct vmm_error *error)
{
	int fd = run_dir_connect(run_dir, name, CONSOLE_FILE, SOCK_STREAM, error);
	struct vmm_tty tty;
	sigset_t set, old;
	int signal_fd, ret;

	if (fd < 0)
		return -1;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, &old);
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	tty_save(&tty);
	tty_raw(&tty);
	ret = pass(fd, signal_fd, tty.is_tty);
	tty_restore(&tty);
	close(fd);
	/* What came meanwhile has been obeyed. */
	while (signal_fd >= 0 && poll(&(struct pollfd){ signal_fd, POLLIN, 0 }, 1, 0) > 0) {
		struct signalfd_siginfo info;

		if (read(signal_fd, &info, sizeof(info)) < 0)
			break;
	}
	if (signal_fd >= 0)
		close(signal_fd);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ret;
}

/* --- control --------------------------------------------------------------- */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Return: bytes of a message, 0: the VMM is gone, -1: not in time */
static ssize_t receive(int fd, char *text, size_t room, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms, left = timeout_ms;
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	ssize_t n;

	while (poll(&poll_fd, 1, timeout_ms < 0 ? -1 : (int)left) < 0 && errno == EINTR)
		left = end > now_ms() ? end - now_ms() : 0;
	if (!poll_fd.revents)
		return -1;
	n = recv(fd, text, room - 1, 0);
	text[n > 0 ? n : 0] = 0;
	return n > 0 ? n : 0;
}

static int command(const char *run_dir, const char *name, const char *word, int timeout_ms,
		   struct vmm_error *error)
{
	int fd = run_dir_connect(run_dir, name, CONTROL_FILE, SOCK_SEQPACKET, error);
	char answer[VMM_TEXT_MAX / 2];
	ssize_t n = -1;

	if (fd < 0)
		return -1;
	if (send(fd, word, strlen(word), MSG_NOSIGNAL) > 0)
		n = receive(fd, answer, sizeof(answer), ANSWER_MS);
	if (n > 0 && strcmp(answer, CONTROL_OK)) {
		close(fd);
		return vmm_fail(error, EPROTO, "VM %s: %s", name, answer);
	}
	if (n < 0) {
		close(fd);
		return vmm_fail(error, ETIMEDOUT, "VM %s: its VMM does not answer", name);
	}
	/* Then the end of the VM, when it is asked for. */
	if (n > 0 && timeout_ms)
		n = receive(fd, answer, sizeof(answer), timeout_ms);
	close(fd);
	if (n < 0)
		return vmm_fail(error, ETIMEDOUT, "VM %s did not power off in time", name);
	if (timeout_ms)
		vmm_gone(run_dir, name);
	return 0;
}

void vmm_gone(const char *run_dir, const char *name)
{
	run_dir_wait(run_dir, name, CLEANUP_MS);
}

int vmm_stop(const char *run_dir, const char *name, int timeout_ms, struct vmm_error *error)
{
	return command(run_dir, name, CONTROL_POWER_BUTTON, timeout_ms, error);
}

int vmm_kill(const char *run_dir, const char *name, int timeout_ms, struct vmm_error *error)
{
	return command(run_dir, name, CONTROL_KILL, timeout_ms, error);
}
