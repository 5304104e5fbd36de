// SPDX-License-Identifier: GPL-2.0-only
/* init_steps - run one test program or insert one module */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

#define EXIT_SKIP	4
#define POLL_MS		100

/* What the test's TAP lines have said so far. */
struct tap {
	const char *test;
	char line[1024];
	size_t used;
	unsigned int passed, failed, skipped;
	long planned;		/* -1: no plan seen */
	char first_failure[160];
	char skip_reason[160];
};

static void copy_text(char *to, size_t size, const char *from)
{
	if (!to[0])
		snprintf(to, size, "%s", from);
}

/* Steps over "NUMBER - " between the verdict word and the description. */
static char *tap_description(char *text)
{
	text += strspn(text, " ");
	text += strspn(text, "0123456789");
	text += strspn(text, " -");
	return text;
}

static void tap_line(struct tap *tap)
{
	char *line = tap->line;
	char *skip = strstr(line, "# SKIP");
	char *text;

	if (skip)
		copy_text(tap->skip_reason, sizeof(tap->skip_reason),
			  skip + 6 + strspn(skip + 6, " "));
	if (!strncmp(line, "1..", 3)) {
		tap->planned = strtol(line + 3, NULL, 10);
	} else if (!strncmp(line, "not ok", 6)) {
		text = tap_description(line + 6);
		tap->failed++;
		copy_text(tap->first_failure, sizeof(tap->first_failure), text);
		verdict("case %s fail %s", tap->test, text);
	} else if (!strncmp(line, "ok ", 3)) {
		text = tap_description(line + 3);
		tap->passed += !skip;
		tap->skipped += !!skip;
		verdict("case %s %s %s", tap->test, skip ? "skip" : "pass", text);
	}
}

static void tap_bytes(struct tap *tap, const char *data, size_t len)
{
	for (; len; len--, data++) {
		if (*data == '\n') {
			tap->line[tap->used] = '\0';
			tap_line(tap);
			tap->used = 0;
		} else if (*data != '\r' && tap->used < sizeof(tap->line) - 1) {
			tap->line[tap->used++] = *data;
		}
	}
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static pid_t start_command(const char *command, int output)
{
	pid_t child = fork();
	int null;

	if (child)
		return child;
	setsid();
	null = open("/dev/null", O_RDONLY);
	dup2(null, 0);
	dup2(output, 1);
	dup2(output, 2);
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(127);
}

/* Passes what there is on to the console and to the TAP reader; 0 at the end. */
static ssize_t relay(int from, struct tap *tap)
{
	char data[4096];
	ssize_t len = read(from, data, sizeof(data));

	if (len > 0) {
		fwrite(data, 1, len, stdout);
		fflush(stdout);
		tap_bytes(tap, data, len);
	}
	return len;
}

/* Returns 0 and the wait status, or -1 when the time was over first. */
static int wait_for(pid_t child, int output, unsigned int seconds,
		    struct tap *tap, int *status)
{
	struct pollfd pfd = { .fd = output, .events = POLLIN };
	long long end = now_ms() + seconds * 1000LL;

	while (now_ms() < end) {
		pid_t pid;

		if (poll(&pfd, 1, POLL_MS) > 0 && relay(output, tap) == 0)
			pfd.fd = -1;	/* closed; the process may still run */
		while ((pid = waitpid(-1, status, WNOHANG)) > 0) {
			if (pid != child)
				continue;
			/* What it wrote last. A child that stays may hold the pipe. */
			fcntl(output, F_SETFL, O_NONBLOCK);
			while (pfd.fd >= 0 && relay(output, tap) > 0)
				;
			return 0;
		}
	}
	return -1;
}

static void show_blocked_tasks(void)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "w", 1) != 1 || write(fd, "l", 1) != 1)
		printf("lab: cannot ask for the blocked tasks\n");
	close(fd);
}

static void judge(const struct tap *tap, int status, struct outcome *out)
{
	long cases = tap->passed + tap->failed + tap->skipped;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	if (code < 0)
		snprintf(out->text, sizeof(out->text), "killed by signal %d",
			 WTERMSIG(status));
	else if (tap->failed)
		snprintf(out->text, sizeof(out->text), "not ok: %s", tap->first_failure);
	else if (code == EXIT_SKIP) {
		out->result = RESULT_SKIP;
		snprintf(out->text, sizeof(out->text), "%s", tap->skip_reason[0] ?
			 tap->skip_reason : "no reason given");
	} else if (code)
		snprintf(out->text, sizeof(out->text), "exit code %d", code);
	else if (tap->planned >= 0 && tap->planned != cases)
		snprintf(out->text, sizeof(out->text), "planned %ld cases, ran %ld",
			 tap->planned, cases);
	else
		out->result = RESULT_PASS;
}

void run_test(const struct step *step, struct outcome *out)
{
	struct tap tap = { .test = step->name, .planned = -1 };
	int status = 0, fds[2];
	pid_t child;

	if (pipe2(fds, O_CLOEXEC)) {
		snprintf(out->text, sizeof(out->text), "pipe: %s", strerror(errno));
		return;
	}
	child = start_command(step->what, fds[1]);
	close(fds[1]);
	if (wait_for(child, fds[0], step->seconds, &tap, &status)) {
		snprintf(out->text, sizeof(out->text), "not finished after %u s",
			 step->seconds);
		show_blocked_tasks();
	} else {
		tap_bytes(&tap, "\n", tap.used > 0);
		judge(&tap, status, out);
	}
	close(fds[0]);
}

void insert_module(const struct step *step, struct outcome *out)
{
	char *path = strdup(step->what);
	char *parameters = path + strcspn(path, " ");
	int fd;

	if (*parameters)
		*parameters++ = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, parameters, 0))
		snprintf(out->text, sizeof(out->text), "%s: %s", path, strerror(errno));
	else
		out->result = RESULT_PASS;
	if (fd >= 0)
		close(fd);
	free(path);
}
