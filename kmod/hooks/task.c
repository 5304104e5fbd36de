// SPDX-License-Identifier: GPL-2.0-only
/* What tasks do to tasks, and to themselves. */

#include <linux/pid.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/security.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>
#include <hooks/quick.h>

static noinline int check_peer_whole(struct task_struct *peer, u32 class, u32 out, u32 in,
				     u64 number, bool floor)
{
	struct hull_act act;
	int ret;

	hull_act_init(&act, class, out);
	act.request.number = number;
	act.peer = peer;
	act.floor = floor;
	ret = hull_check(&act);
	if (ret || same_thread_group(peer, current))
		return ret;
	act.request.perms = in;
	act.floor = false;
	return hull_check_of(&act, peer);
}

/* @floor: without a rule it does not reach those outside */
static __always_inline int check_peer(struct task_struct *peer, u32 class, u32 out, u32 in,
				      u64 number, bool floor)
{
	return likely(hull_quick_peer(peer, class, out, in, number)) ?
		0 : check_peer_whole(peer, class, out, in, number, floor);
}

/* int security_task_kill(struct task_struct *p, struct kernel_siginfo *info, int sig, cred) */
int hull_on_task_kill(const unsigned long *arg)
{
	struct task_struct *peer = HULL_HOOK_ARG(struct task_struct *, arg, 0);
	int signal = HULL_HOOK_ARG(int, arg, 2);

	return check_peer(peer, HULL_CLASS_SIGNAL, HULL_SIGNAL_SEND, HULL_SIGNAL_RECEIVE, signal,
			  true);
}

static int check_owner(struct task_struct *task)
{
	int signal, ret = 0;

	if (same_thread_group(task, current))
		return 0;
	/* Which one it will be is said at another time. */
	for (signal = 1; signal <= _NSIG && !ret; signal++)
		ret = check_peer(task, HULL_CLASS_SIGNAL, HULL_SIGNAL_SEND, HULL_SIGNAL_RECEIVE,
				 signal, true);
	return ret;
}

/*
 * void __f_setown(struct file *filp, struct pid *pid, enum pid_type type, int force): whoever
 * is to be signalled when something happens to the file. The function cannot fail: denied is
 * that nobody is.
 */
int hull_on_set_owner(const unsigned long *arg)
{
	struct pid *pid = HULL_HOOK_ARG(struct pid *, arg, 1);
	enum pid_type type = HULL_HOOK_ARG(enum pid_type, arg, 2);
	struct task_struct *task;
	int ret = 0;

	if (!pid)
		return 0;
	rcu_read_lock();
	do_each_pid_task(pid, type, task) {
		ret = ret ?: check_owner(task);
	} while_each_pid_task(pid, type, task);
	rcu_read_unlock();
	return ret;
}

/* int security_ptrace_access_check(struct task_struct *child, unsigned int mode) */
int hull_on_ptrace_access(const unsigned long *arg)
{
	struct task_struct *peer = HULL_HOOK_ARG(struct task_struct *, arg, 0);

	if (HULL_HOOK_ARG(unsigned int, arg, 1) & PTRACE_MODE_ATTACH)
		return check_peer(peer, HULL_CLASS_PTRACE, HULL_PTRACE_TRACE, HULL_PTRACE_TRACED, 0,
				  true);
	return check_peer(peer, HULL_CLASS_PTRACE, HULL_PTRACE_INSPECT, HULL_PTRACE_INSPECTED, 0,
			  false);
}

/* int security_ptrace_traceme(struct task_struct *parent): the caller will be traced by it */
int hull_on_ptrace_traceme(const unsigned long *arg)
{
	struct task_struct *parent = HULL_HOOK_ARG(struct task_struct *, arg, 0);
	struct hull_act act;
	int ret;

	hull_act_init(&act, HULL_CLASS_PTRACE, HULL_PTRACE_TRACED);
	act.peer = parent;
	ret = hull_check(&act);
	if (ret)
		return ret;
	act.request.perms = HULL_PTRACE_TRACE;
	return hull_check_of(&act, parent);
}

/* int security_task_alloc(struct task_struct *task, unsigned long clone_flags) */
int hull_on_task_alloc(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_TASK, HULL_TASK_FORK, 0);
}

/* What is done to another's task: a default does not reach those outside. */
static int check_task(struct task_struct *task, u32 class, u32 perm, u64 number)
{
	struct hull_act act;

	hull_act_init(&act, class, perm);
	act.request.number = number;
	act.peer = task;
	act.floor = !same_thread_group(task, current);
	return hull_check(&act);
}

/* int security_task_setrlimit(struct task_struct *p, unsigned int resource, new_rlim) */
int hull_on_setrlimit(const unsigned long *arg)
{
	struct task_struct *task = HULL_HOOK_ARG(struct task_struct *, arg, 0);

	return check_task(task, HULL_CLASS_RLIMIT, same_thread_group(task, current) ?
			  HULL_RLIMIT_SET : HULL_RLIMIT_SET_OTHER,
			  HULL_HOOK_ARG(unsigned int, arg, 1));
}

/* int security_task_prlimit(cred, tcred, unsigned int flags): of another process */
int hull_on_prlimit(const unsigned long *arg)
{
	return HULL_HOOK_ARG(unsigned int, arg, 2) & LSM_PRLIMIT_WRITE ?
		hull_check_simple(HULL_CLASS_RLIMIT, HULL_RLIMIT_SET_OTHER, 0) : 0;
}

/* int security_task_setnice(struct task_struct *p, int nice) */
int hull_on_setnice(const unsigned long *arg)
{
	return check_task(HULL_HOOK_ARG(struct task_struct *, arg, 0), HULL_CLASS_PRIORITY,
			  HULL_PRIORITY_NICE, 0);
}

/* int security_task_setscheduler(struct task_struct *p) */
int hull_on_setscheduler(const unsigned long *arg)
{
	return check_task(HULL_HOOK_ARG(struct task_struct *, arg, 0), HULL_CLASS_PRIORITY,
			  HULL_PRIORITY_SCHEDULER, 0);
}

/* int security_task_setioprio(struct task_struct *p, int ioprio) */
int hull_on_setioprio(const unsigned long *arg)
{
	return check_task(HULL_HOOK_ARG(struct task_struct *, arg, 0), HULL_CLASS_PRIORITY,
			  HULL_PRIORITY_IOPRIO, 0);
}

/* int security_task_movememory(struct task_struct *p) */
int hull_on_movememory(const unsigned long *arg)
{
	return check_task(HULL_HOOK_ARG(struct task_struct *, arg, 0), HULL_CLASS_MEMORY,
			  HULL_MEMORY_MOVE, 0);
}

/* int security_task_prctl(int option, ...) */
int hull_on_prctl(const unsigned long *arg)
{
	int ret = hull_check_simple(HULL_CLASS_PRCTL, HULL_PRCTL_USE, (u32)arg[0]);

	/* That would mean to go on. An option that the kernel does not know is this. */
	return ret == -ENOSYS ? -EINVAL : ret;
}

int hull_on_capset(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_CRED, HULL_CRED_CAPSET, 0);
}

int hull_on_setuid(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_CRED, HULL_CRED_SETUID, 0);
}

int hull_on_setgid(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_CRED, HULL_CRED_SETGID, 0);
}

int hull_on_setgroups(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_CRED, HULL_CRED_SETGROUPS, 0);
}

/*
 * int security_capable(const struct cred *cred, ns, int cap, unsigned int opts): what the
 * kernel does for itself in the task's name, as a stacked file system does, is none of it.
 * Threads of io_uring, though, take on credentials to do what the task asked for.
 */
int hull_on_capable(const unsigned long *arg)
{
	if (HULL_HOOK_ARG(const struct cred *, arg, 0) != current_real_cred() &&
	    !(current->flags & PF_IO_WORKER))
		return 0;
	return hull_check_simple(HULL_CLASS_CAPABILITY, HULL_CAPABILITY_USE, (u32)arg[2]);
}

/* long keyctl_session_to_parent(void): the parent would get the caller's keys */
int hull_on_session_to_parent(const unsigned long *arg)
{
	struct hull_act act;
	bool within;

	rcu_read_lock();
	within = hull_within_group(rcu_dereference(current->real_parent));
	rcu_read_unlock();
	if (within)
		return 0;
	hull_act_init(&act, HULL_CLASS_KEY, HULL_KEY_LINK);
	return hull_deny(&act);
}
