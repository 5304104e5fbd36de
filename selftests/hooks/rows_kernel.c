// SPDX-License-Identifier: GPL-2.0-only
/* Tasks, namespaces, mounts, and the kernel's own surface. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "rows.h"

/* Does @fn to a child of the caller's, and reports what came of it. */
static int to_child(int (*fn)(pid_t pid))
{
	pid_t pid = fork();
	int ret;

	if (!pid)
		for (;;)
			pause();
	if (pid < 0)
		return errno;
	ret = fn(pid);
	kill(pid, SIGKILL);
	return ret;
}

static int signal_child(pid_t pid)
{
	return result(kill(pid, SIGUSR1));
}

static int do_signal(void)
{
	return to_child(signal_child);
}

static int trace_child(pid_t pid)
{
	return result(ptrace(PTRACE_SEIZE, pid, 0, 0));
}

static int do_trace(void)
{
	return to_child(trace_child);
}

static int read_child(pid_t pid)
{
	char c;
	struct iovec here = { &c, 1 }, there = { (void *)read_child, 1 };

	return result(process_vm_readv(pid, &here, 1, &there, 1, 0));
}

static int do_vm_read(void)
{
	return to_child(read_child);
}

static int do_traceme(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(result(ptrace(PTRACE_TRACEME, 0, 0, 0)));
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int do_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return result(pid);
}

static int do_rlimit(void)
{
	struct rlimit limit = { 100, 100 };

	return result(setrlimit(RLIMIT_NOFILE, &limit));
}

static int do_nice(void)
{
	return result(setpriority(PRIO_PROCESS, 0, 5));
}

static int do_scheduler(void)
{
	struct sched_param param = { 0 };

	return result(sched_setscheduler(0, SCHED_BATCH, &param));
}

static int do_ioprio(void)
{
	return result(syscall(SYS_ioprio_set, 1, 0, 2 << 13 | 4));
}

static int do_prctl(void)
{
	return result(prctl(PR_SET_NAME, "other"));
}

static int do_setuid(void)
{
	return result(syscall(SYS_setuid, 1));
}

static int do_setgid(void)
{
	return result(syscall(SYS_setgid, 1));
}

static int do_setgroups(void)
{
	gid_t group = 1;

	return result(syscall(SYS_setgroups, 1, &group));
}

static int do_capset(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { };

	return result(syscall(SYS_capset, &header, data));
}

static int do_capability(void)
{
	return result(sethostname("hull", 4));
}

static int do_unshare(void)
{
	return result(unshare(CLONE_NEWUTS));
}

static int do_unshare_user(void)
{
	return result(unshare(CLONE_NEWUSER));
}

static int do_clone_net(void)
{
	pid_t pid = syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0);

	if (!pid)
		_exit(0);
	return result(pid);
}

static int do_mount(void)
{
	return result(mount("none", "/tmp/h/sub", "tmpfs", 0, NULL));
}

static int do_bind_mount(void)
{
	return result(mount("/proc", "/tmp/h/sub", NULL, MS_BIND, NULL));
}

static int do_propagation(void)
{
	return result(mount(NULL, "/proc", NULL, MS_PRIVATE, NULL));
}

static int do_remount(void)
{
	return result(mount(NULL, "/proc", NULL, MS_REMOUNT, NULL));
}

static int do_umount(void)
{
	if (mount("none", "/tmp/h/sub", "tmpfs", 0, NULL))
		return ENODATA;
	return result(umount2("/tmp/h/sub", MNT_DETACH));
}

static int do_fsopen(void)
{
	return result(syscall(SYS_fsopen, "tmpfs", 0));
}

static int do_open_tree(void)
{
	return result(syscall(SYS_open_tree, AT_FDCWD, "/proc", 1));
}

static int do_move_mount(void)
{
	int fd = syscall(SYS_open_tree, AT_FDCWD, "/proc", 1);

	return fd < 0 ? errno : result(syscall(SYS_move_mount, fd, "", AT_FDCWD, "/tmp/h/sub", 4));
}

static int do_mount_setattr(void)
{
	struct mount_attr attr = { .attr_set = 0 };

	return result(syscall(SYS_mount_setattr, AT_FDCWD, "/proc", 0, &attr, sizeof(attr)));
}

static int do_bpf(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1,
	};

	return result(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

static int do_perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_DUMMY,
	};

	return result(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}

static int do_add_key(void)
{
	return result(syscall(SYS_add_key, "user", "hull", "x", 1, -2));
}

static int do_syslog(void)
{
	char text[64];

	return result(klogctl(3, text, sizeof(text)));
}

static int do_settime(void)
{
	struct timezone zone = { 0 };

	return result(syscall(SYS_settimeofday, NULL, &zone));
}

static int do_uring(void)
{
	struct io_uring_params params = { 0 };

	return result(syscall(SYS_io_uring_setup, 2, &params));
}

static int do_sqpoll(void)
{
	struct io_uring_params params = { .flags = IORING_SETUP_SQPOLL };

	return result(syscall(SYS_io_uring_setup, 2, &params));
}

/* An operation's own result; that of opening /tmp/h/a by a ring. */
static int uring_open(void)
{
	struct io_uring_params params = { 0 };
	int fd = syscall(SYS_io_uring_setup, 2, &params);
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqe;
	char *ring;

	if (fd < 0)
		return ENODATA;
	ring = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING);
	sqe = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQES);
	if (ring == MAP_FAILED || (void *)sqe == MAP_FAILED)
		return ENODATA;
	sqe->opcode = IORING_OP_OPENAT;
	sqe->fd = AT_FDCWD;
	sqe->addr = (unsigned long)"/tmp/h/a";
	sqe->open_flags = O_RDONLY;
	*(unsigned int *)(ring + params.sq_off.array) = 0;
	*(unsigned int *)(ring + params.sq_off.tail) = 1;
	if (syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		return errno;
	cqe = (void *)(ring + params.cq_off.cqes);
	return cqe->res < 0 ? -cqe->res : 0;
}

static int do_userfaultfd(void)
{
	return result(syscall(SYS_userfaultfd, 0));
}

static int do_shm(void)
{
	return result(shmget(IPC_PRIVATE, 4096, 0600));
}

static int do_msg(void)
{
	return result(msgget(IPC_PRIVATE, 0600));
}

static int do_sem(void)
{
	return result(semget(IPC_PRIVATE, 1, 0600));
}

static int do_handle(void)
{
	union {
		struct file_handle handle;
		char bytes[sizeof(struct file_handle) + 128];
	} at = { .handle.handle_bytes = 128 };
	int mount_id;

	if (name_to_handle_at(AT_FDCWD, "/dev/null", &at.handle, &mount_id, 0))
		return errno == EOPNOTSUPP ? 0 : ENODATA;
	return result(open_by_handle_at(open("/dev", O_RDONLY), &at.handle, O_RDONLY));
}

static int do_module(void)
{
	static const char nothing[4096];
	int ret = result(syscall(SYS_init_module, nothing, sizeof(nothing), ""));

	return ret == ENOEXEC ? 0 : ret;
}

static int do_kexec(void)
{
	return result(syscall(SYS_kexec_load, 0, 0, NULL, 0));
}

static int do_reboot(void)
{
	int ret = result(syscall(SYS_reboot, 1, 2, 3, NULL));

	return ret == EINVAL ? 0 : ret;
}

const struct row kernel_rows[] = {
	{ "deny signal send", do_signal, EPERM },
	{ "deny signal send USR1", do_signal, EPERM },
	{ "deny ptrace trace", do_trace, EPERM },
	{ "deny ptrace trace", do_vm_read, EPERM },
	{ "deny ptrace traced", do_traceme, EPERM },
	{ "deny task fork", do_fork, EAGAIN },
	{ "deny rlimit set nofile", do_rlimit, EPERM },
	{ "deny priority nice", do_nice, EPERM },
	{ "deny priority scheduler", do_scheduler, EPERM },
	{ "deny priority ioprio", do_ioprio, EPERM },
	{ "deny prctl use set_name", do_prctl, EPERM },
	{ "deny cred setuid", do_setuid, EPERM },
	{ "deny cred setgid", do_setgid, EPERM },
	{ "deny cred setgroups", do_setgroups, EPERM },
	{ "deny cred capset", do_capset, EPERM },
	{ "deny capability sys_admin", do_capability, EPERM },
	{ "deny namespace create uts", do_unshare, EPERM },
	{ "deny namespace create user", do_unshare_user, EPERM },
	{ "deny namespace create net", do_clone_net, EPERM },
	{ "deny mount mount", do_mount, EPERM },
	{ "deny mount mount type tmpfs", do_mount, EPERM },
	{ "deny file mount /tmp/h", do_mount, EACCES },
	{ "deny mount bind", do_bind_mount, EPERM },
	{ "deny mount propagation", do_propagation, EPERM },
	{ "deny mount remount", do_remount, EPERM },
	{ "deny mount umount", do_umount, EPERM },
	{ "deny mount open", do_fsopen, EPERM },
	{ "deny mount open", do_open_tree, EPERM },
	{ "deny mount move", do_move_mount, EPERM },
	{ "deny mount bind", do_move_mount, EPERM },
	{ "deny mount attributes", do_mount_setattr, EPERM },
	{ "deny bpf", do_bpf, EPERM },
	{ "deny perf open", do_perf, EPERM },
	{ "deny key create", do_add_key, EACCES },
	{ "deny syslog read", do_syslog, EPERM },
	{ "deny time set", do_settime, EPERM },
	{ "deny uring setup", do_uring, EPERM },
	{ "deny uring sqpoll", do_sqpoll, EPERM },
	{ "deny uring issue", uring_open, EPERM },
	{ "deny file read /tmp/h", uring_open, EACCES },
	{ "deny userfaultfd create", do_userfaultfd, EPERM },
	{ "deny ipc shm", do_shm, EACCES },
	{ "deny ipc msg", do_msg, EACCES },
	{ "deny ipc sem", do_sem, EACCES },
	{ "deny handle open", do_handle, EPERM },
	{ "deny module load", do_module, EPERM },
	{ "deny kexec load", do_kexec, EPERM },
	{ "deny kexec reboot", do_reboot, EPERM },
};

const unsigned int kernel_rows_n = sizeof(kernel_rows) / sizeof(kernel_rows[0]);
