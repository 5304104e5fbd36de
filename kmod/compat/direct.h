/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Direct calls of ftrace: one call from 6.3 on, "multi" before; where the current task
 * is for code that may change RAX, R10, R11 only; call depth accounting (6.2).
 */
#ifndef HULL_COMPAT_DIRECT_H
#define HULL_COMPAT_DIRECT_H

#include <linux/ftrace.h>
#include <linux/sched.h>
#include <linux/version.h>
#include <asm/ibt.h>
#include <asm/linkage.h>
#include <asm/nospec-branch.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define hull_direct_register(ops, addr)		register_ftrace_direct(ops, addr)
#define hull_direct_unregister(ops, addr)	unregister_ftrace_direct(ops, addr, false)
#else
#define hull_direct_register(ops, addr)		register_ftrace_direct_multi(ops, addr)
#define hull_direct_unregister(ops, addr)	unregister_ftrace_direct_multi(ops, addr)
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define HULL_ASM_CURRENT	"%%gs:pcpu_hot"
static_assert(!offsetof(struct pcpu_hot, current_task));
#else
#define HULL_ASM_CURRENT	"%%gs:current_task"
#endif

#ifndef CALL_DEPTH_ACCOUNT
#define CALL_DEPTH_ACCOUNT	""
#endif

#endif
