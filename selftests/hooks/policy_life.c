// SPDX-License-Identifier: GPL-2.0-only
/* A policy's way: put in force, denies, is swapped, counts, is taken away. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "hull_tap.h"
#include "policies.h"

static pid_t outside;

static int do_open(void)
{
	int fd = open("/proc/version", O_RDONLY);

	return fd < 0 ? errno : 0;
}

static int do_kill(void)
{
	return kill(outside, 0) ? errno : 0;
}

static int do_kill_self(void)
{
	return kill(getpid(), 0) ? errno : 0;
}

static int do_connect(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(5353),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;
}

int main(void)
{
	struct nl_reply reply;
	int fd;

	if (!policies_open())
		return tap_skip_all("the module is not loaded");
	tap_plan(14);
	outside = getpid();
	fd = cgroup_make("a");
	reply = groups_new("a", fd, 0, NULL);
	tap_ok(!reply.error, "a group: %s", reply.sentence);
	tap_ok(!confined("a", do_open) && !confined("a", do_connect), "without a policy all may be");
	reply = confine("a", "default allow\ndeny file read /proc\n");
	tap_ok(!reply.error, "a policy is taken: %d %s", reply.error, reply.sentence);
	tap_ok(confined("a", do_open) == EACCES, "what it denies is refused");
	tap_ok(!do_open(), "not to those outside");
	tap_ok(!confined("a", do_connect), "what it allows may be");
	tap_ok(confined("a", do_kill) == EPERM, "a default does not let signals out");
	tap_ok(!confined("a", do_kill_self), "within the group it does");
	tap_ok(confine_hits("a", 1) >= 0, "hits are told: %lld", confine_hits("a", 1));
	reply = confine("a", "default allow\ndeny=EHOSTDOWN inet udp.connect\nallow signal send peer outside\n");
	tap_ok(!reply.error, "another policy: %d %s", reply.error, reply.sentence);
	tap_ok(!confined("a", do_open) && confined("a", do_connect) == EHOSTDOWN,
	       "is in force at once, with its errno: %d", confined("a", do_connect));
	tap_ok(!confined("a", do_kill), "a rule that names them lets signals out");
	reply = confine_fd("a", -1);
	tap_ok(!reply.error && !confined("a", do_open) && !confined("a", do_connect),
	       "the policy is taken away: %s", reply.sentence);
	groups_delete_all();
	cgroups_remove();
	tap_ok(!groups_count(), "nothing is left");
	return tap_end();
}
