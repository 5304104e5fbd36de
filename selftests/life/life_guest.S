/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests that never end, and count at MACHINE_RESULT how often they went round; and the
 * way into KVM_RUN with known vector registers. The test program copies a guest from
 * guest_NAME to the next label. Port 0x82 says that a register is not what it was.
 */
#define RESULT		0x8000
#define SEED		0x8100		/* what registers are filled with: 64 bytes */
#define EXPECTED	0x200000	/* the processor's own image of its FPU, at the beginning */
#define SEEN		0x201000	/* and now */
#define FPU_BYTES	0x8140		/* how much of the image to compare */
#define XCR0		0x8148		/* 0: FXSAVE, otherwise XSAVE with this */

	.section .rodata
	.macro	guest name
	.globl	guest_\name
guest_\name:
	.endm

	guest	spin
1:	incq	RESULT
	jmp	1b

	/* exits that the kernel answers, and one to userspace now and then */
	guest	storm
1:	mov	$32, %esi
2:	xor	%eax, %eax
	cpuid
	incq	RESULT
	dec	%esi
	jnz	2b
	out	%al, $0x80
	jmp	1b

	.macro	image to
	mov	XCR0, %eax
	test	%eax, %eax
	jz	3f
	xor	%edx, %edx
	xsave64	\to
	jmp	4f
3:	fxsave64 \to
4:
	.endm

	.macro	same value, where
	mov	\value, %rax
	cmp	\where, %rax
	jne	bad
	.endm

	.set	msr_lstar, 0xc0000082
	.set	msr_kernel_gs, 0xc0000102

	/*
	 * Every register but those it works with: general ones, x87, vectors, debug
	 * addresses, CR2, MSRs of each way of switching; and time must not run backwards.
	 */
	guest	state
	mov	XCR0, %eax
	test	%eax, %eax
	jz	1f
	xor	%ecx, %ecx
	xor	%edx, %edx
	xsetbv
1:	fninit
	.rept	8
	fldl	SEED
	.endr
	movdqu	SEED, %xmm0
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	movdqu	SEED + \n, %xmm\n
	.endr
	testb	$4, XCR0
	jz	2f
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	vmovdqu	SEED + \n, %ymm\n
	.endr
2:	testb	$0x80, XCR0
	jz	3f
	.irp	n, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	vmovdqu64 SEED + \n - 16, %zmm\n
	.endr
	kmovw	SEED, %k1
3:	mov	SEED, %rax
	shr	$17, %rax
	mov	%rax, %dr0
	mov	%rax, %cr2
	mov	%rax, %rdx
	shr	$32, %rdx
	mov	$msr_lstar, %ecx
	wrmsr
	mov	$msr_kernel_gs, %ecx
	wrmsr
	image	EXPECTED
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%rax, RESULT + 8
	mov	SEED, %rbx
	mov	SEED + 1, %rbp
	mov	SEED + 2, %r8
	mov	SEED + 3, %r9
	mov	SEED + 4, %r10
	mov	SEED + 5, %r11
	mov	SEED + 6, %r12
	mov	SEED + 7, %r13
	mov	SEED + 8, %r14
	mov	SEED + 9, %r15

again:	incq	RESULT
	image	SEEN
	mov	$EXPECTED, %esi
	mov	$SEEN, %edi
	mov	FPU_BYTES, %ecx
	mov	$1, %al
	cld
	repe	cmpsb
	jne	bad
	same	%rbx, SEED
	same	%rbp, SEED + 1
	same	%r8, SEED + 2
	same	%r9, SEED + 3
	same	%r10, SEED + 4
	same	%r11, SEED + 5
	same	%r12, SEED + 6
	same	%r13, SEED + 7
	same	%r14, SEED + 8
	same	%r15, SEED + 9
	mov	SEED, %rcx
	shr	$17, %rcx
	same	%cr2, %rcx
	same	%dr0, %rcx
	mov	%rcx, %rsi
	mov	$msr_kernel_gs, %ecx
	rdmsr
	shl	$32, %rdx
	or	%rax, %rdx
	same	%rdx, %rsi
	mov	$msr_lstar, %ecx
	rdmsr
	shl	$32, %rdx
	or	%rax, %rdx
	same	%rdx, %rsi
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	cmp	RESULT + 8, %rax
	jb	bad
	mov	%rax, RESULT + 8
	jmp	again
bad:	out	%al, $0x82
	jmp	bad

	guest	end

	.text
	.macro	enter name, move, reg, width
	/* long NAME(int fd, const void *in, void *out): ioctl(fd, KVM_RUN, 0) between the two */
	.globl	\name
	.type	\name, @function
\name:
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	\move	\n * \width(%rsi), %\reg\n
	.endr
	push	%rdx
	mov	$0xae80, %esi
	xor	%edx, %edx
	mov	$16, %eax
	syscall
	pop	%rdx
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	\move	%\reg\n, \n * \width(%rdx)
	.endr
	ret
	.size	\name, . - \name
	.endm

	enter	enter_with_xmm, movdqu, xmm, 16
	enter	enter_with_ymm, vmovdqu, ymm, 32

	.section .note.GNU-stack, "", @progbits
