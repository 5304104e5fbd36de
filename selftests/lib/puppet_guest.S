/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest that does one thing at a time, as the test says: 64-bit code whose entry
 * points take their arguments in registers and say done by port 0x81. Interrupts are
 * taken at vector PUPPET_VECTOR only; see puppet.h for where it keeps what.
 */
#define RESULT		0x8000
#define INTERRUPTS	(RESULT + 0x200)
#define SEEN		(RESULT + 0x300)
#define EVENT_PAGE	0xe000
#define PENDING		(EVENT_PAGE + 64)
#define X2APIC_EOI	0x80b

	.section .rodata
	.globl	puppet_start, puppet_end
puppet_start:

	.macro	entry name
	.globl	puppet_\name
	.balign	16
puppet_\name:
	.endm

	/* local APIC on, in x2APIC mode; the PIC is not heard */
	entry	init
	mov	$0x1b, %ecx
	rdmsr
	or	$0xc00, %eax
	wrmsr
	mov	$0x80f, %ecx
	mov	$0x1ff, %eax
	xor	%edx, %edx
	wrmsr
	mov	$0x835, %ecx
	mov	$0x10000, %eax
	wrmsr
	out	%al, $0x81

	entry	call
	vmcall
	out	%al, $0x81

	/* VMCALL r9 times, as long as it answers 0; the last answer is in rax */
	entry	flood
1:	mov	%r8, %rax
	vmcall
	test	%rax, %rax
	jnz	2f
	dec	%r9
	jnz	1b
2:	out	%al, $0x81

	/* sleep until the counter of interrupts is above r9 */
	entry	wait
1:	cli
	cmp	%r9, INTERRUPTS
	ja	2f
	sti
	hlt
	jmp	1b
2:	out	%al, $0x81

	/* interrupts for a moment */
	entry	look
	sti
	nop
	nop
	cli
	out	%al, $0x81

	/* look at the event page without an interrupt */
	entry	poll
	call	collect
	out	%al, $0x81

	entry	peek
	mov	(%rdi), %rax
	out	%al, $0x81

	entry	poke
	mov	%rsi, (%rdi)
	out	%al, $0x81

	/* fill rcx words from rdi with rax, for ever */
	entry	fill_on
1:	mov	%rdi, %rdx
	mov	%rcx, %rbx
2:	mov	%rax, (%rdx)
	add	$8, %rdx
	dec	%rbx
	jnz	2b
	inc	%rax
	jmp	1b

	/* r9 times: send by r10, wait for an answer. Or the other way round: serve. */
	entry	ping
1:	mov	%r8, %rax
	mov	%r10, %rbx
	vmcall
	inc	%r12
2:	cli
	cmp	%r12, INTERRUPTS
	jae	3f
	sti
	hlt
	jmp	2b
3:	dec	%r9
	jnz	1b
	out	%al, $0x81

	entry	pong
1:	inc	%r12
2:	cli
	cmp	%r12, INTERRUPTS
	jae	3f
	sti
	hlt
	jmp	2b
3:	mov	%r8, %rax
	mov	%r10, %rbx
	vmcall
	dec	%r9
	jnz	1b
	out	%al, $0x81

	/* the word at rdi goes up to r9 by turns: this one makes it r10 modulo 2 */
	entry	turns
1:	mov	(%rdi), %rax
	cmp	%r9, %rax
	jae	3f
	mov	%rax, %rbx
	xor	%r10, %rbx
	test	$1, %bl
	jz	2f
	inc	%rax
	mov	%rax, (%rdi)
	jmp	1b
2:	pause
	jmp	1b
3:	out	%al, $0x81

	/* the interrupt: count it, take what is pending, end it */
	entry	interrupt
	push	%rax
	push	%rcx
	push	%rdx
	incq	INTERRUPTS
	call	collect
	mov	$X2APIC_EOI, %ecx
	xor	%eax, %eax
	xor	%edx, %edx
	wrmsr
	pop	%rdx
	pop	%rcx
	pop	%rax
	iretq

	/* any, words, pending, in this order; masked ports stay pending */
collect:
	xor	%eax, %eax
	xchg	%eax, EVENT_PAGE
	xor	%eax, %eax
	xchg	%rax, EVENT_PAGE + 8
	mov	%rax, %rdx
1:	bsf	%rdx, %rcx
	jz	2f
	btr	%rcx, %rdx
	mov	PENDING + 128(, %rcx, 8), %rax
	not	%rax
	and	PENDING(, %rcx, 8), %rax
	or	%rax, SEEN(, %rcx, 8)
	not	%rax
	lock and %rax, PENDING(, %rcx, 8)
	jmp	1b
2:	ret
puppet_end:
	.section .note.GNU-stack, "", @progbits
