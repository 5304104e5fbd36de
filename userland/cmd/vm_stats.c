// SPDX-License-Identifier: GPL-2.0-only
/* vmctl vm stats, vm log. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmd/command.h>
#include <cmd/output.h>

enum unit { UNIT_COUNT, UNIT_BYTES, UNIT_NS };

/* Each counter, as people and as programs call it. */
static const struct {
	const char *title, *key;
	size_t offset;
	enum unit unit;
} counters[] = {
#define COUNTER(title, field, unit)	{ title, #field, offsetof(struct hull_vm_stats, field), unit }
	COUNTER("Exits", exits, UNIT_COUNT),
	COUNTER("Time in guest", guest_ns, UNIT_NS),
	COUNTER("Exits to VMM", user_exits, UNIT_COUNT),
	COUNTER("Halts", halts, UNIT_COUNT),
	COUNTER("Interrupts", injected, UNIT_COUNT),
	COUNTER("NMIs", nmis, UNIT_COUNT),
	COUNTER("Hypercalls", hypercalls, UNIT_COUNT),
	COUNTER("... denied", hypercalls_denied, UNIT_COUNT),
	COUNTER("Memory mapped", memory, UNIT_BYTES),
	COUNTER("... in 2 MiB", memory_2m, UNIT_BYTES),
	COUNTER("... given back", given, UNIT_BYTES),
	COUNTER("EPT tables", tables, UNIT_BYTES),
	COUNTER("EPT faults", faults, UNIT_COUNT),
	COUNTER("TLB flushes", tlb_flushes, UNIT_COUNT),
	COUNTER("Emulated", emulated, UNIT_COUNT),
#undef COUNTER
};

#define N_COUNTERS	(sizeof(counters) / sizeof(counters[0]))

static uint64_t counter(const struct hull_vm_stats *stats, size_t i)
{
	return *(const uint64_t *)((const char *)stats + counters[i].offset);
}

static int more_first(const void *a, const void *b)
{
	const struct hull_exit_count *one = a, *other = b;

	return (one->count < other->count) - (one->count > other->count);
}

static void stats_print(struct hull_vm_stats *stats)
{
	char text[TEXT_BYTES];
	size_t i;

	row_print("VM", "%s (id %" PRIu32 ")", stats->name, stats->id);
	for (i = 0; i < N_COUNTERS; i++) {
		uint64_t value = counter(stats, i);

		if (counters[i].unit == UNIT_BYTES)
			row_print(counters[i].title, "%s", text_bytes(value, text));
		else if (counters[i].unit == UNIT_NS)
			row_print(counters[i].title, "%s", text_ns(value, text));
		else
			row_print(counters[i].title, "%" PRIu64, value);
	}
	if (!stats->n_exit)
		return;
	qsort(stats->exit, stats->n_exit, sizeof(stats->exit[0]), more_first);
	printf("\nExits by reason\n");
	for (i = 0; i < stats->n_exit; i++)
		printf("%12" PRIu64 "  %s\n", stats->exit[i].count, stats->exit[i].name);
}

static json_t *stats_json(const struct hull_vm_stats *stats)
{
	json_t *object = json_object(), *exits = json_array(), *exit;
	size_t i;

	json_put_u64(object, "id", stats->id);
	json_put_text(object, "name", stats->name);
	for (i = 0; i < N_COUNTERS; i++)
		json_put_u64(object, counters[i].key, counter(stats, i));
	for (i = 0; i < stats->n_exit; i++) {
		exit = json_object();
		json_put_u64(exit, "reason", stats->exit[i].reason);
		json_put_text(exit, "name", stats->exit[i].name);
		json_put_u64(exit, "count", stats->exit[i].count);
		json_array_append_new(exits, exit);
	}
	json_put(object, "exit_reasons", exits);
	return object;
}

static int stats_one(const struct command *command, const struct args *args,
		     struct hull_client *client)
{
	struct hull_ref ref = command_ref(args->words[0]);
	struct hull_vm_stats stats = { 0 };
	struct hull_error error;

	if (hull_vm_stats(client, &ref, &stats, &error))
		return command_fail(command, &error);
	if (args->json)
		return json_end(stats_json(&stats)) ? STATUS_FAILURE : STATUS_OK;
	stats_print(&stats);
	return STATUS_OK;
}

static int stats_all(const struct command *command, const struct args *args,
		     struct hull_client *client)
{
	struct hull_vm_stats *stats;
	struct hull_error error;
	json_t *array = NULL;
	size_t i, n;

	if (hull_vm_stats_list(client, &stats, &n, &error))
		return command_fail(command, &error);
	if (args->json)
		array = json_array();
	for (i = 0; i < n; i++) {
		if (args->json) {
			json_array_append_new(array, stats_json(&stats[i]));
		} else {
			printf("%s", i ? "\n" : "");
			stats_print(&stats[i]);
		}
	}
	free(stats);
	return args->json && json_end(array) ? STATUS_FAILURE : STATUS_OK;
}

int vm_stats_run(const struct command *command, const struct args *args)
{
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);

	if (!client)
		return status;
	status = args->n_words ? stats_one(command, args, client) : stats_all(command, args, client);
	hull_client_close(client);
	return status;
}

static int log_json(const struct hull_vm_log *log)
{
	json_t *object = json_object();

	json_put_text(object, "text", log->text);
	json_put_u64(object, "lines", log->lines);
	json_put_u64(object, "dropped", log->dropped);
	return json_end(object);
}

int vm_log_run(const struct command *command, const struct args *args)
{
	struct hull_ref ref = command_ref(args->words[0]);
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	struct hull_vm_log log = { 0 };
	struct hull_error error;
	int ret;

	if (!client)
		return status;
	ret = hull_vm_log(client, &ref, &log, &error);
	hull_client_close(client);
	if (ret)
		return command_fail(command, &error);
	/* The kernel lets only printable bytes and line ends into it. */
	if (args->json && log_json(&log))
		status = STATUS_FAILURE;
	else if (!args->json)
		printf("%s", log.text);
	if (!args->json && log.dropped)
		command_complain(command, "%" PRIu64 " lines were dropped: the guest sent too many",
				 log.dropped);
	free(log.text);
	return status;
}
