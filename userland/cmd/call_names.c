// SPDX-License-Identifier: GPL-2.0-only
/* Calls of a VM by number and by name. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmd/calls.h>

static bool number_find(void *data, const char *name, uint32_t *number)
{
	const struct vm_calls *calls = data;
	size_t i;

	for (i = 0; i < calls->n; i++) {
		if (!strcmp(calls->calls[i].name, name)) {
			*number = calls->calls[i].number - HULL_HYPERCALL_BASE;
			return true;
		}
	}
	return false;
}

static const char *name_find(void *data, uint32_t number)
{
	const struct vm_calls *calls = data;
	size_t i;

	for (i = 0; i < calls->n; i++)
		if (calls->calls[i].number - HULL_HYPERCALL_BASE == number)
			return calls->calls[i].name[0] ? calls->calls[i].name : NULL;
	return NULL;
}

int vm_calls_get(struct hull_client *client, const struct hull_ref *ref, struct vm_calls *calls,
		 struct hull_error *error)
{
	memset(calls, 0, sizeof(*calls));
	calls->names = (struct policy_names){ number_find, name_find, calls };
	return hull_vm_calls(client, ref, &calls->calls, &calls->n, error);
}

void vm_calls_free(struct vm_calls *calls)
{
	free(calls->calls);
	calls->calls = NULL;
	calls->n = 0;
}

const char *call_text(const struct hull_vm_call *call, char text[CALL_TEXT_MAX])
{
	char *c;

	snprintf(text, CALL_TEXT_MAX, "%s", call->name);
	/* Names of handlers are others' text. */
	for (c = text; *c; c++)
		if (!isascii((unsigned char)*c) || !isgraph((unsigned char)*c))
			*c = '?';
	if (!*text)
		snprintf(text, CALL_TEXT_MAX, "%#x", call->number);
	return text;
}

uint64_t latency_total(const uint64_t latency[HULL_CALL_BUCKETS])
{
	uint64_t total = 0;
	int i;

	for (i = 0; i < HULL_CALL_BUCKETS; i++)
		total += latency[i];
	return total;
}

/* Within its step the calls are taken to be spread evenly. */
uint64_t latency_quantile(const uint64_t latency[HULL_CALL_BUCKETS], unsigned int permille)
{
	uint64_t total = latency_total(latency), below = 0, step;
	double rank = (double)total * permille / 1000;
	int i;

	for (i = 0; i < HULL_CALL_BUCKETS; i++) {
		if (!latency[i])
			continue;
		step = UINT64_C(1) << i;
		if ((double)(below + latency[i]) >= rank)
			return step + (uint64_t)((rank - (double)below) / (double)latency[i] *
						 (double)step);
		below += latency[i];
	}
	return 0;
}
