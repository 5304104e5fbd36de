// SPDX-License-Identifier: GPL-2.0-only
/* Keys, namespaces, mounts, clocks, memory, control groups: what takes privilege. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/mempolicy.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "groups.h"
#include "rows.h"

#define A	"/tmp/h/a"

#ifndef RWF_NOAPPEND
#define RWF_NOAPPEND	0x20
#endif

/* ---- keys ---- */

static long key_new(void)
{
	return syscall(SYS_add_key, "user", "hull", "x", 1, KEY_SPEC_PROCESS_KEYRING);
}

static int do_key_view(void)
{
	char text[128];

	return result(syscall(SYS_keyctl, KEYCTL_DESCRIBE, key_new(), text, sizeof(text)));
}

static int do_key_read(void)
{
	char text[8];

	return result(syscall(SYS_keyctl, KEYCTL_READ, key_new(), text, sizeof(text)));
}

static int do_key_write(void)
{
	long key = key_new();

	return key < 0 ? errno : result(syscall(SYS_keyctl, KEYCTL_UPDATE, key, "y", 1));
}

static int do_key_search(void)
{
	key_new();
	return result(syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_PROCESS_KEYRING, "user", "hull",
			      0));
}

static int do_key_link(void)
{
	return result(syscall(SYS_keyctl, KEYCTL_LINK, key_new(), KEY_SPEC_THREAD_KEYRING));
}

static int do_key_setattr(void)
{
	return result(syscall(SYS_keyctl, KEYCTL_SETPERM, key_new(), 0x3f3f0000));
}

/* ---- namespaces ---- */

static int make(int kind)
{
	return result(unshare(kind));
}

static int do_new_mnt(void)
{
	return make(CLONE_NEWNS);
}

static int do_new_pid(void)
{
	return make(CLONE_NEWPID);
}

static int do_new_ipc(void)
{
	return make(CLONE_NEWIPC);
}

static int do_new_cgroup(void)
{
	return make(CLONE_NEWCGROUP);
}

static int do_new_time(void)
{
	return make(CLONE_NEWTIME);
}

/* ---- mounts ---- */

static int do_pivot(void)
{
	if (mount("none", "/tmp/h/sub", "tmpfs", 0, NULL) || mkdir("/tmp/h/sub/old", 0700))
		return ENODATA;
	return result(syscall(SYS_pivot_root, "/tmp/h/sub", "/tmp/h/sub/old"));
}

static int do_fspick(void)
{
	return result(syscall(SYS_fspick, AT_FDCWD, "/proc", 0));
}

static int do_move(void)
{
	if (mount("none", "/tmp/h/sub", "tmpfs", 0, NULL) || mkdir("/tmp/h/to", 0700))
		return ENODATA;
	return result(mount("/tmp/h/sub", "/tmp/h/to", NULL, MS_MOVE, NULL));
}

static int do_fsmount(void)
{
	int fs = syscall(SYS_fsopen, "tmpfs", 0);

	if (fs < 0 || syscall(SYS_fsconfig, fs, 6, NULL, NULL, 0))
		return fs < 0 ? ENODATA : errno;
	return result(syscall(SYS_fsmount, fs, 0, 0));
}

static int do_mount_nosuid(void)
{
	return result(mount("none", "/tmp/h/sub", "tmpfs", MS_NOSUID, NULL));
}

static int do_mount_source(void)
{
	return result(mount("hullsource", "/tmp/h/sub", "tmpfs", 0, NULL));
}

/* ---- tasks ---- */

static int do_prlimit(void)
{
	struct rlimit limit = { 100, 100 };
	pid_t pid = fork();
	int ret;

	if (!pid)
		for (;;)
			pause();
	ret = result(prlimit(pid, RLIMIT_NOFILE, &limit, NULL));
	kill(pid, SIGKILL);
	return ret;
}

static int do_inspect(void)
{
	char text[64];
	pid_t pid = fork();
	int ret;

	if (!pid)
		for (;;)
			pause();
	snprintf(text, sizeof(text), "/proc/%d/environ", pid);
	ret = result(open(text, O_RDONLY));
	kill(pid, SIGKILL);
	return ret;
}

static int do_seccomp_option(void)
{
	return result(prctl(PR_GET_DUMPABLE));
}

/* An errno that would mean to the kernel that nobody has said anything. */
static int do_prctl_name(void)
{
	return result(prctl(PR_SET_NAME, "other"));
}

/* ---- the kernel ---- */

static int do_syslog_control(void)
{
	return result(klogctl(8, NULL, 7));
}

static int do_adjtime(void)
{
	struct timex by = { .modes = ADJ_MAXERROR, .maxerror = 1000000 };

	return result(adjtimex(&by));
}

static int do_adjtime_ask(void)
{
	struct timex by = { .modes = 0 };

	return result(adjtimex(&by)) ?: do_adjtime();
}

static int do_perf_read(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_CPU_CLOCK,
	};
	int fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	long long n;

	return fd < 0 ? ENODATA : result(read(fd, &n, sizeof(n)));
}

static int do_low(void)
{
	void *at = mmap((void *)4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
			0);

	return at == MAP_FAILED ? errno : 0;
}

static int do_move_pages(void)
{
	unsigned long all = 1;

	return result(syscall(SYS_migrate_pages, 0, 2, &all, &all));
}

static int do_module_file(void)
{
	int fd = open(A, O_RDONLY), ret;

	ret = result(syscall(SYS_finit_module, fd, "", 0));
	return ret == ENOEXEC ? 0 : ret;
}

/* ---- files ---- */

static int do_remove_xattr(void)
{
	return result(removexattr("/tmp/h/x", "trusted.hull"));
}

static int do_get_xattr(void)
{
	char value;

	if (setxattr(A, "trusted.hull", "x", 1, 0))
		return ENOSYS;
	return result(getxattr(A, "trusted.hull", &value, 1));
}

static int do_unappend_map(void)
{
	int fd = open(A, O_RDWR | O_APPEND);
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return at == MAP_FAILED ? errno : 0;
}

static int do_unappend_protect(void)
{
	int fd = open(A, O_RDWR | O_APPEND);
	void *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	return at == MAP_FAILED ? ENODATA : result(mprotect(at, 4096, PROT_READ | PROT_WRITE));
}

static int do_unappend_once(void)
{
	int fd = open(A, O_WRONLY | O_APPEND), ret;
	struct iovec data = { "x", 1 };

	ret = result(syscall(SYS_pwritev2, fd, &data, 1, 0, 0, RWF_NOAPPEND));
	return ret == EOPNOTSUPP ? ENOSYS : ret;
}

static int do_tmpfile_link(void)
{
	int fd = open("/tmp/h", O_TMPFILE | O_RDWR, 0600);
	char text[64];

	if (fd < 0)
		return ENOSYS;
	snprintf(text, sizeof(text), "/proc/self/fd/%d", fd);
	return result(linkat(AT_FDCWD, text, AT_FDCWD, "/tmp/h/new", AT_SYMLINK_FOLLOW));
}

static int do_link_name(void)
{
	write_text("/tmp/h/secret.key", "x");
	return result(link("/tmp/h/secret.key", "/tmp/h/secret.txt"));
}

static int do_move_beneath_pattern(void)
{
	if (mkdir("/tmp/h/sub/deep", 0700))
		return ENODATA;
	write_text("/tmp/h/sub/deep/secret.key", "x");
	rmdir("/tmp/hull-away");
	if (rename("/tmp/h/sub/deep", "/tmp/hull-away"))
		return errno;
	unlink("/tmp/hull-away/secret.key");
	return result(rmdir("/tmp/hull-away"));
}

/* ---- control groups ---- */

static int do_cgroup_move(void)
{
	mkdir(CGROUPS "/hulltest/a/rows", 0755);
	return write_text(CGROUPS "/hulltest/a/rows/cgroup.procs", "0");
}

static int do_cgroup_write(void)
{
	mkdir(CGROUPS "/hulltest/a/rows", 0755);
	return write_text(CGROUPS "/hulltest/a/rows/cgroup.max.depth", "5");
}

const struct row privilege_rows[] = {
	{ "deny key view", do_key_view, EACCES },
	{ "deny key read", do_key_read, EPERM },
	{ "deny key write", do_key_write, EACCES },
	{ "deny key search", do_key_search, EACCES },
	{ "deny key link", do_key_link, EACCES },
	{ "deny key setattr", do_key_setattr, EACCES },
	{ "deny namespace create mnt", do_new_mnt, EPERM },
	{ "deny namespace create pid", do_new_pid, EPERM },
	{ "deny namespace create ipc", do_new_ipc, EPERM },
	{ "deny namespace create cgroup", do_new_cgroup, EPERM },
	{ "deny namespace create time", do_new_time, EPERM },
	{ "deny mount pivot", do_pivot, EPERM },
	{ "deny mount remount", do_fspick, EPERM },
	{ "deny mount move", do_move, EPERM },
	{ "deny mount mount type tmpfs", do_fsmount, EPERM },
	{ "deny mount mount with nosuid", do_mount_nosuid, EPERM },
	{ "deny mount mount source hullsource", do_mount_source, EPERM },
	{ "deny mount mount on /tmp/h", do_mount_source, EPERM },
	{ "deny rlimit prlimit nofile", do_prlimit, EPERM },
	{ "deny ptrace inspect", do_inspect, EACCES },
	{ "deny prctl use 3", do_seccomp_option, EPERM },
	{ "deny=ENOSYS prctl use set_name", do_prctl_name, EINVAL },
	{ "deny=530 prctl use set_name", do_prctl_name, EPERM },
	{ "deny syslog control", do_syslog_control, EPERM },
	{ "deny time set", do_adjtime, EPERM },
	{ "deny time set", do_adjtime_ask, EPERM },
	{ "deny perf read", do_perf_read, EPERM },
	{ "deny memory low", do_low, EACCES },
	{ "deny memory move", do_move_pages, EACCES },
	{ "deny module load", do_module_file, EPERM },
	{ "deny file xattr /tmp/h", do_remove_xattr, EACCES },
	{ "deny file stat /tmp/h/a", do_get_xattr, EACCES },
	{ "deny file write /tmp/h", do_unappend_map, EACCES },
	{ "deny file write /tmp/h", do_unappend_protect, EACCES },
	{ "deny file write /tmp/h", do_unappend_once, EACCES },
	{ "deny file create /tmp/h", do_tmpfile_link, EACCES },
	{ "deny file read /tmp/h/**/*.key", do_link_name, EXDEV },
	{ "deny file read /tmp/h/**/*.key", do_move_beneath_pattern, EXDEV },
	{ "deny cgroup move", do_cgroup_move, EPERM },
	{ "deny cgroup write", do_cgroup_write, EPERM },
};

const unsigned int privilege_rows_n = sizeof(privilege_rows) / sizeof(privilege_rows[0]);
