/* SPDX-License-Identifier: GPL-2.0-only */
/* Behind a group: its keeper does it at the end, or whoever finds that the keeper was killed. */
#ifndef HULL_GROUP_CLEAN_H
#define HULL_GROUP_CLEAN_H

#include <group/state.h>

/**
 * hull_group_clean - processes and network; then cgroup (and with it the kernel's record) and
 * directory, or @state is written down as that of a group that has ended
 *
 * The caller holds the lock of @dir, which is closed by @remove. @state may be empty: a
 * keeper was killed before it wrote any.
 */
int hull_group_clean(struct hull_group_dir *dir, struct hull_kept *state, bool remove,
		     struct hull_error *error);

/** hull_group_sweep - clean up behind every keeper that was killed; Return: how many there were */
int hull_group_sweep(void);

/** hull_group_find - state of @name, cleaned up before if need be; hull_group_dir_close() it */
int hull_group_find(struct hull_group_dir *dir, const char *name, struct hull_kept *state,
		    struct hull_error *error);

#endif
