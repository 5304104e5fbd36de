// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <base/cgroup.h>

#define USUAL_MOUNT	"/sys/fs/cgroup"

bool hull_cgroup_mount(char *path, size_t size)
{
	struct statfs usual;
	struct mntent *mount;
	FILE *mounts;
	bool found = false;

	/* Where nearly everybody has it, without reading a table. */
	if (!statfs(USUAL_MOUNT, &usual) && usual.f_type == CGROUP2_SUPER_MAGIC) {
		snprintf(path, size, USUAL_MOUNT);
		return true;
	}
	mounts = setmntent("/proc/self/mounts", "re");
	if (!mounts)
		return false;
	while (!found && (mount = getmntent(mounts))) {
		found = !strcmp(mount->mnt_type, "cgroup2");
		if (found)
			snprintf(path, size, "%s", mount->mnt_dir);
	}
	endmntent(mounts);
	return found;
}

int hull_cgroup_write(const char *dir, const char *name, const char *text)
{
	char path[PATH_MAX];
	ssize_t n;
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n == (ssize_t)strlen(text) ? 0 : -1;
}

void hull_cgroup_enable(const char *dir, const char *const *names, size_t n)
{
	char text[32];
	size_t i;

	/* One by one: what is not there is refused, and with it all that is written together. */
	for (i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "+%s", names[i]);
		hull_cgroup_write(dir, "cgroup.subtree_control", text);
	}
}
