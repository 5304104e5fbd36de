// SPDX-License-Identifier: GPL-2.0-only
/* vmctl group kill, pause, resume, update, delete: what is done to a group from outside. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <cmd/group.h>
#include <cmd/group_options.h>
#include <cmd/group_tasks.h>
#include <container/container.h>
#include <group/clean.h>
#include <group/group.h>
#include <lib/names.h>

#define FREEZE_MS	10000
#define END_MS		20000		/* for a supervisor to clean up */
#define POLL_NS		5000000

enum status group_cgroup(const struct command *command, const struct args *args, int *fd)
{
	struct hull_group_info group;
	struct hull_kept state;
	struct hull_group_dir dir;
	struct hull_error error;
	enum status status;

	if (!hull_group_find(&dir, args->words[0], &state, &error)) {
		hull_group_dir_close(&dir);
		hull_kept_free(&state);
		if (!state.cgroup[0]) {
			command_complain(command, "%s has no cgroup: none was handed over to its user",
					 state.name);
			return STATUS_UNAVAILABLE;
		}
		*fd = open(state.cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (*fd >= 0)
			return STATUS_OK;
		hull_error_set(&error, errno, "%s: %s", state.cgroup, strerror(errno));
		return command_fail(command, &error);
	}
	/* Who is not root has no other groups than these. */
	if (geteuid())
		return command_fail(command, &error);
	status = command_group(command, args, &group);
	if (status != STATUS_OK)
		return status;
	return hull_group_open(&group, fd, &error) ? command_fail(command, &error) : STATUS_OK;
}

/* --- kill ----------------------------------------------------------------------------- */

/* A number, or a name with or without SIG. 0: neither */
static int signal_parse(const char *text)
{
	char name[16];
	uint32_t number;
	size_t i;
	int signal;

	if (hull_number_parse(text, 1, 64, &number, &(const char *){ NULL }))
		return (int)number;
	for (i = 0; text[i] && i < sizeof(name) - 1; i++)
		name[i] = (char)toupper((unsigned char)text[i]);
	name[i] = '\0';
	text = strncmp(name, "SIG", 3) ? name : name + 3;
	for (signal = 1; signal < 32; signal++)
		if (sigabbrev_np(signal) && !strcmp(sigabbrev_np(signal), text))
			return signal;
	return 0;
}

static int signal_task(const struct group_task *task, void *data)
{
	const int *signal = data;
	int fd = (int)syscall(SYS_pidfd_open, task->pid, 0);

	if (fd < 0)
		return 0;
	syscall(SYS_pidfd_send_signal, fd, *signal, NULL, 0);
	close(fd);
	return 0;
}

static enum status kill_all(const struct command *command, const struct args *args, int signal)
{
	struct hull_error error;
	enum status status;
	int fd, ret;

	status = group_cgroup(command, args, &fd);
	if (status != STATUS_OK)
		return status;
	ret = signal == SIGKILL ? hull_group_kill(fd, &error) :
				  group_tasks(fd, signal_task, &signal, &error);
	close(fd);
	return ret ? command_fail(command, &error) : STATUS_OK;
}

int group_kill_run(const struct command *command, const struct args *args)
{
	int signal = args->n_words > 1 ? signal_parse(args->words[1]) : SIGKILL, fd;
	struct hull_kept state;
	struct hull_group_dir dir;
	struct hull_error error;
	long ret;

	if (!signal) {
		command_complain(command, "'%s' is no signal: a name as TERM, or 1 to 64",
				 args->words[1]);
		return STATUS_USAGE;
	}
	if (args->group.all)
		return kill_all(command, args, signal);
	if (hull_group_find(&dir, args->words[0], &state, &error))
		return command_fail(command, &error);
	hull_group_dir_close(&dir);
	hull_kept_free(&state);
	/* One that waits for its start has no program that could answer. */
	if (state.phase == HULL_PHASE_CREATED && signal == SIGKILL)
		return kill_all(command, args, signal);
	fd = hull_group_pidfd(&state, &error);
	if (fd < 0)
		return command_fail(command, &error);
	ret = syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0);
	if (ret)
		hull_error_set(&error, errno, "signal %d: %s", signal, strerror(errno));
	close(fd);
	return ret ? command_fail(command, &error) : STATUS_OK;
}

/* --- pause, resume, update --------------------------------------------------------------- */

static enum status freeze(const struct command *command, const struct args *args, bool frozen)
{
	struct hull_error error;
	enum status status;
	int fd;

	status = group_cgroup(command, args, &fd);
	if (status != STATUS_OK)
		return status;
	if (hull_group_freeze(fd, frozen, FREEZE_MS, &error))
		status = command_fail(command, &error);
	close(fd);
	return status;
}

int group_pause_run(const struct command *command, const struct args *args)
{
	return freeze(command, args, true);
}

int group_resume_run(const struct command *command, const struct args *args)
{
	return freeze(command, args, false);
}

int group_update_run(const struct command *command, const struct args *args)
{
	struct hull_ct_error ct_error = { 0 };
	struct hull_ct_resources resources;
	struct hull_error error;
	enum status status;
	int fd;

	if (!args->group.config) {
		command_complain(command, "nothing to change: give a limit; see --help");
		return STATUS_USAGE;
	}
	/* Devices are not limits: those it has, it keeps. */
	resources = args->group.config->resources;
	resources.n_devices = 0;
	status = group_cgroup(command, args, &fd);
	if (status == STATUS_OK) {
		if (hull_ct_limits_apply(fd, &resources, &ct_error)) {
			hull_error_set(&error, ct_error.code, "%s", ct_error.text);
			status = command_fail(command, &error);
		}
		close(fd);
	}
	hull_ct_config_free(args->group.config);
	return status;
}

/* --- delete -------------------------------------------------------------------------------- */

static int record_delete(const struct command *command, const struct args *args)
{
	struct hull_ref ref = command_ref(args->words[0]);
	enum status status = STATUS_OK;
	struct hull_client *client;
	struct hull_error error;
	int fd;

	if (args->group.force) {
		status = group_cgroup(command, args, &fd);
		if (status == STATUS_OK) {
			if (hull_group_kill(fd, &error) || hull_group_wait(fd, END_MS, &error))
				status = command_fail(command, &error);
			close(fd);
		}
		if (status != STATUS_OK)
			return status;
	}
	client = command_client(command, &status);
	if (!client)
		return status;
	if (hull_group_delete(client, &ref, &error))
		status = command_fail(command, &error);
	hull_client_close(client);
	return status;
}

/* Its keeper cleans up as soon as it sees that nothing is left to keep. */
static bool lock_wait(struct hull_group_dir *dir)
{
	const struct timespec step = { .tv_nsec = POLL_NS };
	int tries = END_MS / (POLL_NS / 1000000);

	while (!hull_group_dir_lock(dir) && --tries)
		nanosleep(&step, NULL);
	return tries;
}

static enum status running_end(struct hull_group_dir *dir, const struct hull_kept *state,
			       struct hull_error *error)
{
	int fd = -1, ret = 0;

	if (state->cgroup[0])
		fd = open(state->cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		ret = hull_group_kill(fd, error);
	else if (state->pid)
		kill(state->pid, SIGKILL);
	if (fd >= 0)
		close(fd);
	if (!ret && !lock_wait(dir))
		ret = hull_error_set(error, ETIMEDOUT, "its keeper (pid %d) does not end",
				     (int)state->keeper);
	return ret;
}

int group_delete_run(const struct command *command, const struct args *args)
{
	struct hull_kept state;
	struct hull_group_dir dir;
	struct hull_error error = { 0 };
	int ret = 0;

	if (hull_group_find(&dir, args->words[0], &state, &error)) {
		/* Who is not root has no others. */
		return geteuid() ? (int)command_fail(command, &error) :
				   record_delete(command, args);
	}
	if (state.phase == HULL_PHASE_STARTED && !args->group.force)
		ret = hull_error_set(&error, EBUSY, "%s runs; --force kills it first", state.name);
	else if (state.phase != HULL_PHASE_ENDED)
		ret = running_end(&dir, &state, &error);
	else if (!lock_wait(&dir))
		ret = hull_error_set(&error, EBUSY, "somebody else deletes %s just now", state.name);
	if (!ret)
		ret = hull_group_clean(&dir, &state, true, &error);
	hull_kept_free(&state);
	hull_group_dir_close(&dir);
	return ret ? command_fail(command, &error) : STATUS_OK;
}
