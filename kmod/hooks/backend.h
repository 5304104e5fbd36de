/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What attaches to functions of the kernel. A hook is called before the function with the
 * function's arguments; 0: the function goes on, anything else is returned in its place.
 */
#ifndef HULL_HOOKS_BACKEND_H
#define HULL_HOOKS_BACKEND_H

#include <linux/types.h>

struct hull_hook;

/* Whose being in a group makes a call of the function interesting. */
enum hull_hook_who {
	HULL_WHO_CURRENT,		/* the caller */
	HULL_WHO_PEER,			/* the caller, or the task that is the first argument */
	HULL_WHO_CHDIR,			/* the caller, if the second argument has MAY_CHDIR */
	HULL_WHO_RUNNING,		/* the caller, unless the first argument is what it executes */
	HULL_WHOS,
};

/**
 * hull_backend_resolve - find @n functions; those this kernel lacks get address 0
 *
 * Context: may sleep; once, before anything else.
 * Return: 0; -EOPNOTSUPP: this kernel cannot attach to anything; -ENOMEM.
 */
int hull_backend_resolve(struct hull_hook *hooks, unsigned int n);

struct hull_batch;

/**
 * hull_backend_attach - attach @n hooks, all or none
 * @culprit: on -EBUSY the one that somebody else holds, or NULL when it is not one of them
 * @why: on failure a static sentence when there is more to say
 *
 * Context: may sleep. When it returns every call of the functions is seen.
 * Return: what hull_backend_detach() takes; ERR_PTR(-EBUSY, -ENOMEM, -EOPNOTSUPP).
 */
struct hull_batch *hull_backend_attach(struct hull_hook *const *hooks, unsigned int n,
				       const struct hull_hook **culprit, const char **why);
/**
 * hull_backend_detach - let go of what was attached together
 *
 * New calls are not seen from here on; those under way may be in a hook still, until
 * hull_backend_quiesce() returns.
 */
void hull_backend_detach(struct hull_batch *batch);
/** hull_backend_quiesce - wait until nobody is in a hook that was detached before */
void hull_backend_quiesce(void);

/*
 * A hook that sleeps says so, since whoever waits for a detached hook does not see
 * tasks that sleep.
 */
void hull_backend_sleep_begin(void);
void hull_backend_sleep_end(void);

#endif
