// SPDX-License-Identifier: GPL-2.0-only
/* vmctl vm pause, resume, stop, kill, delete. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <base/dir.h>
#include <cmd/command.h>

#define POLL_MS		10
#define GRACE_MS	2000		/* for a VMM to go by itself before it is killed */

void vm_files_forget(const char *name)
{
	char path[PATH_MAX], *slash;

	if (vmm_log_path(NULL, name, path, sizeof(path)) >= (int)sizeof(path))
		return;
	slash = strrchr(path, '/');
	if (!slash)
		return;
	*slash = '\0';
	hull_dir_remove(AT_FDCWD, path);
}

static int state_change(const struct command *command, const struct args *args,
			enum hull_vm_state state)
{
	struct hull_ref ref = command_ref(args->words[0]);
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	struct hull_error error;

	if (!client)
		return status;
	if (hull_vm_state_set(client, &ref, state, &error))
		status = command_fail(command, &error);
	hull_client_close(client);
	return status;
}

int vm_pause_run(const struct command *command, const struct args *args)
{
	return state_change(command, args, HULL_VM_PAUSED);
}

int vm_resume_run(const struct command *command, const struct args *args)
{
	return state_change(command, args, HULL_VM_RUNNING);
}

static bool is_running(const struct hull_vm_info *vm)
{
	return vm->state == HULL_VM_RUNNING || vm->state == HULL_VM_PAUSED;
}

static void sleep_ms(long ms)
{
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/*
 * Until @id does not run, or is gone. A VMM that is still there after a moment
 * cannot be hoped for. 0, or -1 and *@error: ETIMEDOUT, or what went wrong.
 */
static int kill_wait(struct hull_client *client, uint32_t id, uint64_t timeout_ms,
		     struct hull_error *error)
{
	struct hull_ref ref = { .id = id };
	struct hull_vm_info vm = { 0 };
	uint64_t start = now_ms();
	bool shot = false;

	for (;;) {
		if (hull_vm_get(client, &ref, &vm, error))
			return error->code == ENOENT ? 0 : -1;
		if (!is_running(&vm))
			return 0;
		if (now_ms() - start >= timeout_ms)
			return hull_error_set(error, ETIMEDOUT, "%s has not ended in time", vm.name);
		if (!shot && vm.pid && now_ms() - start >= GRACE_MS) {
			kill((pid_t)vm.pid, SIGKILL);
			shot = true;
		}
		sleep_ms(POLL_MS);
	}
}

int vm_kill_run(const struct command *command, const struct args *args)
{
	struct hull_ref ref = command_ref(args->words[0]);
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	struct hull_vm_info vm = { 0 };
	struct hull_error error;

	if (!client)
		return status;
	if (hull_vm_get(client, &ref, &vm, &error)) {
		status = command_fail(command, &error);
		goto out;
	}
	/* By id from here on: a name may come to stand for another VM. */
	ref = (struct hull_ref){ .id = vm.id };
	if (hull_vm_state_set(client, &ref, HULL_VM_KILLED, &error) ||
	    (args->timeout && kill_wait(client, vm.id, args->timeout * 1000ull, &error)))
		status = command_fail(command, &error);
	else if (args->timeout)
		vmm_gone(NULL, vm.name);
out:
	hull_client_close(client);
	return status;
}

int vm_stop_run(const struct command *command, const struct args *args)
{
	struct vmm_error vmm_error = { 0 };
	struct hull_vm_info vm = { 0 };
	enum status status = command_vm(command, args, &vm);
	struct hull_error error;

	if (status != STATUS_OK)
		return status;
	if (!is_running(&vm)) {
		command_complain(command, "%s is not running", vm.name);
		return STATUS_STATE;
	}
	if (vm.state == HULL_VM_PAUSED) {
		command_complain(command, "%s is paused and would not notice: vm resume it first",
				 vm.name);
		return STATUS_STATE;
	}
	if (!vmm_stop(NULL, vm.name, (int)args->timeout * 1000, &vmm_error))
		return STATUS_OK;
	if (vmm_error.code == ETIMEDOUT)
		hull_error_set(&error, ETIMEDOUT, "%s; vm kill ends it in any case", vmm_error.text);
	else
		hull_error_set(&error, vmm_error.code, "%s", vmm_error.text);
	return command_fail(command, &error);
}

int vm_delete_run(const struct command *command, const struct args *args)
{
	struct hull_vm_info vm = { 0 };
	enum status status = STATUS_OK;
	struct hull_client *client;
	struct hull_error error;
	struct hull_ref ref;

	status = command_vm(command, args, &vm);
	if (status != STATUS_OK)
		return status;
	client = command_client(command, &status);
	if (!client)
		return status;
	ref = (struct hull_ref){ .id = vm.id };
	if (hull_vm_delete(client, &ref, &error))
		status = command_fail(command, &error);
	else
		vm_files_forget(vm.name);
	hull_client_close(client);
	return status;
}
