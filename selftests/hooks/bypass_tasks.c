// SPDX-License-Identifier: GPL-2.0-only
/* At processes outside. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include "bypass.h"

#define NO_INSPECT	"deny ptrace inspect peer outside"

static int do_kill(void)
{
	return result(kill(outside, 0));
}

static int do_tgkill(void)
{
	return result(syscall(SYS_tgkill, outside, outside, SIGTERM));
}

static int do_pidfd(void)
{
	return result(syscall(SYS_pidfd_send_signal, syscall(SYS_pidfd_open, outside, 0), SIGTERM,
			      NULL, 0));
}

static int do_queue(void)
{
	union sigval value = { 0 };

	return result(sigqueue(outside, SIGTERM, value));
}

/* Is @outside still what answers at the door? */
static int outside_ended(void)
{
	char byte;

	if (send(outside_door, OPEN "/file", strlen(OPEN "/file"), MSG_NOSIGNAL) < 0)
		return 0;
	return recv(outside_door, &byte, 1, 0) <= 0 ? 0 : EPERM;
}

/* The kernel sends it when there is something to read. */
static int owner_signal(int fd, int write_fd)
{
	if (fcntl(fd, F_SETSIG, SIGKILL) || fcntl(fd, F_SETOWN, outside) ||
	    fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK))
		return errno;
	if (write(write_fd, "x", 1) != 1)
		return ENODATA;
	usleep(100000);
	return outside_ended();
}

static int do_sigio(void)
{
	int ends[2];

	return pipe(ends) ? ENODATA : owner_signal(ends[0], ends[1]);
}

static int do_sigio_socket(void)
{
	int ends[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) ? ENODATA : owner_signal(ends[0], ends[1]);
}

static int do_ptrace(void)
{
	return result(ptrace(PTRACE_SEIZE, outside, 0, 0));
}

static int vm(long call)
{
	static char byte;
	char here = 1;
	struct iovec local = { &here, 1 }, remote = { &byte, 1 };

	return result(syscall(call, outside, &local, 1, &remote, 1, 0));
}

static int do_vm_write(void)
{
	return vm(SYS_process_vm_writev);
}

static int do_vm_read(void)
{
	return vm(SYS_process_vm_readv);
}

static int do_madvise(void)
{
	struct iovec iov = { (void *)((unsigned long)do_madvise & ~4095ul), 4096 };
	int pidfd = syscall(SYS_pidfd_open, outside, 0);

	return result(syscall(SYS_process_madvise, pidfd, &iov, 1, MADV_COLD, 0));
}

static int do_kcmp(void)
{
	return result(syscall(SYS_kcmp, getpid(), outside, KCMP_FILES, 0, 0));
}

static int do_perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_CPU_CLOCK,
	};

	return result(syscall(SYS_perf_event_open, &attr, outside, -1, -1, 0));
}

static int proc_open(const char *file, int flags)
{
	char text[64];

	snprintf(text, sizeof(text), "/proc/%d/%s", outside, file);
	return open(text, flags);
}

static int proc(const char *file, int flags)
{
	return result(proc_open(file, flags));
}

static int do_proc_mem(void)
{
	return proc("mem", O_RDWR);
}

static int do_proc_root(void)
{
	return proc("root", O_PATH);
}

static int do_proc_cwd(void)
{
	return proc("cwd", O_PATH);
}

static int do_proc_exe(void)
{
	return proc("exe", O_RDONLY);
}

static int do_proc_environ(void)
{
	return try_fd(proc_open("environ", O_RDONLY));
}

static int do_proc_maps(void)
{
	return proc("maps", O_RDONLY);
}

static int do_proc_fd(void)
{
	char file[32];

	snprintf(file, sizeof(file), "fd/%d", inherited.read);
	return try_fd(proc_open(file, O_RDONLY));
}

static int do_proc_root_file(void)
{
	return proc("root" SECRETS, O_RDONLY);
}

static int do_proc_ns(void)
{
	return proc("ns/mnt", O_RDONLY);
}

static int do_prlimit(void)
{
	struct rlimit limit = { 64, 64 };

	return result(prlimit(outside, RLIMIT_NOFILE, &limit, NULL));
}

static int do_nice(void)
{
	return result(setpriority(PRIO_PROCESS, outside, 5));
}

static int do_affinity(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return result(sched_setaffinity(outside, sizeof(set), &set));
}

static int do_migrate(void)
{
	unsigned long nodes = 1;
	long ret = syscall(SYS_migrate_pages, outside, 8 * sizeof(nodes), &nodes, &nodes);

	return ret < 0 ? errno : 0;
}

static int do_userfault(void)
{
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	return result(fd);
}

static int do_userfault_device(void)
{
	int fd = open("/dev/userfaultfd", O_RDWR);

	return fd < 0 ? ENODEV : result(ioctl(fd, USERFAULTFD_IOC_NEW, 0));
}

const struct bypass bypass_tasks[] = {
	{ "kill outside", "", EPERM, do_kill },
	{ "tgkill outside", "", EPERM, do_tgkill },
	{ "pidfd_send_signal outside", "", EPERM, do_pidfd },
	{ "sigqueue outside", "", EPERM, do_queue },
	{ "a signal outside by a pipe's owner", "", EPERM, do_sigio },
	{ "a signal outside by a socket's owner", "", EPERM, do_sigio_socket },
	{ "ptrace outside", "", EPERM, do_ptrace },
	{ "process_vm_writev outside", "", EPERM, do_vm_write },
	{ "process_vm_readv outside", "", EPERM, do_vm_read },
	{ "process_madvise outside", NO_INSPECT, EACCES, do_madvise },
	{ "kcmp outside", NO_INSPECT, EPERM, do_kcmp },
	{ "perf of a process outside", "deny perf open", EPERM, do_perf },
	{ "/proc/PID/mem outside", "", EACCES, do_proc_mem },
	{ "/proc/PID/root outside", NO_INSPECT, EACCES, do_proc_root },
	{ "/proc/PID/cwd outside", NO_INSPECT, EACCES, do_proc_cwd },
	{ "/proc/PID/exe outside", NO_INSPECT, EACCES, do_proc_exe },
	{ "/proc/PID/environ outside", NO_INSPECT, EACCES, do_proc_environ },
	{ "/proc/PID/maps outside", NO_INSPECT, EACCES, do_proc_maps },
	{ "/proc/PID/fd outside", NO_INSPECT, EACCES, do_proc_fd },
	{ "/proc/PID/ns outside", NO_INSPECT, EACCES, do_proc_ns },
	{ "a file by /proc/PID/root", "deny file read " SECRET, EACCES, do_proc_root_file },
	{ "a file by /proc/PID/fd", "deny file read " SECRET, EACCES, do_proc_fd },
	{ "prlimit outside", "deny rlimit prlimit", EPERM, do_prlimit },
	{ "nice outside", "deny priority nice", EPERM, do_nice },
	{ "affinity outside", "deny priority scheduler", EPERM, do_affinity },
	{ "pages moved outside", "deny memory move", EACCES, do_migrate },
	{ "userfaultfd", "deny userfaultfd create", EPERM, do_userfault },
	{ "userfaultfd by its device", "deny userfaultfd create", EPERM, do_userfault_device },
};

const unsigned int bypass_tasks_n = sizeof(bypass_tasks) / sizeof(bypass_tasks[0]);
