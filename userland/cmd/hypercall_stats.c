// SPDX-License-Identifier: GPL-2.0-only
/* vmctl hypercall stats. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <cmd/calls.h>
#include <cmd/output.h>

#define BAR_WIDTH	40

static void table_head(void)
{
	printf("%-20s  %10s  %8s  %8s  %9s  %6s  %6s  %6s\n", "CALL", "CALLS", "DENIED", "ERRORS",
	       "BYTES", "MIN", "MEDIAN", "P99");
}

static void table_row(const struct hull_vm_call *call)
{
	char name[CALL_TEXT_MAX], bytes[TEXT_BYTES];

	printf("%-20s  %10" PRIu64 "  %8" PRIu64 "  %8" PRIu64 "  %9s", call_text(call, name),
	       call->calls, call->denied, call->errors, text_bytes(call->bytes, bytes));
	if (!latency_total(call->latency))
		printf("  %6s  %6s  %6s\n", "-", "-", "-");
	else
		printf("  %6" PRIu64 "  %6" PRIu64 "  %6" PRIu64 "\n",
		       latency_quantile(call->latency, 0), latency_quantile(call->latency, 500),
		       latency_quantile(call->latency, 990));
}

static void histogram_print(const struct hull_vm_call *call)
{
	int i, first = 0, last = HULL_CALL_BUCKETS - 1;
	uint64_t most = 1, count;

	while (first < last && !call->latency[first])
		first++;
	while (last > first && !call->latency[last])
		last--;
	for (i = first; i <= last; i++)
		if (call->latency[i] > most)
			most = call->latency[i];
	printf("\n%12s  %12s\n", "CYCLES FROM", "CALLS");
	for (i = first; i <= last; i++) {
		count = call->latency[i];
		printf("%12" PRIu64 "  %12" PRIu64 "  %.*s\n", UINT64_C(1) << i, count,
		       /* what is there is seen */
		       (int)((double)count / (double)most * BAR_WIDTH + (count ? 0.999 : 0)),
		       "##########################################");
	}
}

static json_t *call_json(const struct hull_vm_call *call)
{
	json_t *object = json_object(), *latency = json_array();
	bool any = latency_total(call->latency);
	int i;

	for (i = 0; i < HULL_CALL_BUCKETS; i++)
		json_array_append_new(latency, json_integer((json_int_t)call->latency[i]));
	json_put_u64(object, "number", call->number);
	json_put_text(object, "name", call->name);
	json_put_u64(object, "calls", call->calls);
	json_put_u64(object, "denied", call->denied);
	json_put_u64(object, "errors", call->errors);
	json_put_u64(object, "bytes", call->bytes);
#define QUANTILE(permille) \
	(any ? json_integer((json_int_t)latency_quantile(call->latency, permille)) : json_null())
	json_put(object, "min_cycles", QUANTILE(0));
	json_put(object, "median_cycles", QUANTILE(500));
	json_put(object, "p99_cycles", QUANTILE(990));
#undef QUANTILE
	json_put(object, "latency", latency);
	return object;
}

/* A number nobody has called is 0 calls; a name nobody has is a mistake. */
static bool call_find(const struct vm_calls *calls, const char *word, struct hull_vm_call *found)
{
	const struct policy_call *ours = policy_call_by_name(word);
	uint32_t number;
	size_t i;

	if (ours)
		number = ours->number;
	else if (!policy_call_number(word, strlen(word), &number) &&
		 !calls->names.number(calls->names.data, word, &number))
		return false;
	*found = (struct hull_vm_call){ .number = HULL_HYPERCALL_BASE + number };
	if (ours)
		snprintf(found->name, sizeof(found->name), "%s", ours->name);
	for (i = 0; i < calls->n; i++)
		if (calls->calls[i].number == found->number)
			*found = calls->calls[i];
	return true;
}

static int stats_one(const struct command *command, const struct vm_calls *calls,
		     const struct args *args)
{
	struct hull_vm_call call;

	if (!call_find(calls, args->words[1], &call)) {
		command_complain(command, "'%s': no such call; vmctl hypercall list has them",
				 args->words[1]);
		return STATUS_USAGE;
	}
	if (args->json)
		return json_end(call_json(&call)) ? STATUS_FAILURE : STATUS_OK;
	table_head();
	table_row(&call);
	if (latency_total(call.latency))
		histogram_print(&call);
	return STATUS_OK;
}

static int stats_all(const struct vm_calls *calls, bool json)
{
	json_t *array = json ? json_array() : NULL;
	size_t i;

	if (!json)
		table_head();
	for (i = 0; i < calls->n; i++) {
		if (!calls->calls[i].calls)
			continue;
		if (json)
			json_array_append_new(array, call_json(&calls->calls[i]));
		else
			table_row(&calls->calls[i]);
	}
	return json && json_end(array) ? STATUS_FAILURE : STATUS_OK;
}

int hypercall_stats_run(const struct command *command, const struct args *args)
{
	struct hull_ref ref = command_ref(args->words[0]);
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	struct vm_calls calls;
	struct hull_error error;

	if (!client)
		return status;
	if (vm_calls_get(client, &ref, &calls, &error))
		status = command_fail(command, &error);
	else if (args->n_words > 1)
		status = stats_one(command, &calls, args);
	else
		status = stats_all(&calls, args->json);
	vm_calls_free(&calls);
	hull_client_close(client);
	return status;
}
