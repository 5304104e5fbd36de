// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMCALL to handler: bounds, privilege level, counters, trace, then one call.
 *
 * The quick half runs right after the exit with interrupts off and enters the guest
 * again at once; what may sleep is done by the slow half with the same rows.
 */

#include <linux/nospec.h>
#include <compat/trace.h>
#include <hypercall/calls.h>
#include <hypercall/claim.h>
#include <hypercall/event_host.h>
#include <hypercall/hypercall.h>
#include <hypercall/ring.h>
#include <hypercall/vm_calls.h>
#include <run/run.h>
#include <trace.h>

#define CALL_FAST	true
#define CALL_SLOW	false
#define CALL_RING	false

struct hypercall_row {
	const char *name;
	long (*fn)(struct hull_call *call);
	u8 args;
	u8 cpl_max;
	bool fast;
};

#define HULL_HYPERCALL_ROW(number, NAME, id, arguments, mode, cpl)			\
	[number] = { .name = "hull_" #id, .fn = hull_hc_##id, .args = (arguments),	\
		     .cpl_max = (cpl), .fast = CALL_##mode },
static const struct hypercall_row rows[] = {
#include <hull/hypercalls.def>
};
#undef HULL_HYPERCALL_ROW

/* The rows and the guest's header must name the same numbers. */
#define HULL_HYPERCALL_ROW(number, NAME, id, arguments, mode, cpl)			\
	static_assert(HULL_HYPERCALL_##NAME == HULL_HYPERCALL_BASE + (number));
#include <hull/hypercalls.def>
#undef HULL_HYPERCALL_ROW
static_assert(ARRAY_SIZE(rows) <= HULL_HYPERCALL_RANGE);

/* The numbers that processes claim: one row for all, which asks who has it. */
static const struct hypercall_row claim_row = {
	.name = "hull_user", .fn = hull_claim_call, .args = 4, .cpl_max = 3, .fast = CALL_SLOW,
};

/* Features that are rows of the table, by the number that shows them. */
static const struct {
	u32 number;
	u32 feature;
} row_features[] = {
	{ HULL_HYPERCALL_LOG, HULL_FEATURE_LOG },
	{ HULL_HYPERCALL_TIME, HULL_FEATURE_TIME },
	{ HULL_HYPERCALL_YIELD, HULL_FEATURE_YIELD },
	{ HULL_HYPERCALL_MULTICALL, HULL_FEATURE_MULTICALL },
	{ HULL_HYPERCALL_RING_SETUP, HULL_FEATURE_RING },
	{ HULL_HYPERCALL_EVENT_SETUP, HULL_FEATURE_EVENT },
	{ HULL_HYPERCALL_SHARE_OFFER, HULL_FEATURE_SHARE },
	{ HULL_HYPERCALL_MEM_GIVE, HULL_FEATURE_MEMORY },
	{ HULL_HYPERCALL_GROUP_REPORT, HULL_FEATURE_GROUP },
};

u32 hull_hypercall_features(const struct hull_vm *vm)
{
	u32 n, i, features = 0;

	for (i = 0; i < ARRAY_SIZE(row_features); i++) {
		n = row_features[i].number - HULL_HYPERCALL_BASE;
		if (n < ARRAY_SIZE(rows) && rows[n].fn)
			features |= row_features[i].feature;
	}
	/* Rings need a thread of the VMM. */
	if (vm && !hull_rings_offered(vm))
		features &= ~HULL_FEATURE_RING;
	if (vm && (vm->flags & HULL_VM_F_HYPERCALL_CPL3))
		features |= HULL_FEATURE_CPL3;
	return features;
}

/* The row that eax names, or NULL: not one of ours. */
static const struct hypercall_row *row_find(struct hull_vcpu *vcpu)
{
	u32 n = (u32)vcpu->vmx.regs[HULL_REG_RAX] - HULL_HYPERCALL_BASE;

	if (unlikely(n >= ARRAY_SIZE(rows)))
		return n - HULL_CLAIM_FIRST < HULL_CLAIM_NUMBERS ? &claim_row : NULL;
	n = array_index_nospec(n, ARRAY_SIZE(rows));
	return rows[n].fn ? &rows[n] : NULL;
}

static bool cpl_allowed(struct hull_vcpu *vcpu, const struct hypercall_row *row)
{
	unsigned int cpl = hull_vmx_cpl(&vcpu->vmx);

	if (likely(!cpl))
		return true;
	return (vcpu->vm->flags & HULL_VM_F_HYPERCALL_CPL3) && cpl <= row->cpl_max;
}

static noinline void trace_enter(struct hull_vcpu *vcpu, const struct hypercall_row *row)
{
	unsigned long *regs = vcpu->vmx.regs;
	unsigned long args[4] = { regs[HULL_REG_RBX], regs[HULL_REG_RCX],
				  regs[HULL_REG_RDX], regs[HULL_REG_RSI] };

	memset(args + row->args, 0, (ARRAY_SIZE(args) - row->args) * sizeof(*args));
	trace_hull_hypercall_enter(vcpu->vm->record->subject.id, vcpu->id, row->name,
				   hull_vmx_cpl(&vcpu->vmx), args);
}

static long row_fn(struct hull_vcpu *vcpu, const struct hypercall_row *row)
{
	unsigned long *regs = vcpu->vmx.regs;
	u64 mask = hull_vmx_is_long_mode(&vcpu->vmx) ? ~0ULL : U32_MAX;
	struct hull_call call = {
		.vm = vcpu->vm,
		.vcpu = vcpu,
		.number = (u32)regs[HULL_REG_RAX] - HULL_HYPERCALL_BASE,
		.cpl = hull_vmx_cpl(&vcpu->vmx),
		.arg = { regs[HULL_REG_RBX] & mask, regs[HULL_REG_RCX] & mask,
			 regs[HULL_REG_RDX] & mask, regs[HULL_REG_RSI] & mask },
	};

	return row->fn(&call);
}

static long row_call(struct hull_vcpu *vcpu, const struct hypercall_row *row)
{
	long ret;

	vcpu->stats.hypercalls++;
	if (trace_hull_hypercall_enter_enabled())
		trace_enter(vcpu, row);
	if (likely(cpl_allowed(vcpu, row))) {
		ret = row_fn(vcpu, row);
	} else {
		vcpu->stats.hypercalls_denied++;
		ret = -EPERM;
	}
	if (trace_hull_hypercall_exit_enabled())
		trace_hull_hypercall_exit(vcpu->vm->record->subject.id, vcpu->id, row->name, ret);
	return ret;
}

static int hypercall_fast(struct hull_vcpu *vcpu)
{
	const struct hypercall_row *row = row_find(vcpu);

	if (unlikely(!row || !row->fast))
		return HULL_EXIT_USER;
	vcpu->vmx.regs[HULL_REG_RAX] = row_call(vcpu, row);
	return HULL_EXIT_ENTER;
}

static int hypercall_slow(struct hull_vcpu *vcpu)
{
	const struct hypercall_row *row = row_find(vcpu);
	long ret;

	if (!row) {
		if ((u32)vcpu->vmx.regs[HULL_REG_RAX] - HULL_HYPERCALL_BASE >=
		    HULL_HYPERCALL_NUMBERS)
			return hull_pv_hypercall(vcpu);
		ret = -ENOSYS;
	} else {
		ret = row_call(vcpu, row);
	}
	hull_vmx_insn_skip(&vcpu->vmx);
	if (ret == HULL_CALL_USER)
		return HULL_EXIT_USER;
	if (ret == HULL_CALL_SIGNAL)
		return -EINTR;
	vcpu->vmx.regs[HULL_REG_RAX] = ret;
	return HULL_EXIT_ENTER;
}

static int hypercall_vcpu_create(struct hull_vcpu *vcpu)
{
	return 0;
}

static void hypercall_vcpu_destroy(struct hull_vcpu *vcpu)
{
}

static void hypercall_cpuid(struct hull_vcpu *vcpu, u32 leaf, u32 *eax, u32 *ebx, u32 *ecx,
			    u32 *edx)
{
	*eax = *ebx = *ecx = *edx = 0;
	switch (leaf) {
	case HULL_CPUID_SIGNATURE:
		*eax = HULL_CPUID_FEATURES;
		*ebx = HULL_CPUID_EBX;
		*ecx = HULL_CPUID_ECX;
		*edx = HULL_CPUID_EDX;
		break;
	case HULL_CPUID_FEATURES:
		*eax = HULL_HYPERCALL_ABI;
		*ebx = hull_hypercall_features(vcpu ? vcpu->vm : NULL);
		*ecx = HULL_HYPERCALL_BASE;
		*edx = HULL_HYPERCALL_NUMBERS;
		break;
	}
}

static const struct hull_hypercall_ops hypercall_ops = {
	.fast = hypercall_fast,
	.slow = hypercall_slow,
	.cpuid = hypercall_cpuid,
	.vm_event = hull_event_host,
	.vm_serve = hull_rings_serve,
	.vm_create = hull_vm_calls_create,
	.vm_destroy = hull_vm_calls_destroy,
	.vcpu_create = hypercall_vcpu_create,
	.vcpu_destroy = hypercall_vcpu_destroy,
	.handler_open = hull_handler_open,
};

int hull_hypercall_init(void)
{
	hull_run_hypercall_ops_set(&hypercall_ops);
	return 0;
}

void hull_hypercall_exit(void)
{
	hull_run_hypercall_ops_set(NULL);
}
