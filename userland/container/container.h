/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a configuration to a running container: a plan of steps that can be printed, the
 * execution of that plan, and processes that come later.
 *
 * As lib/: nothing prints. Functions return 0 or -1 and fill in @error with the step, the
 * object and the errno; what was done before is undone. Not for threads.
 */
#ifndef HULL_CONTAINER_CONTAINER_H
#define HULL_CONTAINER_CONTAINER_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include <container/config.h>

struct hull_ct_plan;

struct hull_ct_error {
	int code;			/* errno of the call that failed */
	int exit_code;			/* a shell's: 125, 126 not executable, 127 not found */
	char text[512];			/* "mount proc on /proc: Permission denied" */
};

/* What a container is set up with besides its configuration. */
struct hull_ct_place {
	int cgroup;			/* directory of its own, empty cgroup; -1: the caller's */
	int stdio[3];			/* its standard descriptors; -1: the caller's */
	/* Its ids are mapped, its network is empty, its files are the host's: -1 ends it. */
	int (*created)(void *data, pid_t pid, struct hull_ct_error *error);
	/* Runs the configuration's hooks of that kind, in the new process. */
	int (*hook)(void *data, enum hull_ct_hook_kind kind);
	void *data;
	/* The program starts with a byte from here, see hull_ct_release(); -1: hull_ct_start(). */
	int gate;
	bool tied;			/* it is killed when the caller dies, also after its start */
};

struct hull_ct {
	pid_t pid;			/* its first process, in the caller's pid namespace */
	int pidfd;
	int terminal;			/* master of its pty; -1: none */
	int channel;			/* to it, until it has started */
	int seccomp_listener;		/* -1: none */
	const struct hull_ct_config *config;
};

/**
 * hull_ct_plan_make - the steps that @config needs, in their order
 *
 * @config is used by the plan as long as it lives.
 */
struct hull_ct_plan *hull_ct_plan_make(struct hull_ct_config *config, struct hull_ct_error *error);
void hull_ct_plan_free(struct hull_ct_plan *plan);
/** hull_ct_plan_print - a line a step: number, where it runs, what it does */
void hull_ct_plan_print(const struct hull_ct_plan *plan, FILE *f);

/**
 * hull_ct_create - do all of @plan but the last step, which is to become the program
 *
 * The new process waits at its gate. It is killed when the caller dies before that is
 * opened. May be called with the cgroup's limits written already or not: the plan does.
 */
int hull_ct_create(struct hull_ct_plan *plan, const struct hull_ct_place *place,
		   struct hull_ct *container, struct hull_ct_error *error);
/** hull_ct_start - open the gate. Fails with the reason if the program can't be executed. */
int hull_ct_start(struct hull_ct *container, struct hull_ct_error *error);
/**
 * hull_ct_release - with a gate of the caller's: the new process needs its caller no more
 *
 * The caller may end then, and whoever has the gate starts the program, which exits with
 * 127 or 126 if it can't be executed. seccomp's listener, if any, has come until then.
 */
int hull_ct_release(struct hull_ct *container, struct hull_ct_error *error);
/** hull_ct_end - SIGKILL to what was created, reap it, close descriptors */
void hull_ct_end(struct hull_ct *container);

/**
 * hull_ct_exec - one more process in a running container
 * @pidfd: a process in it whose namespaces it joins; root and cgroup are that one's, too
 * @pid: of the same
 * @config: process, seccomp and landlock are looked at, nothing else
 *
 * The new process is a child of the caller and waits at its gate, as in hull_ct_create().
 */
int hull_ct_exec(int pidfd, pid_t pid, struct hull_ct_config *config,
		 const struct hull_ct_place *place, struct hull_ct *process,
		 struct hull_ct_error *error);

/**
 * hull_ct_limits_apply - write @resources to a cgroup's files, also of a running container
 * @cgroup: its directory
 */
int hull_ct_limits_apply(int cgroup, const struct hull_ct_resources *resources,
			 struct hull_ct_error *error);

#endif
