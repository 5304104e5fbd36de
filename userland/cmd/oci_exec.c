// SPDX-License-Identifier: GPL-2.0-only
/* vmctl oci exec, update. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmd/oci_options.h>
#include <cmd/output.h>
#include <group/keeper.h>
#include <oci/life.h>

static int no_memory(struct hull_error *error)
{
	return hull_error_set(error, ENOMEM, "no memory");
}

static bool id_parse(const char **text, uint32_t *id)
{
	char *end;
	unsigned long number;

	if (!isdigit((unsigned char)**text))
		return false;
	number = strtoul(*text, &end, 10);
	*text = end;
	*id = (uint32_t)number;
	return number < UINT32_MAX;
}

/* "UID[:GID]" */
static int user_set(struct hull_ct_process *process, const char *text, struct hull_error *error)
{
	const char *at = text;

	if (id_parse(&at, &process->uid) &&
	    (!*at || (*at++ == ':' && id_parse(&at, &process->gid) && !*at)))
		return 0;
	return hull_error_set(error, EINVAL, "--user %.40s: not UID[:GID]", text);
}

static int lists_set(struct hull_ct_config *config, const struct oci_args *oci,
		     struct hull_error *error)
{
	struct hull_ct_process *process = &config->process;
	const char *text;
	uint32_t *gid;
	size_t i;
	int cap;

	for (i = 0; i < oci->env.n; i++) {
		if (!strchr(oci->env.at[i], '=') || oci->env.at[i][0] == '=')
			return hull_error_set(error, EINVAL, "--env %.60s: not NAME=VALUE",
					      oci->env.at[i]);
		if (!hull_ct_strings_add(config, &process->env, oci->env.at[i]))
			return no_memory(error);
	}
	for (i = 0; i < oci->gids.n; i++) {
		text = oci->gids.at[i];
		gid = hull_ct_append(config, &process->groups, &process->n_groups, sizeof(*gid));
		if (!gid)
			return no_memory(error);
		if (!id_parse(&text, gid) || *text)
			return hull_error_set(error, EINVAL, "--additional-gids %.40s: no number",
					      oci->gids.at[i]);
	}
	for (i = 0; i < oci->caps.n; i++) {
		cap = hull_ct_capability(oci->caps.at[i]);
		if (cap < 0)
			return hull_error_set(error, EINVAL, "--cap %.40s: no capability",
					      oci->caps.at[i]);
		process->caps.bounding |= 1ull << cap;
		process->caps.permitted |= 1ull << cap;
		process->caps.effective |= 1ull << cap;
	}
	return 0;
}

/* The container's own process with another program. */
static int process_alter(struct oci_bundle *bundle, const struct args *args,
			 struct hull_error *error)
{
	struct hull_ct_process *process = &bundle->config->process;
	const struct oci_args *oci = &args->oci;
	int i;

	process->args = (struct hull_ct_strings){ NULL, 0 };
	for (i = 1; i < args->n_words; i++)
		if (!hull_ct_strings_add(bundle->config, &process->args, args->words[i]))
			return no_memory(error);
	process->terminal = oci->flag[OCI_TTY];
	if (oci->text[OCI_CWD])
		process->cwd = oci->text[OCI_CWD];
	if (process->cwd[0] != '/')
		return hull_error_set(error, EINVAL, "--cwd %.100s: not an absolute path",
				      process->cwd);
	if (oci->flag[OCI_NO_NEW_PRIVS])
		process->no_new_privs = true;
	if (oci->text[OCI_APPARMOR])
		process->apparmor = oci->text[OCI_APPARMOR];
	if (oci->text[OCI_PROCESS_LABEL])
		process->selinux = oci->text[OCI_PROCESS_LABEL];
	if (oci->text[OCI_USER] && user_set(process, oci->text[OCI_USER], error))
		return -1;
	return lists_set(bundle->config, oci, error);
}

static int process_get(const struct oci_container *container, struct oci_bundle *bundle,
		       const struct args *args, struct hull_error *error)
{
	const char *file = args->oci.text[OCI_PROCESS];
	size_t i;

	if (!file && args->n_words < 2)
		return hull_error_set(error, EINVAL, "no command to run, and no --process");
	if (file) {
		if (oci_process_load(bundle, file, error))
			return -1;
		for (i = 0; i < bundle->warnings.n; i++)
			oci_log(OCI_LOG_WARNING, "%s", bundle->warnings.at[i]);
		return 0;
	}
	if (oci_container_config(container, bundle, error))
		return -1;
	if (!process_alter(bundle, args, error))
		return 0;
	oci_bundle_free(bundle);
	return -1;
}

static void front_kill(const struct hull_front *front, int signal)
{
	*(int *)front->data = signal;
	kill(front->pid, SIGKILL);
}

static int exec_in(const struct oci_container *container, const struct args *args)
{
	const struct oci_args *oci = &args->oci;
	struct oci_bundle bundle = { .config = NULL };
	struct hull_error error = { 0 };
	struct oci_exec exec = {
		.process = &bundle, .console_socket = oci->text[OCI_CONSOLE_SOCKET],
		.pid_file = oci->text[OCI_PID_FILE], .detach = oci->flag[OCI_DETACH],
		.cgroup = oci->text[OCI_CGROUP], .paused_too = oci->flag[OCI_IGNORE_PAUSED],
	};
	int killed_by = 0, status = STATUS_OK, code = 0, ret;
	struct hull_front front;
	struct hull_ct made;
	sigset_t set, old;

	exec.terminal_here = !exec.detach && !exec.console_socket;
	if (!oci_preserve(args, &exec.preserve_fds, &error) ||
	    process_get(container, &bundle, args, &error))
		return oci_fail(&error);
	hull_keeper_signals(&set, &old);
	ret = oci_exec(container, &exec, &made, &code, &error);
	oci_bundle_free(&bundle);
	if (ret) {
		oci_fail(&error);
		return code == 126 || code == 127 ? code : STATUS_FAILURE;
	}
	if (!exec.detach) {
		front = (struct hull_front){
			made.pid, made.pidfd, made.terminal, front_kill, &killed_by,
		};
		status = hull_wait_exit(hull_front_wait(&front));
		if (killed_by)
			status = 128 + killed_by;
	}
	close(made.pidfd);
	return status;
}

int oci_exec_run(const struct command *command, const struct args *args)
{
	const char *root = oci_begin(command, args);
	struct oci_container container;
	struct hull_error error = { 0 };
	int status;

	if (!root)
		return STATUS_FAILURE;
	if (oci_container_open(&container, root, args->words[0], false, &error))
		return oci_fail(&error);
	status = exec_in(&container, args);
	oci_container_close(&container);
	return status;
}

/* --- update -------------------------------------------------------------------------- */

static const struct {
	enum oci_option option;
	const char *section, *key;
	bool text;
} bounds[] = {
	{ OCI_MEMORY, "memory", "limit", false },
	{ OCI_MEMORY_RESERVATION, "memory", "reservation", false },
	{ OCI_MEMORY_SWAP, "memory", "swap", false },
	{ OCI_CPU_PERIOD, "cpu", "period", false },
	{ OCI_CPU_QUOTA, "cpu", "quota", false },
	{ OCI_CPU_BURST, "cpu", "burst", false },
	{ OCI_CPU_SHARE, "cpu", "shares", false },
	{ OCI_CPU_IDLE, "cpu", "idle", false },
	{ OCI_CPUSET_CPUS, "cpu", "cpus", true },
	{ OCI_CPUSET_MEMS, "cpu", "mems", true },
	{ OCI_PIDS_LIMIT, "pids", "limit", false },
	{ OCI_BLKIO_WEIGHT, "blockIO", "weight", false },
	{ OCI_CPU_RT_PERIOD, "cpu", "realtimePeriod", false },
	{ OCI_CPU_RT_RUNTIME, "cpu", "realtimeRuntime", false },
	{ OCI_KERNEL_MEMORY, "memory", "kernel", false },
	{ OCI_KERNEL_MEMORY_TCP, "memory", "kernelTCP", false },
};

/* "512M" as bytes, "-1" and the like as they are */
static json_t *number_json(const char *text)
{
	const char *why;
	uint64_t bytes;
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (!*end && !errno)
		return json_integer(number);
	if (hull_size_parse(text, &bytes, &why) && bytes <= INT64_MAX)
		return json_integer((json_int_t)bytes);
	return json_string(text);
}

/* Options as the file that --resources would have named, and read as that is. */
static json_t *bounds_json(const struct oci_args *oci)
{
	json_t *json = json_object(), *section;
	size_t i;

	for (i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		const char *text = oci->text[bounds[i].option];

		if (!text)
			continue;
		section = json_object_get(json, bounds[i].section);
		if (!section) {
			section = json_object();
			json_object_set_new(json, bounds[i].section, section);
		}
		json_object_set_new(section, bounds[i].key,
				    bounds[i].text ? json_string(text) : number_json(text));
	}
	return json;
}

static int64_t file_number(int dir, const char *name)
{
	char text[32];
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	return strtoll(text, NULL, 10);
}

static int bounds_apply(const struct oci_container *container, const struct oci_bundle *bundle,
			struct hull_error *error)
{
	struct hull_ct_resources *resources = &bundle->config->resources;
	int cgroup = oci_container_cgroup(container, error), ret;
	struct hull_ct_error ct_error = { 0 };
	int64_t used;

	if (cgroup < 0)
		return -1;
	/* A period alone leaves the quota as it is. */
	if (resources->cpu_period_us && !resources->cpu_quota_us &&
	    !json_object_get(json_object_get(bundle->json, "cpu"), "quota")) {
		used = file_number(cgroup, "cpu.max");
		resources->cpu_quota_us = used > 0 ? (uint64_t)used : 0;
	}
	used = bundle->check_memory ? file_number(cgroup, "memory.current") : 0;
	if (resources->memory_max && used > resources->memory_max)
		ret = hull_error_set(error, EBUSY, "memory.checkBeforeUpdate: %" PRId64
				     " bytes are in use", used);
	else if (resources->n_devices)
		ret = hull_error_set(error, EINVAL, "devices: their rules stay as they were made");
	else if (hull_ct_limits_apply(cgroup, resources, &ct_error))
		ret = hull_error_set(error, ct_error.code, "%s", ct_error.text);
	else
		ret = 0;
	close(cgroup);
	return ret;
}

int oci_update_run(const struct command *command, const struct args *args)
{
	const char *root = oci_begin(command, args), *file = args->oci.text[OCI_RESOURCES];
	struct oci_container container;
	struct oci_bundle bundle;
	struct hull_error error = { 0 };
	int ret;

	if (!root)
		return STATUS_FAILURE;
	if (oci_container_open(&container, root, args->words[0], true, &error))
		return oci_fail(&error);
	ret = file ? oci_resources_load(&bundle, file, &error) :
		     oci_resources_read(&bundle, bounds_json(&args->oci), "update", &error);
	if (!ret && oci_container_status(&container) == OCI_STOPPED)
		ret = hull_error_set(&error, ESRCH, "container not running: %s", container.id);
	if (!ret)
		ret = bounds_apply(&container, &bundle, &error);
	oci_bundle_free(&bundle);
	oci_container_close(&container);
	return ret ? oci_fail(&error) : STATUS_OK;
}
