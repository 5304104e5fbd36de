// SPDX-License-Identifier: GPL-2.0-only
/* vmctl vm console: a VM's terminal, or what it has shown. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <cmd/command.h>

static int log_copy(const struct command *command, const char *name)
{
	char path[PATH_MAX], buffer[65536];
	struct hull_error error;
	size_t bytes;
	FILE *log;

	if (vmm_log_path(NULL, name, path, sizeof(path)) >= (int)sizeof(path)) {
		command_complain(command, "%s: the path is too long", name);
		return STATUS_FAILURE;
	}
	log = fopen(path, "re");
	if (!log && errno == ENOENT) {
		command_complain(command, "%s has no log: it was never started by vm start", name);
		return STATUS_STATE;
	}
	if (!log) {
		hull_error_set(&error, errno, "%s: %s", path, strerror(errno));
		return command_fail(command, &error);
	}
	while ((bytes = fread(buffer, 1, sizeof(buffer), log)))
		fwrite(buffer, 1, bytes, stdout);
	fclose(log);
	return STATUS_OK;
}

int vm_console_run(const struct command *command, const struct args *args)
{
	struct vmm_error vmm_error = { 0 };
	struct hull_vm_info vm = { 0 };
	enum status status = command_vm(command, args, &vm);
	struct hull_error error;

	if (status != STATUS_OK)
		return status;
	if (args->log)
		return log_copy(command, vm.name);
	if (!vm.pid) {
		command_complain(command, "%s is not running; --log shows what it has said",
				 vm.name);
		return STATUS_STATE;
	}
	if (vmm_console(NULL, vm.name, &vmm_error) < 0) {
		hull_error_set(&error, vmm_error.code, "%s", vmm_error.text);
		return command_fail(command, &error);
	}
	return STATUS_OK;
}
