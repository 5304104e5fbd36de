// SPDX-License-Identifier: GPL-2.0-only
/*
 * path - paths below a root that somebody hostile has filled
 *
 * openat2(2) with RESOLVE_IN_ROOT: "/", ".." and symbolic links stay in the root whatever
 * changes meanwhile; magic links, which lead out, are refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <container/private.h>

#define TRIES	16	/* while somebody renames in the root, EAGAIN */

int hull_ct_path_open(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int i, fd = -1;

	for (i = 0; i < TRIES; i++) {
		fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd;
}

/* One component, which is a name and not "..", in an open directory. */
static int step_down(int root, const char *path, int dir, const char *name, mode_t mode)
{
	int fd = hull_ct_path_open(root, path, O_PATH | O_DIRECTORY);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (!strcmp(name, "..") || !strcmp(name, ".")) {
		errno = EINVAL;
		return -1;
	}
	if (mkdirat(dir, name, mode) && errno != EEXIST)
		return -1;
	return hull_ct_path_open(root, path, O_PATH | O_DIRECTORY);
}

/* Walks @path, making directories, and gives the one that its last component is in. */
static int directories_make(int root, char *path, mode_t mode)
{
	int dir = hull_ct_path_open(root, ".", O_PATH | O_DIRECTORY), next;
	char *slash = path, *name;

	while (dir >= 0 && (slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		name = strrchr(path, '/') + 1;
		next = step_down(root, path, dir, name, mode);
		*slash = '/';
		close(dir);
		dir = next;
	}
	return dir;
}

/* "/a//b/" as "/a/b": each component counts once. */
static char *path_tidy(const char *path)
{
	char *tidy = malloc(strlen(path) + 2), *to = tidy;

	if (!tidy)
		return NULL;
	while (*path) {
		while (*path == '/')
			path++;
		if (!*path)
			break;
		*to++ = '/';
		while (*path && *path != '/')
			*to++ = *path++;
	}
	*to = '\0';
	return tidy;
}

int hull_ct_path_parent(int root, const char *path, char **last)
{
	char *tidy = path_tidy(path);
	int dir;

	if (!tidy)
		return -1;
	if (!tidy[0]) {
		free(tidy);
		errno = EINVAL;
		return -1;
	}
	dir = directories_make(root, tidy, 0755);
	*last = dir < 0 ? NULL : strdup(strrchr(tidy, '/') + 1);
	free(tidy);
	if (dir >= 0 && !*last) {
		close(dir);
		dir = -1;
	}
	return dir;
}

int hull_ct_path_make(int root, const char *path, bool directory, mode_t mode)
{
	int fd = hull_ct_path_open(root, path, O_PATH | (directory ? O_DIRECTORY : 0)), dir, file;
	char *name;

	if (fd >= 0 || errno != ENOENT)
		return fd;
	dir = hull_ct_path_parent(root, path, &name);
	if (dir < 0)
		return -1;
	/* Neither follows a symbolic link: a dangling one stays and is an error. */
	if (directory) {
		if (mkdirat(dir, name, mode) && errno != EEXIST)
			goto out;
	} else {
		file = openat(dir, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
		if (file < 0 && errno != EEXIST)
			goto out;
		if (file >= 0)
			close(file);
	}
	fd = hull_ct_path_open(root, path, O_PATH | (directory ? O_DIRECTORY : 0));
out:
	free(name);
	close(dir);
	return fd;
}

int hull_ct_write(int dir, const char *file, const char *text)
{
	size_t size = strlen(text);
	int fd = openat(dir, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t done;
	int code;

	if (fd < 0)
		return -1;
	done = write(fd, text, size);
	code = done < 0 ? errno : EIO;
	close(fd);
	errno = code;
	return done == (ssize_t)size ? 0 : -1;
}
