// SPDX-License-Identifier: GPL-2.0-only
/* hide - paths of a container that show nothing, or that nobody may write to */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <container/mount.h>
#include <container/private.h>

/* The host's: an image may have put something else in its place (CVE-2025-31133). */
static int null_open(struct hull_ct_run *run, const void *object)
{
	struct stat st;

	(void)object;
	run->null = hull_ct_tree_open(AT_FDCWD, "/dev/null", false);
	if (run->null < 0 || hull_ct_path_stat(run->null, &st))
		return -1;
	if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
		return 0;
	errno = ENXIO;
	return -1;
}

const struct hull_ct_step_kind hull_ct_step_null = {
	"open the host's /dev/null", HULL_CT_OUTSIDE, null_open, NULL, NULL
};

/* The first of a kind is made, the others are copies of it. */
static int copy_attach(int first, int target)
{
	int copy = hull_ct_tree_open(first, "", false), ret;

	if (copy < 0)
		return -1;
	ret = hull_ct_tree_attach(copy, target);
	close(copy);
	return ret;
}

static int file_hide(struct hull_ct_run *run, int target)
{
	if (run->null_used)
		return copy_attach(run->null, target);
	run->null_used = true;
	return hull_ct_tree_attach(run->null, target);
}

static int directory_hide(struct hull_ct_run *run, int target)
{
	if (run->empty >= 0)
		return copy_attach(run->empty, target);
	run->empty = hull_ct_fs_make("tmpfs", "masked", "size=0,mode=555",
				     MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
				     MOUNT_ATTR_NOEXEC);
	return run->empty < 0 ? -1 : hull_ct_tree_attach(run->empty, target);
}

static int mask(struct hull_ct_run *run, const void *object)
{
	int target = hull_ct_path_open(run->root, object, O_PATH), ret = -1;
	struct stat st;

	if (target < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	if (!hull_ct_path_stat(target, &st))
		ret = S_ISDIR(st.st_mode) ? directory_hide(run, target) : file_hide(run, target);
	close(target);
	return ret;
}

static int readonly(struct hull_ct_run *run, const void *object)
{
	int target = hull_ct_path_open(run->root, object, O_PATH), tree, ret = -1;

	if (target < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	tree = hull_ct_tree_open(target, "", true);
	if (tree >= 0) {
		ret = hull_ct_tree_change(tree, true, MOUNT_ATTR_RDONLY, 0, 0);
		if (!ret)
			ret = hull_ct_tree_attach(tree, target);
		close(tree);
	}
	close(target);
	return ret;
}

const struct hull_ct_step_kind hull_ct_step_mask = {
	"mask", HULL_CT_INSIDE, mask, hull_ct_describe_string, NULL
};
const struct hull_ct_step_kind hull_ct_step_readonly = {
	"make read-only", HULL_CT_INSIDE, readonly, hull_ct_describe_string, NULL
};
