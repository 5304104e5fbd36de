// SPDX-License-Identifier: GPL-2.0-only
/* vmctl oci spec, features: what there is to begin with, and what there is at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmd/oci_options.h>
#include <cmd/output.h>
#include <container/config.h>
#include <oci/life.h>

static json_t *words_json(const char *const *words)
{
	json_t *array = json_array();

	for (; *words; words++)
		json_array_append_new(array, json_string(*words));
	return array;
}

static json_t *strings_json(const struct hull_ct_strings *strings)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < strings->n; i++)
		json_array_append_new(array, json_string(strings->at[i]));
	return array;
}

static json_t *caps_json(uint64_t caps)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < 64; i++)
		if (caps >> i & 1 && hull_ct_capability_name(i))
			json_array_append_new(array, json_string(hull_ct_capability_name(i)));
	return array;
}

/* --- spec -------------------------------------------------------------------------- */

static const struct {
	uint64_t attr;
	const char *name;
} attrs[] = {
	{ MOUNT_ATTR_NOSUID, "nosuid" }, { MOUNT_ATTR_NOEXEC, "noexec" },
	{ MOUNT_ATTR_NODEV, "nodev" }, { MOUNT_ATTR_RDONLY, "ro" },
};

static json_t *mount_json(const struct hull_ct_mount *mount)
{
	json_t *options = json_array(), *json;
	char data[256], *rest = data, *word;
	size_t i;

	for (i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++)
		if (mount->attr_set & attrs[i].attr)
			json_array_append_new(options, json_string(attrs[i].name));
	if ((mount->attr_set & MOUNT_ATTR__ATIME) == MOUNT_ATTR_STRICTATIME)
		json_array_append_new(options, json_string("strictatime"));
	snprintf(data, sizeof(data), "%s", mount->data ? mount->data : "");
	while ((word = strsep(&rest, ",")))
		if (*word)
			json_array_append_new(options, json_string(word));
	json = json_pack("{ss ss so so}", "destination", mount->target, "type",
			 !strcmp(mount->type, "cgroup2") ? "cgroup" : mount->type,
			 "source", json_string(mount->source), "options", options);
	return json;
}

static json_t *process_json(const struct hull_ct_process *process)
{
	static const char *const args[] = { "sh", NULL };
	static const char *const env[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm",
		NULL,
	};

	return json_pack("{sb s{si si} so so ss s{so so so} s[{ss si si}] sb}",
			 "terminal", 1, "user", "uid", 0, "gid", 0, "args", words_json(args),
			 "env", words_json(env), "cwd", "/", "capabilities",
			 "bounding", caps_json(process->caps.bounding),
			 "effective", caps_json(process->caps.effective),
			 "permitted", caps_json(process->caps.permitted),
			 "rlimits", "type", "RLIMIT_NOFILE", "soft", 1024, "hard", 1024,
			 "noNewPrivileges", 1);
}

static json_t *spec_json(const struct hull_ct_config *config)
{
	json_t *mounts = json_array(), *spaces = json_array();
	size_t i;

	for (i = 0; i < config->n_mounts; i++)
		json_array_append_new(mounts, mount_json(&config->mounts[i]));
	for (i = 0; i < HULL_CT_NS_NR; i++)
		if (config->ns[i].mode == HULL_CT_NS_PRIVATE)
			json_array_append_new(spaces, json_pack("{ss}", "type",
					      i == HULL_CT_MNT ? "mount" : i == HULL_CT_NET ?
					      "network" : hull_ct_ns_name((enum hull_ct_ns)i)));
	return json_pack("{ss so s{ss sb} ss so s{s{s[{sb ss}]} so so so}}",
			 "ociVersion", OCI_VERSION, "process", process_json(&config->process),
			 "root", "path", "rootfs", "readonly", 1, "hostname", "hull",
			 "mounts", mounts, "linux", "resources", "devices", "allow", 0,
			 "access", "rwm", "namespaces", spaces,
			 "maskedPaths", strings_json(&config->masked),
			 "readonlyPaths", strings_json(&config->readonly));
}

static void maps_add(json_t *spec, const char *key, unsigned int id)
{
	json_t *linux_ = json_object_get(spec, "linux");

	json_object_set_new(linux_, key, json_pack("[{si sI si}]", "containerID", 0, "hostID",
						   (json_int_t)id, "size", 1));
}

/* Who is not root: a user namespace with their own ids in it, and no bounds. */
static void rootless_alter(json_t *spec)
{
	json_t *linux_ = json_object_get(spec, "linux");

	json_array_append_new(json_object_get(linux_, "namespaces"),
			      json_pack("{ss}", "type", "user"));
	maps_add(spec, "uidMappings", geteuid());
	maps_add(spec, "gidMappings", getegid());
	json_object_del(linux_, "resources");
}

int oci_spec_run(const struct command *command, const struct args *args)
{
	const char *bundle = args->oci.text[OCI_BUNDLE];
	struct hull_ct_config *config = hull_ct_config_new();
	json_t *spec = NULL;
	int dir, fd, ret = -1;

	if (config && hull_ct_config_defaults(config))
		spec = spec_json(config);
	hull_ct_config_free(config);
	if (!spec) {
		command_complain(command, "no memory");
		return STATUS_FAILURE;
	}
	if (args->oci.flag[OCI_SPEC_ROOTLESS] || geteuid())
		rootless_alter(spec);
	dir = open(bundle ? bundle : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = dir < 0 ? -1 : openat(dir, OCI_CONFIG_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
				   0644);
	if (fd >= 0)
		ret = json_dumpfd(spec, fd, JSON_INDENT(2));
	if (ret)
		command_complain(command, "%s/" OCI_CONFIG_FILE ": %s", bundle ? bundle : ".",
				 strerror(errno));
	json_decref(spec);
	if (fd >= 0)
		close(fd);
	if (dir >= 0)
		close(dir);
	return ret ? STATUS_FAILURE : STATUS_OK;
}

/* --- features ------------------------------------------------------------------------- */

static const char *const mount_options[] = {
	"async", "atime", "bind", "defaults", "dev", "diratime", "dirsync", "exec", "iversion",
	"lazytime", "mand", "noatime", "nodev", "nodiratime", "noexec", "noiversion",
	"nolazytime", "nomand", "norelatime", "nostrictatime", "nosuid", "nosymfollow", "private",
	"ratime", "rbind", "rdev", "rdiratime", "relatime", "rexec", "rnoatime", "rnodev",
	"rnodiratime", "rnoexec", "rnorelatime", "rnostrictatime", "rnosuid", "rnosymfollow",
	"ro", "rprivate", "rrelatime", "rro", "rrw", "rshared", "rslave", "rstrictatime", "rsuid",
	"rsymfollow", "runbindable", "rw", "shared", "silent", "slave", "strictatime", "suid",
	"symfollow", "sync", "tmpcopyup", "unbindable", "idmap", "ridmap", NULL,
};

static const char *const seccomp_actions[] = {
	"SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS",
	"SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE",
	"SCMP_ACT_TRAP", NULL,
};

static const char *const seccomp_operators[] = {
	"SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT",
	"SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE", NULL,
};

static const char *const seccomp_arches[] = { "SCMP_ARCH_X86", "SCMP_ARCH_X86_64",
					      "SCMP_ARCH_X32", NULL };

static const char *const seccomp_flags[] = {
	"SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC",
	"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", NULL,
};

static const char *const spaces[] = { "cgroup", "ipc", "mount", "network", "pid", "time", "user",
				      "uts", NULL };

static json_t *seccomp_json(void)
{
	return json_pack("{sb so so so so so}", "enabled", 1,
			 "actions", words_json(seccomp_actions),
			 "operators", words_json(seccomp_operators),
			 "archs", words_json(seccomp_arches),
			 "knownFlags", words_json(seccomp_flags),
			 "supportedFlags", words_json(seccomp_flags));
}

static json_t *linux_json(void)
{
	return json_pack("{so so s{sb sb sb sb sb} so s{sb} s{sb} s{s{sb}} s{sb}}",
			 "namespaces", words_json(spaces), "capabilities", caps_json(UINT64_MAX),
			 "cgroup", "v1", 0, "v2", 1, "systemd", 0, "systemdUser", 0, "rdma", 1,
			 "seccomp", seccomp_json(), "apparmor", "enabled", 1, "selinux",
			 "enabled", 1, "mountExtensions", "idmap", "enabled", 1, "intelRdt",
			 "enabled", 0);
}

int oci_features_run(const struct command *command, const struct args *args)
{
	json_t *hooks = json_array(), *json;
	int i;

	(void)command;
	(void)args;
	for (i = 0; i < HULL_CT_HOOK_NR; i++)
		json_array_append_new(hooks, json_string(oci_hook_names[i]));
	json = json_pack("{ss ss so so so so}", "ociVersionMin", OCI_VERSION_OLDEST,
			 "ociVersionMax", OCI_VERSION, "hooks", hooks,
			 "mountOptions", words_json(mount_options), "linux", linux_json(),
			 "potentiallyUnsafeConfigAnnotations", json_array());
	return json_end(json) ? STATUS_FAILURE : STATUS_OK;
}
