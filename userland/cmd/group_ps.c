// SPDX-License-Identifier: GPL-2.0-only
/* vmctl group ps: what runs in a group. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmd/group_options.h>
#include <cmd/group_tasks.h>
#include <cmd/output.h>

#define DEPTH_MAX	64

/* false: it has ended meanwhile */
static bool status_read(struct group_task *task)
{
	char path[32], line[256], *at;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)task->pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "State: %c", &task->state);
		sscanf(line, "Uid: %u", &task->uid);
		sscanf(line, "Name: %255[^\n]", task->command);
		/* outermost first */
		at = strncmp(line, "NSpid:", 6) ? NULL : strrchr(line, '\t');
		if (at)
			task->inside = (pid_t)strtol(at, NULL, 10);
	}
	fclose(file);
	return true;
}

static bool task_read(pid_t pid, struct group_task *task)
{
	char path[32], *at;
	ssize_t n;
	int fd;

	*task = (struct group_task){ .pid = pid, .state = '?' };
	if (!status_read(task))
		return false;
	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	n = read(fd, path, 1);
	if (n > 0 && lseek(fd, 0, SEEK_SET) == 0) {
		n = read(fd, task->command, sizeof(task->command) - 1);
		task->command[n > 0 ? n : 0] = '\0';
		for (at = task->command; at < task->command + n - 1; at++)
			if (!*at)
				*at = ' ';
	}
	close(fd);
	text_clean(task->command);
	return true;
}

static int procs_read(int dir, int (*fn)(const struct group_task *task, void *data), void *data,
		      struct hull_error *error)
{
	int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC), ret = 0;
	FILE *procs = fd < 0 ? NULL : fdopen(fd, "r");
	struct group_task task;
	char line[32];

	if (!procs) {
		if (fd >= 0)
			close(fd);
		return hull_error_set(error, errno, "cgroup.procs: %s", strerror(errno));
	}
	/* 0: a process of a pid namespace that is not below ours */
	while (!ret && fgets(line, sizeof(line), procs))
		if (strtol(line, NULL, 10) > 0 &&
		    task_read((pid_t)strtol(line, NULL, 10), &task))
			ret = fn(&task, data);
	fclose(procs);
	return ret;
}

static int tasks_at(int dir, int depth, int (*fn)(const struct group_task *task, void *data),
		    void *data, struct hull_error *error)
{
	int ret = procs_read(dir, fn, data, error), below;
	struct dirent *entry;
	DIR *files;

	below = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	files = below < 0 ? NULL : fdopendir(below);
	if (!files) {
		if (below >= 0)
			close(below);
		return ret;
	}
	while (!ret && depth < DEPTH_MAX && (entry = readdir(files))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		below = openat(dirfd(files), entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (below < 0)
			continue;
		ret = tasks_at(below, depth + 1, fn, data, error);
		close(below);
	}
	closedir(files);
	return ret;
}

int group_tasks(int fd, int (*fn)(const struct group_task *task, void *data), void *data,
		struct hull_error *error)
{
	return tasks_at(fd, 0, fn, data, error);
}

static int task_print(const struct group_task *task, void *data)
{
	(void)data;
	printf("%7d  %7d  %7u  %c  %s\n", (int)task->pid, (int)task->inside, task->uid, task->state,
	       task->command);
	return 0;
}

static int task_json(const struct group_task *task, void *data)
{
	char state[2] = { task->state, '\0' };
	json_t *object = json_object();

	json_put_u64(object, "pid", (uint64_t)task->pid);
	json_put_u64(object, "inside", (uint64_t)task->inside);
	json_put_u64(object, "uid", task->uid);
	json_put_text(object, "state", state);
	json_put_text(object, "command", task->command);
	json_array_append_new(data, object);
	return 0;
}

int group_ps_run(const struct command *command, const struct args *args)
{
	json_t *array = args->json ? json_array() : NULL;
	struct hull_error error = { 0 };
	enum status status;
	int fd;

	status = group_cgroup(command, args, &fd);
	if (status == STATUS_OK) {
		if (!args->json)
			printf("%7s  %7s  %7s  %s  %s\n", "PID", "INSIDE", "UID", "S", "COMMAND");
		if (group_tasks(fd, args->json ? task_json : task_print, array, &error))
			status = command_fail(command, &error);
		close(fd);
	}
	if (status == STATUS_OK && args->json)
		return json_end(array) ? STATUS_FAILURE : STATUS_OK;
	json_decref(array);
	return status;
}
