// SPDX-License-Identifier: GPL-2.0-only
/* vmctl vm create, vm set: the record and its settings. */
#include <inttypes.h>
#include <stdio.h>
#include <cmd/calls.h>
#include <cmd/command.h>
#include <cmd/output.h>

static uint32_t args_flags(const struct args *args)
{
	return (args->hypercall_cpl3 ? HULL_VM_F_HYPERCALL_CPL3 : 0) |
	       (args->msr_ignore ? HULL_VM_F_MSR_IGNORE : 0);
}

struct hull_vm_new args_vm_new(const struct args *args, const char *name)
{
	return (struct hull_vm_new){
		.name = name,
		.engine = args->engine,
		.memory = args->memory,
		.cpus = args->cpus,
		.cpu_weight = args->cpu_weight,
		.mitigations = args->mitigations,
		.flags = args_flags(args),
		.domain = args->domain,
	};
}

enum status args_policy(const struct command *command, const struct args *args,
			struct hull_vm_policy *policy, struct hull_vm_new *new)
{
	enum status status;

	if (!args->policy)
		return STATUS_OK;
	status = policy_read(command, args->policy, 0, NULL, NULL, NULL, policy);
	new->policy = policy;
	return status;
}

int vm_create_run(const struct command *command, const struct args *args)
{
	struct hull_vm_new new = args_vm_new(args, args->words[0]);
	enum status status = STATUS_OK;
	struct hull_vm_policy policy;
	struct hull_client *client;
	struct hull_vm_info vm = { 0 };
	struct hull_error error;
	int ret;

	if (!hull_name_valid(new.name)) {
		command_complain(command, "'%s' is no name for a VM: 1 to 63 of [A-Za-z0-9_.-], "
				 "no '.' or '-' first, no number", new.name);
		return STATUS_USAGE;
	}
	status = args_policy(command, args, &policy, &new);
	if (status != STATUS_OK)
		return status;
	client = command_client(command, &status);
	if (!client)
		return status;
	ret = hull_vm_new(client, &new, &vm, &error);
	hull_client_close(client);
	if (ret)
		return command_fail(command, &error);
	if (args->json)
		return json_end(json_vm(&vm)) ? STATUS_FAILURE : STATUS_OK;
	printf("created %s (id %" PRIu32 ")\n", vm.name, vm.id);
	return STATUS_OK;
}

/* Flags that were not given stay as they are. */
static uint32_t flags_changed(const struct args *args, uint32_t flags)
{
	uint32_t given = (args->given & TAKES(HYPERCALL_CPL3) ? HULL_VM_F_HYPERCALL_CPL3 : 0) |
			 (args->given & TAKES(MSR_IGNORE) ? HULL_VM_F_MSR_IGNORE : 0);

	return (flags & ~given) | (args_flags(args) & given);
}

/* The VM runs: its weight is its cgroup's now, not only from the next start on. */
static enum status weight_apply(const struct command *command, const struct args *args,
				const struct hull_vm_info *vm)
{
	struct vmm_error vmm_error = { 0 };
	struct hull_error error;

	if (!vm->pid || !(args->given & TAKES(CPU_WEIGHT)) ||
	    !vmm_cpu_weight_set(vm->name, args->cpu_weight, &vmm_error))
		return STATUS_OK;
	hull_error_set(&error, vmm_error.code, "in force from the next start on: %s",
		       vmm_error.text);
	return command_fail(command, &error);
}

int vm_set_run(const struct command *command, const struct args *args)
{
	struct hull_ref ref = command_ref(args->words[0]);
	struct hull_vm_change change = { 0 };
	enum status status = STATUS_OK;
	struct hull_vm_info vm = { 0 };
	struct hull_client *client;
	struct hull_error error;
	uint32_t flags;
	int ret;

	if (!args->given) {
		command_complain(command, "nothing to change: give an option; see --help");
		return STATUS_USAGE;
	}
	client = command_client(command, &status);
	if (!client)
		return status;
	ret = hull_vm_get(client, &ref, &vm, &error);
	if (!ret) {
		flags = flags_changed(args, vm.flags);
		if (args->given & TAKES(CPU_WEIGHT))
			change.cpu_weight = &args->cpu_weight;
		if (args->given & TAKES(MITIGATIONS))
			change.mitigations = &args->mitigations;
		if (flags != vm.flags)
			change.flags = &flags;
		if (change.cpu_weight || change.mitigations || change.flags)
			ret = hull_vm_set(client, &ref, &change, &error);
	}
	hull_client_close(client);
	return ret ? command_fail(command, &error) : weight_apply(command, args, &vm);
}
