/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels for the MMU room.
 */
#ifndef HULL_COMPAT_MMU_H
#define HULL_COMPAT_MMU_H

#include <linux/mm.h>
#include <linux/version.h>

/* 6.2: a signal that does not kill may interrupt the wait for a page, too */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define HULL_COMPAT_FOLL_INTERRUPTIBLE	FOLL_INTERRUPTIBLE
#else
#define HULL_COMPAT_FOLL_INTERRUPTIBLE	0
#endif

/**
 * hull_compat_pfnmap - what a VM_IO or VM_PFNMAP mapping has at @addr
 *
 * Context: mmap_lock held for reading.
 * Return: 0, or negative when there is nothing yet.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
static inline int hull_compat_pfnmap(struct vm_area_struct *vma, unsigned long addr,
				     unsigned long *pfn, bool *writable)
{
	struct follow_pfnmap_args args = { .vma = vma, .address = addr };
	int err = follow_pfnmap_start(&args);

	if (err)
		return err;
	*pfn = args.pfn;
	*writable = args.writable;
	follow_pfnmap_end(&args);
	return 0;
}
#else
static inline int hull_compat_pfnmap(struct vm_area_struct *vma, unsigned long addr,
				     unsigned long *pfn, bool *writable)
{
	spinlock_t *lock;
	pte_t *pte;
	int err = follow_pte(vma->vm_mm, addr, &pte, &lock);

	if (err)
		return err;
	__acquire(lock);	/* follow_pte() has taken it, which sparse can't see */
	*pfn = pte_pfn(*pte);
	*writable = pte_write(*pte);
	pte_unmap_unlock(pte, lock);
	return 0;
}
#endif

#endif
