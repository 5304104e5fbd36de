// SPDX-License-Identifier: GPL-2.0-only
/* create - a plan executed: what the caller does, the new process, and their talk */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <container/private.h>
#include <container/start/block.h>

#define FAULT	"HULL_CT_FAULT"		/* fail:N, kill:N, stop:N: what happens at a step */

/* For tests: everything that can fail, or end a process half-way, at each step. */
static int fault(size_t step)
{
	const char *text = getenv(FAULT), *number = text ? strchr(text, ':') : NULL;

	if (!number || strtoul(number + 1, NULL, 10) != step + 1)
		return 0;
	/* The first process of a pid namespace has no answer to signals of its own. */
	if (!strncmp(text, "kill", 4)) {
		raise(SIGKILL);
		_exit(128 + SIGKILL);
	}
	while (!strncmp(text, "stop", 4))
		pause();
	errno = ECANCELED;
	return strncmp(text, "fail", 4) ? 0 : -1;
}

static int step_run(struct hull_ct_run *run, const struct hull_ct_plan *plan, size_t i)
{
	run->object = NULL;
	return fault(i) ? -1 : plan->steps[i].kind->run(run, plan->steps[i].object);
}

/* "step 12, attach mount: proc on /proc: Permission denied" */
static int step_fail(const struct hull_ct_plan *plan, size_t i, const char *object, int code,
		     struct hull_ct_error *error)
{
	const struct hull_ct_step *step = &plan->steps[i];
	char text[256] = "";

	if (step->kind->describe)
		step->kind->describe(text, sizeof(text), step->object);
	return hull_ct_fail(error, code, "step %zu, %s%s%s%s%s: %s", i + 1, step->kind->name,
			    text[0] ? ": " : "", text, object && object[0] ? ": " : "",
			    object ? object : "", strerror(code));
}

static void trees_init(int *trees, size_t n)
{
	while (n--)
		trees[n] = -1;
}

int hull_ct_run_init(struct hull_ct_run *run, struct hull_ct_config *config,
		     const struct hull_ct_place *place)
{
	size_t devices = config->n_devices;
	int i;

	while (hull_ct_default_device(devices - config->n_devices))
		devices++;
	*run = (struct hull_ct_run){
		.config = config, .place = place, .channel = -1, .proc = -1, .root = -1,
		.root_tree = -1, .null = -1, .empty = -1, .dir = -1, .devpts = -1, .terminal = -1,
		.ruleset = -1, .cgroup = -1, .user_ns_fd = -1,
		.user_ns = config->ns[HULL_CT_USER].mode != HULL_CT_NS_HOST,
		.trees = hull_ct_alloc(config, config->n_mounts + 1, sizeof(int)),
		.device_trees = hull_ct_alloc(config, devices + 1, sizeof(int)),
	};
	for (i = 0; i < HULL_CT_NS_NR; i++)
		run->host_ns[i] = -1;
	if (!run->trees || !run->device_trees)
		return -1;
	trees_init(run->trees, config->n_mounts);
	trees_init(run->device_trees, devices);
	run->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return run->proc < 0 ? -1 : 0;
}

void hull_ct_child_wait(int channel)
{
	struct hull_ct_message message;
	int fd;

	/* Not by a look at the parent's id, which another pid namespace doesn't have. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (hull_ct_message_receive(channel, &message, &fd) != 1 || message.kind != HULL_CT_GO)
		_exit(125);
}

_Noreturn void hull_ct_child_fail(struct hull_ct_run *run, int step)
{
	struct hull_ct_message message = {
		.kind = HULL_CT_FAILED, .step = step, .code = errno,
	};

	if (run->object)
		strncpy(message.object, run->object, sizeof(message.object) - 1);
	hull_ct_message_send(run->channel, &message, -1);
	_exit(125);
}

/* Hooks that want the start to have been given, but not the program. */
static void start_hooks(struct hull_ct_run *run, struct hull_ct_block *block)
{
	struct hull_ct_message message = { .kind = HULL_CT_READY, .step = -1 };
	char byte;
	int fd;

	if (hull_ct_message_send(run->channel, &message, -1) ||
	    hull_ct_message_receive(run->channel, &message, &fd) != 1)
		_exit(125);
	if (run->place->gate >= 0) {
		prctl(PR_SET_PDEATHSIG, 0);
		message.kind = HULL_CT_READY;
		if (hull_ct_message_send(run->channel, &message, -1) ||
		    read(run->place->gate, &byte, 1) != 1)
			_exit(125);
	}
	run->object = "hooks before the start";
	if (run->place->hook(run->place->data, HULL_CT_HOOK_START_CONTAINER))
		hull_ct_child_fail(run, -1);
	block->flags |= HULL_CT_START_NO_GATE;
}

static _Noreturn void child(struct hull_ct_run *run, const struct hull_ct_plan *plan, int starter)
{
	struct hull_ct_block *block;
	sigset_t none;
	size_t i;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	hull_ct_child_wait(run->channel);
	for (i = 0; i < plan->n; i++)
		if (plan->steps[i].kind->where >= HULL_CT_OUTSIDE && step_run(run, plan, i))
			hull_ct_child_fail(run, (int)i);
	block = hull_ct_block_make(run->config, run->root, &run->object);
	if (!block)
		hull_ct_child_fail(run, -1);
	if (run->config->hooks[HULL_CT_HOOK_START_CONTAINER].n && run->place->hook)
		start_hooks(run, block);
	hull_ct_become(run, starter, block);
	hull_ct_child_fail(run, -1);
}

static int spawn(struct hull_ct_run *run, const struct hull_ct_plan *plan, int far, int starter,
		 struct hull_ct *container)
{
	struct clone_args args = {
		.flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD,
	};
	int i;

	for (i = 0; i < HULL_CT_NS_NR; i++)
		if (run->config->ns[i].mode == HULL_CT_NS_PRIVATE && i != HULL_CT_CGROUP &&
		    i != HULL_CT_TIME)
			args.flags |= hull_ct_ns_flag((enum hull_ct_ns)i);
	if (run->place->cgroup >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)run->place->cgroup;
	}
	container->pid = hull_ct_birth(run, &args, &container->pidfd);
	if (container->pid)
		return container->pid < 0 ? -1 : 0;
	close(run->channel);
	run->channel = far;
	child(run, plan, starter);
}

/* Undoes the caller's steps up to @end, last first. */
static void steps_undo(struct hull_ct_run *run, const struct hull_ct_plan *plan, size_t end,
		       enum hull_ct_where where)
{
	while (end--)
		if (plan->steps[end].kind->where == where && plan->steps[end].kind->undo)
			plan->steps[end].kind->undo(run, plan->steps[end].object);
}

static int steps_run(struct hull_ct_run *run, const struct hull_ct_plan *plan,
		     enum hull_ct_where where, struct hull_ct_error *error)
{
	size_t i;
	int code;

	for (i = 0; i < plan->n; i++) {
		if (plan->steps[i].kind->where != where || !step_run(run, plan, i))
			continue;
		code = errno;
		step_fail(plan, i, run->object, code, error);
		steps_undo(run, plan, i + 1, where);
		return -1;
	}
	return 0;
}

static int created(struct hull_ct_run *run, const void *object)
{
	struct hull_ct_error error = { 0 };

	(void)object;
	if (!run->place->created || !run->place->created(run->place->data, run->pid, &error))
		return 0;
	run->object = hull_ct_strdup(run->config, error.text);
	errno = error.code;
	return -1;
}

const struct hull_ct_step_kind hull_ct_step_created = {
	"let the caller finish its part", HULL_CT_BESIDE, created, NULL, NULL
};

static int hooks(struct hull_ct_run *run, const void *object)
{
	(void)object;
	return run->place->hook ? run->place->hook(run->place->data,
						   HULL_CT_HOOK_CREATE_CONTAINER) : 0;
}

const struct hull_ct_step_kind hull_ct_step_hooks = {
	"run hooks in the container", HULL_CT_OUTSIDE, hooks, NULL, NULL
};

/* The starter's steps, as what could not be done. */
static const char *const starter_steps[] = {
	[HULL_CT_START_NONE] = "become the program", [HULL_CT_START_GROUPS] = "set groups",
	[HULL_CT_START_GID] = "set the group id", [HULL_CT_START_UID] = "set the user id",
	[HULL_CT_START_CAPS] = "set capabilities",
	[HULL_CT_START_PRIVS] = "give up new privileges",
	[HULL_CT_START_LABEL] = "set the security label",
	[HULL_CT_START_LANDLOCK] = "restrict by Landlock",
	[HULL_CT_START_SECCOMP] = "load the filter of system calls",
	[HULL_CT_START_CWD] = "enter the working directory",
	[HULL_CT_START_GATE] = "wait for the start",
	[HULL_CT_START_CGROUP] = "move to the container's cgroup", [HULL_CT_START_EXEC] = "execute",
};

static int child_failed(const struct hull_ct_plan *plan, const struct hull_ct_config *config,
			const struct hull_ct_message *message, struct hull_ct_error *error)
{
	size_t starter = (size_t)(-1 - (int64_t)message->step);

	if (message->step >= 0 && plan && (size_t)message->step < plan->n)
		return step_fail(plan, (size_t)message->step, message->object, message->code,
				 error);
	if (starter >= sizeof(starter_steps) / sizeof(starter_steps[0]))
		starter = 0;
	if (starter == HULL_CT_START_EXEC) {
		error->exit_code = message->code == ENOENT ? 127 : 126;
		return hull_ct_fail(error, message->code, "%s: %s", config->process.args.at[0],
				    strerror(message->code));
	}
	return hull_ct_fail(error, message->code, "%s%s%s: %s", starter_steps[starter],
			    message->object[0] ? ": " : "", message->object,
			    strerror(message->code));
}

int hull_ct_parent_wait(const struct hull_ct_plan *plan, struct hull_ct *container,
			struct hull_ct_error *error)
{
	struct hull_ct_message message;
	int fd, ret;

	for (;;) {
		ret = hull_ct_message_receive(container->channel, &message, &fd);
		if (ret <= 0)
			return hull_ct_fail(error, ret ? errno : ECHILD,
					    "the container's first process ended unexpectedly");
		if (message.kind == HULL_CT_READY)
			return 0;
		if (message.kind == HULL_CT_FAILED)
			return child_failed(plan, container->config, &message, error);
		if (message.kind == HULL_CT_TERMINAL && container->terminal < 0)
			container->terminal = fd;
		else if (message.kind == HULL_CT_LISTENER && container->seccomp_listener < 0)
			container->seccomp_listener = fd;
		else if (fd >= 0)
			close(fd);
	}
}

static int parent(struct hull_ct_run *run, const struct hull_ct_plan *plan,
		  struct hull_ct *container, struct hull_ct_error *error)
{
	struct hull_ct_message go = { .kind = HULL_CT_GO };

	run->pid = container->pid;
	if (steps_run(run, plan, HULL_CT_BESIDE, error))
		return -1;
	if (hull_ct_message_send(container->channel, &go, -1))
		return hull_ct_fail(error, errno, "the new process is gone: %s", strerror(errno));
	return hull_ct_parent_wait(plan, container, error);
}

static int create(struct hull_ct_run *run, struct hull_ct_plan *plan, struct hull_ct *container,
		  struct hull_ct_error *error)
{
	int ends[2], starter = hull_ct_starter_open(), ret;

	if (starter < 0)
		return hull_ct_fail(error, errno, "a starter in memory: %s", strerror(errno));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
		close(starter);
		return hull_ct_fail(error, errno, "socketpair: %s", strerror(errno));
	}
	container->channel = run->channel = ends[0];
	ret = steps_run(run, plan, HULL_CT_BEFORE, error);
	if (!ret) {
		ret = spawn(run, plan, ends[1], starter, container);
		if (ret)
			hull_ct_fail(error, errno, "clone3: %s", strerror(errno));
	}
	close(ends[1]);
	close(starter);
	if (!ret)
		ret = parent(run, plan, container, error);
	/* What was entered for the new process, and opened for it, has served. */
	if (container->pid > 0 || ret)
		steps_undo(run, plan, container->pid ? plan->n : 0, HULL_CT_BEFORE);
	return ret;
}

int hull_ct_create(struct hull_ct_plan *plan, const struct hull_ct_place *place,
		   struct hull_ct *container, struct hull_ct_error *error)
{
	struct hull_ct_run run;
	int ret;

	error->exit_code = 125;
	*container = (struct hull_ct){
		.config = plan->config, .pidfd = -1, .terminal = -1, .channel = -1,
		.seccomp_listener = -1,
	};
	if (hull_ct_run_init(&run, plan->config, place))
		return hull_ct_fail(error, errno, "/proc: %s", strerror(errno));
	ret = create(&run, plan, container, error);
	close(run.proc);
	if (ret)
		hull_ct_end(container);
	return ret;
}

/* The channel's other end is closed by the program's execution. */
int hull_ct_start(struct hull_ct *container, struct hull_ct_error *error)
{
	struct hull_ct_message message = { .kind = HULL_CT_OPEN };
	int fd, ret;

	if (hull_ct_message_send(container->channel, &message, -1))
		return hull_ct_fail(error, errno, "the container is gone: %s", strerror(errno));
	ret = hull_ct_message_receive(container->channel, &message, &fd);
	if (ret == 1 && message.kind == HULL_CT_LISTENER) {
		container->seccomp_listener = fd;
		ret = hull_ct_message_receive(container->channel, &message, &fd);
	}
	close(container->channel);
	container->channel = -1;
	if (ret == 1)
		return child_failed(NULL, container->config, &message, error);
	/* Killed by its seccomp filter, say: that is how the program ended. */
	return 0;
}

int hull_ct_release(struct hull_ct *container, struct hull_ct_error *error)
{
	struct hull_ct_message message = { .kind = HULL_CT_OPEN };

	if (hull_ct_message_send(container->channel, &message, -1))
		return hull_ct_fail(error, errno, "the container is gone: %s", strerror(errno));
	if (hull_ct_parent_wait(NULL, container, error))
		return -1;
	close(container->channel);
	container->channel = -1;
	return 0;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void hull_ct_end(struct hull_ct *container)
{
	if (container->pid > 0 && container->pidfd >= 0) {
		syscall(SYS_pidfd_send_signal, container->pidfd, SIGKILL, NULL, 0);
		while (waitpid(container->pid, NULL, __WALL) < 0 && errno == EINTR)
			;
		container->pid = 0;
	}
	close_one(&container->pidfd);
	close_one(&container->terminal);
	close_one(&container->channel);
	close_one(&container->seccomp_listener);
}
