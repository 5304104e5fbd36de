// SPDX-License-Identifier: GPL-2.0-only
/* What changes a tree of files: made, deleted, renamed, linked; owners, modes, times. */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>

/* @dentry in @dir, whether it is there or not */
static int check_child(const struct path *dir, struct dentry *dentry, u32 perms)
{
	struct hull_act act;

	if (!hull_interesting(HULL_CLASS_FILE, perms))
		return 0;
	hull_act_init(&act, HULL_CLASS_FILE, perms);
	act.path = *dir;
	if (d_is_negative(dentry)) {
		act.child = dentry;
		act.request.depth = 1;
	} else {
		act.path.dentry = dentry;
	}
	return hull_check(&act);
}

static u32 mknod_perms(umode_t mode)
{
	if (S_ISCHR(mode) || S_ISBLK(mode))
		return HULL_FILE_MKNOD;
	return S_ISSOCK(mode) ? HULL_FILE_CREATE | HULL_FILE_BIND : HULL_FILE_CREATE;
}

/* int security_path_mknod(dir, dentry, umode_t mode, unsigned int dev): open creates, too */
int hull_on_path_mknod(const unsigned long *arg)
{
	umode_t mode = HULL_HOOK_ARG(umode_t, arg, 2);
	dev_t dev = new_decode_dev(HULL_HOOK_ARG(unsigned int, arg, 3));
	int ret;

	ret = check_child(HULL_HOOK_ARG(const struct path *, arg, 0),
			  HULL_HOOK_ARG(struct dentry *, arg, 1), mknod_perms(mode));
	if (ret || !(S_ISCHR(mode) || S_ISBLK(mode)))
		return ret;
	return hull_check_simple(HULL_CLASS_DEVICE, HULL_DEVICE_MKNOD,
				 HULL_DEVICE(S_ISBLK(mode), MAJOR(dev), MINOR(dev)));
}

/* int security_path_mkdir(dir, dentry, mode), security_path_symlink(dir, dentry, old_name) */
int hull_on_path_create(const unsigned long *arg)
{
	return check_child(HULL_HOOK_ARG(const struct path *, arg, 0),
			   HULL_HOOK_ARG(struct dentry *, arg, 1), HULL_FILE_CREATE);
}

/* int security_path_unlink(dir, dentry), security_path_rmdir(dir, dentry) */
int hull_on_path_delete(const unsigned long *arg)
{
	return check_child(HULL_HOOK_ARG(const struct path *, arg, 0),
			   HULL_HOOK_ARG(struct dentry *, arg, 1), HULL_FILE_DELETE);
}

/*
 * What may be done with a file depends on where it is. Whoever could take it elsewhere could
 * do more with it; so where it goes nothing may be allowed that is denied where it is.
 */
static int check_no_more(const struct path *from, struct dentry *old, const struct path *to,
			 struct dentry *new)
{
	struct hull_act here, there;

	if (!hull_interesting(HULL_CLASS_FILE, HULL_FILE_PLACE))
		return 0;
	hull_act_init(&here, HULL_CLASS_FILE, HULL_FILE_PLACE);
	here.path.mnt = from->mnt;
	here.path.dentry = old;
	hull_act_init(&there, HULL_CLASS_FILE, HULL_FILE_PLACE);
	there.path = *to;
	there.child = new;
	there.request.depth = 1;
	return hull_check_move(&here, &there);
}

/* Does @dir leave a place that @rules speak about? Patterns look at what is below it, too. */
static bool leaves(const struct hull_rules *rules, struct dentry *dir, struct dentry *to)
{
	bool leaving = false;
	u32 i;

	if (!hull_ruleset_parts(&rules->set))
		return false;
	for (i = 0; i < rules->n_paths && !leaving; i++)
		leaving = rules->paths[i].dentry->d_sb == dir->d_sb &&
			  is_subdir(dir, rules->paths[i].dentry) &&
			  !is_subdir(to, rules->paths[i].dentry);
	return leaving;
}

/* A directory is not moved to where patterns would not find what is in it. */
static int check_patterns(const struct path *from, struct dentry *old, const struct path *to)
{
	const struct hull_group *group;
	const struct hull_rules *rules;
	struct hull_act act;
	bool leaving = false;

	if (!d_is_dir(old) || from->dentry == to->dentry ||
	    !hull_interesting(HULL_CLASS_FILE, HULL_FILE_PLACE))
		return 0;
	rcu_read_lock();
	for (group = hull_group_current(); group && !leaving; group = hull_group_outer(group)) {
		rules = hull_group_rules(group);
		leaving = rules && leaves(rules, old, to->dentry);
	}
	rcu_read_unlock();
	if (!leaving)
		return 0;
	hull_act_init(&act, HULL_CLASS_FILE, HULL_FILE_RENAME);
	act.path.mnt = from->mnt;
	act.path.dentry = old;
	return hull_deny_as(&act, EXDEV);
}

/* int security_path_link(struct dentry *old_dentry, const struct path *new_dir, new_dentry) */
int hull_on_path_link(const unsigned long *arg)
{
	struct dentry *old = HULL_HOOK_ARG(struct dentry *, arg, 0);
	const struct path *dir = HULL_HOOK_ARG(const struct path *, arg, 1);
	struct dentry *new = HULL_HOOK_ARG(struct dentry *, arg, 2);
	struct path from = { .mnt = dir->mnt, .dentry = old };
	int ret;

	/* Links do not cross mounts: the new directory's is the old name's, too. */
	ret = hull_check_path(&from, HULL_FILE_LINK);
	if (!ret)
		ret = check_child(dir, new, HULL_FILE_LINK);
	/* O_TMPFILE made it, without a name. */
	if (!ret && !d_inode(old)->i_nlink)
		ret = check_child(dir, new, HULL_FILE_CREATE);
	if (!ret)
		ret = check_no_more(&from, old, dir, new);
	return ret;
}

/* int security_path_rename(old_dir, old_dentry, new_dir, new_dentry, unsigned int flags) */
int hull_on_path_rename(const unsigned long *arg)
{
	const struct path *old_dir = HULL_HOOK_ARG(const struct path *, arg, 0);
	struct dentry *old = HULL_HOOK_ARG(struct dentry *, arg, 1);
	const struct path *new_dir = HULL_HOOK_ARG(const struct path *, arg, 2);
	struct dentry *new = HULL_HOOK_ARG(struct dentry *, arg, 3);
	bool exchange = HULL_HOOK_ARG(unsigned int, arg, 4) & RENAME_EXCHANGE;
	int ret;

	ret = check_child(old_dir, old, HULL_FILE_RENAME);
	if (!ret)
		ret = check_child(new_dir, new, HULL_FILE_RENAME);
	/* What was there goes. */
	if (!ret && !exchange && d_is_positive(new))
		ret = check_child(new_dir, new, HULL_FILE_DELETE);
	if (!ret)
		ret = check_no_more(old_dir, old, new_dir, new);
	if (!ret)
		ret = check_patterns(old_dir, old, new_dir);
	if (!ret && exchange)
		ret = check_no_more(new_dir, new, old_dir, old);
	if (!ret && exchange)
		ret = check_patterns(new_dir, new, old_dir);
	return ret;
}

/* int security_path_chmod(const struct path *path, umode_t mode) */
int hull_on_path_chmod(const unsigned long *arg)
{
	return hull_check_path(HULL_HOOK_ARG(const struct path *, arg, 0), HULL_FILE_CHMOD);
}

/* int security_path_chown(const struct path *path, kuid_t uid, kgid_t gid) */
int hull_on_path_chown(const unsigned long *arg)
{
	return hull_check_path(HULL_HOOK_ARG(const struct path *, arg, 0), HULL_FILE_CHOWN);
}

/* int security_path_chroot(const struct path *path) */
int hull_on_path_chroot(const unsigned long *arg)
{
	return hull_check_path(HULL_HOOK_ARG(const struct path *, arg, 0), HULL_FILE_CHROOT);
}

/* int vfs_utimes(const struct path *path, struct timespec64 *times) */
int hull_on_utimes(const unsigned long *arg)
{
	return hull_check_path(HULL_HOOK_ARG(const struct path *, arg, 0), HULL_FILE_TIMES);
}

/* security_inode_setxattr(idmap, dentry, ...), _removexattr, _set_acl, _remove_acl */
int hull_on_xattr(const unsigned long *arg)
{
	return hull_check_dentry(HULL_HOOK_ARG(struct dentry *, arg, 1), HULL_FILE_XATTR);
}
