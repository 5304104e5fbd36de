/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The measured guest: 64-bit code that needs nothing around it. Each entry point runs
 * rcx iterations and leaves the TSC before and after them at rdi; port 0x81 says done.
 * r8 is what the iteration wants: a hypercall number, an MSR, a page to begin with.
 */
	.section .rodata
	.globl	bench_guest_start, bench_guest_end
bench_guest_start:

	.macro	entry name
	.globl	bench_\name
bench_\name:
	call	stamp
1:
	.endm

	.macro	again
	dec	%r12
	jnz	1b
	jmp	done
	.endm

	entry	empty
	mov	%r8, %rax
	nop
	again

	entry	vmcall
	mov	%r8, %rax
	vmcall
	again

	/* for trace: some calls, then one after XCHG BX, BX, at which Bochs stops */
	entry	traced
	mov	%r8, %rax
	vmcall
	dec	%r12
	jnz	1b
	mov	%r8, %rax
	xchg	%bx, %bx
	vmcall
	nop
	jmp	done

	entry	cpuid
	mov	%r8, %rax
	cpuid
	again

	entry	rdmsr
	mov	%r8, %rcx
	rdmsr
	again

	entry	in
	mov	%r8, %rdx
	in	%dx, %al
	again

	entry	out
	mov	%r8, %rdx
	out	%al, %dx
	again

	entry	touch
	movb	$1, (%r8)
	add	$4096, %r8
	again

	entry	first
	again

stamp:
	mov	%rdi, %r13
	mov	%rcx, %r12
	rdtsc
	mov	%eax, (%r13)
	mov	%edx, 4(%r13)
	ret
done:
	rdtsc
	mov	%eax, 8(%r13)
	mov	%edx, 12(%r13)
	out	%al, $0x81
	hlt
bench_guest_end:
	.section .note.GNU-stack, "", @progbits
