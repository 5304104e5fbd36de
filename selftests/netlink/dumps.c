// SPDX-License-Identifier: GPL-2.0-only
/* Dumps that are of one moment, or say that they are not; events in their order. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "hull_tap.h"
#include "vms.h"

#define STANDING	100

static struct nl_message message;

/* What a dump has shown. */
struct seen {
	int standing[STANDING];
	int others, disorder;
	uint32_t last;
};

static void seen_take(const struct nlmsghdr *answer, void *data)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1];
	struct seen *seen = data;
	const char *name;
	int n;

	nl_parse_message(answer, tb);
	if (!tb[HULL_A_VM])
		return;
	nl_parse_nest(tb[HULL_A_VM], tb);
	if (nl_u32(tb[HULL_A_VM_ID]) <= seen->last)
		seen->disorder++;
	seen->last = nl_u32(tb[HULL_A_VM_ID]);
	name = tb[HULL_A_VM_NAME] ? nl_data(tb[HULL_A_VM_NAME]) : "";
	if (sscanf(name, "stand-%d", &n) == 1 && n >= 0 && n < STANDING)
		seen->standing[n]++;
	else
		seen->others++;
}

static bool all_standing(const struct seen *seen)
{
	int i;

	for (i = 0; i < STANDING; i++)
		if (seen->standing[i] != 1)
			return false;
	return !seen->disorder;
}

static struct nl_reply dump(uint8_t cmd, struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	nl_begin(&message, vms_family, cmd, NLM_F_DUMP);
	return nl_send(vms_fd, &message, 0, seen_take, seen);
}

static void quiet_run(void)
{
	struct nl_reply reply;
	struct seen seen;

	reply = dump(HULL_CMD_VM_GET, &seen);
	tap_ok(!reply.error && !reply.torn && all_standing(&seen) && !seen.others,
	       "a dump of %d VMs shows each once", STANDING);
	reply = dump(HULL_CMD_VM_STATS_GET, &seen);
	tap_ok(!reply.error && !reply.torn && all_standing(&seen) && !seen.others,
	       "a dump of their counters, too");
}

/*
 * A VM comes when a part of the dump is out already. The socket is a new one: the
 * kernel makes parts as large as what was read from it before.
 */
static void torn_run(void)
{
	bool torn = false, done = false;
	static char part[8192];
	struct nl_reply reply;
	int fd = nl_open();
	ssize_t bytes;

	nl_begin(&message, vms_family, HULL_CMD_VM_GET, NLM_F_DUMP);
	if (send(fd, message.bytes, message.header.nlmsg_len, 0) < 0 ||
	    recv(fd, part, sizeof(part), 0) <= 0)
		done = true;
	reply = vms_new("late", NULL);
	while (!done && (bytes = recv(fd, part, sizeof(part), 0)) > 0) {
		struct nlmsghdr *one = (void *)part;

		for (; NLMSG_OK(one, (size_t)bytes); one = NLMSG_NEXT(one, bytes)) {
			torn |= one->nlmsg_flags & NLM_F_DUMP_INTR;
			done |= one->nlmsg_type == NLMSG_DONE;
		}
	}
	close(fd);
	tap_ok(!reply.error && torn, "a dump says so when a VM came meanwhile");
	vms_command(HULL_CMD_VM_DEL, 0, "late", NULL, NULL);
}

static void come_and_go(void)
{
	char name[32];
	unsigned int i;

	vms_fd = nl_open();
	for (i = 0;; i++) {
		snprintf(name, sizeof(name), "moving-%u", i % 7);
		if (vms_new(name, NULL).error)
			vms_command(HULL_CMD_VM_DEL, 0, name, NULL, NULL);
	}
}

static void busy_run(void)
{
	int i, wrong = 0, torn = 0;
	pid_t pid = fork();
	struct seen seen;

	if (!pid)
		come_and_go();
	for (i = 0; i < 200; i++) {
		struct nl_reply reply = dump(HULL_CMD_VM_GET, &seen);

		/* Those that never moved are there in any case. */
		if (reply.error || !all_standing(&seen) || (!reply.torn && seen.others > 7))
			wrong++;
		torn += reply.torn;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	tap_ok(!wrong, "200 dumps while VMs come and go (%d said they were torn)", torn);
}

static uint32_t event_next(int fd, uint32_t *id)
{
	static char in[65536];
	const struct nlattr *tb[NL_ATTRS_MAX + 1];
	struct nlmsghdr *event = (void *)in;
	uint32_t kind;

	if (recv(fd, in, sizeof(in), 0) <= 0 || event->nlmsg_type != vms_family ||
	    in[NLMSG_HDRLEN] != HULL_CMD_VM_NTF)
		return 0;
	nl_parse_message(event, tb);
	kind = nl_u32(tb[HULL_A_EVENT]);
	if (!tb[HULL_A_VM])
		return 0;
	nl_parse_nest(tb[HULL_A_VM], tb);
	*id = nl_u32(tb[HULL_A_VM_ID]);
	return kind;
}

static void weight_set(uint32_t id)
{
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_VM_SET, 0);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_put_u32(&message, HULL_A_VM_ID, id);
	nl_put_u32(&message, HULL_A_VM_CPU_WEIGHT, 7);
	nl_nest_end(&message, nest);
	nl_send(vms_fd, &message, 0, NULL, NULL);
}

static void events_run(void)
{
	static const uint32_t kinds[] = {
		HULL_EVENT_VM_CREATED, HULL_EVENT_VM_CHANGED, HULL_EVENT_VM_DELETED,
	};
	uint32_t id = 0, seen;
	int fd = nl_open();
	size_t i;

	tap_ok(!setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &vms_group, sizeof(vms_group)),
	       "joined the group of events");
	vms_new("eventful", &id);
	vms_new("eventful", NULL);		/* refused: no event */
	weight_set(id);
	vms_command(HULL_CMD_VM_DEL, id, NULL, NULL, NULL);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		tap_ok(event_next(fd, &seen) == kinds[i] && seen == id, "event %u", kinds[i]);
	tap_ok(recv(fd, &seen, sizeof(seen), MSG_DONTWAIT) == -1 && errno == EAGAIN,
	       "and no more");
	close(fd);
}

/* A listener that does not listen is told so, and holds nobody up. */
static void overrun_run(void)
{
	char byte;
	uint32_t id = 0;
	int i, small = 1, fd = nl_open();

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &vms_group, sizeof(vms_group));
	vms_new("flood", &id);
	for (i = 0; i < 100; i++)
		weight_set(id);
	tap_ok(recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) == -1 && errno == ENOBUFS,
	       "lost events are no secret");
	close(fd);
}

int main(void)
{
	char name[32];
	int i;

	if (!vms_open())
		return tap_skip_all("the module is not loaded");
	vms_delete_all();
	for (i = 0; i < STANDING; i++) {
		snprintf(name, sizeof(name), "stand-%d", i);
		vms_new(name, NULL);
	}
	tap_plan(10);
	quiet_run();
	torn_run();
	busy_run();
	events_run();
	overrun_run();
	vms_delete_all();
	return tap_end();
}
