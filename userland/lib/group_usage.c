// SPDX-License-Identifier: GPL-2.0-only
/* What a cgroup's own files say of the processor, memory, tasks and devices it uses. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <lib/group.h>

#define FILE_BYTES	16384		/* io.stat has a line for each device */

/* The file's text, or NULL: it is not there, its controller being off. */
static char *file_read(int cgroup_fd, const char *name, char *text)
{
	int fd = openat(cgroup_fd, name, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got;

	if (fd < 0)
		return NULL;
	while (n < FILE_BYTES - 1 && (got = read(fd, text + n, FILE_BYTES - 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	text[n] = '\0';
	return n ? text : NULL;
}

static uint64_t number_read(int cgroup_fd, const char *name, char *text)
{
	uint64_t value;
	char *end;

	if (!file_read(cgroup_fd, name, text))
		return HULL_USAGE_UNKNOWN;
	value = strtoull(text, &end, 10);
	return end == text ? HULL_USAGE_UNKNOWN : value;
}

static void keys_read(int cgroup_fd, const char *name, char *text, const char *const *keys,
		      uint64_t *const *values)
{
	bool there = file_read(cgroup_fd, name, text);

	for (; *keys; keys++, values++)
		if (!there || !hull_flat_find(text, *keys, *values))
			**values = HULL_USAGE_UNKNOWN;
}

int hull_group_usage(int cgroup_fd, struct hull_group_usage *usage, struct hull_error *error)
{
	static const char *const cpu[] = {
		"usage_usec", "user_usec", "system_usec", "nr_throttled", "throttled_usec", NULL,
	};
	static const char *const memory[] = { "oom", "oom_kill", "high", "max", NULL };
	uint64_t *const cpu_values[] = {
		&usage->cpu_us, &usage->cpu_user_us, &usage->cpu_system_us, &usage->throttled,
		&usage->throttled_us,
	};
	uint64_t *const memory_values[] = {
		&usage->memory_oom, &usage->memory_oom_kill, &usage->memory_high,
		&usage->memory_max,
	};
	char *text = malloc(FILE_BYTES);
	bool io;

	if (!text)
		return hull_error_set(error, ENOMEM, "out of memory");
	keys_read(cgroup_fd, "cpu.stat", text, cpu, cpu_values);
	keys_read(cgroup_fd, "memory.events", text, memory, memory_values);
	usage->memory = number_read(cgroup_fd, "memory.current", text);
	usage->memory_peak = number_read(cgroup_fd, "memory.peak", text);
	usage->swap = number_read(cgroup_fd, "memory.swap.current", text);
	usage->pids = number_read(cgroup_fd, "pids.current", text);
	usage->pids_peak = number_read(cgroup_fd, "pids.peak", text);
	/* It is empty before the first access, and absent without the controller. */
	io = !faccessat(cgroup_fd, "io.stat", F_OK, 0);
	if (!file_read(cgroup_fd, "io.stat", text))
		text[0] = '\0';
	usage->read_bytes = io ? hull_pairs_sum(text, "rbytes") : HULL_USAGE_UNKNOWN;
	usage->written_bytes = io ? hull_pairs_sum(text, "wbytes") : HULL_USAGE_UNKNOWN;
	usage->reads = io ? hull_pairs_sum(text, "rios") : HULL_USAGE_UNKNOWN;
	usage->writes = io ? hull_pairs_sum(text, "wios") : HULL_USAGE_UNKNOWN;
	free(text);
	return 0;
}
