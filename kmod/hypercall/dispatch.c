// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMCALL to handler: bounds, the site of the number, what it says of the privilege level.
 *
 * The quick half runs right after the exit with interrupts off and enters the guest
 * again at once. What may sleep is done by the slow half: the first call of a number,
 * handlers that ask for it, everything a policy wants to have looked at, and all calls
 * that are traced.
 */

#include <linux/nospec.h>
#include <compat/trace.h>
#include <hypercall/bpf.h>
#include <hypercall/calls.h>
#include <hypercall/claim.h>
#include <hypercall/event_host.h>
#include <hypercall/forward.h>
#include <hypercall/hypercall.h>
#include <hypercall/lane.h>
#include <hypercall/ring.h>
#include <hypercall/site.h>
#include <hypercall/vm_calls.h>
#include <run/run.h>
#include <trace.h>

/* What a row's mode means. */
#define ROW_FAST(id)	.fast = hull_hc_##id, .ring = true
#define ROW_SLOW(id)	.ring = false
#define ROW_RING(id)	.ring = true
#define ROW_BRIEF(id)	.brief = hull_hc_##id##_brief

#define HULL_HYPERCALL_ROW(number, NAME, id, arguments, mode, cpl)			\
	[number] = { .name = "hull_" #id, .call = hull_hc_##id, .args = (arguments),	\
		     .cpl_max = (cpl), ROW_##mode(id) },
static const struct hull_call_row rows[] = {
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
static const struct hull_call_row claim_row = {
	.name = "hull_user", .call = hull_claim_call, .args = 4, .cpl_max = 3, .leaves = true,
};

/* Programs attach to one function, which is shown all of their numbers. */
static const struct hull_call_row bpf_row = {
	.name = "hull_bpf", .fast = hull_bpf_handler, .call = hull_bpf_handler, .args = 4,
	.cpl_max = 3, .ring = true,
};

static noinstr long nobody(struct hull_call *call)
{
	return -ENOSYS;
}

static const struct hull_call_row nobody_row = {
	.fast = nobody, .call = nobody, .cpl_max = 3, .ring = true,
};

/* Features that are rows of the table, by the number that shows them. */
static const struct {
	u32 number;
	u32 feature;
} row_features[] = {
	{ HULL_HYPERCALL_LOG, HULL_FEATURE_LOG },
	{ HULL_HYPERCALL_TIME_PAIR, HULL_FEATURE_TIME },
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
		if (n < ARRAY_SIZE(rows) && rows[n].call)
			features |= row_features[i].feature;
	}
	/* Rings need a thread of the VMM. */
	if (vm && !hull_rings_offered(vm))
		features &= ~HULL_FEATURE_RING;
	if (vm && !hull_call_forwardable(vm))
		features &= ~HULL_FEATURE_MEMORY;
	if (vm && (vm->flags & HULL_VM_F_HYPERCALL_CPL3))
		features |= HULL_FEATURE_CPL3;
	if (hull_bpf_present())
		features |= HULL_FEATURE_BPF;
	return features;
}

const struct hull_call_row *hull_call_row_get(u32 number)
{
	const struct hull_call_row *row;

	if (number < ARRAY_SIZE(rows)) {
		row = &rows[array_index_nospec(number, ARRAY_SIZE(rows))];
		return row->call ? row : &nobody_row;
	}
	if (number - HULL_CLAIM_FIRST < HULL_CLAIM_NUMBERS)
		return &claim_row;
	if (number - HULL_BPF_FIRST < HULL_BPF_NUMBERS && hull_bpf_present())
		return &bpf_row;
	return hull_registry_row_get(number) ?: &nobody_row;
}

void hull_call_row_put(const struct hull_call_row *row)
{
	if (row->handler)
		hull_registry_row_put(row);
}

/* ---- right after the exit, interrupts off ------------------------------------- */

static bool traced(void)
{
	return trace_hull_hypercall_enter_enabled() || trace_hull_hypercall_exit_enabled();
}

static long site_answer(struct hull_vcpu *vcpu, struct hull_call_site *site,
			struct hull_call_way *way)
{
	struct hull_call *call = &vcpu->calls->call;
	long ret;

	this_cpu_inc(*way->hits);
	if (way->fn) {
		call->row = site->row;
		hull_call_fill(vcpu, call);
		ret = way->fn(call);
		site->counters.bytes += call->bytes;
	} else {
		site->counters.denied++;
		vcpu->stats.hypercalls_denied++;
		ret = way->error;
	}
	if (ret < 0)
		site->counters.errors++;
	vcpu->stats.hypercalls++;
	return ret;
}

/* Return: false: it is for the slow half. */
static bool site_brief(struct hull_vcpu *vcpu, struct hull_call_site *site,
		       struct hull_call_way *way)
{
	struct hull_call *call = &vcpu->calls->call;
	long ret;

	if (way->action != HULL_POLICY_ALLOW || !site->row || !site->row->brief)
		return false;
	call->row = site->row;
	hull_call_fill(vcpu, call);
	ret = site->row->brief(call);
	if (ret == HULL_CALL_SLOW)
		return false;
	this_cpu_inc(*way->hits);
	site->counters.bytes += call->bytes;
	if (ret < 0)
		site->counters.errors++;
	vcpu->stats.hypercalls++;
	vcpu->vmx.regs[HULL_REG_RAX] = ret;
	return true;
}

static int hypercall_fast(struct hull_vcpu *vcpu)
{
	struct hull_vcpu_calls *calls = vcpu->calls;
	u32 n = (u32)vcpu->vmx.regs[HULL_REG_RAX] - HULL_HYPERCALL_BASE;
	struct hull_call_site *site;
	struct hull_call_way *way;
	u64 start = rdtsc();

	if (unlikely(n >= HULL_HYPERCALL_NUMBERS))
		return HULL_EXIT_USER;
	n = array_index_nospec(n, HULL_HYPERCALL_NUMBERS);
	calls->call.number = n;
	calls->call.cpl = hull_vmx_cpl(&vcpu->vmx);
	site = calls->sites[n];
	way = &site->ways[calls->call.cpl];
	calls->start = start;
	if (unlikely(traced()))
		return HULL_EXIT_USER;
	if (!way->fn && start >= way->until && way->action == HULL_POLICY_LIMIT)
		hull_call_way_open(site, way);
	if (way->fn || start < way->until)
		vcpu->vmx.regs[HULL_REG_RAX] = site_answer(vcpu, site, way);
	else if (!site_brief(vcpu, site, way))
		return HULL_EXIT_USER;
	hull_call_latency(site, rdtsc() - start);
	return HULL_EXIT_ENTER;
}

/* ---- what may sleep ----------------------------------------------------------- */

noinline void hull_call_trace_enter(const struct hull_call *call,
				    const struct hull_call_row *row)
{
	unsigned long args[4] = { 0 };

	memcpy(args, call->arg, row->args * sizeof(*args));
	trace_hull_hypercall_enter(call->vm_id, call->vcpu_id, row->name ?: "unknown", call->cpl,
				   args);
}

static long site_perform(struct hull_vcpu *vcpu, struct hull_call_site *site)
{
	struct hull_vcpu_calls *calls = vcpu->calls;
	struct hull_call *call = &calls->call;
	/* A signal may have the vCPU leave; decisions stay until it enters again. */
	const struct hull_call_row *row = site->row;
	long ret;

	if (trace_hull_hypercall_enter_enabled())
		hull_call_trace_enter(call, row);
	ret = hull_call_perform(call, row, &site->ways[call->cpl], calls->policy);
	if (trace_hull_hypercall_exit_enabled())
		trace_hull_hypercall_exit(call->vm_id, call->vcpu_id, row->name ?: "unknown",
					  ret);
	site->counters.bytes += call->bytes;
	site->counters.denied += call->denied;
	vcpu->stats.hypercalls++;
	vcpu->stats.hypercalls_denied += call->denied;
	return ret;
}

static int hypercall_slow(struct hull_vcpu *vcpu)
{
	struct hull_vcpu_calls *calls = vcpu->calls;
	u32 n = (u32)vcpu->vmx.regs[HULL_REG_RAX] - HULL_HYPERCALL_BASE;
	struct hull_call_site *site;
	long ret = -ENOMEM;

	if (n >= HULL_HYPERCALL_NUMBERS)
		return hull_pv_hypercall(vcpu);
	n = array_index_nospec(n, HULL_HYPERCALL_NUMBERS);
	if (hull_vcpu_request_take(vcpu, HULL_REQ_CALLS))
		hull_call_table_drop(calls);
	site = hull_call_site_get(calls, n);
	if (site) {
		hull_call_fill(vcpu, &calls->call);
		ret = site_perform(vcpu, site);
		calls->open = site;
		vcpu->call_open = true;
	}
	hull_vmx_insn_skip(&vcpu->vmx);
	if (ret == HULL_CALL_USER)
		return HULL_EXIT_USER;
	if (ret == HULL_CALL_SIGNAL)
		return -EINTR;
	if (ret < 0 && site)
		site->counters.errors++;
	vcpu->vmx.regs[HULL_REG_RAX] = ret;
	return HULL_EXIT_ENTER;
}

void hull_call_entering(struct hull_vcpu *vcpu)
{
	struct hull_vcpu_calls *calls = vcpu->calls;

	if (!vcpu->call_open)
		return;
	vcpu->call_open = false;
	hull_call_latency(calls->open, rdtsc() - calls->start);
}

static void hypercall_changed(struct hull_vcpu *vcpu)
{
	hull_call_table_drop(vcpu->calls);
}

static int hypercall_vcpu_create(struct hull_vcpu *vcpu)
{
	return hull_call_table_create(vcpu->vm, vcpu, &vcpu->calls);
}

static void hypercall_vcpu_destroy(struct hull_vcpu *vcpu)
{
	/* At the end of its VM it has gone to the record. */
	if (vcpu->calls)
		hull_call_table_free(vcpu->calls);
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
	.entering = hull_call_entering,
	.changed = hypercall_changed,
	.counters_keep = hull_call_counters_keep,
	.counters_free = hull_call_counters_free,
	.record_deleted = hull_claims_delete,
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
	int ret = hull_bpf_init() ?: hull_registry_init();

	if (ret)
		return ret;
	hull_run_hypercall_ops_set(&hypercall_ops);
	hull_vmx_lane_set(hull_call_lane);
	return 0;
}

void hull_hypercall_exit(void)
{
	hull_vmx_lane_set(NULL);
	hull_run_hypercall_ops_set(NULL);
	hull_registry_exit();
}
