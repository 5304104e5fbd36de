/* SPDX-License-Identifier: GPL-2.0-only */
/* R12 calls of number R8, the TSC's ticks of each to RDI on, then a port. */
	.section .rodata
	.code64
	.globl	neighbour_start, neighbour_end
neighbour_start:
1:	rdtsc
	shl	$32, %rdx
	lea	(%rdx, %rax), %r9
	mov	%r8, %rax
	vmcall
	rdtsc
	shl	$32, %rdx
	add	%rdx, %rax
	sub	%r9, %rax
	mov	$0xffffffff, %r10d
	cmp	%r10, %rax
	cmova	%r10, %rax
	mov	%eax, (%rdi)
	add	$4, %rdi
	dec	%r12
	jnz	1b
	out	%al, $0x80
	hlt
neighbour_end:

	.section .note.GNU-stack, "", @progbits
