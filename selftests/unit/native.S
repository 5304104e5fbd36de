/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs one instruction of emul_native.c, with registers and flags from STATE and back.
 * Copied to a low address, so everything is position independent or absolute there.
 */
#define STATE	0x10010000
#define CODE	0x10000000
#define REG(n)	STATE + 8 * n
#define RFLAGS	STATE + 128
#define RSP	STATE + 136
#define ENTRY	STATE + 144
#define CS	STATE + 148
#define DS	STATE + 150
#define SS	STATE + 152
#define USER_DS	0x2b

	.section .rodata
	.globl native_begin, native_end, native_insn, native_back64, native_back32, native_back16
native_begin:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, RSP
	cmpw	$0, CS
	je	1f
	movw	DS, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	SS, %ax
	movw	%ax, %ss
1:	pushq	RFLAGS
	cmpw	$0, CS
	je	2f
	popfq
	call	load
	mov	REG(4), %rsp
	ljmp	*ENTRY

2:	popfq
	call	load
	mov	REG(4), %rsp
native_insn:
	.fill	32, 1, 0x90
native_back64:
back:
	mov	%rax, REG(0)
	mov	%rcx, REG(1)
	mov	%rdx, REG(2)
	mov	%rbx, REG(3)
	mov	%rsp, REG(4)
	mov	%rbp, REG(5)
	mov	%rsi, REG(6)
	mov	%rdi, REG(7)
	mov	%r8, REG(8)
	mov	%r9, REG(9)
	mov	%r10, REG(10)
	mov	%r11, REG(11)
	mov	%r12, REG(12)
	mov	%r13, REG(13)
	mov	%r14, REG(14)
	mov	%r15, REG(15)
	mov	RSP, %rsp
	pushfq
	popq	RFLAGS
	mov	$0, %eax
	movw	%ax, %ds
	movw	%ax, %es
	mov	$USER_DS, %eax
	movw	%ax, %ss
	cld
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

load:
	mov	REG(0), %rax
	mov	REG(1), %rcx
	mov	REG(2), %rdx
	mov	REG(3), %rbx
	mov	REG(5), %rbp
	mov	REG(6), %rsi
	mov	REG(7), %rdi
	mov	REG(8), %r8
	mov	REG(9), %r9
	mov	REG(10), %r10
	mov	REG(11), %r11
	mov	REG(12), %r12
	mov	REG(13), %r13
	mov	REG(14), %r14
	mov	REG(15), %r15
	ret

/* Placed behind an instruction of 32-bit or 16-bit code: the far jump back. */
native_back32:
	.byte	0xea
	.long	CODE + (back - native_begin)
	.word	0x33
native_back16:
	.byte	0x66, 0xea
	.long	CODE + (back - native_begin)
	.word	0x33
native_end:

	.section .note.GNU-stack, "", @progbits
