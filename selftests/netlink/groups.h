/* SPDX-License-Identifier: GPL-2.0-only */
/* Groups and cgroups as tests use them. */
#ifndef HULL_GROUPS_H
#define HULL_GROUPS_H

#include <sys/types.h>
#include "vms.h"

#define CGROUPS	"/sys/fs/cgroup"

struct group {
	uint32_t id, state, flags, parent;
	uint64_t cgroup_id, started;
	char name[64], label[256], path[1024];
};

/* Opens the family and mounts the hierarchy. false: the module is not loaded */
bool groups_open(void);

/* A cgroup below CGROUPS/hulltest, "" for that itself; a descriptor of its directory. */
int cgroup_make(const char *path);
void cgroup_remove(const char *path);
/* All of them, and what is in them. */
void cgroups_remove(void);
/* Writes to a file of a cgroup; 0 or an errno */
int cgroup_write(const char *path, const char *file, const char *text);
/* The calling process goes there; NULL: to the root */
int cgroup_enter(const char *path);
/* A child that waits in the cgroup to be killed */
pid_t cgroup_sleeper(const char *path);
void sleeper_kill(pid_t pid);

struct nl_reply groups_new(const char *name, int fd, uint32_t flags, struct group *group);
struct nl_reply groups_command(uint8_t cmd, uint32_t id, const char *name, nl_fn fn, void *data);
struct nl_reply groups_get(const char *name, struct group *group);
struct nl_reply groups_delete(const char *name);
/* Waits for a state, up to some seconds: what cgroups do is told a little later. */
bool groups_wait(const char *name, uint32_t state);
int groups_count(void);
void groups_delete_all(void);
void group_take(const struct nlmsghdr *message, void *group);

struct group_stats {
	uint64_t forks, threads, execs, exits, failed, oom_kills, signals[65];
};

struct nl_reply groups_stats(const char *name, struct group_stats *stats);

/* Runs @fn in a child, in a cgroup unless NULL; its exit code, or -signal. */
int in_child(const char *path, int (*fn)(void));
/* Waits a moment for it: the worker that tells of a group holds it until all are told. */
bool module_unused(void);

#endif
