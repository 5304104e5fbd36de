// SPDX-License-Identifier: GPL-2.0-only
/*
 * Into the guest and out again: everything between the loop and the entry assembly.
 *
 * hull_vmx_enter() is the hottest function of Hull. Host state is compared with what
 * the VMCS holds and written only when it changed; guest registers are read when
 * somebody asks.
 */
#include <linux/context_tracking.h>
#include <linux/instrumentation.h>
#include <linux/instruction_pointer.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/static_call.h>
#include <linux/stddef.h>
#include <asm/asm.h>
#include <asm/desc.h>
#include <asm/perf_event.h>
#include <asm/special_insns.h>
#include <asm/trapnr.h>
#include <asm/tsc.h>
#include <compat/vmx.h>
#include <vmx/private.h>

#define OFFSET(name, field)						\
	static_assert(HULL_V_##name == offsetof(struct hull_vmx_vcpu, field))
#define OFFSET_REG(name)	OFFSET(name, regs[HULL_REG_##name])

OFFSET_REG(RAX); OFFSET_REG(RCX); OFFSET_REG(RDX); OFFSET_REG(RBX);
OFFSET_REG(RBP); OFFSET_REG(RSI); OFFSET_REG(RDI);
OFFSET_REG(R8); OFFSET_REG(R9); OFFSET_REG(R10); OFFSET_REG(R11);
OFFSET_REG(R12); OFFSET_REG(R13); OFFSET_REG(R14); OFFSET_REG(R15);
OFFSET(HOST_RSP, host_rsp);
OFFSET(RUN_FLAGS, run_flags);
OFFSET(SPEC_CTRL, spec_ctrl);
OFFSET(EXIT_REASON, exit_reason);
OFFSET(LANE, lane);

/*
 * perf asks for MSRs that must differ in the guest: counters of the host only, and
 * PEBS, whose records the guest's page tables would receive.
 */
static void perf_switch(struct hull_vmx_vcpu *v)
{
	struct hull_vmx_private *p = v->priv;
	struct perf_guest_switch_msr *msrs;
	int i, nr = 0;
	u32 n = 0;

	msrs = perf_guest_get_msrs(&nr, NULL);
	for (i = 0; msrs && i < nr && n < HULL_AUTOLOAD_MAX; i++) {
		if (msrs[i].host == msrs[i].guest)
			continue;
		/*
		 * PEBS needs time to write its last record, which the entry would not
		 * give it; and the exit switches it on again, so come back here.
		 */
		if (msrs[i].msr == MSR_IA32_PEBS_ENABLE) {
			__wrmsr(MSR_IA32_PEBS_ENABLE, 0, 0);
			v->host->stale = true;
		}
		p->entry_msrs[n].index = msrs[i].msr;
		p->entry_msrs[n].value = msrs[i].guest;
		p->exit_msrs[n].index = msrs[i].msr;
		p->exit_msrs[n].value = msrs[i].host;
		n++;
	}
	if (n != p->autoload) {
		hull_vmcs_write(VM_ENTRY_MSR_LOAD_COUNT, n);
		hull_vmcs_write(VM_EXIT_MSR_LOAD_COUNT, n);
		p->autoload = n;
	}
}

/* CR3 carries the PCID, CR4 bits change with perf and user space's wishes. */
static void host_cr_refresh(struct hull_vmx_vcpu *v)
{
	unsigned long cr3 = __native_read_cr3(), cr4 = native_read_cr4();

	if (unlikely(cr3 != v->host_cr3)) {
		hull_vmcs_write(HOST_CR3, cr3);
		v->host_cr3 = cr3;
	}
	if (unlikely(cr4 != v->host_cr4)) {
		hull_vmcs_write(HOST_CR4, cr4);
		v->host_cr4 = cr4;
	}
}

static void timer_set(struct hull_vmx_vcpu *v, u64 ticks)
{
	hull_vmcs_write(VMX_PREEMPTION_TIMER_VALUE, min_t(u64, ticks, U32_MAX));
	hull_vmcs_pin_set(v, PIN_BASED_VMX_PREEMPTION_TIMER, true);
}

/* "Save timer value" may not be set without the timer: SDM Vol. 3, 27.2.1.2. */
static void timer_clear(struct hull_vmx_vcpu *v)
{
	if (unlikely(hull_vmx_deaf))
		timer_set(v, U32_MAX);
	else
		hull_vmcs_pin_set(v, PIN_BASED_VMX_PREEMPTION_TIMER, false);
}

/* The preemption timer counts from the value given at each entry. */
static noinline void timer_write(struct hull_vmx_vcpu *v)
{
	u32 shift = vmx_misc_preemption_timer_rate(hull_vmx_config.misc);
	u64 now, ticks = 0, deadline = v->timer_deadline;

	if (unlikely(hull_vmx_deaf))
		deadline = min(deadline, v->priv->slice_end);
	if (deadline == ~0ULL) {
		timer_clear(v);
		v->run_flags &= ~HULL_RUN_TIMER;
		return;
	}
	v->timer_at = deadline;
	v->timer_shift = shift;
	now = rdtsc();
	/* Rounded up: an exit before its time would be for nothing. */
	if (deadline > now)
		ticks = (deadline - now + BIT_ULL(shift) - 1) >> shift;
	timer_set(v, ticks);
}

bool hull_vmx_timer_arm(struct hull_vmx_vcpu *v, u64 tsc)
{
	if (!hull_vmx_has(HULL_VMX_CAP_PREEMPTION_TIMER))
		return false;
	v->timer_deadline = tsc;
	v->timer_at = 0;
	v->run_flags |= HULL_RUN_TIMER;
	return true;
}

/* ---- the lane ---------------------------------------------------------------- */

static int lane_none(struct hull_vmx_vcpu *v)
{
	return HULL_LANE_PASS;
}

/* The entry assembly calls it by its trampoline. */
DEFINE_STATIC_CALL(hull_vmx_lane, lane_none);

void hull_vmx_lane_set(int (*fn)(struct hull_vmx_vcpu *v))
{
	static_call_update(hull_vmx_lane, fn ?: lane_none);
}

/*
 * In the lane the kernel believes that the guest still runs. That is no harm unless
 * context tracking, lockdep or a tracer of disabled interrupts keeps books of it, or the
 * exit took something from the host that it needs at once.
 */
static void lane_refresh(struct hull_vmx_vcpu *v)
{
	bool open = !IS_ENABLED(CONFIG_TRACE_IRQFLAGS) && !context_tracking_enabled_this_cpu() &&
		    !(v->run_flags & (HULL_RUN_DEBUGCTL | HULL_RUN_L1D_ALWAYS));

	v->lane = open ? EXIT_REASON_VMCALL : ~0;
}

/* Once after interrupts were on: what they may have changed. */
static noinline void host_refresh(struct hull_vmx_vcpu *v)
{
	struct hull_vmx_cpu *host = v->host;
	unsigned long now = jiffies;

	host->stale = false;
	host_cr_refresh(v);
	host->debugctl = __rdmsr(MSR_IA32_DEBUGCTLMSR);
	if (host->debugctl)
		v->run_flags |= HULL_RUN_DEBUGCTL;
	else
		v->run_flags &= ~HULL_RUN_DEBUGCTL;
	lane_refresh(v);
	perf_switch(v);
	if (unlikely(hull_vmx_deaf)) {
		v->priv->slice_end = hull_vmx_rflags_get(v) & X86_EFLAGS_IF ?
				     ~0ULL : rdtsc() + HULL_DEAF_SLICE;
		v->run_flags |= HULL_RUN_TIMER;
	}
	/*
	 * A guest holds no RCU reader. RCU waits by the tick, so saying it once a tick
	 * is enough; a CPU without a tick is told by context tracking.
	 */
	if (host->quiet_at != now) {
		host->quiet_at = now;
		rcu_note_context_switch(false);
	}
}

static noinline void registers_write(struct hull_vmx_vcpu *v)
{
	if (v->dirty & HULL_CACHE_RIP)
		hull_vmcs_write(GUEST_RIP, v->regs[HULL_REG_RIP]);
	if (v->dirty & HULL_CACHE_RSP)
		hull_vmcs_write(GUEST_RSP, v->regs[HULL_REG_RSP]);
	if (v->dirty & HULL_CACHE_RFLAGS)
		hull_vmcs_write(GUEST_RFLAGS, v->rflags);
	v->dirty = 0;
}

/* For lockdep, tracing and RCU a guest is what user mode is: interrupts are on. */
static __always_inline void context_to_guest(void)
{
	instrumentation_begin();
	trace_hardirqs_on_prepare();
	lockdep_hardirqs_on_prepare();
	instrumentation_end();
	context_tracking_guest_enter();
	lockdep_hardirqs_on(_RET_IP_);
}

static __always_inline void context_to_host(void)
{
	lockdep_hardirqs_off(_RET_IP_);
	context_tracking_guest_exit();
	instrumentation_begin();
	trace_hardirqs_off_finish();
	instrumentation_end();
}

/* The assembly hands one on as the other. */
static_assert(HULL_SWITCH_EXIT == HULL_LANE_PASS);
static_assert(HULL_SWITCH_ANSWERED == HULL_LANE_LEAVE);

/* Assembly that keeps nothing but RBP: the compiler saves registers once for both. */
#define WORLD_SWITCH(how, v, result)					\
do {									\
	asm volatile("call hull_vmx_switch_" #how			\
		     : "=a" (result), "+D" (v), ASM_CALL_CONSTRAINT	\
		     : : "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11",	\
			 "r12", "r13", "r14", "r15", "cc", "memory");	\
} while (0)

/* NMIs stay blocked until somebody executes IRET: let it be their own handler. */
static noinstr void nmi_handle(struct hull_vmx_vcpu *v)
{
	u32 info = hull_vmx_exit_intr_info(v);

	if ((info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_NMI_INTR) {
		hull_vmx_call_nmi();
		v->host->stale = true;
	}
}

static noinline void debugctl_restore(struct hull_vmx_cpu *host)
{
	__wrmsr(MSR_IA32_DEBUGCTLMSR, host->debugctl, host->debugctl >> 32);
}

noinstr void hull_vmx_enter(struct hull_vmx_vcpu *v)
{
	u32 run_flags;
	int result;

	instrumentation_begin();
	/* After a skipped instruction, RIP is all there is to write. */
	if (likely(v->dirty == HULL_CACHE_RIP)) {
		hull_vmcs_write(GUEST_RIP, v->regs[HULL_REG_RIP]);
		v->dirty = 0;
	} else {
		registers_write(v);
	}
	if (unlikely(v->host->stale))
		host_refresh(v);
	run_flags = v->run_flags;
	if (unlikely(run_flags & HULL_RUN_TIMER))
		timer_write(v);
	instrumentation_end();

	context_to_guest();

	if (unlikely(run_flags & HULL_RUN_L1D))
		hull_vmx_l1d_check(v);
	if (unlikely(v->cr2 != native_read_cr2()))
		native_write_cr2(v->cr2);

	if (run_flags & HULL_RUN_SAFE)
		WORLD_SWITCH(safe, v, result);
	else
		WORLD_SWITCH(bare, v, result);

	v->cr2 = native_read_cr2();
	v->cached = 0;
	v->exit_cached = 0;
	v->answered = result == HULL_SWITCH_ANSWERED;
	if (likely(result != HULL_SWITCH_FAILED)) {
		v->run_flags |= HULL_RUN_LAUNCHED;
		if (unlikely(v->exit_reason == EXIT_REASON_EXCEPTION_NMI))
			nmi_handle(v);
	} else {
		/* The VMCS is as launched as it was. */
		v->fail = true;
		v->exit_reason = ~0;
	}

	context_to_host();
	if (unlikely(v->run_flags & HULL_RUN_DEBUGCTL))
		debugctl_restore(v->host);
}

/* SDM Vol. 3, 28.2.2: with "acknowledge interrupt on exit" the vector is ours to call. */
static noinline void interrupt_handle(u32 info)
{
	const gate_desc *idt;
	struct desc_ptr dt;

	store_idt(&dt);
	idt = (const gate_desc *)dt.address;
	hull_vmx_call_interrupt(gate_offset(&idt[info & INTR_INFO_VECTOR_MASK]));
}

void hull_vmx_exit_irqoff(struct hull_vmx_vcpu *v)
{
	u32 info;

	switch ((u16)v->exit_reason) {
	case EXIT_REASON_EXTERNAL_INTERRUPT:
		info = hull_vmx_exit_intr_info(v);
		if (likely(info & INTR_INFO_VALID_MASK))
			interrupt_handle(info);
		break;
	case EXIT_REASON_EXCEPTION_NMI:
		info = hull_vmx_exit_intr_info(v);
		if ((info & (INTR_INFO_INTR_TYPE_MASK | INTR_INFO_VECTOR_MASK)) ==
		    (INTR_TYPE_HARD_EXCEPTION | X86_TRAP_MC))
			hull_host_machine_check();
		break;
	case EXIT_REASON_MCE_DURING_VMENTRY:
		hull_host_machine_check();
		break;
	}
}
