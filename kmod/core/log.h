/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM's log: what its guest told the host by hull_log, kept with the record.
 * A ring of whole lines; the oldest go first. Bounded in bytes and in lines a second.
 */
#ifndef HULL_CORE_LOG_H
#define HULL_CORE_LOG_H

#include <linux/ratelimit.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define HULL_LOG_BYTES	8192	/* power of two; a reply carries all of it */

struct hull_log {
	spinlock_t lock;		/* everything below */
	char *ring;			/* [I] HULL_LOG_BYTES */
	u32 head, tail;			/* free running; bytes are ring[n % HULL_LOG_BYTES] */
	u64 lines;			/* accepted */
	u64 dropped;			/* refused by the rate limit */
	struct ratelimit_state rate;
};

int hull_log_init(struct hull_log *log);
void hull_log_destroy(struct hull_log *log);

/**
 * hull_log_write - one line; a newline is added, bytes that are not printable become '?'
 * @bytes: 1 to HULL_LOG_MAX
 *
 * Return: 0, -EAGAIN: too many lines in a short time.
 */
int hull_log_write(struct hull_log *log, const char *text, size_t bytes);

/** hull_log_read - the whole lines that are kept, oldest first; Return: bytes */
size_t hull_log_read(struct hull_log *log, char *buf, size_t size);

#endif
