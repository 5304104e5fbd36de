// SPDX-License-Identifier: GPL-2.0-only
/* A policy by BPF: is the cgroup one of those confined, and what does its rule say? */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define OURS	__attribute__((preserve_access_index))

struct inode {
	unsigned long i_ino;
} OURS;

struct file {
	struct inode *f_inode;
} OURS;

struct linux_binprm {
	struct file *file;
} OURS;

struct rule_key {
	__u64 cgroup, what;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u64);
	__type(value, __u32);
} groups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct rule_key);
	__type(value, __u32);
} rules SEC(".maps");

enum { OPEN, EXEC, CONNECT, KILL };

static __always_inline int decide(__u64 operation, __u64 object)
{
	struct rule_key key = { .cgroup = bpf_get_current_cgroup_id() };
	__u32 *said;

	if (!bpf_map_lookup_elem(&groups, &key.cgroup))
		return 0;
	key.what = operation << 48 | object;
	said = bpf_map_lookup_elem(&rules, &key);
	return said && *said ? -13 : 0;
}

SEC("lsm/file_open")
int BPF_PROG(on_open, struct file *file, int ret)
{
	return ret ? ret : decide(OPEN, file->f_inode->i_ino);
}

SEC("lsm/bprm_check_security")
int BPF_PROG(on_exec, struct linux_binprm *bprm, int ret)
{
	return ret ? ret : decide(EXEC, bprm->file->f_inode->i_ino);
}

SEC("lsm/socket_connect")
int BPF_PROG(on_connect, void *sock, void *address, int len, int ret)
{
	return ret ? ret : decide(CONNECT, 0);
}

SEC("lsm/task_kill")
int BPF_PROG(on_kill, void *task, void *info, int signal, void *cred, int ret)
{
	return ret ? ret : decide(KILL, (unsigned int)signal);
}

char _license[] SEC("license") = "GPL";
