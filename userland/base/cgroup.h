/* SPDX-License-Identifier: GPL-2.0-only */
/* The cgroup hierarchy, version 2, as files. */
#ifndef HULL_BASE_CGROUP_H
#define HULL_BASE_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

/** hull_cgroup_mount - where version 2 is mounted; Return: false: nowhere */
bool hull_cgroup_mount(char *path, size_t size);
/** hull_cgroup_write - Return: 0, or -1 and errno */
int hull_cgroup_write(const char *dir, const char *name, const char *text);
/** hull_cgroup_enable - controllers for what is below @dir, as many as there are of @names */
void hull_cgroup_enable(const char *dir, const char *const *names, size_t n);

#endif
