/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where groups' cgroups are: hull-groups/NAME below the root of the hierarchy for root; for
 * others below the highest cgroup, from their own upwards, that was handed over to them.
 */
#ifndef HULL_GROUP_PLACE_H
#define HULL_GROUP_PLACE_H

#include <limits.h>
#include <lib/client.h>

struct hull_group_place {
	char path[PATH_MAX];		/* "": there is none */
	int fd;				/* of its directory; -1 */
};

/** hull_group_place_path - where the cgroup of @name is or would be; @path "": nowhere */
int hull_group_place_path(const char *name, char *path, size_t size, struct hull_error *error);
/**
 * hull_group_place_make - at @path, an empty cgroup with the controllers there are
 *
 * An empty one that is there already is taken. @path "": none, fd -1.
 */
int hull_group_place_make(struct hull_group_place *place, const char *path,
			  struct hull_error *error);
/** hull_group_place_empty - kill what is in it, and remove what it has made below */
int hull_group_place_empty(const char *path, struct hull_error *error);
/** hull_group_place_remove - kill what is in it and remove it with all below; 0 if it is gone */
int hull_group_place_remove(const char *path, struct hull_error *error);
void hull_group_place_close(struct hull_group_place *place);

#endif
