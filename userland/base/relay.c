// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <base/fds.h>
#include <base/relay.h>
#include <base/tty.h>

enum { RELAY_DETACHED, RELAY_ENDED, RELAY_GOES_ON };

static int from_user(int fd, bool escape)
{
	uint8_t data[1024], *at;
	ssize_t n = read(STDIN_FILENO, data, sizeof(data));

	if (n < 0 && errno == EINTR)
		return RELAY_GOES_ON;
	if (n <= 0)
		return RELAY_DETACHED;
	at = escape ? memchr(data, HULL_ESCAPE, (size_t)n) : NULL;
	if (!hull_write_all(fd, data, at ? (size_t)(at - data) : (size_t)n))
		return RELAY_ENDED;
	return at ? RELAY_DETACHED : RELAY_GOES_ON;
}

static int from_console(int fd)
{
	uint8_t data[4096];
	ssize_t n = read(fd, data, sizeof(data));

	if (n < 0 && errno == EINTR)
		return RELAY_GOES_ON;
	if (n <= 0)
		return RELAY_ENDED;
	return hull_write_all(STDOUT_FILENO, data, (size_t)n) ? RELAY_GOES_ON : RELAY_DETACHED;
}

static int pass(int fd, int signal_fd, bool escape)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};
	int ret = RELAY_GOES_ON;

	while (ret == RELAY_GOES_ON) {
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			return RELAY_DETACHED;
		if (fds[2].revents)
			return RELAY_DETACHED;
		if (fds[0].revents)
			ret = from_console(fd);
		if (ret == RELAY_GOES_ON && fds[1].revents)
			ret = from_user(fd, escape);
	}
	return ret;
}

int hull_relay_console(int fd)
{
	static const int ending[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGPIPE };
	struct signalfd_siginfo info;
	struct hull_tty tty;
	sigset_t set, old;
	int signal_fd, ret;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		sigaddset(&set, ending[i]);
	sigprocmask(SIG_BLOCK, &set, &old);
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	hull_tty_save(&tty);
	hull_tty_raw(&tty);
	ret = pass(fd, signal_fd, tty.is_tty);
	hull_tty_restore(&tty);
	/* What came meanwhile has been obeyed. */
	while (signal_fd >= 0 && poll(&(struct pollfd){ signal_fd, POLLIN, 0 }, 1, 0) > 0)
		if (read(signal_fd, &info, sizeof(info)) < 0)
			break;
	if (signal_fd >= 0)
		close(signal_fd);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ret;
}
