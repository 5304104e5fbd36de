// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's own surface: code for it, BPF, perf, keys, clocks, its log, io_uring. */

#include <linux/dcache.h>
#include <linux/io_uring_types.h>
#include <linux/kernel_read_file.h>
#include <linux/key.h>
#include <linux/security.h>
#include <linux/syslog.h>
#include <linux/timex.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>

static int check_load(int id)
{
	switch (id) {
	case READING_MODULE:
		return hull_check_simple(HULL_CLASS_MODULE, HULL_MODULE_LOAD, 0);
	case READING_KEXEC_IMAGE:
	case READING_KEXEC_INITRAMFS:
		return hull_check_simple(HULL_CLASS_KEXEC, HULL_KEXEC_LOAD, 0);
	}
	return hull_check_simple(HULL_CLASS_MODULE, HULL_MODULE_FIRMWARE, 0);
}

/* int security_kernel_read_file(struct file *file, enum kernel_read_file_id id, bool) */
int hull_on_read_file(const unsigned long *arg)
{
	return check_load(HULL_HOOK_ARG(int, arg, 1));
}

/* The two enumerations are of one list in the kernel. */
static_assert((int)LOADING_MODULE == (int)READING_MODULE);
static_assert((int)LOADING_KEXEC_IMAGE == (int)READING_KEXEC_IMAGE);

/* int security_kernel_load_data(enum kernel_load_data_id id, bool contents) */
int hull_on_load_data(const unsigned long *arg)
{
	return check_load(HULL_HOOK_ARG(int, arg, 0));
}

/* int security_kernel_module_request(char *kmod_name) */
int hull_on_module_request(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_MODULE, HULL_MODULE_REQUEST, 0);
}

/*
 * int call_usermodehelper_exec(struct subprocess_info *sub_info, int wait): a program that the
 * kernel starts for the task, outside of its group. A default does not let it out.
 */
int hull_on_helper(const unsigned long *arg)
{
	struct hull_act act;

	hull_act_init(&act, HULL_CLASS_MODULE, HULL_MODULE_HELPER);
	act.floor = true;
	return hull_check(&act);
}

/* long __x64_sys_reboot(const struct pt_regs *regs) */
int hull_on_reboot(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_KEXEC, HULL_KEXEC_REBOOT, 0);
}

/* int security_bpf(int cmd, union bpf_attr *attr, unsigned int size) */
int hull_on_bpf(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_BPF, HULL_BPF_USE, (u32)arg[0]);
}

int hull_on_perf_open(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_PERF, HULL_PERF_OPEN, 0);
}

int hull_on_perf_read(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_PERF, HULL_PERF_READ, 0);
}

/* int security_key_permission(key_ref_t key_ref, const struct cred *cred, need_perm) */
int hull_on_key_permission(const unsigned long *arg)
{
	static const u32 perms[] = {
		[KEY_NEED_VIEW] = HULL_KEY_VIEW,
		[KEY_NEED_READ] = HULL_KEY_READ,
		[KEY_NEED_WRITE] = HULL_KEY_WRITE,
		[KEY_NEED_SEARCH] = HULL_KEY_SEARCH,
		[KEY_NEED_LINK] = HULL_KEY_LINK,
		[KEY_NEED_SETATTR] = HULL_KEY_SETATTR,
	};
	u32 need = HULL_HOOK_ARG(u32, arg, 2);
	int ret;

	if (need >= ARRAY_SIZE(perms) || !perms[need])
		return 0;
	ret = hull_check_simple(HULL_CLASS_KEY, perms[need], 0);
	/* keyctl_read() takes that to mean: unless the key is on one of the task's keyrings. */
	return ret == -EACCES && need == KEY_NEED_READ ? -EPERM : ret;
}

/* int security_key_alloc(struct key *key, const struct cred *cred, unsigned long flags) */
int hull_on_key_alloc(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_KEY, HULL_KEY_CREATE, 0);
}

/* int security_settime64(const struct timespec64 *ts, const struct timezone *tz) */
int hull_on_settime(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_TIME, HULL_TIME_SET, 0);
}

/* int do_adjtimex(struct __kernel_timex *txc) */
int hull_on_adjtimex(const unsigned long *arg)
{
	const struct __kernel_timex *txc = HULL_HOOK_ARG(const struct __kernel_timex *, arg, 0);

	const unsigned int asks = ADJ_ADJTIME | ADJ_OFFSET_READONLY;

	if (!txc->modes || (txc->modes & asks) == asks)
		return 0;
	return hull_check_simple(HULL_CLASS_TIME, HULL_TIME_SET, 0);
}

/* int security_syslog(int type) */
int hull_on_syslog(const unsigned long *arg)
{
	switch (HULL_HOOK_ARG(int, arg, 0)) {
	case SYSLOG_ACTION_CLOSE:
	case SYSLOG_ACTION_OPEN:
	case SYSLOG_ACTION_READ:
	case SYSLOG_ACTION_READ_ALL:
	case SYSLOG_ACTION_SIZE_UNREAD:
	case SYSLOG_ACTION_SIZE_BUFFER:
		return hull_check_simple(HULL_CLASS_SYSLOG, HULL_SYSLOG_READ, 0);
	}
	return hull_check_simple(HULL_CLASS_SYSLOG, HULL_SYSLOG_CONTROL, 0);
}

/* int security_inode_init_security_anon(struct inode *inode, const struct qstr *name, ...) */
int hull_on_anon_inode(const unsigned long *arg)
{
	static const struct qstr userfaultfd = QSTR_INIT("[userfaultfd]", 13);
	const struct qstr *name = HULL_HOOK_ARG(const struct qstr *, arg, 1);

	if (name->len != userfaultfd.len || memcmp(name->name, userfaultfd.name, name->len))
		return 0;
	return hull_check_simple(HULL_CLASS_USERFAULTFD, HULL_USERFAULTFD_CREATE, 0);
}

/* long io_uring_setup(u32 entries, struct io_uring_params __user *params) */
int hull_on_uring_setup(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_URING, HULL_URING_SETUP, 0);
}

int hull_on_uring_sqpoll(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_URING, HULL_URING_SQPOLL, 0);
}

/* With other credentials a ring would use capabilities that nobody is asked about. */
int hull_on_uring_creds(const unsigned long *arg)
{
	struct hull_act act;
	int ret = hull_check_simple(HULL_CLASS_URING, HULL_URING_CREDS, 0);

	if (ret || !hull_interesting(HULL_CLASS_CAPABILITY, HULL_CAPABILITY_USE))
		return ret;
	hull_act_init(&act, HULL_CLASS_URING, HULL_URING_CREDS);
	return hull_deny(&act);
}

int hull_on_uring_cmd(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_URING, HULL_URING_CMD, 0);
}

/* int io_issue_sqe(struct io_kiocb *req, unsigned int issue_flags) */
int hull_on_uring_issue(const unsigned long *arg)
{
	int ret = hull_check_simple(HULL_CLASS_URING, HULL_URING_ISSUE,
				    HULL_HOOK_ARG(const struct io_kiocb *, arg, 0)->opcode);

	/* That would mean to try again, without end. */
	return ret == -EAGAIN ? -EPERM : ret;
}

int hull_on_shm(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_IPC, HULL_IPC_SHM, 0);
}

int hull_on_msg(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_IPC, HULL_IPC_MSG, 0);
}

int hull_on_sem(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_IPC, HULL_IPC_SEM, 0);
}

/* long do_handle_open(int mountdirfd, struct file_handle __user *ufh, int open_flag) */
int hull_on_handle_open(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_HANDLE, HULL_HANDLE_OPEN, 0);
}
