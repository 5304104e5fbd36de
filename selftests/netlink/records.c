// SPDX-License-Identifier: GPL-2.0-only
/* Records: what may be set, what not, who may, and how they are found. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "hull_tap.h"
#include "vms.h"

static struct nl_message message;

static bool refused(struct nl_reply reply, int error)
{
	if (reply.error != error || !reply.sentence[0])
		tap_note("error %d (%s): %s", reply.error, strerror(reply.error), reply.sentence);
	return reply.error == error && reply.sentence[0];
}

static void names_run(void)
{
	static const char *const bad[] = {
		"", "-x", ".x", ".", "..", "a b", "a/b", "../x", "a\n", "a\tb", "\x1b[2J", "1", "007",
		"\xc3\xa4", "a:b", "a*", "%s%n", "a\\", "\x7f",
	};
	static const char *const good[] = { "a", "A-b_c.d", "_", "0x", "9.9", "a-", "x." };
	char longest[HULL_NAME_MAX + 2];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		tap_ok(refused(vms_new(bad[i], NULL), EINVAL), "bad name %zu", i);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		tap_ok(!vms_new(good[i], NULL).error, "good name '%s'", good[i]);

	memset(longest, 'n', sizeof(longest));
	longest[HULL_NAME_MAX + 1] = '\0';
	tap_ok(refused(vms_new(longest, NULL), EINVAL), "a name of %d bytes",
	       HULL_NAME_MAX + 1);
	longest[HULL_NAME_MAX] = '\0';
	tap_ok(!vms_new(longest, NULL).error, "a name of %d bytes", HULL_NAME_MAX);
	tap_ok(refused(vms_new(longest, NULL), EEXIST), "the same name again");
	vms_delete_all();
}

/* A new VM with one setting of @bytes at @value. */
static struct nl_reply new_with(uint16_t type, const void *value, size_t bytes)
{
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_VM_NEW, 0);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_put_text(&message, HULL_A_VM_NAME, "ranges");
	if (type != HULL_A_VM_ENGINE)
		nl_put_u32(&message, HULL_A_VM_ENGINE, HULL_ENGINE_KVM);
	nl_put(&message, type, value, bytes);
	nl_nest_end(&message, nest);
	return nl_send(vms_fd, &message, 0, NULL, NULL);
}

static const struct {
	const char *name;
	uint16_t type;
	bool wide;
	uint64_t value;
	int error;
} ranges[] = {
	{ "engine 2", HULL_A_VM_ENGINE, false, 2, ERANGE },
	{ "engine -1", HULL_A_VM_ENGINE, false, UINT32_MAX, ERANGE },
	{ "memory 0", HULL_A_VM_MEMORY, true, 0, ERANGE },
	{ "memory 1", HULL_A_VM_MEMORY, true, 1, ERANGE },
	{ "memory 4095", HULL_A_VM_MEMORY, true, 4095, ERANGE },
	{ "memory 4096", HULL_A_VM_MEMORY, true, 4096, 0 },
	{ "memory 4097", HULL_A_VM_MEMORY, true, 4097, EINVAL },
	{ "memory 1 MiB and 1", HULL_A_VM_MEMORY, true, (1 << 20) + 1, EINVAL },
	{ "memory 2^46", HULL_A_VM_MEMORY, true, HULL_MEMORY_MAX, ERANGE },
	{ "memory 2^46 + 4096", HULL_A_VM_MEMORY, true, HULL_MEMORY_MAX + 4096, ERANGE },
	{ "memory 2^64 - 1", HULL_A_VM_MEMORY, true, UINT64_MAX, ERANGE },
	{ "cpus 0", HULL_A_VM_CPUS, false, 0, ERANGE },
	{ "cpus 1", HULL_A_VM_CPUS, false, 1, 0 },
	{ "cpus 64", HULL_A_VM_CPUS, false, HULL_VCPUS_MAX, 0 },
	{ "cpus 65", HULL_A_VM_CPUS, false, HULL_VCPUS_MAX + 1, ERANGE },
	{ "cpus 10000", HULL_A_VM_CPUS, false, 10000, ERANGE },
	{ "cpus 2^32 - 1", HULL_A_VM_CPUS, false, UINT32_MAX, ERANGE },
	{ "weight 0", HULL_A_VM_CPU_WEIGHT, false, 0, ERANGE },
	{ "weight 1", HULL_A_VM_CPU_WEIGHT, false, 1, 0 },
	{ "weight 10000", HULL_A_VM_CPU_WEIGHT, false, 10000, 0 },
	{ "weight 10001", HULL_A_VM_CPU_WEIGHT, false, 10001, ERANGE },
	{ "mitigations none", HULL_A_VM_MITIGATIONS, false, 0, 0 },
	{ "mitigations all", HULL_A_VM_MITIGATIONS, false, HULL_MITIGATIONS_ALL, 0 },
	{ "one mitigation more", HULL_A_VM_MITIGATIONS, false, HULL_MITIGATIONS_ALL + 1, EINVAL },
	{ "flags all", HULL_A_VM_FLAGS, false, HULL_VM_F_ALL, 0 },
	{ "one flag more", HULL_A_VM_FLAGS, false, HULL_VM_F_ALL + 1, EINVAL },
	{ "flag 31", HULL_A_VM_FLAGS, false, 1u << 31, EINVAL },
};

static void ranges_run(void)
{
	uint32_t narrow;
	size_t i;
	bool ok;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		struct nl_reply reply;

		narrow = (uint32_t)ranges[i].value;
		reply = ranges[i].wide ?
			new_with(ranges[i].type, &ranges[i].value, sizeof(ranges[i].value)) :
			new_with(ranges[i].type, &narrow, sizeof(narrow));
		ok = ranges[i].error ? refused(reply, ranges[i].error) : !reply.error;
		tap_ok(ok && vms_count() == !ranges[i].error, "%s", ranges[i].name);
		vms_delete_all();
	}
}

static void vmx_error_take(const struct nlmsghdr *answer, void *data)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1];

	nl_parse_message(answer, tb);
	if (!tb[HULL_A_HOST])
		return;
	nl_parse_nest(tb[HULL_A_HOST], tb);
	if (tb[HULL_A_HOST_VMX_ERROR] && tb[HULL_A_HOST_VERSION] && tb[HULL_A_HOST_CPU])
		*(int *)data = (int)nl_u32(tb[HULL_A_HOST_VMX_ERROR]);
}

/* Hull's engine can be had exactly where the host says so, with the same words if not. */
static void engine_run(void)
{
	uint32_t engine = HULL_ENGINE_VMX;
	struct nl_reply reply;
	int error = 1;

	nl_begin(&message, vms_family, HULL_CMD_HOST_GET, 0);
	reply = nl_send(vms_fd, &message, 0, vmx_error_take, &error);
	tap_ok(!reply.error && reply.messages == 1 && error <= 0, "host-get: VMX error %d", -error);
	reply = new_with(HULL_A_VM_ENGINE, &engine, sizeof(engine));
	tap_ok(error ? refused(reply, -error) : !reply.error, "a VM of Hull's engine: %s",
	       reply.sentence);
	vms_delete_all();
}

static struct nl_reply set_u32(const char *name, uint16_t type, uint32_t value, uint16_t more)
{
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_VM_SET, 0);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_put_text(&message, HULL_A_VM_NAME, name);
	nl_put_u32(&message, type, value);
	if (more)
		nl_put_u32(&message, more, 1);
	nl_nest_end(&message, nest);
	return nl_send(vms_fd, &message, 0, NULL, NULL);
}

static void set_run(void)
{
	vms_new("set", NULL);
	tap_ok(!set_u32("set", HULL_A_VM_CPU_WEIGHT, 1, 0).error, "weight 1");
	tap_ok(refused(set_u32("set", HULL_A_VM_CPU_WEIGHT, 0, 0), ERANGE), "weight 0");
	tap_ok(refused(set_u32("set", HULL_A_VM_CPU_WEIGHT, 10001, 0), ERANGE), "weight 10001");
	tap_ok(!set_u32("set", HULL_A_VM_MITIGATIONS, 0, HULL_A_VM_FLAGS).error, "two at once");
	tap_ok(refused(set_u32("set", HULL_A_VM_FLAGS, 1u << 31, 0), EINVAL), "no such flag");
	tap_ok(refused(set_u32("set", HULL_A_VM_ENGINE, 1, 0), EINVAL), "another engine");
	tap_ok(refused(set_u32("set", HULL_A_VM_CPUS, 2, 0), EINVAL), "other CPUs");
	tap_ok(refused(set_u32("set", HULL_A_VM_STATE, HULL_VM_PAUSED, HULL_A_VM_FLAGS), EINVAL),
	       "state and settings at once");
	tap_ok(refused(vms_command(HULL_CMD_VM_SET, 0, "set", NULL, NULL), EINVAL), "nothing");
	tap_ok(refused(set_u32("set", HULL_A_VM_STATE, HULL_VM_CREATED, 0), ERANGE), "state created");
	tap_ok(refused(set_u32("set", HULL_A_VM_STATE, HULL_VM_PAUSED, 0), ESRCH), "pause");
	tap_ok(refused(set_u32("set", HULL_A_VM_STATE, HULL_VM_RUNNING, 0), ESRCH), "resume");
	tap_ok(refused(set_u32("set", HULL_A_VM_STATE, HULL_VM_STOPPED, 0), ESRCH), "state stopped");
	tap_ok(refused(set_u32("set", HULL_A_VM_STATE, HULL_VM_KILLED, 0), ESRCH), "kill");
	tap_ok(refused(set_u32("set", HULL_A_VM_STATE, 5, 0), ERANGE), "state 5");
	vms_delete_all();
}

static void find_run(void)
{
	static const uint8_t commands[] = {
		HULL_CMD_VM_GET, HULL_CMD_VM_DEL, HULL_CMD_VM_STATS_GET, HULL_CMD_VM_LOG_GET,
	};
	uint32_t id = 0, other = 0;
	size_t i;

	vms_new("found", &id);
	vms_new("other", &other);
	tap_ok(id && other > id, "ids %u and %u", id, other);
	for (i = 0; i < sizeof(commands); i++) {
		uint8_t cmd = commands[i];

		tap_ok(refused(vms_command(cmd, other + 1, NULL, NULL, NULL), ENOENT) &&
		       refused(vms_command(cmd, UINT32_MAX, NULL, NULL, NULL), ENOENT) &&
		       refused(vms_command(cmd, 0, "nobody", NULL, NULL), ENOENT) &&
		       refused(vms_command(cmd, other + 1, "found", NULL, NULL), ENOENT),
		       "command %u: no such VM", cmd);
		tap_ok(refused(vms_command(cmd, other, "found", NULL, NULL), EINVAL),
		       "command %u: id and name of two VMs", cmd);
	}
	tap_ok(vms_command(HULL_CMD_VM_GET, id, "found", NULL, NULL).messages == 1, "id and name");
	tap_ok(vms_command(HULL_CMD_VM_STATS_GET, id, NULL, NULL, NULL).messages == 1, "counters");
	tap_ok(vms_command(HULL_CMD_VM_LOG_GET, id, NULL, NULL, NULL).messages == 1, "log");
	tap_ok(!vms_command(HULL_CMD_VM_DEL, id, NULL, NULL, NULL).error &&
	       refused(vms_command(HULL_CMD_VM_DEL, id, NULL, NULL, NULL), ENOENT), "gone");
	tap_ok(!vms_new("found", &id).error && id > other, "the name again, the id not");
	vms_delete_all();
}

/* All that somebody without privileges tries; returns how much was not refused. */
static int intrude(int fd)
{
	static const struct {
		uint8_t cmd;
		uint16_t flags;
	} tries[] = {
		{ HULL_CMD_HOST_GET, 0 }, { HULL_CMD_VM_NEW, 0 }, { HULL_CMD_VM_GET, 0 },
		{ HULL_CMD_VM_GET, NLM_F_DUMP }, { HULL_CMD_VM_SET, 0 }, { HULL_CMD_VM_DEL, 0 },
		{ HULL_CMD_VM_STATS_GET, 0 }, { HULL_CMD_VM_STATS_GET, NLM_F_DUMP },
		{ HULL_CMD_VM_LOG_GET, 0 },
	};
	int wrong = 0;
	size_t i, nest;

	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		nl_begin(&message, vms_family, tries[i].cmd, tries[i].flags);
		if (!tries[i].flags && tries[i].cmd != HULL_CMD_HOST_GET) {
			nest = nl_nest_begin(&message, HULL_A_VM);
			nl_put_text(&message, HULL_A_VM_NAME, "guarded");
			nl_nest_end(&message, nest);
		}
		if (nl_send(fd, &message, 0, NULL, NULL).error != EPERM)
			wrong++;
	}
	return wrong;
}

static int group_join(int fd)
{
	return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &vms_group, sizeof(vms_group));
}

/* With a socket of its own, then with one that root has opened. */
static int unprivileged(void)
{
	int fd;

	if (setgid(65534) || setuid(65534))
		return 100;
	fd = nl_open();
	if (fd < 0)
		return 101;
	return intrude(fd) + intrude(vms_fd) + (group_join(fd) != -1 || errno != EPERM);
}

/* Root of namespaces of its own is nobody here. */
static int other_namespace(void)
{
	int fd;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return 0;
	fd = nl_open();
	if (fd < 0 || nl_family(fd, HULL_GENL_NAME, NULL))
		return 1;
	nl_begin(&message, vms_family, HULL_CMD_HOST_GET, 0);
	return nl_send(fd, &message, 0, NULL, NULL).error != ENOENT;
}

static int in_child(int (*fn)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (!pid)
		_exit(fn());
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void privileges_run(void)
{
	vms_new("guarded", NULL);
	tap_ok(!in_child(unprivileged), "without privileges everything is refused");
	tap_ok(!in_child(other_namespace), "another network namespace has no such family");
	tap_ok(vms_count() == 1, "nothing has changed");
	vms_delete_all();
}

static void module_run(void)
{
	vms_new("holder", NULL);
	tap_ok(syscall(SYS_delete_module, "hull", O_NONBLOCK) == -1 && errno == EAGAIN,
	       "rmmod is refused while there is a VM");
	vms_delete_all();
}

static void limit_run(void)
{
	struct nl_reply reply = { 0 };
	char name[32];
	int n;

	for (n = 0; n <= HULL_VMS_MAX; n++) {
		snprintf(name, sizeof(name), "limit-%d", n);
		reply = vms_new(name, NULL);
		if (reply.error)
			break;
	}
	tap_ok(n == HULL_VMS_MAX && refused(reply, ENOSPC), "%d VMs: %s", n, reply.sentence);
	vms_delete_all();
	tap_ok(!vms_count() && !vms_new("after", NULL).error, "and all of them go");
	vms_delete_all();
}

int main(void)
{
	if (!vms_open())
		return tap_skip_all("the module is not loaded");
	vms_delete_all();
	tap_plan(19 + 7 + 3 + sizeof(ranges) / sizeof(ranges[0]) + 2 + 15 + 14 + 3 + 1 + 2);
	names_run();
	ranges_run();
	engine_run();
	set_run();
	find_run();
	privileges_run();
	module_run();
	limit_run();
	return tap_end();
}
