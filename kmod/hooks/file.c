// SPDX-License-Identifier: GPL-2.0-only
/* Files that are there: opened, read, executed, mapped, asked about. */

#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>

static int check_path(const struct path *path, u32 perms)
{
	struct hull_act act;

	if (!hull_interesting(HULL_CLASS_FILE, perms))
		return 0;
	hull_act_init(&act, HULL_CLASS_FILE, perms);
	act.path = *path;
	return hull_check(&act);
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
static bool is_memfd(const struct file *file)
{
	return (file->f_path.mnt->mnt_flags & MNT_INTERNAL) && !file_inode(file)->i_nlink;
}

/* int security_file_open(struct file *file): every open but those with O_PATH */
int hull_on_file_open(const unsigned long *arg)
{
	const struct file *file = HULL_HOOK_ARG(const struct file *, arg, 0);
	umode_t mode = file_inode(file)->i_mode;
	u32 perms = open_perms(file);
	int ret = check_path(&file->f_path, perms);

	if (!ret && unlikely(S_ISCHR(mode) || S_ISBLK(mode)))
		ret = check_device(file);
	if (!ret && unlikely(perms == HULL_FILE_EXECUTE) && is_memfd(file))
		ret = hull_check_simple(HULL_CLASS_MEMORY, HULL_MEMORY_MEMFD_EXEC, 0);
	return ret;
}
