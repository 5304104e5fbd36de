// SPDX-License-Identifier: GPL-2.0-only
/* vmctl vm start, vm run: a record and a VMM come together. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include <cmd/calls.h>
#include <cmd/command.h>
#include <cmd/output.h>

/* A record made by another program may have no bound. */
#define MEMORY_DEFAULT	(128ull << 20)

static struct vmm_options options_of(const struct args *args, const struct hull_vm_info *vm)
{
	return (struct vmm_options){
		.name = vm->name,
		.id = vm->id,
		.engine = vm->engine == HULL_ENGINE_KVM ? VMM_ENGINE_KVM : VMM_ENGINE_HULL,
		.kernel = args->kernel,
		.initrd = args->initrd,
		.cmdline = args->cmdline,
		.memory = vm->memory ? vm->memory : MEMORY_DEFAULT,
		.cpus = vm->cpus,
		.cpu_weight = vm->cpu_weight,
		.cpu_max_percent = args->given & TAKES(CPU_MAX) ? args->cpu_max : 100 * vm->cpus,
	};
}

static enum status vmm_fail(const struct command *command, const struct vmm_error *error)
{
	struct hull_error copy;

	hull_error_set(&copy, error->code, "%s", error->text);
	return command_fail(command, &copy);
}

static void notice_tell(const struct command *command, const struct vmm_error *error)
{
	if (error->notice[0])
		command_complain(command, "note: %s", error->notice);
}

/* An ioctl has no room for a sentence: ask before. */
static int engine_check(struct hull_client *client, const struct hull_vm_info *vm,
			struct hull_error *error)
{
	struct hull_host host = { 0 };

	if (vm->engine == HULL_ENGINE_KVM)
		return 0;
	if (hull_host_get(client, &host, error))
		return -1;
	return host.vmx_error ? hull_error_set(error, -host.vmx_error, "%s", host.vmx_why) : 0;
}

int vm_start_run(const struct command *command, const struct args *args)
{
	struct hull_ref ref = command_ref(args->words[0]);
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	struct vmm_error vmm_error = { 0 };
	struct hull_vm_info vm = { 0 };
	struct vmm_options options;
	struct hull_error error;
	pid_t pid = 0;
	int ret;

	if (!client)
		return status;
	ret = hull_vm_get(client, &ref, &vm, &error);
	if (!ret)
		ret = engine_check(client, &vm, &error);
	hull_client_close(client);
	if (ret)
		return command_fail(command, &error);
	if (vm.pid || vm.state == HULL_VM_RUNNING || vm.state == HULL_VM_PAUSED) {
		command_complain(command, "%s is running already", vm.name);
		return STATUS_STATE;
	}
	options = options_of(args, &vm);
	if (vmm_start(&options, &pid, &vmm_error))
		return vmm_fail(command, &vmm_error);
	notice_tell(command, &vmm_error);
	if (args->json) {
		json_t *object = json_object();

		json_put_u64(object, "id", vm.id);
		json_put_text(object, "name", vm.name);
		json_put_u64(object, "pid", (uint64_t)pid);
		return json_end(object) ? STATUS_FAILURE : STATUS_OK;
	}
	printf("started %s (id %" PRIu32 ", pid %d)\n", vm.name, vm.id, (int)pid);
	return STATUS_OK;
}

/* The VMM is gone when vmm_run() returns, so the record is free to go. */
static void record_end(const struct command *command, struct hull_client *client,
		       const struct hull_vm_info *vm)
{
	struct hull_ref ref = { .id = vm->id };
	struct hull_error error;

	if (!vm->id)
		return;
	/* Gone already is as good. */
	if (hull_vm_delete(client, &ref, &error) && error.code != ENOENT)
		command_fail(command, &error);
}

/* A record for the run. Without the module KVM alone still works: then there is none. */
static enum status record_make(const struct command *command, const struct args *args,
			       const char *name, struct hull_client **client,
			       struct hull_vm_info *vm)
{
	struct hull_vm_new new = args_vm_new(args, name);
	struct hull_vm_policy policy;
	struct hull_error error;

	if (args_policy(command, args, &policy, &new) != STATUS_OK)
		return STATUS_NOT_RUN;
	*client = hull_client_open(&error);
	if (!*client && error.code == ENODEV && args->engine == HULL_ENGINE_KVM && !new.policy) {
		snprintf(vm->name, sizeof(vm->name), "%s", name);
		vm->engine = new.engine;
		vm->memory = new.memory;
		vm->cpus = new.cpus;
		vm->cpu_weight = new.cpu_weight;
		return STATUS_OK;
	}
	if (!*client || hull_vm_new(*client, &new, vm, &error)) {
		command_fail(command, &error);
		hull_client_close(*client);
		return STATUS_NOT_RUN;
	}
	return STATUS_OK;
}

int vm_run_run(const struct command *command, const struct args *args)
{
	struct vmm_error error = { 0 };
	struct hull_vm_info vm = { 0 };
	struct hull_client *client;
	struct vmm_options options;
	struct vmm_end end = { 0 };
	enum status status;
	char name[32];
	int ret;

	snprintf(name, sizeof(name), "run-%d", (int)getpid());
	status = record_make(command, args, args->name ? args->name : name, &client, &vm);
	if (status != STATUS_OK)
		return status;

	options = options_of(args, &vm);
	options.console = true;
	fflush(stdout);
	ret = vmm_run(&options, &end, &error);
	if (ret)
		vmm_fail(command, &error);
	else
		notice_tell(command, &error);
	if (client)
		record_end(command, client, &vm);
	hull_client_close(client);
	vm_files_forget(vm.name);
	if (ret)
		return STATUS_NOT_RUN;
	if (end.reason != HULL_STOP_POWEROFF && end.reason != HULL_STOP_EXIT)
		command_complain(command, "%s: %s", vm.name, end.text);
	return vmm_end_status(&end);
}
