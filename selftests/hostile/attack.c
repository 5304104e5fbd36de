// SPDX-License-Identifier: GPL-2.0-only
/*
 * attack - what a program in a group tries against what is outside
 *
 *	attack WHAT [ARGUMENT]
 *
 * Exits with 0 if nothing got through, else with 1 and a line "THROUGH: ..." for each.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MARKER	"host-marker"	/* a file in the host's root */

static int through;

static void got(const char *what, const char *more)
{
	printf("THROUGH: %s %s\n", what, more);
	through = 1;
}

/* --- calls that a group has no business to make ------------------------------------------- */

static void refused(const char *what, long ret)
{
	if (ret >= 0)
		got(what, "was not refused");
}

static void calls(const char *argument)
{
	static char zero[4096];
	struct timespec time = { 1, 0 };

	(void)argument;
	refused("mount", mount("none", "/tmp", "tmpfs", 0, NULL));
	refused("bind mount", mount("/proc/self", "/tmp", NULL, MS_BIND, NULL));
	refused("remount of /sys", mount(NULL, "/sys", NULL, MS_REMOUNT | MS_BIND, NULL));
	refused("umount of /proc/keys", umount2("/proc/keys", MNT_DETACH));
	refused("umount of /proc/sys", umount2("/proc/sys", MNT_DETACH));
	refused("umount of /dev", umount2("/dev", MNT_DETACH));
	refused("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp"));
	refused("fsopen", syscall(SYS_fsopen, "proc", 0));
	refused("open_tree", syscall(SYS_open_tree, AT_FDCWD, "/proc", 1));
	refused("unshare mounts", unshare(CLONE_NEWNS));
	refused("unshare users", unshare(CLONE_NEWUSER));
	refused("unshare cgroups", unshare(CLONE_NEWCGROUP));
	refused("setns", setns(open("/proc/1/ns/mnt", O_RDONLY), 0));
	refused("bpf", syscall(SYS_bpf, 0, zero, 72));
	refused("perf_event_open", syscall(SYS_perf_event_open, zero, -1, 0, -1, 0));
	refused("init_module", syscall(SYS_init_module, zero, 64, ""));
	refused("kexec_load", syscall(SYS_kexec_load, 0, 0, zero, 0));
	refused("reboot", syscall(SYS_reboot, 0xfee1dead, 672274793, 0, NULL));
	refused("swapon", syscall(SYS_swapon, "/bin/busybox", 0));
	refused("settime", clock_settime(CLOCK_REALTIME, &time));
	refused("iopl", syscall(SYS_iopl, 3));
	refused("acct", syscall(SYS_acct, "/tmp/acct"));
	refused("add_key", syscall(SYS_add_key, "user", "k", "v", 1, -4));
	refused("open_by_handle_at", syscall(SYS_open_by_handle_at, AT_FDCWD, zero, O_RDONLY));
	refused("userfaultfd", syscall(SYS_userfaultfd, 0));
	refused("higher limit", setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 1 << 20, 1 << 20 }));
	refused("real-time priority", sched_setscheduler(0, SCHED_FIFO,
							 &(struct sched_param){ 50 }));
	refused("priority", setpriority(PRIO_PROCESS, 0, -20));
}

/* --- device nodes, which anybody with CAP_MKNOD may make --------------------------------- */

static void devices(const char *argument)
{
	static const struct {
		const char *what;
		mode_t type;
		unsigned int major, minor;
	} nodes[] = {
		{ "memory", S_IFCHR, 1, 1 }, { "ports", S_IFCHR, 1, 4 },
		{ "the kernel's log", S_IFCHR, 1, 11 }, { "the host's terminal", S_IFCHR, 4, 0 },
		{ "its serial line", S_IFCHR, 4, 64 }, { "fuse", S_IFCHR, 10, 229 },
		{ "tun", S_IFCHR, 10, 200 }, { "a disk", S_IFBLK, 8, 0 },
		{ "a virtual disk", S_IFBLK, 254, 0 }, { "a loop", S_IFBLK, 7, 0 },
	};
	size_t i;
	int fd;

	(void)argument;
	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		unlink("/tmp/node");
		if (mknod("/tmp/node", nodes[i].type | 0666,
			  makedev(nodes[i].major, nodes[i].minor)))
			continue;
		fd = open("/tmp/node", O_RDWR | O_NONBLOCK);
		if (fd >= 0 || errno != EPERM)
			got("device of", nodes[i].what);
	}
	unlink("/tmp/node");
}

/* --- files of the kernel's ------------------------------------------------------------------ */

static void files(const char *argument)
{
	static const char *const writable[] = {
		"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe",
		"/proc/sys/kernel/hostname", "/proc/sys/vm/panic_on_oom",
		"/proc/sys/vm/drop_caches", "/proc/sys/fs/binfmt_misc/register",
		"/proc/sysrq-trigger", "/proc/irq/default_smp_affinity", "/proc/fs/ext4",
		"/proc/mtrr", "/proc/kcore", "/proc/timer_list", "/sys/kernel/uevent_helper",
		"/sys/kernel/mm/ksm/run", "/sys/power/state", "/sys/module/hull/parameters",
		"/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/memory.max",
		"/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/cgroup.subtree_control",
		"/sys/fs/cgroup/cgroup.kill", "/sys/fs/cgroup/cgroup.freeze",
		"/sys/fs/cgroup/release_agent", "/dev/kmsg", "/dev/mem", "/dev/hull",
	};
	struct stat null, st;
	size_t i;
	int fd;

	(void)argument;
	if (stat("/dev/null", &null))
		got("/dev/null", "is not there");
	for (i = 0; i < sizeof(writable) / sizeof(writable[0]); i++) {
		fd = open(writable[i], O_WRONLY);
		/* Masked: whatever is written is gone. */
		if (fd >= 0 && (fstat(fd, &st) || st.st_rdev != null.st_rdev))
			got("can be written:", writable[i]);
		if (fd >= 0)
			close(fd);
	}
	if (!mkdir("/sys/fs/cgroup/own", 0755))
		got("made", "a cgroup");
	fd = open("/proc/self/oom_score_adj", O_WRONLY);
	if (fd >= 0 && write(fd, "-1000", 5) == 5)
		got("is spared", "when memory is out");
}

/* --- out of the root ------------------------------------------------------------------------- */

static void look(const char *what, const char *directory)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/" MARKER, directory);
	if (!access(path, F_OK))
		got(what, path);
}

static void look_by_links(const char *process)
{
	char path[512];
	int i;

	snprintf(path, sizeof(path), "%s/root", process);
	look("root of", path);
	snprintf(path, sizeof(path), "%s/cwd", process);
	look("directory of", path);
	for (i = 0; i < 64; i++) {
		snprintf(path, sizeof(path), "%s/fd/%d", process, i);
		look("descriptor", path);
		snprintf(path, sizeof(path), "%s/fd/%d/..", process, i);
		look("above descriptor", path);
		snprintf(path, sizeof(path), "%s/fd/%d/1/root", process, i);
		look("processes at descriptor", path);
	}
}

static void root(const char *argument)
{
	int here = open("/", O_RDONLY | O_DIRECTORY), i;
	char up[300] = ".";

	(void)argument;
	look_by_links("/proc/self");
	look_by_links("/proc/1");
	for (i = 0; i < 60; i++)
		strcat(up, "/..");
	look("up", up);
	mkdir("/tmp/deeper", 0755);
	if (!chroot("/tmp/deeper") && !fchdir(here)) {
		look("out of a chroot", up);
		for (i = 0; i < 60 && !chdir(".."); i++)
			look("out of a chroot", ".");
	}
}

/* --- who comes in from outside ---------------------------------------------------------------- */

static bool own_file(int fd)
{
	static dev_t own;
	struct stat st;

	if (!own && !stat("/", &st))
		own = st.st_dev;
	return !fstat(fd, &st) && st.st_dev == own;
}

static void exe_overwrite(const char *process)
{
	char path[512], again[64];
	int fd, writable;

	snprintf(path, sizeof(path), "%s/exe", process);
	fd = open(path, O_PATH);
	if (fd < 0 || own_file(fd))
		goto out;
	snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
	writable = open(again, O_WRONLY);
	if (writable < 0)
		writable = open(again, O_RDWR | O_TRUNC);
	if (writable >= 0 && write(writable, "#!", 2) == 2)
		got("wrote to the program of", process);
	if (writable >= 0)
		close(writable);
out:
	if (fd >= 0)
		close(fd);
}

static void trace(const char *process, pid_t pid)
{
	char path[512];
	int exe;

	snprintf(path, sizeof(path), "%s/exe", process);
	exe = open(path, O_PATH);
	/* A program of our own root is no more than we are. */
	if (exe >= 0 && own_file(exe)) {
		close(exe);
		return;
	}
	if (exe >= 0)
		close(exe);
	if (!ptrace(PTRACE_SEIZE, pid, 0, 0)) {
		exe = open(path, O_PATH);
		/* One of the host's, or one that still has more rights than we. */
		if (exe >= 0 && !own_file(exe))
			got("traces", process);
		ptrace(PTRACE_DETACH, pid, 0, 0);
	}
}

/* For so many seconds, whoever comes: its files, its program, and if @traced itself. */
static void watch_all(const char *argument, bool traced)
{
	time_t end = time(NULL) + (argument ? atoi(argument) : 1);
	struct dirent *entry;
	char process[300];
	DIR *proc;
	pid_t pid;

	printf("watching\n");
	fflush(stdout);
	while (time(NULL) < end) {
		proc = opendir("/proc");
		while (proc && (entry = readdir(proc))) {
			pid = atoi(entry->d_name);
			if (pid <= 0 || pid == getpid())
				continue;
			snprintf(process, sizeof(process), "/proc/%d", pid);
			exe_overwrite(process);
			if (traced)
				trace(process, pid);
			look_by_links(process);
		}
		if (proc)
			closedir(proc);
	}
	printf("watched\n");
}

static void watch(const char *argument)
{
	watch_all(argument, true);
}

/* A starter that the group itself executes has no more rights than the group. */
static void overwrite(const char *argument)
{
	watch_all(argument, false);
}

/* A directory and a symbolic link to the host's root change places, again and again. */
static void swap(const char *argument)
{
	char link[300];

	if (!argument)
		return;
	snprintf(link, sizeof(link), "%s.link", argument);
	mkdir(argument, 0755);
	if (symlink("/../../../../../../..", link) && errno != EEXIST)
		got("no link", link);
	for (;;)
		syscall(SYS_renameat2, AT_FDCWD, argument, AT_FDCWD, link, RENAME_EXCHANGE);
}

/* --- out of bounds --------------------------------------------------------------------------- */

static void forks(const char *argument)
{
	unsigned long refusals = 0;

	(void)argument;
	for (;;) {
		pid_t pid = fork();

		/* Each of them does the same. */
		if (pid < 0 && ++refusals % 1000 == 0)
			sched_yield();
	}
}

static void memory(const char *argument)
{
	size_t piece = 1 << 20;
	char *p;

	(void)argument;
	for (;;) {
		p = mmap(NULL, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p != MAP_FAILED)
			memset(p, 1, piece);
	}
}

static void descriptors(const char *argument)
{
	int n = 0;

	while (open("/", O_PATH) >= 0)
		n++;
	printf("%d\n", n);
	if (argument)
		pause();
}

static void signals(const char *argument)
{
	pid_t pid;

	(void)argument;
	signal(SIGTERM, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	if (!kill(0, 0) && getpgid(0) == 0)
		got("is in a process group", "of the host's");
	for (pid = 2; pid < 5000; pid++) {
		if (pid == getpid())
			continue;
		if (!ptrace(PTRACE_SEIZE, pid, 0, 0))
			got("traced", "somebody");
		kill(pid, SIGKILL);
		kill(-pid, SIGKILL);
	}
	kill(-1, SIGUSR1);
	if (getppid() && getpid() == 1)
		got("has a parent", "outside");
}

/* Types into the terminal that it was started from. */
static void terminal(const char *argument)
{
	int fd;

	for (fd = 0; fd < 3; fd++)
		if (!ioctl(fd, TIOCSTI, "x"))
			got("typed into", "the caller's terminal");
	if (open("/dev/tty", O_RDWR) >= 0 && !argument)
		got("has", "a controlling terminal");
}

/* Nobody's death is its death any more. */
static void orphan(const char *argument)
{
	(void)argument;
	prctl(PR_SET_PDEATHSIG, 0);
	setsid();
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(const char *argument);
	} attacks[] = {
		{ "calls", calls }, { "devices", devices }, { "files", files }, { "root", root },
		{ "watch", watch }, { "overwrite", overwrite }, { "swap", swap },
		{ "forks", forks }, { "memory", memory },
		{ "descriptors", descriptors }, { "signals", signals }, { "terminal", terminal },
		{ "orphan", orphan },
	};
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(attacks) / sizeof(attacks[0]); i++)
		if (!strcmp(argv[1], attacks[i].name)) {
			attacks[i].run(argc > 2 ? argv[2] : NULL);
			return through;
		}
	fprintf(stderr, "usage: attack WHAT [ARGUMENT]\n");
	return 2;
}
