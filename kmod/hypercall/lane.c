// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lane: a call answered between the exit and the next entry, without leaving the
 * world switch. vmx/enter.S calls it for a VMCALL with interrupts off, most registers
 * still the guest's, and CR2, too.
 *
 * Whatever is not plain goes the ordinary way, undone: numbers that are not ours, a site
 * that has nothing quick to say, tracing, and instructions that are not merely stepped
 * over. No function here can be probed or traced, and none faults; a handler that calls
 * others, or touches user memory, is called with CR2 kept.
 */

#include <linux/bitops.h>
#include <linux/entry-kvm.h>
#include <linux/sched.h>
#include <uapi/asm/vmx.h>
#include <hypercall/lane.h>
#include <hypercall/site.h>
#include <trace.h>

static_assert(!(HULL_HYPERCALL_NUMBERS & (HULL_HYPERCALL_NUMBERS - 1)));
static_assert(sizeof(struct hull_call_way) == 32);

static __always_inline bool traced(void)
{
	return trace_hull_hypercall_enter_enabled() || trace_hull_hypercall_exit_enabled();
}

static __always_inline bool must_leave(struct hull_vcpu *vcpu)
{
	return READ_ONCE(vcpu->requests) | (read_thread_flags() & XFER_TO_GUEST_MODE_WORK);
}

static __always_inline void args_fill(struct hull_vmx_vcpu *v, struct hull_call *call)
{
	if (likely(hull_lane_is_long_mode(v))) {
		call->arg[0] = v->regs[HULL_REG_RBX];
		call->arg[1] = v->regs[HULL_REG_RCX];
		call->arg[2] = v->regs[HULL_REG_RDX];
		call->arg[3] = v->regs[HULL_REG_RSI];
	} else {
		call->arg[0] = (u32)v->regs[HULL_REG_RBX];
		call->arg[1] = (u32)v->regs[HULL_REG_RCX];
		call->arg[2] = (u32)v->regs[HULL_REG_RDX];
		call->arg[3] = (u32)v->regs[HULL_REG_RSI];
	}
}

/* A handler that looks at more than the number. v->cr2 is nobody's after an exit. */
static __always_inline long answer_full(struct hull_vmx_vcpu *v, struct hull_call_site *site,
					struct hull_call_way *way, struct hull_call *call)
{
	long ret;

	v->cr2 = native_read_cr2();
	v->cached = 0;
	v->exit_cached = 0;
	call->cpl = way - site->ways;
	if (way->kind == HULL_WAY_MODULE) {
		args_fill(v, call);
		/* What moves bytes may sleep. */
		ret = hull_call_result(site->row->handler(&call->module, site->row->data));
	} else {
		if (site->row->args)
			args_fill(v, call);
		call->row = site->row;
		call->bytes = 0;
		ret = way->fn(call);
		site->counters.bytes += call->bytes;
	}
	if (unlikely(native_read_cr2() != v->cr2))
		native_write_cr2(v->cr2);
	return ret;
}

static __always_inline long answer(struct hull_vcpu *vcpu, struct hull_call_site *site,
				   struct hull_call_way *way, u32 number)
{
	struct hull_call *call = &vcpu->calls->call;

	this_cpu_inc(*way->hits);
	if (unlikely(!way->fn)) {
		site->counters.denied++;
		vcpu->stats.hypercalls_denied++;
		return way->error;
	}
	call->number = number;
	if (likely(way->kind == HULL_WAY_PLAIN))
		return way->fn(call);
	return answer_full(&vcpu->vmx, site, way, call);
}

/* The call was answered: count it, and go where it goes on. */
static __always_inline int finish(struct hull_vcpu *vcpu, struct hull_call_site *site, long ret,
				  u32 start)
{
	vcpu->vmx.regs[HULL_REG_RAX] = ret;
	if (ret < 0)
		site->counters.errors++;
	vcpu->stats.hypercalls++;
	vcpu->stats.exits[EXIT_REASON_VMCALL]++;
	/* No call takes 2^32 cycles with interrupts off. */
	site->counters.latency[__fls(((u32)rdtsc() - start) | 1)]++;

	if (unlikely(must_leave(vcpu)))
		return HULL_LANE_LEAVE;
	return likely(hull_lane_enter(&vcpu->vmx)) ? HULL_LANE_ENTER : HULL_LANE_LEAVE;
}

/* Has the site a handler for @way that may give up? Else who has nothing quick goes on at once. */
static __always_inline bool may_be_brief(const struct hull_call_site *site,
					 const struct hull_call_way *way)
{
	return way->action == HULL_POLICY_ALLOW && site->row && site->row->brief;
}

/*
 * A handler that touches user memory, or gives up without a trace. A fault of such an
 * access changes CR2; otherwise it is like any with interrupts off.
 */
static noinline noinstr int answer_brief(struct hull_vcpu *vcpu, struct hull_call_site *site,
					 struct hull_call_way *way, u32 number, u32 start)
{
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	struct hull_call *call = &vcpu->calls->call;
	unsigned long cr2, rip;
	long ret;

	if (traced() || !hull_lane_insn_next(&rip))
		return HULL_LANE_PASS;
	cr2 = native_read_cr2();
	v->cached = 0;
	v->exit_cached = 0;
	call->row = site->row;
	call->number = number;
	call->cpl = way - site->ways;
	call->bytes = 0;
	args_fill(v, call);
	ret = site->row->brief(call);
	if (unlikely(native_read_cr2() != cr2))
		native_write_cr2(cr2);
	if (ret == HULL_CALL_SLOW)
		return HULL_LANE_PASS;

	hull_lane_write(GUEST_RIP, rip);
	this_cpu_inc(*way->hits);
	site->counters.bytes += call->bytes;
	return finish(vcpu, site, ret, start);
}

noinstr int hull_call_lane(struct hull_vmx_vcpu *v)
{
	struct hull_vcpu *vcpu = container_of(v, struct hull_vcpu, vmx);
	u32 n = (u32)v->regs[HULL_REG_RAX] - HULL_HYPERCALL_BASE;
	struct hull_call_site *site;
	struct hull_call_way *way;
	u32 start = rdtsc();
	long ret;

	if (unlikely(n >= HULL_HYPERCALL_NUMBERS))
		return HULL_LANE_PASS;
	/* As array_index_nospec(), where the size is a power of two. */
	OPTIMIZER_HIDE_VAR(n);
	n &= HULL_HYPERCALL_NUMBERS - 1;
	site = vcpu->calls->sites[n];
	/* The CPL is where an index of 32 bytes each would be. */
	way = (void *)site->ways + (hull_lane_ss_ar() & 0x60);
	if (unlikely(!way->fn && rdtsc() >= way->until))
		return may_be_brief(site, way) ? answer_brief(vcpu, site, way, n, start) :
						 HULL_LANE_PASS;
	if (unlikely(traced()))
		return HULL_LANE_PASS;
	/* From here on the instruction is done. */
	if (unlikely(!hull_lane_insn_skip()))
		return HULL_LANE_PASS;

	ret = answer(vcpu, site, way, n);
	return finish(vcpu, site, ret, start);
}
