/* SPDX-License-Identifier: GPL-2.0-only */
/* cgroupsPath: where a container's cgroup is, and the cgroup itself. */
#ifndef HULL_OCI_CGROUP_H
#define HULL_OCI_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <lib/client.h>

/**
 * oci_cgroup_path - the directory that @cgroups_path stands for
 * @cgroups_path: absolute: from the hierarchy's root; relative: below hull-oci; NULL: made
 *	of @id. With @systemd "SLICE:PREFIX:NAME", where systemd would put that scope
 * @path: "": the caller may make no cgroups, and the container has none of its own
 */
int oci_cgroup_path(const char *cgroups_path, const char *id, bool systemd, char *path,
		    size_t size, struct hull_error *error);
/** oci_cgroup_make - at @path, with controllers; Return: its directory, or -1 and *@error */
int oci_cgroup_make(const char *path, struct hull_error *error);

/** oci_cgroup_each - every process in it and in those below; false: @each did */
bool oci_cgroup_each(int dir, bool (*each)(int pid, void *data), void *data);

#endif
