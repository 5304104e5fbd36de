// SPDX-License-Identifier: GPL-2.0-only
/* dev - device nodes, the links in /dev, and the pty that is the container's console */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <container/mount.h>
#include <container/private.h>
#include <container/start/block.h>

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/* runtime-spec, "Default Devices" */
static const struct hull_ct_device defaults[] = {
	{ .path = "/dev/null", .type = 'c', .major = 1, .minor = 3, .mode = 0666 },
	{ .path = "/dev/zero", .type = 'c', .major = 1, .minor = 5, .mode = 0666 },
	{ .path = "/dev/full", .type = 'c', .major = 1, .minor = 7, .mode = 0666 },
	{ .path = "/dev/random", .type = 'c', .major = 1, .minor = 8, .mode = 0666 },
	{ .path = "/dev/urandom", .type = 'c', .major = 1, .minor = 9, .mode = 0666 },
	{ .path = "/dev/tty", .type = 'c', .major = 5, .minor = 0, .mode = 0666 },
};

const struct hull_ct_device *hull_ct_default_device(size_t i)
{
	return i < N(defaults) ? &defaults[i] : NULL;
}

/* By the order of the plan: the defaults first. */
static size_t number_of(const struct hull_ct_run *run, const struct hull_ct_device *device)
{
	if (device >= defaults && device < defaults + N(defaults))
		return (size_t)(device - defaults);
	return N(defaults) + (size_t)(device - run->config->devices);
}

static dev_t device_number(const struct hull_ct_device *device)
{
	return makedev(device->major, device->minor);
}

/* The host's node, for a user namespace that may not make any. */
static int device_open(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_device *device = object;
	int tree = hull_ct_tree_open(AT_FDCWD, device->host ? device->host : device->path, false);
	struct stat st;

	if (tree < 0)
		return -1;
	if (fstat(tree, &st))
		return -1;
	if (st.st_rdev != device_number(device)) {
		close(tree);
		errno = ENXIO;
		return -1;
	}
	run->device_trees[number_of(run, device)] = tree;
	return 0;
}

static mode_t device_type(const struct hull_ct_device *device)
{
	return device->type == 'p' ? S_IFIFO : device->type == 'b' ? S_IFBLK : S_IFCHR;
}

static int node_make(struct hull_ct_run *run, const struct hull_ct_device *device)
{
	const char *name;
	int dir = hull_ct_path_parent(run, device->path, &name), ret;
	mode_t mask;

	if (dir < 0)
		return -1;
	mask = umask(0);
	ret = mknodat(dir, name, device_type(device) | device->mode, device_number(device));
	umask(mask);
	if (!ret && (device->uid || device->gid))
		ret = fchownat(dir, name, device->uid, device->gid, AT_SYMLINK_NOFOLLOW);
	return ret && errno == EEXIST ? 0 : ret;
}

static int device_make(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_device *device = object;
	int tree = run->device_trees[number_of(run, device)], target, ret;

	if (tree < 0)
		return node_make(run, device);
	target = hull_ct_path_make(run, device->path, false, 0644);
	if (target < 0)
		return -1;
	ret = hull_ct_tree_attach(tree, target);
	close(target);
	close(tree);
	return ret;
}

static void describe_device(char *text, size_t size, const void *object)
{
	const struct hull_ct_device *device = object;

	snprintf(text, size, "%s, %c %u:%u", device->path, device->type, device->major,
		 device->minor);
}

const struct hull_ct_step_kind hull_ct_step_device_open = {
	"open the host's device", HULL_CT_OUTSIDE, device_open, describe_device, NULL
};
const struct hull_ct_step_kind hull_ct_step_device = {
	"make device", HULL_CT_INSIDE, device_make, describe_device, NULL
};

/* runtime-spec, "Dev symbolic links" */
static int links_make(struct hull_ct_run *run, const void *object)
{
	static const struct { const char *at, *to; } links[] = {
		{ "/dev/fd", "/proc/self/fd" }, { "/dev/stdin", "/proc/self/fd/0" },
		{ "/dev/stdout", "/proc/self/fd/1" }, { "/dev/stderr", "/proc/self/fd/2" },
		{ "/dev/ptmx", "pts/ptmx" }, { "/dev/core", "/proc/kcore" },
	};
	const char *name;
	size_t i;
	int dir;

	(void)object;
	for (i = 0; i < N(links); i++) {
		run->object = links[i].at;
		dir = hull_ct_path_parent(run, links[i].at, &name);
		if (dir < 0 || (symlinkat(links[i].to, dir, name) && errno != EEXIST))
			return -1;
	}
	run->object = NULL;
	return 0;
}

const struct hull_ct_step_kind hull_ct_step_dev_links = {
	"make links in /dev", HULL_CT_INSIDE, links_make, NULL, NULL
};

/* From the mount that was made, not from a path that an image may have covered. */
static int terminal_open(struct hull_ct_run *run)
{
	const struct hull_ct_process *process = &run->config->process;
	struct winsize size = { .ws_row = process->rows, .ws_col = process->columns };
	int unlock = 0, master = openat(run->devpts, "ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (master < 0)
		return -1;
	if (ioctl(master, TIOCSPTLCK, &unlock))
		goto fail;
	run->terminal = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (run->terminal < 0)
		goto fail;
	if (process->rows && process->columns)
		ioctl(run->terminal, TIOCSWINSZ, &size);
	return master;
fail:
	close(master);
	return -1;
}

static int console_bind(struct hull_ct_run *run)
{
	int tree = hull_ct_tree_open(run->terminal, "", false), target, ret;

	if (tree < 0)
		return -1;
	target = hull_ct_path_make(run, "/dev/console", false, 0600);
	ret = target < 0 ? -1 : hull_ct_tree_attach(tree, target);
	if (target >= 0)
		close(target);
	close(tree);
	return ret;
}

static int console(struct hull_ct_run *run, const void *object)
{
	struct hull_ct_message message = { .kind = HULL_CT_TERMINAL, .step = -1 };
	int master, ret;

	(void)object;
	if (run->devpts < 0) {
		run->object = "no devpts among the mounts";
		errno = ENOTTY;
		return -1;
	}
	master = terminal_open(run);
	if (master < 0)
		return -1;
	ret = console_bind(run);
	if (!ret)
		ret = hull_ct_message_send(run->channel, &message, master);
	close(master);
	return ret;
}

const struct hull_ct_step_kind hull_ct_step_console = {
	"open a terminal", HULL_CT_INSIDE, console, NULL, NULL
};
