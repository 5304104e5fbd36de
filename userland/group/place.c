// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <base/cgroup.h>
#include <group/place.h>
#include <lib/group.h>

#define PARENT		"hull-groups"
#define END_MS		10000		/* for killed processes to be gone */
#define DEPTH_MAX	64		/* of cgroups that a group has made */

static const char *const controllers[] = { "memory", "cpu", "pids", "io", "cpuset" };

#define N_CONTROLLERS	(sizeof(controllers) / sizeof(controllers[0]))

static bool may_use(const char *path)
{
	static const char *const files[] = { "", "/cgroup.procs", "/cgroup.subtree_control" };
	char file[2 * PATH_MAX + 32];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(file, sizeof(file), "%s%s", path, files[i]);
		if (faccessat(AT_FDCWD, file, W_OK, AT_EACCESS))
			return false;
	}
	return true;
}

/* The caller's cgroup: below @mount, "/user.slice/..."; false: not to be found */
static bool own_cgroup(char *path, size_t size)
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX + 8];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file)) {
		found = !strncmp(line, "0::/", 4);
		line[strcspn(line, "\n")] = '\0';
	}
	if (file)
		fclose(file);
	return found && snprintf(path, size, "%s", line + 3) < (int)size;
}

/* The highest that was handed over: whoever did it manages what is above. */
static bool delegated(const char *mount, char *base, size_t size)
{
	char own[PATH_MAX], path[2 * PATH_MAX], *slash;
	bool found = false;

	if (!own_cgroup(own, sizeof(own)))
		return false;
	for (;;) {
		snprintf(path, sizeof(path), "%s%s", mount, strcmp(own, "/") ? own : "");
		if (!may_use(path))
			return found;
		if (snprintf(base, size, "%s", path) >= (int)size)
			return false;
		found = true;
		slash = strrchr(own, '/');
		if (!slash || !*own)
			return found;
		*slash = '\0';
	}
}

int hull_group_place_path(const char *name, char *path, size_t size, struct hull_error *error)
{
	char mount[PATH_MAX], base[PATH_MAX];

	path[0] = '\0';
	if (!hull_cgroup_mount(mount, sizeof(mount)))
		return hull_error_set(error, EOPNOTSUPP, "cgroup v2 is not mounted here, and groups "
				      "need it: mount -t cgroup2 none /sys/fs/cgroup");
	if (!geteuid())
		snprintf(base, sizeof(base), "%s", mount);
	else if (!delegated(mount, base, sizeof(base)))
		return 0;
	if (snprintf(path, size, "%s/" PARENT "/%s", base, name) >= (int)size)
		return hull_error_set(error, ENAMETOOLONG, "the path of the cgroup is too long");
	return 0;
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (; *text; text += strspn(text, " \n")) {
		if (!strncmp(text, word, len) && strchr(" \n", text[len]))
			return true;
		text += strcspn(text, " \n");
	}
	return false;
}

/* Are all that are there handed on from @dir to what is below it? */
static bool all_enabled(const char *dir)
{
	char path[PATH_MAX + 32], text[256];
	ssize_t n;
	size_t i;
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	for (i = 0; i < N_CONTROLLERS; i++)
		if (!has_word(text, controllers[i]))
			return false;
	return true;
}

/* @path is BASE/PARENT/NAME: BASE is there. */
static int make_parents(const char *path, struct hull_error *error)
{
	char base[PATH_MAX], parent[PATH_MAX];

	snprintf(parent, sizeof(parent), "%s", path);
	*strrchr(parent, '/') = '\0';
	snprintf(base, sizeof(base), "%s", parent);
	*strrchr(base, '/') = '\0';
	if (mkdir(parent, 0755) && errno != EEXIST)
		return hull_error_set(error, errno, "cannot make cgroup %s: %s", parent,
				      strerror(errno));
	if (all_enabled(parent))
		return 0;
	hull_cgroup_enable(base, controllers, N_CONTROLLERS);
	hull_cgroup_enable(parent, controllers, N_CONTROLLERS);
	return 0;
}

int hull_group_place_make(struct hull_group_place *place, const char *path,
			  struct hull_error *error)
{
	place->fd = -1;
	snprintf(place->path, sizeof(place->path), "%s", path);
	if (!path[0])
		return 0;
	if (make_parents(path, error))
		return -1;
	/* What a keeper that was killed has left is removed: its limits are not ours. */
	if (mkdir(path, 0755) && (errno != EEXIST || hull_group_place_remove(path, error) ||
				  mkdir(path, 0755)))
		return hull_error_set(error, errno, "cannot make cgroup %s: %s", path,
				      strerror(errno));
	place->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (place->fd >= 0)
		return 0;
	hull_error_set(error, errno, "cgroup %s: %s", path, strerror(errno));
	rmdir(path);
	return -1;
}

/* Cgroups that the group has made in its own; depth first. */
static void remove_below(int dir, int depth)
{
	struct dirent *entry;
	DIR *files;
	int fd;

	fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	files = fd < 0 ? NULL : fdopendir(fd);
	if (!files) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(files))) {
		int below;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		below = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (below < 0)
			continue;
		if (depth < DEPTH_MAX)
			remove_below(below, depth + 1);
		close(below);
		unlinkat(fd, entry->d_name, AT_REMOVEDIR);
	}
	closedir(files);
}

int hull_group_place_empty(const char *path, struct hull_error *error)
{
	struct hull_error wait;
	int fd, ret;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? 0 : hull_error_set(error, errno, "cgroup %s: %s", path,
							    strerror(errno));
	/* One that is frozen dies, too. */
	ret = hull_group_kill(fd, error);
	if (!ret && hull_group_wait(fd, END_MS, &wait))
		ret = hull_error_set(error, wait.code, "its processes do not end (%s)", wait.text);
	if (!ret)
		remove_below(fd, 0);
	close(fd);
	return ret;
}

int hull_group_place_remove(const char *path, struct hull_error *error)
{
	/* Empty: as good as always when its keeper lives. */
	if (!path[0] || !rmdir(path) || errno == ENOENT)
		return 0;
	if (hull_group_place_empty(path, error))
		return -1;
	if (rmdir(path) && errno != ENOENT)
		return hull_error_set(error, errno, "cannot remove cgroup %s: %s", path,
				      strerror(errno));
	return 0;
}

void hull_group_place_close(struct hull_group_place *place)
{
	if (place->fd >= 0)
		close(place->fd);
	place->fd = -1;
}
