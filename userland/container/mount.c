// SPDX-License-Identifier: GPL-2.0-only
/*
 * mount - mounts are made as trees that are attached nowhere, while the host's files can be
 * seen, and attached when only the container's can: no path in it leads to the host.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <container/mount.h>
#include <container/private.h>

static size_t number_of(const struct hull_ct_run *run, const struct hull_ct_mount *mount)
{
	return (size_t)(mount - run->config->mounts);
}

int hull_ct_tree_open(int dir, const char *path, bool recursive)
{
	unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;

	if (recursive)
		flags |= AT_RECURSIVE;
	if (!path[0])
		flags |= AT_EMPTY_PATH;
	return open_tree(dir, path, flags);
}

int hull_ct_tree_change(int tree, bool recursive, uint64_t set, uint64_t clear,
			unsigned long propagation)
{
	struct mount_attr attr = {
		.attr_set = set, .attr_clr = clear, .propagation = propagation,
	};

	return mount_setattr(tree, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attr,
			     sizeof(attr));
}

int hull_ct_tree_attach(int tree, int target)
{
	return move_mount(tree, "", target, "",
			  MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

/* "a=b,c": each option by itself, as the filesystem knows it. */
static int options_set(int fs, const char *data)
{
	char *copy = data ? strdup(data) : NULL, *rest = copy, *option, *value;
	int ret = 0;

	while (!ret && rest && (option = strsep(&rest, ","))) {
		value = strchr(option, '=');
		if (value)
			*value++ = '\0';
		if (option[0])
			ret = fsconfig(fs, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
				       option, value, 0);
	}
	free(copy);
	return data && !copy ? -1 : ret;
}

int hull_ct_fs_make(const char *type, const char *source, const char *data, uint64_t attr)
{
	int fs = fsopen(type, FSOPEN_CLOEXEC), tree = -1, code;

	if (fs < 0)
		return -1;
	if ((!source || !fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0)) &&
	    !options_set(fs, data) && !fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		tree = fsmount(fs, FSMOUNT_CLOEXEC, (unsigned int)attr);
	code = errno;
	close(fs);
	errno = code;
	return tree;
}

int hull_ct_bind_open(const struct hull_ct_mount *mount)
{
	int tree = hull_ct_tree_open(AT_FDCWD, mount->source, mount->recursive);

	if (tree < 0 && errno == ENOENT && mount->optional)
		return HULL_CT_TREE_NONE;
	return tree;
}

static int bind_change(const struct hull_ct_mount *mount, int tree)
{
	if ((mount->attr_set || mount->attr_clear) &&
	    hull_ct_tree_change(tree, false, mount->attr_set, mount->attr_clear, 0))
		return -1;
	return 0;
}

static int mount_make(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_mount *mount = object;
	int *tree = &run->trees[number_of(run, mount)];

	if (mount->bind && *tree == -1)
		*tree = hull_ct_bind_open(mount);
	else if (!mount->bind)
		*tree = hull_ct_fs_make(mount->type, mount->source, mount->data,
					mount->attr_set);
	if (*tree == HULL_CT_TREE_NONE)
		return 0;
	if (*tree < 0 || (mount->bind && bind_change(mount, *tree)))
		return -1;
	if ((mount->rec_set || mount->rec_clear) &&
	    hull_ct_tree_change(*tree, true, mount->rec_set, mount->rec_clear, 0))
		return -1;
	if (mount->type && !strcmp(mount->type, "devpts"))
		run->devpts = *tree;
	return 0;
}

static bool is_directory(int fd)
{
	struct stat st;

	return !hull_ct_path_stat(fd, &st) && S_ISDIR(st.st_mode);
}

static int mount_attach(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_mount *mount = object;
	int tree = run->trees[number_of(run, mount)], target, ret;

	if (tree == HULL_CT_TREE_NONE)
		return 0;
	target = hull_ct_path_make(run, mount->target, !mount->bind || is_directory(tree),
				   0755);
	if (target < 0)
		return -1;
	ret = hull_ct_tree_attach(tree, target);
	if (!ret && mount->copy_up)
		ret = hull_ct_copy_up(target, tree);
	if (!ret && mount->propagation)
		ret = hull_ct_tree_change(tree, mount->propagation & MS_REC, 0, 0,
					  mount->propagation & ~(unsigned long)MS_REC);
	close(target);
	/* The device steps and the console look at it later. */
	if (tree != run->devpts)
		close(tree);
	return ret;
}

static void describe(char *text, size_t size, const void *object)
{
	const struct hull_ct_mount *mount = object;

	snprintf(text, size, "%s on %s", mount->bind ? mount->source : mount->type,
		 mount->target);
}

const struct hull_ct_step_kind hull_ct_step_mount_make = {
	"make mount", HULL_CT_OUTSIDE, mount_make, describe, NULL
};
const struct hull_ct_step_kind hull_ct_step_mount_attach = {
	"attach mount", HULL_CT_INSIDE, mount_attach, describe, NULL
};

/*
 * What is bound, opened by the caller: in a user namespace of its own the new process may
 * not look into all directories on the way. Both have the descriptors.
 */
static int trees_open(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_config *config = object;
	size_t i;

	for (i = 0; i < config->n_mounts; i++) {
		if (!config->mounts[i].bind)
			continue;
		run->object = config->mounts[i].source;
		run->trees[i] = hull_ct_bind_open(&config->mounts[i]);
		if (run->trees[i] < 0 && run->trees[i] != HULL_CT_TREE_NONE)
			return -1;
	}
	if (config->root.path && !config->root.overlay) {
		run->object = config->root.path;
		run->root_tree = hull_ct_tree_open(AT_FDCWD, config->root.path, true);
		if (run->root_tree < 0)
			return -1;
	}
	run->object = NULL;
	return 0;
}

/* Not attached anywhere, they go when they are closed. */
static void trees_close(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_config *config = object;
	size_t i;

	for (i = 0; i < config->n_mounts; i++)
		if (run->trees[i] >= 0)
			close(run->trees[i]);
	if (run->root_tree >= 0)
		close(run->root_tree);
}

const struct hull_ct_step_kind hull_ct_step_trees = {
	"open what is bound", HULL_CT_BEFORE, trees_open, NULL, trees_close
};
