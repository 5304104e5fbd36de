// SPDX-License-Identifier: GPL-2.0-only
/*
 * Others on the same functions of the kernel, before Hull and after it: what can share
 * does, what cannot is refused with EBUSY, and no denial is ever lost.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "hull_tap.h"
#include "policies.h"
#include "bpf.h"

#define TRACING		"/sys/kernel/tracing/"
#define FUNCTION	"security_file_open"
#define PLACE		"/tmp/coexist"
#define POLICY		"default allow\ndeny file read " PLACE "\n"
#define MODULE		"/lib/modules/hull.ko"

/* ---- what is asked of whom ------------------------------------------------------- */

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND), ret = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = errno;
	close(fd);
	return ret;
}

static int set(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC), ret = 0;

	if (fd < 0)
		return errno;
	if (*text && write(fd, text, strlen(text)) < 0)
		ret = errno;
	close(fd);
	return ret;
}

static bool has(const char *path, const char *text)
{
	static char all[1 << 20];
	size_t had = 0;
	ssize_t got;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return false;
	while (had < sizeof(all) - 1 && (got = read(fd, all + had, sizeof(all) - 1 - had)) > 0)
		had += (size_t)got;
	close(fd);
	all[had] = '\0';
	return strstr(all, text);
}

static int do_open(void)
{
	int fd = open(PLACE "/file", O_RDONLY);

	return fd < 0 ? errno : 0;
}

static bool denied(void)
{
	int inside = confined("a", do_open), out = do_open();

	if (inside != EACCES || out)
		tap_note("inside %d, outside %d", inside, out);
	return inside == EACCES && !out;
}

static bool armed(void)
{
	return has(TRACING "enabled_functions", "hull_direct_");
}

/* Hooks stay for a while after the last policy. */
static bool disarm(void)
{
	int i;

	confine_fd("a", -1);
	for (i = 0; i < 300 && armed(); i++)
		usleep(100000);
	return !armed() && !confined("a", do_open);
}

static bool arm(void)
{
	struct nl_reply reply = confine("a", POLICY);

	if (reply.error)
		tap_note("%d %s", reply.error, reply.sentence);
	return !reply.error && armed();
}

/* ---- those that share -------------------------------------------------------------- */

struct sharer {
	const char *name;
	bool (*begin)(void);
	bool (*seen)(void);	/* it noticed that the function was called */
	void (*end)(void);
};

static bool probe_begin(const char *event, const char *enable)
{
	return !put(TRACING "kprobe_events", event) && !set(enable, "1");
}

static bool kprobe_begin(void)
{
	return probe_begin("p:hull/enter " FUNCTION, TRACING "events/hull/enter/enable");
}

static bool kretprobe_begin(void)
{
	return probe_begin("r:hull/leave " FUNCTION, TRACING "events/hull/leave/enable");
}

static bool kprobe_seen(void)
{
	return has(TRACING "trace", "enter: (" FUNCTION);
}

static bool kretprobe_seen(void)
{
	return has(TRACING "trace", "leave: (");
}

static void probes_end(void)
{
	set(TRACING "events/hull/enable", "0");
	set(TRACING "kprobe_events", "");
	set(TRACING "trace", "");
}

static bool tracer_begin(const char *tracer)
{
	return !set(TRACING "set_ftrace_filter", FUNCTION) && !set(TRACING "current_tracer", tracer);
}

static bool function_begin(void)
{
	return tracer_begin("function");
}

static bool graph_begin(void)
{
	return tracer_begin("function_graph");
}

static bool tracer_seen(void)
{
	return has(TRACING "trace", FUNCTION);
}

static void tracer_end(void)
{
	set(TRACING "current_tracer", "nop");
	set(TRACING "set_ftrace_filter", "");
	set(TRACING "trace", "");
}

static bool trigger_begin(void)
{
	return !put(TRACING "set_ftrace_filter", FUNCTION ":traceoff");
}

static bool trigger_seen(void)
{
	bool off = has(TRACING "tracing_on", "0");

	set(TRACING "tracing_on", "1");
	return off;
}

static void trigger_end(void)
{
	put(TRACING "set_ftrace_filter", "!" FUNCTION ":traceoff");
	set(TRACING "tracing_on", "1");
	tracer_end();
}

static int lsm_link;

/* The function that BPF programs of this hook are attached to is another one. */
static bool lsm_begin(void)
{
	lsm_link = bpf_attach(BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_file_open", 0);
	if (lsm_link < 0)
		tap_note("BPF LSM: %d", lsm_link);
	return lsm_link >= 0;
}

static bool lsm_seen(void)
{
	return true;
}

static void lsm_end(void)
{
	close(lsm_link);
}

static const struct sharer sharers[] = {
	{ "kprobe", kprobe_begin, kprobe_seen, probes_end },
	{ "kretprobe", kretprobe_begin, kretprobe_seen, probes_end },
	{ "function tracer", function_begin, tracer_seen, tracer_end },
	{ "function graph tracer", graph_begin, tracer_seen, tracer_end },
	{ "function trigger", trigger_begin, trigger_seen, trigger_end },
	{ "BPF LSM", lsm_begin, lsm_seen, lsm_end },
};

#define SHARERS	(sizeof(sharers) / sizeof(sharers[0]))

static void share_before(const struct sharer *sharer)
{
	bool good = disarm() && sharer->begin() && arm() && denied() && sharer->seen();

	tap_ok(good && denied(), "%s first: shares, and what is denied is", sharer->name);
	sharer->end();
	tap_ok(denied(), "%s ended: still denied", sharer->name);
}

static void share_after(const struct sharer *sharer)
{
	bool good = disarm() && arm() && sharer->begin() && denied() && sharer->seen();

	tap_ok(good, "%s second: shares, and what is denied is", sharer->name);
	good = disarm() && !do_open() && sharer->seen();
	tap_ok(good, "%s goes on when the policy has ended", sharer->name);
	sharer->end();
}

/* ---- those that cannot share --------------------------------------------------------- */

struct holder {
	const char *name;
	enum bpf_attach_type how;
};

static const struct holder holders[] = {
	{ "BPF fentry", BPF_TRACE_FENTRY },
	{ "BPF fexit", BPF_TRACE_FEXIT },
	{ "BPF fmod_ret", BPF_MODIFY_RETURN },
};

#define HOLDERS	(sizeof(holders) / sizeof(holders[0]))

static void hold_before(const struct holder *holder)
{
	struct nl_reply reply;
	int link;

	disarm();
	link = bpf_attach(BPF_PROG_TYPE_TRACING, holder->how, FUNCTION, 0);
	reply = confine("a", POLICY);
	tap_ok(link >= 0 && reply.error == EBUSY && strstr(reply.sentence, FUNCTION),
	       "%s first: the policy is refused: %d, %d %s", holder->name, link, reply.error,
	       reply.sentence);
	tap_ok(!confined("a", do_open) && !armed(), "%s first: nothing is half in force",
	       holder->name);
	close(link);
	/* Programs are let go of a little later. */
	usleep(200000);
	tap_ok(arm() && denied(), "%s detached: the policy is in force", holder->name);
}

static void hold_after(const struct holder *holder)
{
	int link;

	disarm();
	arm();
	link = bpf_attach(BPF_PROG_TYPE_TRACING, holder->how, FUNCTION, 0);
	tap_ok(link == -EBUSY && denied(), "%s second: is refused, and what is denied is: %d",
	       holder->name, link);
	if (link >= 0)
		close(link);
}

/* A program of a BPF LSM that denies goes on to deny, to those in no group, too. */
static void lsm_denies(void)
{
	int link, before, during;

	disarm();
	link = bpf_attach(BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_inode_readlink", -EPERM);
	before = readlink("/proc/self/exe", (char[8]){ 0 }, 8) < 0 ? errno : 0;
	confine("a", "default allow\ndeny file stat " PLACE "\n");
	during = readlink("/proc/self/exe", (char[8]){ 0 }, 8) < 0 ? errno : 0;
	tap_ok(link >= 0 && before == EPERM && during == EPERM,
	       "what a BPF LSM denies it denies as before: %d, %d, %d", link, before, during);
	close(link);
}

/* ---- switches -------------------------------------------------------------------------- */

#define SWITCH	"/proc/sys/kernel/ftrace_enabled"

static void switches(void)
{
	struct nl_reply reply;

	disarm();
	tap_ok(!set(SWITCH, "0"), "ftrace is switched off");
	reply = confine("a", POLICY);
	tap_ok(reply.error == EOPNOTSUPP && strstr(reply.sentence, "ftrace_enabled"),
	       "off: the policy is refused: %d %s", reply.error, reply.sentence);
	tap_ok(!confined("a", do_open) && !armed(), "off: nothing is half in force");
	set(SWITCH, "1");
	tap_ok(arm() && denied(), "on: the policy is in force");
	tap_ok(set(SWITCH, "0") == EBUSY && denied(), "it cannot be switched off under a policy");
	set(TRACING "tracing_on", "0");
	tap_ok(denied(), "tracing_on is something else");
	set(TRACING "tracing_on", "1");
	set(TRACING "set_ftrace_notrace", FUNCTION);
	tap_ok(denied(), "set_ftrace_notrace is about tracers");
	set(TRACING "set_ftrace_notrace", "");
	set(TRACING "set_ftrace_pid", "1");
	tap_ok(denied(), "set_ftrace_pid is about tracers");
	set(TRACING "set_ftrace_pid", "");
	set("/proc/sys/kernel/stack_tracer_enabled", "1");
	tap_ok(denied(), "the stack tracer shares");
	set("/proc/sys/kernel/stack_tracer_enabled", "0");
	set("/sys/kernel/debug/kprobes/enabled", "0");
	tap_ok(denied(), "kprobes switched off are not ours");
	set("/sys/kernel/debug/kprobes/enabled", "1");
}

/* ---- orders of leaving -------------------------------------------------------------------- */

static int unload(void)
{
	int i, ret = 0;

	/* Who made a group holds the module for a moment longer. */
	for (i = 0; i < 50; i++) {
		ret = syscall(SYS_delete_module, "hull", O_NONBLOCK) ? errno : 0;
		if (!ret)
			break;
		usleep(100000);
	}
	return ret;
}

static bool load(void)
{
	int fd = open(MODULE, O_RDONLY), ret = syscall(SYS_finit_module, fd, "", 0);

	close(fd);
	return !ret;
}

static bool group_begin(void)
{
	return policies_open() && !groups_new("a", cgroup_make("a"), 0, NULL).error;
}

static void leave_with(const struct sharer *sharer)
{
	bool good;

	disarm();
	good = arm() && sharer->begin() && denied();
	tap_ok(good && syscall(SYS_delete_module, "hull", O_NONBLOCK) && denied(),
	       "%s: Hull is not unloaded under a policy", sharer->name);
	confine_fd("a", -1);
	groups_delete_all();
	tap_ok(!unload() && !do_open() && sharer->seen(), "%s stays when Hull is unloaded",
	       sharer->name);
	good = load() && group_begin() && arm() && denied();
	sharer->end();
	tap_ok(good && denied(), "%s: Hull is loaded again, below it", sharer->name);
}

static void scene_make(void)
{
	mkdir("/sys/kernel/tracing", 0755);
	mount("none", "/sys/kernel/tracing", "tracefs", 0, NULL);
	mkdir(PLACE, 0755);
	close(open(PLACE "/file", O_WRONLY | O_CREAT, 0644));
}

int main(void)
{
	unsigned int i;

	if (!policies_open())
		return tap_skip_all("the module is not loaded");
	scene_make();
	if (access(TRACING "enabled_functions", R_OK))
		return tap_skip_all("the machine has no tracefs");
	tap_plan(4 * SHARERS + 4 * HOLDERS + 1 + 10 + 3 * SHARERS);
	groups_new("a", cgroup_make("a"), 0, NULL);
	for (i = 0; i < SHARERS; i++) {
		share_before(&sharers[i]);
		share_after(&sharers[i]);
	}
	for (i = 0; i < HOLDERS; i++) {
		hold_before(&holders[i]);
		hold_after(&holders[i]);
	}
	lsm_denies();
	switches();
	for (i = 0; i < SHARERS; i++)
		leave_with(&sharers[i]);
	confine_fd("a", -1);
	cgroups_remove();
	groups_delete_all();
	return tap_end();
}
