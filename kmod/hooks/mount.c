// SPDX-License-Identifier: GPL-2.0-only
/* Mounts, by the old call and by the new ones. */

#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/mount.h>
#include <uapi/linux/mount.h>
#include <compat/mount.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>

static struct hull_text text_of(const char *s)
{
	return (struct hull_text){ .s = s, .len = s ? strlen(s) : 0 };
}

static void mount_init(struct hull_act *act, u32 perms, const struct path *target)
{
	hull_act_init(act, HULL_CLASS_MOUNT, perms);
	if (target)
		act->path = *target;
	act->request.mount.type = text_of(NULL);
	act->request.mount.source = text_of(NULL);
	act->request.mount.flags = 0;
	act->request.mount.n_anchors = 0;
}

/* As a file the place is asked about, too. */
static int check_mount(struct hull_act *act)
{
	int ret = 0;

	if (hull_interesting(HULL_CLASS_MOUNT, act->request.perms))
		ret = hull_check(act);
	if (!ret && act->path.dentry && !(act->request.perms & HULL_MOUNT_UMOUNT))
		ret = hull_check_path(&act->path, HULL_FILE_MOUNT);
	return ret;
}

static u32 mount_perm(unsigned long flags)
{
	if (flags & MS_REMOUNT)
		return HULL_MOUNT_REMOUNT;
	if (flags & MS_BIND)
		return HULL_MOUNT_BIND;
	if (flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE))
		return HULL_MOUNT_PROPAGATION;
	return flags & MS_MOVE ? HULL_MOUNT_MOVE : HULL_MOUNT_MOUNT;
}

static u32 mount_flags(unsigned long flags)
{
	u32 known = 0;

	if (flags & MS_RDONLY)
		known |= HULL_MOUNT_RDONLY;
	if (flags & MS_NOSUID)
		known |= HULL_MOUNT_NOSUID;
	if (flags & MS_NODEV)
		known |= HULL_MOUNT_NODEV;
	if (flags & MS_NOEXEC)
		known |= HULL_MOUNT_NOEXEC;
	if (flags & MS_REC)
		known |= HULL_MOUNT_RECURSIVE;
	return known;
}

/* int security_sb_mount(const char *dev_name, path, const char *type, unsigned long flags, data) */
int hull_on_sb_mount(const unsigned long *arg)
{
	struct hull_act act;

	mount_init(&act, mount_perm(arg[3]), HULL_HOOK_ARG(const struct path *, arg, 1));
	act.request.mount.source = text_of(HULL_HOOK_ARG(const char *, arg, 0));
	act.request.mount.type = text_of(HULL_HOOK_ARG(const char *, arg, 2));
	act.request.mount.flags = mount_flags(arg[3]);
	return check_mount(&act);
}

/*
 * int security_move_mount(const struct path *from_path, const struct path *to_path): what
 * fsmount() or open_tree() made is mounted only now, and does not tell which of them made it.
 */
int hull_on_move_mount(const unsigned long *arg)
{
	const struct path *from = HULL_HOOK_ARG(const struct path *, arg, 0);
	const struct hull_mount_head *head = hull_mount_head(from->mnt);
	u32 perms = HULL_MOUNT_MOVE;
	struct hull_act act;

	if (READ_ONCE(head->parent) == head)
		perms |= HULL_MOUNT_MOUNT | HULL_MOUNT_BIND;
	mount_init(&act, perms, HULL_HOOK_ARG(const struct path *, arg, 1));
	act.request.mount.type = text_of(from->mnt->mnt_sb->s_type->name);
	return check_mount(&act);
}

/* int security_sb_umount(struct vfsmount *mnt, int flags) */
int hull_on_sb_umount(const unsigned long *arg)
{
	struct vfsmount *mnt = HULL_HOOK_ARG(struct vfsmount *, arg, 0);
	struct path path = { .mnt = mnt, .dentry = mnt->mnt_root };
	struct hull_act act;

	mount_init(&act, HULL_MOUNT_UMOUNT, &path);
	act.request.mount.type = text_of(mnt->mnt_sb->s_type->name);
	return check_mount(&act);
}

/* int security_sb_pivotroot(const struct path *old_path, const struct path *new_path) */
int hull_on_pivotroot(const unsigned long *arg)
{
	const struct path *root = HULL_HOOK_ARG(const struct path *, arg, 1);
	struct hull_act act;
	int ret;

	ret = hull_check_elsewhere(root);
	if (ret)
		return ret;
	mount_init(&act, HULL_MOUNT_PIVOT, root);
	return check_mount(&act);
}

static int check_bare(u32 perms)
{
	struct hull_act act;

	mount_init(&act, perms, NULL);
	return check_mount(&act);
}

/*
 * int vfs_get_tree(struct fs_context *fc): the old call was asked about by its hook; of what
 * fsopen() began here the type and the source are known, and where it will be is not.
 */
int hull_on_get_tree(const unsigned long *arg)
{
	const struct fs_context *fc = HULL_HOOK_ARG(const struct fs_context *, arg, 0);
	struct hull_act act;

	if (fc->phase != FS_CONTEXT_CREATING)
		return 0;
	mount_init(&act, HULL_MOUNT_MOUNT, NULL);
	act.request.mount.type = text_of(fc->fs_type->name);
	act.request.mount.source = text_of(fc->source);
	return check_mount(&act);
}

/* struct file *open_detached_copy(struct path *path, bool recursive): open_tree() */
int hull_on_detached_copy(const unsigned long *arg)
{
	return check_bare(HULL_MOUNT_BIND);
}

/* System calls, whose arguments are the caller's and not looked at. */
int hull_on_mount_open(const unsigned long *arg)
{
	return check_bare(HULL_MOUNT_OPEN);
}

int hull_on_fspick(const unsigned long *arg)
{
	return check_bare(HULL_MOUNT_OPEN | HULL_MOUNT_REMOUNT);
}

int hull_on_mount_setattr(const unsigned long *arg)
{
	return check_bare(HULL_MOUNT_ATTRIBUTES);
}
