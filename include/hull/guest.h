/* SPDX-License-Identifier: GPL-2.0-only */
/* What hull_guest.ko offers to other modules of a guest's kernel. */
#ifndef HULL_GUEST_H
#define HULL_GUEST_H

#include <linux/types.h>

/**
 * hull_guest_call - one extra hypercall
 * @number: HULL_HYPERCALL_*
 * @a: rbx; @b: rcx; @c: rdx; @d: rsi. Addresses are linear ones of the kernel
 *
 * Context: any. The host may sleep, this CPU does nothing else meanwhile.
 * Return: what the host said: 0 and above, or a negative errno.
 */
long hull_guest_call(u32 number, unsigned long a, unsigned long b, unsigned long c,
		     unsigned long d);

/** hull_guest_features - HULL_FEATURE_* of the host */
u32 hull_guest_features(void);

#endif
