// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file by which a mapper's VMM has shared pages among its memory. Nobody gets a
 * descriptor of it: the vCPU that maps makes the mapping. Each file has an inode of its
 * own, so that taking its mappings away takes nobody else's.
 */

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/nospec.h>
#include <linux/pseudo_fs.h>
#include <compat/share.h>
#include <hypercall/share_private.h>

#define SHARE_MAGIC	0x48756c6c	/* "Hull" */

static struct vfsmount *share_mount;
static int share_mount_users;

/* --- mappings -------------------------------------------------------------------------- */

static vm_fault_t share_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct hull_shared *shared = vma->vm_file->private_data;
	vm_fault_t ret = VM_FAULT_SIGBUS;
	pgoff_t i = vmf->pgoff;

	/* Who sets map_mm to NULL takes pages away after that: ours too, if we come first. */
	mutex_lock(&shared->fault_lock);
	if (shared->map_mm == vma->vm_mm && i < shared->pages_n) {
		i = array_index_nospec(i, shared->pages_n);
		ret = vmf_insert_pfn(vma, vmf->address, page_to_pfn(shared->pages[i]));
	}
	mutex_unlock(&shared->fault_lock);
	return ret;
}

static const struct vm_operations_struct share_vm_ops = {
	.fault = share_fault,
};

/* What was mapped for reading stays so, whatever the VMM does. */
static int share_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned long clear = vma->vm_flags & VM_WRITE ? 0 : VM_MAYWRITE;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	hull_compat_vm_flags_mod(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP |
				 VM_DONTCOPY, clear);
	vma->vm_ops = &share_vm_ops;
	return 0;
}

/* --- files ------------------------------------------------------------------------------ */

static int share_release(struct inode *inode, struct file *file)
{
	hull_shared_put(file->private_data);
	simple_release_fs(&share_mount, &share_mount_users);
	return 0;
}

static const struct file_operations share_fops = {
	.owner = THIS_MODULE,
	.mmap = share_mmap,
	.release = share_release,
	.llseek = noop_llseek,
};

static int share_fs_context(struct fs_context *fc)
{
	return init_pseudo(fc, SHARE_MAGIC) ? 0 : -ENOMEM;
}

static struct file_system_type share_fs = {
	.name = "hull-share",
	.owner = THIS_MODULE,
	.init_fs_context = share_fs_context,
	.kill_sb = kill_anon_super,
};

static struct file *share_file_alloc(void)
{
	struct inode *inode = alloc_anon_inode(share_mount->mnt_sb);
	struct file *file;

	if (IS_ERR(inode))
		return ERR_CAST(inode);
	file = alloc_file_pseudo(inode, share_mount, "hull-share", O_RDWR, &share_fops);
	if (IS_ERR(file))
		iput(inode);
	return file;
}

struct file *hull_share_file_create(struct hull_shared *shared)
{
	struct file *file;
	int ret;

	/* The file's own, which it gives back when it goes. */
	if (!try_module_get(THIS_MODULE))
		return ERR_PTR(-ENODEV);
	ret = simple_pin_fs(&share_fs, &share_mount, &share_mount_users);
	if (ret) {
		module_put(THIS_MODULE);
		return ERR_PTR(ret);
	}
	file = share_file_alloc();
	if (IS_ERR(file)) {
		simple_release_fs(&share_mount, &share_mount_users);
		module_put(THIS_MODULE);
		return file;
	}
	refcount_inc(&shared->users);
	file->private_data = shared;
	return file;
}
