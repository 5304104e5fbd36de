/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests that call. Each entry point leaves its findings at MACHINE_RESULT (rdi), by
 * CALLS_* of calls.h, and says by port 0x81 that it is done. r8: a hypercall number.
 */
#include "calls.h"

	.section .rodata
	.globl	calls_start, calls_end
calls_start:

	.macro	entry name
	.globl	calls_\name
calls_\name:
	.endm

	.macro	done
	out	%al, $0x81
	hlt
	.endm

/* ---- interrupts and traps ------------------------------------------------- */

/* #DB: how often, where first; the trap flag goes */
	entry	debug
	andq	$~0x100, 16(%rsp)
	push	%rax
	incq	CALLS_TRAPS(%rdi)
	cmpq	$1, CALLS_TRAPS(%rdi)
	jne	1f
	mov	8(%rsp), %rax
	mov	%rax, CALLS_TRAP_RIP(%rdi)
1:	pop	%rax
	iretq

/* an interrupt: how often, where first, how late; a deadline comes again */
	entry	interrupt
	push	%rax
	push	%rcx
	push	%rdx
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	sub	CALLS_DEADLINE(%rdi), %rax
	cmp	CALLS_LATE(%rdi), %rax
	jl	1f
	mov	%rax, CALLS_LATE(%rdi)
1:	incq	CALLS_INTERRUPTS(%rdi)
	cmpq	$1, CALLS_INTERRUPTS(%rdi)
	jne	2f
	mov	24(%rsp), %rax
	mov	%rax, CALLS_INTERRUPT_RIP(%rdi)
2:	cmpq	$0, CALLS_DEADLINE(%rdi)
	je	3f
	call	deadline
3:	mov	$0x80b, %ecx		/* x2APIC: EOI */
	xor	%eax, %eax
	xor	%edx, %edx
	wrmsr
	pop	%rdx
	pop	%rcx
	pop	%rax
	iretq

/* the next deadline */
deadline:
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	add	CALLS_PERIOD(%rdi), %rax
	mov	%rax, CALLS_DEADLINE(%rdi)
	mov	%rax, %rdx
	shr	$32, %rdx
	mov	$0x6e0, %ecx
	wrmsr
	ret

/* x2APIC on, spurious vector, everything accepted */
apic_on:
	mov	$0x1b, %ecx
	rdmsr
	or	$0xc00, %eax
	wrmsr
	mov	$0x80f, %ecx
	mov	$0x1ff, %eax
	xor	%edx, %edx
	wrmsr
	ret

/* ---- entry points ------------------------------------------------------------ */

/* rcx numbers from r8 on, each with random arguments */
	entry	numbers
	mov	%rcx, %r12
	mov	$0x9e3779b97f4a7c15, %r13
1:	.irp	reg, rbx, rcx, rdx, rsi
	mov	%r13, %rax
	shl	$13, %rax
	xor	%rax, %r13
	mov	%r13, %rax
	shr	$7, %rax
	xor	%rax, %r13
	mov	%r13, %rax
	shl	$17, %rax
	xor	%rax, %r13
	mov	%r13, %\reg
	.endr
	mov	%r8, %rax
	vmcall
	cmp	$-38, %rax		/* ENOSYS */
	jne	2f
	incq	CALLS_UNKNOWN(%rdi)
2:	incq	CALLS_COUNT(%rdi)
	inc	%r8
	dec	%r12
	jnz	1b
	done

/* only rax may change, and nothing of the call stays in flags */
	entry	registers
	.irp	reg, rbx, rcx, rdx, rsi, rbp, r9, r10, r11, r12, r13, r14, r15
	mov	$0x1122334455667788, %\reg
	.endr
	mov	$0x40, %r14
	mov	%r14, %cr2
	mov	%rsp, CALLS_SCRATCH(%rdi)
	mov	%r8, %rax
	stc
	vmcall
	jnc	1f
	cmp	CALLS_SCRATCH(%rdi), %rsp
	jne	1f
	mov	%rax, CALLS_RESULT(%rdi)
	mov	%cr2, %rax
	cmp	%r14, %rax
	jne	1f
	mov	$0x1122334455667788, %rax
	.irp	reg, rbx, rcx, rdx, rsi, rbp, r9, r10, r11, r12, r13, r15
	cmp	%rax, %\reg
	jne	1f
	.endr
	incq	CALLS_COUNT(%rdi)
1:	done

/* the trap comes right after the call */
	entry	step
	pushfq
	orq	$0x100, (%rsp)
	mov	%r8, %rax
	popfq
	vmcall
	entry	step_after
	nop
	mov	%rax, CALLS_RESULT(%rdi)
	done

/* so does an interrupt that STI's shadow held */
	entry	shadow
	call	apic_on
	mov	$0x83f, %ecx		/* x2APIC: to myself */
	mov	$CALLS_VECTOR, %eax
	xor	%edx, %edx
	wrmsr
	mov	%r8, %rax
	sti
	vmcall
	entry	shadow_after
	nop
	nop
	cli
	mov	%rax, CALLS_RESULT(%rdi)
	done

/* calls, and nothing else but CALLS_WANTED deadlines */
	entry	deadlines
	call	apic_on
	mov	$0x832, %ecx		/* x2APIC: timer, by deadline */
	mov	$(CALLS_VECTOR | 2 << 17), %eax
	xor	%edx, %edx
	wrmsr
	call	deadline
	sti
1:	mov	%r8, %rax
	vmcall
	incq	CALLS_COUNT(%rdi)
	mov	CALLS_INTERRUPTS(%rdi), %rax
	cmp	CALLS_WANTED(%rdi), %rax
	jb	1b
	cli
	done

/* calls for ever, counted */
	entry	storm
1:	mov	%r8, %rax
	vmcall
	incq	CALLS_COUNT(%rdi)
	jmp	1b

/* calls that a module may answer, until CALLS_WANTED is set: right, -ENOSYS, or wrong */
	entry	module
	mov	$20, %rbx
	mov	$22, %rcx
	xor	%edx, %edx
	xor	%esi, %esi
1:	mov	%r8, %rax
	vmcall
	cmp	$-38, %rax
	je	2f
	cmp	CALLS_SCRATCH(%rdi), %rax
	jne	3f
	incq	CALLS_COUNT(%rdi)
	jmp	4f
2:	incq	CALLS_UNKNOWN(%rdi)
	jmp	4f
3:	incq	CALLS_WRONG(%rdi)
	mov	%rax, CALLS_RESULT(%rdi)
4:	cmpq	$0, CALLS_WANTED(%rdi)
	je	1b
	done

/* one call: rbx, rcx, rdx, rsi as they are */
	entry	once
	mov	%r8, %rax
	vmcall
	mov	%rax, CALLS_RESULT(%rdi)
	done

/* 32-bit code: the upper halves are not arguments, and not the result's business */
	.code32
	entry	short
	mov	$CALLS_NR_VERSION, %eax
	vmcall
	mov	%eax, CALLS_RESULT(%edi)
	mov	$CALLS_NR_FEATURES, %eax
	xor	%ebx, %ebx
	vmcall
	mov	%eax, CALLS_SCRATCH(%edi)
	mov	$CALLS_NR_UNKNOWN, %eax
	vmcall
	cmp	$-38, %eax
	jne	1f
	incl	CALLS_COUNT(%edi)
1:	out	%al, $0x81
	hlt
	.code64
calls_end:

/* for the end of 4 GiB: VMCALL there, this at 0 */
	.globl	wrap_start, wrap_end
	.code32
wrap_start:
	mov	%eax, CALLS_RESULT(%edi)
	out	%al, $0x81
	hlt
wrap_end:
	.code64
	.section .note.GNU-stack, "", @progbits
