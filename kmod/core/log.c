// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ctype.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <core/log.h>

#define LOG_BURST	100		/* lines ... */
#define LOG_INTERVAL	(5 * HZ)	/* ... in this many jiffies */

int hull_log_init(struct hull_log *log)
{
	log->ring = kvmalloc(HULL_LOG_BYTES, GFP_KERNEL_ACCOUNT);
	if (!log->ring)
		return -ENOMEM;
	spin_lock_init(&log->lock);
	ratelimit_state_init(&log->rate, LOG_INTERVAL, LOG_BURST);
	/* Refused lines are counted here; the kernel log need not hear of them. */
	ratelimit_set_flags(&log->rate, RATELIMIT_MSG_ON_RELEASE);
	return 0;
}

void hull_log_destroy(struct hull_log *log)
{
	kvfree(log->ring);
}

static char *log_byte(struct hull_log *log, u32 at)
{
	return &log->ring[at % HULL_LOG_BYTES];
}

/* Makes room by dropping the oldest lines whole. */
static void log_trim(struct hull_log *log, u32 bytes)
{
	lockdep_assert_held(&log->lock);
	while (HULL_LOG_BYTES - (log->head - log->tail) < bytes)
		while (*log_byte(log, log->tail++) != '\n')
			;
}

int hull_log_write(struct hull_log *log, const char *text, size_t bytes)
{
	size_t i;

	spin_lock(&log->lock);
	if (!__ratelimit(&log->rate)) {
		log->dropped++;
		spin_unlock(&log->lock);
		return -EAGAIN;
	}
	while (bytes && text[bytes - 1] == '\n')
		bytes--;
	log_trim(log, bytes + 1);
	for (i = 0; i < bytes; i++)
		*log_byte(log, log->head++) = isascii(text[i]) && isprint(text[i]) ? text[i] : '?';
	*log_byte(log, log->head++) = '\n';
	log->lines++;
	spin_unlock(&log->lock);
	return 0;
}

size_t hull_log_read(struct hull_log *log, char *buf, size_t size)
{
	size_t n = 0;
	u32 at;

	spin_lock(&log->lock);
	at = log->tail;
	while (at != log->head && n < size)
		buf[n++] = *log_byte(log, at++);
	spin_unlock(&log->lock);
	return n;
}
