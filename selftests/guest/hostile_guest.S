/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests that do what no guest should. A case is the code from guest_NAME to the next
 * label, copied to MACHINE_CODE behind the common part. In 64-bit cases r15 says where
 * to go on after an exception; a word at RESULT + 0x100 + 4 * vector counts them.
 * Port 0x81 says done.
 */
#define RESULT 0x8000
#define STACK 0xa000

	.section .rodata
	.globl	common_start, common_end
	/* One 16-byte stub for each of 32 vectors; the test program points the IDT at them. */
common_start:
	.set	vector, 0
	.rept	32
	.balign	16
	mov	$vector * 4, %esp
	jmp	exception
	.set	vector, vector + 1
	.endr
exception:
	incl	RESULT + 0x100(%rsp)
	mov	$STACK, %esp
	jmp	*%r15
	.balign	16
common_end:

	.macro	case name bits=64
	.globl	guest_\name
	.code\bits
guest_\name:
	.endm

	/* one instruction that may fault; goes on behind it either way */
	.macro	try insn:vararg
	lea	1f(%rip), %r15
	\insn
1:
	.endm

	case	vmx
	mov	$RESULT + 0x400, %ebx
	try	vmxon	(%rbx)
	try	vmxoff
	try	vmlaunch
	try	vmresume
	try	vmread	%rax, %rcx
	try	vmwrite	%rax, %rcx
	try	vmclear	(%rbx)
	try	vmptrld	(%rbx)
	try	vmptrst	(%rbx)
	try	invept	(%rbx), %rax
	try	invvpid	(%rbx), %rax
	try	vmfunc
	try	getsec
	out	%al, $0x81

	/* ebp..edi: range of MSRs; the test program calls it with junk in r8 */
	case	msr
	mov	%ebp, %ecx
2:	mov	%r8d, %eax
	mov	%r8, %rdx
	shr	$32, %rdx
	try	wrmsr
	try	rdmsr
	inc	%ecx
	cmp	%edi, %ecx
	jne	2b
	out	%al, $0x81

	case	cr
	mov	%cr0, %rax
	btr	$0, %rax
	try	mov	%rax, %cr0		/* PG without PE */
	mov	%cr0, %rax
	bts	$29, %rax
	try	mov	%rax, %cr0		/* NW without CD */
	mov	%cr4, %rax
	bts	$13, %rax
	try	mov	%rax, %cr4		/* VMXE */
	mov	%cr4, %rax
	bts	$31, %rax
	try	mov	%rax, %cr4		/* reserved */
	mov	%cr4, %rax
	btr	$5, %rax
	try	mov	%rax, %cr4		/* PAE off in long mode */
	mov	$-1, %rax
	try	mov	%rax, %cr3
	try	mov	%rax, %cr8
	try	mov	%rax, %dr7
	xor	%ecx, %ecx
	mov	$-1, %edx
	try	xsetbv
	movabs	$0x8000000000000000, %rax
	try	jmp	*%rax			/* not canonical */
	out	%al, $0x81

	.macro	xcr0 index, high, low
	mov	$\index, %ecx
	mov	$\high, %edx
	mov	$\low, %eax
	try	xsetbv
	.endm

	case	xcr
	mov	%cr4, %rax
	bts	$18, %rax
	try	mov	%rax, %cr4		/* OSXSAVE */
	xcr0	0, 0, 1
	xcr0	0, 0, 0				/* without x87 */
	xcr0	0, 0, 2
	xcr0	0, 0, 5				/* AVX without SSE */
	xcr0	0, 0, 0x27			/* a part of AVX-512 */
	xcr0	0, 0, 0xe3			/* AVX-512 without AVX */
	xcr0	0, 0, 0x1b			/* MPX, which guests don't get */
	xcr0	0, 0x80000000, 7
	xcr0	0, -1, -1
	xcr0	1, 0, 7				/* XCR1 */
	xcr0	0, 0, 1
	try	vzeroupper			/* AVX is off */
	xcr0	0, 0, 7
	try	vzeroupper			/* and now on */
	out	%al, $0x81

	case	triple
	lidt	9f(%rip)
	ud2
9:	.word	0
	.quad	0

	case	spin
	cli
3:	jmp	3b

	case	spin_open
	sti
8:	jmp	8b

	case	halt
	cli
	hlt

	case	mmio
	mov	$0x3f000000, %ebx
	mov	%rax, (%rbx)
	out	%al, $0x81

	case	fetch
	mov	$0x3f000000, %eax
	jmp	*%rax

	case	cr3
	mov	$0x3f000000, %eax
	mov	%rax, %cr3
	nop

	case	outs
	mov	$0x3ffff0, %esi
	mov	$0x81, %edx
	mov	$1, %ecx
	cld
	rep	outsb

	case	ins_nowhere
	mov	$0x3f000000, %edi
	mov	$0x21, %edx
	mov	$4, %ecx
	cld
	rep	insb
	out	%al, $0x81

	case	cpuid
	xor	%ebp, %ebp
4:	mov	%ebp, %eax
	mov	%ebp, %ecx
	cpuid
	add	$0x00fedcb1, %ebp
	jnc	4b
	out	%al, $0x81

	/* r8: first number, r9: how many; every register is junk */
	case	hypercalls
5:	mov	%r8d, %eax
	mov	$-1, %rbx
	mov	%r8, %rcx
	mov	$0xfffffff8, %edx
	mov	$0x7ffffffffff, %rsi
	try	vmcall
	inc	%r8
	dec	%r9
	jnz	5b
	out	%al, $0x81

	/* stack at the edge of nowhere: an exception that can't be delivered */
	case	bad_stack
	movabs	$0x8000000000000000, %rsp
	lidt	9f(%rip)
	int3
9:	.word	0xfff
	.quad	0x3f000000

	case	user
	/* CPL 3 by IRETQ: the VMCALL there answers -EPERM (r8: number) */
	push	$0x23
	push	$STACK
	push	$2
	push	$0x1b
	lea	6f(%rip), %rax
	push	%rax
	iretq
6:	mov	%r8, %rax
	vmcall
	mov	%rax, RESULT
	lea	7f(%rip), %r15
	hlt			/* #GP from CPL 3 needs a TSS: triple fault, and that ends it */
7:	hlt

	case	real 16
	mov	$0x1234, %ax
	mov	%ax, RESULT
	mov	$0xfffe, %bx
	mov	%ax, %ds
	mov	%ax, (%bx, %si)
	out	%al, $0x81

	case	real_nowhere 16
	ljmp	$0xffff, $0x1234

	case	protected 32
	mov	$0xcafe, %eax
	mov	%eax, RESULT
	out	%al, $0x81

	case	end
	.code64
	.section .note.GNU-stack, "", @progbits
