/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Groups: records in the kernel, and what their cgroups' own files say and do. As
 * lib/client.h: nothing prints, 0 or -1 and *@error.
 */
#ifndef HULL_LIB_GROUP_H
#define HULL_LIB_GROUP_H

#include <lib/client.h>

#define HULL_SIGNALS_MAX	64

struct hull_group_new {
	const char *name;
	int cgroup_fd;			/* of a cgroup's directory; not kept */
	const char *label;		/* NULL: none */
	uint32_t flags;			/* HULL_GROUP_F_* */
};

struct hull_group_info {
	uint32_t id;
	char name[HULL_NAME_MAX + 1];
	char label[HULL_GROUP_LABEL_MAX + 1];	/* "": none */
	enum hull_group_state state;
	uint32_t flags, parent;		/* parent 0: none */
	uint64_t cgroup_id;
	char path[HULL_GROUP_PATH_MAX + 1];
	uint64_t created, started;	/* ns since 1970; started 0: never */
};

/* What to change: those that are not NULL. An empty label takes it away. */
struct hull_group_change {
	const uint32_t *flags;
	const char *label;
};

struct hull_group_stats {
	uint32_t id;
	char name[HULL_NAME_MAX + 1];
	uint64_t forks, threads, execs, exits, failed, oom_kills;
	uint64_t allowed, denied, audited, asked, limited, killed;
	uint64_t signals[HULL_SIGNALS_MAX + 1];	/* processes ended by it */
};

int hull_group_new(struct hull_client *client, const struct hull_group_new *new,
		   struct hull_group_info *group, struct hull_error *error);
int hull_group_get(struct hull_client *client, const struct hull_ref *ref,
		   struct hull_group_info *group, struct hull_error *error);
/* All groups, as they were together at one moment; free(*@groups). */
int hull_group_list(struct hull_client *client, struct hull_group_info **groups, size_t *n,
		    struct hull_error *error);
int hull_group_set(struct hull_client *client, const struct hull_ref *ref,
		   const struct hull_group_change *change, struct hull_error *error);
/* EBUSY: it has processes */
int hull_group_delete(struct hull_client *client, const struct hull_ref *ref,
		      struct hull_error *error);
int hull_group_stats(struct hull_client *client, const struct hull_ref *ref,
		     struct hull_group_stats *stats, struct hull_error *error);
int hull_group_stats_list(struct hull_client *client, struct hull_group_stats **stats, size_t *n,
			  struct hull_error *error);

/*
 * The cgroup's directory, opened for reading; close() it. It is the group's own or the
 * call fails (ESTALE: the cgroup was removed), even if another one has taken its path.
 */
int hull_group_open(const struct hull_group_info *group, int *fd, struct hull_error *error);

/* With the directory's descriptor, by the kernel's own files in it: */
/* Stops all tasks, or lets them go on; returns when the kernel says so, EAGAIN: not in @ms. */
int hull_group_freeze(int cgroup_fd, bool frozen, int ms, struct hull_error *error);
/* SIGKILL to all processes, those that are being forked included; does not wait */
int hull_group_kill(int cgroup_fd, struct hull_error *error);
/* Waits until no process is left. EAGAIN: not in @ms; negative: for ever. EINTR: a signal */
int hull_group_wait(int cgroup_fd, int ms, struct hull_error *error);

#define HULL_USAGE_UNKNOWN	UINT64_MAX	/* its controller is off, or the kernel too old */

/* Of the whole subtree, as the kernel counts it for the cgroup. */
struct hull_group_usage {
	uint64_t cpu_us, cpu_user_us, cpu_system_us, throttled, throttled_us;
	uint64_t memory, memory_peak, swap;		/* bytes */
	uint64_t memory_oom, memory_oom_kill, memory_high, memory_max;	/* events */
	uint64_t pids, pids_peak;			/* tasks */
	uint64_t read_bytes, written_bytes, reads, writes;
};

int hull_group_usage(int cgroup_fd, struct hull_group_usage *usage, struct hull_error *error);

/* The number after @key in lines "KEY NUMBER" */
bool hull_flat_find(const char *text, const char *key, uint64_t *value);
/* The sum of all that @key has in lines "DEVICE KEY=NUMBER KEY=NUMBER..." */
uint64_t hull_pairs_sum(const char *text, const char *key);

/* Of a VM, or of a group: @of_group says which of the two is filled in. */
struct hull_event {
	enum hull_event_kind kind;
	bool of_group;
	struct hull_vm_info vm;
	struct hull_group_info group;
};

/*
 * The next event; waits. 1: an event, 0: interrupted by a signal, -1 and *@error;
 * code ENOBUFS: events were lost, go on.
 */
int hull_events_next(struct hull_client *client, struct hull_event *event,
		     struct hull_error *error);

#endif
