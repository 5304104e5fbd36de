// SPDX-License-Identifier: GPL-2.0-only
/* config.json: what each property means, what is refused and in which words. */
#include <seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <oci/config.h>
#include "hull_tap.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static struct oci_bundle bundle;
static struct hull_error error;
static char text[1 << 20];

#define PROCESS(more)	"\"process\":{\"args\":[\"/bin/true\"],\"cwd\":\"/\"" more "}"
#define ROOT		"\"root\":{\"path\":\"rootfs\"}"
#define MOUNTNS		"\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"network\"}]"
#define WHOLE(process, linux, more) \
	"{\"ociVersion\":\"1.2.0\"," PROCESS(process) "," ROOT ",\"linux\":{" MOUNTNS linux "}" \
	more "}"

static bool parse(const char *json)
{
	oci_bundle_free(&bundle);
	return !oci_bundle_parse(&bundle, "/bundle", json, strlen(json), &error);
}

/* Where a property may stand, so that the tables name nothing but it. */
enum where { TOP, IN_PROCESS, IN_LINUX, IN_RESOURCES, AS_MOUNT, AS_SECCOMP };

static bool parse_at(enum where where, const char *json)
{
	static const char *const forms[] = {
		[TOP] = WHOLE("", "", ",%s"),
		[IN_PROCESS] = WHOLE(",%s", "", ""),
		[IN_LINUX] = WHOLE("", ",%s", ""),
		[IN_RESOURCES] = WHOLE("", ",\"resources\":{%s}", ""),
		[AS_MOUNT] = WHOLE("", "", ",\"mounts\":[{\"destination\":\"/m\",%s}]"),
		[AS_SECCOMP] = WHOLE("", ",\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",%s}",
				     ""),
	};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, sizeof(text), forms[where], json);
#pragma GCC diagnostic pop
	return parse(text);
}

/* @error: how the complaint ends; "config.json: " is before it. */
static const struct {
	enum where where;
	const char *json, *error;
} bad[] = {
	{ TOP, "\"process\":1", "duplicate object key near '\"process\"'" },
	{ TOP, "\"Hooks\":{}", "Hooks: unknown; is it 'hooks'?" },
	{ TOP, "\"hostname\":7", "hostname: not a string" },
	{ TOP, "\"hostname\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
	  "hostname: longer than 64 bytes" },
	{ TOP, "\"windows\":{\"x\":1}", "windows: cannot be honoured: this is Linux" },
	{ TOP, "\"vm\":{\"kernel\":{}}", "vm: cannot be honoured: a container is no VM here" },
	{ TOP, "\"annotations\":{\"a\":1}", "annotations.a: not a string" },
	{ TOP, "\"annotations\":{\"\":\"1\"}", "annotations.: an annotation without a name" },
	{ TOP, "\"hooks\":{\"poststop\":[{\"path\":\"x\"}]}",
	  "hooks.poststop[0].path: not an absolute path" },
	{ TOP, "\"hooks\":{\"poststop\":[{\"path\":\"/x\",\"timeout\":0}]}",
	  "hooks.poststop[0].timeout: not in 1..86400" },
	{ TOP, "\"hooks\":{\"poststop\":[{}]}", "hooks.poststop[0]: path is missing" },
	{ TOP, "\"mounts\":{}", "mounts: not an array" },
	{ TOP, "\"mounts\":[{\"destination\":\"\"}]", "mounts[0].destination: empty" },
	{ TOP, "\"mounts\":[{\"destination\":\"/x\"}]", "mounts[0]: type is missing" },

	{ IN_PROCESS, "\"terminal\":1", "process.terminal: neither true nor false" },
	{ IN_PROCESS, "\"consoleSize\":{\"height\":65536,\"width\":1}",
	  "process.consoleSize.height: not in 0..65535" },
	{ IN_PROCESS, "\"user\":{\"uid\":-1}", "process.user.uid: not in 0..4294967294" },
	{ IN_PROCESS, "\"user\":{\"uid\":4294967295}", "process.user.uid: not in 0..4294967294" },
	{ IN_PROCESS, "\"user\":{\"uid\":18446744073709551615}",
	  "process.user.uid: not in 0..4294967294" },
	{ IN_PROCESS, "\"user\":{\"uid\":0.5}", "process.user.uid: not an integer" },
	{ IN_PROCESS, "\"user\":{\"umask\":512}", "process.user.umask: not in 0..511" },
	{ IN_PROCESS, "\"user\":{\"additionalGids\":[1,\"2\"]}",
	  "process.user.additionalGids[1]: not an integer" },
	{ IN_PROCESS, "\"user\":{\"username\":\"joe\"}",
	  "process.user.username: cannot be honoured: names of users are Windows'; uid and gid" },
	{ IN_PROCESS, "\"env\":[\"A=1\",\"B\"]", "process.env[1]: not NAME=VALUE" },
	{ IN_PROCESS, "\"capabilities\":{\"bounding\":[\"CAP_CHOWN\",\"CAP_FLY\"]}",
	  "process.capabilities.bounding[1]: 'CAP_FLY' is no capability" },
	{ IN_PROCESS, "\"capabilities\":{\"bounding\":[\"CHOWN\"]}",
	  "process.capabilities.bounding[0]: 'CHOWN' is no capability" },
	{ IN_PROCESS, "\"capabilities\":{\"effective\":[\"CAP_CHOWN\"]}",
	  "process: capabilities.effective: has one that permitted has not" },
	{ IN_PROCESS, "\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"soft\":2,\"hard\":1}]",
	  "process.rlimits[0]: soft is above hard" },
	{ IN_PROCESS, "\"rlimits\":[{\"type\":\"RLIMIT_FUN\",\"soft\":2,\"hard\":1}]",
	  "process.rlimits[0].type: 'RLIMIT_FUN' is no resource limit" },
	{ IN_PROCESS, "\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"soft\":1}]",
	  "process.rlimits[0]: hard is missing" },
	{ IN_PROCESS, "\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"soft\":1,\"hard\":1},"
	  "{\"type\":\"RLIMIT_CORE\",\"soft\":1,\"hard\":1}]",
	  "process.rlimits[1]: a second one of this type" },
	{ IN_PROCESS, "\"oomScoreAdj\":1001", "process.oomScoreAdj: not in -1000..1000" },
	{ IN_PROCESS, "\"scheduler\":{\"policy\":\"SCHED_FIFO\"}",
	  "process.scheduler: a priority, from 1, goes with SCHED_FIFO and SCHED_RR" },
	{ IN_PROCESS, "\"scheduler\":{\"policy\":\"SCHED_BEST\"}",
	  "process.scheduler.policy: 'SCHED_BEST' is not known" },
	{ IN_PROCESS, "\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":8}",
	  "process.ioPriority.priority: not in 0..7" },
	{ IN_PROCESS, "\"commandLine\":\"x y\"",
	  "process.commandLine: cannot be honoured: command lines are Windows'; args" },

	{ IN_LINUX, "\"uidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":0}]",
	  "linux.uidMappings[0].size: not in 1..4294967295" },
	{ IN_LINUX, "\"uidMappings\":[{\"containerID\":0,\"size\":1}]",
	  "linux.uidMappings[0]: hostID is missing" },
	{ IN_LINUX, "\"timeOffsets\":{\"realtime\":{\"secs\":1}}",
	  "linux.timeOffsets.realtime: no such clock: monotonic, boottime" },
	{ IN_LINUX, "\"devices\":[{\"type\":\"c\",\"path\":\"/dev/x\"}]",
	  "linux.devices[0]: major and minor are missing" },
	{ IN_LINUX, "\"devices\":[{\"type\":\"x\",\"path\":\"/dev/x\"}]",
	  "linux.devices[0].type: none of c, b, u, p" },
	{ IN_LINUX, "\"devices\":[{\"type\":\"p\",\"path\":\"dev/x\"}]",
	  "linux.devices[0].path: not an absolute path" },
	{ IN_LINUX, "\"cgroupsPath\":\"/a/../../b\"", "linux.cgroupsPath: has '..' in it" },
	{ IN_LINUX, "\"rootfsPropagation\":\"public\"",
	  "linux.rootfsPropagation: 'public' is not known" },
	{ IN_LINUX, "\"maskedPaths\":[\"proc/kcore\"]",
	  "linux.maskedPaths[0]: not an absolute path" },
	{ IN_LINUX, "\"sysctl\":{\"kernel.panic\":\"1\"}",
	  "linux.sysctl.kernel.panic: belongs to the whole machine" },
	{ IN_LINUX, "\"sysctl\":{\"net.ipv4/../../x\":\"1\"}",
	  "linux.sysctl.net.ipv4/../../x: not a name" },
	{ IN_LINUX, "\"sysctl\":{\"kernel.shmmax\":\"1\"}",
	  "linux: sysctl: kernel.shmmax needs a namespace of type ipc" },
	{ IN_LINUX, "\"personality\":{\"domain\":\"BSD\"}",
	  "linux.personality.domain: 'BSD' is not known" },
	{ IN_LINUX, "\"intelRdt\":{\"closID\":\"x\"}",
	  "linux.intelRdt: cannot be honoured: resctrl is not supported" },

	{ IN_RESOURCES, "\"memory\":{\"limit\":\"64M\"}",
	  "linux.resources.memory.limit: not an integer" },
	{ IN_RESOURCES, "\"memory\":{\"limit\":9223372036854775808}",
	  "linux.resources.memory.limit: not in -1..9223372036854775807" },
	{ IN_RESOURCES, "\"memory\":{\"limit\":99999999999999999999}",
	  "too big integer near '99999999999999999999'" },
	{ IN_RESOURCES, "\"memory\":{\"limit\":-2}",
	  "linux.resources.memory.limit: not in -1..9223372036854775807" },
	{ IN_RESOURCES, "\"memory\":{\"limit\":4096,\"swap\":1}",
	  "linux.resources.memory: swap: is that of memory and swap, and below limit" },
	{ IN_RESOURCES, "\"memory\":{\"swap\":1}",
	  "linux.resources.memory: swap: is that of memory and swap, so limit must be given" },
	{ IN_RESOURCES, "\"memory\":{\"swappiness\":0}",
	  "linux.resources.memory.swappiness: cannot be honoured: cgroup v2 has no swappiness" },
	{ IN_RESOURCES, "\"memory\":{\"disableOOMKiller\":true}",
	  "linux.resources.memory.disableOOMKiller: cannot be honoured: cgroup v2 always has the "
	  "killer" },
	{ IN_RESOURCES, "\"cpu\":{\"period\":1}",
	  "linux.resources.cpu: period: not in 1000..1000000 microseconds" },
	{ IN_RESOURCES, "\"cpu\":{\"cpus\":\"all\"}",
	  "linux.resources.cpu.cpus: not a list such as 0-3,7" },
	{ IN_RESOURCES, "\"cpu\":{\"realtimeRuntime\":1}",
	  "linux.resources.cpu.realtimeRuntime: cannot be honoured: cgroup v2 has no share of real "
	  "time" },
	{ IN_RESOURCES, "\"pids\":{}", "linux.resources.pids: limit is missing" },
	{ IN_RESOURCES, "\"blockIO\":{\"weight\":5}",
	  "linux.resources.blockIO.weight: not in 10..1000" },
	{ IN_RESOURCES, "\"blockIO\":{\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0}]}",
	  "linux.resources.blockIO.throttleReadBpsDevice[0]: rate is missing" },
	{ IN_RESOURCES, "\"hugepageLimits\":[{\"pageSize\":\"2/../x\",\"limit\":1}]",
	  "linux.resources.hugepageLimits[0]: pageSize: not a size such as 2MB" },
	{ IN_RESOURCES, "\"rdma\":{\"mlx5\":{}}",
	  "linux.resources.rdma.mlx5: hcaHandles or hcaObjects is missing" },
	{ IN_RESOURCES, "\"unified\":{\"../cgroup.procs\":\"1\"}",
	  "linux.resources.unified.../cgroup.procs: no file of a cgroup's controller" },
	{ IN_RESOURCES, "\"unified\":{\"cgroup.procs\":\"1\"}",
	  "linux.resources.unified.cgroup.procs: no file of a cgroup's controller" },
	{ IN_RESOURCES, "\"devices\":[{\"access\":\"r\"}]",
	  "linux.resources.devices[0]: allow is missing" },
	{ IN_RESOURCES, "\"devices\":[{\"allow\":true,\"access\":\"rx\"}]",
	  "linux.resources.devices[0].access: only r, w and m" },
	{ IN_RESOURCES, "\"devices\":[{\"allow\":true,\"type\":\"a\",\"major\":1}]",
	  "linux.resources.devices[0]: type a is for all devices, without major and minor" },
	{ IN_RESOURCES, "\"network\":{\"classID\":1}",
	  "linux.resources.network: cannot be honoured: cgroup v2 has no classes of packets" },

	{ AS_MOUNT, "\"type\":\"bind\"", "mounts[0]: source is missing" },
	{ AS_MOUNT, "\"type\":\"bind\",\"source\":\"/x\",\"options\":[\"size=3\"]",
	  "mounts[0]: options: 'size=3' is nothing for a bind mount" },
	{ AS_MOUNT, "\"type\":\"tmpfs\",\"options\":[\"remount\"]",
	  "mounts[0].options[0]: 'remount' cannot be honoured" },
	{ AS_MOUNT, "\"type\":\"tmpfs\",\"options\":[\"size=1,nr_inodes=2\"]",
	  "mounts[0].options[0]: an option with a comma in it" },
	{ AS_MOUNT, "\"type\":\"proc\",\"options\":[\"tmpcopyup\"]",
	  "mounts[0]: options: tmpcopyup is for a tmpfs" },
	{ AS_MOUNT, "\"type\":\"tmpfs\",\"options\":[\"idmap\"]",
	  "mounts[0]: ids can be mapped for bind mounts alone" },

	{ AS_SECCOMP, "\"architectures\":[\"SCMP_ARCH_VAX\"]",
	  "linux.seccomp.architectures[0]: 'SCMP_ARCH_VAX' is not known to libseccomp" },
	{ AS_SECCOMP, "\"flags\":[\"SECCOMP_FILTER_FLAG_FUN\"]",
	  "linux.seccomp.flags[0]: 'SECCOMP_FILTER_FLAG_FUN' is not known" },
	{ AS_SECCOMP, "\"syscalls\":[{\"names\":[],\"action\":\"SCMP_ACT_ALLOW\"}]",
	  "linux.seccomp.syscalls[0]: names: none" },
	{ AS_SECCOMP, "\"syscalls\":[{\"names\":[\"chmod\"],\"action\":\"SCMP_ACT_NOTIFY\"}]",
	  "linux.seccomp: SCMP_ACT_NOTIFY: needs listenerPath" },
	{ AS_SECCOMP, "\"syscalls\":[{\"names\":[\"hull\"],\"action\":\"SCMP_ACT_ERRNO\"}]",
	  "linux.seccomp: syscalls[0]: libseccomp does not know 'hull', and it would be allowed" },
	{ AS_SECCOMP, "\"syscalls\":[{\"names\":[\"x\"],\"action\":\"SCMP_ACT_ERRNO\","
	  "\"errnoRet\":5000}]", "linux.seccomp.syscalls[0].errnoRet: not in 0..4095" },
	{ AS_SECCOMP, "\"syscalls\":[{\"names\":[\"x\"],\"action\":\"SCMP_ACT_ALLOW\","
	  "\"errnoRet\":5}]",
	  "linux.seccomp.syscalls[0]: an errno with an action that returns none" },
	{ AS_SECCOMP, "\"syscalls\":[{\"names\":[\"x\"],\"action\":\"SCMP_ACT_ALLOW\","
	  "\"args\":[{\"index\":6,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}]",
	  "linux.seccomp.syscalls[0].args[0].index: not in 0..5" },
};

static void test_bad(void)
{
	size_t i, len, want;

	for (i = 0; i < COUNT(bad); i++) {
		bool taken = parse_at(bad[i].where, bad[i].json);

		len = strlen(error.text);
		want = strlen(bad[i].error);
		tap_ok(!taken && !strncmp(error.text, "config.json: ", 13) && len >= want + 13 &&
		       !strcmp(error.text + len - want, bad[i].error), "%s",
		       taken ? bad[i].json : error.text);
	}
}

/* Files that are wrong as a whole. */
static const struct {
	const char *json, *error;
} wrong[] = {
	{ "", "config.json: line 1, column 0: '[' or '{' expected near end of file" },
	{ "[]", "config.json: not an object" },
	{ "{}", "config.json: ociVersion is missing" },
	{ "{\"ociVersion\":\"2.0.0\",\"root\":{\"path\":\"x\"}}",
	  "config.json: ociVersion: version 2 is not known here, only 1" },
	{ "{\"ociVersion\":\"new\",\"root\":{\"path\":\"x\"}}",
	  "config.json: ociVersion: not a version such as 1.2.0" },
	{ "{\"ociVersion\":\"1.0.0\"," PROCESS("") "," ROOT "}",
	  "config.json: linux.namespaces: no mount namespace: a root of its own needs one" },
	{ "{\"ociVersion\":\"1.0.0\"," PROCESS("") ",\"linux\":{" MOUNTNS "}}",
	  "config.json: root is missing" },
	{ "{\"ociVersion\":\"1.0.0\",\"process\":{\"cwd\":\"/\"}," ROOT "}",
	  "config.json: process: args is missing" },
	{ WHOLE("", "", "") "x", "config.json: line 1, column 152: end of file expected near 'x'" },
};

#define LARGE	(5u << 20)

static void test_wrong(void)
{
	char *large;
	size_t i, n;

	for (i = 0; i < COUNT(wrong); i++)
		tap_ok(!parse(wrong[i].json) && !strcmp(error.text, wrong[i].error), "%s",
		       error.text);
	memset(text, '[', sizeof(text) - 1);
	tap_ok(!parse(text) && strstr(error.text, "nested deeper than 32"), "%s", error.text);
	large = malloc(LARGE);
	memset(large, ' ', LARGE);
	oci_bundle_free(&bundle);
	tap_ok(oci_bundle_parse(&bundle, "/b", large, LARGE, &error) < 0 &&
	       strstr(error.text, "larger than 4 MiB"), "%s", error.text);
	free(large);
	/* Every beginning of a good file is a bad file. */
	strcpy(text, WHOLE("", "", ""));
	for (n = strlen(text) - 1; n; n--) {
		oci_bundle_free(&bundle);
		if (!oci_bundle_parse(&bundle, "/b", text, n, &error))
			break;
	}
	tap_ok(!n, "a file that was cut is refused, wherever");
}

static void test_process(void)
{
	const struct hull_ct_process *process;
	bool ok = parse_at(IN_PROCESS,
		"\"terminal\":true,\"consoleSize\":{\"height\":25,\"width\":80},"
		"\"user\":{\"uid\":4294967294,\"gid\":7,\"umask\":18,\"additionalGids\":[8,9]},"
		"\"env\":[\"A=\",\"B=x=y\"],\"noNewPrivileges\":true,\"oomScoreAdj\":-999,"
		"\"capabilities\":{\"bounding\":[\"CAP_CHOWN\",\"CAP_CHECKPOINT_RESTORE\"],"
		"\"permitted\":[\"CAP_KILL\"],\"ambient\":[\"CAP_KILL\"]},"
		"\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"soft\":18446744073709551615,"
		"\"hard\":18446744073709551615}],\"apparmorProfile\":\"\","
		"\"scheduler\":{\"policy\":\"SCHED_DEADLINE\",\"runtime\":1,\"deadline\":2,"
		"\"period\":3,\"flags\":[\"SCHED_FLAG_RESET_ON_FORK\"]},"
		"\"ioPriority\":{\"class\":\"IOPRIO_CLASS_IDLE\"},\"new\":{\"a\":[1]}");

	if (!tap_ok(ok, "a process with everything: %s", ok ? "" : error.text))
		return;
	process = &bundle.config->process;
	tap_ok(process->terminal && process->rows == 25 && process->columns == 80, "terminal");
	tap_ok(process->uid == 4294967294 && process->gid == 7 && process->has_umask &&
	       process->umask == 022 && process->n_groups == 2 && process->groups[1] == 9, "user");
	tap_ok(process->env.n == 2 && !strcmp(process->env.at[1], "B=x=y") && !process->env.at[2],
	       "environment");
	tap_ok(process->caps.given && process->caps.bounding == (1ull << 40 | 1) &&
	       process->caps.permitted == 1 << 5 && !process->caps.ambient, "capabilities");
	tap_ok(process->n_rlimits == 1 && process->rlimits[0].resource == RLIMIT_NOFILE &&
	       process->rlimits[0].hard == UINT64_MAX, "a limit of 64 bits");
	tap_ok(process->no_new_privs && process->has_oom_score_adj &&
	       process->oom_score_adj == -999 && !process->apparmor, "the rest");
	tap_ok(process->scheduler.given && process->scheduler.policy == 6 &&
	       process->scheduler.flags == 1 && process->scheduler.period_ns == 3 &&
	       process->io_class == 3, "scheduler");
	tap_ok(bundle.warnings.n == 2 &&
	       strstr(bundle.warnings.at[0], "config.json: process.new: unknown, and ignored") &&
	       strstr(bundle.warnings.at[1], "capabilities.ambient"),
	       "what nobody knows is told of: %s", bundle.warnings.n ? bundle.warnings.at[0] : "");
}

static void test_linux(void)
{
	const struct hull_ct_config *config;
	bool ok = parse("{\"ociVersion\":\"1.0.2-dev\"," PROCESS("") "," ROOT ",\"hostname\":\"h\","
		"\"annotations\":{\"k\":\"v\"},\"linux\":{\"namespaces\":[{\"type\":\"user\"},"
		"{\"type\":\"mount\"},{\"type\":\"network\",\"path\":\"/run/netns/x\"},"
		"{\"type\":\"uts\"},{\"type\":\"time\"},{\"type\":\"pid\",\"path\":\"\"}],"
		"\"uidMappings\":[{\"containerID\":0,\"hostID\":100000,\"size\":65536}],"
		"\"gidMappings\":[{\"containerID\":0,\"hostID\":100000,\"size\":65536}],"
		"\"timeOffsets\":{\"boottime\":{\"secs\":-5,\"nanosecs\":6}},"
		"\"devices\":[{\"type\":\"c\",\"path\":\"/dev/fuse\",\"major\":10,\"minor\":229,"
		"\"fileMode\":8630,\"uid\":1}],\"sysctl\":{\"net/ipv4.ip_forward\":\"1\"},"
		"\"personality\":{\"domain\":\"LINUX32\"},\"rootfsPropagation\":\"slave\","
		"\"maskedPaths\":[\"/a\"],\"readonlyPaths\":[\"/b\",\"/c\"],\"cgroupsPath\":\"/x/y\"}}");

	if (!tap_ok(ok, "linux with everything: %s", ok ? "" : error.text))
		return;
	config = bundle.config;
	tap_ok(!strcmp(config->root.path, "/bundle/rootfs"), "the root is below the bundle");
	tap_ok(config->ns[HULL_CT_USER].mode == HULL_CT_NS_PRIVATE &&
	       config->ns[HULL_CT_PID].mode == HULL_CT_NS_PRIVATE &&
	       config->ns[HULL_CT_IPC].mode == HULL_CT_NS_HOST &&
	       config->ns[HULL_CT_NET].mode == HULL_CT_NS_PATH &&
	       !strcmp(config->ns[HULL_CT_NET].path, "/run/netns/x"), "namespaces");
	tap_ok(config->maps.n_uid == 1 && config->maps.gid[0].host == 100000 &&
	       config->maps.gid[0].count == 65536, "mappings");
	tap_ok(!config->has_time[0] && config->has_time[1] && config->time[1].s == -5 &&
	       config->time[1].ns == 6, "clocks");
	tap_ok(config->n_devices == 1 && config->devices[0].mode == 0666 &&
	       config->devices[0].minor == 229 && config->devices[0].uid == 1 &&
	       config->default_devices, "devices: the file's type is not in its mode");
	tap_ok(config->n_sysctl == 1 && !strcmp(config->sysctl[0].name, "net.ipv4.ip_forward"),
	       "sysctl");
	tap_ok(config->has_personality && config->personality == 8 &&
	       config->root_propagation == (MS_SLAVE | MS_REC), "personality, propagation");
	tap_ok(config->masked.n == 1 && config->readonly.n == 2 && !strcmp(config->cgroup, "/x/y"),
	       "paths");
	tap_ok(config->n_annotations == 1 && !strcmp(config->annotations[0].value, "v") &&
	       !strcmp(bundle.version, "1.0.2-dev"), "annotations, version");
}

static bool has_file(const struct hull_ct_resources *resources, size_t i, const char *file,
		     const char *value)
{
	return i < resources->n_files && !strcmp(resources->files[i].file, file) &&
	       !strcmp(resources->files[i].value, value);
}

static void test_resources(void)
{
	const struct hull_ct_resources *resources;
	bool ok = parse_at(IN_RESOURCES,
		"\"unified\":{\"memory.high\":\"4096\"},"
		"\"memory\":{\"limit\":1000,\"swap\":1500,\"reservation\":100,\"kernel\":-1,"
		"\"disableOOMKiller\":false,\"useHierarchy\":true},"
		"\"cpu\":{\"shares\":1024,\"quota\":50000,\"period\":100000,\"cpus\":\"0-1\"},"
		"\"pids\":{\"limit\":-1},\"blockIO\":{\"weight\":1000,"
		"\"weightDevice\":[{\"major\":8,\"minor\":0,\"weight\":10}],"
		"\"throttleWriteIOPSDevice\":[{\"major\":8,\"minor\":16,"
		"\"rate\":18446744073709551615}]},"
		"\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":0}],"
		"\"rdma\":{\"mlx5_1\":{\"hcaHandles\":3}},\"network\":{},"
		"\"devices\":[{\"allow\":false,\"access\":\"rwm\"},{\"allow\":true,\"type\":\"c\","
		"\"major\":1,\"minor\":3,\"access\":\"rw\"}]");

	if (!tap_ok(ok, "resources with everything: %s", ok ? "" : error.text))
		return;
	resources = &bundle.config->resources;
	tap_ok(resources->memory_max == 1000 && resources->memory_low == 100 &&
	       resources->has_swap_max && resources->swap_max == 500, "memory: swap by itself");
	tap_ok(resources->cpu_weight == 39 && resources->cpu_quota_us == 50000 &&
	       !strcmp(resources->cpus, "0-1"), "cpu: 1024 shares are weight 39");
	tap_ok(resources->pids_max == HULL_CT_UNLIMITED && resources->io_weight == 10000,
	       "pids, weight of I/O");
	tap_ok(has_file(resources, 0, "io.weight", "8:0 1") &&
	       has_file(resources, 1, "io.max", "8:16 wiops=18446744073709551615"),
	       "I/O by device");
	tap_ok(has_file(resources, 2, "hugetlb.2MB.max", "0") &&
	       has_file(resources, 3, "rdma.max", "mlx5_1 hca_handle=3"), "hugetlb, rdma");
	tap_ok(resources->n_files == 5 && has_file(resources, 4, "memory.high", "4096"),
	       "unified, which comes last");
	tap_ok(resources->n_devices == 2 && resources->devices[0].type == 'a' &&
	       resources->devices[1].minor == 3 &&
	       resources->devices[1].access == (HULL_CT_DEV_READ | HULL_CT_DEV_WRITE), "devices");
	ok = parse_at(IN_RESOURCES, "\"memory\":{\"limit\":-1,\"swap\":-1},\"cpu\":{\"quota\":-1}");
	resources = &bundle.config->resources;
	tap_ok(ok && resources->memory_max == HULL_CT_UNLIMITED &&
	       resources->swap_max == HULL_CT_UNLIMITED && !resources->cpu_quota_us, "no bounds");
}

static void test_mounts(void)
{
	const struct hull_ct_mount *mount;
	bool ok = parse_at(TOP,
		"\"mounts\":[{\"destination\":\"/a\",\"source\":\"b\",\"options\":[\"rbind\",\"ro\","
		"\"rslave\"]},{\"destination\":\"c\",\"type\":\"tmpfs\",\"source\":\"t\","
		"\"options\":[\"size=64k\",\"mode=755\",\"nosuid\"]},"
		"{\"destination\":\"/sys/fs/cgroup\",\"type\":\"cgroup\"},"
		"{\"destination\":\"/d\",\"type\":\"bind\",\"source\":\"/d\",\"uidMappings\":"
		"[{\"containerID\":0,\"hostID\":1,\"size\":1}],\"gidMappings\":"
		"[{\"containerID\":0,\"hostID\":1,\"size\":1}]}]");

	if (!tap_ok(ok, "mounts: %s", ok ? "" : error.text))
		return;
	mount = bundle.config->mounts;
	tap_ok(mount[0].bind && mount[0].recursive && !strcmp(mount[0].source, "/bundle/b") &&
	       mount[0].attr_set == MOUNT_ATTR_RDONLY &&
	       mount[0].propagation == (MS_SLAVE | MS_REC), "a bind mount from the bundle");
	tap_ok(!mount[1].bind && !strcmp(mount[1].target, "/c") &&
	       !strcmp(mount[1].data, "size=64k,mode=755"), "a tmpfs");
	tap_ok(!strcmp(mount[2].type, "cgroup2"), "cgroup is version 2's");
	tap_ok(mount[3].bind && mount[3].idmap && mount[3].maps.uid[0].host == 1, "mapped ids");
}

static void test_seccomp(void)
{
	const struct hull_ct_seccomp *seccomp;
	bool ok = parse_at(AS_SECCOMP,
		"\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],\"defaultErrnoRet\":0,"
		"\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],\"listenerPath\":\"/run/x\","
		"\"listenerMetadata\":\"m\",\"syscalls\":["
		"{\"names\":[\"clone\",\"personality\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":["
		"{\"index\":0,\"value\":18446744073709551615,\"valueTwo\":1,"
		"\"op\":\"SCMP_CMP_MASKED_EQ\"}]},"
		"{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38},"
		"{\"names\":[\"chmod\"],\"action\":\"SCMP_ACT_NOTIFY\"}]");

	if (!tap_ok(ok, "seccomp: %s", ok ? "" : error.text))
		return;
	seccomp = &bundle.config->seccomp;
	tap_ok(seccomp->kind == HULL_CT_SECCOMP_RULES &&
	       seccomp->default_action == SCMP_ACT_ALLOW && seccomp->n_architectures == 2 &&
	       seccomp->architectures[0] == SCMP_ARCH_X86_64 &&
	       seccomp->flags == (2 | 8), "section");
	tap_ok(seccomp->n_rules == 3 && seccomp->rules[0].names.n == 2 &&
	       seccomp->rules[0].action == SCMP_ACT_ERRNO(1) &&
	       seccomp->rules[0].args[0].value == UINT64_MAX &&
	       seccomp->rules[0].args[0].value_two == 1 &&
	       seccomp->rules[0].args[0].op == SCMP_CMP_MASKED_EQ, "a rule with an argument");
	tap_ok(seccomp->rules[1].action == SCMP_ACT_ERRNO(38) &&
	       seccomp->rules[2].action == SCMP_ACT_NOTIFY, "errno, notification");
}

static void test_hooks(void)
{
	bool ok = parse_at(TOP, "\"hooks\":{\"prestart\":[{\"path\":\"/a\",\"args\":[\"a\",\"b\"],"
		"\"env\":[\"X=1\"],\"timeout\":3},{\"path\":\"/c\"}],\"poststop\":[{\"path\":\"/d\"}]}");
	const struct hull_ct_hooks *hooks = ok ? bundle.config->hooks : NULL;

	tap_ok(ok && hooks[HULL_CT_HOOK_PRESTART].n == 2 &&
	       hooks[HULL_CT_HOOK_PRESTART].at[0].timeout == 3 &&
	       !strcmp(hooks[HULL_CT_HOOK_PRESTART].at[0].args.at[1], "b") &&
	       !strcmp(hooks[HULL_CT_HOOK_PRESTART].at[1].path, "/c") &&
	       hooks[HULL_CT_HOOK_POSTSTOP].n == 1, "hooks: %s", ok ? "" : error.text);
}

int main(void)
{
	tap_plan(COUNT(bad) + COUNT(wrong) + 3 + 9 + 10 + 9 + 5 + 4 + 1);
	test_bad();
	test_wrong();
	test_process();
	test_linux();
	test_resources();
	test_mounts();
	test_seccomp();
	test_hooks();
	oci_bundle_free(&bundle);
	return tap_end();
}
