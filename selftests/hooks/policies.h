/* SPDX-License-Identifier: GPL-2.0-only */
/* Groups under policies that tests write as text. */
#ifndef HULL_POLICIES_H
#define HULL_POLICIES_H

#include "groups.h"

/* As groups_open(), and the loopback interface is up. */
bool policies_open(void);
/* Compiles @text with vmctl; a descriptor of the blob, or -1 */
int policy_compile(const char *text);
/* Group @name is under the policy in @fd; -1: under none */
struct nl_reply confine_fd(const char *name, int fd);
struct nl_reply confine(const char *name, const char *text);
/* What rule @rule of the group's policy decided; -1: there is no policy, or no such rule */
long long confine_hits(const char *name, unsigned int rule);

/*
 * Runs @fn in a child in cgroup @path, under the policy of whoever has that; what it
 * returns, 0 to 255 (an errno, mostly), or -signal.
 */
int confined(const char *path, int (*fn)(void));

#endif
