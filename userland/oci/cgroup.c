// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/cgroup.h>
#include <group/place.h>
#include <oci/cgroup.h>

#define DEPTH_MAX	32	/* of cgroups below a container's that are looked into */

static const char *const controllers[] = {
	"cpuset", "cpu", "io", "memory", "hugetlb", "pids", "rdma", "misc",
};

#define N_CONTROLLERS	(sizeof(controllers) / sizeof(controllers[0]))

/* "a-b.slice" is in "a.slice"; "-.slice" is the root. */
static bool slice_path(const char *slice, char *path, size_t size)
{
	size_t len = strlen(slice), i, used = 0;

	path[0] = '\0';
	if (!strcmp(slice, "-.slice"))
		return true;
	if (len < 7 || strcmp(slice + len - 6, ".slice") || slice[0] == '-' ||
	    slice[len - 7] == '-' || strstr(slice, "--") || strchr(slice, '/'))
		return false;
	for (i = 1; i <= len - 6; i++) {
		if (i < len - 6 && slice[i] != '-')
			continue;
		used += (size_t)snprintf(path + used, size - used, "/%.*s.slice", (int)i, slice);
		if (used >= size)
			return false;
	}
	return true;
}

static int systemd_path(const char *text, const char *id, char *path, size_t size,
			struct hull_error *error)
{
	char slice[256] = "system.slice", prefix[256] = "hull", name[512], parent[PATH_MAX / 2];
	bool given = text && *text;

	snprintf(name, sizeof(name), "%s", id);
	if (given && sscanf(text, "%255[^:/]:%255[^:/]:%511[^:/]", slice, prefix, name) != 3 &&
	    /* Neither slice nor prefix must be there. */
	    sscanf(text, ":%255[^:/]:%511[^:/]", prefix, name) != 2)
		return hull_error_set(error, EINVAL, "linux.cgroupsPath: '%.80s' is not "
				      "SLICE:PREFIX:NAME, as --systemd-cgroup wants it", text);
	if (!slice_path(slice, parent, sizeof(parent)))
		return hull_error_set(error, EINVAL, "linux.cgroupsPath: '%.80s' is no slice",
				      slice);
	if (strlen(name) > 6 && !strcmp(name + strlen(name) - 6, ".slice"))
		snprintf(path, size, "%s/%s", parent, name);
	else
		snprintf(path, size, "%s/%s-%s.scope", parent, prefix, name);
	return 0;
}

int oci_cgroup_path(const char *cgroups_path, const char *id, bool systemd, char *path,
		    size_t size, struct hull_error *error)
{
	char mount[PATH_MAX], below[PATH_MAX];

	/* Who is not root may make cgroups only where some were handed over. */
	if (geteuid())
		return hull_group_place_path(id, path, size, error);
	if (!hull_cgroup_mount(mount, sizeof(mount)))
		return hull_error_set(error, EOPNOTSUPP, "cgroup v2 is not mounted here: mount -t "
				      "cgroup2 none /sys/fs/cgroup");
	if (systemd && systemd_path(cgroups_path, id, below, sizeof(below), error))
		return -1;
	if (!systemd && cgroups_path && cgroups_path[0] == '/')
		snprintf(below, sizeof(below), "%s", cgroups_path);
	else if (!systemd)
		snprintf(below, sizeof(below), "/hull-oci/%s", cgroups_path ? cgroups_path : id);
	if (snprintf(path, size, "%s%s", mount, below) >= (int)size)
		return hull_error_set(error, ENAMETOOLONG, "linux.cgroupsPath: too long");
	while (path[strlen(path) - 1] == '/')
		path[strlen(path) - 1] = '\0';
	if (!strcmp(path, mount))
		return hull_error_set(error, EINVAL, "linux.cgroupsPath: is that of the machine");
	return 0;
}

/* Controllers are handed on from each cgroup above to the next one. */
static int parents_make(char *path, struct hull_error *error)
{
	char mount[PATH_MAX];
	char *slash;

	if (!hull_cgroup_mount(mount, sizeof(mount)) || strncmp(path, mount, strlen(mount)))
		return hull_error_set(error, EINVAL, "%s: not below cgroup v2", path);
	hull_cgroup_enable(mount, controllers, N_CONTROLLERS);
	for (slash = strchr(path + strlen(mount) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return hull_error_set(error, errno, "cannot make cgroup %s: %s", path,
					      strerror(errno));
		hull_cgroup_enable(path, controllers, N_CONTROLLERS);
		*slash = '/';
	}
	return 0;
}

static bool one(int pid, void *data)
{
	(void)pid;
	(void)data;
	return false;
}

int oci_cgroup_make(const char *path, struct hull_error *error)
{
	char copy[PATH_MAX];
	bool made;
	int fd;

	snprintf(copy, sizeof(copy), "%s", path);
	if (parents_make(copy, error))
		return -1;
	made = !mkdir(path, 0755);
	if (!made && errno != EEXIST)
		return hull_error_set(error, errno, "cannot make cgroup %s: %s", path,
				      strerror(errno));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return hull_error_set(error, errno, "cgroup %s: %s", path, strerror(errno));
	/* Another's: its processes would be killed with this container. */
	if (!made && !oci_cgroup_each(fd, one, NULL)) {
		close(fd);
		return hull_error_set(error, EBUSY, "cgroup %s has processes: it is another's",
				      path);
	}
	return fd;
}

static bool each_here(int dir, bool (*each)(int pid, void *data), void *data)
{
	int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC), pid;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	bool go_on = true;

	if (!file) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	while (go_on && fscanf(file, "%d", &pid) == 1)
		go_on = each(pid, data);
	fclose(file);
	return go_on;
}

static bool each_below(int dir, bool (*each)(int pid, void *data), void *data, int depth)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), below;
	DIR *files = fd < 0 ? NULL : fdopendir(fd);
	bool go_on = each_here(dir, each, data);
	struct dirent *entry;

	while (go_on && files && depth < DEPTH_MAX && (entry = readdir(files))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		below = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (below < 0)
			continue;
		go_on = each_below(below, each, data, depth + 1);
		close(below);
	}
	if (files)
		closedir(files);
	else if (fd >= 0)
		close(fd);
	return go_on;
}

bool oci_cgroup_each(int dir, bool (*each)(int pid, void *data), void *data)
{
	return each_below(dir, each, data, 0);
}
