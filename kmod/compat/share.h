/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between kernels for memory that VMs share. */
#ifndef HULL_COMPAT_SHARE_H
#define HULL_COMPAT_SHARE_H

#include <linux/mm.h>
#include <linux/version.h>

/* 6.3: flags of a mapping change by functions that know which locks that takes */
static inline void hull_compat_vm_flags_mod(struct vm_area_struct *vma, unsigned long set,
					    unsigned long clear)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#endif
}

#endif
