// SPDX-License-Identifier: GPL-2.0-only
/*
 * host - what the caller does before there is a process, and beside it: namespaces that are
 * joined, the time namespace, id mappings
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <container/mount.h>
#include <container/private.h>

static enum hull_ct_ns ns_of(const struct hull_ct_run *run, const struct hull_ct_namespace *ns)
{
	return (enum hull_ct_ns)(ns - run->config->ns);
}

static int own_ns_open(const struct hull_ct_run *run, enum hull_ct_ns ns)
{
	char path[48];

	/* Of time and pid it is the children's that is changed. */
	snprintf(path, sizeof(path), "self/ns/%s%s", hull_ct_ns_name(ns),
		 ns == HULL_CT_TIME || ns == HULL_CT_PID ? "_for_children" : "");
	return openat(run->proc, path, O_RDONLY | O_CLOEXEC);
}

/* From this one there is no way back: see birth.c. */
static int user_ns_open(struct hull_ct_run *run, const char *path)
{
	struct stat own, other;

	run->user_ns_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (run->user_ns_fd < 0)
		return -1;
	if (fstat(run->user_ns_fd, &other) || fstatat(run->proc, "self/ns/user", &own, 0))
		return -1;
	if (ioctl(run->user_ns_fd, NS_GET_NSTYPE) == CLONE_NEWUSER &&
	    (own.st_ino != other.st_ino || own.st_dev != other.st_dev))
		return 0;
	errno = EINVAL;
	return -1;
}

/* The caller enters, the new process is born there, and the caller comes back. */
static int join(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_namespace *ns = object;
	enum hull_ct_ns which = ns_of(run, ns);
	int fd, ret;

	if (which == HULL_CT_USER)
		return user_ns_open(run, ns->path);
	run->host_ns[which] = own_ns_open(run, which);
	if (run->host_ns[which] < 0)
		return -1;
	fd = open(ns->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = setns(fd, (int)hull_ct_ns_flag(which));
	close(fd);
	return ret;
}

static void come_back(struct hull_ct_run *run, const void *object)
{
	enum hull_ct_ns which = ns_of(run, object);

	if (which == HULL_CT_USER && run->user_ns_fd >= 0)
		close(run->user_ns_fd);
	if (run->host_ns[which] < 0)
		return;
	/* What was entered is left: nobody can be stopped from going home. */
	if (setns(run->host_ns[which], (int)hull_ct_ns_flag(which)))
		abort();
	close(run->host_ns[which]);
	run->host_ns[which] = -1;
}

static void describe_ns(char *text, size_t size, const void *object)
{
	const struct hull_ct_namespace *ns = object;

	snprintf(text, size, "%s", ns->path);
}

const struct hull_ct_step_kind hull_ct_step_join = {
	"join namespace", HULL_CT_BEFORE, join, describe_ns, come_back
};

/* Offsets can be set until the first process is born into the namespace. */
static int time_make(struct hull_ct_run *run, const void *object)
{
	static const char *const clocks[] = { "monotonic", "boottime" };
	const struct hull_ct_config *config = object;
	char text[64];
	int i;

	run->host_ns[HULL_CT_TIME] = own_ns_open(run, HULL_CT_TIME);
	if (run->host_ns[HULL_CT_TIME] < 0 || unshare(CLONE_NEWTIME))
		return -1;
	for (i = 0; i < 2; i++) {
		if (!config->has_time[i])
			continue;
		snprintf(text, sizeof(text), "%s %" PRId64 " %u", clocks[i], config->time[i].s,
			 config->time[i].ns);
		if (hull_ct_write(run->proc, "self/timens_offsets", text))
			return -1;
	}
	return 0;
}

static void time_leave(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_config *config = object;

	come_back(run, &config->ns[HULL_CT_TIME]);
}

const struct hull_ct_step_kind hull_ct_step_time = {
	"make a time namespace", HULL_CT_BEFORE, time_make, NULL, time_leave
};

/* "container host count" a line, in one write as user_namespaces(7) wants it. */
static char *map_text(const struct hull_ct_id_map *maps, size_t n)
{
	char *text = NULL;
	size_t size, i;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	for (i = 0; i < n; i++)
		fprintf(f, "%u %u %u\n", maps[i].container, maps[i].host, maps[i].count);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

static int map_write(int proc, pid_t pid, const char *file, const struct hull_ct_id_map *maps,
		     size_t n)
{
	char *text = map_text(maps, n), path[48];
	int ret;

	if (!text)
		return -1;
	snprintf(path, sizeof(path), "%d/%s", pid, file);
	ret = hull_ct_write(proc, path, text);
	free(text);
	return ret;
}

/* newuidmap(1) and newgidmap(1) may map what /etc/subuid grants. */
static int map_by_helper(const char *helper, pid_t pid, const struct hull_ct_id_map *maps,
			 size_t n)
{
	char **argv = calloc(3 * n + 3, sizeof(*argv)), *at;
	char *numbers = malloc(3 * n * 12 + 12);
	int status = -1;
	size_t i, j;
	pid_t child;

	if (!argv || !numbers)
		goto out;
	argv[0] = (char *)(uintptr_t)helper;
	argv[1] = at = numbers;
	at += sprintf(at, "%d", pid) + 1;
	for (i = 0; i < n; i++) {
		uint32_t values[3] = { maps[i].container, maps[i].host, maps[i].count };

		for (j = 0; j < 3; j++) {
			argv[2 + 3 * i + j] = at;
			at += sprintf(at, "%u", values[j]) + 1;
		}
	}
	child = fork();
	if (!child) {
		execvp(helper, argv);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		status = -1;
out:
	free(argv);
	free(numbers);
	errno = EPERM;
	return status ? -1 : 0;
}

static bool is_own(const struct hull_ct_id_map *maps, size_t n, uint32_t id)
{
	return n == 1 && maps[0].count == 1 && maps[0].host == id;
}

static int maps_set(struct hull_ct_run *run, const struct hull_ct_id_maps *maps, pid_t pid)
{
	char path[48];

	if (!geteuid())
		return map_write(run->proc, pid, "uid_map", maps->uid, maps->n_uid) ||
		       map_write(run->proc, pid, "gid_map", maps->gid, maps->n_gid) ? -1 : 0;
	if (is_own(maps->uid, maps->n_uid, geteuid()) &&
	    is_own(maps->gid, maps->n_gid, getegid())) {
		snprintf(path, sizeof(path), "%d/setgroups", pid);
		return hull_ct_write(run->proc, path, "deny") ||
		       map_write(run->proc, pid, "uid_map", maps->uid, maps->n_uid) ||
		       map_write(run->proc, pid, "gid_map", maps->gid, maps->n_gid) ? -1 : 0;
	}
	return map_by_helper("newuidmap", pid, maps->uid, maps->n_uid) ||
	       map_by_helper("newgidmap", pid, maps->gid, maps->n_gid) ? -1 : 0;
}

static int maps(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_config *config = object;

	return maps_set(run, &config->maps, run->pid);
}

const struct hull_ct_step_kind hull_ct_step_maps = {
	"map user and group ids", HULL_CT_BESIDE, maps, NULL, NULL
};

/* A user namespace with nobody in it, as an argument of mount_setattr(2). */
static int user_ns_make(struct hull_ct_run *run, const struct hull_ct_id_maps *wanted)
{
	struct clone_args args = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	char path[48];
	int fd = -1;

	if (pid < 0)
		return -1;
	if (!pid)
		for (;;)
			pause();
	snprintf(path, sizeof(path), "%d/ns/user", pid);
	if (!maps_set(run, wanted, pid))
		fd = openat(run->proc, path, O_RDONLY | O_CLOEXEC);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return fd;
}

static int tree_idmap(int tree, bool recursive, int user_ns)
{
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)user_ns,
	};

	return mount_setattr(tree, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attr,
			     sizeof(attr));
}

static int mount_idmap(struct hull_ct_run *run, const struct hull_ct_mount *mount, int tree,
		       int container_ns)
{
	int user_ns = container_ns, ret;

	if (mount->maps.n_uid)
		user_ns = user_ns_make(run, &mount->maps);
	if (user_ns < 0)
		return -1;
	ret = tree_idmap(tree, mount->idmap_recursive, user_ns);
	if (user_ns != container_ns)
		close(user_ns);
	return ret;
}

/* What the caller has opened is the new process' as well: both have the same trees. */
static int idmaps(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_config *config = object;
	char path[48];
	int user_ns, ret = 0;
	size_t i;

	snprintf(path, sizeof(path), "%d/ns/user", run->pid);
	user_ns = openat(run->proc, path, O_RDONLY | O_CLOEXEC);
	if (user_ns < 0)
		return -1;
	if (config->root.idmap)
		ret = tree_idmap(run->root_tree, false, user_ns);
	for (i = 0; !ret && i < config->n_mounts; i++) {
		if (!config->mounts[i].idmap || run->trees[i] < 0)
			continue;
		run->object = config->mounts[i].source;
		ret = mount_idmap(run, &config->mounts[i], run->trees[i], user_ns);
	}
	close(user_ns);
	return ret;
}

const struct hull_ct_step_kind hull_ct_step_idmaps = {
	"map the ids of mounts", HULL_CT_BESIDE, idmaps, NULL, NULL
};
