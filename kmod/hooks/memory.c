// SPDX-License-Identifier: GPL-2.0-only
/* Executable memory. */

#include <linux/mman.h>
#include <linux/mm.h>
#include <linux/security.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>

#define LOW_END	65536ul	/* what the kernel keeps free by default */

static int check_exec(const struct file *file, unsigned long prot)
{
	int ret = 0;

	if (prot & PROT_WRITE)
		ret = hull_check_simple(HULL_CLASS_MEMORY, HULL_MEMORY_WRITE_EXEC, 0);
	if (ret)
		return ret;
	if (file)
		return hull_check_path(&file->f_path, HULL_FILE_MAP_EXEC);
	return hull_check_simple(HULL_CLASS_MEMORY, HULL_MEMORY_ANON_EXEC, 0);
}

/* int security_mmap_file(struct file *file, unsigned long prot, unsigned long flags) */
int hull_on_mmap_file(const unsigned long *arg)
{
	/* A program that is being executed was asked about when it was opened. */
	if (likely(!(arg[1] & PROT_EXEC)) || current->in_execve)
		return 0;
	return check_exec(HULL_HOOK_ARG(const struct file *, arg, 0), arg[1]);
}

/* int security_file_mprotect(struct vm_area_struct *vma, unsigned long reqprot, prot) */
int hull_on_file_mprotect(const unsigned long *arg)
{
	const struct vm_area_struct *vma = HULL_HOOK_ARG(const struct vm_area_struct *, arg, 0);
	unsigned long prot = arg[2];
	int ret = 0;

	if (likely(!(prot & PROT_EXEC)))
		return 0;
	if (vma->vm_flags & VM_EXEC)
		return prot & PROT_WRITE && !(vma->vm_flags & VM_WRITE) ?
			hull_check_simple(HULL_CLASS_MEMORY, HULL_MEMORY_WRITE_EXEC, 0) : 0;
	if (vma->anon_vma || (vma->vm_flags & VM_WRITE))
		ret = hull_check_simple(HULL_CLASS_MEMORY, HULL_MEMORY_MADE_EXEC, 0);
	return ret ?: check_exec(vma->vm_file, prot);
}

/* int security_mmap_addr(unsigned long addr) */
int hull_on_mmap_addr(const unsigned long *arg)
{
	if (likely(arg[0] >= LOW_END))
		return 0;
	return hull_check_simple(HULL_CLASS_MEMORY, HULL_MEMORY_LOW, 0);
}

/* int security_task_movememory(struct task_struct *p) */
int hull_on_movememory(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_MEMORY, HULL_MEMORY_MOVE, 0);
}
