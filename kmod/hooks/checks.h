/* SPDX-License-Identifier: GPL-2.0-only */
/* The checks of hull_hook rows, by file. Each gets the function's arguments. */
#ifndef HULL_HOOKS_CHECKS_H
#define HULL_HOOKS_CHECKS_H

/* file.c */
int hull_on_file_open(const unsigned long *arg);
int hull_on_file_ioctl(const unsigned long *arg);
int hull_on_file_lock(const unsigned long *arg);
int hull_on_file_fcntl(const unsigned long *arg);
int hull_on_path_truncate(const unsigned long *arg);
int hull_on_file_truncate(const unsigned long *arg);
int hull_on_write_checks(const unsigned long *arg);
int hull_on_fallocate(const unsigned long *arg);
int hull_on_getattr(const unsigned long *arg);
int hull_on_dentry_stat(const unsigned long *arg);
int hull_on_path_notify(const unsigned long *arg);
int hull_on_inode_permission(const unsigned long *arg);
int hull_on_file_receive(const unsigned long *arg);

/* inherit.c */
int hull_on_file_permission(const unsigned long *arg);
int hull_on_socket_recvmsg(const unsigned long *arg);

/* elsewhere.c */
int hull_on_mount_elsewhere(const unsigned long *arg);
int hull_on_stack(const unsigned long *arg);

/* change.c */
int hull_on_path_mknod(const unsigned long *arg);
int hull_on_path_create(const unsigned long *arg);
int hull_on_path_delete(const unsigned long *arg);
int hull_on_path_link(const unsigned long *arg);
int hull_on_path_rename(const unsigned long *arg);
int hull_on_path_chmod(const unsigned long *arg);
int hull_on_path_chown(const unsigned long *arg);
int hull_on_path_chroot(const unsigned long *arg);
int hull_on_utimes(const unsigned long *arg);
int hull_on_xattr(const unsigned long *arg);

/* memory.c */
int hull_on_mmap_file(const unsigned long *arg);
int hull_on_file_mprotect(const unsigned long *arg);
int hull_on_personality(const unsigned long *arg);
int hull_on_personality_32(const unsigned long *arg);
int hull_on_mmap_addr(const unsigned long *arg);

/* socket.c */
int hull_on_socket_create(const unsigned long *arg);
int hull_on_socketpair(const unsigned long *arg);
int hull_on_socket_bind(const unsigned long *arg);
int hull_on_socket_connect(const unsigned long *arg);
int hull_on_socket_listen(const unsigned long *arg);
int hull_on_socket_accept(const unsigned long *arg);
int hull_on_socket_sendmsg(const unsigned long *arg);
int hull_on_setsockopt(const unsigned long *arg);
int hull_on_sctp(const unsigned long *arg);
int hull_on_netlink_send(const unsigned long *arg);
int hull_on_tun_create(const unsigned long *arg);
int hull_on_tun_open(const unsigned long *arg);

/* unix.c */
int hull_on_unix_connect(const unsigned long *arg);
int hull_on_unix_send(const unsigned long *arg);

/* task.c */
int hull_on_task_kill(const unsigned long *arg);
int hull_on_set_owner(const unsigned long *arg);
int hull_on_ptrace_access(const unsigned long *arg);
int hull_on_ptrace_traceme(const unsigned long *arg);
int hull_on_task_alloc(const unsigned long *arg);
int hull_on_setrlimit(const unsigned long *arg);
int hull_on_prlimit(const unsigned long *arg);
int hull_on_setnice(const unsigned long *arg);
int hull_on_setscheduler(const unsigned long *arg);
int hull_on_setioprio(const unsigned long *arg);
int hull_on_movememory(const unsigned long *arg);
int hull_on_prctl(const unsigned long *arg);
int hull_on_capset(const unsigned long *arg);
int hull_on_setuid(const unsigned long *arg);
int hull_on_setgid(const unsigned long *arg);
int hull_on_setgroups(const unsigned long *arg);
int hull_on_capable(const unsigned long *arg);
int hull_on_session_to_parent(const unsigned long *arg);

/* mount.c */
int hull_on_sb_mount(const unsigned long *arg);
int hull_on_move_mount(const unsigned long *arg);
int hull_on_sb_umount(const unsigned long *arg);
int hull_on_pivotroot(const unsigned long *arg);
int hull_on_get_tree(const unsigned long *arg);
int hull_on_detached_copy(const unsigned long *arg);
int hull_on_mount_open(const unsigned long *arg);
int hull_on_fspick(const unsigned long *arg);
int hull_on_mount_setattr(const unsigned long *arg);

/* place.c */
int hull_on_namespaces_new(const unsigned long *arg);
int hull_on_create_user_ns(const unsigned long *arg);
int hull_on_enter_mnt(const unsigned long *arg);
int hull_on_enter_net(const unsigned long *arg);
int hull_on_enter_pid(const unsigned long *arg);
int hull_on_enter_user(const unsigned long *arg);
int hull_on_enter_uts(const unsigned long *arg);
int hull_on_enter_ipc(const unsigned long *arg);
int hull_on_enter_cgroup(const unsigned long *arg);
int hull_on_enter_time(const unsigned long *arg);
int hull_on_cgroup_attach(const unsigned long *arg);
int hull_on_cgroup_write(const unsigned long *arg);

/* own.c */
int hull_on_genl_bind(const unsigned long *arg);

/* kernel.c */
int hull_on_read_file(const unsigned long *arg);
int hull_on_load_data(const unsigned long *arg);
int hull_on_module_request(const unsigned long *arg);
int hull_on_helper(const unsigned long *arg);
int hull_on_reboot(const unsigned long *arg);
int hull_on_bpf(const unsigned long *arg);
int hull_on_perf_open(const unsigned long *arg);
int hull_on_perf_read(const unsigned long *arg);
int hull_on_key_permission(const unsigned long *arg);
int hull_on_key_alloc(const unsigned long *arg);
int hull_on_adjtimex(const unsigned long *arg);
int hull_on_settime(const unsigned long *arg);
int hull_on_syslog(const unsigned long *arg);
int hull_on_anon_inode(const unsigned long *arg);
int hull_on_uring_setup(const unsigned long *arg);
int hull_on_uring_sqpoll(const unsigned long *arg);
int hull_on_uring_creds(const unsigned long *arg);
int hull_on_uring_cmd(const unsigned long *arg);
int hull_on_uring_issue(const unsigned long *arg);
int hull_on_shm(const unsigned long *arg);
int hull_on_msg(const unsigned long *arg);
int hull_on_sem(const unsigned long *arg);
int hull_on_handle_open(const unsigned long *arg);

#endif
