// SPDX-License-Identifier: GPL-2.0-only
/* Exits: the quick ones right after the exit, then one row a reason. */

#include <linux/nospec.h>
#include <linux/static_call.h>
#include <uapi/asm/vmx.h>
#include <core/record.h>
#include <run/loop.h>
#include <run/pending.h>

/* ---- who answers VMCALL --------------------------------------------------- */

static int no_hypercall_fast(struct hull_vcpu *vcpu)
{
	return HULL_EXIT_USER;
}

static void no_hypercall_cpuid(struct hull_vcpu *vcpu, u32 leaf, u32 *eax, u32 *ebx, u32 *ecx,
			       u32 *edx)
{
	*eax = *ebx = *ecx = *edx = 0;
}

static int no_vm_create(struct hull_vm *vm)
{
	return 0;
}

static void no_vm_destroy(struct hull_vm *vm)
{
}

static long no_vm_serve(struct hull_vm *vm, u64 flags)
{
	return -ENOTTY;
}

static void no_vcpu_calls(struct hull_vcpu *vcpu)
{
}

static void no_record_calls(struct hull_record *record)
{
}

static int no_vcpu_create(struct hull_vcpu *vcpu)
{
	return 0;
}

static int no_handler_open(struct hull_record *record, const struct hull_handler_open *args)
{
	return -EOPNOTSUPP;
}

static const struct hull_hypercall_ops no_hypercalls = {
	.fast = no_hypercall_fast,
	.slow = hull_pv_hypercall,
	.entering = no_vcpu_calls,
	.changed = no_vcpu_calls,
	.counters_keep = no_vm_destroy,
	.counters_free = no_record_calls,
	.record_deleted = no_record_calls,
	.cpuid = no_hypercall_cpuid,
	.vm_serve = no_vm_serve,
	.vm_create = no_vm_create,
	.vm_destroy = no_vm_destroy,
	.vcpu_create = no_vcpu_create,
	.vcpu_destroy = no_vcpu_calls,
	.handler_open = no_handler_open,
};

static const struct hull_hypercall_ops *hypercalls = &no_hypercalls;

/* A call of this kind costs no indirect branch, which is most of a null call's price. */
DEFINE_STATIC_CALL(hull_hypercall_fast, no_hypercall_fast);

void hull_run_hypercall_ops_set(const struct hull_hypercall_ops *ops)
{
	hypercalls = ops ? ops : &no_hypercalls;
	static_call_update(hull_hypercall_fast, hypercalls->fast);
}

const struct hull_hypercall_ops *hull_hypercall_ops_get(void)
{
	return hypercalls;
}

int hull_exit_vmcall(struct hull_vcpu *vcpu)
{
	return hypercalls->slow(vcpu);
}

/* ---- the quick ones ------------------------------------------------------- */

/*
 * None of these can leave an exception or an interrupted event behind: an
 * instruction exits only after whatever was injected had been delivered
 * (SDM Vol. 3, 28.2.4), so IDT-vectoring information need not be read.
 */
bool hull_exit_fast(struct hull_vcpu *vcpu)
{
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	u32 reason = v->exit_reason;

	if (unlikely(v->answered))
		return true;
	if (unlikely(v->fail || reason >= HULL_EXIT_REASONS))
		return false;
	vcpu->stats.exits[reason]++;

	if (likely(reason == EXIT_REASON_VMCALL)) {
		if (static_call(hull_hypercall_fast)(vcpu) != HULL_EXIT_ENTER)
			return false;
	} else if (reason == EXIT_REASON_CPUID) {
		hull_cpuid_exec(vcpu);
	} else if (reason == EXIT_REASON_MSR_READ) {
		if (!hull_rdmsr_fast(vcpu))
			return false;
	} else if (reason == EXIT_REASON_MSR_WRITE) {
		if (!hull_wrmsr_fast(vcpu))
			return false;
	} else if (reason == EXIT_REASON_PREEMPTION_TIMER) {
		if (vcpu->lapic)
			hull_lapic_timer_expired(vcpu->lapic);
		hull_vcpu_request(vcpu, HULL_REQ_EVENT);
		return false;
	} else {
		return false;
	}
	hull_vmx_insn_skip(v);
	return true;
}

/* ---- what handlers share -------------------------------------------------- */

int hull_exit_gp(struct hull_vcpu *vcpu)
{
	hull_exception_queue_error(vcpu, GP_VECTOR, 0);
	return HULL_EXIT_ENTER;
}

int hull_exit_ud(struct hull_vcpu *vcpu)
{
	hull_exception_queue(vcpu, UD_VECTOR);
	return HULL_EXIT_ENTER;
}

int hull_exit_nop(struct hull_vcpu *vcpu)
{
	return hull_exit_skip(vcpu);
}

int hull_exit_skip(struct hull_vcpu *vcpu)
{
	hull_vmx_insn_skip(&vcpu->vmx);
	return HULL_EXIT_ENTER;
}

int hull_exit_internal(struct hull_vcpu *vcpu, u32 suberror, const char *why)
{
	struct kvm_run *run = vcpu->run;

	hull_record_reason_set(vcpu->vm->record, HULL_STOP_ENGINE_ERROR, why);
	run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
	run->internal.suberror = suberror;
	run->internal.ndata = 2;
	run->internal.data[0] = vcpu->vmx.exit_reason;
	run->internal.data[1] = raw_smp_processor_id();
	return HULL_EXIT_USER;
}

static int exit_unexpected(struct hull_vcpu *vcpu)
{
	hull_vmx_dump(&vcpu->vmx, "unexpected exit");
	return hull_exit_internal(vcpu, KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON,
				  "unexpected VM exit");
}

static int exit_ept_misconfig(struct hull_vcpu *vcpu)
{
	hull_vmx_dump(&vcpu->vmx, "EPT misconfiguration");
	return hull_exit_internal(vcpu, KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON,
				  "EPT misconfiguration");
}

static int exit_entry_failed(struct hull_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	hull_vmx_dump(&vcpu->vmx, "VM entry failed");
	hull_record_reason_set(vcpu->vm->record, HULL_STOP_ENGINE_ERROR, "VM entry failed");
	run->exit_reason = KVM_EXIT_FAIL_ENTRY;
	run->fail_entry.hardware_entry_failure_reason = vcpu->vmx.exit_reason;
	run->fail_entry.cpu = raw_smp_processor_id();
	return HULL_EXIT_USER;
}

/* ---- the table ------------------------------------------------------------ */

static const hull_exit_fn exit_fns[HULL_EXIT_REASONS] = {
	[EXIT_REASON_EXCEPTION_NMI]		= hull_exit_exception,
	[EXIT_REASON_EXTERNAL_INTERRUPT]	= hull_exit_interrupt,
	[EXIT_REASON_TRIPLE_FAULT]		= hull_exit_triple_fault,
	[EXIT_REASON_INTERRUPT_WINDOW]		= hull_exit_intr_window,
	[EXIT_REASON_NMI_WINDOW]		= hull_exit_nmi_window,
	[EXIT_REASON_TASK_SWITCH]		= hull_exit_task_switch,
	[EXIT_REASON_CPUID]			= hull_exit_cpuid,
	[EXIT_REASON_HLT]			= hull_exit_hlt,
	[EXIT_REASON_INVD]			= hull_exit_nop,
	[EXIT_REASON_RDPMC]			= hull_exit_gp,
	[EXIT_REASON_VMCALL]			= hull_exit_vmcall,
	[EXIT_REASON_VMCLEAR]			= hull_exit_ud,
	[EXIT_REASON_VMLAUNCH]			= hull_exit_ud,
	[EXIT_REASON_VMPTRLD]			= hull_exit_ud,
	[EXIT_REASON_VMPTRST]			= hull_exit_ud,
	[EXIT_REASON_VMREAD]			= hull_exit_ud,
	[EXIT_REASON_VMRESUME]			= hull_exit_ud,
	[EXIT_REASON_VMWRITE]			= hull_exit_ud,
	[EXIT_REASON_VMOFF]			= hull_exit_ud,
	[EXIT_REASON_VMON]			= hull_exit_ud,
	[EXIT_REASON_INVEPT]			= hull_exit_ud,
	[EXIT_REASON_INVVPID]			= hull_exit_ud,
	[EXIT_REASON_VMFUNC]			= hull_exit_ud,
	[EXIT_REASON_ENCLS]			= hull_exit_ud,
	[EXIT_REASON_CR_ACCESS]			= hull_exit_cr,
	[EXIT_REASON_DR_ACCESS]			= hull_exit_dr,
	[EXIT_REASON_IO_INSTRUCTION]		= hull_exit_io,
	[EXIT_REASON_MSR_READ]			= hull_exit_rdmsr,
	[EXIT_REASON_MSR_WRITE]			= hull_exit_wrmsr,
	[EXIT_REASON_MWAIT_INSTRUCTION]		= hull_exit_monitor,
	[EXIT_REASON_MONITOR_INSTRUCTION]	= hull_exit_monitor,
	[EXIT_REASON_PAUSE_INSTRUCTION]		= hull_exit_pause,
	[EXIT_REASON_EPT_VIOLATION]		= hull_exit_ept_violation,
	[EXIT_REASON_EPT_MISCONFIG]		= exit_ept_misconfig,
	[EXIT_REASON_PREEMPTION_TIMER]		= hull_exit_preemption_timer,
	[EXIT_REASON_WBINVD]			= hull_exit_nop,
	[EXIT_REASON_XSETBV]			= hull_exit_xsetbv,
};

int hull_exit_handle(struct hull_vcpu *vcpu)
{
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	u32 reason = v->exit_reason;
	hull_exit_fn fn;

	if (unlikely(v->fail || (reason & VMX_EXIT_REASONS_FAILED_VMENTRY)))
		return exit_entry_failed(vcpu);
	if (unlikely(reason >= HULL_EXIT_REASONS))
		return exit_unexpected(vcpu);
	hull_vmx_event_interrupted(v, &vcpu->reinject);
	fn = exit_fns[array_index_nospec(reason, HULL_EXIT_REASONS)];
	return likely(fn) ? fn(vcpu) : exit_unexpected(vcpu);
}
