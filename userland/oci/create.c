// SPDX-License-Identifier: GPL-2.0-only
/* create - a bundle to a process that waits at its gate, and back if something fails */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <base/fds.h>
#include <base/socket.h>
#include <group/listener.h>
#include <group/place.h>
#include <lib/group.h>
#include <oci/cgroup.h>
#include <oci/hooks.h>
#include <oci/life.h>

/* What hooks need to know, in the caller and in the new process; @pid is shared by them. */
struct creation {
	struct oci_container *container;
	const struct hull_ct_config *config;
	pid_t *pid;
	struct hull_error error;
};

/* --- pieces --------------------------------------------------------------------------- */

int oci_pid_file_write(const char *path, pid_t pid, struct hull_error *error)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)pid);
	if (strlen(path) < PATH_MAX) {
		char copy[PATH_MAX], *slash;
		int dir, ret;

		strcpy(copy, path);
		slash = strrchr(copy, '/');
		if (slash)
			*slash = '\0';
		dir = open(slash ? (*copy ? copy : "/") : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ret = dir < 0 ? -1 : oci_file_write(dir, slash ? slash + 1 : copy, text,
						    strlen(text));
		if (dir >= 0)
			close(dir);
		if (!ret)
			return 0;
	} else {
		errno = ENAMETOOLONG;
	}
	return hull_error_set(error, errno, "pid file %s: %s", path, strerror(errno));
}

int oci_descriptor_send(const char *path, int fd, const char *text, struct hull_error *error)
{
	if (!hull_socket_give(path, fd, text))
		return 0;
	return hull_error_set(error, errno, "socket %s: %s", path, strerror(errno));
}

static char *state_text(const struct oci_container *container, enum oci_status status)
{
	json_t *json = oci_container_json(container, status, false);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return text;
}

void oci_hooks_after(struct oci_container *container, const struct hull_ct_config *config,
		     enum hull_ct_hook_kind kind)
{
	bool stopped = kind == HULL_CT_HOOK_POSTSTOP;
	struct hull_error error;
	char *state;

	if (!config->hooks[kind].n)
		return;
	state = state_text(container, stopped ? OCI_STOPPED : OCI_RUNNING);
	if (state && oci_hooks_run(config, kind, state, NULL, &error))
		oci_log(OCI_LOG_WARNING, "%s", error.text);
	free(state);
}

/* --- hooks ---------------------------------------------------------------------------- */

static int hooks(struct creation *creation, enum hull_ct_hook_kind kind, enum oci_status status,
		 bool inside)
{
	char *state;
	int ret;

	if (!creation->config->hooks[kind].n)
		return 0;
	creation->container->pid = *creation->pid;
	state = state_text(creation->container, status);
	if (!state)
		return hull_error_set(&creation->error, ENOMEM, "no memory");
	ret = oci_hooks_run(creation->config, kind, state,
			    inside ? &creation->config->process : NULL, &creation->error);
	free(state);
	return ret;
}

static int created(void *data, pid_t pid, struct hull_ct_error *error)
{
	struct creation *creation = data;

	*creation->pid = pid;
	if (!hooks(creation, HULL_CT_HOOK_PRESTART, OCI_CREATING, false) &&
	    !hooks(creation, HULL_CT_HOOK_CREATE_RUNTIME, OCI_CREATING, false))
		return 0;
	error->code = creation->error.code;
	snprintf(error->text, sizeof(error->text), "%s", creation->error.text);
	return -1;
}

static int hook(void *data, enum hull_ct_hook_kind kind)
{
	struct creation *creation = data;
	bool inside = kind == HULL_CT_HOOK_START_CONTAINER;

	if (!hooks(creation, kind, inside ? OCI_CREATED : OCI_CREATING, inside))
		return 0;
	dprintf(STDERR_FILENO, "%s\n", creation->error.text);
	errno = creation->error.code;
	return -1;
}

/* --- the configuration, as this machine has it ------------------------------------------ */

#define RW	(HULL_CT_DEV_READ | HULL_CT_DEV_WRITE)

/* What every container's /dev has may be used, and a node of anything may be made. */
static const struct hull_ct_device_rule always[] = {
	{ true, 'c', -1, -1, HULL_CT_DEV_MKNOD }, { true, 'b', -1, -1, HULL_CT_DEV_MKNOD },
	{ true, 'c', 1, 3, RW }, { true, 'c', 1, 5, RW }, { true, 'c', 1, 7, RW },
	{ true, 'c', 1, 8, RW }, { true, 'c', 1, 9, RW }, { true, 'c', 5, 0, RW },
	{ true, 'c', 5, 1, RW }, { true, 'c', 5, 2, RW }, { true, 'c', 136, -1, RW },
};

#define N_ALWAYS	(sizeof(always) / sizeof(always[0]))

static int device_rules(struct hull_ct_config *config)
{
	struct hull_ct_resources *resources = &config->resources;
	struct hull_ct_device_rule *rules;

	/* Only root may give a cgroup such rules; who is not can use no device anyway. */
	if (geteuid()) {
		resources->n_devices = 0;
		return 0;
	}
	rules = hull_ct_alloc(config, resources->n_devices + N_ALWAYS + 1, sizeof(*rules));
	if (!rules)
		return -1;
	rules[0] = (struct hull_ct_device_rule){ false, 'a', -1, -1, RW | HULL_CT_DEV_MKNOD };
	if (resources->n_devices)
		memcpy(rules + 1, resources->devices, resources->n_devices * sizeof(*rules));
	memcpy(rules + 1 + resources->n_devices, always, sizeof(always));
	resources->devices = rules;
	resources->n_devices += N_ALWAYS + 1;
	return 0;
}

static int config_complete(struct hull_ct_config *config, const struct oci_make *make,
			   struct hull_error *error)
{
	bool socket = make->console_socket || make->terminal_here;

	config->name = make->id;
	config->root.no_pivot = make->no_pivot;
	config->process.keep_keyring = make->keep_keyring;
	config->process.preserve_fds = make->preserve_fds;
	if (config->process.terminal && !socket)
		return hull_error_set(error, EINVAL, "process.terminal: needs --console-socket, as "
				      "the terminal is for somebody else");
	if (!config->process.terminal && make->console_socket)
		return hull_error_set(error, EINVAL, "--console-socket: process.terminal is false");
	if (config->process.args.n == 0)
		return hull_error_set(error, EINVAL, "config.json: process is missing");
	if (config->ns[HULL_CT_NET].mode == HULL_CT_NS_HOST)
		config->net.kind = HULL_CT_NET_PLAIN;
	return device_rules(config) ? hull_error_set(error, ENOMEM, "no memory") : 0;
}

static int annotations(struct oci_container *container, const struct hull_ct_config *config,
		       struct hull_error *error)
{
	size_t i;

	container->annotations = json_object();
	for (i = 0; i < config->n_annotations; i++)
		if (json_object_set_new(container->annotations, config->annotations[i].name,
					json_string(config->annotations[i].value)))
			return hull_error_set(error, ENOMEM, "no memory");
	return 0;
}

/* --- the kernel's record ------------------------------------------------------------------ */

static bool record_required(const struct oci_container *container)
{
	const char *text = json_string_value(json_object_get(container->annotations,
							     OCI_GROUP_ANNOTATION));

	return text && !strcmp(text, "required");
}

static int record_new(struct oci_container *container, int cgroup, struct hull_error *error)
{
	char name[HULL_NAME_MAX + 1];
	struct hull_group_new new = {
		.name = name, .cgroup_fd = cgroup, .label = container->id,
		.flags = HULL_GROUP_F_TRANSIENT,
	};
	struct hull_client *client = hull_client_open(error);
	struct hull_group_info info;
	struct stat stat;
	int ret;

	if (!client)
		return -1;
	snprintf(name, sizeof(name), "%.*s", HULL_NAME_MAX, container->id);
	ret = hull_group_new(client, &new, &info, error);
	/* Ids may be longer than names, begin with a dot, or be the same under another root. */
	if (ret && (error->code == EEXIST || error->code == EINVAL) && !fstat(cgroup, &stat)) {
		snprintf(name, sizeof(name), "oci-%llu", (unsigned long long)stat.st_ino);
		ret = hull_group_new(client, &new, &info, error);
	}
	hull_client_close(client);
	if (!ret)
		container->group = info.id;
	return ret;
}

/* Without the module a container is one all the same, unless its bundle insists. */
static int record_make(struct oci_container *container, int cgroup, struct hull_error *error)
{
	struct hull_error why = { .text = "it has no cgroup of its own" };

	if (cgroup >= 0 && !record_new(container, cgroup, &why))
		return 0;
	if (record_required(container))
		return hull_error_set(error, why.code, "annotation " OCI_GROUP_ANNOTATION
				      " wants a record in the kernel: %.160s", why.text);
	oci_log(OCI_LOG_DEBUG, "%s runs without a record in the kernel, and without policy: %s",
		container->id, why.text);
	return 0;
}

/* --- create --------------------------------------------------------------------------------- */

/* One place at which the program may be; 0: it is there */
static int program_try(int root, const char *cwd, const char *dir, size_t len, const char *name)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	char path[3 * PATH_MAX];
	struct stat stat;
	int fd, ret;

	snprintf(path, sizeof(path), "%s/%.*s%s%s", len && dir[0] == '/' ? "" : cwd, (int)len, dir,
		 len ? "/" : "", name);
	if (name[0] == '/')
		snprintf(path, sizeof(path), "%s", name);
	fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
	if (fd < 0)
		return errno;
	ret = fstat(fd, &stat) ? errno : S_ISDIR(stat.st_mode) ? EISDIR :
	      !(stat.st_mode & 0111) ? EACCES : 0;
	close(fd);
	return ret;
}

static const char *path_variable(const struct hull_ct_strings *env)
{
	size_t i;

	for (i = env->n; i; i--)
		if (!strncmp(env->at[i - 1], "PATH=", 5))
			return env->at[i - 1] + 5;
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/* The program, as it is found from inside: create is told of what start could tell nobody. */
static int program_check(const struct hull_ct *made, struct hull_error *error)
{
	const struct hull_ct_process *process = &made->config->process;
	const char *name = process->args.at[0], *path;
	char text[40];
	int root, why = ENOENT, one;
	size_t len;

	snprintf(text, sizeof(text), "/proc/%d/root", (int)made->pid);
	root = open(text, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return 0;
	if (strchr(name, '/')) {
		why = program_try(root, process->cwd, "", 0, name);
	} else {
		for (path = path_variable(&process->env); why; path += len + 1) {
			len = strcspn(path, ":");
			one = program_try(root, process->cwd, path, len, name);
			why = one == EACCES || !one ? one : why;
			if (!path[len])
				break;
		}
	}
	close(root);
	if (!why)
		return 0;
	if (why == ENOENT && !strchr(name, '/'))
		return hull_error_set(error, why, "exec: \"%.100s\": executable file not found in "
				      "$PATH", name);
	return hull_error_set(error, why, "exec: \"%.100s\": %s", name, strerror(why));
}

/* Everything behind the gate: who is to know of the process, and what is to go to whom. */
static int hand_over(const struct oci_make *make, struct oci_container *container,
		     struct hull_ct *made, struct hull_error *error)
{
	struct hull_ct_error ct_error = { 0 };
	int ret = 0;

	if (program_check(made, error))
		return -1;
	container->pid = made->pid;
	container->start_time = oci_start_time(made->pid);
	if (made->terminal >= 0 && make->console_socket) {
		ret = oci_descriptor_send(make->console_socket, made->terminal, "/dev/pts/0",
					  error);
		close(made->terminal);
		made->terminal = -1;
	}
	container->complete = true;
	if (ret || oci_container_write(container, error))
		return -1;
	if (hull_ct_release(made, &ct_error))
		return hull_error_set(error, ct_error.code, "%s", ct_error.text);
	ret = hull_listener_send(made, oci_container_json(container, OCI_CREATED, false), error);
	if (!ret && make->pid_file)
		ret = oci_pid_file_write(make->pid_file, made->pid, error);
	return ret;
}

static int process_make(const struct oci_make *make, struct oci_container *container,
			struct oci_bundle *bundle, int cgroup, struct hull_ct *made,
			struct hull_error *error)
{
	struct creation creation = {
		.container = container, .config = bundle->config,
		.pid = mmap(NULL, sizeof(pid_t), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0),
	};
	struct hull_ct_place place = {
		.cgroup = cgroup, .stdio = { -1, -1, -1 }, .created = created, .hook = hook,
		.data = &creation,
	};
	struct hull_ct_error ct_error = { 0 };
	struct hull_ct_plan *plan;
	int ret = -1;

	if (creation.pid == MAP_FAILED)
		return hull_error_set(error, errno, "mmap: %s", strerror(errno));
	/* Readable and writable: it never is at its end, whoever else comes and goes. */
	place.gate = mkfifoat(container->dir, OCI_GATE_FILE, 0600) ? -1 :
		     openat(container->dir, OCI_GATE_FILE, O_RDWR | O_CLOEXEC);
	plan = place.gate < 0 ? NULL : hull_ct_plan_make(bundle->config, &ct_error);
	if (place.gate < 0)
		hull_error_set(error, errno, "gate: %s", strerror(errno));
	else if (!plan || hull_ct_create(plan, &place, made, &ct_error))
		hull_error_set(error, ct_error.code, "%s", ct_error.text);
	else
		ret = hand_over(make, container, made, error);
	if (ret && made->pid > 0)
		hull_ct_end(made);
	hull_ct_plan_free(plan);
	if (place.gate >= 0)
		close(place.gate);
	munmap(creation.pid, sizeof(pid_t));
	return ret;
}

static int config_keep(struct oci_container *container, const struct oci_bundle *bundle,
		       struct hull_error *error)
{
	char *text = json_dumps(bundle->json, JSON_COMPACT);
	int ret = text ? oci_file_write(container->dir, OCI_CONFIG_FILE, text, strlen(text)) : -1;

	if (ret)
		hull_error_set(error, errno, "cannot keep config.json: %s", strerror(errno));
	free(text);
	return ret;
}

/* All that must be known of it for whoever cleans up after us. */
static int begin(const struct oci_make *make, struct oci_container *container,
		 struct oci_bundle *bundle, struct hull_error *error)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	container->created = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	snprintf(container->bundle, sizeof(container->bundle), "%s", bundle->path);
	snprintf(container->root, sizeof(container->root), "%s", bundle->config->root.path);
	snprintf(container->version, sizeof(container->version), "%s", bundle->version);
	if (annotations(container, bundle->config, error) ||
	    oci_cgroup_path(bundle->config->cgroup, make->id, make->systemd, container->cgroup,
			    sizeof(container->cgroup), error) ||
	    config_keep(container, bundle, error))
		return -1;
	return oci_container_write(container, error);
}

/* *@cgroup -1: it goes without. */
static int cgroup_make(const struct oci_make *make, struct oci_container *container,
		       struct hull_ct_config *config, int *cgroup, struct hull_error *error)
{
	*cgroup = -1;
	if (container->cgroup[0]) {
		*cgroup = oci_cgroup_make(container->cgroup, error);
		if (*cgroup >= 0)
			return 0;
		if (make->rootless != OCI_ROOTLESS_TRUE ||
		    (error->code != EACCES && error->code != EPERM && error->code != EROFS))
			return -1;
		oci_log(OCI_LOG_WARNING, "%s has no cgroup, and no rules for devices: %s",
			container->id, error->text);
		container->cgroup[0] = '\0';
		config->resources.n_devices = 0;
		return oci_container_write(container, error);
	}
	if (make->rootless == OCI_ROOTLESS_FALSE)
		return hull_error_set(error, EPERM, "no cgroup was handed over to this user, and "
				      "--rootless is false");
	return 0;
}

static int create(const struct oci_make *make, struct oci_container *container,
		  struct oci_bundle *bundle, struct hull_ct *made, struct hull_error *error)
{
	struct hull_error unheard;
	int cgroup, ret;

	if (begin(make, container, bundle, error) ||
	    cgroup_make(make, container, bundle->config, &cgroup, error))
		return -1;
	ret = record_make(container, cgroup, error);
	if (!ret)
		ret = process_make(make, container, bundle, cgroup, made, error);
	if (cgroup >= 0)
		close(cgroup);
	if (ret) {
		hull_group_place_remove(container->cgroup, &unheard);
		oci_hooks_after(container, bundle->config, HULL_CT_HOOK_POSTSTOP);
	}
	return ret;
}

int oci_create(const struct oci_make *make, struct oci_container *container, struct hull_ct *made,
	       struct hull_error *error)
{
	struct oci_bundle bundle;
	size_t i;
	int ret;

	*made = (struct hull_ct){
		.pidfd = -1, .terminal = -1, .channel = -1, .seccomp_listener = -1,
	};
	if (oci_bundle_load(&bundle, make->bundle, error))
		return -1;
	for (i = 0; i < bundle.warnings.n; i++)
		oci_log(OCI_LOG_WARNING, "%s", bundle.warnings.at[i]);
	ret = config_complete(bundle.config, make, error);
	if (!ret)
		ret = oci_container_claim(container, make->root, make->id, error);
	if (!ret) {
		ret = create(make, container, &bundle, made, error);
		if (ret)
			oci_container_forget(container);
	}
	made->config = NULL;
	oci_bundle_free(&bundle);
	return ret;
}
