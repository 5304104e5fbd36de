// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/magic.h>
#include "groups.h"

#define TOP	CGROUPS "/hulltest"

bool groups_open(void)
{
	struct statfs fs;

	if (!vms_open())
		return false;
	mkdir(CGROUPS, 0755);
	if (statfs(CGROUPS, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC)
		mount("none", CGROUPS, "cgroup2", 0, NULL);
	return true;
}

static const char *full(const char *path, const char *file, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s%s%s", TOP, *path ? "/" : "", path, file ? "/" : "",
		 file ? file : "");
	return text;
}

int cgroup_make(const char *path)
{
	char text[2048], *slash;

	full(path, NULL, text, sizeof(text));
	for (slash = strchr(text + sizeof(TOP) - 1, '/'); ; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		mkdir(text, 0755);
		if (!slash)
			break;
		*slash = '/';
	}
	return open(text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void cgroup_remove(const char *path)
{
	char text[2048];

	rmdir(full(path, NULL, text, sizeof(text)));
}

static void remove_tree(const char *path)
{
	char text[2048];
	struct dirent *entry;
	DIR *dir = opendir(path);

	while (dir && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(text, sizeof(text), "%s/%s", path, entry->d_name);
		remove_tree(text);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

static void nap(void)
{
	struct timespec ms = { .tv_nsec = 1000000 };

	nanosleep(&ms, NULL);
}

void cgroups_remove(void)
{
	int i;

	cgroup_write("", "cgroup.kill", "1");
	/* The killed leave a little later. */
	for (i = 0; i < 5000 && !access(TOP, F_OK); i++) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		remove_tree(TOP);
		nap();
	}
}

int cgroup_write(const char *path, const char *file, const char *text)
{
	char name[2048];
	int fd = open(path ? full(path, file, name, sizeof(name)) : CGROUPS "/cgroup.procs",
		      O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

int cgroup_enter(const char *path)
{
	return cgroup_write(path, "cgroup.procs", "0");
}

pid_t cgroup_sleeper(const char *path)
{
	int ready[2];
	pid_t pid;
	char c;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid) {
		cgroup_enter(path);
		write(ready[1], "x", 1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		pid = -1;
	close(ready[0]);
	return pid;
}

void sleeper_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void text_take(const struct nlattr *attr, char *text, size_t size)
{
	snprintf(text, size, "%s", attr ? (const char *)nl_data(attr) : "");
}

void group_take(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1];
	struct group *group = data;

	nl_parse_message(message, tb);
	if (!tb[HULL_A_GROUP])
		return;
	nl_parse_nest(tb[HULL_A_GROUP], tb);
	group->id = nl_u32(tb[HULL_A_GROUP_ID]);
	group->state = nl_u32(tb[HULL_A_GROUP_STATE]);
	group->flags = nl_u32(tb[HULL_A_GROUP_FLAGS]);
	group->parent = nl_u32(tb[HULL_A_GROUP_PARENT]);
	group->cgroup_id = nl_u64(tb[HULL_A_GROUP_CGROUP_ID]);
	group->started = nl_u64(tb[HULL_A_GROUP_STARTED]);
	text_take(tb[HULL_A_GROUP_NAME], group->name, sizeof(group->name));
	text_take(tb[HULL_A_GROUP_LABEL], group->label, sizeof(group->label));
	text_take(tb[HULL_A_GROUP_PATH], group->path, sizeof(group->path));
}

struct nl_reply groups_new(const char *name, int fd, uint32_t flags, struct group *group)
{
	struct nl_message message;
	struct group unwanted;
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_GROUP_NEW, 0);
	nest = nl_nest_begin(&message, HULL_A_GROUP);
	nl_put_text(&message, HULL_A_GROUP_NAME, name);
	nl_put_u32(&message, HULL_A_GROUP_CGROUP_FD, (uint32_t)fd);
	if (flags)
		nl_put_u32(&message, HULL_A_GROUP_FLAGS, flags);
	nl_nest_end(&message, nest);
	return nl_send(vms_fd, &message, 0, group_take, group ? group : &unwanted);
}

struct nl_reply groups_command(uint8_t cmd, uint32_t id, const char *name, nl_fn fn, void *data)
{
	struct nl_message message;
	size_t nest;

	nl_begin(&message, vms_family, cmd, 0);
	nest = nl_nest_begin(&message, HULL_A_GROUP);
	if (id)
		nl_put_u32(&message, HULL_A_GROUP_ID, id);
	if (name)
		nl_put_text(&message, HULL_A_GROUP_NAME, name);
	nl_nest_end(&message, nest);
	return nl_send(vms_fd, &message, 0, fn, data);
}

struct nl_reply groups_get(const char *name, struct group *group)
{
	memset(group, 0, sizeof(*group));
	return groups_command(HULL_CMD_GROUP_GET, 0, name, group_take, group);
}

struct nl_reply groups_delete(const char *name)
{
	return groups_command(HULL_CMD_GROUP_DEL, 0, name, NULL, NULL);
}

bool groups_wait(const char *name, uint32_t state)
{
	struct group group;
	int i;

	for (i = 0; i < 5000; i++) {
		if (!groups_get(name, &group).error && group.state == state)
			return true;
		nap();
	}
	return false;
}

int groups_count(void)
{
	struct nl_message message;
	struct nl_reply reply;

	nl_begin(&message, vms_family, HULL_CMD_GROUP_GET, NLM_F_DUMP);
	reply = nl_send(vms_fd, &message, 0, NULL, NULL);
	return reply.error ? -1 : reply.messages;
}

struct ids {
	uint32_t id[256];
	int n;
};

static void ids_take(const struct nlmsghdr *message, void *data)
{
	struct ids *ids = data;
	struct group group = { 0 };

	group_take(message, &group);
	if (ids->n < 256)
		ids->id[ids->n++] = group.id;
}

void groups_delete_all(void)
{
	struct nl_message message;
	struct ids ids;
	int i;

	do {
		ids.n = 0;
		nl_begin(&message, vms_family, HULL_CMD_GROUP_GET, NLM_F_DUMP);
		nl_send(vms_fd, &message, 0, ids_take, &ids);
		for (i = 0; i < ids.n; i++)
			if (groups_command(HULL_CMD_GROUP_DEL, ids.id[i], NULL, NULL, NULL).error)
				return;
	} while (ids.n);
}

static void stats_take(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1], *sub[NL_ATTRS_MAX + 1];
	struct group_stats *stats = data;
	const char *at, *end;
	uint32_t number;

	nl_parse_message(message, tb);
	if (!tb[HULL_A_GROUP_STATS])
		return;
	nl_parse_nest(tb[HULL_A_GROUP_STATS], sub);
	stats->forks = nl_u64(sub[HULL_A_GROUP_STATS_FORKS]);
	stats->threads = nl_u64(sub[HULL_A_GROUP_STATS_THREADS]);
	stats->execs = nl_u64(sub[HULL_A_GROUP_STATS_EXECS]);
	stats->exits = nl_u64(sub[HULL_A_GROUP_STATS_EXITS]);
	stats->failed = nl_u64(sub[HULL_A_GROUP_STATS_FAILED]);
	stats->oom_kills = nl_u64(sub[HULL_A_GROUP_STATS_OOM_KILLS]);
	at = nl_data(tb[HULL_A_GROUP_STATS]);
	end = at + nl_bytes(tb[HULL_A_GROUP_STATS]);
	for (; at < end; at += NLA_ALIGN(((const struct nlattr *)at)->nla_len)) {
		const struct nlattr *attr = (const void *)at;

		if ((attr->nla_type & NLA_TYPE_MASK) != HULL_A_GROUP_STATS_SIGNAL)
			continue;
		nl_parse_nest(attr, sub);
		number = nl_u32(sub[HULL_A_GROUP_SIGNAL_NUMBER]);
		if (number <= 64)
			stats->signals[number] = nl_u64(sub[HULL_A_GROUP_SIGNAL_COUNT]);
	}
}

struct nl_reply groups_stats(const char *name, struct group_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	return groups_command(HULL_CMD_GROUP_STATS_GET, 0, name, stats_take, stats);
}

int in_child(const char *path, int (*fn)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		if (path && cgroup_enter(path))
			_exit(99);
		_exit(fn());
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* -1: cannot be read */
static long module_references(void)
{
	FILE *file = fopen("/sys/module/hull/refcnt", "re");
	long n = -1;

	if (file && fscanf(file, "%ld", &n) != 1)
		n = -1;
	if (file)
		fclose(file);
	return n;
}

bool module_unused(void)
{
	int i;

	for (i = 0; i < 5000 && module_references() > 0; i++)
		nap();
	return !module_references();
}
