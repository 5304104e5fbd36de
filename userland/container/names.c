// SPDX-License-Identifier: GPL-2.0-only
/* names - words of mount options, capabilities, limits and namespaces */
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <container/config.h>

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/* One of the atime settings replaces the others. */
#define ATIME	MOUNT_ATTR__ATIME

struct attribute {
	const char *name;
	uint64_t set, clear;
};

/* With an r before it an option is for all mounts beneath as well. */
static const struct attribute attributes[] = {
	{ "ro", MOUNT_ATTR_RDONLY, 0 },
	{ "rw", 0, MOUNT_ATTR_RDONLY },
	{ "nosuid", MOUNT_ATTR_NOSUID, 0 },
	{ "suid", 0, MOUNT_ATTR_NOSUID },
	{ "nodev", MOUNT_ATTR_NODEV, 0 },
	{ "dev", 0, MOUNT_ATTR_NODEV },
	{ "noexec", MOUNT_ATTR_NOEXEC, 0 },
	{ "exec", 0, MOUNT_ATTR_NOEXEC },
	{ "nodiratime", MOUNT_ATTR_NODIRATIME, 0 },
	{ "diratime", 0, MOUNT_ATTR_NODIRATIME },
	{ "relatime", MOUNT_ATTR_RELATIME, ATIME },
	{ "norelatime", MOUNT_ATTR_STRICTATIME, ATIME },
	{ "noatime", MOUNT_ATTR_NOATIME, ATIME },
	{ "atime", MOUNT_ATTR_RELATIME, ATIME },
	{ "strictatime", MOUNT_ATTR_STRICTATIME, ATIME },
	{ "nostrictatime", MOUNT_ATTR_RELATIME, ATIME },
	{ "nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0 },
	{ "symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW },
};

static const struct {
	const char *name;
	unsigned long flags;
} propagations[] = {
	{ "private", MS_PRIVATE }, { "rprivate", MS_PRIVATE | MS_REC },
	{ "shared", MS_SHARED }, { "rshared", MS_SHARED | MS_REC },
	{ "slave", MS_SLAVE }, { "rslave", MS_SLAVE | MS_REC },
	{ "unbindable", MS_UNBINDABLE }, { "runbindable", MS_UNBINDABLE | MS_REC },
};

static const struct attribute *attribute_find(const char *name)
{
	size_t i;

	for (i = 0; i < N(attributes); i++)
		if (!strcmp(attributes[i].name, name))
			return &attributes[i];
	return NULL;
}

static void attribute_apply(const struct attribute *a, uint64_t *set, uint64_t *clear)
{
	*set = (*set & ~(a->clear | a->set)) | a->set;
	*clear = (*clear & ~a->set) | a->clear;
}

static bool special(struct hull_ct_mount *mount, const char *option)
{
	size_t i;

	for (i = 0; i < N(propagations); i++)
		if (!strcmp(propagations[i].name, option)) {
			mount->propagation = propagations[i].flags;
			return true;
		}
	if (!strcmp(option, "bind") || !strcmp(option, "rbind")) {
		mount->bind = true;
		mount->recursive = option[0] == 'r';
	} else if (!strcmp(option, "idmap") || !strcmp(option, "ridmap")) {
		mount->idmap = true;
		mount->idmap_recursive = option[0] == 'r';
	} else if (!strcmp(option, "tmpcopyup")) {
		mount->copy_up = true;
	} else if (!strcmp(option, "optional")) {
		mount->optional = true;
	} else if (strcmp(option, "defaults")) {
		return false;
	}
	return true;
}

bool hull_ct_mount_option(struct hull_ct_config *config, struct hull_ct_mount *mount,
			  const char *option)
{
	const struct attribute *a = attribute_find(option);

	if (a) {
		attribute_apply(a, &mount->attr_set, &mount->attr_clear);
		mount->attr_given = true;
		return true;
	}
	a = option[0] == 'r' ? attribute_find(option + 1) : NULL;
	if (a) {
		attribute_apply(a, &mount->rec_set, &mount->rec_clear);
		return true;
	}
	if (!option[0] || special(mount, option))
		return true;
	mount->data = mount->data ? hull_ct_printf(config, "%s,%s", mount->data, option) :
		      hull_ct_strdup(config, option);
	return mount->data;
}

static const char *const capabilities[] = {
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID",
	"CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW",
	"CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
	"CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE",
	"CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
};

_Static_assert(N(capabilities) == CAP_CHECKPOINT_RESTORE + 1, "a name for each capability");

int hull_ct_capability(const char *name)
{
	size_t i;

	for (i = 0; i < N(capabilities); i++)
		if (!strcasecmp(name, capabilities[i]) || !strcasecmp(name, capabilities[i] + 4))
			return (int)i;
	return -1;
}

const char *hull_ct_capability_name(unsigned int capability)
{
	return capability < N(capabilities) ? capabilities[capability] : NULL;
}

static const struct {
	const char *name;
	int resource;
} rlimits[] = {
	{ "RLIMIT_AS", RLIMIT_AS }, { "RLIMIT_CORE", RLIMIT_CORE },
	{ "RLIMIT_CPU", RLIMIT_CPU }, { "RLIMIT_DATA", RLIMIT_DATA },
	{ "RLIMIT_FSIZE", RLIMIT_FSIZE }, { "RLIMIT_LOCKS", RLIMIT_LOCKS },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK }, { "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
	{ "RLIMIT_NICE", RLIMIT_NICE }, { "RLIMIT_NOFILE", RLIMIT_NOFILE },
	{ "RLIMIT_NPROC", RLIMIT_NPROC }, { "RLIMIT_RSS", RLIMIT_RSS },
	{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO }, { "RLIMIT_RTTIME", RLIMIT_RTTIME },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING }, { "RLIMIT_STACK", RLIMIT_STACK },
};

int hull_ct_rlimit(const char *name)
{
	size_t i;

	for (i = 0; i < N(rlimits); i++)
		if (!strcasecmp(name, rlimits[i].name) || !strcasecmp(name, rlimits[i].name + 7))
			return rlimits[i].resource;
	return -1;
}

static const struct {
	const char *name;
	uint64_t flag;
} namespaces[HULL_CT_NS_NR] = {
	[HULL_CT_USER] = { "user", CLONE_NEWUSER },
	[HULL_CT_IPC] = { "ipc", CLONE_NEWIPC },
	[HULL_CT_UTS] = { "uts", CLONE_NEWUTS },
	[HULL_CT_NET] = { "net", CLONE_NEWNET },
	[HULL_CT_PID] = { "pid", CLONE_NEWPID },
	[HULL_CT_CGROUP] = { "cgroup", CLONE_NEWCGROUP },
	[HULL_CT_TIME] = { "time", CLONE_NEWTIME },
	[HULL_CT_MNT] = { "mnt", CLONE_NEWNS },
};

const char *hull_ct_ns_name(enum hull_ct_ns ns)
{
	return namespaces[ns].name;
}

uint64_t hull_ct_ns_flag(enum hull_ct_ns ns)
{
	return namespaces[ns].flag;
}
