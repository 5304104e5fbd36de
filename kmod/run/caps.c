// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_CHECK_EXTENSION and KVM_ENABLE_CAP: what is there has a row, all else is 0.
 */

#include <linux/cpumask.h>
#include <asm/kvm.h>
#include <run/abi.h>

/*
 * A row answers with @value, or asks @get, which bears with no VM. @enable is for
 * KVM_ENABLE_CAP on a VM file; no flags are known to any.
 */
struct cap_row {
	u32 cap;
	int value;
	int (*get)(struct hull_vm *vm);
	int (*enable)(struct hull_vm *vm, const struct kvm_enable_cap *args);
};

static int vcpus_recommended(struct hull_vm *vm)
{
	return min_t(int, num_online_cpus(), vm ? vm->cpus_max : HULL_VCPUS_MAX);
}

static int vcpus_max(struct hull_vm *vm)
{
	return vm ? vm->cpus_max : HULL_VCPUS_MAX;
}

static int clock_flags(struct hull_vm *vm)
{
	return hull_clock_flags();
}

static int xcrs(struct hull_vm *vm)
{
	return !!hull_xcr0_supported();
}

static int split_enable(struct hull_vm *vm, const struct kvm_enable_cap *args)
{
	return hull_vm_irqchip_split(vm, args->args[0]);
}

static int x2apic_api_enable(struct hull_vm *vm, const struct kvm_enable_cap *args)
{
	return hull_vm_x2apic_api(vm, args->args[0]);
}

/* A vCPU's controls are written when it is made. */
static int disable_exits_enable(struct hull_vm *vm, const struct kvm_enable_cap *args)
{
	int ret = -EINVAL;

	if (args->args[0] & ~(u64)HULL_DISABLE_EXITS_VALID)
		return -EINVAL;
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	if (!vm->vcpus_online) {
		vm->disabled_exits = args->args[0];
		ret = 0;
	}
	mutex_unlock(&vm->lock);
	return ret;
}

/* Without this no call of a guest is the VMM's to answer. */
static int exit_hypercall_enable(struct hull_vm *vm, const struct kvm_enable_cap *args)
{
	if (args->args[0] & ~(u64)HULL_EXIT_HYPERCALL)
		return -EINVAL;
	WRITE_ONCE(vm->exit_hypercalls, args->args[0]);
	return 0;
}

#define CAP(name)		{ .cap = KVM_CAP_##name, .value = 1 }
#define CAP_IS(name, val)	{ .cap = KVM_CAP_##name, .value = (val) }
#define CAP_FN(name, fn)	{ .cap = KVM_CAP_##name, .get = (fn) }
#define CAP_ON(name, val, fn)	{ .cap = KVM_CAP_##name, .value = (val), .enable = (fn) }

static const struct cap_row rows[] = {
	/* the VM */
	CAP(CHECK_EXTENSION_VM),
	CAP(ENABLE_CAP_VM),
	CAP_FN(NR_VCPUS, vcpus_recommended),
	CAP_FN(MAX_VCPUS, vcpus_max),
	CAP_IS(MAX_VCPU_ID, HULL_VCPUS_MAX),
	CAP(SET_TSS_ADDR),
	CAP(SET_IDENTITY_MAP_ADDR),
	CAP(EXT_CPUID),
	CAP(GET_TSC_KHZ),
	CAP(CLOCKSOURCE),
	CAP_FN(ADJUST_CLOCK, clock_flags),

	/* memory */
	CAP(USER_MEMORY),
	CAP_IS(NR_MEMSLOTS, HULL_MEMSLOTS_MAX),
	CAP(DESTROY_MEMORY_REGION_WORKS),
	CAP(JOIN_MEMORY_REGIONS_WORKS),
	CAP(SYNC_MMU),
	CAP(READONLY_MEM),

	/* interrupts */
	CAP(IRQCHIP),
	CAP(IRQ_INJECT_STATUS),
	CAP_IS(IRQ_ROUTING, HULL_ROUTES_MAX),
	CAP(IRQFD),
	CAP(IRQFD_RESAMPLE),
	CAP(SIGNAL_MSI),
	CAP(PIT2),
	CAP(PIT_STATE2),
	CAP(TSC_DEADLINE_TIMER),
	CAP(IOEVENTFD),
	CAP(IOEVENTFD_NO_LENGTH),
	CAP(IOEVENTFD_ANY_LENGTH),
	CAP_ON(SPLIT_IRQCHIP, 1, split_enable),
	CAP_ON(X2APIC_API, HULL_X2APIC_API_VALID, x2apic_api_enable),

	/* vCPUs */
	CAP(HLT),
	CAP_ON(X86_DISABLE_EXITS, HULL_DISABLE_EXITS_VALID, disable_exits_enable),
	CAP_ON(EXIT_HYPERCALL, HULL_EXIT_HYPERCALL, exit_hypercall_enable),
	CAP(NOP_IO_DELAY),
	CAP(MP_STATE),
	CAP(USER_NMI),
	CAP(VCPU_EVENTS),
	CAP(INTR_SHADOW),
	CAP(DEBUGREGS),
	CAP(SET_GUEST_DEBUG),
	CAP_IS(SET_GUEST_DEBUG2, HULL_GUESTDBG_VALID),
	CAP(XSAVE),
	CAP_FN(XCRS, xcrs),
	CAP(KVMCLOCK_CTRL),
	CAP(IMMEDIATE_EXIT),
	CAP(INTERNAL_ERROR_DATA),
};

static const struct cap_row *row_find(unsigned long cap)
{
	const struct cap_row *row;

	for (row = rows; row < rows + ARRAY_SIZE(rows); row++)
		if (row->cap == cap)
			return row;
	return NULL;
}

long hull_cap_check(struct hull_vm *vm, unsigned long cap)
{
	const struct cap_row *row = row_find(cap);

	if (!row)
		return 0;
	return row->get ? row->get(vm) : row->value;
}

long hull_cap_enable(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	const struct kvm_enable_cap *args = arg.data;
	const struct cap_row *row = row_find(args->cap);

	if (args->flags || !row || !row->enable)
		return -EINVAL;
	return row->enable(vm, args);
}
