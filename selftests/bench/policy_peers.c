// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "policy_peers.h"

/* All that the first version of Landlock knows. */
#define ALL_FILES	((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

static void landlock_enter(void)
{
	static const char *const below[] = {
		"/etc", "/bin", "/usr", "/lib", "/dev", "/proc", "/tmp", "/var", "/home", "/sys",
	};
	struct landlock_ruleset_attr set = { .handled_access_fs = ALL_FILES };
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
				  LANDLOCK_ACCESS_FS_READ_DIR,
	};
	int fd = (int)syscall(SYS_landlock_create_ruleset, &set, sizeof(set), 0);
	unsigned int i;

	if (fd < 0)
		err(1, "landlock");
	for (i = 0; i < sizeof(below) / sizeof(*below); i++) {
		rule.parent_fd = open(below[i], O_PATH | O_CLOEXEC);
		if (rule.parent_fd < 0 ||
		    syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
			err(1, "landlock: %s", below[i]);
		close(rule.parent_fd);
	}
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscall(SYS_landlock_restrict_self, fd, 0))
		err(1, "landlock");
	close(fd);
}

/* As container engines do it: a list of what is allowed, an error for the rest. */
static void seccomp_enter(void)
{
	static const int allowed[] = {
		SYS_read, SYS_write, SYS_close, SYS_fstat, SYS_lseek, SYS_mmap, SYS_mprotect,
		SYS_munmap, SYS_brk, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn,
		SYS_ioctl, SYS_pread64, SYS_pwrite64, SYS_readv, SYS_writev, SYS_access, SYS_pipe,
		SYS_select, SYS_sched_yield, SYS_mremap, SYS_madvise, SYS_dup, SYS_dup2, SYS_pause,
		SYS_nanosleep, SYS_getpid, SYS_sendfile, SYS_socket, SYS_connect, SYS_accept,
		SYS_sendto, SYS_recvfrom, SYS_shutdown, SYS_bind, SYS_listen, SYS_setsockopt,
		SYS_getsockopt, SYS_clone, SYS_fork, SYS_vfork, SYS_execve, SYS_exit, SYS_wait4,
		SYS_kill, SYS_uname, SYS_fcntl, SYS_getcwd, SYS_chdir, SYS_mkdir, SYS_unlink,
		SYS_getppid, SYS_arch_prctl, SYS_futex, SYS_epoll_wait, SYS_exit_group,
		SYS_openat, SYS_newfstatat, SYS_pipe2, SYS_clock_gettime, SYS_getrandom, SYS_prctl,
		SYS_set_robust_list,
	};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(1));
	unsigned int i;

	for (i = 0; filter && i < sizeof(allowed) / sizeof(*allowed); i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0))
			errx(1, "seccomp: call %d", allowed[i]);
	if (!filter || seccomp_load(filter))
		errx(1, "seccomp");
	seccomp_release(filter);
}

static void apparmor_enter(const char *profile)
{
	int fd = open("/proc/self/attr/apparmor/current", O_RDWR | O_CLOEXEC);
	char text[64];
	int len = snprintf(text, sizeof(text), "changeprofile %s", profile);

	if (fd < 0 || write(fd, text, (size_t)len) != len)
		err(1, "apparmor: %s", profile);
	close(fd);
}

void peer_enter(const char *what)
{
	if (!strcmp(what, "landlock"))
		landlock_enter();
	else if (!strcmp(what, "seccomp"))
		seccomp_enter();
	else if (!strncmp(what, "apparmor=", 9))
		apparmor_enter(what + 9);
	else
		errx(2, "%s: landlock, seccomp or apparmor=PROFILE expected", what);
}
