/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pure part of this room (ept, slot arrays, guest page walk) needs of its
 * surroundings, so that it is built and tested in userland too. There, a table's
 * physical address is its virtual one.
 */
#ifndef HULL_MMU_PORT_H
#define HULL_MMU_PORT_H

#ifdef __KERNEL__

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

static inline u64 hull_entry_xchg(u64 *entry, u64 val)
{
	return xchg(entry, val);
}

/* The processor sets bits in an entry at any time: clear others atomically. */
static inline void hull_entry_clear(u64 *entry, u64 bits)
{
	u64 old = READ_ONCE(*entry);

	while (!try_cmpxchg(entry, &old, old & ~bits))
		;
}

static inline u64 hull_table_pa(const u64 *table)
{
	return virt_to_phys((void *)table);
}

static inline u64 *hull_table_va(u64 pa)
{
	return phys_to_virt(pa);
}

#else /* userland */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define GENMASK_ULL(h, l)	((~0ULL >> (63 - (h))) & (~0ULL << (l)))
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define min(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; })
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define noinline		__attribute__((noinline))
#define PAGE_SHIFT		12
#define PAGE_SIZE		4096UL

static inline u64 hull_entry_xchg(u64 *entry, u64 val)
{
	return __atomic_exchange_n(entry, val, __ATOMIC_SEQ_CST);
}

static inline void hull_entry_clear(u64 *entry, u64 bits)
{
	__atomic_fetch_and(entry, ~bits, __ATOMIC_SEQ_CST);
}

static inline u64 hull_table_pa(const u64 *table)
{
	return (uintptr_t)table;
}

static inline u64 *hull_table_va(u64 pa)
{
	return (u64 *)(uintptr_t)pa;
}

#endif
#endif
