// SPDX-License-Identifier: GPL-2.0-only
/*
 * seccomp_list - the calls that a container may make when nobody gave it rules
 *
 * The habits of docker and podman: what programs use, not what administers a machine; some
 * only with the capability that the call asks for.
 */
#include <linux/capability.h>

#include <container/seccomp_list.h>

#define CAP(name)	(1ull << CAP_##name)

const struct hull_ct_seccomp_row hull_ct_seccomp_rows[] = {
	{ 0, "accept accept4 access adjtimex alarm bind brk cachestat capget capset chdir chmod "
	  "chown close close_range connect copy_file_range creat dup dup2 dup3 epoll_create "
	  "epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 execve "
	  "execveat exit exit_group faccessat faccessat2 fadvise64 fallocate fanotify_mark fchdir "
	  "fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr flistxattr flock "
	  "fork fremovexattr fsetxattr fstat fstatfs fsync ftruncate futex futex_requeue "
	  "futex_wait futex_waitv futex_wake futimesat" },
	{ 0, "getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups getitimer "
	  "getpeername getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid "
	  "getrlimit get_robust_list getrusage getsid getsockname getsockopt get_thread_area "
	  "gettid gettimeofday getuid getxattr inotify_add_watch inotify_init inotify_init1 "
	  "inotify_rm_watch io_cancel ioctl io_destroy io_getevents io_pgetevents ioprio_get "
	  "ioprio_set io_setup io_submit ipc kill landlock_add_rule landlock_create_ruleset "
	  "landlock_restrict_self lchown lgetxattr link linkat listen listxattr llistxattr "
	  "lremovexattr lseek lsetxattr lstat" },
	{ 0, "madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mkdir mkdirat "
	  "mknod mknodat mlock mlock2 mlockall mmap mprotect mq_getsetattr mq_notify mq_open "
	  "mq_timedreceive mq_timedsend mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync "
	  "munlock munlockall munmap name_to_handle_at nanosleep newfstatat open openat openat2 "
	  "pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect poll "
	  "ppoll prctl pread64 preadv preadv2 prlimit64 process_mrelease pselect6 pwrite64 "
	  "pwritev pwritev2 read readahead readlink readlinkat readv recvfrom recvmmsg recvmsg "
	  "remap_file_pages removexattr rename renameat renameat2 restart_syscall rmdir rseq" },
	{ 0, "rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn "
	  "rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo sched_getaffinity sched_getattr "
	  "sched_getparam sched_get_priority_max sched_get_priority_min sched_getscheduler "
	  "sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam "
	  "sched_setscheduler sched_yield seccomp select semctl semget semop semtimedop sendfile "
	  "sendmmsg sendmsg sendto setfsgid setfsuid setgid setgroups setitimer setpgid "
	  "setpriority setregid setresgid setresuid setreuid setrlimit set_robust_list setsid "
	  "setsockopt set_thread_area set_tid_address setuid setxattr shmat shmctl shmdt shmget "
	  "shutdown sigaltstack signalfd signalfd4 socketpair splice stat statfs statx symlink "
	  "symlinkat sync sync_file_range syncfs sysinfo" },
	{ 0, "arch_prctl modify_ldt clock_adjtime clock_getres clock_gettime clock_nanosleep tee "
	  "tgkill time timer_create timer_delete timer_getoverrun timer_gettime timer_settime "
	  "timerfd_create timerfd_gettime timerfd_settime times tkill truncate umask uname unlink "
	  "unlinkat utime utimensat utimes vfork vmsplice wait4 waitid waitpid write writev "
	  "ptrace process_vm_readv process_vm_writev" },
	{ CAP(DAC_READ_SEARCH), "open_by_handle_at" },
	{ CAP(SYS_ADMIN), "bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick "
	  "lookup_dcookie mount mount_setattr move_mount open_tree perf_event_open quotactl "
	  "quotactl_fd setdomainname sethostname setns syslog umount umount2 unshare" },
	{ CAP(SYS_BOOT), "reboot" },
	{ CAP(SYS_CHROOT), "chroot" },
	{ CAP(SYS_MODULE), "delete_module init_module finit_module" },
	{ CAP(SYS_PACCT), "acct" },
	{ CAP(SYS_PTRACE), "kcmp pidfd_getfd process_madvise" },
	{ CAP(SYS_RAWIO), "iopl ioperm" },
	{ CAP(SYS_TIME), "settimeofday stime clock_settime" },
	{ CAP(SYS_TTY_CONFIG), "vhangup" },
	{ CAP(SYS_NICE), "get_mempolicy mbind set_mempolicy set_mempolicy_home_node" },
	{ CAP(SYSLOG), "syslog" },
	{ CAP(BPF), "bpf" },
	{ CAP(PERFMON), "perf_event_open" },
};

const size_t hull_ct_seccomp_rows_n =
	sizeof(hull_ct_seccomp_rows) / sizeof(hull_ct_seccomp_rows[0]);
