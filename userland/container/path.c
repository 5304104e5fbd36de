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

static int resolve(int dir, const char *path, int flags, uint64_t how_far)
{
	struct open_how how = {
		.flags = (uint64_t)flags | O_CLOEXEC, .resolve = how_far | RESOLVE_NO_MAGICLINKS,
	};
	int i, fd = -1;

	for (i = 0; i < TRIES; i++) {
		fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd;
}

int hull_ct_path_open(int root, const char *path, int flags)
{
	return resolve(root, path, flags, RESOLVE_IN_ROOT);
}

int hull_ct_path_stat(int fd, struct stat *st)
{
	return (int)syscall(SYS_fstat, fd, st);
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

static void forget(struct hull_ct_run *run)
{
	if (run->dir >= 0)
		close(run->dir);
	run->dir = -1;
	free(run->dir_path);
	run->dir_path = NULL;
}

/* Is @path in the directory of the last call? Its name there, or NULL. */
static const char *name_known(const struct hull_ct_run *run, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len;

	if (run->dir < 0 || !slash || !slash[1])
		return NULL;
	len = (size_t)(slash - path);
	return !strncmp(run->dir_path, path, len) && !run->dir_path[len] ? slash + 1 : NULL;
}

int hull_ct_path_parent(struct hull_ct_run *run, const char *path, const char **last)
{
	char *tidy, *slash;

	*last = name_known(run, path);
	if (*last)
		return run->dir;
	forget(run);
	tidy = path_tidy(path);
	if (!tidy)
		return -1;
	slash = strrchr(tidy, '/');
	if (slash)
		run->dir = directories_make(run->root, tidy, 0755);
	else
		errno = EINVAL;
	if (run->dir < 0) {
		free(tidy);
		return -1;
	}
	*slash = '\0';
	run->dir_path = tidy;
	*last = slash + 1;
	return run->dir;
}

/* In an open directory; follows no symbolic link, so a dangling one stays and is an error. */
static int make_in(int dir, const char *name, bool directory, mode_t mode)
{
	int file;

	if (directory) {
		if (mkdirat(dir, name, mode) && errno != EEXIST)
			return -1;
	} else {
		file = openat(dir, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
		if (file < 0 && errno != EEXIST)
			return -1;
		if (file >= 0)
			close(file);
	}
	return resolve(dir, name, O_PATH | (directory ? O_DIRECTORY : 0),
		       RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

int hull_ct_path_make(struct hull_ct_run *run, const char *path, bool directory, mode_t mode)
{
	int fd = hull_ct_path_open(run->root, path, O_PATH | (directory ? O_DIRECTORY : 0)), dir;
	const char *name;

	/* What is mounted on it may cover the directory that is known. */
	if (fd >= 0)
		forget(run);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	dir = hull_ct_path_parent(run, path, &name);
	return dir < 0 ? -1 : make_in(dir, name, directory, mode);
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
