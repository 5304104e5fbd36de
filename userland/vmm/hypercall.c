// SPDX-License-Identifier: GPL-2.0-only
/* Extra hypercalls that come to the VMM: a row a number. The others there are none of. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <linux/hull_hypercall.h>

#include "machine.h"

/* Whole pages of memory, or NULL. */
static void *range_at(struct vmm_machine *machine, const __u64 *args)
{
	if (!args[1] || (args[0] | args[1]) & 4095)
		return NULL;
	return vmm_memory_at(&machine->memory, args[0], args[1]);
}

static int64_t mem_give(struct vmm_machine *machine, const __u64 *args)
{
	void *range = range_at(machine, args);

	if (!range)
		return -EFAULT;
	return madvise(range, args[1], MADV_DONTNEED) ? -errno : (int64_t)args[1];
}

/* The pages come by themselves when they are touched. */
static int64_t mem_take(struct vmm_machine *machine, const __u64 *args)
{
	return range_at(machine, args) ? (int64_t)args[1] : -EFAULT;
}

static const struct {
	uint32_t number;
	int64_t (*fn)(struct vmm_machine *machine, const __u64 *args);
} rows[] = {
	{ HULL_HYPERCALL_MEM_GIVE, mem_give },
	{ HULL_HYPERCALL_MEM_TAKE, mem_take },
};

void vmm_hypercall_answer(struct vmm_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	size_t i;

	run->hypercall.ret = -ENOSYS;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].number == run->hypercall.nr)
			run->hypercall.ret = rows[i].fn(vcpu->machine, run->hypercall.args);
}

void vmm_hypercall_offer(struct vmm_machine *machine)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_EXIT_HYPERCALL, .args = { HULL_EXIT_HYPERCALL },
	};

	/* An engine that refuses has no such calls. */
	if (machine->options->engine == VMM_ENGINE_HULL)
		ioctl(machine->engine.vm, KVM_ENABLE_CAP, &cap);
}
