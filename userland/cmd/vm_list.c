// SPDX-License-Identifier: GPL-2.0-only
/* vmctl vm list, vm show. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmd/command.h>
#include <cmd/output.h>

static int name_width(const struct hull_vm_info *vms, size_t n)
{
	size_t i, width = 4;

	for (i = 0; i < n; i++)
		if (strlen(vms[i].name) > width)
			width = strlen(vms[i].name);
	return (int)width;
}

static void list_print(struct hull_vm_info *vms, size_t n)
{
	int width = name_width(vms, n);
	char text[TEXT_BYTES], pid[16];
	size_t i;

	printf("%5s  %-*s  %-7s  %-6s  %4s  %10s  %7s  %s\n", "ID", width, "NAME", "STATE",
	       "ENGINE", "CPUS", "MEMORY", "PID", "REASON");
	for (i = 0; i < n; i++) {
		struct hull_vm_info *vm = &vms[i];

		snprintf(pid, sizeof(pid), "%" PRIu32, vm->pid);
		printf("%5" PRIu32 "  %-*s  %-7s  %-6s  %4" PRIu32 "  %10s  %7s  %s\n", vm->id,
		       width, vm->name, hull_state_name(vm->state), hull_engine_name(vm->engine),
		       vm->cpus, vm->memory ? text_bytes(vm->memory, text) : "-",
		       vm->pid ? pid : "-", vm->reason_text[0] ? text_clean(vm->reason_text) : "-");
	}
}

static int list_json(const struct hull_vm_info *vms, size_t n)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(array, json_vm(&vms[i]));
	return json_end(array);
}

int vm_list_run(const struct command *command, const struct args *args)
{
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	struct hull_vm_info *vms;
	struct hull_error error;
	size_t n;
	int ret;

	if (!client)
		return status;
	ret = hull_vm_list(client, &vms, &n, &error);
	hull_client_close(client);
	if (ret)
		return command_fail(command, &error);
	if (!args->json)
		list_print(vms, n);
	else if (list_json(vms, n))
		status = STATUS_FAILURE;
	free(vms);
	return status;
}

/* What a guest says of its groups is shown as that. */
static void groups_print(struct hull_vm_info *vm)
{
	struct hull_guest_group *group;
	size_t i;

	for (i = 0; i < vm->n_groups; i++) {
		group = &vm->groups[i];
		row_print(i ? "" : "Guest's groups",
			  "%s (%" PRIu64 "): %" PRIu64 " allowed, %" PRIu64 " denied, %" PRIu64
			  " audited", text_clean(group->name), group->id, group->allowed,
			  group->denied, group->audited);
	}
}

static void show_print(struct hull_vm_info *vm)
{
	char text[TEXT_BYTES];

	row_print("Name", "%s", vm->name);
	row_print("Id", "%" PRIu32, vm->id);
	row_print("State", "%s", hull_state_name(vm->state));
	if (vm->reason != HULL_STOP_NONE)
		row_print("Reason", "%s: %s", hull_reason_name(vm->reason),
			  text_clean(vm->reason_text));
	row_print("Engine", "%s", hull_engine_name(vm->engine));
	row_print("Domain", "%s", vm->domain[0] ? vm->domain : "none");
	row_print("Memory", "%s", vm->memory ? text_bytes(vm->memory, text) : "no bound");
	row_print("CPUs", "%" PRIu32 ", %" PRIu32 " there now", vm->cpus, vm->vcpus);
	row_print("CPU weight", "%" PRIu32, vm->cpu_weight);
	row_begin("Mitigations");
	bits_print(hull_mitigation_names, vm->mitigations, "off");
	printf(" (where the host needs them)\n");
	row_begin("Flags");
	bits_print(hull_flag_names, vm->flags, "none");
	printf("\n");
	if (vm->pid)
		row_print("VMM process", "%" PRIu32, vm->pid);
	row_print("Created", "%s", text_time(vm->created, text));
	row_print("Last start", "%s", vm->started ? text_time(vm->started, text) : "never");
	groups_print(vm);
}

int vm_show_run(const struct command *command, const struct args *args)
{
	struct hull_vm_info vm = { 0 };
	enum status status = command_vm(command, args, &vm);

	if (status != STATUS_OK)
		return status;
	if (args->json)
		return json_end(json_vm(&vm)) ? STATUS_FAILURE : STATUS_OK;
	show_print(&vm);
	return STATUS_OK;
}
