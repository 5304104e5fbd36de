/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The common case in few instructions: one policy around the task, one permission, and
 * what it says is "allow". All else is check.c's business: who gets no answer here asks there.
 */
#ifndef HULL_HOOKS_QUICK_H
#define HULL_HOOKS_QUICK_H

#include <linux/path.h>
#include <hull/policy_group.h>

/** hull_quick_file - true: allowed, and counted; as hull_check() of a file that is there */
bool hull_quick_file(const struct path *path, u32 perms);
/**
 * hull_quick - true: allowed, and counted; as hull_check() of any class but FILE and MOUNT
 *
 * For an act with no peer, or whose peer is the caller's own process, as @request says.
 */
bool hull_quick(const struct hull_request *request);

#endif
