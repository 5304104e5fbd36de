// SPDX-License-Identifier: GPL-2.0-only
/* Groups as they live: nesting, what is counted, what is told, and how they end. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "groups.h"
#include "hull_tap.h"

static void make(const char *name, const char *path, uint32_t flags, struct group *group)
{
	int fd = cgroup_make(path);
	struct nl_reply reply = groups_new(name, fd, flags, group);

	if (reply.error)
		tap_note("%s: %s", name, reply.sentence);
	close(fd);
}

static uint32_t parent_of(const char *name)
{
	struct group group;

	return groups_get(name, &group).error ? UINT32_MAX : group.parent;
}

static void nesting_run(void)
{
	struct group a, b, c, d;

	make("a", "a", 0, &a);
	make("c", "a/b/c", 0, &c);
	make("d", "a/b/d", 0, &d);
	tap_ok(!parent_of("a") && parent_of("c") == a.id && parent_of("d") == a.id,
	       "a group is in the nearest one around it");
	make("b", "a/b", 0, &b);
	tap_ok(parent_of("b") == a.id && parent_of("c") == b.id && parent_of("d") == b.id,
	       "one that comes between takes them over");
	groups_delete("b");
	tap_ok(parent_of("c") == a.id && parent_of("d") == a.id, "and gives them back");
	groups_delete("a");
	tap_ok(!parent_of("c") && !parent_of("d"), "the outermost one is deleted");
	make("top", "", 0, &a);
	make("a", "a", 0, &b);
	tap_ok(!parent_of("top") && parent_of("a") == a.id && parent_of("c") == b.id,
	       "outer ones come last");
	groups_delete_all();
	cgroups_remove();
}

static void *thread_body(void *unused)
{
	return unused;
}

static int three_threads(void)
{
	pthread_t thread[3];
	int i;

	for (i = 0; i < 3; i++)
		pthread_create(&thread[i], NULL, thread_body, NULL);
	for (i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	return 0;
}

/* A thread that is not the leader executes a program: no process ends by that. */
static void *thread_exec(void *unused)
{
	execl("/bin/true", "true", NULL);
	execl("/bin/busybox", "busybox", "true", NULL);
	_exit(98);
	return unused;
}

static int exec_by_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, thread_exec, NULL);
	pthread_join(thread, NULL);
	return 97;
}

static int fail(void)
{
	return 3;
}

static int die(void)
{
	raise(SIGKILL);
	return 0;
}

static int abort_it(void)
{
	signal(SIGABRT, SIG_DFL);
	abort();
}

/* One process that forks: two begin in the group, counting the one that came from outside. */
static int fork_two(void)
{
	int i;

	for (i = 0; i < 2; i++)
		if (!fork())
			_exit(0);
	while (wait(NULL) > 0)
		;
	return 0;
}

static void counts_run(void)
{
	struct group_stats in, out;
	struct group unwanted;

	make("out", "count", 0, &unwanted);
	make("in", "count/in", 0, &unwanted);
	tap_ok(!groups_stats("in", &in).error && !in.forks && !in.exits && !in.execs,
	       "a new group has counted nothing");
	in_child("count/in", fork_two);
	groups_stats("in", &in);
	tap_ok(in.forks == 2 && in.exits == 3 && !in.failed, "%lu begun, %lu ended, %lu failed",
	       (unsigned long)in.forks, (unsigned long)in.exits, (unsigned long)in.failed);
	in_child("count/in", three_threads);
	groups_stats("in", &in);
	tap_ok(in.threads == 3 && in.forks == 2 && in.exits == 4, "3 threads, no process");
	in_child("count/in", fail);
	in_child("count/in", die);
	in_child("count/in", abort_it);
	groups_stats("in", &in);
	tap_ok(in.exits == 7 && in.failed == 1 && in.signals[SIGKILL] == 1 &&
	       in.signals[SIGABRT] == 1, "exits by status and signal");
	tap_ok(!in_child("count/in", exec_by_thread), "a thread executes a program");
	groups_stats("in", &in);
	tap_ok(in.execs == 1 && in.exits == 8 && in.failed == 1,
	       "%lu executions, %lu ended", (unsigned long)in.execs, (unsigned long)in.exits);
	in_child("count", fork_two);
	in_child(NULL, fork_two);
	groups_stats("out", &out);
	tap_ok(out.forks == in.forks + 2 && out.exits == in.exits + 3 &&
	       out.threads == in.threads,
	       "the outer group has counted the inner one's, and not what is outside");
	tap_ok(!groups_stats("in", &in).error && in.exits == 8, "the inner one only its own");
	groups_delete_all();
	cgroups_remove();
}

static int listener;

static void listen_begin(void)
{
	struct timeval timeout = { .tv_sec = 5 };

	listener = nl_open();
	setsockopt(listener, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &vms_group, sizeof(vms_group));
	setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
}

/* Waits for the next event of any group. */
static bool event_is(uint32_t kind, uint32_t id)
{
	static struct nl_message in;
	const struct nlattr *tb[NL_ATTRS_MAX + 1];
	struct group group = { 0 };
	uint32_t got;

	if (recv(listener, in.bytes, sizeof(in.bytes), 0) <= 0)
		return false;
	nl_parse_message(&in.header, tb);
	got = nl_u32(tb[HULL_A_EVENT]);
	group_take(&in.header, &group);
	if (got != kind || group.id != id)
		tap_note("event %u of %u, not %u of %u", got, group.id, kind, id);
	return got == kind && group.id == id;
}

static void events_run(void)
{
	struct group group;
	uint32_t none = 0;
	size_t nest;
	struct nl_message message;
	pid_t pid;

	listen_begin();
	make("told", "told", 0, &group);
	tap_ok(event_is(HULL_EVENT_GROUP_CREATED, group.id), "created");
	pid = cgroup_sleeper("told");
	tap_ok(event_is(HULL_EVENT_GROUP_STARTED, group.id) &&
	       groups_wait("told", HULL_GROUP_RUNNING), "started");
	cgroup_write("told", "cgroup.freeze", "1");
	tap_ok(event_is(HULL_EVENT_GROUP_FROZEN, group.id) &&
	       groups_wait("told", HULL_GROUP_FROZEN), "frozen");
	cgroup_write("told", "cgroup.freeze", "0");
	tap_ok(event_is(HULL_EVENT_GROUP_THAWED, group.id) &&
	       groups_wait("told", HULL_GROUP_RUNNING), "thawed");
	tap_ok(groups_delete("told").error == EBUSY, "a group with processes is not deleted");
	cgroup_write("told", "cgroup.kill", "1");
	tap_ok(event_is(HULL_EVENT_GROUP_EMPTY, group.id), "empty");
	sleeper_kill(pid);
	tap_ok(groups_wait("told", HULL_GROUP_EMPTY), "state empty");
	nl_begin(&message, vms_family, HULL_CMD_GROUP_SET, 0);
	nest = nl_nest_begin(&message, HULL_A_GROUP);
	nl_put_u32(&message, HULL_A_GROUP_ID, group.id);
	nl_put_u32(&message, HULL_A_GROUP_FLAGS, none);
	nl_nest_end(&message, nest);
	nl_send(vms_fd, &message, 0, NULL, NULL);
	tap_ok(event_is(HULL_EVENT_GROUP_CHANGED, group.id), "changed");
	cgroup_remove("told");
	tap_ok(event_is(HULL_EVENT_GROUP_GONE, group.id), "gone");
	groups_delete("told");
	tap_ok(event_is(HULL_EVENT_GROUP_DELETED, group.id), "deleted");

	/* One that has processes already. */
	close(cgroup_make("told"));
	pid = cgroup_sleeper("told");
	make("told", "told", HULL_GROUP_F_TRANSIENT, &group);
	tap_ok(event_is(HULL_EVENT_GROUP_CREATED, group.id) &&
	       event_is(HULL_EVENT_GROUP_STARTED, group.id) &&
	       groups_wait("told", HULL_GROUP_RUNNING), "a group of a cgroup with processes");
	sleeper_kill(pid);
	tap_ok(event_is(HULL_EVENT_GROUP_EMPTY, group.id), "which end");
	cgroup_remove("told");
	tap_ok(event_is(HULL_EVENT_GROUP_GONE, group.id) &&
	       event_is(HULL_EVENT_GROUP_DELETED, group.id) && !groups_count(),
	       "a transient record goes with its cgroup");
	close(listener);
	cgroups_remove();
}

static int eat_memory(void)
{
	char *at = mmap(NULL, 256 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	for (i = 0; at != MAP_FAILED && i < 256 << 20; i += 4096)
		at[i] = 1;
	return 0;
}

static void oom_run(void)
{
	struct group_stats stats;
	struct group group;
	bool told = false;
	int i;

	close(cgroup_make("oom"));
	if (system("echo +memory > " CGROUPS "/cgroup.subtree_control") ||
	    cgroup_write("", "cgroup.subtree_control", "+memory") ||
	    cgroup_write("oom", "memory.max", "16M")) {
		tap_skip("out of memory", "no memory controller");
		tap_skip("event oom", "no memory controller");
		cgroups_remove();
		return;
	}
	cgroup_write("oom", "memory.swap.max", "0");
	make("oom", "oom", 0, &group);
	listen_begin();
	i = in_child("oom", eat_memory);
	groups_stats("oom", &stats);
	tap_ok(i == -SIGKILL && stats.oom_kills == 1 && stats.signals[SIGKILL] == 1,
	       "%lu killed because memory was out", (unsigned long)stats.oom_kills);
	for (i = 0; i < 3 && !told; i++)
		told = event_is(HULL_EVENT_GROUP_OOM, group.id);
	tap_ok(told, "event oom");
	close(listener);
	groups_delete_all();
	cgroups_remove();
}

static long dying(void)
{
	FILE *file = fopen(CGROUPS "/cgroup.stat", "re");
	char key[64];
	long n = -1;

	while (file && fscanf(file, "%63s %ld", key, &n) == 2)
		if (!strcmp(key, "nr_dying_descendants"))
			break;
	if (file)
		fclose(file);
	return n;
}

static void gone_run(void)
{
	struct timespec ms = { .tv_nsec = 1000000 };
	struct group first, second;
	int i, fd;

	for (i = 0; i < 10000 && dying(); i++)
		nanosleep(&ms, NULL);
	make("first", "gone", 0, &first);
	cgroup_remove("gone");
	tap_ok(groups_wait("first", HULL_GROUP_GONE), "a removed cgroup is seen at once");
	for (i = 0; i < 10000 && dying(); i++)
		nanosleep(&ms, NULL);
	tap_ok(!dying(), "the record does not keep it (%ld dying)", dying());
	make("second", "gone", 0, &second);
	tap_ok(second.id && second.cgroup_id != first.cgroup_id &&
	       groups_wait("first", HULL_GROUP_GONE) && !strcmp(first.path, second.path),
	       "another one at its place has a group of its own");
	tap_ok(!groups_delete("first").error && groups_wait("second", HULL_GROUP_CREATED),
	       "and keeps it when the first goes");
	groups_delete_all();

	/* A descriptor of it keeps the directory, not the group. */
	fd = cgroup_make("gone");
	groups_new("held", fd, 0, &first);
	cgroup_remove("gone");
	tap_ok(groups_wait("held", HULL_GROUP_GONE) && groups_new("again", fd, 0, NULL).error == ESTALE,
	       "a descriptor of a removed cgroup");
	close(fd);
	groups_delete_all();
}

/* Makes and deletes until it is killed. */
static int maker(void)
{
	struct group group;

	for (;;) {
		make("made", "made", 0, &group);
		groups_delete("made");
	}
	return 0;
}

static void killed_run(void)
{
	struct timespec wait = { 0 };
	int i, whole = 0, rounds = 50;
	struct group group;
	pid_t pid;

	for (i = 0; i < rounds; i++) {
		pid = fork();
		if (!pid) {
			vms_fd = nl_open();
			maker();
		}
		wait.tv_nsec = 1000000 + rand() % 4000000;
		nanosleep(&wait, NULL);
		sleeper_kill(pid);
		/* It is there whole, or not at all. */
		if (groups_get("made", &group).error)
			whole += !groups_count();
		else
			whole += group.id && !strcmp(group.path, "/hulltest/made") &&
				 !groups_delete("made").error;
	}
	tap_ok(whole == rounds, "%d of %d times the killed maker left a whole group or none", whole,
	       rounds);
	cgroups_remove();
	tap_ok(module_unused(), "nothing holds the module");
}

int main(void)
{
	if (!groups_open())
		return tap_skip_all("the module is not loaded");
	groups_delete_all();
	cgroups_remove();
	tap_plan(5 + 8 + 13 + 2 + 5 + 2);
	nesting_run();
	counts_run();
	events_run();
	oom_run();
	gone_run();
	killed_run();
	return tap_end();
}
