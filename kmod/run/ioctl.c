// SPDX-License-Identifier: GPL-2.0-only
/* Ioctls by table: find the row, carry the argument in and out. */

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <run/abi.h>

/* Most structures are smaller than this and need no allocation. */
#define SMALL_WORDS	40

const struct hull_ioctl *hull_ioctl_find(const struct hull_ioctl *rows, unsigned int n,
					 unsigned int cmd)
{
	const struct hull_ioctl *row;
	unsigned int differ;

	for (row = rows; row < rows + n; row++) {
		differ = row->cmd ^ cmd;
		if (row->flags & HULL_IOCTL_SIZED)
			differ &= ~IOCSIZE_MASK;
		if (!differ)
			return row;
	}
	return NULL;
}

/* A structure that says its size: smaller is filled up, larger must hold zeros there. */
static int arg_sized_get(void *data, size_t size, const void __user *user)
{
	u32 given;

	if (get_user(given, (const u32 __user *)user))
		return -EFAULT;
	if (given < sizeof(given) || given > PAGE_SIZE)
		return -EINVAL;
	return copy_struct_from_user(data, size, user, given);
}

static int arg_get(const struct hull_ioctl *row, void *data, size_t size, const void __user *user)
{
	if (row->flags & HULL_IOCTL_SIZED)
		return arg_sized_get(data, size, user);
	if (!(_IOC_DIR(row->cmd) & _IOC_WRITE) && !(row->flags & HULL_IOCTL_IN))
		return 0;
	return copy_from_user(data, user, size) ? -EFAULT : 0;
}

static bool arg_returns(const struct hull_ioctl *row)
{
	return (_IOC_DIR(row->cmd) & _IOC_READ) && !(row->flags & HULL_IOCTL_IN);
}

long hull_ioctl_do(const struct hull_ioctl *row, unsigned long value, hull_ioctl_call call,
		   void *object)
{
	void __user *user = (void __user *)value;
	size_t size = _IOC_SIZE(row->cmd);
	u64 small[SMALL_WORDS];
	union hull_ioctl_arg arg;
	void *data = small;
	long ret;

	if (row->flags & HULL_IOCTL_USER) {
		arg.user = user;
		return call(row, object, arg);
	}
	if (_IOC_DIR(row->cmd) == _IOC_NONE) {
		arg.value = value;
		return call(row, object, arg);
	}

	if (size > sizeof(small)) {
		data = kzalloc(size, GFP_KERNEL_ACCOUNT);
		if (!data)
			return -ENOMEM;
	} else {
		memset(small, 0, size);
	}
	ret = arg_get(row, data, size, user);
	if (ret)
		goto out_free;
	arg.data = data;
	ret = call(row, object, arg);
	if (ret >= 0 && arg_returns(row) && copy_to_user(user, data, size))
		ret = -EFAULT;
out_free:
	if (data != small)
		kfree(data);
	return ret;
}

int hull_fd_prepare(struct hull_fd *fd, const char *name, const struct file_operations *fops)
{
	fd->fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd->fd < 0)
		return fd->fd;
	fd->file = anon_inode_getfile(name, fops, NULL, O_RDWR);
	if (IS_ERR(fd->file)) {
		put_unused_fd(fd->fd);
		return PTR_ERR(fd->file);
	}
	return 0;
}

void hull_fd_cancel(struct hull_fd *fd)
{
	fput(fd->file);
	put_unused_fd(fd->fd);
}

int hull_fd_install(struct hull_fd *fd, void *object)
{
	fd->file->private_data = object;
	fd_install(fd->fd, fd->file);
	return fd->fd;
}
