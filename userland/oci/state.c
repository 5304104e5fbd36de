// SPDX-License-Identifier: GPL-2.0-only
/* state - containers' directories and what is in them */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <base/dir.h>
#include <base/fds.h>
#include <oci/state.h>

#define ROOT_DEFAULT	"/run/hull/oci"

static const char *const status_names[] = {
	[OCI_CREATING] = "creating", [OCI_CREATED] = "created", [OCI_RUNNING] = "running",
	[OCI_PAUSED] = "paused", [OCI_STOPPED] = "stopped",
};

const char *oci_status_name(enum oci_status status)
{
	return status_names[status];
}

const char *oci_root(char *path, size_t size)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (!geteuid())
		return ROOT_DEFAULT;
	if (!runtime || runtime[0] != '/' ||
	    snprintf(path, size, "%s/hull/oci", runtime) >= (int)size)
		return NULL;
	return path;
}

/* A name of a directory, and of nothing above it. */
static bool id_valid(const char *id)
{
	const char *at;

	for (at = id; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("_+-.", *at))
			return false;
	return id[0] && strcmp(id, ".") && strcmp(id, "..") && at - id <= OCI_ID_MAX;
}

static int container_init(struct oci_container *container, const char *id,
			  struct hull_error *error)
{
	memset(container, 0, sizeof(*container));
	container->base = -1;
	container->dir = -1;
	if (!id_valid(id))
		return hull_error_set(error, EINVAL, "'%.80s' is no container's id: 1 to 255 of "
				      "[A-Za-z0-9_+.-]", id);
	strcpy(container->id, id);
	return 0;
}

void oci_container_close(struct oci_container *container)
{
	json_decref(container->annotations);
	container->annotations = NULL;
	if (container->dir >= 0)
		close(container->dir);
	if (container->base >= 0)
		close(container->base);
	container->dir = -1;
	container->base = -1;
}

static int base_open(struct oci_container *container, const char *root, bool make,
		     struct hull_error *error)
{
	if (make && hull_dir_make(root))
		return hull_error_set(error, errno, "cannot make %s: %s", root, strerror(errno));
	container->base = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (container->base >= 0)
		return 0;
	if (errno == ENOENT)
		return hull_error_set(error, ENOENT, "container does not exist: %s",
				      container->id);
	return hull_error_set(error, errno, "%s: %s", root, strerror(errno));
}

int oci_container_claim(struct oci_container *container, const char *root, const char *id,
			struct hull_error *error)
{
	int ret = container_init(container, id, error);

	if (ret || base_open(container, root, true, error))
		return -1;
	if (mkdirat(container->base, id, 0700))
		ret = hull_error_set(error, errno, "%s: %s", id, errno == EEXIST ?
				     "a container of this id exists" : strerror(errno));
	if (!ret) {
		container->dir = openat(container->base, id,
					O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (container->dir < 0 || flock(container->dir, LOCK_EX | LOCK_NB)) {
			ret = hull_error_set(error, errno, "%s: %s", id, strerror(errno));
			unlinkat(container->base, id, AT_REMOVEDIR);
		}
	}
	if (ret)
		oci_container_close(container);
	container->owner = geteuid();
	return ret;
}

static void text_get(const json_t *json, const char *key, char *text, size_t size)
{
	const char *value = json_string_value(json_object_get(json, key));

	snprintf(text, size, "%s", value ? value : "");
}

static int state_read(struct oci_container *container, struct hull_error *error)
{
	json_t *json = oci_json_load(container->dir, OCI_STATE_FILE, OCI_STATE_FILE, error);

	if (!json)
		return -1;
	container->complete = json_is_true(json_object_get(json, "complete"));
	container->pid = (pid_t)json_integer_value(json_object_get(json, "pid"));
	container->start_time = (uint64_t)json_integer_value(json_object_get(json, "start_time"));
	container->created = (uint64_t)json_integer_value(json_object_get(json, "created"));
	container->group = (uint32_t)json_integer_value(json_object_get(json, "group"));
	container->owner = (uid_t)json_integer_value(json_object_get(json, "owner"));
	text_get(json, "bundle", container->bundle, sizeof(container->bundle));
	text_get(json, "root", container->root, sizeof(container->root));
	text_get(json, "version", container->version, sizeof(container->version));
	text_get(json, "cgroup", container->cgroup, sizeof(container->cgroup));
	container->annotations = json_incref(json_object_get(json, "annotations"));
	json_decref(json);
	return 0;
}

int oci_container_open(struct oci_container *container, const char *root, const char *id,
		       bool lock, struct hull_error *error)
{
	if (container_init(container, id, error) || base_open(container, root, false, error))
		return -1;
	container->dir = openat(container->base, id,
				O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (container->dir < 0)
		hull_error_set(error, errno, errno == ENOENT ? "container does not exist: %s" :
			       "container %s cannot be opened", id);
	else if (lock && flock(container->dir, LOCK_EX))
		hull_error_set(error, errno, "container %s: %s", id, strerror(errno));
	else if (!state_read(container, error))
		return 0;
	/* A create that was killed at its first step has left a directory alone. */
	else if (error->code == ENOENT)
		return 0;
	oci_container_close(container);
	return -1;
}

int oci_file_write(int dir, const char *name, const void *data, size_t len)
{
	char new[NAME_MAX + 1];
	int fd, code;

	snprintf(new, sizeof(new), ".%.200s.%d", name, (int)getpid());
	fd = openat(dir, new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	if (!hull_write_all(fd, data, len) || renameat(dir, new, dir, name)) {
		code = errno;
		unlinkat(dir, new, 0);
		close(fd);
		errno = code;
		return -1;
	}
	return close(fd);
}

int oci_container_write(const struct oci_container *container, struct hull_error *error)
{
	json_t *json = json_pack("{sb sI sI sI sI sI ss ss ss ss sO?}",
				 "complete", container->complete,
				 "pid", (json_int_t)container->pid,
				 "start_time", (json_int_t)container->start_time,
				 "created", (json_int_t)container->created,
				 "group", (json_int_t)container->group,
				 "owner", (json_int_t)container->owner,
				 "bundle", container->bundle, "root", container->root,
				 "version", container->version, "cgroup", container->cgroup,
				 "annotations", container->annotations);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	int ret = 0;

	if (!text)
		ret = hull_error_set(error, ENOMEM, "no memory for the state");
	else if (oci_file_write(container->dir, OCI_STATE_FILE, text, strlen(text)))
		ret = hull_error_set(error, errno, "cannot write the state: %s", strerror(errno));
	free(text);
	json_decref(json);
	return ret;
}

void oci_container_forget(struct oci_container *container)
{
	hull_dir_remove(container->base, container->id);
	oci_container_close(container);
}

int oci_container_config(const struct oci_container *container, struct oci_bundle *bundle,
			 struct hull_error *error)
{
	json_t *json = oci_json_load(container->dir, OCI_CONFIG_FILE, OCI_CONFIG_FILE, error);

	return oci_bundle_read(bundle, container->bundle, json, error);
}

uint64_t oci_start_time(pid_t pid)
{
	char path[32], line[1024], *at;
	unsigned long long time = 0;
	char state = 'X';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	/* The name in parentheses may have anything in it. */
	if (fgets(line, sizeof(line), file) && (at = strrchr(line, ')')) &&
	    sscanf(at + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d "
		   "%*d %*d %*d %llu", &state, &time) != 2)
		time = 0;
	fclose(file);
	return state == 'Z' || state == 'X' ? 0 : time;
}

static bool is_frozen(const struct oci_container *container)
{
	char path[PATH_MAX + 32], text[256] = "";
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/cgroup.events", container->cgroup);
	file = container->cgroup[0] ? fopen(path, "re") : NULL;
	if (!file)
		return false;
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	fclose(file);
	return strstr(text, "frozen 1");
}

enum oci_status oci_container_status(const struct oci_container *container)
{
	bool alive = container->pid && oci_start_time(container->pid) == container->start_time &&
		     container->start_time;

	if (!container->complete) {
		/* Who makes it holds the lock; who only asks must not wait for that one. */
		if (flock(container->dir, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
			return OCI_CREATING;
		flock(container->dir, LOCK_UN);
		return OCI_STOPPED;
	}
	if (!alive)
		return OCI_STOPPED;
	if (!faccessat(container->dir, OCI_GATE_FILE, F_OK, 0))
		return OCI_CREATED;
	return is_frozen(container) ? OCI_PAUSED : OCI_RUNNING;
}

int oci_container_pidfd(const struct oci_container *container, struct hull_error *error)
{
	int fd = container->pid ? (int)syscall(SYS_pidfd_open, container->pid, 0) : -1;

	/* Looked at after it was opened: then it is the one that is meant. */
	if (fd >= 0 && container->start_time &&
	    oci_start_time(container->pid) == container->start_time)
		return fd;
	if (fd >= 0)
		close(fd);
	return hull_error_set(error, ESRCH, "container not running: %s", container->id);
}

int oci_container_cgroup(const struct oci_container *container, struct hull_error *error)
{
	int fd;

	if (!container->cgroup[0])
		return hull_error_set(error, ENOENT, "container %s has no cgroup of its own",
				      container->id);
	fd = open(container->cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? hull_error_set(error, errno, "cgroup %s: %s", container->cgroup,
				       strerror(errno)) : fd;
}

static void time_text(uint64_t ns, char *text, size_t size)
{
	time_t seconds = (time_t)(ns / 1000000000);
	char fraction[16];
	struct tm tm;
	size_t len;

	gmtime_r(&seconds, &tm);
	len = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(fraction, sizeof(fraction), ".%09" PRIu64 "Z", ns % 1000000000);
	snprintf(text + len, size - len, "%s", fraction);
}

json_t *oci_container_json(const struct oci_container *container, enum oci_status status,
			   bool more)
{
	pid_t pid = status == OCI_STOPPED ? 0 : container->pid;
	json_t *json = json_pack("{ss ss ss sI ss}", "ociVersion", container->version[0] ?
				 container->version : OCI_VERSION, "id", container->id,
				 "status", oci_status_name(status), "pid", (json_int_t)pid,
				 "bundle", container->bundle);
	char text[64];

	if (json && container->annotations)
		json_object_set(json, "annotations", container->annotations);
	if (!json || !more)
		return json;
	time_text(container->created, text, sizeof(text));
	json_object_set_new(json, "rootfs", json_string(container->root));
	json_object_set_new(json, "created", json_string(text));
	snprintf(text, sizeof(text), "%u", container->owner);
	json_object_set_new(json, "owner", json_string(text));
	if (container->group)
		json_object_set_new(json, "group", json_integer(container->group));
	return json;
}
