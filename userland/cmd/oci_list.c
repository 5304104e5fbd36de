// SPDX-License-Identifier: GPL-2.0-only
/* vmctl oci list, ps, events. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmd/oci_options.h>
#include <cmd/output.h>
#include <oci/cgroup.h>
#include <oci/life.h>

static bool wants_json(const struct args *args)
{
	const char *format = args->oci.text[OCI_FORMAT];

	return format && !strcmp(format, "json");
}

static void list_row(const struct oci_container *container, enum oci_status status)
{
	char text[TEXT_BYTES];

	printf("%-24s %-8d %-8s %-32s %-24s %u\n", container->id,
	       status == OCI_STOPPED ? 0 : (int)container->pid, oci_status_name(status),
	       container->bundle, text_time(container->created, text),
	       (unsigned int)container->owner);
}

int oci_list_run(const struct command *command, const struct args *args)
{
	const char *root = oci_begin(command, args);
	bool quiet = args->oci.flag[OCI_QUIET];
	json_t *array = wants_json(args) ? json_array() : NULL;
	struct oci_container container;
	struct hull_error error;
	struct dirent *entry;
	DIR *dir;

	if (!root)
		return STATUS_FAILURE;
	if (!array && !quiet)
		printf("%-24s %-8s %-8s %-32s %-24s %s\n", "ID", "PID", "STATUS", "BUNDLE",
		       "CREATED", "OWNER");
	dir = opendir(root);
	while (dir && (entry = readdir(dir))) {
		enum oci_status status;

		if (entry->d_name[0] == '.' && (!entry->d_name[1] || entry->d_name[1] == '.'))
			continue;
		/* One that goes away meanwhile is none. */
		if (oci_container_open(&container, root, entry->d_name, false, &error))
			continue;
		status = oci_container_status(&container);
		if (array)
			json_array_append_new(array, oci_container_json(&container, status, true));
		else if (quiet)
			printf("%s\n", container.id);
		else
			list_row(&container, status);
		oci_container_close(&container);
	}
	if (dir)
		closedir(dir);
	return array && json_end(array) ? STATUS_FAILURE : STATUS_OK;
}

/* --- ps -------------------------------------------------------------------------------- */

static bool pid_add(int pid, void *data)
{
	json_array_append_new(data, json_integer(pid));
	return true;
}

static void ps_row(int pid)
{
	char path[32], line[512], name[64] = "?", state = '?';
	unsigned int uid = 0;
	int parent = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "Name: %63[^\n]", name);
		sscanf(line, "State: %c", &state);
		sscanf(line, "PPid: %d", &parent);
		sscanf(line, "Uid: %u", &uid);
	}
	fclose(file);
	printf("%-8d %-8d %-10u %-5c %s\n", pid, parent, uid, state, text_clean(name));
}

int oci_ps_run(const struct command *command, const struct args *args)
{
	const char *root = oci_begin(command, args);
	struct oci_container container;
	struct hull_error error = { 0 };
	json_t *pids = json_array();
	size_t i;
	int cgroup;

	if (!root)
		return STATUS_FAILURE;
	if (oci_container_open(&container, root, args->words[0], false, &error))
		return oci_fail(&error);
	cgroup = oci_container_cgroup(&container, &error);
	oci_container_close(&container);
	if (cgroup < 0)
		return oci_fail(&error);
	oci_cgroup_each(cgroup, pid_add, pids);
	close(cgroup);
	if (wants_json(args))
		return json_end(pids) ? STATUS_FAILURE : STATUS_OK;
	printf("%-8s %-8s %-10s %-5s %s\n", "PID", "PPID", "UID", "STATE", "NAME");
	for (i = 0; i < json_array_size(pids); i++)
		ps_row((int)json_integer_value(json_array_get(pids, i)));
	json_decref(pids);
	return STATUS_OK;
}

/* --- events ------------------------------------------------------------------------------ */

/* A file with one number; "max" is the largest one there is. */
static void number_put(json_t *json, const char *key, int dir, const char *name)
{
	char text[64] = "";
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return;
	text[n] = '\0';
	if (!strncmp(text, "max", 3))
		json_object_set_new(json, key, json_integer(INT64_MAX));
	else
		json_object_set_new(json, key, json_integer(strtoll(text, NULL, 10)));
}

/* A file of lines "KEY NUMBER". */
static void flat_put(json_t *json, int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char key[64];
	long long value;

	while (file && fscanf(file, "%63s %lld", key, &value) == 2)
		json_object_set_new(json, key, json_integer(value));
	if (file)
		fclose(file);
}

static json_t *section(json_t *data, const char *name)
{
	json_t *json = json_object();

	json_object_set_new(data, name, json);
	return json;
}

/* The words of runc's line, as far as cgroup v2 has what they mean. */
static json_t *stats_json(int dir)
{
	json_t *data = json_object(), *cpu, *memory, *usage, *flat = json_object();
	json_int_t us = 1000;

	flat_put(flat, dir, "cpu.stat");
	cpu = section(section(data, "cpu"), "usage");
	json_object_set_new(cpu, "total", json_integer(us *
			    json_integer_value(json_object_get(flat, "usage_usec"))));
	json_object_set_new(cpu, "kernel", json_integer(us *
			    json_integer_value(json_object_get(flat, "system_usec"))));
	json_object_set_new(cpu, "user", json_integer(us *
			    json_integer_value(json_object_get(flat, "user_usec"))));
	cpu = section(json_object_get(data, "cpu"), "throttling");
	json_object_set_new(cpu, "periods", json_incref(json_object_get(flat, "nr_periods")));
	json_object_set_new(cpu, "throttledPeriods",
			    json_incref(json_object_get(flat, "nr_throttled")));
	json_decref(flat);
	memory = section(data, "memory");
	usage = section(memory, "usage");
	number_put(usage, "usage", dir, "memory.current");
	number_put(usage, "limit", dir, "memory.max");
	number_put(usage, "max", dir, "memory.peak");
	flat_put(section(memory, "raw"), dir, "memory.stat");
	usage = section(data, "pids");
	number_put(usage, "current", dir, "pids.current");
	number_put(usage, "limit", dir, "pids.max");
	return data;
}

static long long oom_kills(int dir)
{
	json_t *json = json_object();
	long long n;

	flat_put(json, dir, "memory.events");
	n = json_integer_value(json_object_get(json, "oom_kill"));
	json_decref(json);
	return n;
}

static int event_print(const char *id, const char *type, json_t *data)
{
	json_t *json = json_pack("{ss ss}", "type", type, "id", id);

	if (data)
		json_object_set_new(json, "data", data);
	if (json_end(json) || fflush(stdout))
		return -1;
	return 0;
}

static bool interval(const char *text, long *ms)
{
	char *end;
	double seconds = text ? strtod(text, &end) : 5;

	*ms = (long)(seconds * 1000);
	return !text || ((!*end || !strcmp(end, "s")) && seconds >= 0.01 && seconds <= 86400);
}

int oci_events_run(const struct command *command, const struct args *args)
{
	const char *root = oci_begin(command, args);
	struct oci_container container;
	struct hull_error error = { 0 };
	struct timespec pause;
	long long kills;
	int cgroup;
	long ms;

	if (!root)
		return STATUS_FAILURE;
	if (!interval(args->oci.text[OCI_INTERVAL], &ms)) {
		command_complain(command, "--interval: not 0.01 to 86400 seconds");
		return STATUS_USAGE;
	}
	if (oci_container_open(&container, root, args->words[0], false, &error))
		return oci_fail(&error);
	cgroup = oci_container_cgroup(&container, &error);
	if (cgroup < 0) {
		oci_container_close(&container);
		return oci_fail(&error);
	}
	pause = (struct timespec){ ms / 1000, ms % 1000 * 1000000 };
	kills = oom_kills(cgroup);
	while (oci_container_status(&container) != OCI_STOPPED) {
		if (oom_kills(cgroup) > kills && event_print(container.id, "oom", NULL))
			break;
		kills = oom_kills(cgroup);
		if (event_print(container.id, "stats", stats_json(cgroup)) ||
		    args->oci.flag[OCI_STATS])
			break;
		nanosleep(&pause, NULL);
	}
	close(cgroup);
	oci_container_close(&container);
	return STATUS_OK;
}
