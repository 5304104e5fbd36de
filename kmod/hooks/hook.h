/* SPDX-License-Identifier: GPL-2.0-only */
/* A hook: a function of the kernel, and what is checked there. table.c has all of them. */
#ifndef HULL_HOOKS_HOOK_H
#define HULL_HOOKS_HOOK_H

#include <linux/types.h>
#include <hooks/backend.h>

#define HULL_HOOK_NEEDS		4

/* The function's first six arguments, as the registers had them. */
typedef int (*hull_hook_fn)(const unsigned long *arg);

#define HULL_HOOK_ARG(type, arg, n)	((type)(arg)[n])

/* hull_hook.flags */
#define HULL_HOOK_ALWAYS	BIT(0)	/* any policy needs it: it keeps a group in its place */
#define HULL_HOOK_OPTIONAL	BIT(1)	/* kernels that lack it have another row instead */

/* What may be done with a file because of where it is. */
#define HULL_FILE_PLACE	(HULL_FILE_READ | HULL_FILE_WRITE | HULL_FILE_APPEND | \
			 HULL_FILE_TRUNCATE | HULL_FILE_EXECUTE | HULL_FILE_MAP_EXEC | \
			 HULL_FILE_IOCTL | HULL_FILE_CONNECT | HULL_FILE_LIST | \
			 HULL_FILE_CREATE | HULL_FILE_DELETE | HULL_FILE_CHMOD | \
			 HULL_FILE_CHOWN)

/**
 * struct hull_hook - a row
 * @function: of the kernel
 * @check: called by a task in a group, or about one, in the function's context
 * @needs: a policy needs the hook if it may not allow one of these permissions
 * @lost: what cannot be enforced without it
 * @missing, @busy: sentences for a policy that is refused
 * @address: 0: this kernel has no such function, or it cannot be traced
 * @users: policies in force that need it, under the arm lock
 */
struct hull_hook {
	const char *function;
	hull_hook_fn check;
	enum hull_hook_who who;
	u32 flags;
	struct hull_hook_need {
		u8 class;
		u32 perms;
	} needs[HULL_HOOK_NEEDS];
	const char *lost, *missing, *busy;
	unsigned long address;		/* [I] after resolving */
	unsigned long ret;		/* [I] likewise: where a call of a hook returns to */
	struct hull_hook *next;		/* [I] likewise: in its bucket of those found by @ret */
	struct hull_batch *batch;	/* arm lock; NULL: not attached */
	u32 users;			/* arm lock */
};

extern struct hull_hook hull_hooks[];
extern const unsigned int hull_hooks_n;

#endif
