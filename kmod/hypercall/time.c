// SPDX-License-Identifier: GPL-2.0-only
/* The host's clocks and the guest's TSC, read together. */

#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <asm/msr.h>
#include <hypercall/calls.h>

/* An NMI or a hypervisor below may come between two readings: the nearest ones count. */
#define TIME_TRIES	3

static u64 tsc_offset(struct hull_call *call)
{
	struct hull_clock *clock = &call->vm->clock;
	u64 offset;

	if (call->vcpu)
		return call->vcpu->tsc_offset;
	spin_lock(&clock->lock);
	offset = clock->tsc_offset;
	spin_unlock(&clock->lock);
	return offset;
}

/* The TSC is the middle of what the clocks' reading took, which also bounds the error. */
static void clocks_read(struct hull_time *time)
{
	u64 before, after, realtime, boottime, best = ~0ULL;
	unsigned long flags;
	int i;

	local_irq_save(flags);
	for (i = 0; i < TIME_TRIES; i++) {
		before = rdtsc_ordered();
		realtime = ktime_get_real_ns();
		boottime = ktime_get_boottime_ns();
		after = rdtsc_ordered();
		if (after - before >= best)
			continue;
		best = after - before;
		time->host_tsc = before + best / 2;
		time->realtime_ns = realtime;
		time->boottime_ns = boottime;
	}
	local_irq_restore(flags);
}

long hull_hc_time_pair(struct hull_call *call)
{
	u64 offset = tsc_offset(call);
	struct hull_time time;

	clocks_read(&time);
	time.guest_tsc = time.host_tsc + offset;
	return hull_call_write(call, call->arg[0], &time, sizeof(time));
}
