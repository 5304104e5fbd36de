/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What vmctl remembers of a group: a directory GROUPS/NAME, GROUPS being /run/hull/groups,
 * or hull/groups in $XDG_RUNTIME_DIR for who is not root:
 *   lock         held as long as the group's keeper lives: vmctl itself, or a supervisor
 *   state        JSON; always whole: written beside it and renamed
 *   log, log.1   what the group has written, in the background
 *   control, console   sockets of the supervisor
 * Whoever can have the lock of a group that has not ended knows that its keeper was killed,
 * and cleans up behind it.
 */
#ifndef HULL_GROUP_STATE_H
#define HULL_GROUP_STATE_H

#include <jansson.h>
#include <limits.h>
#include <lib/client.h>

#define HULL_GROUP_CONTROL	"control"
#define HULL_GROUP_CONSOLE	"console"
#define HULL_GROUP_LOG		"log"
#define HULL_GROUP_LOG_OLD	"log.1"

enum hull_phase {
	HULL_PHASE_MAKING,		/* being set up */
	HULL_PHASE_CREATED,		/* waits for its start */
	HULL_PHASE_STARTED,
	HULL_PHASE_ENDED,
};

/* @dir, @lock: -1: not open; @base: what @dir is in */
struct hull_group_dir {
	int base, dir, lock;
	char name[HULL_NAME_MAX + 1];
};

struct hull_kept {
	char name[HULL_NAME_MAX + 1];
	enum hull_phase phase;
	uint32_t id;			/* of its record; 0: none */
	pid_t pid, keeper;		/* 0: none */
	int status;			/* exit status; -1: not ended, or nobody saw it */
	bool tty, background, remove;	/* @remove: everything goes when it ends */
	uint64_t created, started, ended;	/* ns since 1970; 0: not yet */
	char cgroup[PATH_MAX];		/* "": none */
	char bridge[16];		/* "": none */
	uint32_t address;		/* IPv4, host's order; 0: none */
	json_t *argv, *env;		/* what it was made of, its environment: arrays of words */
};

/** hull_group_base - where the directories are; opened, and made if @make */
int hull_group_base(bool make, struct hull_error *error);

/**
 * hull_group_dir_claim - a new directory, its lock held
 *
 * What a keeper that was killed has left under this name is cleaned up before.
 * Return: 0; -1 and *@error: EEXIST when there is a group of this name
 */
int hull_group_dir_claim(struct hull_group_dir *dir, const char *name, struct hull_error *error);

/** hull_group_dir_open - of a group that is there, without the lock; ENOENT: none */
int hull_group_dir_open(struct hull_group_dir *dir, const char *name, struct hull_error *error);

/** hull_group_dir_lock - Return: false: somebody has it */
bool hull_group_dir_lock(struct hull_group_dir *dir);

void hull_group_dir_close(struct hull_group_dir *dir);
/** hull_group_dir_delete - the directory itself; the caller has its lock */
void hull_group_dir_delete(struct hull_group_dir *dir);

/** hull_kept_format - as JSON; free() it. NULL: no memory */
char *hull_kept_format(const struct hull_kept *state);
/** hull_kept_parse - -1: it makes no sense, and @state is empty; else hull_kept_free() it */
int hull_kept_parse(const char *text, size_t len, struct hull_kept *state);

int hull_kept_write(const struct hull_group_dir *dir,
			   const struct hull_kept *state, struct hull_error *error);
/** hull_kept_read - ENOENT: none was written; hull_kept_free() it */
int hull_kept_read(const struct hull_group_dir *dir, struct hull_kept *state,
			  struct hull_error *error);
void hull_kept_free(struct hull_kept *state);

const char *hull_phase_name(enum hull_phase phase);
/** hull_group_now - ns since 1970 */
uint64_t hull_group_now(void);

#endif
