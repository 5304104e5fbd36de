/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the measured guest begins: 64-bit mode, flat segments and the stack are set by
 * the host. A job at a time: the host fills it in and enters, a write to the port ends it.
 */
#include "../job.h"

	.section .text.start, "ax"
	.globl	start
start:
	cld
	/* As most of a kernel runs; nothing has been asked to interrupt yet. */
	sti
1:	call	job_run
	mov	$BENCH_PORT_DONE, %edx
	out	%al, %dx
	jmp	1b

	.text
/* An event channel's interrupt; nothing but the count is of interest. */
	.globl	event_entry
event_entry:
	push	%rax
	push	%rcx
	push	%rdx
	lock incl events(%rip)
	/* x2APIC EOI, SDM Vol. 3, 11.12.1.2 */
	mov	$0x80b, %ecx
	xor	%eax, %eax
	xor	%edx, %edx
	wrmsr
	pop	%rdx
	pop	%rcx
	pop	%rax
	iretq

	.section .note.GNU-stack, "", @progbits
