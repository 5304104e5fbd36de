/* SPDX-License-Identifier: GPL-2.0-only */
/* A look-up from a directory on: exported by all kernels, declared for modules from 6.6 on. */
#ifndef HULL_COMPAT_LOOKUP_H
#define HULL_COMPAT_LOOKUP_H

#include <linux/namei.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt, const char *name,
		    unsigned int flags, struct path *path);
#endif

#endif
