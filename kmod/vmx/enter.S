/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world switch. SDM Vol. 3, chapters 27 (VM entries) and 28 (VM exits).
 *
 * There are two of it: one for guests that run with the mitigations this processor
 * needs, and a bare one. A VMCS names by HOST_RIP to which of them it comes back, so
 * that no branch on the way out decides, which would be there to be mispredicted.
 */
#include <linux/linkage.h>
#include <asm/asm.h>
#include <asm/msr-index.h>
#include <asm/nospec-branch.h>
#include <asm/percpu.h>
#include <asm/segment.h>
#include <asm/unwind_hints.h>
#include <uapi/asm/vmx.h>
#include "../compat/vmx.h"
#include "enter.h"

#define FIELD_HOST_RSP		0x6c14
#define FIELD_EXIT_REASON	0x4402

/* The static call that switch.c defines: objtool wants to know its key, too. */
#define LANE_CALL	__SCT__hull_vmx_lane
.pushsection .discard.addressable, "aw"
	.quad	__SCK__hull_vmx_lane
.popsection

#define RSB_ENTRIES	32

/*
 * What a C function may lose. The vCPU lies on top of the stack and stays there; RDI
 * will point at it.
 */
.macro SAVE_VOLATILE_REGS
	push	%rdi
	mov	8(%rsp), %rdi
	pop	HULL_V_RDI(%rdi)
	mov	%rax, HULL_V_RAX(%rdi)
	mov	%rcx, HULL_V_RCX(%rdi)
	mov	%rdx, HULL_V_RDX(%rdi)
	mov	%rsi, HULL_V_RSI(%rdi)
	mov	%r8, HULL_V_R8(%rdi)
	mov	%r9, HULL_V_R9(%rdi)
	mov	%r10, HULL_V_R10(%rdi)
	mov	%r11, HULL_V_R11(%rdi)
.endm

.macro LOAD_VOLATILE_REGS
	mov	HULL_V_RAX(%rdi), %rax
	mov	HULL_V_RCX(%rdi), %rcx
	mov	HULL_V_RDX(%rdi), %rdx
	mov	HULL_V_RSI(%rdi), %rsi
	mov	HULL_V_R8(%rdi), %r8
	mov	HULL_V_R9(%rdi), %r9
	mov	HULL_V_R10(%rdi), %r10
	mov	HULL_V_R11(%rdi), %r11
	mov	HULL_V_RDI(%rdi), %rdi
.endm

/* What it keeps, but RBX, which is an argument of calls and always saved. */
.macro SAVE_OTHER_REGS
	mov	%rbp, HULL_V_RBP(%rdi)
	mov	%r12, HULL_V_R12(%rdi)
	mov	%r13, HULL_V_R13(%rdi)
	mov	%r14, HULL_V_R14(%rdi)
	mov	%r15, HULL_V_R15(%rdi)
.endm

.macro LOAD_OTHER_REGS
	mov	HULL_V_RBX(%rdi), %rbx
	mov	HULL_V_RBP(%rdi), %rbp
	mov	HULL_V_R12(%rdi), %r12
	mov	HULL_V_R13(%rdi), %r13
	mov	HULL_V_R14(%rdi), %r14
	mov	HULL_V_R15(%rdi), %r15
.endm

/*
 * Guest values must not steer the host, not even speculatively: not those that the
 * host does not read, nor those that it loads from a stack which is slow to come.
 */
.macro CLEAR_REGS
	xor	%eax, %eax
	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%ebx, %ebx
	xor	%ebp, %ebp
	xor	%esi, %esi
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
	xor	%r12d, %r12d
	xor	%r13d, %r13d
	xor	%r14d, %r14d
	xor	%r15d, %r15d
.endm

/*
 * HOST_RSP changes only with the kernel stack and the depth of the call. Should
 * VMWRITE fault because VMX is gone, the entry will, too.
 */
.macro CHECK_HOST_RSP
	cmp	%rsp, HULL_V_HOST_RSP(%rdi)
	je	.Lrsp_done_\@
	mov	$FIELD_HOST_RSP, %ecx
.Lrsp_write_\@:
	vmwrite	%rsp, %rcx
	mov	%rsp, HULL_V_HOST_RSP(%rdi)
.Lrsp_done_\@:
	_ASM_EXTABLE(.Lrsp_write_\@, .Lrsp_done_\@)
.endm

/*
 * From here to the entry there must be no return and no indirect branch: the guest's
 * IA32_SPEC_CTRL may allow their speculation to be steered.
 */
.macro SPEC_CTRL_TO_GUEST
	testl	$HULL_RUN_SPEC_CTRL, HULL_V_RUN_FLAGS(%rdi)
	jz	.Lspec_guest_\@
	movl	HULL_V_SPEC_CTRL(%rdi), %eax
	cmpl	%eax, PER_CPU_VAR(x86_spec_ctrl_current)
	je	.Lspec_guest_\@
	mov	$MSR_IA32_SPEC_CTRL, %ecx
	xor	%edx, %edx
	wrmsr
.Lspec_guest_\@:
.endm

/*
 * The host's value, before the first return that no call here balances. With legacy
 * IBRS the write itself is the barrier, hence SPEC_ALWAYS.
 */
.macro SPEC_CTRL_TO_HOST
	testl	$HULL_RUN_SPEC_CTRL, HULL_V_RUN_FLAGS(%rdi)
	jz	.Lspec_host_\@
	mov	$MSR_IA32_SPEC_CTRL, %ecx
	testl	$HULL_RUN_SPEC_SAVE, HULL_V_RUN_FLAGS(%rdi)
	jz	.Lspec_saved_\@
	rdmsr
	movl	%eax, HULL_V_SPEC_CTRL(%rdi)
.Lspec_saved_\@:
	movl	PER_CPU_VAR(x86_spec_ctrl_current), %eax
	testl	$HULL_RUN_SPEC_ALWAYS, HULL_V_RUN_FLAGS(%rdi)
	jnz	.Lspec_write_\@
	cmpl	%eax, HULL_V_SPEC_CTRL(%rdi)
	je	.Lspec_host_\@
.Lspec_write_\@:
	xor	%edx, %edx
	wrmsr
.Lspec_host_\@:
.endm

/* What a return finds here when it is mispredicted is a trap. */
.macro RSB_CALLS count
	.rept	\count
	ANNOTATE_INTRA_FUNCTION_CALL
	call	1f
	int3
1:
	.endr
	add	$(8 * \count), %rsp
.endm

.macro FILL_RSB
	testl	$(HULL_RUN_RSB | HULL_RUN_RSB_ONE), HULL_V_RUN_FLAGS(%rdi)
	jz	.Lrsb_done_\@
	testl	$HULL_RUN_RSB, HULL_V_RUN_FLAGS(%rdi)
	jz	.Lrsb_one_\@
	RSB_CALLS RSB_ENTRIES
	CREDIT_CALL_DEPTH
	jmp	.Lrsb_done_\@
.Lrsb_one_\@:
	RSB_CALLS 1
.Lrsb_done_\@:
.endm

.section .rodata, "a"
.balign 2
/* Only the memory form of VERW clears buffers; it wants a writable data segment. */
SYM_DATA_LOCAL(verw_selector, .word __KERNEL_DS)

.section .noinstr.text, "ax"

/* ZF: no VERW. LOAD_*_REGS and BT leave ZF alone. */
.macro TEST_VERW
	testl	$HULL_RUN_VERW, HULL_V_RUN_FLAGS(%rdi)
.endm

.macro VERW_BUT_ZF
	jz	.Lno_verw_\@
	verw	verw_selector(%rip)
.Lno_verw_\@:
.endm

/*
 * WORLD_SWITCH - the body of hull_vmx_switch_*
 *
 * Not a C function: called with the vCPU in RDI, it comes back with RDI and RBP as
 * they were, EAX one of HULL_SWITCH_*, and everything else lost. The caller saves what
 * it needs, once.
 *
 * The lane: an exit that it takes goes to one C function and back into the guest. What
 * the function keeps by its ABI stays in registers, where there is no reason to clear
 * them.
 *
 * The return stack is filled on the way out alone. Until then every return, also one
 * that is executed by mistake, belongs to a call made here since the exit: the call of
 * the lane, and those inside of it; the processor predicts it from what that call
 * pushed, not from what the guest left beneath. Calls deeper than the return stack have
 * by then overwritten the guest's entries. Every path to the first return that has no
 * such call goes through the filling and LFENCE, mispredicted branches included. That
 * is what "RSB stuffing" is for (Intel, Retpoline, 5.3; SpectreRSB); after VM exits
 * with enhanced IBRS it is enough that a call has retired before such a return (Intel,
 * Post-barrier RSB). With call depth tracking the count is of calls that were not
 * undone by returns, and so is the same after the lane as before. All else comes first:
 * registers are cleared, IBRS is set where it is a barrier, and the branch history is
 * cleared, as the lane has indirect branches.
 */
.macro WORLD_SWITCH exit safe
	push	%rbp
	push	%rdi
	CHECK_HOST_RSP
	.if \safe
	SPEC_CTRL_TO_GUEST
	TEST_VERW
	.endif
	/* CF: VMRESUME. VERW clobbers ZF and leaves CF alone. */
	btl	$HULL_RUN_LAUNCHED_BIT, HULL_V_RUN_FLAGS(%rdi)
	LOAD_OTHER_REGS
	LOAD_VOLATILE_REGS
	.if \safe
	VERW_BUT_ZF
	.endif
	jnc	.Llaunch_\@

	/* A successful entry comes back at \exit with the stack as it is here. */
	UNWIND_HINT_SAVE
.Lresume_\@:
	vmresume
	jmp	.Lfail_\@
.Llaunch_\@:
	vmlaunch
	jmp	.Lfail_\@

	.balign 16, 0xcc
SYM_INNER_LABEL(\exit, SYM_L_GLOBAL)
	UNWIND_HINT_RESTORE
	ENDBR
	SAVE_VOLATILE_REGS
	mov	%rbx, HULL_V_RBX(%rdi)
	.if \safe
	SAVE_OTHER_REGS
	CLEAR_REGS
	SPEC_CTRL_TO_HOST
	/* Stops those who skipped one of the above by a misprediction. */
	lfence
	testl	$HULL_RUN_BHB, HULL_V_RUN_FLAGS(%rdi)
	jz	.Lno_bhb_\@
	call	clear_bhb_loop
.Lno_bhb_\@:
	lfence
	.endif
	mov	$FIELD_EXIT_REASON, %eax
.Lreason_\@:
	vmread	%rax, %rax
	cmp	%eax, HULL_V_LANE(%rdi)
	jne	.Lout_\@
	call	LANE_CALL
	mov	(%rsp), %rdi
	cmp	$HULL_LANE_ENTER, %eax
	jne	.Llane_out_\@
	.if \safe
	SPEC_CTRL_TO_GUEST
	TEST_VERW
	LOAD_OTHER_REGS
	.endif
	LOAD_VOLATILE_REGS
	.if \safe
	VERW_BUT_ZF
	.endif
.Lagain_\@:
	vmresume

.Lfail_\@:
	CLEAR_REGS
	mov	$HULL_SWITCH_FAILED, %eax
	pop	%rdi
	pop	%rbp
	RET

	/* No VMX any more: say what no exit is. */
.Lno_reason_\@:
	mov	$-1, %eax
.Lout_\@:
	mov	%eax, HULL_V_EXIT_REASON(%rdi)
	xor	%ebx, %ebx
	jmp	.Lleave_\@
.Llane_out_\@:
	movl	$EXIT_REASON_VMCALL, HULL_V_EXIT_REASON(%rdi)
	mov	%eax, %ebx
.Lleave_\@:
	.if \safe
	FILL_RSB
	lfence
	.else
	SAVE_OTHER_REGS
	.endif
	mov	%ebx, %eax
	pop	%rdi
	pop	%rbp
	RET

	_ASM_EXTABLE(.Lresume_\@, .Lfail_\@)
	_ASM_EXTABLE(.Llaunch_\@, .Lfail_\@)
	_ASM_EXTABLE(.Lagain_\@, .Lfail_\@)
	_ASM_EXTABLE(.Lreason_\@, .Lno_reason_\@)
.endm

SYM_FUNC_START(hull_vmx_switch_bare)
	WORLD_SWITCH hull_vmx_exit_bare 0
SYM_FUNC_END(hull_vmx_switch_bare)

SYM_FUNC_START(hull_vmx_switch_safe)
	WORLD_SWITCH hull_vmx_exit_safe 1
SYM_FUNC_END(hull_vmx_switch_safe)

/*
 * The host's handlers end in IRET and expect the frame that the processor makes:
 * SS, RSP, RFLAGS, CS, and RIP by the call, on a stack aligned to 16 bytes.
 * SDM Vol. 3, 6.14.2.
 */
.macro CALL_HANDLER insn target
	push	%rbp
	mov	%rsp, %rbp
	and	$-16, %rsp
	push	$__KERNEL_DS
	push	%rbp
	pushf
	push	$__KERNEL_CS
	\insn	\target
	/* IRET has put RSP back; objtool does not know that. */
	mov	%rbp, %rsp
	pop	%rbp
	RET
.endm

/* void hull_vmx_call_nmi(void): NMIs are blocked until the handler's IRET */
SYM_FUNC_START(hull_vmx_call_nmi)
	CALL_HANDLER call HULL_ASM_NMI
SYM_FUNC_END(hull_vmx_call_nmi)

.section .text, "ax"

/* void hull_vmx_call_interrupt(unsigned long entry): where a gate of the IDT points */
SYM_FUNC_START(hull_vmx_call_interrupt)
	CALL_HANDLER CALL_NOSPEC rdi
SYM_FUNC_END(hull_vmx_call_interrupt)
