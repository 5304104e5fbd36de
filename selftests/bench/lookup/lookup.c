// SPDX-License-Identifier: GPL-2.0-only
/*
 * What hull_group_current() costs the task that reads a parameter of this module, in
 * thousandths of a TSC tick; and what it would cost to probe on every level of the way
 * up, which needs no word of levels. Under QEMU's -icount a tick is an instruction.
 */

#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <asm/msr.h>
#include <core/group_table.h>

#define ROUNDS	1000

static __always_inline struct hull_group *nothing(void)
{
	return NULL;
}

static __always_inline struct hull_group *every_level(void)
{
	struct cgroup *cgroup = task_dfl_cgroup(current);
	struct hull_group *group;
	int level;

	for (level = cgroup->level; level > 0; level--) {
		group = hull_group_at(cgroup->ancestors[level]);
		if (group)
			return group;
	}
	return NULL;
}

/* Ticks of ROUNDS of them, the look-up inlined as it is in a hook. */
#define TIMED(name, look_up)					\
static noinline u64 name(void)					\
{								\
	struct hull_group *group;				\
	u64 begin, end;						\
	int i;							\
								\
	begin = rdtsc_ordered();				\
	for (i = 0; i < ROUNDS; i++) {				\
		group = look_up();				\
		/* As if it were used, and all memory changed. */	\
		asm volatile("" : : "r" (group) : "memory");	\
	}							\
	end = rdtsc_ordered();					\
	return end - begin;					\
}

TIMED(time_nothing, nothing)
TIMED(time_look_up, hull_group_current)
TIMED(time_every_level, every_level)

static u64 time_of(u64 (*fn)(void))
{
	u64 best = ~0ULL, ticks;
	unsigned long flags;
	int i;

	for (i = 0; i < 5; i++) {
		local_irq_save(flags);
		rcu_read_lock();
		ticks = fn();
		rcu_read_unlock();
		local_irq_restore(flags);
		best = min(best, ticks);
	}
	return best;
}

static int get(char *buffer, u64 (*fn)(void))
{
	u64 ticks = time_of(fn) - time_of(time_nothing);

	return sysfs_emit(buffer, "%llu\n", ticks * 1000 / ROUNDS);
}

static int get_look_up(char *buffer, const struct kernel_param *param)
{
	return get(buffer, time_look_up);
}

static int get_every_level(char *buffer, const struct kernel_param *param)
{
	return get(buffer, time_every_level);
}

/* The id of the group that the reader is in; 0: none */
static int get_group(char *buffer, const struct kernel_param *param)
{
	struct hull_group *group;
	u32 id = 0;

	rcu_read_lock();
	group = hull_group_current();
	if (group)
		id = group->subject.id;
	rcu_read_unlock();
	return sysfs_emit(buffer, "%u\n", id);
}

static const struct kernel_param_ops look_up_ops = { .get = get_look_up };
static const struct kernel_param_ops every_level_ops = { .get = get_every_level };
static const struct kernel_param_ops group_ops = { .get = get_group };
module_param_cb(look_up, &look_up_ops, NULL, 0444);
module_param_cb(every_level, &every_level_ops, NULL, 0444);
module_param_cb(group, &group_ops, NULL, 0444);

static int __init lookup_init(void)
{
	return 0;
}

static void __exit lookup_exit(void)
{
}

module_init(lookup_init);
module_exit(lookup_exit);
MODULE_DESCRIPTION("Times Hull's look-up of a task's group");
MODULE_LICENSE("GPL");
