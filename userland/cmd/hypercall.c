// SPDX-License-Identifier: GPL-2.0-only
/* vmctl hypercall list, show, policy. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmd/calls.h>
#include <cmd/output.h>

/* ---- list ----------------------------------------------------------------- */

/* @call: of our table, or NULL for what somebody else answers */
static void list_row(const struct hull_vm_call *vm_call, const struct policy_call *call)
{
	uint32_t number = vm_call->number - HULL_HYPERCALL_BASE;
	char name[CALL_TEXT_MAX], arguments[8] = "-", cpl[8] = "-";

	if (call) {
		snprintf(arguments, sizeof(arguments), "%u", call->arguments);
		snprintf(cpl, sizeof(cpl), call->cpl ? "0-%u" : "%u", call->cpl);
	}
	printf("%#x  %-20s  %4s  %-3s  %s\n", vm_call->number, call_text(vm_call, name), arguments,
	       cpl, policy_range_of(number)->who);
}

static json_t *list_json(const struct hull_vm_call *vm_call, const struct policy_call *call)
{
	json_t *object = json_object();

	json_put_u64(object, "number", vm_call->number);
	json_put_text(object, "name", vm_call->name);
	json_put(object, "arguments", call ? json_integer(call->arguments) : json_null());
	json_put(object, "cpl_max", call ? json_integer(call->cpl) : json_null());
	json_put(object, "mode", call ? json_string(call->mode) : json_null());
	json_put_text(object, "range",
		      policy_range_of(vm_call->number - HULL_HYPERCALL_BASE)->word);
	return object;
}

static void list_one(const struct hull_vm_call *vm_call, const struct policy_call *call,
		     json_t *array)
{
	if (array)
		json_array_append_new(array, list_json(vm_call, call));
	else
		list_row(vm_call, call);
}

/* Ours first; their numbers come first, too. */
static int list_all(const struct vm_calls *calls, bool json)
{
	json_t *array = json ? json_array() : NULL;
	const struct policy_call *call;
	size_t i;

	if (!json)
		printf("%-10s  %-20s  %4s  %-3s  %s\n", "NUMBER", "NAME", "ARGS", "CPL", "ANSWERED BY");
	for (call = policy_calls; call->name; call++) {
		struct hull_vm_call ours = { .number = HULL_HYPERCALL_BASE + call->number };

		snprintf(ours.name, sizeof(ours.name), "%s", call->name);
		list_one(&ours, call, array);
	}
	for (i = 0; i < calls->n; i++)
		if (calls->calls[i].name[0] &&
		    !policy_call_by_number(calls->calls[i].number - HULL_HYPERCALL_BASE))
			list_one(&calls->calls[i], NULL, array);
	return json ? json_end(array) : 0;
}

int hypercall_list_run(const struct command *command, const struct args *args)
{
	enum status status = STATUS_OK;
	struct vm_calls calls = { 0 };
	struct hull_client *client;
	struct hull_error error;
	struct hull_ref ref;

	/* The table is vmctl's own: it needs no module. */
	if (args->n_words) {
		ref = command_ref(args->words[0]);
		client = command_client(command, &status);
		if (!client)
			return status;
		if (vm_calls_get(client, &ref, &calls, &error))
			status = command_fail(command, &error);
		hull_client_close(client);
	}
	if (status == STATUS_OK && list_all(&calls, args->json))
		status = STATUS_FAILURE;
	vm_calls_free(&calls);
	return status;
}

/* ---- show ----------------------------------------------------------------- */

static void show_print(const struct hull_vm_policy *policy, const struct policy_names *names)
{
	char calls[POLICY_TEXT_MAX], cpls[16], action[POLICY_TEXT_MAX], hits[24];
	uint32_t i;

	printf("%4s  %-23s  %-7s  %-28s  %12s\n", "RULE", "CALLS", "CPL", "ACTION", "HITS");
	for (i = 0; i < policy->n; i++) {
		policy_calls_text(&policy->rule[i], !i, names, calls, sizeof(calls));
		policy_cpls_text(&policy->rule[i], cpls, sizeof(cpls));
		policy_action_text(&policy->rule[i], action, sizeof(action));
		snprintf(hits, sizeof(hits), "%" PRIu64, policy->hits[i]);
		printf("%4" PRIu32 "  %-23s  %-7s  %-28s  %12s\n", i, calls, cpls, action,
		       policy->counted ? hits : "-");
	}
}

static json_t *rule_json(const struct hull_vm_policy *policy, uint32_t i,
			 const struct policy_names *names)
{
	const struct hull_policy_rule *rule = &policy->rule[i];
	json_t *object = json_object(), *cpls = json_array();
	char text[POLICY_TEXT_MAX];
	int cpl;

	for (cpl = 0; cpl < 4; cpl++)
		if (rule->cpls & (1u << cpl))
			json_array_append_new(cpls, json_integer(cpl));
	policy_rule_text(rule, !i, names, text, sizeof(text));
	json_put_text(object, "text", text);
	json_put_u64(object, "first", HULL_HYPERCALL_BASE + rule->first);
	json_put_u64(object, "last", HULL_HYPERCALL_BASE + rule->last);
	json_put(object, "cpls", cpls);
	json_put_text(object, "action", hull_action_name(rule->action));
	json_put(object, "errno", rule->error ? json_integer(-rule->error) : json_null());
	json_put(object, "rate", rule->rate ? json_integer(rule->rate) : json_null());
	json_put(object, "burst", rule->burst ? json_integer(rule->burst) : json_null());
	json_put(object, "hits",
		 policy->counted ? json_integer((json_int_t)policy->hits[i]) : json_null());
	return object;
}

static int show_json(const struct hull_vm_policy *policy, const struct policy_names *names)
{
	json_t *object = json_object(), *rules = json_array();
	uint32_t i;

	for (i = 0; i < policy->n; i++)
		json_array_append_new(rules, rule_json(policy, i, names));
	json_put(object, "rules", rules);
	return json_end(object);
}

int hypercall_show_run(const struct command *command, const struct args *args)
{
	struct hull_ref ref = command_ref(args->words[0]);
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	struct hull_vm_policy policy;
	struct vm_calls calls = { 0 };
	struct hull_error error;

	if (!client)
		return status;
	if (hull_vm_policy_get(client, &ref, &policy, &error) ||
	    vm_calls_get(client, &ref, &calls, &error))
		status = command_fail(command, &error);
	else if (!args->json)
		show_print(&policy, &calls.names);
	else if (show_json(&policy, &calls.names))
		status = STATUS_FAILURE;
	vm_calls_free(&calls);
	hull_client_close(client);
	return status;
}

/* ---- policy --------------------------------------------------------------- */

int hypercall_policy_run(const struct command *command, const struct args *args)
{
	struct hull_ref ref = command_ref(args->words[0]);
	enum status status = STATUS_OK;
	struct hull_vm_policy policy;
	struct vm_calls calls = { 0 };
	struct hull_client *client;
	struct hull_error error;

	if (args->n_words == 1 && !args->file && !args->default_action) {
		command_complain(command, "no policy: give rules, --file or --default; see --help");
		return STATUS_USAGE;
	}
	client = command_client(command, &status);
	if (!client)
		return status;
	if (vm_calls_get(client, &ref, &calls, &error))
		status = command_fail(command, &error);
	else
		status = policy_read(command, args->file, args->n_words - 1, args->words + 1,
				     args->default_action, &calls.names, &policy);
	if (status == STATUS_OK && hull_vm_policy_set(client, &ref, &policy, &error))
		status = command_fail(command, &error);
	vm_calls_free(&calls);
	hull_client_close(client);
	return status;
}
