// SPDX-License-Identifier: GPL-2.0-only
/* KVM's paravirtual MSRs and hypercalls: wall clock, steal time, IPIs, kicks. */

#include <linux/kvm_para.h>
#include <linux/mm.h>
#include <linux/sched/stat.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <asm/kvm_para.h>
#include <asm/pvclock-abi.h>
#include <run/loop.h>

/* ---- wall clock: when the guest's clock was zero -------------------------- */

static void wall_clock_write(struct hull_vcpu *vcpu, u64 gpa)
{
	struct hull_mmu *mmu = &vcpu->vm->mmu;
	struct pvclock_wall_clock wall;
	u32 version, nsec;
	u64 ns;

	if (!gpa || hull_mmu_read(mmu, gpa, &version, sizeof(version)))
		return;
	version |= 1;
	if (hull_mmu_write(mmu, gpa, &version, sizeof(version)))
		return;
	ns = ktime_get_real_ns() - hull_clock_get(vcpu->vm);
	wall.sec = div_u64_rem(ns, NSEC_PER_SEC, &nsec);
	wall.nsec = nsec;
	smp_wmb();	/* odd version before the values */
	if (hull_mmu_write(mmu, gpa + offsetof(struct pvclock_wall_clock, sec), &wall.sec,
			   sizeof(wall) - offsetof(struct pvclock_wall_clock, sec)))
		return;
	smp_wmb();	/* values before the even version */
	version++;
	hull_mmu_write(mmu, gpa, &version, sizeof(version));
}

/* ---- steal time ----------------------------------------------------------- */

void hull_steal_write(struct hull_vcpu *vcpu)
{
	struct hull_mmu *mmu = &vcpu->vm->mmu;
	struct hull_pv *pv = vcpu->pv;
	u64 gpa = pv->steal_time & KVM_STEAL_VALID_BITS;
	struct kvm_steal_time steal = {};
	u64 delay;

	if (!(pv->steal_time & KVM_MSR_ENABLED))
		return;
	delay = current->sched_info.run_delay;
	pv->steal_ns += delay - pv->steal_last;
	pv->steal_last = delay;

	steal.version = (pv->steal_version | 1) + 2;
	if (hull_mmu_write(mmu, gpa + offsetof(struct kvm_steal_time, version), &steal.version,
			   sizeof(steal.version)))
		return;
	smp_wmb();	/* odd version before the values */
	steal.steal = pv->steal_ns;
	/* From @flags on: the vCPU runs, so nothing is preempted. */
	if (hull_mmu_write(mmu, gpa, &steal.steal, sizeof(steal.steal)) ||
	    hull_mmu_write(mmu, gpa + offsetof(struct kvm_steal_time, preempted),
			   &steal.preempted, sizeof(steal.preempted)))
		return;
	smp_wmb();	/* values before the even version */
	pv->steal_version = ++steal.version;
	hull_mmu_write(mmu, gpa + offsetof(struct kvm_steal_time, version), &steal.version,
		       sizeof(steal.version));
	pv->steal_generation = READ_ONCE(mmu->slots_generation);
	pv->steal_hva = hull_mmu_hva(mmu, gpa, sizeof(steal), true);
}

/* From sched_out: if the page is not at hand the guest just doesn't hear of it. */
void hull_steal_preempted(struct hull_vcpu *vcpu)
{
	struct hull_mmu *mmu = &vcpu->vm->mmu;
	struct kvm_steal_time __user *steal = (void __user *)vcpu->pv->steal_hva;
	static const u8 preempted = KVM_VCPU_PREEMPTED;
	int idx;

	if (!steal || current->mm != vcpu->vm->mm)
		return;
	idx = srcu_read_lock(&mmu->srcu);
	if (READ_ONCE(mmu->slots_generation) == vcpu->pv->steal_generation)
		(void)copy_to_user_nofault(&steal->preempted, &preempted, sizeof(preempted));
	srcu_read_unlock(&mmu->srcu, idx);
}

static int steal_time_set(struct hull_vcpu *vcpu, u64 val)
{
	if (val & KVM_STEAL_RESERVED_MASK)
		return -EINVAL;
	vcpu->pv->steal_time = val;
	vcpu->pv->steal_hva = 0;
	if (!(val & KVM_MSR_ENABLED))
		return 0;
	vcpu->pv->steal_last = current->sched_info.run_delay;
	hull_vcpu_request(vcpu, HULL_REQ_STEAL);
	return 0;
}

/* ---- MSRs ----------------------------------------------------------------- */

int hull_pv_msr_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	switch (msr) {
	case MSR_KVM_WALL_CLOCK:
	case MSR_KVM_WALL_CLOCK_NEW:
		*val = READ_ONCE(vcpu->vm->clock.wall_msr);
		return 0;
	case MSR_KVM_SYSTEM_TIME:
	case MSR_KVM_SYSTEM_TIME_NEW:
		*val = vcpu->pv->system_time;
		return 0;
	case MSR_KVM_STEAL_TIME:
		*val = vcpu->pv->steal_time;
		return 0;
	}
	return -EINVAL;
}

int hull_pv_msr_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	switch (msr) {
	case MSR_KVM_WALL_CLOCK:
	case MSR_KVM_WALL_CLOCK_NEW:
		WRITE_ONCE(vcpu->vm->clock.wall_msr, val);
		if (!by_host)
			wall_clock_write(vcpu, val);
		return 0;
	case MSR_KVM_SYSTEM_TIME:
	case MSR_KVM_SYSTEM_TIME_NEW:
		vcpu->pv->system_time = val;
		hull_vcpu_request(vcpu, HULL_REQ_CLOCK);
		return 0;
	case MSR_KVM_STEAL_TIME:
		return steal_time_set(vcpu, val);
	}
	return -EINVAL;
}

/* ---- hypercalls ----------------------------------------------------------- */

static long hc_kick(struct hull_vcpu *vcpu, const unsigned long args[4])
{
	struct hull_vcpu *target;

	if (args[1] > U32_MAX)
		return 0;
	target = hull_vm_vcpu_by_id(vcpu->vm, args[1]);
	if (target) {
		hull_vcpu_request(target, HULL_REQ_UNBLOCK);
		hull_vcpu_kick(target);
	}
	return 0;
}

static long hc_send_ipi(struct hull_vcpu *vcpu, const unsigned long args[4])
{
	unsigned long bitmap[2] = { args[0], args[1] };

	if (!vcpu->lapic)
		return -KVM_ENOSYS;
	return hull_irq_ipi_send(vcpu->vm->irqchip, bitmap, args[2], args[3],
				 hull_vmx_is_long_mode(&vcpu->vmx));
}

static long hc_sched_yield(struct hull_vcpu *vcpu, const unsigned long args[4])
{
	if (args[0] <= U32_MAX)
		hull_yield_to(vcpu, args[0]);
	return 0;
}

static long hc_nothing(struct hull_vcpu *vcpu, const unsigned long args[4])
{
	return 0;
}

static const struct {
	unsigned long nr;
	long (*fn)(struct hull_vcpu *vcpu, const unsigned long args[4]);
} hypercalls[] = {
	{ KVM_HC_VAPIC_POLL_IRQ, hc_nothing },
	{ KVM_HC_KICK_CPU, hc_kick },
	{ KVM_HC_SEND_IPI, hc_send_ipi },
	{ KVM_HC_SCHED_YIELD, hc_sched_yield },
};

static long hypercall_do(struct hull_vcpu *vcpu, unsigned long nr, const unsigned long args[4])
{
	int i;

	if (hull_vmx_cpl(&vcpu->vmx))
		return -KVM_EPERM;
	for (i = 0; i < ARRAY_SIZE(hypercalls); i++)
		if (hypercalls[i].nr == nr)
			return hypercalls[i].fn(vcpu, args);
	return -KVM_ENOSYS;
}

int hull_pv_hypercall(struct hull_vcpu *vcpu)
{
	unsigned long *regs = vcpu->vmx.regs;
	unsigned long nr = regs[HULL_REG_RAX];
	unsigned long args[4] = { regs[HULL_REG_RBX], regs[HULL_REG_RCX], regs[HULL_REG_RDX],
				  regs[HULL_REG_RSI] };
	bool wide = hull_vmx_is_long_mode(&vcpu->vmx);
	long ret;
	int i;

	if (!wide) {
		nr = (u32)nr;
		for (i = 0; i < ARRAY_SIZE(args); i++)
			args[i] = (u32)args[i];
	}
	ret = hypercall_do(vcpu, nr, args);
	regs[HULL_REG_RAX] = wide ? ret : (u32)ret;
	return hull_exit_skip(vcpu);
}

/* ---- life ----------------------------------------------------------------- */

int hull_pv_create(struct hull_vcpu *vcpu)
{
	vcpu->pv = kzalloc(sizeof(*vcpu->pv), GFP_KERNEL_ACCOUNT);
	return vcpu->pv ? 0 : -ENOMEM;
}

void hull_pv_destroy(struct hull_vcpu *vcpu)
{
	kfree(vcpu->pv);
}

void hull_pv_reset(struct hull_vcpu *vcpu)
{
	memset(vcpu->pv, 0, sizeof(*vcpu->pv));
}
