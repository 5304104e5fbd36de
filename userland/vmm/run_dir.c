// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <base/dir.h>
#include <base/socket.h>

#include "run_dir.h"

#define LOCK_FILE	"lock"
#define WAIT_STEP_MS	5

static const char *base_of(const char *base)
{
	return base ? base : VMM_RUN_DIR;
}

static int open_dir(const struct vmm_options *options, struct vmm_error *error)
{
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", base_of(options->run_dir),
		     options->name) >= (int)sizeof(path))
		return vmm_fail(error, ENAMETOOLONG, "run directory: the path is too long");
	if (hull_dir_make(path))
		return vmm_fail_errno(error, "cannot make run directory %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return vmm_fail_errno(error, "run directory %s", path);
	return fd;
}

/* @dir may be removed by the one who held the lock before: then it is not ours. */
static int take_lock(int dir, const struct vmm_options *options, struct vmm_error *error)
{
	int fd = openat(dir, LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat st;

	if (fd < 0)
		return vmm_fail_errno(error, "run directory of VM %s", options->name);
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		return vmm_fail(error, EBUSY, "VM %s runs already", options->name);
	}
	if (fstat(fd, &st) || !st.st_nlink) {
		close(fd);
		return vmm_fail(error, EBUSY, "VM %s is just ending, try again", options->name);
	}
	return fd;
}

static int listen_at(int dir, const char *file, int type, struct vmm_error *error)
{
	int fd = hull_socket_listen(dir, file, type);

	return fd < 0 ? vmm_fail_errno(error, "cannot make socket %s", file) : fd;
}

static int open_log(struct vmm_run_dir *run_dir, struct vmm_error *error)
{
	if (hull_log_open(&run_dir->log, run_dir->dir, LOG_FILE, LOG_OLD_FILE))
		return vmm_fail_errno(error, "cannot open the console log");
	return 0;
}

static void close_fds(struct vmm_run_dir *run_dir)
{
	int *fds[] = { &run_dir->log.fd, &run_dir->log.old, &run_dir->control, &run_dir->console,
		       &run_dir->lock, &run_dir->dir };
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

static void remove_sockets(int dir)
{
	unlinkat(dir, CONTROL_FILE, 0);
	unlinkat(dir, CONSOLE_FILE, 0);
}

int run_dir_open(struct vmm_run_dir *run_dir, const struct vmm_options *options, bool console,
		 bool log, struct vmm_error *error)
{
	*run_dir = (struct vmm_run_dir){ -1, -1, -1, -1, { -1, -1, 0 } };
	run_dir->dir = open_dir(options, error);
	if (run_dir->dir < 0)
		return -1;
	run_dir->lock = take_lock(run_dir->dir, options, error);
	if (run_dir->lock < 0)
		goto fail;
	remove_sockets(run_dir->dir);
	run_dir->control = listen_at(run_dir->dir, CONTROL_FILE, SOCK_SEQPACKET, error);
	if (run_dir->control < 0)
		goto fail;
	if (console) {
		run_dir->console = listen_at(run_dir->dir, CONSOLE_FILE, SOCK_STREAM, error);
		if (run_dir->console < 0)
			goto fail;
	}
	if (log && open_log(run_dir, error))
		goto fail;
	return 0;
fail:
	if (run_dir->lock >= 0)
		remove_sockets(run_dir->dir);
	close_fds(run_dir);
	return -1;
}

void run_dir_close(struct vmm_run_dir *run_dir, const struct vmm_options *options)
{
	char path[PATH_MAX];

	if (run_dir->dir < 0)
		return;
	remove_sockets(run_dir->dir);
	/* Without a log nothing is worth keeping. */
	if (run_dir->log.fd < 0 && faccessat(run_dir->dir, LOG_FILE, F_OK, 0)) {
		snprintf(path, sizeof(path), "%s/%s", base_of(options->run_dir), options->name);
		unlinkat(run_dir->dir, LOCK_FILE, 0);
		rmdir(path);
	}
	close_fds(run_dir);
}

int run_dir_connect(const char *base, const char *name, const char *file, int type,
		    struct vmm_error *error)
{
	char path[PATH_MAX];
	int dir, fd, failed;

	snprintf(path, sizeof(path), "%s/%s", base_of(base), name);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 && errno != ENOENT)
		return vmm_fail_errno(error, "run directory %s", path);
	if (dir >= 0) {
		fd = hull_socket_connect(dir, file, type);
		failed = errno;
		close(dir);
		if (fd >= 0)
			return fd;
		errno = failed;
	}
	if (errno == ENOENT || errno == ECONNREFUSED)
		return vmm_fail(error, ENOENT, "VM %s: no VMM with a %s runs (looked in %s)", name,
				file, path);
	return vmm_fail_errno(error, "VM %s: %s", name, file);
}

bool run_dir_wait(const char *base, const char *name, int timeout_ms)
{
	const struct timespec step = { .tv_nsec = WAIT_STEP_MS * 1000000 };
	char path[PATH_MAX];
	bool free;
	int fd;

	snprintf(path, sizeof(path), "%s/%s/" LOCK_FILE, base_of(base), name);
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return true;
	while (!(free = !flock(fd, LOCK_EX | LOCK_NB)) && timeout_ms > 0) {
		nanosleep(&step, NULL);
		timeout_ms -= WAIT_STEP_MS;
	}
	close(fd);
	return free;
}

int vmm_log_path(const char *run_dir, const char *name, char *path, size_t size)
{
	return snprintf(path, size, "%s/%s/" LOG_FILE, base_of(run_dir), name);
}
