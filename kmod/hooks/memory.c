// SPDX-License-Identifier: GPL-2.0-only
/* Executable memory. */

#include <linux/mman.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/personality.h>
#include <linux/ptrace.h>
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
	if (file && !hull_file_is_memory(file))
		return hull_check_path(&file->f_path, HULL_FILE_MAP_EXEC);
	return hull_check_simple(HULL_CLASS_MEMORY, HULL_MEMORY_ANON_EXEC, 0);
}

/* What the kernel adds after it has asked. */
static unsigned long prot_implied(const struct file *file, unsigned long prot)
{
	if (likely(!(current->personality & READ_IMPLIES_EXEC)) || !(prot & PROT_READ))
		return prot;
	if (file && ((file->f_path.mnt->mnt_flags & MNT_NOEXEC) ||
		     (file->f_path.mnt->mnt_sb->s_iflags & SB_I_NOEXEC)))
		return prot;
	return prot | PROT_EXEC;
}

/* What was opened to append to is written anywhere by a shared mapping. */
static int check_append(const struct file *file, unsigned long prot)
{
	if (likely(!(file->f_flags & O_APPEND)) || !(prot & PROT_WRITE))
		return 0;
	return hull_check_path(&file->f_path, HULL_FILE_WRITE);
}

static int check_use(const struct file *file, unsigned long prot, unsigned long flags)
{
	int mask = 0;

	if (prot & (PROT_READ | PROT_EXEC))
		mask |= MAY_READ;
	if ((prot & PROT_WRITE) && (flags & MAP_TYPE) != MAP_PRIVATE)
		mask |= MAY_WRITE;
	return hull_check_inherited(file, mask);
}

/*
 * int security_mmap_file(struct file *file, unsigned long prot, unsigned long flags): but not
 * what execve() maps of what it executes, which was asked about when it was opened
 */
int hull_on_mmap_file(const unsigned long *arg)
{
	const struct file *file = HULL_HOOK_ARG(const struct file *, arg, 0);
	unsigned long prot = prot_implied(file, arg[1]);
	int ret = 0;

	if (file)
		ret = check_use(file, prot, arg[2]);
	if (!ret && file && (arg[2] & MAP_TYPE) != MAP_PRIVATE)
		ret = check_append(file, prot);
	if (ret || likely(!(prot & PROT_EXEC)))
		return ret;
	return check_exec(file, prot);
}

/* int security_file_mprotect(struct vm_area_struct *vma, unsigned long reqprot, prot) */
int hull_on_file_mprotect(const unsigned long *arg)
{
	const struct vm_area_struct *vma = HULL_HOOK_ARG(const struct vm_area_struct *, arg, 0);
	unsigned long prot = arg[2];
	int ret = 0;

	if ((vma->vm_flags & VM_SHARED) && vma->vm_file)
		ret = check_append(vma->vm_file, prot);
	if (ret)
		return ret;
	if (likely(!(prot & PROT_EXEC)))
		return 0;
	if (vma->vm_flags & VM_EXEC)
		return prot & PROT_WRITE && !(vma->vm_flags & VM_WRITE) ?
			hull_check_simple(HULL_CLASS_MEMORY, HULL_MEMORY_WRITE_EXEC, 0) : 0;
	if (vma->anon_vma || (vma->vm_flags & VM_WRITE))
		ret = hull_check_simple(HULL_CLASS_MEMORY, HULL_MEMORY_MADE_EXEC, 0);
	return ret ?: check_exec(vma->vm_file, prot);
}

static int check_personality(unsigned long personality)
{
	if (personality == 0xffffffff || !(personality & READ_IMPLIES_EXEC))
		return 0;
	return hull_check_simple(HULL_CLASS_MEMORY, HULL_MEMORY_ANON_EXEC | HULL_MEMORY_WRITE_EXEC,
				 0);
}

/* long __x64_sys_personality(const struct pt_regs *regs): the heap is asked about nowhere */
int hull_on_personality(const unsigned long *arg)
{
	return check_personality((u32)HULL_HOOK_ARG(const struct pt_regs *, arg, 0)->di);
}

/* The same from 32-bit programs. */
int hull_on_personality_32(const unsigned long *arg)
{
	return check_personality((u32)HULL_HOOK_ARG(const struct pt_regs *, arg, 0)->bx);
}

/* int security_mmap_addr(unsigned long addr) */
int hull_on_mmap_addr(const unsigned long *arg)
{
	if (likely(arg[0] >= LOW_END))
		return 0;
	return hull_check_simple(HULL_CLASS_MEMORY, HULL_MEMORY_LOW, 0);
}
