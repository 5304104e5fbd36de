/* SPDX-License-Identifier: GPL-2.0-only */
/* From what a group did to a policy that allows just that, in words for a person. */
#ifndef HULL_POLICY_GROUP_LEARN_H
#define HULL_POLICY_GROUP_LEARN_H

#include <stdbool.h>
#include <stdio.h>

struct group_learn;

struct group_learn *group_learn_new(void);
void group_learn_free(struct group_learn *learn);
/** group_learn_add - @request: "file read /etc/passwd"; false: not such; *@why as long as @learn */
bool group_learn_add(struct group_learn *learn, const char *request, const char **why);
/** group_learn_write - once; nothing can be added behind it */
void group_learn_write(struct group_learn *learn, FILE *to);

#endif
