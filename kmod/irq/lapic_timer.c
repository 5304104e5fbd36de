// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APIC's timer: one-shot, periodic, TSC-deadline. SDM Vol. 3, 11.5.4.
 *
 * An armed timer always has head.deadline, the host TSC it fires at. While the vCPU
 * runs the VMX preemption timer can watch that; else an hrtimer does. The thread
 * stops the hrtimer before it changes anything that the hrtimer reads.
 *
 * The bus clock is 1 GHz, as KVM's is; guests are told by CPUID or measure it.
 */

#include <asm/tsc.h>
#include <compat/hrtimer.h>
#include <irq/irq_private.h>

#define NEVER	(~0ULL)

static u64 ns_to_tsc(const struct hull_lapic *apic, u64 ns)
{
	return hull_scale(ns, apic->chip->tsc_khz, USEC_PER_SEC);
}

/* Rounded up: a guest does not like a timer that comes before its time. */
static u64 tsc_to_ns(const struct hull_lapic *apic, u64 tsc)
{
	return min_t(u64, hull_scale(tsc, USEC_PER_SEC, apic->chip->tsc_khz), S64_MAX / 2) + 1;
}

static void deadline_set(struct hull_lapic *apic, u64 tsc)
{
	WRITE_ONCE(apic->head.deadline, tsc);
}

static unsigned int timer_mode(const struct hull_lapic *apic)
{
	return HULL_LVTT_MODE(READ_ONCE(apic->lvt[HULL_LVT_TIMER]));
}

/* The interrupt, and what the timer does next. Return: true when it goes on. */
static bool timer_fire(struct hull_lapic *apic)
{
	ktime_t now;
	s64 late;

	hull_lapic_lvt_raise(apic, HULL_LVT_TIMER);
	if (!apic->period) {
		WRITE_ONCE(apic->tsc_deadline, 0);
		deadline_set(apic, NEVER);
		return false;
	}
	/* Periods that went by unnoticed are gone: no bursts. */
	now = ktime_get();
	late = ktime_to_ns(ktime_sub(now, apic->expires));
	if (late < 0)
		late = 0;
	WRITE_ONCE(apic->expires, ktime_add_ns(apic->expires,
					       (late / apic->period + 1) * apic->period));
	deadline_set(apic, rdtsc() + ns_to_tsc(apic, ktime_sub(apic->expires, now)));
	return true;
}

static enum hrtimer_restart timer_callback(struct hrtimer *timer)
{
	struct hull_lapic *apic = container_of(timer, struct hull_lapic, timer);
	u64 now = rdtsc();

	/* The host's clock is steered, the guest's TSC is not: it can be too early. */
	if (apic->tsc_deadline && now < apic->head.deadline) {
		u64 ns = tsc_to_ns(apic, apic->head.deadline - now);

		hrtimer_set_expires(timer, ktime_add_ns(ktime_get(), ns));
		return HRTIMER_RESTART;
	}
	if (!timer_fire(apic))
		return HRTIMER_NORESTART;
	hrtimer_set_expires(timer, apic->expires);
	return HRTIMER_RESTART;
}

static void hrtimer_stop(struct hull_lapic *apic)
{
	if (!apic->timer_started)
		return;
	hrtimer_cancel(&apic->timer);
	apic->timer_started = false;
}

static void timer_watch(struct hull_lapic *apic)
{
	u64 now = rdtsc();
	ktime_t when;

	if (apic->head.deadline == NEVER)
		return;
	if (now >= apic->head.deadline && !timer_fire(apic))
		return;
	if (apic->head.offload)
		return;
	if (apic->tsc_deadline)
		when = ktime_add_ns(ktime_get(), tsc_to_ns(apic, apic->head.deadline - now));
	else
		when = apic->expires;
	apic->timer_started = true;
	hrtimer_start(&apic->timer, when, HRTIMER_MODE_ABS_PINNED_HARD);
}

void hull_lapic_timer_init(struct hull_lapic *apic)
{
	hull_compat_hrtimer_setup(&apic->timer, timer_callback, CLOCK_MONOTONIC,
				  HRTIMER_MODE_ABS_PINNED_HARD);
	deadline_set(apic, NEVER);
}

void hull_lapic_timer_stop(struct hull_lapic *apic)
{
	hrtimer_stop(apic);
	WRITE_ONCE(apic->tsc_deadline, 0);
	apic->period = 0;
	deadline_set(apic, NEVER);
}

static u64 ticks_to_ns(const struct hull_lapic *apic, u32 ticks)
{
	return (u64)ticks << hull_apic_divide_shift(apic->tdcr);
}

static u64 period_ns(const struct hull_lapic *apic)
{
	if (timer_mode(apic) != HULL_LVTT_PERIODIC)
		return 0;
	return max_t(u64, ticks_to_ns(apic, apic->tmict), HULL_TIMER_PERIOD_MIN);
}

void hull_lapic_timer_start(struct hull_lapic *apic, u32 left)
{
	u64 ns;

	hull_lapic_timer_stop(apic);
	if (!apic->tmict || timer_mode(apic) == HULL_LVTT_DEADLINE)
		return;
	apic->period = period_ns(apic);
	if (left)
		ns = ticks_to_ns(apic, left);
	else
		ns = apic->period ? apic->period : ticks_to_ns(apic, apic->tmict);
	WRITE_ONCE(apic->expires, ktime_add_ns(ktime_get(), ns));
	deadline_set(apic, rdtsc() + ns_to_tsc(apic, ns));
	timer_watch(apic);
}

u32 hull_lapic_timer_count(struct hull_lapic *apic)
{
	s64 left;

	if (timer_mode(apic) == HULL_LVTT_DEADLINE || READ_ONCE(apic->head.deadline) == NEVER)
		return 0;
	left = ktime_to_ns(ktime_sub(READ_ONCE(apic->expires), ktime_get()));
	if (left <= 0)
		return 0;
	return min_t(u64, left >> hull_apic_divide_shift(apic->tdcr), apic->tmict);
}

void hull_lapic_timer_lvt_set(struct hull_lapic *apic, u32 val)
{
	unsigned int old = timer_mode(apic), mode = HULL_LVTT_MODE(val);

	if (old == mode) {
		WRITE_ONCE(apic->lvt[HULL_LVT_TIMER], val);
		return;
	}
	hrtimer_stop(apic);
	WRITE_ONCE(apic->lvt[HULL_LVT_TIMER], val);
	/* To and from TSC-deadline mode disarms; between the others the count goes on. */
	if (old == HULL_LVTT_DEADLINE || mode == HULL_LVTT_DEADLINE) {
		hull_lapic_timer_stop(apic);
		apic->tmict = 0;
		return;
	}
	apic->period = period_ns(apic);
	timer_watch(apic);
}

void hull_lapic_timer_divide_set(struct hull_lapic *apic, u32 val)
{
	u32 left = hull_lapic_timer_count(apic);

	apic->tdcr = val;
	if (left)
		hull_lapic_timer_start(apic, left);
}

u64 hull_lapic_tsc_deadline_get(struct hull_lapic *apic)
{
	return READ_ONCE(apic->tsc_deadline);
}

void hull_lapic_tsc_deadline_set(struct hull_lapic *apic, u64 deadline)
{
	u64 guest, host;

	if (timer_mode(apic) != HULL_LVTT_DEADLINE)
		return;
	hull_lapic_timer_stop(apic);
	if (!deadline)
		return;
	guest = apic->ops->guest_tsc(apic->vcpu);
	host = rdtsc();
	WRITE_ONCE(apic->tsc_deadline, deadline);
	if (deadline <= guest)
		deadline_set(apic, host);
	else
		deadline_set(apic, host + min(deadline - guest, NEVER - 1 - host));
	timer_watch(apic);
}

void hull_lapic_tsc_moved(struct hull_lapic *apic)
{
	s64 ns;

	hrtimer_stop(apic);
	if (apic->tsc_deadline) {
		hull_lapic_tsc_deadline_set(apic, apic->tsc_deadline);
		return;
	}
	/* Perhaps because the host's has, in which the deadline is told. */
	if (apic->head.deadline != NEVER) {
		ns = ktime_to_ns(ktime_sub(apic->expires, ktime_get()));
		deadline_set(apic, rdtsc() + ns_to_tsc(apic, max_t(s64, ns, 0)));
	}
	timer_watch(apic);
}

void hull_lapic_timer_offload_set(struct hull_lapic *apic, bool offload)
{
	hrtimer_stop(apic);
	apic->head.offload = offload;
	if (!offload)
		timer_watch(apic);
}

void hull_lapic_timer_expired(struct hull_lapic *apic)
{
	if (apic->head.offload && rdtsc() >= apic->head.deadline)
		timer_fire(apic);
}
