/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note OR MIT */
/*
 * Hull's extra hypercalls: the guest's side of the ABI.
 *
 * Usable in a guest kernel, in guest user space and in freestanding code; it needs
 * nothing but a compiler for x86. Documentation/hypercalls/abi.rst tells it in prose.
 *
 * Discovery: CPUID leaf HULL_CPUID_SIGNATURE answers "HullHullHull" in ebx, ecx, edx
 * and the highest Hull leaf in eax; leaf HULL_CPUID_FEATURES answers the ABI version
 * in eax, feature bits in ebx, the first number in ecx, how many there are in edx.
 *
 * Call: VMCALL with the number in eax, arguments in rbx, rcx, rdx, rsi; the result
 * comes in rax, negative errno for an error. No other register changes. This is
 * KVM's convention; the number ranges do not meet.
 */
#ifndef _UAPI_LINUX_HULL_HYPERCALL_H
#define _UAPI_LINUX_HULL_HYPERCALL_H

#define HULL_CPUID_SIGNATURE	0x40000100u
#define HULL_CPUID_FEATURES	0x40000101u
#define HULL_CPUID_EBX		0x6c6c7548u	/* "Hull" */
#define HULL_CPUID_ECX		0x6c6c7548u
#define HULL_CPUID_EDX		0x6c6c7548u

#define HULL_HYPERCALL_ABI	1u

#define HULL_HYPERCALL_BASE	0x48750000u	/* "Hu" */
#define HULL_HYPERCALL_RANGE	0x100u		/* numbers reserved for Hull's own calls */

/*
 * Feature bits, CPUID leaf HULL_CPUID_FEATURES, ebx.
 * HULL_FEATURE_CPL3: guest user mode may call; otherwise it gets -EPERM.
 */
#define HULL_FEATURE_LOG	(1u << 0)
#define HULL_FEATURE_CPL3	(1u << 1)

/* The numbers: HULL_HYPERCALL_NOP, HULL_HYPERCALL_VERSION, HULL_HYPERCALL_LOG. */
#define HULL_HYPERCALL_NOP	(HULL_HYPERCALL_BASE + 0)	/* () -> 0 */
#define HULL_HYPERCALL_VERSION	(HULL_HYPERCALL_BASE + 1)	/* () -> ABI version */
#define HULL_HYPERCALL_LOG	(HULL_HYPERCALL_BASE + 2)	/* (address, bytes) -> bytes */

#define HULL_LOG_MAX		256u	/* bytes of one hull_log line */

#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))

static inline long hull_hypercall4(unsigned long nr, unsigned long a, unsigned long b,
				   unsigned long c, unsigned long d)
{
	long ret;

	__asm__ __volatile__("vmcall"
			     : "=a"(ret)
			     : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d)
			     : "memory");
	return ret;
}

static inline long hull_hypercall(unsigned long nr)
{
	return hull_hypercall4(nr, 0, 0, 0, 0);
}

static inline void hull_cpuid_leaf(unsigned int leaf, unsigned int *eax, unsigned int *ebx,
				   unsigned int *ecx, unsigned int *edx)
{
	*eax = leaf;
	*ecx = 0;
	__asm__ __volatile__("cpuid" : "+a"(*eax), "=b"(*ebx), "+c"(*ecx), "=d"(*edx));
}

/* 1 when this machine is a guest of Hull; VMCALL faults where there is no hypervisor */
static inline int hull_present(void)
{
	unsigned int a, b, c, d;

	hull_cpuid_leaf(HULL_CPUID_SIGNATURE, &a, &b, &c, &d);
	return a >= HULL_CPUID_FEATURES && b == HULL_CPUID_EBX && c == HULL_CPUID_ECX &&
	       d == HULL_CPUID_EDX;
}

/* hull_nop: nothing, as quickly as possible. Any CPL the VM allows. Never fails. */
static inline long hull_nop(void)
{
	return hull_hypercall(HULL_HYPERCALL_NOP);
}

/* hull_version: the ABI version, HULL_HYPERCALL_ABI of the host. */
static inline long hull_version(void)
{
	return hull_hypercall(HULL_HYPERCALL_VERSION);
}

/*
 * hull_log: a line of text to the VM's log on the host.
 * @text: linear address, readable by the caller; @bytes: 1 to HULL_LOG_MAX
 * Returns @bytes; -EINVAL: length; -EFAULT: not readable now (touch it and try
 * again); -EAGAIN: too many lines in a short time, the line is dropped and counted.
 */
static inline long hull_log(const void *text, unsigned long bytes)
{
	return hull_hypercall4(HULL_HYPERCALL_LOG, (unsigned long)text, bytes, 0, 0);
}

#endif
#endif
