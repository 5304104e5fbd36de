// SPDX-License-Identifier: GPL-2.0-only
/*
 * A group's cgroup: found again by the record, frozen and killed by its own files. The
 * kernel does both to all tasks at once, those included that are being forked.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <base/cgroup.h>
#include <lib/group.h>

int hull_group_open(const struct hull_group_info *group, int *fd, struct hull_error *error)
{
	char root[256], path[sizeof(root) + HULL_GROUP_PATH_MAX + 1];
	struct stat is;

	if (group->state == HULL_GROUP_GONE)
		return hull_error_set(error, ESTALE, "its cgroup was removed");
	if (!hull_cgroup_mount(root, sizeof(root)))
		return hull_error_set(error, ENOENT, "no cgroup v2 hierarchy is mounted");
	snprintf(path, sizeof(path), "%s%s", root, group->path);
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0)
		return hull_error_set(error, errno == ENOENT ? ESTALE : errno, "%s: %s", path,
				      strerror(errno));
	/* Inode numbers of cgroups are not used again, so this is the one or it is not. */
	if (!fstat(*fd, &is) && is.st_ino == group->cgroup_id)
		return 0;
	close(*fd);
	return hull_error_set(error, ESTALE, "%s is another cgroup than the group's", path);
}

static int file_write(int cgroup_fd, const char *name, const char *text, struct hull_error *error)
{
	int fd = openat(cgroup_fd, name, O_WRONLY | O_CLOEXEC);
	ssize_t bytes;

	if (fd < 0)
		return hull_error_set(error, errno, "%s: %s", name, strerror(errno));
	bytes = write(fd, text, strlen(text));
	if (bytes < 0)
		hull_error_set(error, errno, "%s: %s", name, strerror(errno));
	close(fd);
	return bytes < 0 ? -1 : 0;
}

/* The number after @key in cgroup.events: 0, 1, or -1 when it cannot be read. */
static int event_read(int fd, const char *key)
{
	char text[256];
	ssize_t bytes = pread(fd, text, sizeof(text) - 1, 0);
	const char *at;

	if (bytes <= 0)
		return -1;
	text[bytes] = '\0';
	at = strstr(text, key);
	return at ? at[strlen(key)] == '1' : -1;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until @key is @value in cgroup.events, which poll() reports changes of. */
static int event_wait(int cgroup_fd, const char *key, int value, int ms, struct hull_error *error)
{
	int fd = openat(cgroup_fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	int64_t end = now_ms() + ms, left;
	struct pollfd poller = { .fd = fd, .events = POLLPRI };
	int is, ret = -1;

	if (fd < 0)
		return hull_error_set(error, errno, "cgroup.events: %s", strerror(errno));
	for (;;) {
		is = event_read(fd, key);
		if (is == value || (is < 0 && errno == ENODEV && !value)) {
			ret = 0;
			break;
		}
		if (is < 0) {
			hull_error_set(error, errno, "cgroup.events: %s", strerror(errno));
			break;
		}
		left = ms < 0 ? -1 : end - now_ms();
		if (ms >= 0 && left <= 0) {
			hull_error_set(error, EAGAIN, "not within %d ms", ms);
			break;
		}
		if (poll(&poller, 1, (int)left) < 0) {
			hull_error_set(error, errno, "cgroup.events: %s", strerror(errno));
			break;
		}
	}
	close(fd);
	return ret;
}

int hull_group_freeze(int cgroup_fd, bool frozen, int ms, struct hull_error *error)
{
	if (file_write(cgroup_fd, "cgroup.freeze", frozen ? "1" : "0", error))
		return -1;
	return event_wait(cgroup_fd, "frozen ", frozen, ms, error);
}

int hull_group_kill(int cgroup_fd, struct hull_error *error)
{
	return file_write(cgroup_fd, "cgroup.kill", "1", error);
}

int hull_group_wait(int cgroup_fd, int ms, struct hull_error *error)
{
	return event_wait(cgroup_fd, "populated ", 0, ms, error);
}
