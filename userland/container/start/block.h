/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between vmctl and the starter, the small program that becomes a container's first process:
 * what the two say to each other. The starter is built without a C library.
 */
#ifndef HULL_CONTAINER_START_BLOCK_H
#define HULL_CONTAINER_START_BLOCK_H

#include <stdint.h>

enum hull_ct_message_kind {
	HULL_CT_GO = 1,		/* to the new process: its ids are mapped, the network is there */
	HULL_CT_FAILED,		/* from it: a step failed; it is gone */
	HULL_CT_TERMINAL,	/* from it: the pty's master comes along */
	HULL_CT_LISTENER,	/* from it: seccomp's listener comes along */
	HULL_CT_READY,		/* from it: it waits at the gate */
	HULL_CT_OPEN,		/* to it: become the program */
	HULL_CT_REBORN,		/* from it: code is the id of the one that goes on */
};

/* Steps that the starter takes, as numbers in its HULL_CT_FAILED; -1 - n on the wire. */
enum hull_ct_start_step {
	HULL_CT_START_NONE, HULL_CT_START_GROUPS, HULL_CT_START_GID, HULL_CT_START_UID,
	HULL_CT_START_CAPS, HULL_CT_START_PRIVS, HULL_CT_START_LABEL, HULL_CT_START_LANDLOCK,
	HULL_CT_START_SECCOMP, HULL_CT_START_CWD, HULL_CT_START_GATE, HULL_CT_START_CGROUP,
	HULL_CT_START_EXEC,
};

/* n_groups: leave them as they are, in a user namespace where nobody may set any */
#define HULL_CT_GROUPS_KEEP		UINT32_MAX

#define HULL_CT_START_INIT		1u	/* stay as pid 1, reap, pass signals on */
#define HULL_CT_START_NNP		2u
#define HULL_CT_START_CAPS_GIVEN	4u
#define HULL_CT_START_TIED		8u	/* PR_SET_PDEATHSIG stays */
#define HULL_CT_START_UMASK		16u
#define HULL_CT_START_NO_GATE		64u	/* the gate is open already */
#define HULL_CT_START_TTY		32u	/* descriptor 0 is the controlling terminal */

/*
 * Offsets are from the block's beginning. argv and envp are the starter's own from the
 * second argument on.
 */
struct hull_ct_block {
	uint32_t size;
	uint32_t flags;
	uint32_t uid, gid;
	uint32_t n_groups, groups;		/* uint32_t each */
	uint32_t umask;
	uint32_t cwd;				/* a string */
	uint64_t bounding, effective, inheritable, permitted, ambient;
	uint32_t label, label_file;		/* strings; 0: none. /proc/self/attr/FILE */
	uint32_t n_filter, filter;		/* struct sock_filter each */
	uint32_t filter_flags;			/* SECCOMP_FILTER_FLAG_* */
	int32_t channel, gate, proc, ruleset;	/* descriptors; -1: none */
	uint32_t first_fd;			/* from here on they are closed */
	int32_t cgroup;				/* cgroup.procs to move to; -1: it is there already */
};

#endif
