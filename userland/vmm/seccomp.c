// SPDX-License-Identifier: GPL-2.0-only
/* The system calls that threads of a running VMM make: a row each. Others kill the process. */
#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/kvm.h>

#include "confine.h"

#define VCPU		(1u << CONFINE_VCPU)
#define LOOP		(1u << CONFINE_LOOP)
#define SERVER		(1u << CONFINE_SERVER)
#define ALL		(VCPU | LOOP | SERVER)
#define PRIORITY_RUN	255

/*
 * What the C library adds: futex for mutexes and joins, madvise and munmap for the
 * stacks of threads, tgkill and what is around it to send a signal, clocks where
 * the kernel offers no vDSO for them.
 */
static const struct {
	int call;
	unsigned int kinds;
} calls[] = {
	{ SCMP_SYS(futex), ALL },
	{ SCMP_SYS(write), ALL },
	{ SCMP_SYS(clock_gettime), ALL },
	{ SCMP_SYS(gettimeofday), ALL },
	{ SCMP_SYS(time), ALL },
	{ SCMP_SYS(rt_sigreturn), ALL },
	{ SCMP_SYS(rt_sigprocmask), ALL },
	{ SCMP_SYS(restart_syscall), ALL },
	{ SCMP_SYS(madvise), ALL },
	{ SCMP_SYS(munmap), ALL },
	{ SCMP_SYS(exit), ALL },
	{ SCMP_SYS(exit_group), ALL },
	{ SCMP_SYS(poll), LOOP },
	{ SCMP_SYS(read), LOOP },
	{ SCMP_SYS(pread64), LOOP },
	{ SCMP_SYS(pwrite64), LOOP },
	{ SCMP_SYS(ftruncate), LOOP },
	{ SCMP_SYS(accept4), LOOP },
	{ SCMP_SYS(recvfrom), LOOP },
	{ SCMP_SYS(sendto), LOOP },
	{ SCMP_SYS(close), LOOP },
	{ SCMP_SYS(getpid), LOOP },
	{ SCMP_SYS(gettid), LOOP },
	{ SCMP_SYS(tgkill), LOOP },
};

static const struct {
	unsigned long request;
	unsigned int kinds;
} ioctls[] = {
	{ KVM_RUN, VCPU },
	{ KVM_IRQ_LINE, VCPU | LOOP },
	{ KVM_GET_REGS, VCPU },
	{ HULL_VM_STOP, LOOP },
	{ HULL_VM_SERVE, SERVER },
	{ TCGETS, LOOP },		/* the terminal, as it was found */
	{ TCSETSW, LOOP },
};

static int add_rules(scmp_filter_ctx filter, unsigned int kind)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].kinds & kind)
			ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i].call, 0);
	/* The kernel looks at 32 bits of the request. */
	for (i = 0; !ret && i < sizeof(ioctls) / sizeof(ioctls[0]); i++)
		if (ioctls[i].kinds & kind)
			ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
					       SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu,
						       ioctls[i].request));
	return ret;
}

int confine_thread(enum confine_kind kind, struct vmm_error *error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int ret;

	if (!filter)
		return vmm_fail(error, ENOMEM, "seccomp: no memory for a filter");
	/*
	 * Speculation controls stay as they are: switching them with each thread
	 * costs more than the guest's own mitigations leave to gain.
	 */
	ret = seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
	if (!ret)
		ret = add_rules(filter, 1u << kind);
	if (!ret && kind == CONFINE_VCPU)
		ret = seccomp_syscall_priority(filter, SCMP_SYS(ioctl), PRIORITY_RUN);
	if (!ret)
		ret = seccomp_load(filter);
	seccomp_release(filter);
	if (ret)
		return vmm_fail(error, -ret, "this kernel refuses the seccomp filter (%d)", ret);
	return 0;
}
