// SPDX-License-Identifier: GPL-2.0-only
/* Words of the language: classes, permissions, and names of what has a number. */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <linux/prctl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <cap-ng.h>
#include <policy/group.h>
#include <policy/language.h>

const char *const group_peers[HULL_PEER_NAMED] = {
	[HULL_PEER_SELF] = "self", [HULL_PEER_SAME] = "same", [HULL_PEER_BELOW] = "below",
	[HULL_PEER_ABOVE] = "above", [HULL_PEER_OTHER] = "other",
	[HULL_PEER_OUTSIDE] = "outside", [HULL_PEER_KERNEL] = "kernel",
};

const char *const group_actions[__HULL_DO_MAX] = {
	[HULL_DO_ALLOW] = "allow", [HULL_DO_AUDIT] = "audit", [HULL_DO_LIMIT] = "limit",
	[HULL_DO_ASK] = "ask", [HULL_DO_DENY] = "deny", [HULL_DO_FREEZE] = "freeze",
	[HULL_DO_KILL] = "kill",
};

const char *const group_modes[__HULL_MODE_MAX] = {
	[HULL_MODE_ENFORCE] = "enforce", [HULL_MODE_AUDIT] = "audit", [HULL_MODE_LEARN] = "learn",
};

const char *const group_mount_flags[] = { "ro", "nosuid", "nodev", "noexec", "rec", NULL };

/* Several permissions by one word. */
#define FILE_R	(HULL_FILE_READ | HULL_FILE_LIST | HULL_FILE_STAT | HULL_FILE_CHDIR | \
		 HULL_FILE_LOCK | HULL_FILE_WATCH | HULL_FILE_RECEIVE | HULL_FILE_INHERIT)
#define FILE_W	(HULL_FILE_WRITE | HULL_FILE_APPEND | HULL_FILE_CREATE | HULL_FILE_DELETE | \
		 HULL_FILE_RENAME | HULL_FILE_LINK | HULL_FILE_TRUNCATE | HULL_FILE_CHMOD | \
		 HULL_FILE_CHOWN | HULL_FILE_XATTR | HULL_FILE_TIMES | HULL_FILE_BIND | \
		 HULL_FILE_CONNECT)
#define FILE_X	(HULL_FILE_EXECUTE | HULL_FILE_MAP_EXEC | HULL_FILE_STAT)

static const struct {
	unsigned int class;
	const char *word;
	uint32_t perms;
} several[] = {
	{ HULL_CLASS_FILE, "r", FILE_R },
	{ HULL_CLASS_FILE, "w", FILE_W },
	{ HULL_CLASS_FILE, "x", FILE_X },
	{ HULL_CLASS_FILE, "rw", FILE_R | FILE_W },
	{ HULL_CLASS_FILE, "rx", FILE_R | FILE_X },
	{ HULL_CLASS_FILE, "rwx", FILE_R | FILE_W | FILE_X },
};

/* Names of numbers; capabilities, signals and what is long besides have functions. */
static const struct {
	unsigned int class;
	const char *name;
	uint64_t number;
} numbers[] = {
	{ HULL_CLASS_NETLINK, "route", NETLINK_ROUTE },
	{ HULL_CLASS_NETLINK, "sock_diag", NETLINK_SOCK_DIAG },
	{ HULL_CLASS_NETLINK, "xfrm", NETLINK_XFRM },
	{ HULL_CLASS_NETLINK, "selinux", NETLINK_SELINUX },
	{ HULL_CLASS_NETLINK, "audit", NETLINK_AUDIT },
	{ HULL_CLASS_NETLINK, "connector", NETLINK_CONNECTOR },
	{ HULL_CLASS_NETLINK, "netfilter", NETLINK_NETFILTER },
	{ HULL_CLASS_NETLINK, "uevent", NETLINK_KOBJECT_UEVENT },
	{ HULL_CLASS_NETLINK, "generic", NETLINK_GENERIC },
	{ HULL_CLASS_NETLINK, "crypto", NETLINK_CRYPTO },
	{ HULL_CLASS_NAMESPACE, "user", HULL_NS_USER },
	{ HULL_CLASS_NAMESPACE, "mnt", HULL_NS_MNT },
	{ HULL_CLASS_NAMESPACE, "pid", HULL_NS_PID },
	{ HULL_CLASS_NAMESPACE, "net", HULL_NS_NET },
	{ HULL_CLASS_NAMESPACE, "uts", HULL_NS_UTS },
	{ HULL_CLASS_NAMESPACE, "ipc", HULL_NS_IPC },
	{ HULL_CLASS_NAMESPACE, "cgroup", HULL_NS_CGROUP },
	{ HULL_CLASS_NAMESPACE, "time", HULL_NS_TIME },
	{ HULL_CLASS_BPF, "map_create", BPF_MAP_CREATE },
	{ HULL_CLASS_BPF, "map_lookup", BPF_MAP_LOOKUP_ELEM },
	{ HULL_CLASS_BPF, "map_update", BPF_MAP_UPDATE_ELEM },
	{ HULL_CLASS_BPF, "map_delete", BPF_MAP_DELETE_ELEM },
	{ HULL_CLASS_BPF, "prog_load", BPF_PROG_LOAD },
	{ HULL_CLASS_BPF, "obj_pin", BPF_OBJ_PIN },
	{ HULL_CLASS_BPF, "obj_get", BPF_OBJ_GET },
	{ HULL_CLASS_BPF, "prog_attach", BPF_PROG_ATTACH },
	{ HULL_CLASS_BPF, "btf_load", BPF_BTF_LOAD },
	{ HULL_CLASS_BPF, "link_create", BPF_LINK_CREATE },
	{ HULL_CLASS_RLIMIT, "cpu", RLIMIT_CPU },
	{ HULL_CLASS_RLIMIT, "fsize", RLIMIT_FSIZE },
	{ HULL_CLASS_RLIMIT, "data", RLIMIT_DATA },
	{ HULL_CLASS_RLIMIT, "stack", RLIMIT_STACK },
	{ HULL_CLASS_RLIMIT, "core", RLIMIT_CORE },
	{ HULL_CLASS_RLIMIT, "rss", RLIMIT_RSS },
	{ HULL_CLASS_RLIMIT, "nproc", RLIMIT_NPROC },
	{ HULL_CLASS_RLIMIT, "nofile", RLIMIT_NOFILE },
	{ HULL_CLASS_RLIMIT, "memlock", RLIMIT_MEMLOCK },
	{ HULL_CLASS_RLIMIT, "as", RLIMIT_AS },
	{ HULL_CLASS_RLIMIT, "locks", RLIMIT_LOCKS },
	{ HULL_CLASS_RLIMIT, "sigpending", RLIMIT_SIGPENDING },
	{ HULL_CLASS_RLIMIT, "msgqueue", RLIMIT_MSGQUEUE },
	{ HULL_CLASS_RLIMIT, "nice", RLIMIT_NICE },
	{ HULL_CLASS_RLIMIT, "rtprio", RLIMIT_RTPRIO },
	{ HULL_CLASS_RLIMIT, "rttime", RLIMIT_RTTIME },
	{ HULL_CLASS_PRCTL, "set_dumpable", PR_SET_DUMPABLE },
	{ HULL_CLASS_PRCTL, "set_keepcaps", PR_SET_KEEPCAPS },
	{ HULL_CLASS_PRCTL, "set_name", PR_SET_NAME },
	{ HULL_CLASS_PRCTL, "set_seccomp", PR_SET_SECCOMP },
	{ HULL_CLASS_PRCTL, "capbset_drop", PR_CAPBSET_DROP },
	{ HULL_CLASS_PRCTL, "set_pdeathsig", PR_SET_PDEATHSIG },
	{ HULL_CLASS_PRCTL, "set_child_subreaper", PR_SET_CHILD_SUBREAPER },
	{ HULL_CLASS_PRCTL, "set_no_new_privs", PR_SET_NO_NEW_PRIVS },
	{ HULL_CLASS_FD, "socket", HULL_FD_SOCKET },
	{ HULL_CLASS_FD, "pipe", HULL_FD_PIPE },
	{ HULL_CLASS_FD, "memfd", HULL_FD_MEMFD },
	{ HULL_CLASS_FD, "anon", HULL_FD_ANON },
	{ HULL_CLASS_FD, "pidfd", HULL_FD_PIDFD },
	{ HULL_CLASS_FD, "other", HULL_FD_OTHER },
	{ HULL_CLASS_IOCTL, "TIOCSTI", TIOCSTI },
	{ HULL_CLASS_IOCTL, "TIOCLINUX", TIOCLINUX },
	{ HULL_CLASS_IOCTL, "TIOCSCTTY", TIOCSCTTY },
	{ HULL_CLASS_IOCTL, "TIOCCONS", TIOCCONS },
	{ HULL_CLASS_IOCTL, "FIONBIO", FIONBIO },
	{ HULL_CLASS_IOCTL, "FIONREAD", FIONREAD },
};

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static bool capability_parse(const char *text, uint64_t *number)
{
	int cap = capng_name_to_capability(strncasecmp(text, "cap_", 4) ? text : text + 4);

	*number = (uint64_t)cap;
	return cap >= 0;
}

static bool signal_parse(const char *text, uint64_t *number)
{
	const char *name;
	int i;

	if (!strncasecmp(text, "SIG", 3))
		text += 3;
	for (i = 1; i < NSIG; i++) {
		name = sigabbrev_np(i);
		if (name && !strcasecmp(name, text)) {
			*number = (uint64_t)i;
			return true;
		}
	}
	return false;
}

bool group_number_parse(unsigned int class, const char *text, uint64_t *number)
{
	size_t i;

	if (policy_number_parse(text, strlen(text), number))
		return true;
	for (i = 0; i < COUNT(numbers); i++) {
		if (numbers[i].class == class && !strcmp(numbers[i].name, text)) {
			*number = numbers[i].number;
			return true;
		}
	}
	if (class == HULL_CLASS_CAPABILITY)
		return capability_parse(text, number);
	return class == HULL_CLASS_SIGNAL && signal_parse(text, number);
}

const char *group_number_name(unsigned int class, uint64_t number)
{
	size_t i;

	for (i = 0; i < COUNT(numbers); i++)
		if (numbers[i].class == class && numbers[i].number == number)
			return numbers[i].name;
	if (class == HULL_CLASS_CAPABILITY && number <= CAP_LAST_CAP)
		return capng_capability_to_name((unsigned int)number);
	if (class == HULL_CLASS_SIGNAL && number && number < NSIG)
		return sigabbrev_np((int)number);
	return NULL;
}

int group_class_parse(const char *text)
{
	int i;

	for (i = 0; i < HULL_CLASSES; i++)
		if (!strcmp(hull_class_rows[i].name, text))
			return i;
	return -1;
}

/* Of class inet one half of a name is enough: "tcp" or "connect". */
static bool half_is(const char *name, const char *text)
{
	const char *dot = strchr(name, '.');
	size_t len = strlen(text);

	return dot && (!strcmp(dot + 1, text) ||
		       (len == (size_t)(dot - name) && !memcmp(name, text, len)));
}

bool group_perm_parse(unsigned int class, const char *text, uint32_t *perms)
{
	const char *name;
	uint32_t bit;
	size_t i;

	*perms = 0;
	if (!strcmp(text, "all"))
		*perms = hull_class_perms(class);
	for (i = 0; i < COUNT(several); i++)
		if (several[i].class == class && !strcmp(several[i].word, text))
			*perms = several[i].perms;
	for (bit = 0; bit < HULL_CELL_PERMS; bit++) {
		name = hull_perm_name(class, bit);
		if (name && (!strcmp(name, text) || half_is(name, text)))
			*perms |= 1u << bit;
	}
	return *perms;
}

static void append(char *text, size_t size, const char *word)
{
	size_t len = strlen(text);

	snprintf(text + len, size - len, "%s%s", len ? "," : "", word);
}

void group_number_names(unsigned int class, char *text, size_t size)
{
	size_t i;

	text[0] = '\0';
	for (i = 0; i < COUNT(numbers); i++)
		if (numbers[i].class == class)
			append(text, size, numbers[i].name);
}

void group_perms_text(unsigned int class, uint32_t perms, char *text, size_t size)
{
	uint32_t bit;
	size_t i;

	text[0] = '\0';
	if (perms == hull_class_perms(class) && perms & (perms - 1)) {
		snprintf(text, size, "all");
		return;
	}
	/* The longest words for several are last, and say most. */
	for (i = COUNT(several); i-- > 0;) {
		if (several[i].class == class && (perms & several[i].perms) == several[i].perms) {
			append(text, size, several[i].word);
			perms &= ~several[i].perms;
		}
	}
	for (bit = 0; bit < HULL_CELL_PERMS; bit++)
		if (perms & (1u << bit) && hull_perm_name(class, bit))
			append(text, size, hull_perm_name(class, bit));
}

int group_peer_parse(const char *text)
{
	int i;

	for (i = 0; i < HULL_PEER_NAMED; i++)
		if (group_peers[i] && !strcmp(group_peers[i], text))
			return i;
	return -1;
}

void group_action_text(const struct hull_blob_rule *rule, char *text, size_t size)
{
	const char *word = rule->action < __HULL_DO_MAX ? group_actions[rule->action] : "?";
	const char *error = strerrorname_np(rule->error);

	if (rule->action == HULL_DO_ALLOW || rule->action == HULL_DO_AUDIT)
		snprintf(text, size, "%s", word);
	else if (rule->action == HULL_DO_LIMIT)
		snprintf(text, size, "%s=%u/%u,%s", word, rule->rate, rule->burst,
			 error ? error : "?");
	else if (rule->action == HULL_DO_ASK)
		snprintf(text, size, "%s=%ums,%s", word, rule->rate, error ? error : "?");
	else
		snprintf(text, size, "%s=%s", word, error ? error : "?");
	if (rule->flags & HULL_RULE_QUIET)
		snprintf(text + strlen(text), size - strlen(text), " quietly");
}
