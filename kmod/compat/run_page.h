/* SPDX-License-Identifier: GPL-2.0-only */
/* Newer kernels rename what userspace may change at any time, so that one thinks twice. */
#ifndef HULL_COMPAT_RUN_PAGE_H
#define HULL_COMPAT_RUN_PAGE_H

#include <linux/compiler.h>
#include <linux/kvm.h>

#ifdef HINT_UNSAFE_IN_KVM
#define hull_run_immediate_exit(run)	READ_ONCE((run)->HINT_UNSAFE_IN_KVM(immediate_exit))
#else
#define hull_run_immediate_exit(run)	READ_ONCE((run)->immediate_exit)
#endif

#endif
