/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files that parse options of groups share. */
#ifndef HULL_CMD_GROUP_PRIVATE_H
#define HULL_CMD_GROUP_PRIVATE_H

#include <cmd/group_options.h>

/* The configuration so far; NULL and *@why: no memory */
struct hull_ct_config *group_config_of(struct args *args, const char **why);
/* A copy of *@text up to @stop, which is skipped; NULL: no memory */
char *group_piece(struct hull_ct_config *config, const char **text, char stop);
/* @len digits: an id */
bool group_id_parse(const char *text, size_t len, uint32_t *id);

#endif
