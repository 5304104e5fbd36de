// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU that waits for another one gives its time to it. */

#include <linux/sched.h>
#include <linux/sched/task.h>
#include <run/loop.h>

/* The thread that runs @vcpu, if it waits for a CPU. vcpu->task holds a reference under RCU. */
static struct task_struct *preempted_task_get(struct hull_vcpu *vcpu)
{
	struct task_struct *task;

	if (!READ_ONCE(vcpu->preempted))
		return NULL;
	rcu_read_lock();
	task = rcu_dereference(vcpu->task);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task;
}

static bool yield_to_vcpu(struct hull_vcpu *vcpu)
{
	struct task_struct *task = preempted_task_get(vcpu);
	bool done = false;

	if (task) {
		done = task != current && yield_to(task, true) > 0;
		put_task_struct(task);
	}
	return done;
}

/* Start behind the last one that was helped, so that everybody gets a turn. */
static bool yield_to_other(struct hull_vm *vm, const struct hull_vcpu *except)
{
	u32 i, at, n;

	/* pairs with hull_vcpu_create(): what is counted is there */
	n = smp_load_acquire(&vm->vcpus_online);
	for (i = 1; i <= n; i++) {
		at = (READ_ONCE(vm->yield_last) + i) % n;
		if (vm->vcpus[at] != except && yield_to_vcpu(vm->vcpus[at])) {
			WRITE_ONCE(vm->yield_last, at);
			return true;
		}
	}
	return false;
}

void hull_yield_any(struct hull_vcpu *vcpu)
{
	yield_to_other(vcpu->vm, vcpu);
}

bool hull_yield_to_vm(struct hull_vm *vm)
{
	return yield_to_other(vm, NULL);
}

void hull_yield_to(struct hull_vcpu *vcpu, u32 apic_id)
{
	struct hull_vcpu *target = hull_vm_vcpu_by_id(vcpu->vm, apic_id);

	if (target && target != vcpu)
		yield_to_vcpu(target);
}
