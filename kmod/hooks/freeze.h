/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HULL_HOOKS_FREEZE_H
#define HULL_HOOKS_FREEZE_H

struct hull_group;

/**
 * hull_freeze - all tasks of @group stand still, and the calling one before it is back in
 * user mode, unless memory is short: then soon
 *
 * Context: a task of the group, RCU read side, any but NMI; after hull_group_freeze_ready().
 */
void hull_freeze(struct hull_group *group);

#endif
