// SPDX-License-Identifier: GPL-2.0-only
/* become - from vmctl's process to the starter's, with what that has still to do */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <container/private.h>
#include <container/seccomp.h>
#include <container/start/block.h>

#ifndef MFD_EXEC
#define MFD_EXEC	0x0010U
#endif

/* The starter reads it from a pipe, which holds so much without a reader. */
#define BLOCK_MAX	(60 * 1024)

extern const char hull_ct_starter[], hull_ct_starter_end[];

int hull_ct_starter_open(void)
{
	size_t size = (size_t)(hull_ct_starter_end - hull_ct_starter);
	int fd = memfd_create("hull-start", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	if (fd < 0 && errno == EINVAL)	/* before Linux 6.3 all are executable */
		fd = memfd_create("hull-start", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -1;
	if (write(fd, hull_ct_starter, size) == (ssize_t)size &&
	    !fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE))
		return fd;
	close(fd);
	return -1;
}

struct filter {
	const struct sock_filter *program;
	struct sock_filter *made;
	size_t n;
};

static int filter_make(const struct hull_ct_config *config, struct filter *f, const char **what)
{
	uint64_t caps = config->process.caps.given ? config->process.caps.bounding : ~0ull;

	if (config->seccomp.kind == HULL_CT_SECCOMP_NONE)
		return 0;
	if (config->seccomp.kind == HULL_CT_SECCOMP_DEFAULT &&
	    caps == HULL_CT_DEFAULT_CAPABILITIES) {
		f->program = (const void *)hull_ct_default_filter;
		f->n = (size_t)(hull_ct_default_filter_end - hull_ct_default_filter) /
		       sizeof(*f->program);
		return 0;
	}
	if (hull_ct_seccomp_build(&config->seccomp, caps, &f->made, &f->n, what))
		return -1;
	f->program = f->made;
	return 0;
}

/* Pieces behind the block, each aligned; returns its offset. */
static uint32_t append(struct hull_ct_block *block, const void *data, size_t size)
{
	uint32_t offset = (block->size + 7) & ~7u;

	memcpy((char *)block + offset, data, size);
	block->size = offset + (uint32_t)size;
	return offset;
}

static void block_fill(struct hull_ct_block *block, const struct hull_ct_config *config,
		       const struct filter *f)
{
	const struct hull_ct_process *p = &config->process;
	const char *label = p->apparmor ? p->apparmor : p->selinux;

	block->size = sizeof(*block);
	block->uid = p->uid;
	block->gid = p->gid;
	block->flags = (config->init ? HULL_CT_START_INIT : 0) |
		       (p->no_new_privs ? HULL_CT_START_NNP : 0) |
		       (p->caps.given ? HULL_CT_START_CAPS_GIVEN : 0) |
		       (p->terminal ? HULL_CT_START_TTY : 0) |
		       (p->has_umask ? HULL_CT_START_UMASK : 0);
	block->umask = p->umask;
	block->bounding = p->caps.bounding;
	block->effective = p->caps.effective;
	block->inheritable = p->caps.inheritable;
	block->permitted = p->caps.permitted;
	block->ambient = p->caps.ambient;
	block->n_groups = (uint32_t)p->n_groups;
	block->groups = append(block, p->groups, p->n_groups * sizeof(*p->groups));
	block->cwd = append(block, p->cwd, strlen(p->cwd) + 1);
	block->n_filter = (uint32_t)f->n;
	block->filter = append(block, f->program, f->n * sizeof(*f->program));
	block->filter_flags = config->seccomp.flags;
	if (label) {
		/* SELinux takes the context as it is, AppArmor a command. */
		const char *file = p->apparmor ? "self/attr/apparmor/exec" : "self/attr/exec";
		char text[256];

		snprintf(text, sizeof(text), "%s%s", p->apparmor ? "exec " : "", label);
		block->label_file = append(block, file, strlen(file) + 1);
		block->label = append(block, text, strlen(text) + 1);
	}
}

struct hull_ct_block *hull_ct_block_make(struct hull_ct_config *config, int root,
					 const char **what)
{
	struct hull_ct_process *p = &config->process;
	struct hull_ct_block *block = NULL;
	struct filter f = { NULL, NULL, 0 };
	size_t room;

	*what = p->user ? p->user : "user";
	if (hull_ct_user_find(config, root))
		return NULL;
	if (filter_make(config, &f, what))
		return NULL;
	room = sizeof(*block) + p->n_groups * sizeof(*p->groups) + strlen(p->cwd) +
	       f.n * sizeof(*f.program) + 1024;
	*what = "groups and filter together";
	errno = E2BIG;
	if (room <= BLOCK_MAX)
		block = calloc(1, room);
	if (block)
		block_fill(block, config, &f);
	free(f.made);
	return block;
}

static int high(int fd, unsigned int first)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD, (int)first);
}

static int stdio_set(struct hull_ct_run *run)
{
	int i, fd;

	if (setsid() < 0 && errno != EPERM)
		return -1;
	for (i = 0; i < 3; i++) {
		fd = run->terminal >= 0 ? run->terminal : run->place->stdio[i];
		if (fd >= 0 && fd != i && dup2(fd, i) < 0)
			return -1;
		if (fd == i)
			fcntl(fd, F_SETFD, 0);
	}
	if (run->terminal >= 0) {
		if (ioctl(0, TIOCSCTTY, 0) ||
		    fchown(0, run->config->process.uid, (gid_t)-1))
			return -1;
	}
	return 0;
}

/* Standard descriptors move only to where none of the three is still needed. */
static int stdio_lift(struct hull_ct_run *run, struct hull_ct_place *place)
{
	int i;

	*place = *run->place;
	for (i = 0; i < 3; i++)
		if (place->stdio[i] >= 0 && place->stdio[i] < 3 && place->stdio[i] != i) {
			place->stdio[i] = fcntl(place->stdio[i], F_DUPFD_CLOEXEC, 3);
			if (place->stdio[i] < 0)
				return -1;
		}
	run->place = place;
	return 0;
}

/* May this process set groups? Not where the user namespace says "deny". */
static bool groups_kept(const struct hull_ct_run *run)
{
	char text[8] = "";
	int fd;

	if (!run->user_ns && !geteuid())
		return false;
	fd = openat(run->proc, "self/setgroups", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return !strncmp(text, "deny", 4);
}

/* For the exec of the starter by a user id that is not 0. */
static void capabilities_keep(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	int cap;

	if (!getuid() || syscall(SYS_capget, &header, data))
		return;
	data[0].inheritable = data[0].permitted;
	data[1].inheritable = data[1].permitted;
	syscall(SYS_capset, &header, data);
	for (cap = 0; cap < 64; cap++)
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
}

int hull_ct_become(struct hull_ct_run *run, int starter, struct hull_ct_block *block)
{
	const struct hull_ct_process *p = &run->config->process;
	unsigned int first = 3 + p->preserve_fds;
	struct hull_ct_place place;
	char number[16], name[] = "hull-start";
	char **argv;
	int pipes[2];
	size_t i;

	run->object = "become the program";
	argv = calloc(p->args.n + 3, sizeof(*argv));
	if (!argv || pipe2(pipes, O_CLOEXEC))
		return -1;
	/* What the caller had open is not for the starter, which follows names of the image. */
	if (close_range(first, ~0u, CLOSE_RANGE_CLOEXEC))
		return -1;
	block->channel = high(run->channel, first);
	block->gate = high(run->place->gate, first);
	block->proc = high(run->proc, first);
	block->ruleset = high(run->ruleset, first);
	block->cgroup = high(run->cgroup, first);
	block->first_fd = first;
	block->flags |= run->place->tied ? HULL_CT_START_TIED : 0;
	if (groups_kept(run))
		block->n_groups = HULL_CT_GROUPS_KEEP;
	if (write(pipes[1], block, block->size) != (ssize_t)block->size)
		return -1;
	snprintf(number, sizeof(number), "%d", high(pipes[0], first));
	argv[0] = name;
	argv[1] = number;
	for (i = 0; i < p->args.n; i++)
		argv[2 + i] = (char *)(uintptr_t)p->args.at[i];
	if (stdio_lift(run, &place) || stdio_set(run))
		return -1;
	capabilities_keep();
	execveat(starter, "", argv, p->env.n ? (char **)(uintptr_t)p->env.at :
		 (char *[]){ NULL }, AT_EMPTY_PATH);
	return -1;
}
