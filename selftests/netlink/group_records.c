// SPDX-License-Identifier: GPL-2.0-only
/* Groups as records: what can be bound, who may, how they are found, how many there are. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/capability.h>
#include "groups.h"
#include "hull_tap.h"

static struct nl_message message;

static bool refused(struct nl_reply reply, int error)
{
	if (reply.error != error || !reply.sentence[0])
		tap_note("error %d (%s): %s", reply.error, strerror(reply.error), reply.sentence);
	return reply.error == error && reply.sentence[0];
}

static bool bound_to(int fd)
{
	struct group group;
	bool ok = !groups_new("bound", fd, 0, &group).error;

	groups_delete("bound");
	close(fd);
	return ok;
}

static bool unbound(int fd, int error)
{
	bool ok = refused(groups_new("bound", fd, 0, NULL), error) && !groups_count();

	groups_delete_all();
	close(fd);
	return ok;
}

/* A v1 hierarchy without controllers, which can be there beside v2. */
static int v1_directory(void)
{
	mkdir("/tmp/v1", 0700);
	if (mount("none", "/tmp/v1", "cgroup", 0, "none,name=hulltest"))
		return -1;
	mkdir("/tmp/v1/dir", 0700);
	return open("/tmp/v1/dir", O_RDONLY | O_DIRECTORY);
}

static int read_only_directory(void)
{
	close(cgroup_make("ro"));
	mkdir("/tmp/ro", 0700);
	if (mount(CGROUPS, "/tmp/ro", NULL, MS_BIND, NULL) ||
	    mount(NULL, "/tmp/ro", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL))
		return -1;
	return open("/tmp/ro/hulltest/ro", O_RDONLY | O_DIRECTORY);
}

static int removed_directory(void)
{
	int fd = cgroup_make("removed");

	cgroup_remove("removed");
	return fd;
}

static void descriptors_run(void)
{
	int fds[2], fd;

	close(cgroup_make("ok"));
	tap_ok(bound_to(open(CGROUPS "/hulltest/ok", O_RDONLY)), "a cgroup's directory");
	tap_ok(bound_to(open(CGROUPS "/hulltest/ok", O_PATH)), "by O_PATH");
	tap_ok(unbound(1000, EBADF), "a number that is no descriptor");
	tap_ok(unbound(-1, ERANGE), "-1");
	tap_ok(unbound(open("/proc", O_RDONLY), EBADF), "a directory that is no cgroup's");
	tap_ok(unbound(open("/proc/self/status", O_RDONLY), EBADF), "a file");
	tap_ok(unbound(open("/dev/null", O_RDWR), EBADF), "a device");
	tap_ok(unbound(open(CGROUPS "/hulltest/ok/cgroup.procs", O_RDWR), EBADF),
	       "a file of a cgroup");
	tap_ok(unbound(open(CGROUPS, O_RDONLY), EINVAL), "the root cgroup");
	tap_ok(unbound(removed_directory(), ESTALE), "a cgroup that was removed");
	tap_ok(unbound(socket(AF_UNIX, SOCK_STREAM, 0), EBADF), "a socket");
	pipe(fds);
	close(fds[1]);
	tap_ok(unbound(fds[0], EBADF), "a pipe");
	fd = v1_directory();
	if (fd < 0)
		tap_skip("a cgroup of version 1", strerror(errno));
	else
		tap_ok(unbound(fd, EBADF), "a cgroup of version 1");
	umount2("/tmp/v1", MNT_DETACH);
	tap_ok(unbound(read_only_directory(), EROFS), "a read-only mount");
	umount2("/tmp/ro", MNT_DETACH);
}

/* Directories d/d/d/...; the test's own top is on level 1. */
static void depth_run(void)
{
	char path[2 * HULL_GROUP_LEVEL_MAX + 2], longest[240], name[1300];
	struct group group;
	int i, fd;

	for (i = 0; i < HULL_GROUP_LEVEL_MAX; i++)
		memcpy(path + 2 * i, "d/", 2);
	path[2 * HULL_GROUP_LEVEL_MAX - 1] = '\0';
	fd = cgroup_make(path);
	tap_ok(refused(groups_new("deep", fd, 0, NULL), EINVAL), "a cgroup on level %d",
	       HULL_GROUP_LEVEL_MAX + 1);
	close(fd);
	path[2 * HULL_GROUP_LEVEL_MAX - 3] = '\0';
	fd = cgroup_make(path);
	tap_ok(!groups_new("deep", fd, 0, &group).error, "on level %d", HULL_GROUP_LEVEL_MAX);
	close(fd);
	groups_delete("deep");

	memset(longest, 'p', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	snprintf(name, sizeof(name), "%s/%s/%s/%s/%.60s", longest, longest, longest, longest, longest);
	/* "/hulltest/" and four times 240 bytes come before the last name. */
	for (i = 1; i >= 0; i--) {
		name[HULL_GROUP_PATH_MAX - 10 + i] = '\0';
		fd = cgroup_make(name);
		if (i)
			tap_ok(refused(groups_new("long", fd, 0, NULL), ENAMETOOLONG),
			       "a path of %d bytes", HULL_GROUP_PATH_MAX + 1);
		else
			tap_ok(!groups_new("long", fd, 0, &group).error &&
			       strlen(group.path) == HULL_GROUP_PATH_MAX,
			       "a path of %zu bytes", strlen(group.path));
		close(fd);
	}
	groups_delete("long");
}

static struct nl_reply set(const char *name, uint16_t type, const void *value, size_t bytes)
{
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_GROUP_SET, 0);
	nest = nl_nest_begin(&message, HULL_A_GROUP);
	nl_put_text(&message, HULL_A_GROUP_NAME, name);
	if (value)
		nl_put(&message, type, value, bytes);
	nl_nest_end(&message, nest);
	return nl_send(vms_fd, &message, 0, NULL, NULL);
}

static void settings_run(void)
{
	uint32_t transient = HULL_GROUP_F_TRANSIENT, none = 0, bad = HULL_GROUP_F_ALL + 1;
	char longest[HULL_GROUP_LABEL_MAX + 2];
	int fd = cgroup_make("set");
	struct group group;
	struct stat is;

	fstat(fd, &is);
	tap_ok(!groups_new("set", fd, 0, &group).error && group.id &&
	       group.state == HULL_GROUP_CREATED && !group.flags && !group.parent &&
	       !group.started && group.cgroup_id == is.st_ino &&
	       !strcmp(group.path, "/hulltest/set") && !strcmp(group.name, "set"),
	       "what a new group shows");
	close(fd);
	tap_ok(!set("set", HULL_A_GROUP_LABEL, "a label", 8).error &&
	       !groups_get("set", &group).error && !strcmp(group.label, "a label"), "a label");
	tap_ok(!set("set", HULL_A_GROUP_LABEL, "", 1).error &&
	       !groups_get("set", &group).error && !group.label[0], "and none");
	memset(longest, 'l', sizeof(longest));
	longest[HULL_GROUP_LABEL_MAX + 1] = '\0';
	tap_ok(refused(set("set", HULL_A_GROUP_LABEL, longest, sizeof(longest)), EINVAL),
	       "a label of %d bytes", HULL_GROUP_LABEL_MAX + 1);
	tap_ok(refused(set("set", HULL_A_GROUP_LABEL, "a\0b", 4), EINVAL), "a label with a NUL");
	tap_ok(!set("set", HULL_A_GROUP_FLAGS, &transient, 4).error &&
	       !groups_get("set", &group).error && group.flags == transient, "a flag");
	tap_ok(!set("set", HULL_A_GROUP_FLAGS, &none, 4).error &&
	       !groups_get("set", &group).error && !group.flags, "and none");
	tap_ok(refused(set("set", HULL_A_GROUP_FLAGS, &bad, 4), EINVAL), "a flag that is none");
	tap_ok(refused(set("set", HULL_A_GROUP_CGROUP_FD, &none, 4), EINVAL), "another cgroup");
	tap_ok(refused(set("set", 0, NULL, 0), EINVAL), "nothing");
	cgroup_remove("set");
	tap_ok(groups_wait("set", HULL_GROUP_GONE) &&
	       refused(set("set", HULL_A_GROUP_FLAGS, &transient, 4), ESTALE),
	       "transient when the cgroup is gone");
	groups_delete_all();
}

static void find_run(void)
{
	static const uint8_t commands[] = {
		HULL_CMD_GROUP_GET, HULL_CMD_GROUP_DEL, HULL_CMD_GROUP_STATS_GET,
		HULL_CMD_GROUP_SET,
	};
	struct group one = { 0 }, two = { 0 };
	int fd = cgroup_make("one"), other = cgroup_make("two");
	uint32_t vm = 0;
	size_t i;

	tap_ok(refused(groups_new("1", fd, 0, NULL), EINVAL) &&
	       refused(groups_new("../x", fd, 0, NULL), EINVAL) &&
	       refused(groups_new("", fd, 0, NULL), EINVAL), "bad names");
	groups_new("one", fd, 0, &one);
	tap_ok(refused(groups_new("one", other, 0, NULL), EEXIST), "a name that is taken");
	tap_ok(refused(groups_new("two", fd, 0, NULL), EEXIST) &&
	       refused(groups_command(HULL_CMD_GROUP_GET, 0, "two", NULL, NULL), ENOENT),
	       "a cgroup that has a group");
	groups_new("two", other, 0, &two);
	tap_ok(!vms_new("one", &vm).error && vm != one.id && vm != two.id,
	       "a VM of the same name, in the same id space");
	for (i = 0; i < sizeof(commands); i++) {
		uint8_t cmd = commands[i];

		tap_ok(refused(groups_command(cmd, two.id + 1000, NULL, NULL, NULL), ENOENT) &&
		       refused(groups_command(cmd, vm, NULL, NULL, NULL), ENOENT) &&
		       refused(groups_command(cmd, 0, "nobody", NULL, NULL), ENOENT) &&
		       refused(groups_command(cmd, two.id, "one", NULL, NULL), EINVAL) &&
		       refused(groups_command(cmd, 0, NULL, NULL, NULL), EINVAL),
		       "command %u: no such group", cmd);
	}
	tap_ok(refused(vms_command(HULL_CMD_VM_GET, one.id, NULL, NULL, NULL), ENOENT),
	       "no VM has a group's id");
	tap_ok(groups_count() == 2 && vms_count() == 1, "%d groups, %d VM: a dump has its own kind",
	       groups_count(), vms_count());
	vms_delete_all();
	tap_ok(!groups_command(HULL_CMD_GROUP_DEL, one.id, "one", NULL, NULL).error &&
	       !groups_delete("two").error, "deleted");
	close(fd);
	close(other);
}

/* A good message cut at every length, and with every length of its nest. */
static void malformed_run(void)
{
	int fd = cgroup_make("cut"), wrong = 0;
	size_t nest, len, bytes, i;

	for (i = 0; i < 2; i++) {
		nl_begin(&message, vms_family, HULL_CMD_GROUP_NEW, 0);
		nest = nl_nest_begin(&message, HULL_A_GROUP);
		nl_put_text(&message, HULL_A_GROUP_NAME, "cut");
		nl_put_u32(&message, HULL_A_GROUP_CGROUP_FD, (uint32_t)fd);
		nl_nest_end(&message, nest);
		bytes = message.header.nlmsg_len;
		for (len = NLMSG_HDRLEN + GENL_HDRLEN; len < bytes; len++) {
			uint16_t inner = (uint16_t)(len - nest);

			if (i)
				message.header.nlmsg_len = (uint32_t)len;
			else if (len >= nest)
				memcpy(message.bytes + nest, &inner, sizeof(inner));
			else
				continue;
			if (!nl_send(vms_fd, &message, 0, NULL, NULL).error)
				wrong++;
		}
	}
	tap_ok(!wrong && !groups_count(), "messages that are cut: %d of them did something", wrong);
	nl_begin(&message, vms_family, HULL_CMD_GROUP_NEW, 0);
	nest = nl_nest_begin(&message, HULL_A_GROUP);
	nl_put_text(&message, HULL_A_GROUP_NAME, "cut");
	nl_nest_end(&message, nest);
	tap_ok(refused(nl_send(vms_fd, &message, 0, NULL, NULL), EINVAL), "no descriptor");
	nl_begin(&message, vms_family, HULL_CMD_GROUP_NEW, 0);
	tap_ok(refused(nl_send(vms_fd, &message, 0, NULL, NULL), EINVAL), "nothing at all");
	close(fd);
	groups_delete_all();
}

/* All commands by somebody who may not; returns how much was not refused. */
static int intrude(int fd)
{
	static const struct {
		uint8_t cmd;
		uint16_t flags;
	} tries[] = {
		{ HULL_CMD_GROUP_NEW, 0 }, { HULL_CMD_GROUP_GET, 0 }, { HULL_CMD_GROUP_SET, 0 },
		{ HULL_CMD_GROUP_GET, NLM_F_DUMP }, { HULL_CMD_GROUP_DEL, 0 },
		{ HULL_CMD_GROUP_STATS_GET, 0 }, { HULL_CMD_GROUP_STATS_GET, NLM_F_DUMP },
		{ HULL_CMD_HOST_GET, 0 }, { HULL_CMD_VM_GET, NLM_F_DUMP },
	};
	size_t i, nest;
	int wrong = 0;

	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		nl_begin(&message, vms_family, tries[i].cmd, tries[i].flags);
		if (!tries[i].flags && tries[i].cmd != HULL_CMD_HOST_GET) {
			nest = nl_nest_begin(&message, HULL_A_GROUP);
			nl_put_text(&message, HULL_A_GROUP_NAME, "guarded");
			nl_nest_end(&message, nest);
		}
		if (nl_send(fd, &message, 0, NULL, NULL).error != EPERM)
			wrong++;
	}
	return wrong;
}

static int unprivileged(void)
{
	int fd;

	if (setgid(65534) || setuid(65534))
		return 100;
	fd = nl_open();
	return fd < 0 ? 101 : intrude(fd) + intrude(vms_fd);
}

static int user_namespace_root(void)
{
	int fd;

	if (unshare(CLONE_NEWUSER))
		return 0;
	fd = nl_open();
	return fd < 0 ? 101 : intrude(fd) + intrude(vms_fd);
}

/* Root with all capabilities, in a group: with a socket of its own and an inherited one. */
static int confined(void)
{
	int fd = nl_open();

	return fd < 0 ? 101 : intrude(fd) + intrude(vms_fd);
}

/* May administer networks but not write to others' directories. */
static int without_write(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2] = { 0 };
	int fd = open(CGROUPS "/hulltest/theirs", O_RDONLY | O_DIRECTORY), ours;

	caps[0].permitted = caps[0].effective = 1u << CAP_NET_ADMIN;
	if (prctl(PR_SET_KEEPCAPS, 1) || setgid(65534) || setuid(65534) ||
	    syscall(SYS_capset, &header, caps))
		return 100;
	if (groups_new("theirs", fd, 0, NULL).error != EACCES)
		return 1;
	ours = open(CGROUPS "/hulltest/ours", O_RDONLY | O_DIRECTORY);
	return groups_new("ours", ours, 0, NULL).error ? 2 : 0;
}

static void privileges_run(void)
{
	int fd = cgroup_make("guarded/below"), guarded = cgroup_make("guarded"), ret;

	groups_new("guarded", guarded, 0, NULL);
	tap_ok(!in_child(NULL, unprivileged), "without privileges everything is refused");
	tap_ok(!in_child(NULL, user_namespace_root), "to root of a user namespace, too");
	tap_ok(!in_child("guarded", confined), "and to root in a group");
	tap_ok(!in_child("guarded/below", confined), "and below it");
	tap_ok(groups_count() == 1 && groups_wait("guarded", HULL_GROUP_EMPTY),
	       "nothing has changed");
	close(fd);
	close(guarded);
	groups_delete_all();

	close(cgroup_make("theirs"));
	close(cgroup_make("ours"));
	if (chown(CGROUPS "/hulltest/ours", 65534, 65534))
		tap_note("chown: %s", strerror(errno));
	ret = in_child(NULL, without_write);
	tap_ok(!ret, "one's own cgroup, and nobody else's (%d)", ret);
	groups_delete_all();
}

static void module_run(void)
{
	int fd = cgroup_make("holder");

	groups_new("holder", fd, 0, NULL);
	tap_ok(syscall(SYS_delete_module, "hull", O_NONBLOCK) == -1 && errno == EAGAIN,
	       "rmmod is refused while there is a group");
	cgroup_remove("holder");
	tap_ok(groups_wait("holder", HULL_GROUP_GONE) &&
	       syscall(SYS_delete_module, "hull", O_NONBLOCK) == -1 && errno == EAGAIN,
	       "even if only the record is left");
	groups_delete_all();
	tap_ok(module_unused(), "and nothing else holds it");
	close(fd);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Makes @n groups from number @from on; seconds, or -1 and *@last. */
static double make_many(int from, int n, struct nl_reply *last)
{
	double begin = seconds();
	char name[32];
	int i, fd;

	for (i = from; i < from + n; i++) {
		snprintf(name, sizeof(name), "limit-%d", i);
		fd = cgroup_make(name);
		*last = groups_new(name, fd, 0, NULL);
		close(fd);
		if (last->error)
			return -1;
	}
	return seconds() - begin;
}

static void limit_run(void)
{
	struct nl_reply reply = { 0 };
	double first, last;
	int n;

	first = make_many(0, 500, &reply);
	make_many(500, HULL_GROUPS_MAX - 1000, &reply);
	last = make_many(HULL_GROUPS_MAX - 500, 500, &reply);
	n = groups_count();
	tap_ok(!reply.error && n == HULL_GROUPS_MAX, "%d groups: %s", n, reply.sentence);
	tap_note("the first 500 took %.3f s, the last 500 %.3f s, cgroups included", first, last);
	make_many(HULL_GROUPS_MAX, 1, &reply);
	tap_ok(refused(reply, ENOSPC), "one more: %s", reply.sentence);
	groups_delete_all();
	tap_ok(!groups_count() && module_unused(), "and all of them go");
	cgroups_remove();
}

int main(void)
{
	if (!groups_open())
		return tap_skip_all("the module is not loaded");
	groups_delete_all();
	cgroups_remove();
	tap_plan(14 + 4 + 11 + 11 + 3 + 6 + 3 + 3);
	descriptors_run();
	depth_run();
	settings_run();
	find_run();
	malformed_run();
	privileges_run();
	module_run();
	cgroups_remove();
	limit_run();
	return tap_end();
}
