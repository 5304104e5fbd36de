// SPDX-License-Identifier: GPL-2.0-only
/* Files that are there: opened, executed, asked about, locked, received. */

#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <uapi/linux/falloc.h>
#include <linux/kdev_t.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>
#include <hooks/quick.h>

static noinline int check_path(const struct path *path, u32 perms)
{
	struct hull_act act;

	if (!hull_interesting(HULL_CLASS_FILE, perms))
		return 0;
	hull_act_init(&act, HULL_CLASS_FILE, perms);
	act.path = *path;
	return hull_check(&act);
}

int hull_check_path(const struct path *path, u32 perms)
{
	return likely(hull_quick_file(path, perms)) ? 0 : check_path(path, perms);
}

/*
 * Where the function does not say by which mount it got there, it is the one that the task
 * has its root or its working directory on, if it is of the same file system.
 */
int hull_check_dentry(struct dentry *dentry, u32 perms)
{
	struct path path = { .dentry = dentry };
	struct fs_struct *fs = current->fs;
	int ret;

	if (!hull_interesting(HULL_CLASS_FILE, perms))
		return 0;
	rcu_read_lock();
	if (fs && READ_ONCE(fs->root.mnt)->mnt_sb == dentry->d_sb)
		path.mnt = READ_ONCE(fs->root.mnt);
	else if (fs && READ_ONCE(fs->pwd.mnt)->mnt_sb == dentry->d_sb)
		path.mnt = READ_ONCE(fs->pwd.mnt);
	ret = hull_check_path(&path, perms);
	rcu_read_unlock();
	return ret;
}

static u32 open_perms(const struct file *file)
{
	u32 perms = 0;

	if (file->f_flags & __FMODE_EXEC)
		return HULL_FILE_EXECUTE;
	if (file->f_mode & FMODE_READ)
		perms |= S_ISDIR(file_inode(file)->i_mode) ? HULL_FILE_LIST : HULL_FILE_READ;
	if (file->f_mode & FMODE_WRITE)
		perms |= file->f_flags & O_APPEND ? HULL_FILE_APPEND : HULL_FILE_WRITE;
	return perms;
}

static int check_device(const struct file *file)
{
	const struct inode *inode = file_inode(file);
	u32 perms = 0;

	if (file->f_mode & FMODE_READ)
		perms |= HULL_DEVICE_READ;
	if (file->f_mode & FMODE_WRITE)
		perms |= HULL_DEVICE_WRITE;
	return hull_check_simple(HULL_CLASS_DEVICE, perms,
				 HULL_DEVICE(S_ISBLK(inode->i_mode), MAJOR(inode->i_rdev),
					     MINOR(inode->i_rdev)));
}

/* A memory file: of the kernel's own mount, and nobody can find it by a name. */
bool hull_file_is_memory(const struct file *file)
{
	return (file->f_path.mnt->mnt_flags & MNT_INTERNAL) && S_ISREG(file_inode(file)->i_mode) &&
	       !file_inode(file)->i_nlink;
}

/* int security_file_open(struct file *file): every open but those with O_PATH */
int hull_on_file_open(const unsigned long *arg)
{
	const struct file *file = HULL_HOOK_ARG(const struct file *, arg, 0);
	umode_t mode = file_inode(file)->i_mode;
	u32 perms = open_perms(file);
	int ret = hull_check_path(&file->f_path, perms);

	if (!ret && unlikely(S_ISCHR(mode) || S_ISBLK(mode)))
		ret = check_device(file);
	if (!ret && unlikely(perms == HULL_FILE_EXECUTE) && hull_file_is_memory(file))
		ret = hull_check_simple(HULL_CLASS_MEMORY, HULL_MEMORY_MEMFD_EXEC, 0);
	return ret;
}

/*
 * What is of the kernel's own mounts has no place that a rule could be about: sockets, pipes,
 * memory files, what KVM and others give descriptors of. Its ioctls are of class ioctl alone.
 */
static bool has_place(const struct file *file)
{
	return !(file->f_path.mnt->mnt_flags & MNT_INTERNAL);
}

/* int security_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg) */
int hull_on_file_ioctl(const unsigned long *arg)
{
	const struct file *file = HULL_HOOK_ARG(const struct file *, arg, 0);
	int ret = has_place(file) ? hull_check_path(&file->f_path, HULL_FILE_IOCTL) : 0;

	return ret ?: hull_check_simple(HULL_CLASS_IOCTL, HULL_IOCTL_USE,
					HULL_HOOK_ARG(unsigned int, arg, 1));
}

/* int security_file_lock(struct file *file, unsigned int cmd) */
int hull_on_file_lock(const unsigned long *arg)
{
	return hull_check_path(&HULL_HOOK_ARG(const struct file *, arg, 0)->f_path,
			       HULL_FILE_LOCK);
}

/* int security_file_fcntl(struct file *file, unsigned int cmd, unsigned long arg) */
int hull_on_file_fcntl(const unsigned long *arg)
{
	const struct file *file = HULL_HOOK_ARG(const struct file *, arg, 0);

	/* What was opened to append to becomes what can be written anywhere. */
	if (HULL_HOOK_ARG(unsigned int, arg, 1) != F_SETFL || !(file->f_mode & FMODE_WRITE) ||
	    !(file->f_flags & O_APPEND) || (arg[2] & O_APPEND))
		return 0;
	return hull_check_path(&file->f_path, HULL_FILE_WRITE);
}

/* int security_path_truncate(const struct path *path) */
int hull_on_path_truncate(const unsigned long *arg)
{
	return hull_check_path(HULL_HOOK_ARG(const struct path *, arg, 0), HULL_FILE_TRUNCATE);
}

/* int security_file_truncate(struct file *file) */
int hull_on_file_truncate(const unsigned long *arg)
{
	return hull_check_path(&HULL_HOOK_ARG(const struct file *, arg, 0)->f_path,
			       HULL_FILE_TRUNCATE);
}

/*
 * ssize_t generic_write_checks(struct kiocb *iocb, struct iov_iter *from): what was opened to
 * append to is written anywhere with RWF_NOAPPEND.
 */
int hull_on_write_checks(const unsigned long *arg)
{
	const struct kiocb *iocb = HULL_HOOK_ARG(const struct kiocb *, arg, 0);

	if (likely(!(iocb->ki_filp->f_flags & O_APPEND)) || (iocb->ki_flags & IOCB_APPEND))
		return 0;
	return hull_check_path(&iocb->ki_filp->f_path, HULL_FILE_WRITE);
}

/* int vfs_fallocate(struct file *file, int mode, loff_t offset, loff_t len) */
int hull_on_fallocate(const unsigned long *arg)
{
	const int cuts = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_ZERO_RANGE |
			 FALLOC_FL_INSERT_RANGE;

	return HULL_HOOK_ARG(int, arg, 1) & cuts ? hull_on_file_truncate(arg) : 0;
}

/* int security_inode_getattr(const struct path *path) */
int hull_on_getattr(const unsigned long *arg)
{
	return hull_check_path(HULL_HOOK_ARG(const struct path *, arg, 0), HULL_FILE_STAT);
}

/* int security_inode_readlink(struct dentry *dentry), security_inode_getxattr(dentry, name) */
int hull_on_dentry_stat(const unsigned long *arg)
{
	return hull_check_dentry(HULL_HOOK_ARG(struct dentry *, arg, 0), HULL_FILE_STAT);
}

/* int security_inode_permission(struct inode *inode, int mask): chdir, and fchdir */
int hull_on_inode_permission(const unsigned long *arg)
{
	struct dentry *dentry;
	int ret;

	if (!(HULL_HOOK_ARG(int, arg, 1) & MAY_CHDIR))
		return 0;
	dentry = d_find_any_alias(HULL_HOOK_ARG(struct inode *, arg, 0));
	if (!dentry)
		return 0;
	ret = hull_check_dentry(dentry, HULL_FILE_CHDIR);
	dput(dentry);
	return ret;
}

static u32 fd_kind(const struct file *file)
{
	umode_t mode = file_inode(file)->i_mode;

	if (S_ISSOCK(mode))
		return HULL_FD_SOCKET;
	if (S_ISFIFO(mode))
		return HULL_FD_PIPE;
	if (hull_file_is_memory(file))
		return HULL_FD_MEMFD;
	return mode & S_IFMT ? HULL_FD_OTHER : HULL_FD_ANON;
}

/* int security_file_receive(struct file *file): over a socket, or by pidfd_getfd */
int hull_on_file_receive(const unsigned long *arg)
{
	const struct file *file = HULL_HOOK_ARG(const struct file *, arg, 0);

	if (!(file->f_path.mnt->mnt_flags & MNT_INTERNAL))
		return hull_check_path(&file->f_path, HULL_FILE_RECEIVE);
	return hull_check_simple(HULL_CLASS_FD, HULL_FD_RECEIVE, fd_kind(file));
}
