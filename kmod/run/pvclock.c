// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's TSC, and KVM's paravirtual clock that is made of it.
 *
 * Where the host's TSC can be relied on, the guest's clock is the TSC scaled to
 * nanoseconds from one reference point of the whole VM: every vCPU's page tells the
 * same line, which is what PVCLOCK_TSC_STABLE_BIT promises. Elsewhere each vCPU's page
 * follows the host's clock, and is written anew whenever the vCPU changes its CPU.
 */

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched/clock.h>
#include <linux/timekeeping.h>
#include <asm/pvclock-abi.h>
#include <asm/tsc.h>
#include <run/loop.h>

/* TSC cycles to ns as the guest does it: shift, then multiply and drop 32 bits. */
struct clock_scale {
	u32 mul;
	s8 shift;
};

static struct clock_scale scale_of(u32 khz)
{
	struct clock_scale scale = { .shift = 0 };
	u64 hz = (u64)khz * 1000;

	if (!hz)
		return scale;
	/* Into (10^9, 2 * 10^9], so that the multiplier has all its 32 bits. */
	while (hz > 2ull * NSEC_PER_SEC) {
		hz >>= 1;
		scale.shift--;
	}
	while (hz <= NSEC_PER_SEC) {
		hz <<= 1;
		scale.shift++;
	}
	scale.mul = div64_u64((u64)NSEC_PER_SEC << 32, hz);
	return scale;
}

static u64 cycles_to_ns(u64 cycles, u32 khz)
{
	struct clock_scale scale = scale_of(khz);

	cycles = scale.shift < 0 ? cycles >> -scale.shift : cycles << scale.shift;
	return mul_u64_u32_shr(cycles, scale.mul, 32);
}

/* ---- the VM's clock ------------------------------------------------------- */

static bool host_tsc_reliable(void)
{
	return boot_cpu_has(X86_FEATURE_CONSTANT_TSC) && !check_tsc_unstable();
}

static u64 clock_now(struct hull_vm *vm)
{
	struct hull_clock *clock = &vm->clock;

	lockdep_assert_held(&clock->lock);
	if (clock->stable)
		return clock->ref_ns + cycles_to_ns(rdtsc() - clock->ref_tsc, vm->tsc_khz);
	return ktime_get_boottime_ns() + clock->offset;
}

static void clock_start(struct hull_vm *vm, u64 ns, bool stable)
{
	struct hull_clock *clock = &vm->clock;

	lockdep_assert_held(&clock->lock);
	clock->stable = stable;
	clock->ref_tsc = rdtsc();
	clock->ref_ns = ns;
	clock->offset = ns - ktime_get_boottime_ns();
}

/*
 * The host's TSC may have begun anew in a sleep of the machine, which the guest's clock
 * leaves out. And the host may find out late that its TSC is no good: then the clock
 * goes on from where it is.
 */
static void clock_check(struct hull_vm *vm)
{
	struct hull_clock *clock = &vm->clock;
	u64 lost = hull_vmx_tsc_lost - clock->tsc_lost;

	if (unlikely(lost)) {
		clock->ref_tsc -= lost;
		clock->tsc_offset += lost;
		clock->tsc_set_at = 0;
		clock->tsc_lost += lost;
	}
	if (unlikely(clock->stable && check_tsc_unstable()))
		clock_start(vm, clock_now(vm), false);
}

void hull_clock_create(struct hull_vm *vm)
{
	spin_lock(&vm->clock.lock);
	clock_start(vm, 0, host_tsc_reliable());
	vm->clock.tsc_lost = hull_vmx_tsc_lost;
	/* All vCPUs start with the same TSC, which was 0 now. */
	vm->clock.tsc_offset = -vm->clock.ref_tsc;
	spin_unlock(&vm->clock.lock);
}

u64 hull_clock_get(struct hull_vm *vm)
{
	u64 ns;

	spin_lock(&vm->clock.lock);
	clock_check(vm);
	ns = clock_now(vm);
	spin_unlock(&vm->clock.lock);
	return ns;
}

void hull_clock_set(struct hull_vm *vm, u64 ns)
{
	spin_lock(&vm->clock.lock);
	clock_check(vm);
	clock_start(vm, ns, host_tsc_reliable());
	spin_unlock(&vm->clock.lock);
	hull_vm_request(vm, HULL_REQ_CLOCK, false);
}

/* ---- the guest's TSC ------------------------------------------------------ */

u64 hull_guest_tsc(struct hull_vcpu *vcpu)
{
	return rdtsc() + vcpu->tsc_offset;
}

void hull_guest_tsc_offset_set(struct hull_vcpu *vcpu, u64 offset)
{
	WRITE_ONCE(vcpu->tsc_offset, offset);
	hull_vmx_tsc_offset_set(&vcpu->vmx, offset);
	if (vcpu->lapic)
		hull_lapic_tsc_moved(vcpu->lapic);
	if (vcpu->pv->system_time & 1)
		hull_vcpu_request(vcpu, HULL_REQ_CLOCK);
}

void hull_guest_tsc_start(struct hull_vcpu *vcpu)
{
	struct hull_clock *clock = &vcpu->vm->clock;

	spin_lock(&clock->lock);
	clock_check(vcpu->vm);
	vcpu->tsc_offset = clock->tsc_offset;
	vcpu->tsc_lost = clock->tsc_lost;
	spin_unlock(&clock->lock);
}

void hull_guest_tsc_recover(struct hull_vcpu *vcpu)
{
	u64 lost = hull_vmx_tsc_lost - vcpu->tsc_lost;

	vcpu->tsc_lost += lost;
	vcpu->tsc_left -= lost;
	hull_guest_tsc_offset_set(vcpu, vcpu->tsc_offset + lost);
}

/*
 * Userspace writes the TSC of one vCPU after the other. Values that lie within a
 * second of what the last one would have become mean the same TSC: they get the
 * same offset, or else the guest would see its processors apart.
 */
void hull_guest_tsc_set(struct hull_vcpu *vcpu, u64 tsc)
{
	struct hull_clock *clock = &vcpu->vm->clock;
	u64 second = (u64)vcpu->vm->tsc_khz * 1000;
	u64 now = rdtsc(), offset = tsc - now;
	s64 apart;

	spin_lock(&clock->lock);
	clock_check(vcpu->vm);
	apart = offset - clock->tsc_offset;
	if (clock->tsc_set_at && now - clock->tsc_set_at < second && abs(apart) < (s64)second)
		offset = clock->tsc_offset;
	clock->tsc_offset = offset;
	clock->tsc_set_at = now;
	spin_unlock(&clock->lock);
	hull_guest_tsc_offset_set(vcpu, offset);
}

/* ---- the vCPU's page ------------------------------------------------------ */

static void page_fill(struct hull_vcpu *vcpu, struct pvclock_vcpu_time_info *info)
{
	struct hull_vm *vm = vcpu->vm;
	struct clock_scale scale = scale_of(vm->tsc_khz);
	u64 tsc;

	spin_lock(&vm->clock.lock);
	clock_check(vm);
	if (vm->clock.stable) {
		tsc = vm->clock.ref_tsc;
		info->system_time = vm->clock.ref_ns;
		info->flags = PVCLOCK_TSC_STABLE_BIT;
	} else {
		tsc = rdtsc();
		info->system_time = clock_now(vm);
	}
	spin_unlock(&vm->clock.lock);
	info->tsc_timestamp = tsc + vcpu->tsc_offset;
	info->tsc_to_system_mul = scale.mul;
	info->tsc_shift = scale.shift;
	if (vcpu->pv->clock_stopped) {
		vcpu->pv->clock_stopped = false;
		info->flags |= PVCLOCK_GUEST_STOPPED;
	}
}

/* An odd version tells the guest that the page is being written. */
void hull_pvclock_write(struct hull_vcpu *vcpu)
{
	struct hull_mmu *mmu = &vcpu->vm->mmu;
	struct pvclock_vcpu_time_info info = {};
	u64 gpa = vcpu->pv->system_time & ~1ull;
	u32 version;

	if (!(vcpu->pv->system_time & 1))
		return;
	page_fill(vcpu, &info);
	version = (vcpu->pv->clock_version | 1) + 2;
	if (hull_mmu_write(mmu, gpa, &version, sizeof(version)))
		return;
	smp_wmb();	/* odd version before the values */
	if (hull_mmu_write(mmu, gpa + sizeof(version), (u8 *)&info + sizeof(version),
			   sizeof(info) - sizeof(version)))
		return;
	smp_wmb();	/* values before the even version */
	vcpu->pv->clock_version = ++version;
	hull_mmu_write(mmu, gpa, &version, sizeof(version));
}
