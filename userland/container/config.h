/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a container is: filled in from a command line or from an OCI bundle's config.json
 * (runtime-spec 1.2, whose words are used here), read by the plan.
 *
 * Everything a configuration points to lives in its arena and goes with it. Zeroed fields
 * mean "not asked for"; where zero is a value, a has_ or a mark says that it was given.
 */
#ifndef HULL_CONTAINER_CONFIG_H
#define HULL_CONTAINER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define HULL_CT_UNLIMITED	INT64_MAX	/* "max" in a cgroup's file */
#define HULL_CT_NO_ID		UINT32_MAX

/* Namespaces, in the order in which they are joined. */
enum hull_ct_ns {
	HULL_CT_USER, HULL_CT_IPC, HULL_CT_UTS, HULL_CT_NET, HULL_CT_PID, HULL_CT_CGROUP,
	HULL_CT_TIME, HULL_CT_MNT, HULL_CT_NS_NR
};

enum hull_ct_ns_mode {
	HULL_CT_NS_HOST,		/* the caller's */
	HULL_CT_NS_PRIVATE,		/* a new one */
	HULL_CT_NS_PATH,		/* that of a file: /proc/PID/ns/net, a bind mount of one */
};

struct hull_ct_namespace {
	enum hull_ct_ns_mode mode;
	const char *path;		/* HULL_CT_NS_PATH */
};

struct hull_ct_id_map {
	uint32_t container, host, count;
};

struct hull_ct_id_maps {
	struct hull_ct_id_map *uid, *gid;
	size_t n_uid, n_gid;
};

struct hull_ct_strings {
	const char **at;		/* ended by NULL when n is not 0 */
	size_t n;
};

struct hull_ct_mount {
	const char *target;		/* in the container */
	const char *type;		/* NULL: bind */
	const char *source;		/* NULL: none */
	const char *data;		/* the filesystem's own options, comma-separated; NULL */
	bool bind, recursive;
	bool attr_given;		/* a bind mount's flags were given, also if to none */
	uint64_t attr_set, attr_clear;	/* MOUNT_ATTR_*, of this mount */
	uint64_t rec_set, rec_clear;	/* MOUNT_ATTR_*, of it and all beneath */
	unsigned long propagation;	/* MS_SHARED, _SLAVE, _PRIVATE, _UNBINDABLE, | MS_REC */
	bool copy_up;			/* tmpfs: filled with what it covers */
	bool optional;			/* no source: no mount */
	bool idmap, idmap_recursive;
	struct hull_ct_id_maps maps;	/* idmap: none are the container's own */
};

struct hull_ct_device {
	const char *path;
	const char *host;		/* the same on the host, for user namespaces; NULL: path */
	char type;			/* c, b, u or p */
	uint32_t major, minor;
	mode_t mode;
	uint32_t uid, gid;		/* in the container */
};

struct hull_ct_device_rule {
	bool allow;
	char type;			/* a: all, c, b */
	int64_t major, minor;		/* -1: any */
	unsigned int access;		/* HULL_CT_DEV_* */
};

#define HULL_CT_DEV_MKNOD	1u	/* as BPF_DEVCG_ACC_* */
#define HULL_CT_DEV_READ	2u
#define HULL_CT_DEV_WRITE	4u

struct hull_ct_rlimit {
	int resource;			/* RLIMIT_* */
	uint64_t soft, hard;
};

/* A file below the cgroup's directory, and what is written to it. */
struct hull_ct_unified {
	const char *file, *value;
};

struct hull_ct_resources {
	/* bytes; 0: not given; HULL_CT_UNLIMITED */
	int64_t memory_max, memory_high, memory_low, memory_min, swap_max;
	bool has_swap_max;
	uint64_t cpu_quota_us, cpu_period_us;	/* quota 0: none; period 0: 100000 */
	uint64_t cpu_burst_us;
	uint32_t cpu_weight;			/* 1 to 10000; 0: not given */
	int cpu_idle;				/* 1: SCHED_IDLE for all of it */
	const char *cpus, *mems;		/* lists */
	int64_t pids_max;			/* 0: not given; HULL_CT_UNLIMITED */
	uint32_t io_weight;			/* 1 to 10000; 0: not given */
	struct hull_ct_unified *files;		/* io.max, hugetlb.*, rdma.max and "unified" */
	size_t n_files;
	struct hull_ct_device_rule *devices;	/* later ones override; none: no program */
	size_t n_devices;
};

struct hull_ct_capabilities {
	bool given;			/* otherwise all are kept as they are */
	/* bit n: capability n */
	uint64_t bounding, effective, inheritable, permitted, ambient;
};

struct hull_ct_seccomp_arg {
	unsigned int index;
	uint64_t value, value_two;
	int op;				/* enum scmp_compare */
};

struct hull_ct_seccomp_rule {
	struct hull_ct_strings names;
	uint32_t action;		/* SCMP_ACT_*, errno included */
	struct hull_ct_seccomp_arg *args;
	size_t n_args;
};

struct hull_ct_seccomp {
	enum { HULL_CT_SECCOMP_NONE, HULL_CT_SECCOMP_DEFAULT, HULL_CT_SECCOMP_RULES } kind;
	uint32_t default_action;
	uint32_t *architectures;	/* SCMP_ARCH_* */
	size_t n_architectures;
	unsigned int flags;		/* SECCOMP_FILTER_FLAG_* */
	const char *listener_path, *listener_metadata;	/* of SCMP_ACT_NOTIFY */
	struct hull_ct_seccomp_rule *rules;
	size_t n_rules;
};

struct hull_ct_landlock_rule {
	const char *path;		/* in the container */
	uint64_t access;		/* LANDLOCK_ACCESS_FS_* */
};

struct hull_ct_landlock {
	uint64_t handled;		/* LANDLOCK_ACCESS_FS_*; 0: no ruleset */
	struct hull_ct_landlock_rule *rules;
	size_t n_rules;
};

struct hull_ct_scheduler {
	bool given;
	uint32_t policy;		/* SCHED_* */
	uint64_t flags;			/* SCHED_FLAG_* */
	int32_t nice;
	uint32_t priority;
	uint64_t runtime_ns, deadline_ns, period_ns;
};

struct hull_ct_process {
	struct hull_ct_strings args, env;
	const char *cwd;		/* NULL: / */
	bool terminal;
	unsigned short rows, columns;	/* 0: not given */
	uint32_t uid, gid;
	const char *user;		/* NAME[:GROUP] looked up in the root; NULL: uid and gid */
	bool has_umask;
	mode_t umask;
	uint32_t *groups;
	size_t n_groups;
	struct hull_ct_capabilities caps;
	struct hull_ct_rlimit *rlimits;
	size_t n_rlimits;
	bool no_new_privs;
	bool keep_keyring;		/* the caller's session keyring, not one of its own */
	const char *apparmor, *selinux;	/* labels for exec */
	bool has_oom_score_adj;
	int oom_score_adj;
	struct hull_ct_scheduler scheduler;
	int io_class, io_priority;	/* IOPRIO_CLASS_*; class 0: not given */
	unsigned int preserve_fds;	/* 3 and up, this many, stay open */
};

enum hull_ct_hook_kind {
	HULL_CT_HOOK_PRESTART, HULL_CT_HOOK_CREATE_RUNTIME, HULL_CT_HOOK_CREATE_CONTAINER,
	HULL_CT_HOOK_START_CONTAINER, HULL_CT_HOOK_POSTSTART, HULL_CT_HOOK_POSTSTOP,
	HULL_CT_HOOK_NR
};

struct hull_ct_hook {
	const char *path;
	struct hull_ct_strings args, env;
	int timeout;			/* s; 0: none */
};

struct hull_ct_hooks {
	struct hull_ct_hook *at;
	size_t n;
};

struct hull_ct_pair {
	const char *name, *value;
};

struct hull_ct_root {
	const char *path;		/* of a directory; with an overlay its lowest layer */
	bool readonly;
	const char **lower;		/* layers above path, lowest first; at most 64 */
	size_t n_lower;
	bool overlay;			/* written to a layer of its own */
	const char *upper;		/* kept there, with upper.work beside it; NULL: in memory */
	bool idmap;			/* its files belong to the container's ids */
	bool no_pivot;			/* chroot instead: for roots on a ramfs */
};

struct hull_ct_net {
	enum { HULL_CT_NET_PLAIN, HULL_CT_NET_BRIDGE } kind;
	const char *bridge;
	const char *address;		/* ADDRESS/BITS; NULL: the next that is free */
};

/* What a container is left that nobody gave any: docker's, as bits (CAP_CHOWN, ...). */
#define HULL_CT_DEFAULT_CAPABILITIES	0xa80425fbull

struct hull_ct_arena;

struct hull_ct_config {
	struct hull_ct_arena *arena;
	const char *name, *label;
	struct hull_ct_root root;
	unsigned long root_propagation;	/* MS_*, as mounts have it; 0: MS_PRIVATE | MS_REC */
	struct hull_ct_process process;
	bool init;			/* pid 1 is ours: it reaps and passes signals on */
	const char *hostname, *domainname;
	struct hull_ct_namespace ns[HULL_CT_NS_NR];
	struct hull_ct_id_maps maps;
	bool has_time[2];
	struct { int64_t s; uint32_t ns; } time[2];	/* offsets: monotonic, boottime */
	struct hull_ct_mount *mounts;
	size_t n_mounts;
	struct hull_ct_device *devices;
	size_t n_devices;
	bool default_devices;		/* null, zero, ..., ptmx and the links of /dev */
	struct hull_ct_strings masked, readonly;
	struct hull_ct_pair *sysctl;
	size_t n_sysctl;
	const char *cgroup;		/* below the hierarchy's root; NULL: the caller's choice */
	struct hull_ct_resources resources;
	struct hull_ct_seccomp seccomp;
	struct hull_ct_landlock landlock;
	struct hull_ct_net net;
	bool has_personality;
	unsigned long personality;
	const char *mount_label;	/* SELinux context of mounts; NULL */
	struct hull_ct_hooks hooks[HULL_CT_HOOK_NR];
	struct hull_ct_pair *annotations;
	size_t n_annotations;
};

/** hull_ct_config_new - an empty one: everything the host's; NULL: no memory */
struct hull_ct_config *hull_ct_config_new(void);
void hull_ct_config_free(struct hull_ct_config *config);

/** hull_ct_alloc - zeroed memory that lives as long as @config; NULL: none */
void *hull_ct_alloc(struct hull_ct_config *config, size_t n, size_t size);
char *hull_ct_strdup(struct hull_ct_config *config, const char *s);
__attribute__((format(printf, 2, 3)))
char *hull_ct_printf(struct hull_ct_config *config, const char *format, ...);

/**
 * hull_ct_append - one more element for an array of @config's
 * @array: address of the pointer to its first element, which moves
 * @n: number of elements, increased
 *
 * Return: the new element, zeroed; NULL: no memory. Arrays are for what is counted in
 * hundreds: the memory of those outgrown is not used again.
 */
void *hull_ct_append(struct hull_ct_config *config, void *array, size_t *n, size_t size);
/** hull_ct_strings_add - appends a copy of @s; false: no memory */
bool hull_ct_strings_add(struct hull_ct_config *config, struct hull_ct_strings *strings,
			 const char *s);

/**
 * hull_ct_config_defaults - what a container has that nobody said anything about
 *
 * Private namespaces but user and time; /proc, /sys, /dev and what belongs there as the
 * runtime-spec has it; docker's capabilities, masked and read-only paths; the default
 * seccomp list; no new privileges.
 * Return: false: no memory.
 */
bool hull_ct_config_defaults(struct hull_ct_config *config);

/**
 * hull_ct_mount_option - one mount option, as mount(8) and the runtime-spec have it
 *
 * Options that are not mounts' go to @mount->data. Return: false: no memory.
 */
bool hull_ct_mount_option(struct hull_ct_config *config, struct hull_ct_mount *mount,
			  const char *option);

/** hull_ct_capability - its number by name (CAP_CHOWN, chown); -1: none of that name */
int hull_ct_capability(const char *name);
/** hull_ct_capability_name - CAP_*; NULL: not known */
const char *hull_ct_capability_name(unsigned int capability);
/** hull_ct_rlimit - RLIMIT_* by name (RLIMIT_CORE, core); -1: none of that name */
int hull_ct_rlimit(const char *name);
/** hull_ct_ns_name - as in /proc/PID/ns */
const char *hull_ct_ns_name(enum hull_ct_ns ns);
/** hull_ct_ns_flag - CLONE_NEW* */
uint64_t hull_ct_ns_flag(enum hull_ct_ns ns);

/**
 * hull_ct_config_check - what can be known to be wrong without trying
 * @why: a sentence's end, in @config's memory
 *
 * Return: whether @config makes sense.
 */
bool hull_ct_config_check(struct hull_ct_config *config, const char **why);

#endif
