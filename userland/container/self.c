// SPDX-License-Identifier: GPL-2.0-only
/* self - what the new process changes about itself and its namespaces */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <container/private.h>

/* ioprio_set(2) */
#define IOPRIO_WHO_PROCESS	1
#define IOPRIO_CLASS_SHIFT	13

/* sched_setattr(2); <linux/sched/types.h> does not go with <sched.h>. */
struct sched_attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

/* The caller's keys are not for it. Who may not ask for a keyring may not ask for keys either. */
static int keyring(struct hull_ct_run *run, const void *object)
{
	(void)run;
	(void)object;
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0 || errno == ENOSYS ||
	    errno == EPERM)
		return 0;
	return -1;
}

/* In a user namespace: nobody until it becomes its root. */
static int ids(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_config *config = object;
	const struct hull_ct_id_maps *maps = &config->maps;
	/* Of one that was there before the maps are not known: root is 0 in most. */
	uid_t uid = maps->n_uid ? maps->uid[0].container : 0;
	gid_t gid = maps->n_gid ? maps->gid[0].container : 0;

	(void)run;
	return setresgid(gid, gid, gid) || setresuid(uid, uid, uid) ? -1 : 0;
}

/* Not by clone3(): its root would be the caller's cgroup, not the one cloned into. */
static int cgroup_ns(struct hull_ct_run *run, const void *object)
{
	(void)run;
	(void)object;
	return unshare(CLONE_NEWCGROUP);
}

static int hostname(struct hull_ct_run *run, const void *object)
{
	(void)run;
	return sethostname(object, strlen(object));
}

static int domainname(struct hull_ct_run *run, const void *object)
{
	(void)run;
	return setdomainname(object, strlen(object));
}

static int loopback(struct hull_ct_run *run, const void *object)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	(void)run;
	(void)object;
	if (fd < 0)
		return -1;
	ret = ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
	return ret;
}

/* Names have dots, or slashes where a part has dots. */
static char *sysctl_path(const char *name)
{
	char *path, *c, from = strchr(name, '/') ? 0 : '.';

	if (asprintf(&path, "sys/%s", name) < 0)
		return NULL;
	for (c = path + 4; from && *c; c++)
		if (*c == from)
			*c = '/';
	return path;
}

/*
 * By the host's procfs, which shows the caller's namespaces; only what belongs to one of
 * these may be written: the rest is the host's.
 */
static int sysctl_set(struct hull_ct_run *run, const void *object)
{
	struct open_how how = {
		.flags = O_WRONLY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
	};
	const struct hull_ct_pair *pair = object;
	char *path = sysctl_path(pair->name);
	size_t size = strlen(pair->value);
	struct statfs st;
	int fd, ret;

	if (!path)
		return -1;
	fd = (int)syscall(SYS_openat2, run->proc, path, &how, sizeof(how));
	free(path);
	if (fd < 0)
		return -1;
	ret = fstatfs(fd, &st) || st.f_type != PROC_SUPER_MAGIC ||
	      write(fd, pair->value, size) != (ssize_t)size ? -1 : 0;
	close(fd);
	return ret;
}

static int oom_score(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_config *config = object;
	char text[16];

	snprintf(text, sizeof(text), "%d", config->process.oom_score_adj);
	return hull_ct_write(run->proc, "self/oom_score_adj", text);
}

static int scheduler(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_config *config = object;
	const struct hull_ct_scheduler *s = &config->process.scheduler;
	struct sched_attributes attr = {
		.size = sizeof(attr), .policy = s->policy, .flags = s->flags, .nice = s->nice,
		.priority = s->priority, .runtime = s->runtime_ns, .deadline = s->deadline_ns,
		.period = s->period_ns,
	};

	(void)run;
	return (int)syscall(SYS_sched_setattr, 0, &attr, 0);
}

static int io_priority(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_process *process = &((const struct hull_ct_config *)object)->process;

	(void)run;
	return (int)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
			    process->io_class << IOPRIO_CLASS_SHIFT | process->io_priority);
}

static int rlimit(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_rlimit *limit = object;
	struct rlimit value = { .rlim_cur = limit->soft, .rlim_max = limit->hard };

	(void)run;
	return setrlimit((__rlimit_resource_t)limit->resource, &value);
}

static void describe_rlimit(char *text, size_t size, const void *object)
{
	const struct hull_ct_rlimit *limit = object;

	snprintf(text, size, "%d to %llu, at most %llu", limit->resource,
		 (unsigned long long)limit->soft, (unsigned long long)limit->hard);
}

static int set_personality(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_config *config = object;

	(void)run;
	return personality(config->personality) < 0 ? -1 : 0;
}

void hull_ct_describe_string(char *text, size_t size, const void *object)
{
	snprintf(text, size, "%s", (const char *)object);
}

static void describe_pair(char *text, size_t size, const void *object)
{
	const struct hull_ct_pair *pair = object;

	snprintf(text, size, "%s to %s", pair->name, pair->value);
}

int hull_ct_settings_apply(struct hull_ct_run *run)
{
	const struct hull_ct_process *process = &run->config->process;
	size_t i;

	run->object = hull_ct_step_keyring.name;
	if (!process->keep_keyring && keyring(run, run->config))
		return -1;
	run->object = hull_ct_step_oom_score.name;
	if (process->has_oom_score_adj && oom_score(run, run->config))
		return -1;
	run->object = hull_ct_step_scheduler.name;
	if (process->scheduler.given && scheduler(run, run->config))
		return -1;
	run->object = hull_ct_step_io_priority.name;
	if (process->io_class && io_priority(run, run->config))
		return -1;
	run->object = hull_ct_step_rlimit.name;
	for (i = 0; i < process->n_rlimits; i++)
		if (rlimit(run, &process->rlimits[i]))
			return -1;
	return 0;
}

const struct hull_ct_step_kind hull_ct_step_keyring = {
	"join a session keyring of its own", HULL_CT_OUTSIDE, keyring, NULL, NULL
};
const struct hull_ct_step_kind hull_ct_step_ids = {
	"become root of the user namespace", HULL_CT_OUTSIDE, ids, NULL, NULL
};
const struct hull_ct_step_kind hull_ct_step_cgroup_ns = {
	"make the cgroup the root of a namespace", HULL_CT_OUTSIDE, cgroup_ns, NULL, NULL
};
const struct hull_ct_step_kind hull_ct_step_hostname = {
	"set the host name", HULL_CT_OUTSIDE, hostname, hull_ct_describe_string, NULL
};
const struct hull_ct_step_kind hull_ct_step_domainname = {
	"set the domain name", HULL_CT_OUTSIDE, domainname, hull_ct_describe_string, NULL
};
const struct hull_ct_step_kind hull_ct_step_loopback = {
	"switch the loopback on", HULL_CT_OUTSIDE, loopback, NULL, NULL
};
const struct hull_ct_step_kind hull_ct_step_sysctl = {
	"set sysctl", HULL_CT_OUTSIDE, sysctl_set, describe_pair, NULL
};
const struct hull_ct_step_kind hull_ct_step_oom_score = {
	"set the out-of-memory score", HULL_CT_OUTSIDE, oom_score, NULL, NULL
};
const struct hull_ct_step_kind hull_ct_step_scheduler = {
	"set the scheduler", HULL_CT_OUTSIDE, scheduler, NULL, NULL
};
const struct hull_ct_step_kind hull_ct_step_io_priority = {
	"set the I/O priority", HULL_CT_OUTSIDE, io_priority, NULL, NULL
};
const struct hull_ct_step_kind hull_ct_step_rlimit = {
	"set resource limit", HULL_CT_OUTSIDE, rlimit, describe_rlimit, NULL
};
const struct hull_ct_step_kind hull_ct_step_personality = {
	"set the personality", HULL_CT_INSIDE, set_personality, NULL, NULL
};
