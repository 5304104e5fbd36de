// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <base/dir.h>
#include <base/fds.h>
#include <group/clean.h>
#include <group/state.h>
#include <lib/names.h>

#define ROOT_BASE	"/run/hull/groups"
#define LOCK_FILE	"lock"
#define STATE_FILE	"state"
#define STATE_NEW_FILE	"state.new"
#define STATE_MAX	(4u << 20)

uint64_t hull_group_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* --- directories ------------------------------------------------------------- */

int hull_group_base(bool make, struct hull_error *error)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char path[PATH_MAX];
	int fd;

	if (!geteuid())
		snprintf(path, sizeof(path), ROOT_BASE);
	else if (!runtime || runtime[0] != '/')
		return hull_error_set(error, EINVAL, "who is not root needs $XDG_RUNTIME_DIR: a "
				      "directory of theirs, for what vmctl must remember");
	else if (snprintf(path, sizeof(path), "%s/hull/groups", runtime) >= (int)sizeof(path))
		return hull_error_set(error, ENAMETOOLONG, "$XDG_RUNTIME_DIR is too long");
	if (make && hull_dir_make(path))
		return hull_error_set(error, errno, "cannot make %s: %s", path, strerror(errno));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? hull_error_set(error, errno, "%s: %s", path, strerror(errno)) : fd;
}

static void dir_init(struct hull_group_dir *dir, const char *name)
{
	*dir = (struct hull_group_dir){ -1, -1, -1, "" };
	snprintf(dir->name, sizeof(dir->name), "%s", name);
}

void hull_group_dir_close(struct hull_group_dir *dir)
{
	int *fds[] = { &dir->lock, &dir->dir, &dir->base };
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

void hull_group_dir_delete(struct hull_group_dir *dir)
{
	if (dir->base >= 0)
		hull_dir_remove(dir->base, dir->name);
	hull_group_dir_close(dir);
}

static int open_dir(struct hull_group_dir *dir)
{
	dir->dir = openat(dir->base, dir->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return dir->dir < 0 ? -1 : 0;
}

bool hull_group_dir_lock(struct hull_group_dir *dir)
{
	struct stat st;

	if (dir->lock < 0)
		dir->lock = openat(dir->dir, LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
				   0600);
	if (dir->lock < 0)
		return false;
	/* The one who had it may have removed the file meanwhile: then it locks nothing. */
	if (!flock(dir->lock, LOCK_EX | LOCK_NB) && !fstat(dir->lock, &st) && st.st_nlink)
		return true;
	close(dir->lock);
	dir->lock = -1;
	return false;
}

/* Somebody's directory has the name. Is it still somebody's? */
static int claim_old(struct hull_group_dir *dir, struct hull_error *error)
{
	struct hull_kept state = { .phase = HULL_PHASE_MAKING };
	struct hull_error unread;
	bool ended;

	if (open_dir(dir) && errno != ENOENT)
		return hull_error_set(error, errno, "directory of group %s: %s", dir->name,
				      strerror(errno));
	if (dir->dir >= 0 && hull_group_dir_lock(dir)) {
		ended = !hull_kept_read(dir, &state, &unread) &&
			state.phase == HULL_PHASE_ENDED;
		if (ended)
			hull_error_set(error, EEXIST,
				       "%s exists and has ended; vmctl group delete %s removes it",
				       dir->name, dir->name);
		else if (!hull_group_clean(dir, &state, true, error))
			ended = false;
		hull_kept_free(&state);
		return ended ? -1 : 0;
	}
	return hull_error_set(error, EEXIST, "there is a group %s already", dir->name);
}

int hull_group_dir_claim(struct hull_group_dir *dir, const char *name, struct hull_error *error)
{
	int tries = 3;

	dir_init(dir, name);
	dir->base = hull_group_base(true, error);
	if (dir->base < 0)
		return -1;
	while (tries--) {
		if (!mkdirat(dir->base, name, 0700)) {
			if (!open_dir(dir) && hull_group_dir_lock(dir))
				return 0;
			/* Somebody took it for one that was left, and removes it. */
			hull_error_set(error, EAGAIN, "group %s is just being removed: try again",
				       name);
			if (dir->dir >= 0)
				close(dir->dir);
			dir->dir = -1;
			continue;
		}
		if (errno != EEXIST) {
			hull_error_set(error, errno, "cannot make a directory for group %s: %s", name,
				       strerror(errno));
			break;
		}
		if (claim_old(dir, error))
			break;
		dir->base = hull_group_base(true, error);
		if (dir->base < 0)
			break;
	}
	hull_group_dir_close(dir);
	return -1;
}

int hull_group_dir_open(struct hull_group_dir *dir, const char *name, struct hull_error *error)
{
	dir_init(dir, name);
	if (!hull_name_valid(name))
		return hull_error_set(error, EINVAL, "'%s' is no name of a group", name);
	dir->base = hull_group_base(false, error);
	if (dir->base < 0 && error->code != ENOENT)
		return -1;
	if (dir->base >= 0 && !open_dir(dir))
		return 0;
	hull_group_dir_close(dir);
	return hull_error_set(error, ENOENT, "there is no group %s", name);
}

/* --- the state ------------------------------------------------------------------ */

int hull_kept_write(const struct hull_group_dir *dir,
			   const struct hull_kept *state, struct hull_error *error)
{
	char *text = hull_kept_format(state);
	int fd = -1, code = ENOMEM;

	if (text) {
		fd = openat(dir->dir, STATE_NEW_FILE,
			    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
		code = fd >= 0 && hull_write_all(fd, text, strlen(text)) &&
		       !renameat(dir->dir, STATE_NEW_FILE, dir->dir, STATE_FILE) ? 0 : errno;
	}
	if (fd >= 0)
		close(fd);
	free(text);
	if (code)
		return hull_error_set(error, code, "cannot write down the state of group %s: %s",
				      dir->name, strerror(code));
	return 0;
}

int hull_kept_read(const struct hull_group_dir *dir, struct hull_kept *state,
			  struct hull_error *error)
{
	int fd = openat(dir->dir, STATE_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), ret = -1;
	char *text = NULL;
	struct stat st;

	memset(state, 0, sizeof(*state));
	if (fd < 0)
		return hull_error_set(error, errno, "group %s has no state: %s", dir->name,
				      strerror(errno));
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size <= STATE_MAX)
		text = malloc((size_t)st.st_size + 1);
	if (text && read(fd, text, (size_t)st.st_size) == st.st_size)
		ret = hull_kept_parse(text, (size_t)st.st_size, state);
	free(text);
	close(fd);
	return ret ? hull_error_set(error, EINVAL, "the state of group %s makes no sense",
				    dir->name) : 0;
}
