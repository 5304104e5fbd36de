/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pure parts of this room need, in the kernel and in userland: plain
 * types, bit macros and one division. Pure parts take no lock, read no clock and
 * call nothing; selftests/unit/irq_*.c build them as they are.
 */
#ifndef HULL_IRQ_PURE_H
#define HULL_IRQ_PURE_H

#ifdef __KERNEL__
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/build_bug.h>
#include <linux/kvm.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <linux/kvm.h>
#include <linux/types.h>
typedef __u8 u8; typedef __u16 u16; typedef __u32 u32; typedef __u64 u64; typedef __s64 s64;
#define fallthrough	__attribute__((fallthrough))
#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#ifndef BIT
#define BIT(n)		(1UL << (n))
#define GENMASK(h, l)	((~0UL << (l)) & (~0UL >> (63 - (h))))
#define BIT_ULL(n)	BIT(n)
#define GENMASK_ULL(h, l) GENMASK(h, l)
#endif
#endif

/* floor(a * mul / div) for div < 2^32 and mul < 2^32, or ~0 where that has no room */
static inline u64 hull_scale(u64 a, u32 mul, u32 div)
{
	u64 whole = a / div, part = a % div;

	if (whole > (~0ULL - mul) / mul)
		return ~0ULL;
	return whole * mul + part * mul / div;
}

#endif
