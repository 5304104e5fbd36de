// SPDX-License-Identifier: GPL-2.0-only
/*
 * start - the last steps of a container's first process, and of each that joins it later
 *
 *   hull-start BLOCK PROGRAM ARGUMENT...
 *
 * Executed from a sealed file in memory, so that /proc/self/exe leads to nothing of the
 * host's even if PROGRAM is a script with that as its interpreter (CVE-2019-5736). Has no
 * C library: it takes a few pages, and each start pays for them.
 *
 * BLOCK is the number of a descriptor to read a struct hull_ct_block from.
 */
#include <stdbool.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/fcntl.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <asm/signal.h>
#include <asm/unistd.h>

#include <container/start/start.h>
#include <container/start/sys.h>

#define BLOCK_MAX	(96 * 1024)
#define EACCES		13
#define ENOENT		2
#define ENOTDIR		20
#define EXDEV		18
#define ENAMETOOLONG	36
#define PATH_LEN	4096
#define MSG_NOSIGNAL	0x4000
#define X_OK		1
#define DEFAULT_PATH	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static union {
	struct hull_ct_block block;
	char bytes[BLOCK_MAX];
} store;
static struct hull_ct_block *const block = &store.block;
static bool filtered;

/* The compiler may ask for them. */
void *memset(void *to, int c, unsigned long n)
{
	char *p = to;

	while (n--)
		*p++ = (char)c;
	return to;
}

void *memcpy(void *to, const void *from, unsigned long n)
{
	const char *f = from;
	char *p = to;

	while (n--)
		*p++ = *f++;
	return to;
}

void start_exit(int status)
{
	for (;;)
		sys(exit_group, status);
}

/* The number of the step and the errno, and that is the end. */
static void fail(enum hull_ct_start_step step, long code)
{
	struct start_message message = { HULL_CT_FAILED, -1 - (int)step, (int)-code, { 0 } };

	/* Nobody may be there to read it: then the status alone tells. */
	sys(sendto, block->channel, &message, sizeof(message), MSG_NOSIGNAL, 0);
	start_exit(step != HULL_CT_START_EXEC ? 125 : code == -ENOENT ? 127 : 126);
}

static void need(enum hull_ct_start_step step, long ret)
{
	if (ret < 0)
		fail(step, ret);
}

static void *at(unsigned int offset)
{
	return store.bytes + offset;
}

static void block_read(const char *number)
{
	unsigned long have = 0;
	int fd = 0;
	long ret;

	while (*number)
		fd = fd * 10 + (*number++ - '0');
	do {
		ret = sys(read, fd, store.bytes + have, BLOCK_MAX - have);
		if (ret <= 0)
			start_exit(125);
		have += (unsigned long)ret;
	} while (have < sizeof(*block) || have < block->size);
	sys(close, fd);
}

/* "exec LABEL" by the host's procfs: a faked one could make it nothing (CVE-2019-19921). */
static void label_write(void)
{
	const char *label = at(block->label);
	unsigned long size = 0;
	long fd;

	if (!block->label)
		return;
	while (label[size])
		size++;
	fd = sys(openat, block->proc, at(block->label_file), O_WRONLY | O_CLOEXEC, 0);
	need(HULL_CT_START_LABEL, fd);
	need(HULL_CT_START_LABEL, sys(write, fd, label, size));
	sys(close, fd);
}

/* The host's procfs has served: no name may lead there any more. */
static void label_set(void)
{
	label_write();
	if (block->proc >= 0)
		sys(close, block->proc);
	block->proc = -1;
}

static void bounding_set(void)
{
	unsigned int cap;

	for (cap = 0; cap < 64; cap++)
		if (!(block->bounding >> cap & 1) && sys(prctl, PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			break;		/* EINVAL: above the last one */
	/* Of those beyond it nobody has any; EPERM with some left is an error. */
	if (cap < 64 && sys(prctl, PR_CAPBSET_READ, cap, 0, 0, 0) > 0)
		fail(HULL_CT_START_CAPS, -1);
}

static void capabilities_set(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	unsigned int cap;

	for (cap = 0; cap < 2; cap++) {
		data[cap].effective = (unsigned int)(block->effective >> 32 * cap);
		data[cap].permitted = (unsigned int)(block->permitted >> 32 * cap);
		data[cap].inheritable = (unsigned int)(block->inheritable >> 32 * cap);
	}
	need(HULL_CT_START_CAPS, sys(capset, &header, data));
	need(HULL_CT_START_CAPS, sys(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
	for (cap = 0; cap < 64; cap++)
		if (block->ambient >> cap & 1)
			need(HULL_CT_START_CAPS,
			     sys(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0));
}

static void filter_set(void)
{
	struct sock_fprog program = { (unsigned short)block->n_filter, at(block->filter) };
	struct start_message message = { HULL_CT_LISTENER, -1, 0, { 0 } };
	long fd;

	if (!block->n_filter)
		return;
	fd = sys(seccomp, SECCOMP_SET_MODE_FILTER, block->filter_flags, &program);
	need(HULL_CT_START_SECCOMP, fd);
	filtered = true;
	if (!(block->filter_flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
		return;
	need(HULL_CT_START_SECCOMP, start_message_send(block->channel, &message, (int)fd));
	sys(close, fd);
}

/*
 * Into the working directory, which must be one of the container's: by /proc/self/fd a name
 * leads to whatever a descriptor stands for that was handed on (CVE-2024-21626).
 */
static void directory_enter(void)
{
	static char path[PATH_LEN];

	need(HULL_CT_START_CWD, sys(chdir, at(block->cwd)));
	need(HULL_CT_START_CWD, sys(getcwd, path, sizeof(path)));
	if (path[0] != '/')		/* "(unreachable)" */
		fail(HULL_CT_START_CWD, -EXDEV);
}

static void identity_set(void)
{
	int caps = block->flags & HULL_CT_START_CAPS_GIVEN;

	if (caps)
		bounding_set();
	/* A filter without no_new_privs needs CAP_SYS_ADMIN, which goes now. */
	if (!(block->flags & HULL_CT_START_NNP))
		filter_set();
	if (block->n_groups != HULL_CT_GROUPS_KEEP)
		need(HULL_CT_START_GROUPS, sys(setgroups, block->n_groups, at(block->groups)));
	if (caps && block->uid)
		need(HULL_CT_START_CAPS, sys(prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0));
	need(HULL_CT_START_GID, sys(setresgid, block->gid, block->gid, block->gid));
	need(HULL_CT_START_UID, sys(setresuid, block->uid, block->uid, block->uid));
	/* Not as root any more: what root's rights let it enter may be closed to it. */
	directory_enter();
	if (caps)
		capabilities_set();
	if (block->flags & HULL_CT_START_NNP)
		need(HULL_CT_START_PRIVS, sys(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	if (block->ruleset >= 0)
		need(HULL_CT_START_LANDLOCK, sys(landlock_restrict_self, block->ruleset, 0));
	if (block->flags & HULL_CT_START_UMASK)
		sys(umask, block->umask);
}

static void gate_wait(void)
{
	struct start_message message = { HULL_CT_READY, -1, 0, { 0 } };
	long ret;
	char byte;

	/* Another user id has let go of it. Who is gone by now doesn't open the gate. */
	sys(prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (block->flags & HULL_CT_START_NO_GATE)
		goto open;
	need(HULL_CT_START_GATE, sys(write, block->channel, &message, sizeof(message)));
	ret = sys(read, block->channel, &message, sizeof(message));
	if (block->gate >= 0 && ret > 0) {
		/* Whoever gets the listener is there now, and maybe not later. */
		if (block->flags & HULL_CT_START_NNP &&
		    block->filter_flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) {
			filter_set();
			block->n_filter = 0;
		}
		sys(prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0);
		message.kind = HULL_CT_READY;
		need(HULL_CT_START_GATE, sys(write, block->channel, &message, sizeof(message)));
		ret = sys(read, block->gate, &byte, 1);
		sys(close, block->gate);
	}
	if (ret <= 0)		/* whoever made us is gone */
		start_exit(125);
open:
	if (!(block->flags & HULL_CT_START_TIED))
		sys(prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0);
}

static const char *path_variable(char **env)
{
	const char *path = DEFAULT_PATH;

	for (; *env; env++)
		if ((*env)[0] == 'P' && (*env)[1] == 'A' && (*env)[2] == 'T' &&
		    (*env)[3] == 'H' && (*env)[4] == '=')
			path = *env + 5;
	return path;
}

/* One element of PATH; the next one or NULL. */
static const char *candidate(char *to, const char *path, const char *name)
{
	unsigned long n = 0;

	while (*path && *path != ':' && n < PATH_LEN / 2)
		to[n++] = *path++;
	if (!n)
		to[n++] = '.';
	to[n++] = '/';
	while (*name && n < PATH_LEN - 1)
		to[n++] = *name++;
	to[n] = '\0';
	while (*path && *path != ':')
		path++;
	return *path ? path + 1 : (void *)0;
}

static bool has_slash(const char *name)
{
	while (*name && *name != '/')
		name++;
	return *name;
}

/*
 * Where it seems to be. Asking costs a tenth of an execve() that fails, but is for filters
 * that are not there yet: what they do about this call is theirs.
 */
static const char *find(char *file, const char *name, char **env)
{
	const char *path;

	if (has_slash(name))
		return name;
	for (path = path_variable(env); path; ) {
		path = candidate(file, path, name);
		if (!sys(faccessat, AT_FDCWD, file, X_OK))
			return file;
	}
	return (void *)0;
}

static long execute(const char *found, char **args, char **env)
{
	static char file[PATH_LEN];
	const char *path;
	long ret, worst = -ENOENT;

	if (found) {
		ret = sys(execve, found, args, env);
		if (found == args[0])
			return ret;
	}
	for (path = path_variable(env); path; ) {
		path = candidate(file, path, args[0]);
		ret = sys(execve, file, args, env);
		if (ret == -EACCES)
			worst = ret;
		else if (ret != -ENOENT && ret != -ENOTDIR && ret != -ENAMETOOLONG)
			return ret;
	}
	return worst;
}

/* Never returns. */
static void become(char **args, char **env)
{
	static char file[PATH_LEN];
	const char *found = has_slash(args[0]) ? args[0] : (void *)0;

	if (!filtered)
		found = find(file, args[0], env);
	/* Now it is the container's, and under its policy: none of what went before is done by it. */
	if (block->cgroup >= 0)
		need(HULL_CT_START_CGROUP, sys(write, block->cgroup, "0", 1));
	if (block->flags & HULL_CT_START_NNP)
		filter_set();
	/* Ours are above those to be kept, and not needed any more. */
	sys(close_range, block->first_fd, ~0u, CLOSE_RANGE_CLOEXEC);
	fail(HULL_CT_START_EXEC, execute(found, args, env));
}

void start_main(long *stack);
void start_main(long *stack)
{
	char **argv = (char **)(stack + 1), **env = argv + stack[0] + 1;

	/* What a process inside could see of us through /proc is nothing of the host's. */
	sys(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
	block_read(argv[1]);
	label_set();
	identity_set();
	gate_wait();
	if (block->flags & HULL_CT_START_INIT)
		start_init(block->channel, block->flags & HULL_CT_START_TTY);
	become(argv + 2, env);
}

__asm__(".globl _start\n"
	"_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call start_main\n"
	"	hlt\n");
