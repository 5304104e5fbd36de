/* SPDX-License-Identifier: GPL-2.0-only */
/* From an object up to the root of what is mounted, looking for what rules are about. */
#ifndef HULL_HOOKS_WALK_H
#define HULL_HOOKS_WALK_H

#include <linux/path.h>
#include <hull/policy_group.h>

/**
 * hull_walk - evaluate a request about a file
 * @path: where to begin; with no mount only the file system it is in is walked
 * @child: the name of what does not exist yet, or NULL
 * @request: its names are set here
 *
 * The way goes up in the file system first, whatever of it is mounted, and then on from
 * where the file system is mounted: a bind mount changes nothing. Of what was unmounted under
 * its users a default allows nothing that rules speak about elsewhere. Context: RCU read side.
 */
void hull_walk(const struct hull_ruleset *set, u32 sub, struct hull_request *request,
	       const struct path *path, const struct dentry *child,
	       struct hull_verdict *verdict);

/** hull_verdict_floor - a denial that no rule speaks of: what keeps a group in its place */
void hull_verdict_floor(const struct hull_ruleset *set, u16 error, struct hull_verdict *verdict);

/**
 * hull_walk_quick - which rule decides about permission number @bit
 * @class: of FILE, in @set
 *
 * Context: as hull_walk(). Return: 0: none; negative: not found out, hull_walk() has to be asked.
 */
int hull_walk_quick(const struct hull_ruleset *set, const struct hull_blob_class *class,
		    const struct path *path, u32 bit);

/** hull_walk_anchors - MOUNT: fill in the anchors that @path is beneath; RCU read side */
void hull_walk_anchors(const struct hull_ruleset *set, struct hull_request *request,
		       const struct path *path);

/** hull_walk_resolve - once, before the others; Return: 0, -EOPNOTSUPP */
int hull_walk_resolve(void);

#endif
