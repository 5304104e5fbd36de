/* SPDX-License-Identifier: GPL-2.0-only */
/* Hooks: programs of the bundle's, with the container's state on their stdin. */
#ifndef HULL_OCI_HOOKS_H
#define HULL_OCI_HOOKS_H

#include <container/config.h>
#include <lib/client.h>

/**
 * oci_hooks_run - all of one kind, in their order, up to the first that fails
 * @state: JSON for their stdin
 * @process: whose rights they get; NULL: the caller's
 *
 * A hook fails if it cannot be executed, exits with anything but 0, or takes longer than
 * its timeout, when it is killed. The sentence has the last line that it wrote.
 */
int oci_hooks_run(const struct hull_ct_config *config, enum hull_ct_hook_kind kind,
		  const char *state, const struct hull_ct_process *process,
		  struct hull_error *error);

#endif
