// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU: creation, binding to a CPU, kicks. What it executes is kmod/run's. */

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <trace/events/ipi.h>
#include <core/core.h>
#include <core/vm.h>

static void vcpu_bind(struct hull_vcpu *vcpu, int cpu)
{
	hull_vmx_vcpu_load(&vcpu->vmx, cpu);
	WRITE_ONCE(vcpu->cpu, cpu);
	hull_vcpu_ops_get()->sched_in(vcpu, cpu);
}

static void vcpu_unbind(struct hull_vcpu *vcpu)
{
	hull_vcpu_ops_get()->sched_out(vcpu);
	hull_vmx_vcpu_put(&vcpu->vmx);
}

static void vcpu_sched_in(struct preempt_notifier *notifier, int cpu)
{
	vcpu_bind(container_of(notifier, struct hull_vcpu, preempt), cpu);
}

static void vcpu_sched_out(struct preempt_notifier *notifier, struct task_struct *next)
{
	vcpu_unbind(container_of(notifier, struct hull_vcpu, preempt));
}

static struct preempt_ops vcpu_preempt_ops = {
	.sched_in = vcpu_sched_in,
	.sched_out = vcpu_sched_out,
};

void hull_vcpu_load(struct hull_vcpu *vcpu)
{
	int cpu;

	lockdep_assert_held(&vcpu->mutex);
	cpu = get_cpu();
	preempt_notifier_register(&vcpu->preempt);
	vcpu->loaded = true;
	vcpu_bind(vcpu, cpu);
	put_cpu();
}

void hull_vcpu_put(struct hull_vcpu *vcpu)
{
	lockdep_assert_held(&vcpu->mutex);
	preempt_disable();
	vcpu_unbind(vcpu);
	vcpu->loaded = false;
	preempt_notifier_unregister(&vcpu->preempt);
	preempt_enable();
}

void hull_vcpu_kick(struct hull_vcpu *vcpu)
{
	int me, cpu;

	if (rcuwait_wake_up(&vcpu->wait))
		return;

	me = get_cpu();
	/*
	 * EXITING keeps others from sending a second interrupt. A vCPU on this very
	 * CPU is not in the guest: we are running.
	 */
	if (cmpxchg(&vcpu->mode, HULL_VCPU_IN_GUEST, HULL_VCPU_EXITING) == HULL_VCPU_IN_GUEST) {
		cpu = READ_ONCE(vcpu->cpu);
		if (cpu >= 0 && cpu != me && cpu_online(cpu))
			smp_send_reschedule(cpu);
	}
	put_cpu();
}

void hull_vcpu_reset(struct hull_vcpu *vcpu, bool init)
{
	lockdep_assert_held(&vcpu->mutex);
	hull_vmx_vcpu_reset(&vcpu->vmx, init);
	hull_vmx_ept_root_set(&vcpu->vmx, vcpu->vm->mmu.root_pa);
	if (vcpu->lapic)
		hull_lapic_reset(vcpu->lapic, init);
	hull_vcpu_ops_get()->reset(vcpu, init);
}

/* The pages that userspace maps; separate, so that each has its own reference count. */
static int vcpu_pages_alloc(struct hull_vcpu *vcpu)
{
	vcpu->run = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	vcpu->pio_data = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	return vcpu->run && vcpu->pio_data ? 0 : -ENOMEM;
}

static void vcpu_pages_free(struct hull_vcpu *vcpu)
{
	free_page((unsigned long)vcpu->pio_data);
	free_page((unsigned long)vcpu->run);
}

static int vcpu_lapic_create(struct hull_vcpu *vcpu)
{
	struct hull_lapic *lapic;

	if (vcpu->vm->irqchip_mode == HULL_IRQCHIP_NONE)
		return 0;
	lapic = hull_lapic_create(vcpu->vm->irqchip, vcpu, vcpu->id);
	if (IS_ERR(lapic))
		return PTR_ERR(lapic);
	vcpu->lapic = lapic;
	return 0;
}

static void vcpu_first_reset(struct hull_vcpu *vcpu)
{
	mutex_lock(&vcpu->mutex);
	hull_vcpu_load(vcpu);
	hull_vcpu_reset(vcpu, false);
	/* Without a chip in the kernel userspace does the INIT-SIPI dance. */
	vcpu->mp_state = vcpu->lapic && vcpu->id ? KVM_MP_STATE_UNINITIALIZED :
						   KVM_MP_STATE_RUNNABLE;
	hull_vcpu_put(vcpu);
	mutex_unlock(&vcpu->mutex);
}

static struct hull_vcpu *vcpu_alloc(struct hull_vm *vm, u32 id)
{
	struct hull_vcpu *vcpu;

	vcpu = kvzalloc(sizeof(*vcpu), GFP_KERNEL_ACCOUNT);
	if (!vcpu)
		return NULL;
	vcpu->vm = vm;
	vcpu->id = id;
	vcpu->index = vm->vcpus_online;
	vcpu->cpu = -1;
	mutex_init(&vcpu->mutex);
	rcuwait_init(&vcpu->wait);
	preempt_notifier_init(&vcpu->preempt, &vcpu_preempt_ops);
	return vcpu;
}

struct hull_vcpu *hull_vcpu_create(struct hull_vm *vm, u32 id)
{
	struct hull_vcpu *vcpu;
	int ret;

	lockdep_assert_held(&vm->lock);
	if (id >= HULL_VCPUS_MAX)
		return ERR_PTR(-EINVAL);
	if (vm->vcpus_online >= vm->cpus_max)
		return ERR_PTR(-ENOSPC);
	if (hull_vm_vcpu_by_id(vm, id))
		return ERR_PTR(-EEXIST);

	vcpu = vcpu_alloc(vm, id);
	if (!vcpu)
		return ERR_PTR(-ENOMEM);
	ret = vcpu_pages_alloc(vcpu);
	if (ret)
		goto out_pages;
	ret = hull_vmx_vcpu_init(&vcpu->vmx, vm->mitigations);
	if (ret)
		goto out_pages;
	ret = hull_vcpu_ops_get()->create(vcpu);
	if (ret)
		goto out_vmx;
	ret = vcpu_lapic_create(vcpu);
	if (ret)
		goto out_ops;
	vcpu_first_reset(vcpu);

	WRITE_ONCE(vm->vcpus[vcpu->index], vcpu);
	/* vCPUs are found by counting up to vcpus_online, see hull_vm_for_each_vcpu() */
	smp_store_release(&vm->vcpus_online, vcpu->index + 1);
	return vcpu;

out_ops:
	hull_vcpu_ops_get()->destroy(vcpu);
out_vmx:
	hull_vmx_vcpu_destroy(&vcpu->vmx);
out_pages:
	vcpu_pages_free(vcpu);
	kvfree(vcpu);
	return ERR_PTR(ret);
}

/* The last user of the VM is here: nobody looks at the vCPU's task any more. */
static void vcpu_task_put(struct hull_vcpu *vcpu)
{
	struct task_struct *task = rcu_dereference_protected(vcpu->task, true);

	if (task)
		put_task_struct(task);
}

void hull_vcpu_destroy(struct hull_vcpu *vcpu)
{
	vcpu_task_put(vcpu);
	if (vcpu->lapic)
		hull_lapic_destroy(vcpu->lapic);
	hull_vcpu_ops_get()->destroy(vcpu);
	hull_vmx_vcpu_destroy(&vcpu->vmx);
	vcpu_pages_free(vcpu);
	kvfree(vcpu);
}
