// SPDX-License-Identifier: GPL-2.0-only
/*
 * pty [-p] KEYS|-SIGNAL|=ROWSxCOLUMNS TEXT COMMAND...: runs COMMAND on a terminal of 80 by 24,
 * and when it has shown TEXT, types KEYS, sends it the signal, or makes the window that large.
 * Exits as the command does, if the terminal is then what it was: its settings and, without
 * -p, its screen and its cursor; else with 99.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

static char seen[1 << 20];
static size_t n_seen;

/* false: nothing came, or the command has let go of the terminal */
static bool output_read(int fd, int ms)
{
	struct pollfd input = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&input, 1, ms) <= 0 || n_seen == sizeof(seen) - 1)
		return false;
	n = read(fd, seen + n_seen, sizeof(seen) - 1 - n_seen);
	if (n > 0)
		n_seen += (size_t)n;
	return n > 0;
}

static pid_t command_start(int master, int slave, char **argv)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	close(master);
	if (login_tty(slave))
		_exit(98);
	setenv("TERM", "vt100", 1);
	execvp(argv[0], argv);
	_exit(98);
}

/* The last of both says what is. */
static bool was_undone(const char *done, const char *undone)
{
	const char *at, *first = NULL, *last = NULL;

	for (at = seen; (at = strstr(at, done)); at++)
		first = at;
	for (at = seen; (at = strstr(at, undone)); at++)
		last = at;
	return first && last && last > first;
}

static int complain(const char *what)
{
	fprintf(stderr, "pty: %s\n", what);
	return 99;
}

int main(int argc, char **argv)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	struct termios before, after;
	int master, slave, status, tries = 0;
	bool plain = argc > 1 && !strcmp(argv[1], "-p");
	pid_t pid;

	argc -= plain;
	argv += plain;

	if (argc < 4 || openpty(&master, &slave, NULL, NULL, &size) || tcgetattr(slave, &before))
		return complain("usage: pty KEYS|-SIGNAL TEXT COMMAND...");
	pid = command_start(master, slave, argv + 3);
	while (!strstr(seen, argv[2]) && tries++ < 300)
		output_read(master, 100);
	if (!strstr(seen, argv[2])) {
		kill(pid, SIGKILL);
		return complain("it did not show what it should");
	}
	if (argv[1][0] == '-')
		kill(pid, atoi(argv[1] + 1));
	else if (sscanf(argv[1], "=%hux%hu", &size.ws_row, &size.ws_col) == 2)
		ioctl(master, TIOCSWINSZ, &size);
	else if (write(master, argv[1], strlen(argv[1])) < 0)
		return complain("cannot type");
	for (tries = 0; !waitpid(pid, &status, WNOHANG); tries++) {
		output_read(master, 100);
		if (tries == 200) {
			kill(pid, SIGKILL);
			return complain("it does not end");
		}
	}
	while (output_read(master, 200))
		;
	tcgetattr(slave, &after);
	if (memcmp(&before.c_lflag, &after.c_lflag, sizeof(before.c_lflag)) ||
	    memcmp(before.c_cc, after.c_cc, sizeof(before.c_cc)))
		return complain("the terminal's settings have changed");
	if (!plain && (!was_undone("\x1b[?1049h", "\x1b[?1049l") ||
		       !was_undone("\x1b[?25l", "\x1b[?25h")))
		return complain("screen or cursor are not given back");
	fwrite(seen, 1, n_seen, stdout);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 97;
}
