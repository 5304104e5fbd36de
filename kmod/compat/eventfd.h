/* SPDX-License-Identifier: GPL-2.0-only */
/* Eventfds: what differs between kernels. */
#ifndef HULL_COMPAT_EVENTFD_H
#define HULL_COMPAT_EVENTFD_H

#include <linux/eventfd.h>
#include <linux/version.h>

/* 6.8: the number to add is gone, it was 1 everywhere. */
static inline void hull_compat_eventfd_signal(struct eventfd_ctx *ctx)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	eventfd_signal(ctx);
#else
	eventfd_signal(ctx, 1);
#endif
}

#endif
