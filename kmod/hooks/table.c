// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks: a row a function of the kernel. All functions are there on every kernel that
 * Hull is built for unless a row says OPTIONAL; what is missing at run time after all
 * refuses the policies that need it.
 */

#include <linux/kernel.h>
#include <hull/policy_blob.h>
#include <hooks/checks.h>
#include <hooks/hook.h>

#define ROW(name, fn, whose, what, without, ...)					\
	{										\
		.function = name, .check = fn, .who = HULL_WHO_##whose, .flags = what,	\
		.needs = { __VA_ARGS__ }, .lost = without,				\
		.missing = "this kernel has no " name "() to hook; lost: " without,	\
		.busy = "a BPF program or a live patch holds " name "(), which this policy needs; detach it first", \
	}
#define HOOK(name, fn, without, ...)	ROW(name, fn, CURRENT, 0, without, __VA_ARGS__)
#define SOME(name, fn, without, ...)	ROW(name, fn, CURRENT, HULL_HOOK_OPTIONAL, without, __VA_ARGS__)
#define KEEP(name, fn, without, ...)	ROW(name, fn, CURRENT, HULL_HOOK_ALWAYS, without, __VA_ARGS__)
#define NEED(class, perms)		{ HULL_CLASS_##class, perms }
#define ONE(class, perm)		{ HULL_CLASS_##class, HULL_##class##_##perm }
#define ANY				(~0u)

/* Of a file and of its device, or of what has no file. */
#define FILE_GO		(HULL_FILE_READ | HULL_FILE_WRITE | HULL_FILE_APPEND | HULL_FILE_LIST | \
			 HULL_FILE_EXECUTE)
#define INET_DO(what)	(HULL_INET_TCP_##what | HULL_INET_UDP_##what | HULL_INET_ICMP_##what | \
			 HULL_INET_SCTP_##what | HULL_INET_RAW_##what | HULL_INET_OTHER_##what)
#define SETNS(kind, fn)	KEEP(kind "_install", fn, "entering namespaces", ONE(NAMESPACE, ENTER))
#define SYSCALL(name, fn, fn_32, without, ...)					\
	HOOK("__x64_sys_" name, fn, without, __VA_ARGS__),			\
	SOME("__ia32_sys_" name, fn_32, without, __VA_ARGS__)

struct hull_hook hull_hooks[] = {
	/* files */
	HOOK("security_file_open", hull_on_file_open, "opening files, executing programs",
	     NEED(FILE, FILE_GO), NEED(DEVICE, HULL_DEVICE_READ | HULL_DEVICE_WRITE),
	     ONE(MEMORY, MEMFD_EXEC)),
	HOOK("security_file_ioctl", hull_on_file_ioctl, "ioctl", ONE(FILE, IOCTL), ONE(IOCTL, USE)),
	SOME("security_file_ioctl_compat", hull_on_file_ioctl, "ioctl of 32-bit programs",
	     ONE(FILE, IOCTL), ONE(IOCTL, USE)),
	HOOK("security_file_lock", hull_on_file_lock, "locks", ONE(FILE, LOCK)),
	HOOK("security_file_fcntl", hull_on_file_fcntl, "append only", ONE(FILE, WRITE)),
	HOOK("security_path_truncate", hull_on_path_truncate, "truncating", ONE(FILE, TRUNCATE)),
	SOME("security_file_truncate", hull_on_file_truncate, "truncating", ONE(FILE, TRUNCATE)),
	HOOK("generic_write_checks", hull_on_write_checks, "append only", ONE(FILE, WRITE)),
	HOOK("vfs_fallocate", hull_on_fallocate, "cutting files", ONE(FILE, TRUNCATE)),
	HOOK("security_inode_getattr", hull_on_getattr, "stat", ONE(FILE, STAT)),
	HOOK("security_inode_readlink", hull_on_dentry_stat, "readlink", ONE(FILE, STAT)),
	HOOK("security_inode_getxattr", hull_on_dentry_stat, "reading attributes", ONE(FILE, STAT)),
	HOOK("security_path_notify", hull_on_path_notify, "watching", ONE(FILE, WATCH)),
	ROW("security_inode_permission", hull_on_inode_permission, CHDIR, 0, "chdir",
	    ONE(FILE, CHDIR)),
	HOOK("security_file_receive", hull_on_file_receive, "receiving descriptors",
	     ONE(FILE, RECEIVE), ONE(FD, RECEIVE)),
	ROW("security_file_permission", hull_on_file_permission, RUNNING, 0,
	    "inherited descriptors", ONE(FILE, INHERIT)),

	/* trees of files */
	HOOK("security_path_mknod", hull_on_path_mknod, "making files",
	     NEED(FILE, HULL_FILE_CREATE | HULL_FILE_BIND | HULL_FILE_MKNOD), ONE(DEVICE, MKNOD)),
	HOOK("security_path_mkdir", hull_on_path_create, "making directories", ONE(FILE, CREATE)),
	HOOK("security_path_symlink", hull_on_path_create, "making links", ONE(FILE, CREATE)),
	HOOK("security_path_unlink", hull_on_path_delete, "deleting", ONE(FILE, DELETE)),
	HOOK("security_path_rmdir", hull_on_path_delete, "deleting", ONE(FILE, DELETE)),
	HOOK("security_path_link", hull_on_path_link, "linking files elsewhere",
	     NEED(FILE, HULL_FILE_LINK | HULL_FILE_PLACE)),
	HOOK("security_path_rename", hull_on_path_rename, "moving files elsewhere",
	     NEED(FILE, HULL_FILE_RENAME | HULL_FILE_PLACE)),
	HOOK("security_path_chmod", hull_on_path_chmod, "chmod", ONE(FILE, CHMOD)),
	HOOK("security_path_chown", hull_on_path_chown, "chown", ONE(FILE, CHOWN)),
	HOOK("security_path_chroot", hull_on_path_chroot, "chroot", ONE(FILE, CHROOT)),
	HOOK("vfs_utimes", hull_on_utimes, "setting times", ONE(FILE, TIMES)),
	HOOK("security_inode_setxattr", hull_on_xattr, "setting attributes", ONE(FILE, XATTR)),
	HOOK("security_inode_removexattr", hull_on_xattr, "removing attributes", ONE(FILE, XATTR)),
	SOME("security_inode_set_acl", hull_on_xattr, "ACLs", ONE(FILE, XATTR)),
	SOME("security_inode_remove_acl", hull_on_xattr, "ACLs", ONE(FILE, XATTR)),

	/* executable memory */
	ROW("security_mmap_file", hull_on_mmap_file, RUNNING, 0, "executable mappings",
	    NEED(FILE, HULL_FILE_MAP_EXEC | HULL_FILE_INHERIT | HULL_FILE_WRITE),
	    NEED(MEMORY, HULL_MEMORY_ANON_EXEC | HULL_MEMORY_WRITE_EXEC)),
	HOOK("security_file_mprotect", hull_on_file_mprotect, "executable mappings",
	     NEED(FILE, HULL_FILE_MAP_EXEC | HULL_FILE_WRITE),
	     NEED(MEMORY, HULL_MEMORY_ANON_EXEC | HULL_MEMORY_WRITE_EXEC |
						   HULL_MEMORY_MADE_EXEC)),
	SYSCALL("personality", hull_on_personality, hull_on_personality_32, "executable heaps",
		NEED(MEMORY, HULL_MEMORY_ANON_EXEC | HULL_MEMORY_WRITE_EXEC)),
	HOOK("security_mmap_addr", hull_on_mmap_addr, "low addresses", ONE(MEMORY, LOW)),

	/* sockets */
	HOOK("security_socket_create", hull_on_socket_create, "making sockets", ONE(SOCKET, CREATE)),
	HOOK("security_socket_socketpair", hull_on_socketpair, "socket pairs", ONE(SOCKET, PAIR)),
	HOOK("security_socket_bind", hull_on_socket_bind, "binding sockets", ONE(SOCKET, BIND),
	     NEED(INET, INET_DO(BIND)), ONE(UNIX, BIND), ONE(VSOCK, BIND)),
	HOOK("security_socket_connect", hull_on_socket_connect, "connecting sockets",
	     ONE(SOCKET, CONNECT), NEED(INET, INET_DO(CONNECT)), ONE(VSOCK, CONNECT)),
	HOOK("security_socket_listen", hull_on_socket_listen, "listening", ONE(SOCKET, LISTEN),
	     NEED(INET, INET_DO(LISTEN)), ONE(UNIX, LISTEN), ONE(VSOCK, LISTEN)),
	HOOK("security_socket_accept", hull_on_socket_accept, "accepting", ONE(SOCKET, ACCEPT),
	     NEED(INET, INET_DO(ACCEPT)), ONE(UNIX, ACCEPT), ONE(VSOCK, ACCEPT)),
	HOOK("security_socket_sendmsg", hull_on_socket_sendmsg, "sending to addresses",
	     ONE(SOCKET, SEND), NEED(INET, INET_DO(SEND) | HULL_INET_TCP_CONNECT),
	     ONE(VSOCK, SEND), ONE(FD, INHERIT)),
	HOOK("security_socket_recvmsg", hull_on_socket_recvmsg, "inherited sockets",
	     ONE(FD, INHERIT)),
	HOOK("security_socket_setsockopt", hull_on_setsockopt, "socket options",
	     ONE(SOCKET, SETSOCKOPT)),
	HOOK("security_unix_stream_connect", hull_on_unix_connect, "connecting unix sockets",
	     ONE(UNIX, CONNECT), ONE(FILE, CONNECT)),
	HOOK("security_unix_may_send", hull_on_unix_send, "sending to unix sockets",
	     ONE(UNIX, SEND), ONE(FILE, CONNECT)),
	HOOK("security_sctp_bind_connect", hull_on_sctp, "addresses of SCTP",
	     NEED(INET, HULL_INET_SCTP_BIND | HULL_INET_SCTP_CONNECT)),
	HOOK("security_netlink_send", hull_on_netlink_send, "netlink", ONE(NETLINK, SEND)),
	HOOK("security_tun_dev_create", hull_on_tun_create, "tun", ONE(TUN, CREATE)),
	HOOK("security_tun_dev_open", hull_on_tun_open, "tun", ONE(TUN, ATTACH)),

	/* tasks */
	ROW("security_task_kill", hull_on_task_kill, PEER, HULL_HOOK_ALWAYS, "signals",
	    NEED(SIGNAL, ANY)),
	KEEP("__f_setown", hull_on_set_owner, "signals about files", NEED(SIGNAL, ANY)),
	ROW("security_ptrace_access_check", hull_on_ptrace_access, PEER, HULL_HOOK_ALWAYS,
	    "tracing", NEED(PTRACE, ANY)),
	ROW("security_ptrace_traceme", hull_on_ptrace_traceme, PEER, HULL_HOOK_ALWAYS, "tracing",
	    NEED(PTRACE, ANY)),
	HOOK("security_task_alloc", hull_on_task_alloc, "fork", ONE(TASK, FORK)),
	KEEP("security_task_setrlimit", hull_on_setrlimit, "resource limits", NEED(RLIMIT, ANY)),
	HOOK("security_task_prlimit", hull_on_prlimit, "resource limits", ONE(RLIMIT, SET_OTHER)),
	KEEP("security_task_setnice", hull_on_setnice, "nice", ONE(PRIORITY, NICE)),
	KEEP("security_task_setscheduler", hull_on_setscheduler, "scheduling",
	     ONE(PRIORITY, SCHEDULER)),
	KEEP("security_task_setioprio", hull_on_setioprio, "I/O priority", ONE(PRIORITY, IOPRIO)),
	KEEP("security_task_movememory", hull_on_movememory, "moving pages", ONE(MEMORY, MOVE)),
	HOOK("security_task_prctl", hull_on_prctl, "prctl", ONE(PRCTL, USE)),
	HOOK("security_capset", hull_on_capset, "capset", ONE(CRED, CAPSET)),
	HOOK("security_task_fix_setuid", hull_on_setuid, "setuid", ONE(CRED, SETUID)),
	HOOK("security_task_fix_setgid", hull_on_setgid, "setgid", ONE(CRED, SETGID)),
	HOOK("security_task_fix_setgroups", hull_on_setgroups, "setgroups", ONE(CRED, SETGROUPS)),
	HOOK("security_capable", hull_on_capable, "capabilities", ONE(CAPABILITY, USE)),
	KEEP("keyctl_session_to_parent", hull_on_session_to_parent, "keys for the parent",
	     NEED(KEY, 0)),

	/* where they are */
	KEEP("cgroup_attach_permissions", hull_on_cgroup_attach, "leaving the group",
	     ONE(CGROUP, MOVE)),
	KEEP("cgroup_file_write", hull_on_cgroup_write, "control groups outside",
	     ONE(CGROUP, WRITE)),
	KEEP("genl_bind", hull_on_genl_bind, "listening to Hull", NEED(NETLINK, 0)),
	SETNS("mntns", hull_on_enter_mnt),
	SETNS("netns", hull_on_enter_net),
	SETNS("pidns", hull_on_enter_pid),
	SETNS("userns", hull_on_enter_user),
	SETNS("utsns", hull_on_enter_uts),
	SETNS("ipcns", hull_on_enter_ipc),
	SETNS("cgroupns", hull_on_enter_cgroup),
	SETNS("timens", hull_on_enter_time),
	HOOK("create_new_namespaces", hull_on_namespaces_new, "new namespaces",
	     ONE(NAMESPACE, CREATE)),
	HOOK("security_create_user_ns", hull_on_create_user_ns, "new user namespaces",
	     ONE(NAMESPACE, CREATE)),

	/* mounts */
	HOOK("security_sb_mount", hull_on_sb_mount, "mount", NEED(MOUNT, ANY), ONE(FILE, MOUNT)),
	HOOK("security_move_mount", hull_on_move_mount, "move_mount", NEED(MOUNT, ANY),
	     ONE(FILE, MOUNT)),
	HOOK("security_sb_umount", hull_on_sb_umount, "umount", ONE(MOUNT, UMOUNT)),
	HOOK("security_sb_pivotroot", hull_on_pivotroot, "pivot_root", ONE(MOUNT, PIVOT),
	     NEED(FILE, HULL_FILE_MOUNT | HULL_FILE_PLACE)),
	HOOK("vfs_get_tree", hull_on_get_tree, "fsmount", ONE(MOUNT, MOUNT)),
	HOOK("open_detached_copy", hull_on_detached_copy, "open_tree", ONE(MOUNT, BIND)),
	HOOK("__do_loopback", hull_on_mount_elsewhere, "bind mounts of what is denied",
	     NEED(FILE, HULL_FILE_PLACE)),
	HOOK("do_move_mount", hull_on_mount_elsewhere, "moving mounts of what is denied",
	     NEED(FILE, HULL_FILE_PLACE)),
	HOOK("clone_private_mount", hull_on_stack, "overlays of what is denied",
	     NEED(FILE, HULL_FILE_PLACE)),
	SYSCALL("fsopen", hull_on_mount_open, hull_on_mount_open, "fsopen", ONE(MOUNT, OPEN)),
	SYSCALL("fsmount", hull_on_mount_open, hull_on_mount_open, "fsmount", ONE(MOUNT, OPEN)),
	SYSCALL("open_tree", hull_on_mount_open, hull_on_mount_open, "open_tree", ONE(MOUNT, OPEN)),
	SYSCALL("fspick", hull_on_fspick, hull_on_fspick, "fspick",
		NEED(MOUNT, HULL_MOUNT_OPEN | HULL_MOUNT_REMOUNT)),
	SYSCALL("mount_setattr", hull_on_mount_setattr, hull_on_mount_setattr, "mount_setattr",
		ONE(MOUNT, ATTRIBUTES)),

	/* the kernel's own surface */
	HOOK("security_kernel_read_file", hull_on_read_file, "modules, kexec, firmware by file",
	     NEED(MODULE, HULL_MODULE_LOAD | HULL_MODULE_FIRMWARE), ONE(KEXEC, LOAD)),
	HOOK("security_kernel_load_data", hull_on_load_data, "modules, kexec, firmware",
	     NEED(MODULE, HULL_MODULE_LOAD | HULL_MODULE_FIRMWARE), ONE(KEXEC, LOAD)),
	HOOK("security_kernel_module_request", hull_on_module_request, "modules on demand",
	     ONE(MODULE, REQUEST)),
	KEEP("call_usermodehelper_exec", hull_on_helper, "helpers outside", ONE(MODULE, HELPER)),
	SYSCALL("reboot", hull_on_reboot, hull_on_reboot, "reboot", ONE(KEXEC, REBOOT)),
	HOOK("security_bpf", hull_on_bpf, "bpf", ONE(BPF, USE)),
	HOOK("security_perf_event_open", hull_on_perf_open, "perf", ONE(PERF, OPEN)),
	HOOK("security_perf_event_read", hull_on_perf_read, "perf", ONE(PERF, READ)),
	HOOK("security_key_permission", hull_on_key_permission, "keys", NEED(KEY, ANY)),
	HOOK("security_key_alloc", hull_on_key_alloc, "new keys", ONE(KEY, CREATE)),
	HOOK("do_adjtimex", hull_on_adjtimex, "clocks", ONE(TIME, SET)),
	HOOK("security_settime64", hull_on_settime, "clocks", ONE(TIME, SET)),
	HOOK("security_syslog", hull_on_syslog, "the kernel's log", NEED(SYSLOG, ANY)),
	HOOK("security_inode_init_security_anon", hull_on_anon_inode, "userfaultfd",
	     ONE(USERFAULTFD, CREATE)),
	HOOK("io_uring_setup", hull_on_uring_setup, "io_uring", ONE(URING, SETUP)),
	HOOK("security_uring_sqpoll", hull_on_uring_sqpoll, "polling rings", ONE(URING, SQPOLL)),
	HOOK("security_uring_override_creds", hull_on_uring_creds, "rings' credentials",
	     ONE(URING, CREDS), ONE(CAPABILITY, USE)),
	HOOK("security_uring_cmd", hull_on_uring_cmd, "rings' commands", ONE(URING, CMD)),
	HOOK("io_issue_sqe", hull_on_uring_issue, "rings' operations", ONE(URING, ISSUE)),
	HOOK("do_handle_open", hull_on_handle_open, "files by handle", ONE(HANDLE, OPEN)),
	HOOK("security_shm_alloc", hull_on_shm, "shared memory", ONE(IPC, SHM)),
	HOOK("security_shm_associate", hull_on_shm, "shared memory", ONE(IPC, SHM)),
	HOOK("security_shm_shmat", hull_on_shm, "shared memory", ONE(IPC, SHM)),
	HOOK("security_shm_shmctl", hull_on_shm, "shared memory", ONE(IPC, SHM)),
	HOOK("security_msg_queue_alloc", hull_on_msg, "message queues", ONE(IPC, MSG)),
	HOOK("security_msg_queue_associate", hull_on_msg, "message queues", ONE(IPC, MSG)),
	HOOK("security_msg_queue_msgsnd", hull_on_msg, "message queues", ONE(IPC, MSG)),
	HOOK("security_msg_queue_msgrcv", hull_on_msg, "message queues", ONE(IPC, MSG)),
	HOOK("security_msg_queue_msgctl", hull_on_msg, "message queues", ONE(IPC, MSG)),
	HOOK("security_sem_alloc", hull_on_sem, "semaphores", ONE(IPC, SEM)),
	HOOK("security_sem_associate", hull_on_sem, "semaphores", ONE(IPC, SEM)),
	HOOK("security_sem_semop", hull_on_sem, "semaphores", ONE(IPC, SEM)),
	HOOK("security_sem_semctl", hull_on_sem, "semaphores", ONE(IPC, SEM)),
};

const unsigned int hull_hooks_n = ARRAY_SIZE(hull_hooks);
