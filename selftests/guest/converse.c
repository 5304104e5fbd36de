// SPDX-License-Identifier: GPL-2.0-only
/*
 * Talks to a program on a terminal of its own, as a person would: waits for text,
 * types a line, in turn. What the program prints goes to stdout too.
 *
 * usage: converse SECONDS COMMAND [expect TEXT | send LINE | key CHAR | wait SECONDS]...
 * Exit status: the command's own, when all was said; 124: text did not come in time
 * (the seconds are for each wait); 125: the command ended too early.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HISTORY	65536

static char seen[HISTORY];	/* what came since the last match, NUL-terminated */
static size_t seen_n;
static int terminal;

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Reads what there is within the time given; false at the end of the program. */
static bool more(int ms)
{
	struct pollfd p = { .fd = terminal, .events = POLLIN };
	char buf[4096];
	ssize_t n, i;

	if (poll(&p, 1, ms) <= 0)
		return true;
	n = read(terminal, buf, sizeof(buf));
	if (n <= 0)
		return n < 0 && errno == EINTR;
	if (write(STDOUT_FILENO, buf, n) < 0)
		return false;
	if (seen_n + n >= HISTORY) {
		memmove(seen, seen + HISTORY / 2, seen_n - HISTORY / 2);
		seen_n -= HISTORY / 2;
	}
	for (i = 0; i < n; i++)
		if (buf[i])
			seen[seen_n++] = buf[i];
	seen[seen_n] = '\0';
	return true;
}

static int expect(const char *text, int seconds)
{
	long end = now_ms() + seconds * 1000L;
	char *at;

	for (;;) {
		at = strstr(seen, text);
		if (at) {
			at += strlen(text);
			seen_n -= at - seen;
			memmove(seen, at, seen_n + 1);
			return 0;
		}
		if (now_ms() >= end) {
			printf("\nconverse: no '%s' within %d s\n", text, seconds);
			return 124;
		}
		if (!more(100)) {
			if (strstr(seen, text))
				continue;
			printf("\nconverse: the program ended before '%s'\n", text);
			return 125;
		}
	}
}

static void type(const char *text)
{
	if (write(terminal, text, strlen(text)) < 0)
		err(1, "write");
}

static int converse(char **word, int seconds)
{
	long end;
	int ret;

	for (; word[0] && word[1]; word += 2) {
		if (!strcmp(word[0], "expect")) {
			ret = expect(word[1], seconds);
			if (ret)
				return ret;
		} else if (!strcmp(word[0], "send")) {
			type(word[1]);
			type("\r");
		} else if (!strcmp(word[0], "key")) {
			type(word[1]);
		} else if (!strcmp(word[0], "wait")) {
			end = now_ms() + atoi(word[1]) * 1000L;
			while (now_ms() < end && more(100))
				;
		} else {
			errx(2, "unknown word '%s'", word[0]);
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	int seconds, ret, status = 0;
	long end;
	pid_t pid;

	if (argc < 3)
		errx(2, "usage: converse SECONDS COMMAND [expect|send|key|wait WORD]...");
	seconds = atoi(argv[1]);
	pid = forkpty(&terminal, NULL, NULL, &size);
	if (pid < 0)
		err(1, "forkpty");
	if (!pid) {
		execl("/bin/sh", "sh", "-c", argv[2], NULL);
		_exit(127);
	}
	ret = converse(argv + 3, seconds);
	end = now_ms() + seconds * 1000L;
	while (!ret && now_ms() < end && more(100))
		;
	if (ret || now_ms() >= end)
		kill(-pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (ret)
		return ret;
	if (now_ms() >= end)
		return 124;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
