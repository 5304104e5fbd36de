/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BPF programs that attach to a function of a module, and change what it returns: the
 * module says which functions since 6.3, in sets as they are marked since 6.9.
 */
#ifndef HULL_COMPAT_BPF_H
#define HULL_COMPAT_BPF_H

#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0) && defined(CONFIG_DEBUG_INFO_BTF_MODULES) && \
	defined(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS)
#define HULL_COMPAT_BPF
#include <linux/btf.h>
#include <linux/btf_ids.h>
#endif

#endif
