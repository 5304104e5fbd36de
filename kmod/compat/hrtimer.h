/* SPDX-License-Identifier: GPL-2.0-only */
/* High-resolution timers: what differs between kernels. */
#ifndef HULL_COMPAT_HRTIMER_H
#define HULL_COMPAT_HRTIMER_H

#include <linux/hrtimer.h>
#include <linux/version.h>

/* 6.13: the function comes with the initialization; the old way went later. */
static inline void hull_compat_hrtimer_setup(struct hrtimer *timer,
					     enum hrtimer_restart (*function)(struct hrtimer *),
					     clockid_t clock, enum hrtimer_mode mode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(timer, function, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = function;
#endif
}

#endif
