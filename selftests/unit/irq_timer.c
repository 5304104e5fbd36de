// SPDX-License-Identifier: GPL-2.0-only
/* The local APIC's timer against a clock that the test turns, and junk for everything. */
#include "irq_machine.h"

#define LVT_TIMER	HULL_APIC_LVT
#define PERIODIC	BIT(17)
#define DEADLINE	BIT(18)
#define DIVIDE_BY_1	0xb

static void timer_set_on(unsigned int cpu, u32 lvt, u32 count)
{
	hull_lapic_reg_set(vcpus[cpu].apic, LVT_TIMER, lvt);
	hull_lapic_reg_set(vcpus[cpu].apic, HULL_APIC_TMICT, count);
}

static void timer_set(u32 lvt, u32 count)
{
	timer_set_on(0, lvt, count);
}

static int deadline_write(u64 tsc)
{
	return hull_lapic_msr_set(vcpus[0].apic, MSR_IA32_TSC_DEADLINE, tsc);
}

static u64 deadline_read(void)
{
	u64 tsc = ~0ULL;

	hull_lapic_msr_get(vcpus[0].apic, MSR_IA32_TSC_DEADLINE, &tsc);
	return tsc;
}

static void start(void)
{
	sim_now = 1000000000;
	sim_tsc_lag = 0;
	machine_start(false, false);
	mmio_write(0, HULL_APIC_TDCR, DIVIDE_BY_1);
}

static void test_oneshot(void)
{
	start();
	timer_set(0x41, 1000000);
	sleep_ns(400000);
	tap_ok(mmio_read(0, HULL_APIC_TMCCT) == 600000, "it counts");
	sleep_ns(599999);
	tap_ok(taken(0) == -1, "not before its time");
	sleep_ns(1);
	tap_ok(taken(0) == 0x41 && !mmio_read(0, HULL_APIC_TMCCT), "then it fires");
	eoi(0);
	tap_ok(!sleep_ns(10000000) && taken(0) == -1, "once");
	mmio_write(0, HULL_APIC_TMICT, 1000000);
	mmio_write(0, HULL_APIC_TMICT, 0);
	tap_ok(!sleep_ns(10000000), "0 stops it");
	mmio_write(0, HULL_APIC_TDCR, 0x0);
	mmio_write(0, HULL_APIC_TMICT, 1000000);
	sleep_ns(1000000);
	tap_ok(mmio_read(0, HULL_APIC_TMCCT) == 500000, "divided by two");
	mmio_write(0, HULL_APIC_TDCR, 0x1);
	sleep_ns(1999999);
	tap_ok(taken(0) == -1, "divided anew, what is left takes longer");
	sleep_ns(1);
	tap_ok(taken(0) == 0x41, "exactly");
	eoi(0);
	timer_set(0x10041, 1000000);
	sleep_ns(10000000);
	tap_ok(taken(0) == -1, "masked, it fires for nobody");
	machine_end();
}

static void test_periodic(void)
{
	unsigned int i, n = 0;

	start();
	timer_set(PERIODIC | 0x41, 1000000);
	for (i = 0; i < 10; i++) {
		sleep_ns(1000000);
		n += taken(0) == 0x41;
		eoi(0);
	}
	tap_ok(n == 10, "ten periods, ten interrupts");
	sleep_ns(250000);
	tap_ok(mmio_read(0, HULL_APIC_TMCCT) == 750000, "it counts");
	mmio_write(0, LVT_TIMER, 0x41);
	tap_ok(sleep_ns(10000000) == 1 && taken(0) == 0x41, "made one-shot, it ends so");
	eoi(0);
	timer_set(PERIODIC | 0x41, 1);
	n = sleep_ns(10000000);
	tap_ok(n && n <= 50, "1 ns is not what the host has to do: %u in 10 ms", n);
	mmio_write(0, LVT_TIMER, DEADLINE | 0x41);
	tap_ok(!sleep_ns(10000000) && !mmio_read(0, HULL_APIC_TMICT), "another mode disarms it");
	machine_end();
}

static void test_deadline(void)
{
	u64 tsc;

	start();
	tap_ok(!deadline_write(guest_tsc(&vcpus[0]) + 2500) && !deadline_read(),
	       "ignored in another mode");
	mmio_write(0, LVT_TIMER, DEADLINE | 0x41);
	mmio_write(0, HULL_APIC_TMICT, 1000);
	tap_ok(!mmio_read(0, HULL_APIC_TMICT), "and the count in this one");
	vcpus[0].tsc_offset = 123456789;
	tsc = guest_tsc(&vcpus[0]) + 2500000;
	deadline_write(tsc);
	tap_ok(deadline_read() == tsc, "armed");
	sleep_ns(999999);
	tap_ok(taken(0) == -1, "not before its time");
	sleep_ns(2);
	tap_ok(taken(0) == 0x41 && !deadline_read(), "fires and disarms");
	eoi(0);
	deadline_write(1);
	tap_ok(taken(0) == 0x41 && !deadline_read(), "one in the past fires now");
	eoi(0);
	deadline_write(guest_tsc(&vcpus[0]) + 2500000);
	deadline_write(0);
	tap_ok(!sleep_ns(10000000), "0 disarms");
	deadline_write(~0ULL);
	tap_ok(!sleep_ns(10000000000) && deadline_read() == ~0ULL, "one that never comes");
	deadline_write(guest_tsc(&vcpus[0]) + 2500000);
	sim_tsc_lag = 2500;
	sleep_ns(1000500);
	tap_ok(taken(0) == -1, "where the TSC is late, so is the timer");
	sleep_ns(502);
	tap_ok(taken(0) == 0x41, "but not for long");
	eoi(0);
	deadline_write(guest_tsc(&vcpus[0]) + 2500000);
	vcpus[0].tsc_offset += 1250000;
	hull_lapic_tsc_moved(vcpus[0].apic);
	sleep_ns(500001);
	tap_ok(taken(0) == 0x41, "a TSC that was set forward");
	hull_lapic_features_set(vcpus[0].apic, HULL_LAPIC_F_X2APIC, 40);
	tap_ok(deadline_write(1) == -EINVAL && deadline_read() == ~0ULL, "not without the feature");
	mmio_write(0, LVT_TIMER, DEADLINE | 0x41);
	tap_ok(mmio_read(0, LVT_TIMER) == 0x41, "nor the mode");
	machine_end();
}

static void test_offload(void)
{
	struct hull_lapic *apic;
	u64 host;

	start();
	apic = vcpus[0].apic;
	mmio_write(0, LVT_TIMER, DEADLINE | 0x41);
	tap_ok(hull_lapic_deadline(apic) == ~0ULL, "no deadline");
	vcpus[0].tsc_offset = -5000;
	deadline_write(guest_tsc(&vcpus[0]) + 2500000);
	host = rdtsc() + 2500000;
	tap_ok(hull_lapic_deadline(apic) == host, "in the host's TSC");
	hull_lapic_timer_offload(apic, true);
	tap_ok(!armed, "offloaded, there is no hrtimer");
	sleep_ns(500000);
	hull_lapic_timer_expired(apic);
	tap_ok(taken(0) == -1 && hull_lapic_deadline(apic) == host, "an exit too early is nothing");
	sleep_ns(500000);
	hull_lapic_timer_sync(apic);
	tap_ok(taken(0) == 0x41 && hull_lapic_deadline(apic) == ~0ULL, "at its time it fires");
	eoi(0);
	hull_lapic_timer_expired(apic);
	tap_ok(taken(0) == -1, "once");
	deadline_write(guest_tsc(&vcpus[0]) + 2500000);
	tap_ok(!armed, "arming needs no hrtimer");
	hull_lapic_timer_offload(apic, false);
	sleep_ns(1000001);
	tap_ok(taken(0) == 0x41, "back at the hrtimer");
	eoi(0);
	hull_lapic_timer_offload(apic, true);
	deadline_write(guest_tsc(&vcpus[0]) + 2500);
	sleep_ns(5000);
	hull_lapic_timer_offload(apic, false);
	tap_ok(taken(0) == 0x41, "one that is due is not forgotten on the way back");
	eoi(0);

	hull_lapic_timer_offload(apic, true);
	timer_set(PERIODIC | 0x41, 1000000);
	sleep_ns(3500000);
	hull_lapic_timer_expired(apic);
	tap_ok(taken(0) == 0x41, "a periodic one");
	eoi(0);
	hull_lapic_timer_expired(apic);
	tap_ok(taken(0) == -1 && hull_lapic_deadline(apic) == rdtsc() + 1250000,
	       "lost periods are lost, the phase stays");
	machine_end();
}

/* --- junk --------------------------------------------------------------------------------- */

static void junk_registers(unsigned int cpu, u64 r)
{
	struct hull_lapic *apic = vcpus[cpu].apic;
	unsigned int len = 1 << (r >> 20 & 3);
	u64 val = random_u64() >> (r >> 58);

	if (!hull_lapic_sw_enabled(apic))
		hull_lapic_reg_set(apic, HULL_APIC_SVR, 0x1ff);
	switch (r % 6) {
	case 0:
		mmio_write(cpu, r >> 8 & 0x3f, val);
		break;
	case 1:
		hull_lapic_mmio(apic, 0xfee00000 + (r >> 8 & 0xfff), len, &val, r & 64);
		break;
	case 2:
		wrmsr(cpu, r >> 8 & 0x7f, val & (r & 64 ? ~0ULL : 0xffff));
		break;
	case 3:
		rdmsr(cpu, r >> 8 & 0x7f);
		break;
	case 4:
		hull_lapic_msr_set(apic, MSR_IA32_TSC_DEADLINE, r & 64 ? val : rdtsc() + (u16)val);
		break;
	default:
		if (!(r & 0xff00))
			hull_lapic_base_set(apic, 0xfee00000 | (val & 0x500) |
					    (r & 0x70000 ? 0x800 : 0), r & 64);
		else
			timer_set_on(cpu, (val & 0x600ff) | (val & 0x700 ? 0 : BIT(16)), val >> 20);
	}
}

static void junk_outside(u64 r)
{
	struct kvm_irqchip state = { .chip_id = r >> 8 & 3 };
	unsigned long set[2] = { random_u64(), random_u64() };
	unsigned int len = 1 << (r >> 20 & 3);
	u64 val = random_u64();

	switch (r % 7) {
	case 0:
		msi(0xfee00000 | (u32)val, val >> 32 & 1, r >> 16);
		break;
	case 1:
		hull_irq_line_set(chip, r >> 8 & 31, r & 64);
		break;
	case 2:
		rte_set((r >> 8) % 24, val);
		break;
	case 3:
		hull_irqchip_mmio(chip, HULL_IOAPIC_BASE + (r >> 8 & 0xff), len, &val, r & 64);
		break;
	case 4:
		hull_irqchip_pio(chip, 0x20 + (r >> 8 & 0x43), len, &val, r & 64);
		break;
	case 5:
		hull_irq_ipi_send(chip, set, r >> 8 & 7, val, r & 64);
		break;
	default:
		if (!hull_irqchip_state_get(chip, &state)) {
			((u8 *)&state.chip)[val % sizeof(state.chip.ioapic)] ^= val >> 32;
			hull_irqchip_state_set(chip, &state);
		}
		chip->ioapic.base = HULL_IOAPIC_BASE;
	}
}

static void junk_state(struct hull_lapic *apic)
{
	struct kvm_lapic_state state;
	unsigned int i;

	hull_lapic_state_get(apic, &state);
	for (i = 0; i < 20; i++)
		state.regs[random_below(sizeof(state.regs))] = random_u64();
	hull_lapic_state_set(apic, &state);
}

/* A vector that is taken is above what is in service, and none is below 16. */
static bool junk_take(unsigned int cpu, unsigned int *n)
{
	struct hull_lapic *apic = vcpus[cpu].apic;
	int served = hull_apic_highest(apic->isr);
	bool extint = chip->pic.pair.output && hull_lapic_takes_extint(apic);
	int vector = taken(cpu);

	if ((apic->irr[0] | apic->isr[0]) & 0xffff)
		return false;
	*n += vector >= 0;
	if (vector < 0 || extint)
		return true;
	return vector >= 16 && vector >> 4 > served >> 4 && vector >> 4 > apic->tpr >> 4;
}

static void test_junk(bool split)
{
	struct kvm_pit_config config = { .flags = KVM_PIT_SPEAKER_DUMMY };
	unsigned int i, fired = 0, took = 0, wrong = 0;
	s64 begin = sim_now, periods;

	machine_start(split, false);
	if (!split)
		hull_pit_create(chip, &config);
	for (i = 0; i < 300000; i++) {
		u64 r = random_u64();
		unsigned int cpu = r >> 32 & 3;

		switch (r >> 40 & 7) {
		case 0:
		case 1:
			junk_outside(r);
			break;
		case 2:
			wrong += !junk_take(cpu, &took);
			break;
		case 3:
			eoi(cpu);
			break;
		case 4:
			fired += sleep_ns(r & 0xffff);
			break;
		case 5:
			hull_lapic_timer_sync(vcpus[cpu].apic);
			if (!(r & 0xff0000))
				hull_lapic_timer_offload(vcpus[cpu].apic, r & 1);
			if (!(r & 0xff00))
				junk_state(vcpus[cpu].apic);
			if (!(r & 0xfff))
				hull_lapic_reset(vcpus[cpu].apic, r & 0x10000000);
			break;
		default:
			junk_registers(cpu, r);
		}
	}
	tap_ok(!wrong && took > i / 200, "junk: %u vectors, each in its turn%s", took,
	       split ? ", split" : "");
	/* what guests arm themselves, one by one, comes on top of what repeats */
	periods = (sim_now - begin) / (s64)HULL_TIMER_PERIOD_MIN * (CPUS + 1);
	tap_ok(fired > i / 1000 && fired < i / 4 + periods,
	       "timers went off %u times in %lld us", fired, (long long)(sim_now - begin) / 1000);
	machine_end();
}

int main(void)
{
	tap_plan(42);
	test_oneshot();
	test_periodic();
	test_deadline();
	test_offload();
	test_junk(false);
	test_junk(true);
	return tap_end();
}
