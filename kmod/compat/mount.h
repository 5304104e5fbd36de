/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a mount is mounted. The kernel's struct mount is its own business; its begin has
 * been this one from 3.3 on, and hull_mount_check() looks whether it still is.
 */
#ifndef HULL_COMPAT_MOUNT_H
#define HULL_COMPAT_MOUNT_H

#include <linux/list.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/path.h>

struct hull_mount_head {
	struct hlist_node hash;
	struct hull_mount_head *parent;
	struct dentry *mountpoint;
	struct vfsmount mnt;
};

static inline struct hull_mount_head *hull_mount_head(const struct vfsmount *mnt)
{
	return container_of(mnt, struct hull_mount_head, mnt);
}

/**
 * hull_mount_check - is @path's mount where the kernel says it is?
 *
 * Context: may sleep. Return: true: yes, or it is mounted nowhere.
 */
static inline bool hull_mount_check(const struct path *path)
{
	const struct hull_mount_head *head = hull_mount_head(path->mnt);
	struct path up = *path;
	bool same;

	path_get(&up);
	if (follow_up(&up))
		same = &head->parent->mnt == up.mnt && head->mountpoint == up.dentry;
	else
		same = head->parent == head;
	path_put(&up);
	return same;
}

#endif
