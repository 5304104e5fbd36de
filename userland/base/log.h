/* SPDX-License-Identifier: GPL-2.0-only */
/* A log that is bounded: when it is full, what it holds becomes the old one. */
#ifndef HULL_BASE_LOG_H
#define HULL_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

#define HULL_LOG_BYTES	(256u << 10)

/* @fd, @old: -1: no log is kept */
struct hull_log {
	int fd, old;
	uint64_t len;
};

/** hull_log_open - empty files in directory @dir, and @log for them; Return: 0, or -1 and errno */
int hull_log_open(struct hull_log *log, int dir, const char *file, const char *old_file);
/** hull_log_write - what the disk does not take is lost */
void hull_log_write(struct hull_log *log, const void *data, size_t len);

#endif
