/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note OR MIT */
/*
 * /dev/hull-guest, inside a guest of Hull: a program's way to the extra hypercalls,
 * whatever privilege level the host lets call. Documentation/hypercalls/guest.rst.
 */
#ifndef _UAPI_LINUX_HULL_GUEST_H
#define _UAPI_LINUX_HULL_GUEST_H

#include <linux/types.h>
#include <linux/ioctl.h>

#define HULL_GUEST_BUFFER_MAX	4096u	/* bytes */

/*
 * Flags, for numbers that handlers of the host answer: arg[0] is an address in this
 * process and arg[1] a number of bytes there, up to HULL_GUEST_BUFFER_MAX. The host gets a copy
 * of it (IN), the process gets back what the host wrote (OUT).
 */
#define HULL_GUEST_IN		(1u << 0)
#define HULL_GUEST_OUT		(1u << 1)

/**
 * struct hull_guest_call - one call
 * @size: sizeof(struct hull_guest_call), in
 * @number: HULL_HYPERCALL_*
 * @flags: HULL_GUEST_*
 * @reserved: 0
 * @arg: rbx, rcx, rdx, rsi; those that the call does not have: 0
 * @result: out: what the host said, a negative errno too
 */
struct hull_guest_call {
	__u32 size;
	__u32 number;
	__u32 flags;
	__u32 reserved;
	__u64 arg[4];
	__s64 result;
};

/*
 * 0: the call was made, see @result. EPERM: not for user space; EINVAL: a field;
 * EFAULT: memory of this process; E2BIG: @size is larger and not all of it zero.
 */
#define HULL_GUEST_CALL		_IOWR(0xAE, 0xfe, struct hull_guest_call)

#endif
