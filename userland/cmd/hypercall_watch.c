// SPDX-License-Identifier: GPL-2.0-only
/* vmctl hypercall watch: rates by number, or audited calls one by one. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmd/calls.h>
#include <cmd/output.h>

/* ---- rates ---------------------------------------------------------------- */

/* What was counted before of the same number; zeroes when nothing was. */
static struct hull_vm_call call_before(const struct vm_calls *before, uint32_t number)
{
	size_t i;

	for (i = 0; i < before->n; i++)
		if (before->calls[i].number == number)
			return before->calls[i];
	return (struct hull_vm_call){ .number = number };
}

static double rate(uint64_t now, uint64_t before, double seconds)
{
	return now > before && seconds > 0 ? (double)(now - before) / seconds : 0;
}

static void latency_subtract(uint64_t *latency, const uint64_t *before)
{
	int i;

	for (i = 0; i < HULL_CALL_BUCKETS; i++)
		latency[i] = latency[i] > before[i] ? latency[i] - before[i] : 0;
}

struct look {
	const struct vm_calls *now, *before;
	double seconds;
};

static void rates_print(const struct look *look)
{
	char name[CALL_TEXT_MAX];
	size_t i, shown = 0;

	printf("%-20s  %12s  %12s  %12s  %8s\n", "CALL", "CALLS/s", "DENIED/s", "BYTES/s", "MEDIAN");
	for (i = 0; i < look->now->n; i++) {
		struct hull_vm_call call = look->now->calls[i];
		struct hull_vm_call before = call_before(look->before, call.number);

		if (call.calls == before.calls)
			continue;
		latency_subtract(call.latency, before.latency);
		printf("%-20s  %12.1f  %12.1f  %12.1f  %8" PRIu64 "\n", call_text(&call, name),
		       rate(call.calls, before.calls, look->seconds),
		       rate(call.denied, before.denied, look->seconds),
		       rate(call.bytes, before.bytes, look->seconds),
		       latency_quantile(call.latency, 500));
		shown++;
	}
	if (!shown)
		printf("%-20s  %12.1f  %12.1f  %12.1f  %8s\n", "-", 0.0, 0.0, 0.0, "-");
	printf("\n");
}

static int rates_json(const struct look *look)
{
	json_t *object = json_object(), *array = json_array(), *one;
	size_t i;

	for (i = 0; i < look->now->n; i++) {
		struct hull_vm_call call = look->now->calls[i];
		struct hull_vm_call before = call_before(look->before, call.number);

		if (call.calls == before.calls)
			continue;
		latency_subtract(call.latency, before.latency);
		one = json_object();
		json_put_u64(one, "number", call.number);
		json_put_text(one, "name", call.name);
		json_put(one, "calls_per_s",
			 json_real(rate(call.calls, before.calls, look->seconds)));
		json_put(one, "denied_per_s",
			 json_real(rate(call.denied, before.denied, look->seconds)));
		json_put(one, "bytes_per_s",
			 json_real(rate(call.bytes, before.bytes, look->seconds)));
		json_put_u64(one, "median_cycles", latency_quantile(call.latency, 500));
		json_array_append_new(array, one);
	}
	json_put(object, "seconds", json_real(look->seconds));
	json_put(object, "calls", array);
	return json_end(object);
}

static enum status rates_follow(const struct command *command, const struct args *args,
				struct hull_client *client, const struct hull_ref *ref)
{
	struct vm_calls calls[2];
	enum status status = STATUS_OK;
	struct hull_error error;
	uint64_t then, now;
	uint32_t n;

	if (vm_calls_get(client, ref, &calls[0], &error))
		return command_fail(command, &error);
	then = interrupt_clock_ns();
	for (n = 0; status == STATUS_OK && !(args->count && n == args->count); n++) {
		struct look look = { .now = &calls[(n + 1) % 2], .before = &calls[n % 2] };

		interrupt_wait(-1, (int)args->interval_ms);
		if (interrupt_seen())
			break;
		if (vm_calls_get(client, ref, &calls[(n + 1) % 2], &error)) {
			status = command_fail(command, &error);
			break;
		}
		now = interrupt_clock_ns();
		look.seconds = (double)(now - then) / 1e9;
		then = now;
		if (!args->json)
			rates_print(&look);
		else if (rates_json(&look))
			status = STATUS_FAILURE;
		if (fflush(stdout))
			status = STATUS_FAILURE;
		vm_calls_free(&calls[n % 2]);
	}
	vm_calls_free(&calls[n % 2]);
	return status;
}

/* ---- audited calls -------------------------------------------------------- */

static void audit_print(const struct hull_audit *audit)
{
	struct hull_vm_call call = { .number = audit->number };
	char time[TEXT_BYTES], name[CALL_TEXT_MAX], vcpu[16] = "ring";

	snprintf(call.name, sizeof(call.name), "%s", audit->name);
	if (audit->vcpu != HULL_AUDIT_RING)
		snprintf(vcpu, sizeof(vcpu), "vcpu %" PRIu32, audit->vcpu);
	if (audit->dropped)
		printf("... %" PRIu64 " lost\n", audit->dropped);
	printf("%s  %s %s cpl %" PRIu32 "  %s(%#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ", %#" PRIx64
	       ") = %" PRId64 "\n", text_time(audit->time_ns, time), audit->vm_name, vcpu, audit->cpl,
	       call_text(&call, name), audit->arg[0], audit->arg[1], audit->arg[2], audit->arg[3],
	       audit->result);
}

static int audit_json(const struct hull_audit *audit)
{
	json_t *object = json_object(), *arguments = json_array();
	int i;

	/* All 64 bits of an argument: JSON's numbers here are signed. */
	for (i = 0; i < 4; i++)
		json_array_append_new(arguments, json_integer((json_int_t)audit->arg[i]));
	json_put_u64(object, "time_ns", audit->time_ns);
	json_put_text(object, "event", hull_event_name(audit->kind));
	json_put_text(object, "vm", audit->vm_name);
	json_put_u64(object, "vm_id", audit->vm);
	json_put(object, "vcpu",
		 audit->vcpu == HULL_AUDIT_RING ? json_null() : json_integer(audit->vcpu));
	json_put_u64(object, "cpl", audit->cpl);
	json_put_u64(object, "number", audit->number);
	json_put_text(object, "name", audit->name);
	json_put(object, "arguments", arguments);
	json_put(object, "result", json_integer(audit->result));
	json_put_u64(object, "dropped", audit->dropped);
	return json_end(object);
}

/* Of one VM: others' events come, too, and are passed over. */
static enum status audit_follow(const struct command *command, const struct args *args,
				struct hull_client *client, uint32_t vm)
{
	struct hull_audit audit;
	struct hull_error error;
	uint32_t n = 0;
	int ret;

	if (hull_audit_join(client, &error))
		return command_fail(command, &error);
	for (;;) {
		if (!hull_client_pending(client))
			interrupt_wait(hull_client_fd(client), -1);
		if (interrupt_seen())
			break;
		ret = hull_audit_next(client, &audit, &error);
		if (ret < 0 && error.code == ENOBUFS) {
			command_complain(command, "%s: this listener is too slow", error.text);
			continue;
		}
		if (ret < 0)
			return command_fail(command, &error);
		if (!ret || audit.vm != vm)
			continue;
		if (!args->json)
			audit_print(&audit);
		else if (audit_json(&audit))
			return STATUS_FAILURE;
		if (fflush(stdout))
			return STATUS_FAILURE;
		if (args->count && ++n == args->count)
			break;
	}
	return STATUS_OK;
}

int hypercall_watch_run(const struct command *command, const struct args *args)
{
	struct hull_ref ref = command_ref(args->words[0]);
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	struct hull_vm_info vm = { 0 };
	struct hull_error error;

	if (!client)
		return status;
	interrupt_catch();
	if (hull_vm_get(client, &ref, &vm, &error))
		status = command_fail(command, &error);
	else if (args->audit)
		status = audit_follow(command, args, client, vm.id);
	else
		status = rates_follow(command, args, client, &ref);
	hull_client_close(client);
	return status;
}
