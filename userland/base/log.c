// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <base/log.h>

int hull_log_open(struct hull_log *log, int dir, const char *file, const char *old_file)
{
	const int flags = O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
	int saved;

	*log = (struct hull_log){ .fd = openat(dir, file, flags, 0600), .old = -1 };
	if (log->fd < 0)
		return -1;
	log->old = openat(dir, old_file, flags, 0600);
	if (log->old >= 0)
		return 0;
	saved = errno;
	close(log->fd);
	log->fd = -1;
	errno = saved;
	return -1;
}

static void rotate(struct hull_log *log)
{
	uint8_t piece[4096];
	uint64_t at = 0;
	ssize_t n;

	while ((n = pread(log->fd, piece, sizeof(piece), (off_t)at)) > 0) {
		if (pwrite(log->old, piece, (size_t)n, (off_t)at) != n)
			break;
		at += (uint64_t)n;
	}
	/* Should that fail, the log starts over all the same: it is bounded. */
	if (ftruncate(log->old, (off_t)at) || ftruncate(log->fd, 0))
		log->len = 0;
	log->len = 0;
}

void hull_log_write(struct hull_log *log, const void *data, size_t len)
{
	ssize_t n;

	if (log->fd < 0)
		return;
	if (log->len + len > HULL_LOG_BYTES)
		rotate(log);
	n = pwrite(log->fd, data, len, (off_t)log->len);
	if (n > 0)
		log->len += (uint64_t)n;
}
