// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <net/if.h>
#include "policies.h"

#define TEXT	"/tmp/test.policy"
#define BLOB	"/tmp/test.blob"

bool policies_open(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ioctl(fd, SIOCSIFFLAGS, &lo);
	close(fd);
	return groups_open();
}

int policy_compile(const char *text)
{
	int fd = open(TEXT, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), status = -1;
	size_t bytes = strlen(text);
	pid_t pid;

	if (fd < 0 || write(fd, text, bytes) != (ssize_t)bytes)
		return -1;
	close(fd);
	pid = fork();
	if (!pid) {
		execl("/bin/vmctl", "vmctl", "policy", "compile", TEXT, BLOB, NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	fd = status ? -1 : open(BLOB, O_RDONLY | O_CLOEXEC);
	/* The next one is another file. */
	unlink(BLOB);
	return fd;
}

struct nl_reply confine_fd(const char *name, int fd)
{
	struct nl_message message;
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_CONFINE_SET, 0);
	nest = nl_nest_begin(&message, HULL_A_GROUP);
	nl_put_text(&message, HULL_A_GROUP_NAME, name);
	nl_nest_end(&message, nest);
	if (fd >= 0) {
		nest = nl_nest_begin(&message, HULL_A_CONFINE);
		nl_put_u32(&message, HULL_A_CONFINE_BLOB_FD, (uint32_t)fd);
		nl_nest_end(&message, nest);
	}
	return nl_send(vms_fd, &message, 0, NULL, NULL);
}

struct nl_reply confine(const char *name, const char *text)
{
	struct nl_reply reply = { .error = -1 };
	int fd = policy_compile(text);

	if (fd < 0)
		return reply;
	reply = confine_fd(name, fd);
	close(fd);
	return reply;
}

struct hits {
	unsigned int rule;
	long long n;
};

static void hits_take(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1];
	struct hits *hits = data;

	nl_parse_message(message, tb);
	if (!tb[HULL_A_CONFINE])
		return;
	nl_parse_nest(tb[HULL_A_CONFINE], tb);
	if (tb[HULL_A_CONFINE_HITS] && hits->rule - 1 < nl_bytes(tb[HULL_A_CONFINE_HITS]) / 8)
		memcpy(&hits->n, (const char *)nl_data(tb[HULL_A_CONFINE_HITS]) +
		       8 * (hits->rule - 1), 8);
}

long long confine_hits(const char *name, unsigned int rule)
{
	struct hits hits = { .rule = rule, .n = -1 };

	groups_command(HULL_CMD_CONFINE_GET, 0, name, hits_take, &hits);
	return hits.n;
}

int confined(const char *path, int (*fn)(void))
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(cgroup_enter(path) ? 250 : fn());
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
