// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups made, changed and deleted while their cgroups are made and removed, tasks fork,
 * end and move, and others look: every answer is one of those there may be, the kernel
 * stays well, and at the end nothing is left. argv[1]: seconds, else 10.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
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

#define PLACES	12		/* cgroups: the later half below the earlier */

/* Shared by all processes. */
static struct {
	volatile bool over;
	unsigned long done[8], odd[8];
} *shared;

static unsigned int seed;

static const char *place(unsigned int i, char text[32])
{
	if (i < PLACES / 2)
		snprintf(text, 32, "r%u", i);
	else
		snprintf(text, 32, "r%u/s%u", i - PLACES / 2, i);
	return text;
}

static const char *any_place(char text[32])
{
	return place((unsigned int)rand_r(&seed) % PLACES, text);
}

static const char *any_name(char text[32])
{
	snprintf(text, 32, "race-%u", (unsigned int)rand_r(&seed) % PLACES);
	return text;
}

static bool among(int error, const int *allowed)
{
	for (; *allowed >= 0; allowed++)
		if (error == *allowed)
			return true;
	return false;
}

/* Makes and deletes groups. */
static bool make(void)
{
	static const int made[] = { 0, EEXIST, ESTALE, -1 };
	static const int deleted[] = { 0, ENOENT, EBUSY, -1 };
	char path[32], name[32];
	uint32_t flags = (uint32_t)rand_r(&seed) % 2 ? HULL_GROUP_F_TRANSIENT : 0;
	int fd = cgroup_make(any_place(path)), error = 0;
	bool ok = true;

	if (fd >= 0) {
		error = groups_new(any_name(name), fd, flags, NULL).error;
		ok = among(error, made);
	}
	close(fd);
	if (!ok)
		return false;
	return among(groups_delete(any_name(name)).error, deleted);
}

/* Removes cgroups beneath. */
static bool remove_one(void)
{
	char path[32];

	any_place(path);
	if (rand_r(&seed) % 4 == 0)
		cgroup_write(path, "cgroup.kill", "1");
	cgroup_remove(path);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return true;
}

/* Processes that go into a group, move, fork and end. */
static bool run(void)
{
	char path[32];
	pid_t pid = fork();
	int i;

	if (!pid) {
		for (i = 0; i < 4; i++) {
			cgroup_enter(any_place(path));
			if (!fork())
				_exit(i);
		}
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return true;
}

static bool look(void)
{
	static const int found[] = { 0, ENOENT, -1 };
	struct group_stats stats;
	struct group group;
	char name[32];

	return groups_count() >= 0 && among(groups_get(any_name(name), &group).error, found) &&
	       among(groups_stats(any_name(name), &stats).error, found);
}

static bool freeze(void)
{
	char path[32];

	any_place(path);
	cgroup_write(path, "cgroup.freeze", "1");
	cgroup_write(path, "cgroup.freeze", "0");
	return true;
}

/* Listens, and does not keep up. */
static bool listen_badly(void)
{
	static struct nl_message message;
	int fd = nl_open();

	setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &vms_group, sizeof(vms_group));
	recv(fd, message.bytes, sizeof(message.bytes), 0);
	close(fd);
	return true;
}

static bool (*const jobs[])(void) = { make, make, remove_one, run, run, look, freeze, listen_badly };
#define JOBS	(sizeof(jobs) / sizeof(jobs[0]))

static void work(unsigned int job)
{
	seed = job * 7919 + 1;
	vms_fd = nl_open();
	while (!shared->over) {
		if (!jobs[job]())
			shared->odd[job]++;
		shared->done[job]++;
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	struct timespec ms = { .tv_nsec = 1000000 };
	unsigned long odd = 0;
	pid_t pids[JOBS];
	unsigned int i;

	if (!groups_open())
		return tap_skip_all("the module is not loaded");
	groups_delete_all();
	cgroups_remove();
	tap_plan(3);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	for (i = 0; i < JOBS; i++) {
		pids[i] = fork();
		if (!pids[i])
			work(i);
	}
	sleep(argc > 1 ? (unsigned int)atoi(argv[1]) : 10);
	shared->over = true;
	for (i = 0; i < JOBS; i++) {
		/* The one that listens waits for an event that may not come. */
		if (jobs[i] == listen_badly)
			kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
		tap_note("job %u: %lu times", i, shared->done[i]);
		odd += shared->odd[i];
	}
	tap_ok(!odd, "%lu answers that must not be", odd);
	cgroups_remove();
	groups_delete_all();
	for (i = 0; i < 5000 && groups_count(); i++)
		nanosleep(&ms, NULL);
	tap_ok(!groups_count(), "no group is left");
	tap_ok(module_unused(), "nothing holds the module");
	return tap_end();
}
