// SPDX-License-Identifier: GPL-2.0-only
/*
 * copy_up - a tmpfs begins with what the directory that it covers has in it
 *
 * Files, directories and links; anything else is left out. Bounded: what is covered belongs
 * to an image.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <container/mount.h>

#define DEPTH_MAX	32

static int directory_copy(int from, int to, int depth);

static int attributes_copy(int fd, const struct stat *st)
{
	if (fchown(fd, st->st_uid, st->st_gid) && errno != EPERM && errno != EINVAL)
		return -1;
	return fchmod(fd, st->st_mode & 07777);
}

static int file_copy(int from, int to, const char *name, const struct stat *st)
{
	int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), out;
	ssize_t len;
	int ret;

	if (in < 0)
		return -1;
	out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out < 0) {
		close(in);
		return -1;
	}
	do {
		len = sendfile(out, in, NULL, 1 << 20);
	} while (len > 0);
	ret = len < 0 ? -1 : attributes_copy(out, st);
	close(in);
	close(out);
	return ret;
}

static int link_copy(int from, int to, const char *name)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(from, name, target, sizeof(target) - 1);

	if (len < 0)
		return -1;
	target[len] = '\0';
	return symlinkat(target, to, name);
}

static int subdirectory_copy(int from, int to, const char *name, const struct stat *st, int depth)
{
	int in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), out = -1;
	int ret = -1;

	if (in >= 0 && !mkdirat(to, name, 0700))
		out = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out >= 0) {
		ret = directory_copy(in, out, depth - 1);
		if (!ret)
			ret = attributes_copy(out, st);
		close(out);
	}
	if (in >= 0)
		close(in);
	return ret;
}

static int entry_copy(int from, int to, const char *name, int depth)
{
	struct stat st;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW))
		return -1;
	if (S_ISDIR(st.st_mode))
		return subdirectory_copy(from, to, name, &st, depth);
	if (S_ISREG(st.st_mode))
		return file_copy(from, to, name, &st);
	return S_ISLNK(st.st_mode) ? link_copy(from, to, name) : 0;
}

static int directory_copy(int from, int to, int depth)
{
	struct dirent *entry;
	int ret = 0, fd;
	DIR *dir;

	if (!depth) {
		errno = ELOOP;
		return -1;
	}
	fd = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return -1;
	while (!ret && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			ret = entry_copy(from, to, entry->d_name, depth);
	closedir(dir);
	return ret;
}

int hull_ct_copy_up(int from, int tree)
{
	struct stat st;
	int to = openat(tree, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;

	if (to < 0)
		return -1;
	ret = fstat(from, &st) ? -1 : directory_copy(from, to, DEPTH_MAX);
	if (!ret)
		ret = attributes_copy(to, &st);
	close(to);
	return ret;
}
