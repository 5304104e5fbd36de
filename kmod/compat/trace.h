/* SPDX-License-Identifier: GPL-2.0-only */
/* __assign_str() takes the field's name alone from 6.10 on. */
#ifndef HULL_COMPAT_TRACE_H
#define HULL_COMPAT_TRACE_H

#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define hull_assign_str(dst, src)	__assign_str(dst)
#else
#define hull_assign_str(dst, src)	__assign_str(dst, src)
#endif

#endif
