// SPDX-License-Identifier: GPL-2.0-only
/* vmctl group stats: what the kernel counted of a group, and what its cgroup uses. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmd/group.h>
#include <cmd/output.h>

enum unit { UNIT_NUMBER, UNIT_BYTES, UNIT_US };

/* A counter: what programs call it, what people do, where it is in its structure. */
struct counter {
	const char *key, *name;
	enum unit unit;
	size_t at;
};

#define COUNTED(field, name)	{ #field, name, UNIT_NUMBER, offsetof(struct hull_group_stats, field) }
#define USED(field, name, unit)	{ #field, name, unit, offsetof(struct hull_group_usage, field) }

static const struct counter counted[] = {
	COUNTED(forks, "Processes"),
	COUNTED(threads, "Threads"),
	COUNTED(execs, "Executions"),
	COUNTED(exits, "Ended"),
	COUNTED(failed, "  with failure"),
	COUNTED(oom_kills, "  out of memory"),
	COUNTED(allowed, "Allowed"),
	COUNTED(denied, "Denied"),
	COUNTED(audited, "Audited"),
	COUNTED(asked, "Asked"),
	COUNTED(limited, "Limited"),
	COUNTED(killed, "Killed"),
	{ NULL, NULL, UNIT_NUMBER, 0 },
};

static const struct counter used[] = {
	USED(cpu_us, "CPU", UNIT_US),
	USED(cpu_user_us, "  user", UNIT_US),
	USED(cpu_system_us, "  system", UNIT_US),
	USED(throttled, "Throttled", UNIT_NUMBER),
	USED(throttled_us, "  for", UNIT_US),
	USED(memory, "Memory", UNIT_BYTES),
	USED(memory_peak, "  at most", UNIT_BYTES),
	USED(swap, "Swap", UNIT_BYTES),
	USED(memory_high, "Over high", UNIT_NUMBER),
	USED(memory_max, "At max", UNIT_NUMBER),
	USED(memory_oom, "Out of memory", UNIT_NUMBER),
	USED(memory_oom_kill, "  killed", UNIT_NUMBER),
	USED(pids, "Tasks", UNIT_NUMBER),
	USED(pids_peak, "  at most", UNIT_NUMBER),
	USED(read_bytes, "Read", UNIT_BYTES),
	USED(written_bytes, "Written", UNIT_BYTES),
	USED(reads, "Reads", UNIT_NUMBER),
	USED(writes, "Writes", UNIT_NUMBER),
	{ NULL, NULL, UNIT_NUMBER, 0 },
};

static uint64_t value_of(const struct counter *row, const void *values)
{
	uint64_t value;

	memcpy(&value, (const char *)values + row->at, sizeof(value));
	return value;
}

static void rows_print(const struct counter *row, const void *values)
{
	char text[TEXT_BYTES];
	uint64_t value;

	for (; row->key; row++) {
		value = value_of(row, values);
		if (value == HULL_USAGE_UNKNOWN)
			continue;
		if (row->unit == UNIT_BYTES)
			row_print(row->name, "%s", text_bytes(value, text));
		else if (row->unit == UNIT_US)
			row_print(row->name, "%s", text_ns(value * 1000, text));
		else
			row_print(row->name, "%" PRIu64, value);
	}
}

static json_t *rows_json(const struct counter *row, const void *values)
{
	json_t *object = json_object();
	uint64_t value;

	for (; row->key; row++) {
		value = value_of(row, values);
		json_put(object, row->key, value == HULL_USAGE_UNKNOWN ? json_null() :
			 json_integer((json_int_t)value));
	}
	return object;
}

static json_t *signals_json(const struct hull_group_stats *stats)
{
	json_t *object = json_object();
	char number[8];
	int i;

	for (i = 1; i <= HULL_SIGNALS_MAX; i++) {
		if (!stats->signals[i])
			continue;
		snprintf(number, sizeof(number), "%d", i);
		json_put_u64(object, number, stats->signals[i]);
	}
	return object;
}

static void signals_print(const struct hull_group_stats *stats)
{
	char name[32];
	int i;

	for (i = 1; i <= HULL_SIGNALS_MAX; i++) {
		if (!stats->signals[i])
			continue;
		if (sigabbrev_np(i))
			snprintf(name, sizeof(name), "  by SIG%s", sigabbrev_np(i));
		else
			snprintf(name, sizeof(name), "  by signal %d", i);
		row_print(name, "%" PRIu64, stats->signals[i]);
	}
}

struct both {
	struct hull_group_info group;
	struct hull_group_stats stats;
	struct hull_group_usage usage;
	bool has_usage;
};

static json_t *both_json(const struct both *both)
{
	json_t *object = json_object(), *counts = rows_json(counted, &both->stats);

	json_put_u64(object, "id", both->group.id);
	json_put_text(object, "name", both->group.name);
	json_put_text(object, "state", hull_group_state_name(both->group.state));
	json_put(counts, "signals", signals_json(&both->stats));
	json_put(object, "counted", counts);
	json_put(object, "used", both->has_usage ? rows_json(used, &both->usage) : json_null());
	return object;
}

static void both_print(const struct both *both)
{
	row_print("Name", "%s", both->group.name);
	row_print("State", "%s", hull_group_state_name(both->group.state));
	rows_print(counted, &both->stats);
	signals_print(&both->stats);
	if (both->has_usage)
		rows_print(used, &both->usage);
}

/* A cgroup that is gone, or cannot be looked at from here, leaves the kernel's counters. */
static int both_get(struct hull_client *client, const struct hull_group_info *group,
		    struct both *both, struct hull_error *error)
{
	struct hull_ref ref = { .id = group->id };
	struct hull_error unseen;
	int fd;

	both->group = *group;
	both->has_usage = false;
	if (hull_group_stats(client, &ref, &both->stats, error))
		return -1;
	if (hull_group_open(group, &fd, &unseen))
		return 0;
	both->has_usage = !hull_group_usage(fd, &both->usage, &unseen);
	close(fd);
	return 0;
}

static int groups_get(struct hull_client *client, const struct args *args,
		      struct hull_group_info **groups, size_t *n, struct hull_error *error)
{
	struct hull_ref ref;

	if (!args->n_words)
		return hull_group_list(client, groups, n, error);
	ref = command_ref(args->words[0]);
	*n = 1;
	*groups = calloc(1, sizeof(**groups));
	if (!*groups)
		return hull_error_set(error, ENOMEM, "out of memory");
	if (!hull_group_get(client, &ref, *groups, error))
		return 0;
	free(*groups);
	return -1;
}

int group_stats_run(const struct command *command, const struct args *args)
{
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	json_t *array = args->json ? json_array() : NULL;
	struct hull_group_info *groups;
	struct hull_error error;
	struct both both;
	size_t i, n;

	if (!client)
		return status;
	if (groups_get(client, args, &groups, &n, &error)) {
		hull_client_close(client);
		return command_fail(command, &error);
	}
	for (i = 0; i < n; i++) {
		/* One of many may be deleted by now. */
		if (both_get(client, &groups[i], &both, &error)) {
			if (args->n_words)
				status = command_fail(command, &error);
			continue;
		}
		if (array) {
			json_array_append_new(array, both_json(&both));
			continue;
		}
		printf("%s", i ? "\n" : "");
		both_print(&both);
	}
	free(groups);
	hull_client_close(client);
	if (array && json_end(array))
		return STATUS_FAILURE;
	return status;
}
