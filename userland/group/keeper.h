/* SPDX-License-Identifier: GPL-2.0-only */
/* What keepers in the foreground and in the background have in common. */
#ifndef HULL_GROUP_KEEPER_H
#define HULL_GROUP_KEEPER_H

#include <container/container.h>
#include <group/group.h>
#include <group/place.h>

struct hull_keeper {
	const struct hull_group_make *make;
	struct hull_group_dir dir;
	struct hull_kept state;
	struct hull_group_place place;
	struct hull_ct container;
	int killed_by;			/* a signal its program has no answer to; 0 */
};

/**
 * hull_keeper_begin - everything up to the gate of its first process
 * @stdio: that process's; -1: ours
 *
 * Signals that a keeper passes on are blocked already. Undone on failure; *@status is then
 * what to exit with.
 */
int hull_keeper_begin(struct hull_keeper *keeper, const struct hull_group_make *make,
		      bool background, const int stdio[3], int *status, struct hull_error *error);
/** hull_keeper_start - opens the gate; on failure hull_keeper_end() is due */
int hull_keeper_start(struct hull_keeper *keeper, int *status, struct hull_error *error);
/** hull_keeper_state - as the runtime-spec has it; its root stands for the bundle it hasn't */
json_t *hull_keeper_state(const struct hull_kept *state, const struct hull_ct_config *config);
/** hull_keeper_end - with the wait status of its first process, or -1; Return: exit status */
int hull_keeper_end(struct hull_keeper *keeper, int wait_status);

/** hull_keeper_signals - those that a keeper passes on, and SIGCHLD: block them */
void hull_keeper_signals(sigset_t *set, sigset_t *old);
/**
 * hull_keeper_signal - passes @signal on to process @pid; Return: false: that process has no
 * answer to it, and as first of its namespace would not even die
 */
bool hull_keeper_signal(pid_t pid, int pidfd, int signal);

/** hull_wait_exit - exit status of a wait status, as a shell has it */
int hull_wait_exit(int wait_status);
/** hull_keeper_fail - *@error from that of the container; *@status from its exit code; is -1 */
int hull_keeper_fail(const struct hull_ct_error *ct, int *status, struct hull_error *error);

/* The process behind a terminal of its own, or with our stdio; Return: its wait status */
struct hull_front {
	pid_t pid;
	int pidfd, terminal;		/* -1: no terminal */
	void (*kill)(const struct hull_front *front, int signal);	/* it had no answer */
	void *data;
};

int hull_front_wait(const struct hull_front *front);

#endif
