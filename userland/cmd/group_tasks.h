/* SPDX-License-Identifier: GPL-2.0-only */
/* A group's processes, and its cgroup. */
#ifndef HULL_CMD_GROUP_TASKS_H
#define HULL_CMD_GROUP_TASKS_H

#include <sys/types.h>
#include <cmd/command.h>

struct group_task {
	pid_t pid, inside;		/* as seen from here, and in its own pid namespace */
	uid_t uid;
	char state;
	char command[256];
};

/* For each process in cgroup @fd and below it; @fn's other value than 0 ends that. */
int group_tasks(int fd, int (*fn)(const struct group_task *task, void *data), void *data,
		struct hull_error *error);

/* The directory of the cgroup of the group that the first word names; close() it. */
enum status group_cgroup(const struct command *command, const struct args *args, int *fd);

#endif
