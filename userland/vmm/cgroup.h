/* SPDX-License-Identifier: GPL-2.0-only */
/* A cgroup (v2) for each VM: hull/NAME below the mount, with its limits. */
#ifndef HULL_VMM_CGROUP_H
#define HULL_VMM_CGROUP_H

#include <limits.h>

#include "error.h"

struct vmm_cgroup {
	char path[PATH_MAX];		/* "" : none */
};

/**
 * cgroup_create - Return: 0; with a notice when this host limits nothing; -1 when a
 * limit was asked for that it cannot keep
 */
int cgroup_create(struct vmm_cgroup *cgroup, const struct vmm_options *options,
		  struct vmm_error *error);
/** cgroup_join - the calling process, and what it allocates from now on */
int cgroup_join(const struct vmm_cgroup *cgroup, struct vmm_error *error);
/** cgroup_remove - when nothing is in it any more */
void cgroup_remove(struct vmm_cgroup *cgroup);

#endif
