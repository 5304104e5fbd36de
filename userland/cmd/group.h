/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands on groups share. */
#ifndef HULL_CMD_GROUP_H
#define HULL_CMD_GROUP_H

#include <jansson.h>
#include <lib/group.h>
#include <cmd/command.h>

/* The group that the first word names; what is wrong has been said. */
enum status command_group(const struct command *command, const struct args *args,
			  struct hull_group_info *group);
json_t *json_group(const struct hull_group_info *group);

#endif
