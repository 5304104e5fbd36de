// SPDX-License-Identifier: GPL-2.0-only
/* The running half of a VM: made when a VMM attaches, gone with its last file. */

#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <asm/tsc.h>
#include <core/core.h>
#include <core/vm.h>

static const struct hull_vcpu_ops *vcpu_ops;

/* CPUs that hull_vm_request() interrupts; one mask a CPU, used with preemption off */
static DEFINE_PER_CPU(cpumask_var_t, request_mask);

void hull_vcpu_ops_set(const struct hull_vcpu_ops *ops)
{
	vcpu_ops = ops;
}

const struct hull_vcpu_ops *hull_vcpu_ops_get(void)
{
	return vcpu_ops;
}

/* mmu->lock is held, so this neither sleeps nor takes vm->lock. */
static void vm_mmu_flush(struct hull_mmu *mmu)
{
	hull_vm_request(container_of(mmu, struct hull_vm, mmu), HULL_REQ_TLB_FLUSH, true);
}

static const struct hull_mmu_ops vm_mmu_ops = {
	.flush = vm_mmu_flush,
};

static u32 vm_mmu_features(const struct hull_vm *vm)
{
	struct hull_vmx_caps caps;
	u32 features = 0;

	hull_vmx_caps_get(&caps);
	if (caps.flags & HULL_VMX_CAP_EPT_2M)
		features |= HULL_MMU_2M;
	if (caps.flags & HULL_VMX_CAP_EPT_AD)
		features |= HULL_MMU_AD;
	if (caps.flags & HULL_VMX_CAP_EPT_EXEC_ONLY)
		features |= HULL_MMU_EXEC_ONLY;
	if (caps.mitigations & vm->mitigations & HULL_MITIGATION_NX_HUGE)
		features |= HULL_MMU_NX_HUGE;
	return features;
}

static struct hull_vm *vm_alloc(struct hull_record *record)
{
	struct hull_vm *vm;

	vm = kvzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	if (!vm)
		return NULL;

	mutex_lock(&record->lock);
	vm->mitigations = record->config.mitigations;
	vm->flags = record->config.flags;
	vm->cpus_max = record->config.cpus;
	vm->memory_max = record->config.memory;
	mutex_unlock(&record->lock);

	refcount_set(&vm->users, 1);
	mutex_init(&vm->lock);
	spin_lock_init(&vm->clock.lock);
	init_waitqueue_head(&vm->pause_wait);
	vm->tsc_khz = tsc_khz;
	vm->record = record;
	hull_subject_get(&record->subject);
	vm->mm = current->mm;
	mmgrab(vm->mm);
	return vm;
}

static void vm_free(struct hull_vm *vm)
{
	mmdrop(vm->mm);
	hull_subject_put(&vm->record->subject);
	kvfree(vm);
}

struct hull_vm *hull_vm_create(struct hull_record *record)
{
	const char *why;
	struct hull_vm *vm;
	int ret;

	if (!current->mm)
		return ERR_PTR(-EINVAL);

	ret = hull_vmx_hold(&why);
	if (ret)
		return ERR_PTR(ret);

	vm = vm_alloc(record);
	if (!vm) {
		ret = -ENOMEM;
		goto out_vmx;
	}
	ret = hull_mmu_init(&vm->mmu, vm->mm, vm_mmu_features(vm), &vm_mmu_ops);
	if (ret)
		goto out_free;
	ret = vcpu_ops->vm_create(vm);
	if (ret)
		goto out_mmu;

	preempt_notifier_inc();
	/* Published last: from here on netlink can pause and kill it. */
	ret = hull_record_attach(record, vm);
	if (ret)
		goto out_notifier;
	return vm;

out_notifier:
	preempt_notifier_dec();
	vcpu_ops->vm_quiesce(vm);
	vcpu_ops->vm_destroy(vm);
out_mmu:
	hull_mmu_destroy(&vm->mmu);
out_free:
	vm_free(vm);
out_vmx:
	hull_vmx_release();
	return ERR_PTR(ret);
}

void hull_vm_get(struct hull_vm *vm)
{
	refcount_inc(&vm->users);
}

/*
 * The last file is closed, so no ioctl is running and no vCPU is loaded. First the
 * record lets go, so that netlink finds nothing half torn down; then other VMs, irqfds
 * and the PIT, which raise interrupts from outside; then vCPUs; then what they used.
 */
static void vm_destroy(struct hull_vm *vm)
{
	u32 i;

	hull_record_detach(vm->record);
	vcpu_ops->vm_quiesce(vm);
	if (vm->irqchip) {
		hull_irqchip_irqfds_release(vm->irqchip);
		hull_irqchip_quiesce(vm->irqchip);
	}
	for (i = 0; i < vm->vcpus_online; i++)
		hull_vcpu_destroy(vm->vcpus[i]);
	if (vm->irqchip)
		hull_irqchip_destroy(vm->irqchip);
	preempt_notifier_dec();
	vcpu_ops->vm_destroy(vm);
	hull_mmu_destroy(&vm->mmu);
	vm_free(vm);
	hull_vmx_release();
}

void hull_vm_put(struct hull_vm *vm)
{
	if (refcount_dec_and_test(&vm->users))
		vm_destroy(vm);
}

static void request_ack(void *unused)
{
	/* The interrupt itself made the vCPU leave the guest. */
}

void hull_vm_request(struct hull_vm *vm, enum hull_vcpu_request_bit req, bool wait)
{
	struct hull_vcpu *vcpu;
	struct cpumask *mask;
	int me, cpu, mode;
	u32 i;

	me = get_cpu();
	mask = this_cpu_cpumask_var_ptr(request_mask);
	cpumask_clear(mask);
	hull_vm_for_each_vcpu(i, vcpu, vm) {
		hull_vcpu_request(vcpu, req);
		/* pairs with smp_store_mb(vcpu->mode) before the last look at requests */
		smp_mb__after_atomic();
		mode = cmpxchg(&vcpu->mode, HULL_VCPU_IN_GUEST, HULL_VCPU_EXITING);
		/* Somebody else's interrupt does not tell us when it has arrived. */
		if (mode == HULL_VCPU_OUTSIDE || (mode == HULL_VCPU_EXITING && !wait))
			continue;
		cpu = READ_ONCE(vcpu->cpu);
		if (cpu >= 0 && cpu != me)
			cpumask_set_cpu(cpu, mask);
	}
	if (!cpumask_empty(mask))
		smp_call_function_many(mask, request_ack, NULL, wait);
	put_cpu();
}

static void vm_wake_all(struct hull_vm *vm)
{
	struct hull_vcpu *vcpu;
	u32 i;

	wake_up_all(&vm->pause_wait);
	hull_vm_for_each_vcpu(i, vcpu, vm) {
		hull_vcpu_request(vcpu, HULL_REQ_PAUSE);
		hull_vcpu_kick(vcpu);
	}
}

void hull_vm_kill(struct hull_vm *vm)
{
	WRITE_ONCE(vm->dead, true);
	vm_wake_all(vm);
}

void hull_vm_policy_kill(struct hull_vm *vm, u32 number, const char *name, u32 cpl)
{
	char text[HULL_REASON_MAX + 1];

	snprintf(text, sizeof(text), "its policy forbids call %#x%s%s%s from CPL %u", number,
		 name ? " (" : "", name ?: "", name ? ")" : "", cpl);
	hull_record_reason_set(vm->record, HULL_STOP_POLICY, text);
	hull_vm_kill(vm);
}

void hull_vm_pause(struct hull_vm *vm, bool paused)
{
	WRITE_ONCE(vm->paused, paused);
	vm_wake_all(vm);
}

struct hull_vcpu *hull_vm_vcpu_by_id(struct hull_vm *vm, u32 id)
{
	struct hull_vcpu *vcpu;
	u32 i;

	hull_vm_for_each_vcpu(i, vcpu, vm)
		if (vcpu->id == id)
			return vcpu;
	return NULL;
}

void hull_vm_stats(struct hull_vm *vm, struct hull_stats_sum *sum)
{
	struct hull_vcpu *vcpu;
	u32 i;

	hull_vm_for_each_vcpu(i, vcpu, vm)
		hull_stats_add(&sum->vcpu, &vcpu->stats);

	/* Word-sized, and only for people: a moment old is fine. */
	sum->memory_2m += READ_ONCE(vm->mmu.mapped_2m) * SZ_2M;
	sum->memory += READ_ONCE(vm->mmu.mapped_4k) * SZ_4K + READ_ONCE(vm->mmu.mapped_2m) * SZ_2M;
	sum->tables += READ_ONCE(vm->mmu.tables) * PAGE_SIZE;
	sum->faults += atomic64_read(&vm->mmu.faults);
	/* It may take what it never gave. */
	sum->given += max_t(s64, atomic64_read(&vm->given), 0);
}

int hull_vm_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		if (!zalloc_cpumask_var_node(&per_cpu(request_mask, cpu), GFP_KERNEL,
					     cpu_to_node(cpu)))
			goto out_free;
	return 0;

out_free:
	hull_vm_exit();
	return -ENOMEM;
}

void hull_vm_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		free_cpumask_var(per_cpu(request_mask, cpu));
}
