// SPDX-License-Identifier: GPL-2.0-only
/* A file by another name, another way, another operation. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bypass.h"

#define NO_READ		"deny file read " SECRET
#define NO_WRITE	"deny file write,append,create,delete,truncate " SECRET
#define NO_TRUNCATE	"deny file truncate " SECRET

static int do_open(void)
{
	return try_read(SECRETS);
}

static int do_chain(void)
{
	return try_read(OPEN "/chain");
}

static int do_dots(void)
{
	return try_read(OPEN "/dir/../up/../secret/./file");
}

static int do_relative(void)
{
	if (chdir(SECRET))
		return ENODATA;
	return try_read("file");
}

static int do_openat2(void)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT };
	int dir = open(SECRET, O_PATH);

	return try_fd(syscall(SYS_openat2, dir, "/file", &how, sizeof(how)));
}

static int fd_path(char *text, int fd)
{
	sprintf(text, "/proc/self/fd/%d", fd);
	return fd;
}

static int do_o_path(void)
{
	char text[64];

	if (fd_path(text, open(SECRETS, O_PATH)) < 0)
		return ENODATA;
	return try_read(text);
}

static int do_o_path_dir(void)
{
	char text[64];

	if (fd_path(text, open(SECRET, O_PATH)) < 0)
		return ENODATA;
	strcat(text, "/file");
	return try_read(text);
}

static int do_reopen_write(void)
{
	char text[64];

	fd_path(text, open(SECRETS, O_RDONLY));
	return result(open(text, O_WRONLY));
}

static int do_self_cwd(void)
{
	if (chdir(SECRET))
		return ENODATA;
	return try_read("/proc/self/cwd/file");
}

static int do_chroot(void)
{
	if (chroot(SECRET))
		return ENODATA;
	return try_read("/file");
}

static int do_link(void)
{
	if (link(SECRETS, OPEN "/hard"))
		return errno;
	return try_read(OPEN "/hard");
}

static int do_link_fd(void)
{
	if (linkat(open(SECRETS, O_PATH), "", AT_FDCWD, OPEN "/hard", AT_EMPTY_PATH))
		return errno;
	return try_read(OPEN "/hard");
}

static int do_link_proc(void)
{
	char text[64];

	fd_path(text, open(SECRETS, O_PATH));
	if (linkat(AT_FDCWD, text, AT_FDCWD, OPEN "/hard", AT_SYMLINK_FOLLOW))
		return errno;
	return try_read(OPEN "/hard");
}

static int do_rename(void)
{
	if (rename(SECRETS, OPEN "/moved"))
		return errno;
	return try_read(OPEN "/moved");
}

static int do_rename_dir(void)
{
	if (rename(SECRET "/sub", OPEN "/sub"))
		return errno;
	return try_read(OPEN "/sub/deep/file");
}

/* The place itself goes elsewhere; the rule goes with it. */
static int do_rename_place(void)
{
	if (umount2(MOUNTED, MNT_DETACH) || rename(SECRET, OPEN "/place"))
		return errno;
	return try_read(OPEN "/place/file");
}

static int do_exchange(void)
{
	if (renameat2(AT_FDCWD, SECRETS, AT_FDCWD, OPEN "/file", RENAME_EXCHANGE))
		return errno;
	return try_read(OPEN "/file");
}

static int do_exchange_back(void)
{
	if (renameat2(AT_FDCWD, OPEN "/file", AT_FDCWD, SECRETS, RENAME_EXCHANGE))
		return errno;
	return try_read(OPEN "/file");
}

static int do_whiteout(void)
{
	if (renameat2(AT_FDCWD, SECRETS, AT_FDCWD, OPEN "/moved", RENAME_WHITEOUT))
		return errno;
	return try_read(OPEN "/moved");
}

static int handle_open(const char *path, int flags)
{
	union {
		struct file_handle handle;
		char bytes[sizeof(struct file_handle) + 128];
	} at = { .handle.handle_bytes = 128 };
	int id, root = open(OPEN, O_RDONLY | O_DIRECTORY);

	if (name_to_handle_at(AT_FDCWD, path, &at.handle, &id, 0))
		return -1;
	return open_by_handle_at(root, &at.handle, flags);
}

static int do_handle(void)
{
	return try_fd(handle_open(SECRETS, O_RDONLY));
}

static int do_handle_dir(void)
{
	int dir = handle_open(SECRET "/sub", O_PATH | O_DIRECTORY);

	return dir < 0 ? ENODATA : try_fd(openat(dir, "deep/file", O_RDONLY));
}

static int do_truncate(void)
{
	return result(truncate(SECRETS, 1));
}

static int do_ftruncate(void)
{
	int fd = open(SECRETS, O_WRONLY);

	return fd < 0 ? ENODATA : result(ftruncate(fd, 1));
}

static int do_open_truncate(void)
{
	return result(open(SECRETS, O_WRONLY | O_TRUNC));
}

static int do_creat(void)
{
	return result(creat(SECRETS, 0600));
}

static int do_punch(void)
{
	int fd = open(SECRETS, O_RDWR);

	return fd < 0 ? ENODATA :
	       result(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
}

static int do_tmpfile(void)
{
	int fd = open(SECRET, O_TMPFILE | O_RDWR, 0600);
	char text[64];

	if (fd < 0)
		return errno;
	fd_path(text, fd);
	return result(linkat(AT_FDCWD, text, AT_FDCWD, SECRET "/new", AT_SYMLINK_FOLLOW));
}

/* Linked in from where all may be done. */
static int do_link_in(void)
{
	return result(link(OPEN "/file", SECRET "/new"));
}

static int do_rename_in(void)
{
	return result(rename(OPEN "/file", SECRET "/new"));
}

static int do_symlink_create(void)
{
	if (symlink(SECRET "/new", OPEN "/dangling"))
		return ENODATA;
	return result(open(OPEN "/dangling", O_WRONLY | O_CREAT, 0600));
}

static int do_copy_range(void)
{
	int from = open(SECRETS, O_RDONLY), to = open(OPEN "/copy", O_RDWR | O_CREAT, 0600);

	return from < 0 ? errno : result(copy_file_range(from, NULL, to, NULL, 6, 0));
}

static int do_fchmod(void)
{
	int fd = open(SECRETS, O_RDONLY);

	return fd < 0 ? ENODATA : result(fchmod(fd, 0644));
}

static int do_fchmodat_path(void)
{
	char text[64];

	fd_path(text, open(SECRETS, O_PATH));
	return result(chmod(text, 0644));
}

static int do_fstat(void)
{
	struct stat st;
	int fd = open(SECRETS, O_PATH);

	return result(fstat(fd, &st));
}

static int do_statx(void)
{
	struct statx stx;
	int fd = open(SECRETS, O_PATH);

	return result(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stx));
}

static int do_unlinkat(void)
{
	int dir = open(SECRET, O_PATH);

	return result(unlinkat(dir, "file", 0));
}

static int do_rename_over(void)
{
	return result(rename(OPEN "/file", SECRETS));
}

const struct bypass bypass_paths[] = {
	{ "open", NO_READ, EACCES, do_open },
	{ "a chain of symbolic links", NO_READ, EACCES, do_chain },
	{ "a path with ..", NO_READ, EACCES, do_dots },
	{ "a path from the working directory", NO_READ, EACCES, do_relative },
	{ "openat2 in another root", NO_READ, EACCES, do_openat2 },
	{ "O_PATH, then /proc/self/fd", NO_READ, EACCES, do_o_path },
	{ "O_PATH of the directory, then /proc/self/fd", NO_READ, EACCES, do_o_path_dir },
	{ "reopened to write", NO_WRITE, EACCES, do_reopen_write },
	{ "/proc/self/cwd", NO_READ, EACCES, do_self_cwd },
	{ "chroot", NO_READ, EACCES, do_chroot },
	{ "hard link", NO_READ, EXDEV, do_link },
	{ "hard link of a descriptor", NO_READ, EXDEV, do_link_fd },
	{ "hard link of /proc/self/fd", NO_READ, EXDEV, do_link_proc },
	{ "rename", NO_READ, EXDEV, do_rename },
	{ "rename of a directory", NO_READ, EXDEV, do_rename_dir },
	{ "rename of the place", NO_READ, EXDEV, do_rename_place },
	{ "rename, exchanged", NO_READ, EXDEV, do_exchange },
	{ "rename, exchanged the other way", NO_READ, EXDEV, do_exchange_back },
	{ "rename with whiteout", NO_READ, EXDEV, do_whiteout },
	{ "open by handle", NO_READ, EACCES, do_handle },
	{ "a directory by handle", NO_READ, EACCES, do_handle_dir },
	{ "handles denied", "deny handle open", EPERM, do_handle },
	{ "truncate", NO_TRUNCATE, EACCES, do_truncate },
	{ "ftruncate", NO_TRUNCATE, EACCES, do_ftruncate },
	{ "O_TRUNC", NO_TRUNCATE, EACCES, do_open_truncate },
	{ "creat", NO_TRUNCATE, EACCES, do_creat },
	{ "a hole punched", NO_TRUNCATE, EACCES, do_punch },
	{ "O_TMPFILE, then linked", NO_WRITE, EACCES, do_tmpfile },
	{ "linked to here", "deny file create,link " SECRET, EACCES, do_link_in },
	{ "moved to here", "deny file create,rename " SECRET, EACCES, do_rename_in },
	{ "moved over a file", "deny file delete " SECRET, EACCES, do_rename_over },
	{ "created through a symbolic link", NO_WRITE, EACCES, do_symlink_create },
	{ "copy_file_range", NO_READ, EACCES, do_copy_range },
	{ "fchmod", "deny file chmod " SECRET, EACCES, do_fchmod },
	{ "chmod of /proc/self/fd", "deny file chmod " SECRET, EACCES, do_fchmodat_path },
	{ "fstat of O_PATH", "deny file stat " SECRET, EACCES, do_fstat },
	{ "statx of O_PATH", "deny file stat " SECRET, EACCES, do_statx },
	{ "unlinkat", "deny file delete " SECRET, EACCES, do_unlinkat },
};

const unsigned int bypass_paths_n = sizeof(bypass_paths) / sizeof(bypass_paths[0]);
