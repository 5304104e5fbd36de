// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <group/clean.h>
#include <group/keeper.h>
#include <group/listener.h>
#include <group/net.h>
#include <lib/group.h>
#include <oci/config.h>

int hull_wait_exit(int wait_status)
{
	if (WIFEXITED(wait_status))
		return WEXITSTATUS(wait_status);
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : HULL_GROUP_FAILED;
}

int hull_keeper_fail(const struct hull_ct_error *ct, int *status, struct hull_error *error)
{
	*status = ct->exit_code ? ct->exit_code : HULL_GROUP_FAILED;
	return hull_error_set(error, ct->code, "%s", ct->text);
}

/* --- signals ------------------------------------------------------------------------ */

void hull_keeper_signals(sigset_t *set, sigset_t *old)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2,
				       SIGCONT, SIGCHLD };
	size_t i;

	sigemptyset(set);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(set, signals[i]);
	sigprocmask(SIG_BLOCK, set, old);
}

/* Does process @pid catch or ignore @signal? */
static bool has_answer(pid_t pid, int signal)
{
	unsigned long long caught = 0, ignored = 0;
	char path[32], line[128];
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	status = fopen(path, "re");
	if (!status)
		return true;
	while (fgets(line, sizeof(line), status)) {
		sscanf(line, "SigCgt: %llx", &caught);
		sscanf(line, "SigIgn: %llx", &ignored);
	}
	fclose(status);
	return (caught | ignored) >> (signal - 1) & 1;
}

bool hull_keeper_signal(pid_t pid, int pidfd, int signal)
{
	if (signal != SIGCONT && !has_answer(pid, signal))
		return false;
	syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
	return true;
}

/* --- making ------------------------------------------------------------------------- */

/* The kernel's record: root alone can have one, and does not go without. */
static int record_make(struct hull_keeper *keeper, struct hull_error *error)
{
	struct hull_group_new new = {
		.name = keeper->make->name,
		.cgroup_fd = keeper->place.fd,
		.label = keeper->make->config->label,
		.flags = HULL_GROUP_F_TRANSIENT,
	};
	struct hull_group_info info;
	struct hull_client *client;
	int ret;

	if (new.cgroup_fd < 0) {
		snprintf(keeper->make->notice, HULL_ERROR_TEXT_MAX,
			 "no cgroup was handed over to this user: the group has no limits, no "
			 "record in the kernel, no policy");
		return 0;
	}
	client = hull_client_open(error);
	ret = client ? hull_group_new(client, &new, &info, error) : -1;
	hull_client_close(client);
	if (!ret) {
		keeper->state.id = info.id;
	} else if (geteuid() && (error->code == EPERM || error->code == ENODEV)) {
		snprintf(keeper->make->notice, HULL_ERROR_TEXT_MAX,
			 "the kernel keeps records of groups for root alone: no policy");
		ret = 0;
	}
	return ret;
}

/* Its network is there and empty: in time for what the set-up itself does with it. */
static int network_make(void *data, pid_t pid, struct hull_ct_error *ct_error)
{
	struct hull_keeper *keeper = data;
	const struct hull_ct_net *net = &keeper->make->config->net;
	struct hull_error error;
	char path[40];
	int netns, ret;

	if (net->kind != HULL_CT_NET_BRIDGE)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	netns = open(path, O_RDONLY | O_CLOEXEC);
	if (!keeper->state.id)
		ret = hull_error_set(&error, EPERM, "a bridge's port is made by root alone");
	else if (netns < 0)
		ret = hull_error_set(&error, errno, "%s: %s", path, strerror(errno));
	else
		ret = hull_group_net_begin(net, keeper->make->name, keeper->state.id, netns,
					   &keeper->state.address, &error);
	if (netns >= 0)
		close(netns);
	if (!ret)
		return 0;
	ct_error->code = error.code;
	ct_error->exit_code = HULL_GROUP_FAILED;
	snprintf(ct_error->text, sizeof(ct_error->text), "%s", error.text);
	return -1;
}

static int container_make(struct hull_keeper *keeper, const int stdio[3], int *status,
			  struct hull_error *error)
{
	struct hull_ct_place place = {
		.cgroup = keeper->place.fd,
		.stdio = { stdio[0], stdio[1], stdio[2] },
		.created = network_make,
		.data = keeper,
		.gate = -1,
		.tied = true,
	};
	struct hull_ct_error ct_error = { 0 };
	struct hull_ct_plan *plan;
	int ret;

	plan = hull_ct_plan_make(keeper->make->config, &ct_error);
	if (!plan)
		return hull_keeper_fail(&ct_error, status, error);
	ret = hull_ct_create(plan, &place, &keeper->container, &ct_error);
	hull_ct_plan_free(plan);
	if (ret)
		return hull_keeper_fail(&ct_error, status, error);
	keeper->state.pid = keeper->container.pid;
	return 0;
}

static int begin(struct hull_keeper *keeper, const int stdio[3], int *status,
		 struct hull_error *error)
{
	struct hull_kept *state = &keeper->state;

	if (hull_group_place_path(state->name, state->cgroup, sizeof(state->cgroup), error) ||
	    hull_kept_write(&keeper->dir, state, error) ||
	    hull_group_place_make(&keeper->place, state->cgroup, error) ||
	    record_make(keeper, error) || container_make(keeper, stdio, status, error))
		return -1;
	/* In the foreground nothing comes between: one state less to write. */
	state->phase = state->background ? HULL_PHASE_CREATED : HULL_PHASE_STARTED;
	state->started = state->background ? 0 : hull_group_now();
	return 0;
}

int hull_keeper_begin(struct hull_keeper *keeper, const struct hull_group_make *make,
		      bool background, const int stdio[3], int *status, struct hull_error *error)
{
	struct hull_kept *state = &keeper->state;
	struct hull_error unheard;

	*keeper = (struct hull_keeper){
		.make = make,
		.place = { .fd = -1 },
		.container = { .pidfd = -1, .terminal = -1, .channel = -1, .seccomp_listener = -1 },
	};
	*status = HULL_GROUP_FAILED;
	if (hull_group_dir_claim(&keeper->dir, make->name, error))
		return -1;
	snprintf(state->name, sizeof(state->name), "%s", make->name);
	if (make->config->net.kind == HULL_CT_NET_BRIDGE)
		snprintf(state->bridge, sizeof(state->bridge), "%s", make->config->net.bridge);
	state->keeper = getpid();
	state->status = -1;
	state->tty = make->tty;
	state->background = background;
	state->remove = make->remove || !background;
	state->created = hull_group_now();
	state->argv = make->argv;
	state->env = make->env;
	if (!begin(keeper, stdio, status, error) &&
	    !hull_kept_write(&keeper->dir, state, error))
		return 0;
	if (keeper->container.pid)
		hull_ct_end(&keeper->container);
	hull_group_place_close(&keeper->place);
	hull_group_clean(&keeper->dir, state, true, &unheard);
	hull_group_dir_close(&keeper->dir);
	return -1;
}

json_t *hull_keeper_state(const struct hull_kept *state, const struct hull_ct_config *config)
{
	return json_pack("{ss ss ss sI ss}", "ociVersion", OCI_VERSION, "id", state->name,
			 "status", "running", "pid", (json_int_t)state->pid, "bundle",
			 config->root.path);
}

int hull_keeper_start(struct hull_keeper *keeper, int *status, struct hull_error *error)
{
	struct hull_ct_error ct_error = { 0 };

	if (hull_ct_start(&keeper->container, &ct_error))
		return hull_keeper_fail(&ct_error, status, error);
	*status = HULL_GROUP_FAILED;
	if (hull_listener_send(&keeper->container,
			       hull_keeper_state(&keeper->state, keeper->make->config), error)) {
		syscall(SYS_pidfd_send_signal, keeper->container.pidfd, SIGKILL, NULL, 0);
		return -1;
	}
	if (!keeper->state.background)
		return 0;
	keeper->state.phase = HULL_PHASE_STARTED;
	keeper->state.started = hull_group_now();
	return hull_kept_write(&keeper->dir, &keeper->state, error);
}

int hull_keeper_end(struct hull_keeper *keeper, int wait_status)
{
	struct hull_kept *state = &keeper->state;
	struct hull_error unheard;
	int fds[] = { keeper->container.pidfd, keeper->container.terminal,
		      keeper->container.seccomp_listener };
	size_t i;

	/* It was reaped, or never has run. */
	if (wait_status == -1)
		hull_ct_end(&keeper->container);
	else
		for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
			if (fds[i] >= 0)
				close(fds[i]);
	hull_group_place_close(&keeper->place);
	if (keeper->killed_by)
		state->status = 128 + keeper->killed_by;
	else if (wait_status != -1)
		state->status = hull_wait_exit(wait_status);
	hull_group_clean(&keeper->dir, state, state->remove, &unheard);
	hull_group_dir_close(&keeper->dir);
	return state->status;
}
