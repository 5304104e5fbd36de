/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside userland/container: what steps see and how they say what went wrong. */
#ifndef HULL_CONTAINER_PRIVATE_H
#define HULL_CONTAINER_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <container/container.h>

enum hull_ct_where {
	HULL_CT_BEFORE,		/* in the caller, before there is a process */
	HULL_CT_BESIDE,		/* in the caller, while the new process waits */
	HULL_CT_OUTSIDE,	/* in the new process, which still sees the host's files */
	HULL_CT_INSIDE,		/* in the new process, whose root is the container's */
};

/* One execution of a plan. After clone both processes have a copy. */
struct hull_ct_run {
	struct hull_ct_config *config;
	const struct hull_ct_place *place;
	bool user_ns;			/* the container has a user namespace of its own */
	bool trees_before;		/* the caller opens what is bound: a user ns may not */
	pid_t pid;			/* beside: of the new process */
	int user_ns_fd;			/* before: the user namespace to be born into; -1 */
	int host_ns[HULL_CT_NS_NR];	/* before: the caller's, joined ones excepted -1 */
	int channel;			/* each process' end of the socket pair */
	int proc;			/* the host's /proc: no image can fake it */
	int root;			/* the container's, as soon as there is one */
	int root_tree;			/* mount that becomes the root, not attached yet */
	int null, empty;		/* inside: mounts that mask files, and directories */
	bool null_used;			/* inside: attached already, the others are copies */
	int dir;			/* inside: of hull_ct_path_parent(), the last one */
	char *dir_path;
	int devpts;			/* its mount, if the container gets one */
	int terminal;			/* inside: slave of the pty */
	int *trees;			/* mounts by number, not attached yet; -1 */
	int *device_trees;		/* likewise */
	int ruleset;			/* inside: of Landlock */
	int cgroup;			/* exec: cgroup.procs, for the starter; -1 */
	const char *object;		/* what a failing step was about, besides its own */
};

struct hull_ct_step_kind {
	const char *name;
	enum hull_ct_where where;
	/* 0, or -1 and errno */
	int (*run)(struct hull_ct_run *run, const void *object);
	/* what it is done to; NULL: the name says it all */
	void (*describe)(char *text, size_t size, const void *object);
	/* before, beside: undoes it for the caller; NULL: it ends with the new process */
	void (*undo)(struct hull_ct_run *run, const void *object);
};

struct hull_ct_step {
	const struct hull_ct_step_kind *kind;
	const void *object;
};

struct hull_ct_plan {
	struct hull_ct_config *config;
	struct hull_ct_step *steps;	/* in the configuration's memory, ordered by where */
	size_t n;
};

/* Rows. Objects: the configuration unless noted. */
extern const struct hull_ct_step_kind
	hull_ct_step_limits, hull_ct_step_device_rules,
	hull_ct_step_join,		/* const struct hull_ct_namespace */
	hull_ct_step_time, hull_ct_step_trees,
	hull_ct_step_maps, hull_ct_step_idmaps, hull_ct_step_created,
	hull_ct_step_keyring, hull_ct_step_ids, hull_ct_step_cgroup_ns, hull_ct_step_propagation,
	hull_ct_step_root, hull_ct_step_null,
	hull_ct_step_mount_make,	/* struct hull_ct_mount */
	hull_ct_step_device_open,	/* struct hull_ct_device */
	hull_ct_step_hostname, hull_ct_step_domainname, hull_ct_step_loopback,
	hull_ct_step_sysctl,		/* struct hull_ct_pair */
	hull_ct_step_oom_score, hull_ct_step_scheduler, hull_ct_step_io_priority,
	hull_ct_step_rlimit,		/* struct hull_ct_rlimit */
	hull_ct_step_pivot,
	hull_ct_step_mount_attach,	/* struct hull_ct_mount */
	hull_ct_step_device,		/* struct hull_ct_device */
	hull_ct_step_dev_links, hull_ct_step_console,
	hull_ct_step_mask,		/* const char: path */
	hull_ct_step_readonly,		/* const char: path */
	hull_ct_step_root_readonly, hull_ct_step_personality, hull_ct_step_landlock,
	hull_ct_step_hooks;

/**
 * hull_ct_settings_apply - what a process keeps when it joins a container: limits, priorities
 *
 * For who has no plan. Return: 0, or -1, errno, and @run->object.
 */
int hull_ct_settings_apply(struct hull_ct_run *run);

/* Descriptions shared by rows */
void hull_ct_describe_string(char *text, size_t size, const void *object);

/**
 * hull_ct_fail - fill in @error
 * @code: errno
 *
 * Return: -1.
 */
__attribute__((format(printf, 3, 4)))
int hull_ct_fail(struct hull_ct_error *error, int code, const char *format, ...);

/* Paths below a root that may be hostile (openat2(2), RESOLVE_IN_ROOT). */
/** hull_ct_path_open - @flags: O_*; symbolic links end in the root, magic links nowhere */
int hull_ct_path_open(int root, const char *path, int flags);
/**
 * hull_ct_path_make - O_PATH descriptor of what is to be mounted on
 *
 * A directory or file of @run's root, made if it isn't there.
 */
int hull_ct_path_make(struct hull_ct_run *run, const char *path, bool directory, mode_t mode);
/**
 * hull_ct_path_parent - O_PATH descriptor of the directory a path is in
 * @last: what the path is called there
 *
 * Both are @run's and good until the next call of this or of hull_ct_path_make(): what is
 * made in one directory, one after the other, finds it once.
 */
int hull_ct_path_parent(struct hull_ct_run *run, const char *path, const char **last);
/** hull_ct_path_stat - fstat(2); the C library's gives the kernel an empty path to copy */
int hull_ct_path_stat(int fd, struct stat *st);

/** hull_ct_write - @text to a file of the kernel's, in one piece */
int hull_ct_write(int dir, const char *file, const char *text);

struct clone_args;

/**
 * hull_ct_birth - clone3(), in the user namespace that was joined, if one was
 * @args: but for where to put the pidfd
 *
 * Return: 0 in the new process; the pid, of a child of the caller's; -1 and errno.
 */
pid_t hull_ct_birth(struct hull_ct_run *run, struct clone_args *args, int *pidfd);

/** hull_ct_default_device - the devices that every container has, by number; NULL: no more */
const struct hull_ct_device *hull_ct_default_device(size_t i);

struct bpf_insn;
/** hull_ct_device_program - what decides by @rules, as BPF; free() it. NULL: no memory */
struct bpf_insn *hull_ct_device_program(const struct hull_ct_device_rule *rules, size_t n,
					size_t *n_insns);

/* Becoming the program: become.c */
struct hull_ct_block;
/**
 * hull_ct_block_make - what the starter does, as one piece of memory; free() it
 * @root: the container's, where users are looked up; -1: the caller's own
 *
 * Adds HOME to the environment of @config if it has none. On failure errno, and *@what.
 */
struct hull_ct_block *hull_ct_block_make(struct hull_ct_config *config, int root,
					 const char **what);
/**
 * hull_ct_become - give way to the starter, which becomes the program
 * @starter: of hull_ct_starter_open()
 *
 * Return: only on failure, -1 and errno.
 */
int hull_ct_become(struct hull_ct_run *run, int starter, struct hull_ct_block *block);
/** hull_ct_starter_open - a sealed copy of the starter in memory, to be executed; -1: errno */
int hull_ct_starter_open(void);

/** hull_ct_user_find - uid, gid and groups of @process->user, by the root's own files */
int hull_ct_user_find(struct hull_ct_config *config, int root);

/* The processes' talk: message.c */
struct hull_ct_message {
	uint32_t kind;			/* enum hull_ct_message_kind */
	int32_t step, code;		/* number of the step, or -1 - enum hull_ct_start_step */
	char object[192];
};
/** hull_ct_message_send - with a descriptor if @fd is not -1 */
int hull_ct_message_send(int channel, const struct hull_ct_message *message, int fd);
/* Return: 1; 0 when the other end is gone; -1 and errno. *@fd -1: none came. */
int hull_ct_message_receive(int channel, struct hull_ct_message *message, int *fd);

/* Both sides of a new process: create.c */
/** hull_ct_child_wait - for HULL_CT_GO, tied to the caller's life; does not return without */
void hull_ct_child_wait(int channel);
/** hull_ct_child_fail - tell the caller and end */
_Noreturn void hull_ct_child_fail(struct hull_ct_run *run, int step);
/**
 * hull_ct_parent_wait - until the new process waits at its gate, or has failed
 * @plan: whose steps it does; NULL: none
 */
int hull_ct_parent_wait(const struct hull_ct_plan *plan, struct hull_ct *container,
			struct hull_ct_error *error);
/** hull_ct_run_init - everything that is a descriptor: none */
int hull_ct_run_init(struct hull_ct_run *run, struct hull_ct_config *config,
		     const struct hull_ct_place *place);

#endif
