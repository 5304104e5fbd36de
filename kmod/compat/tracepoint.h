/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints of the kernel proper: it exports few of them, but lists all. */
#ifndef HULL_COMPAT_TRACEPOINT_H
#define HULL_COMPAT_TRACEPOINT_H

#include <linux/types.h>

struct tracepoint;

/**
 * struct hull_tracepoint - one that is listened to
 * @name: of the event
 * @probe: what its header's check_trace_callback_type_NAME() accepts
 * @found: [I] after the first hull_tracepoints_register()
 */
struct hull_tracepoint {
	const char *name;
	void *probe;
	struct tracepoint *found;
};

/**
 * hull_tracepoints_register - listen to all of them, or to none
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP: this kernel lacks one; -ENOMEM.
 */
int hull_tracepoints_register(struct hull_tracepoint *rows, unsigned int n);
/** hull_tracepoints_unregister - when it returns no probe is running any more; sleeps */
void hull_tracepoints_unregister(struct hull_tracepoint *rows, unsigned int n);

#endif
