/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of a kernel as kmod/irq uses, for one thread, with a clock that the test
 * turns. Included before everything; the kernel's own headers are empty files then.
 * Locks only check that they are used in pairs.
 */
#ifndef HULL_UNIT_IRQ_KERNEL_H
#define HULL_UNIT_IRQ_KERNEL_H

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include "irq/pure.h"

typedef __s16 s16;
typedef s64 ktime_t;

/* --- language -------------------------------------------------------------------- */

#define __rcu
#define likely(x)	(x)
#define unlikely(x)	(x)
#define WRITE_ONCE(x, v) ((x) = (v))
#define smp_mb()	__sync_synchronize()
#define smp_load_acquire(p) (*(p))
#define smp_store_release(p, v) (*(p) = (v))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define static_assert	_Static_assert
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))
#define min(a, b)	({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a < _b ? _a : _b; })
#define max(a, b)	({ __typeof__(a) _c = (a); __typeof__(b) _d = (b); _c > _d ? _c : _d; })
#define min_t(t, a, b)	min((t)(a), (t)(b))
#define max_t(t, a, b)	max((t)(a), (t)(b))
#define clamp(v, lo, hi) min(max(v, lo), hi)
#define clamp_t(t, v, lo, hi) clamp((t)(v), (t)(lo), (t)(hi))
#define S64_MAX		INT64_MAX
#define USEC_PER_SEC	1000000L
#define NSEC_PER_MSEC	1000000L
#define NSEC_PER_USEC	1000L

/* --- memory and errors ------------------------------------------------------------- */

#define GFP_KERNEL	0
#define GFP_KERNEL_ACCOUNT 0
#define kzalloc(size, gfp) calloc(1, size)
#define kvzalloc(size, gfp) calloc(1, size)
#define kcalloc(n, size, gfp) calloc(n, size)
#define kfree(p)	free((void *)(p))
#define kvfree(p)	free((void *)(p))
#define struct_size(p, member, n) (sizeof(*(p)) + sizeof((p)->member[0]) * (n))
#define size_add(a, b)	((a) + (b))
#define array_size(a, b) ((size_t)(a) * (b))
#define ERR_PTR(e)	((void *)(long)(e))
#define PTR_ERR(p)	((long)(p))
#define IS_ERR(p)	((unsigned long)(p) >= (unsigned long)-4095)

static inline unsigned long array_index_nospec(unsigned long index, unsigned long size)
{
	assert(index < size);
	return index;
}

/* --- bits ---------------------------------------------------------------------------- */

#define test_bit(n, p)	(!!((p)[(n) / 64] & 1UL << (n) % 64))
#define set_bit(n, p)	((void)((p)[(n) / 64] |= 1UL << (n) % 64))
#define clear_bit(n, p)	((void)((p)[(n) / 64] &= ~(1UL << (n) % 64)))
#define __set_bit	set_bit
#define __clear_bit	clear_bit
#define xchg(p, v)	({ __typeof__(*(p)) _old = *(p); *(p) = (v); _old; })
#define for_each_set_bit(n, p, size) \
	for ((n) = 0; (n) < (size); (n)++) if (*(p) & 1UL << (n))

static inline bool test_and_set_bit(unsigned int n, unsigned long *p)
{
	bool old = test_bit(n, p);

	set_bit(n, p);
	return old;
}

/* --- locks ------------------------------------------------------------------------------ */

struct mutex { bool held; };
typedef struct { bool held; } raw_spinlock_t;

#define lock_take(l)	do { assert(!(l)->held); (l)->held = true; } while (0)
#define lock_give(l)	do { assert((l)->held); (l)->held = false; } while (0)
#define mutex_init(l)	((l)->held = false)
#define mutex_lock	lock_take
#define mutex_unlock	lock_give
#define raw_spin_lock_init(l) ((l)->held = false)
#define raw_spin_lock_irqsave(l, flags) do { (void)&(flags); lock_take(l); } while (0)
#define raw_spin_unlock_irqrestore(l, flags) lock_give(l)
#define lockdep_is_held(l) ((l)->held)
#define lockdep_assert_held(l) assert((l)->held)

extern int sim_rcu;	/* depth of read-side sections */

#define rcu_read_lock()	(sim_rcu++)
#define rcu_read_unlock() (assert(sim_rcu > 0), sim_rcu--)
#define rcu_dereference(p) (assert(sim_rcu > 0), (p))
#define rcu_dereference_protected(p, c) (assert(c), (p))
#define rcu_assign_pointer(p, v) ((p) = (v))
#define RCU_INIT_POINTER(p, v) ((p) = (v))
#define rcu_replace_pointer(p, v, c) ({ __typeof__(p) _p = (p); assert(c); (p) = (v); _p; })
#define synchronize_rcu() assert(!sim_rcu)

/* A grace period ends when the test says so: see sim_grace. */
extern unsigned long sim_grace;	/* how many have ended */

#define start_poll_synchronize_rcu() (sim_grace + 1)
#define poll_state_synchronize_rcu(when) (sim_grace >= (when))
#define cond_synchronize_rcu(when) \
	(assert(!sim_rcu), sim_grace = sim_grace >= (when) ? sim_grace : (when))

struct list_head { struct list_head *next, *prev; };
#define INIT_LIST_HEAD(l) ((l)->next = (l)->prev = (l))
#define list_empty(l)	((l)->next == (l))

/* --- time ------------------------------------------------------------------------ */

enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };
enum hrtimer_mode { HRTIMER_MODE_ABS_PINNED_HARD, HRTIMER_MODE_ABS_HARD, HRTIMER_MODE_REL_HARD };
typedef int clockid_t;
#ifndef CLOCK_MONOTONIC
#define CLOCK_MONOTONIC	1
#endif

struct hrtimer {
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	ktime_t expires;
	bool armed;
	struct hrtimer *next;	/* of those armed */
};

extern s64 sim_now;		/* ns */
extern s64 sim_tsc_lag;		/* TSC ticks that the TSC is behind the clock */
#define SIM_TSC_KHZ	2500000

#define ktime_get()	(sim_now)
#define ktime_get_ns()	((u64)sim_now)
#define ktime_add_ns(t, ns) ((ktime_t)((t) + (ns)))
#define ktime_sub(a, b)	((a) - (b))
#define ktime_to_ns(t)	(t)
#define ns_to_ktime(ns)	((ktime_t)(ns))
#define rdtsc()		((u64)(sim_now * 5 / 2 - sim_tsc_lag))
#define hrtimer_init(t, clock, mode) ((void)(t))
#define hrtimer_setup(t, f, clock, mode) ((t)->function = (f))
#define hrtimer_set_expires(t, e) ((t)->expires = (e))

void hrtimer_start(struct hrtimer *timer, ktime_t when, enum hrtimer_mode mode);
void hrtimer_cancel(struct hrtimer *timer);
void hrtimer_forward_now(struct hrtimer *timer, ktime_t interval);

/* --- x86 ------------------------------------------------------------------------- */

#define APIC_DEFAULT_PHYS_BASE	0xfee00000UL
#define MSR_IA32_TSC_DEADLINE	0x6e0

static const struct { unsigned int x86_phys_bits; } boot_cpu_data = { 46 };

#endif
