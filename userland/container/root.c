// SPDX-License-Identifier: GPL-2.0-only
/*
 * root - the container's root: a tree of mounts on top of "/", which pivot_root(2) then makes
 * the root and the host's files unreachable.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <container/mount.h>
#include <container/private.h>

/* What is mounted here stays here; what the host mounts comes in only when asked for. */
static int propagation(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_config *config = object;
	unsigned long wanted = config->root_propagation & ~(unsigned long)MS_REC;
	struct mount_attr attr = { .propagation = wanted ? wanted : MS_PRIVATE };

	(void)run;
	/* A shared root is made so at the end: now it would show our steps to the host. */
	if (wanted == MS_SHARED)
		attr.propagation = MS_SLAVE;
	return mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attr, sizeof(attr));
}

const struct hull_ct_step_kind hull_ct_step_propagation = {
	"keep mounts from the host", HULL_CT_OUTSIDE, propagation, NULL, NULL
};

static int directory_open(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Layers as descriptors in the option: their paths may have any character in them. */
static char *lower_option(struct hull_ct_config *config, int *fds, size_t n)
{
	char *option = NULL;
	size_t i;

	/* The uppermost comes first. */
	for (i = n; i--;) {
		option = option ? hull_ct_printf(config, "%s:/proc/self/fd/%d", option, fds[i]) :
			 hull_ct_printf(config, "/proc/self/fd/%d", fds[i]);
		if (!option)
			return NULL;
	}
	return option;
}

/* Where the container's writes go: beside the kept layer, or into memory. */
static int upper_open(const struct hull_ct_root *root, int *work)
{
	int dir, upper = -1;
	char *path;

	if (root->upper) {
		if (asprintf(&path, "%s.work", root->upper) < 0)
			return -1;
		if ((mkdir(root->upper, 0755) && errno != EEXIST) ||
		    (mkdir(path, 0700) && errno != EEXIST)) {
			free(path);
			return -1;
		}
		upper = directory_open(root->upper);
		*work = upper < 0 ? -1 : directory_open(path);
		free(path);
		return upper;
	}
	dir = hull_ct_fs_make("tmpfs", "hull", "mode=755", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	if (dir < 0)
		return -1;
	/* The overlay takes only what is mounted somewhere; it goes with the old root. */
	if (!move_mount(dir, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) &&
	    !mkdirat(dir, "upper", 0755) && !mkdirat(dir, "work", 0700)) {
		upper = openat(dir, "upper", O_PATH | O_DIRECTORY | O_CLOEXEC);
		*work = openat(dir, "work", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	close(dir);
	return upper;
}

static int overlay_mount(const char *lower, int upper, int work, bool user_ns)
{
	char upper_path[32], work_path[32];
	int fs = fsopen("overlay", FSOPEN_CLOEXEC), tree = -1;

	if (fs < 0)
		return -1;
	snprintf(upper_path, sizeof(upper_path), "/proc/self/fd/%d", upper);
	snprintf(work_path, sizeof(work_path), "/proc/self/fd/%d", work);
	if (!fsconfig(fs, FSCONFIG_SET_STRING, "source", "overlay", 0) &&
	    !fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir", lower, 0) &&
	    !fsconfig(fs, FSCONFIG_SET_STRING, "upperdir", upper_path, 0) &&
	    !fsconfig(fs, FSCONFIG_SET_STRING, "workdir", work_path, 0) &&
	    /* A user namespace may not write trusted.* attributes. */
	    (!user_ns || !fsconfig(fs, FSCONFIG_SET_FLAG, "userxattr", NULL, 0)) &&
	    !fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		tree = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	close(fs);
	return tree;
}

static int overlay_make(struct hull_ct_run *run)
{
	struct hull_ct_config *config = run->config;
	const struct hull_ct_root *root = &config->root;
	size_t n = root->n_lower + 1, i;
	int *fds = calloc(n, sizeof(*fds)), upper, work = -1, tree = -1;
	char *lower;

	if (!fds)
		return -1;
	for (i = 0; i < n; i++) {
		fds[i] = directory_open(i ? root->lower[i - 1] : root->path);
		if (fds[i] < 0)
			goto out;
	}
	lower = lower_option(config, fds, n);
	upper = lower ? upper_open(root, &work) : -1;
	if (upper >= 0 && work >= 0)
		tree = overlay_mount(lower, upper, work, run->user_ns);
	if (upper >= 0)
		close(upper);
	if (work >= 0)
		close(work);
out:
	while (i--)
		close(fds[i]);
	free(fds);
	return tree;
}

static int root_make(struct hull_ct_run *run, const void *object)
{
	struct hull_ct_config *config = run->config;

	(void)object;
	if (config->root.overlay)
		run->root_tree = overlay_make(run);
	else if (run->root_tree < 0)
		run->root_tree = hull_ct_tree_open(AT_FDCWD, config->root.path, true);
	if (run->root_tree < 0)
		return -1;
	/* pivot_root() refuses a shared one, and nothing of it may spread. */
	if (hull_ct_tree_change(run->root_tree, true, 0, 0, MS_PRIVATE))
		return -1;
	return move_mount(run->root_tree, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
}

static void describe_root(char *text, size_t size, const void *object)
{
	const struct hull_ct_config *config = object;

	snprintf(text, size, "%s%s%s", config->root.path,
		 config->root.overlay ? ", written to " : "",
		 !config->root.overlay ? "" : config->root.upper ? config->root.upper : "memory");
}

const struct hull_ct_step_kind hull_ct_step_root = {
	"make the root", HULL_CT_OUTSIDE, root_make, describe_root, NULL
};

/*
 * The old root was put on top of the new one. umount2() takes what is uppermost: a mount that
 * covers the old root, as an overlay's layer in memory does or one of the host's, goes before it.
 */
static int old_root_leave(int root)
{
	struct statx own, top;

	if (statx(root, "", AT_EMPTY_PATH, STATX_MNT_ID, &own))
		return -1;
	do {
		if (umount2(".", MNT_DETACH) ||
		    statx(root, "..", AT_NO_AUTOMOUNT, STATX_MNT_ID, &top))
			return -1;
	} while (top.stx_mnt_id != own.stx_mnt_id);
	return 0;
}

static int pivot(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_config *config = object;

	if (fchdir(run->root_tree))
		return -1;
	if (config->root.no_pivot) {
		/* It covers the old one already: for roots that pivot_root() can't leave. */
		if (chroot("."))
			return -1;
	} else if (syscall(SYS_pivot_root, ".", ".") || old_root_leave(run->root_tree)) {
		return -1;
	}
	if (fchdir(run->root_tree))
		return -1;
	run->root = run->root_tree;
	return 0;
}

const struct hull_ct_step_kind hull_ct_step_pivot = {
	"leave the host's files", HULL_CT_OUTSIDE, pivot, NULL, NULL
};

static int root_readonly(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_config *config = object;
	unsigned long wanted = config->root_propagation & ~(unsigned long)MS_REC;

	if (config->root.readonly &&
	    hull_ct_tree_change(run->root, false, MOUNT_ATTR_RDONLY, 0, 0))
		return -1;
	if (wanted && wanted != MS_PRIVATE)
		return hull_ct_tree_change(run->root, config->root_propagation & MS_REC, 0, 0,
					   wanted);
	return 0;
}

const struct hull_ct_step_kind hull_ct_step_root_readonly = {
	"finish the root", HULL_CT_INSIDE, root_readonly, NULL, NULL
};
