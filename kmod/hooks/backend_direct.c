// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaching by direct calls of ftrace: the function's first instruction becomes a call of
 * our trampoline. Nobody else can have a direct call or a redirection at that place as
 * long as we are there, and the ops are permanent: ftrace cannot be switched off.
 *
 * There is one trampoline for each kind of question; the return address says which
 * function called. So many functions are attached and let go of in one go.
 */

#include <linux/atomic.h>
#include <linux/cgroup.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/hash.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <compat/direct.h>
#include <compat/ksym.h>
#include <core/group_table.h>
#include <hooks/direct.h>
#include <hooks/hook.h>

#define RET_BITS	10	/* most have a bucket of their own */

/* What is attached with one trampoline. */
struct direct {
	struct ftrace_ops ops;
	unsigned long trampoline;
	bool filtered, registered;
};

struct hull_batch {
	struct direct direct[HULL_WHOS];
};

static struct hull_hook *by_ret[1 << RET_BITS];		/* [I] after resolving */
static unsigned long (*location)(unsigned long ip);	/* [I] likewise */
static int *tracing_enabled;				/* [I] likewise */

u32 hull_execve_byte;					/* [I] likewise */
u8 hull_execve_mask;					/* [I] likewise */

static atomic_t sleepers;
static DECLARE_WAIT_QUEUE_HEAD(no_sleepers);

/* ---- the trampolines ---------------------------------------------------------- */

/*
 * (%rsp) is where the function goes on, 8(%rsp) where its caller does. All argument
 * registers must stay; RAX, R10, R11 are free at the begin of a function.
 *
 * Most callers are in no group. Their cgroup's address tells by the filter; it is read
 * with no lock, so the second look makes sure that the css_set was the task's all the time.
 */
#define IN_A_GROUP(target)						\
	"movq	" HULL_ASM_CURRENT ", %%r10\n\t"			\
	"movq	%c[cgroups](%%r10), %%rax\n\t"				\
	"movzwl	%c[filtered](%%rax), %%r11d\n\t"			\
	"cmpq	%c[cgroups](%%r10), %%rax\n\t"				\
	"jne	" target "\n\t"						\
	"cmpl	$0, hull_group_filter(%%r11)\n\t"			\
	"jne	" target "\n\t"

/* The task is the function's argument: its caller keeps it, and looks under RCU. */
#define PEER_IN_A_GROUP(target)						\
	"movq	%c[cgroups](%%rdi), %%rax\n\t"				\
	"movzwl	%c[filtered](%%rax), %%r11d\n\t"			\
	"cmpl	$0, hull_group_filter(%%r11)\n\t"			\
	"jne	" target "\n\t"

/* The second argument has what is asked for. */
#define CHDIR_IN_A_GROUP(target)					\
	"testl	%[chdir], %%esi\n\t"					\
	"jz	2f\n\t"							\
	IN_A_GROUP(target)

/*
 * What the task's execve() reads and maps, it was asked about when it was opened. Others'
 * files are looked at even then: io_uring's requests are cancelled, and go on, in execve().
 */
#define RUNNING_IN_A_GROUP(target)					\
	IN_A_GROUP("3f")						\
	ASM_RET								\
	"3:\n\t"							\
	"movl	hull_execve_byte(%%rip), %%r11d\n\t"			\
	"movzbl	(%%r10, %%r11), %%eax\n\t"				\
	"testb	%%al, hull_execve_mask(%%rip)\n\t"			\
	"jz	" target "\n\t"						\
	"testq	%%rdi, %%rdi\n\t"					\
	"jz	" target "\n\t"						\
	"testl	%[exec], %c[f_flags](%%rdi)\n\t"			\
	"jz	" target "\n\t"

#define TRAMPOLINE(name, checks)					\
	".type	" name ", @function\n"					\
	".globl	" name "\n"						\
	".balign 16\n"							\
	name ":\n\t"							\
	ASM_ENDBR							\
	checks								\
	"2:\n\t"							\
	ASM_RET								\
	"1:\n\t"							\
	"jmp	hull_direct_slow\n\t"					\
	".size	" name ", . - " name "\n\t"

/*
 * In a group: arguments become an array on the stack. A hook that denies makes the
 * trampoline return to hull_direct_denied, so that calls and returns stay paired.
 */
asm(".pushsection .text.hull_direct, \"ax\"\n"
	".type	hull_direct_slow, @function\n"
	".balign 16\n"
	"hull_direct_slow:\n\t"
	"pushq	%rbp\n\t"
	"movq	%rsp, %rbp\n\t"
	CALL_DEPTH_ACCOUNT "\n\t"
	"pushq	%r9\n\t"
	"pushq	%r8\n\t"
	"pushq	%rcx\n\t"
	"pushq	%rdx\n\t"
	"pushq	%rsi\n\t"
	"pushq	%rdi\n\t"
	"movq	%rsp, %rdi\n\t"
	"movq	8(%rbp), %rsi\n\t"
	"call	hull_direct_hit\n\t"
	"popq	%rdi\n\t"
	"popq	%rsi\n\t"
	"popq	%rdx\n\t"
	"popq	%rcx\n\t"
	"popq	%r8\n\t"
	"popq	%r9\n\t"
	"popq	%rbp\n\t"
	"testl	%eax, %eax\n\t"
	"jnz	1f\n\t"
	ASM_RET
	"1:	cltq\n\t"
	"leaq	hull_direct_denied(%rip), %r11\n\t"
	"movq	%r11, (%rsp)\n\t"
	ASM_RET
	".size	hull_direct_slow, . - hull_direct_slow\n"
	".type	hull_direct_denied, @function\n"
	".balign 16\n"
	"hull_direct_denied:\n\t"
	ASM_ENDBR
	ASM_RET
	".size	hull_direct_denied, . - hull_direct_denied\n"
	".popsection\n");

/* Never called: it gives the assembler the structures' offsets. */
notrace void __used hull_direct_asm(void)
{
	asm volatile(".pushsection .text.hull_direct, \"ax\"\n"
		     TRAMPOLINE("hull_direct_current", IN_A_GROUP("1f"))
		     TRAMPOLINE("hull_direct_peer", IN_A_GROUP("1f") PEER_IN_A_GROUP("1f"))
		     TRAMPOLINE("hull_direct_chdir", CHDIR_IN_A_GROUP("1f"))
		     TRAMPOLINE("hull_direct_running", RUNNING_IN_A_GROUP("1f"))
		     ".popsection\n"
		     : : [cgroups] "i" (offsetof(struct task_struct, cgroups)),
		       [filtered] "i" (offsetof(struct css_set, dfl_cgrp) +
				       HULL_GROUP_FILTER_SHIFT / BITS_PER_BYTE),
		       [chdir] "i" (MAY_CHDIR),
		       [exec] "i" (__FMODE_EXEC),
		       [f_flags] "i" (offsetof(struct file, f_flags)));
}

/* Interrupts happen to a task: what they do is not its doing. */
__visible notrace int hull_direct_hit(const unsigned long *arg, unsigned long ret)
{
	const struct hull_hook *hook;

	if (!in_task())
		return 0;
	for (hook = by_ret[hash_long(ret, RET_BITS)]; hook; hook = hook->next)
		if (likely(hook->ret == ret))
			return hook->check(arg);
	return 0;
}

/* ---- finding functions --------------------------------------------------------- */

/* The compiler tells nobody where it has a field of bits. */
static int execve_bit_find(void)
{
	struct task_struct *task = kzalloc(sizeof(*task), GFP_KERNEL);
	const u8 *byte = (const u8 *)task;

	if (!task)
		return -ENOMEM;
	task->in_execve = 1;
	while (!byte[hull_execve_byte])
		hull_execve_byte++;
	hull_execve_mask = byte[hull_execve_byte];
	kfree(task);
	return 0;
}

int hull_backend_resolve(struct hull_hook *hooks, unsigned int n)
{
	struct hull_hook *hook, **bucket;
	int ret = execve_bit_find();

	if (ret)
		return ret;

	location = (void *)hull_ksym("ftrace_location");
	tracing_enabled = (int *)hull_ksym("ftrace_enabled");
	if (!location || !tracing_enabled)
		return -EOPNOTSUPP;
	/* Those at the table's begin are called most, and come to be first in their buckets. */
	for (hook = hooks + n; hook-- > hooks;) {
		hook->address = hull_ksym(hook->function);
		if (hook->address)
			hook->address = location(hook->address);
		if (!hook->address)
			continue;
		hook->ret = hook->address + MCOUNT_INSN_SIZE;
		bucket = &by_ret[hash_long(hook->ret, RET_BITS)];
		hook->next = *bucket;
		*bucket = hook;
	}
	return 0;
}

/* ---- attaching ------------------------------------------------------------------- */

static const unsigned long trampolines[HULL_WHOS] = {
	[HULL_WHO_CURRENT] = (unsigned long)hull_direct_current,
	[HULL_WHO_PEER] = (unsigned long)hull_direct_peer,
	[HULL_WHO_CHDIR] = (unsigned long)hull_direct_chdir,
	[HULL_WHO_RUNNING] = (unsigned long)hull_direct_running,
};

static void direct_end(struct direct *direct)
{
	if (direct->registered) {
		direct->ops.flags &= ~FTRACE_OPS_FL_PERMANENT;
		hull_direct_unregister(&direct->ops, direct->trampoline);
	}
	/* That would be freed as often as it is asked for. */
	if (direct->filtered)
		ftrace_free_filter(&direct->ops);
	direct->registered = false;
	direct->filtered = false;
}

/* @ips: of one trampoline, at least one */
static int direct_begin(struct direct *direct, enum hull_hook_who who, unsigned long *ips,
			unsigned int n)
{
	int ret = ftrace_set_filter_ips(&direct->ops, ips, n, 0, 1);

	direct->filtered = true;
	direct->trampoline = trampolines[who];
	if (!ret)
		ret = hull_direct_register(&direct->ops, direct->trampoline);
	if (ret) {
		direct_end(direct);
		return ret;
	}
	direct->registered = true;
	/* Registering sets flags anew; so ours may come too late for a switch in between. */
	direct->ops.flags |= FTRACE_OPS_FL_PERMANENT;
	smp_mb();	/* the flag before the look; the sysctl has it the other way round */
	if (READ_ONCE(*tracing_enabled))
		return 0;
	direct_end(direct);
	return -EPERM;
}

static int batch_begin(struct hull_batch *batch, struct hull_hook *const *hooks, unsigned int n)
{
	unsigned long *ips = kmalloc_array(n, sizeof(*ips), GFP_KERNEL);
	unsigned int who, i, n_ips;
	int ret = 0;

	if (!ips)
		return -ENOMEM;
	for (who = 0; who < HULL_WHOS && !ret; who++) {
		for (i = n_ips = 0; i < n; i++)
			if (hooks[i]->who == who)
				ips[n_ips++] = hooks[i]->address;
		if (n_ips)
			ret = direct_begin(&batch->direct[who], who, ips, n_ips);
	}
	kfree(ips);
	return ret;
}

static void batch_end(struct hull_batch *batch)
{
	unsigned int who;

	for (who = 0; who < HULL_WHOS; who++)
		direct_end(&batch->direct[who]);
	kfree(batch);
}

/* One of them is held by somebody; which? */
static const struct hull_hook *culprit_find(struct hull_hook *const *hooks, unsigned int n)
{
	struct hull_batch *batch;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < n; i++) {
		batch = kzalloc(sizeof(*batch), GFP_KERNEL);
		if (!batch)
			return NULL;
		ret = batch_begin(batch, &hooks[i], 1);
		batch_end(batch);
		if (ret == -EBUSY)
			return hooks[i];
	}
	return NULL;
}

struct hull_batch *hull_backend_attach(struct hull_hook *const *hooks, unsigned int n,
				       const struct hull_hook **culprit, const char **why)
{
	struct hull_batch *batch = kzalloc(sizeof(*batch), GFP_KERNEL);
	int ret;

	*culprit = NULL;
	*why = NULL;
	if (!batch)
		return ERR_PTR(-ENOMEM);
	ret = batch_begin(batch, hooks, n);
	if (!ret)
		return batch;
	batch_end(batch);
	if (ret == -EPERM) {
		*why = "the sysctl kernel.ftrace_enabled is 0: hooks would never be called; set it to 1";
		return ERR_PTR(-EOPNOTSUPP);
	}
	if (ret == -EBUSY)
		*culprit = culprit_find(hooks, n);
	return ERR_PTR(ret);
}

void hull_backend_detach(struct hull_batch *batch)
{
	batch_end(batch);
}

void hull_backend_sleep_begin(void)
{
	atomic_inc(&sleepers);
}

void hull_backend_sleep_end(void)
{
	if (atomic_dec_and_test(&sleepers))
		wake_up(&no_sleepers);
}

void hull_backend_quiesce(void)
{
	wait_event(no_sleepers, !atomic_read(&sleepers));
	synchronize_rcu_tasks();
}
