/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Groups as containers: made, kept while they run, joined, ended.
 *
 * Each has a keeper: the process that called hull_group_run(), or a supervisor in the
 * background. When it is killed the group goes with it, but for what the next call cleans up.
 * Nothing in here prints, but for what the group writes where its keeper lets it.
 */
#ifndef HULL_GROUP_GROUP_H
#define HULL_GROUP_GROUP_H

#include <container/config.h>
#include <group/state.h>

/* What a shell exits with for a command that it did not start. */
#define HULL_GROUP_FAILED	125

/*
 * @argv, @env: what it is made of, its environment: kept in its state
 * @interactive: in the background, without @tty: standard input is open for who attaches
 * @notice: room for what works less well than usual; HULL_ERROR_TEXT_MAX bytes, "" before
 */
struct hull_group_make {
	const char *name;
	struct hull_ct_config *config;
	json_t *argv, *env;
	bool tty, interactive, remove;
	char *notice;
};

/**
 * hull_group_run - in the foreground, to its end; then nothing of it is left
 *
 * With @make->tty on a terminal of its own that stdin and stdout are relayed to, else with
 * the caller's stdin, stdout and stderr. Return: 0 and the exit status as a shell's; -1 and
 * *@error, *@status then is 125, 126 (cannot be executed) or 127 (not found).
 */
int hull_group_run(const struct hull_group_make *make, int *status, struct hull_error *error);

/** hull_group_background - likewise, with a supervisor; @start: now, or by hull_group_start() */
int hull_group_background(const struct hull_group_make *make, bool start, int *status,
			  struct hull_error *error);

/** hull_group_start - open the gate of one that was created; *@status as above */
int hull_group_start(const char *name, int *status, struct hull_error *error);

/**
 * hull_group_attach - stdin and stdout to the console of one in the background
 * Return: 0 and *@ended: whether it has; -1 and *@error
 */
int hull_group_attach(const char *name, bool *ended, struct hull_error *error);

/**
 * hull_group_exec - one more program in a running group, to its end; as hull_group_run()
 * @config: of that program
 */
int hull_group_exec(const char *name, struct hull_ct_config *config, bool tty, int *status,
		    struct hull_error *error);

/** hull_group_pidfd - of its first process, surely that one; -1 and *@error: ESRCH */
int hull_group_pidfd(const struct hull_kept *state, struct hull_error *error);

#endif
