/* SPDX-License-Identifier: GPL-2.0-only */
/* A multiboot guest that writes 5 to the exit port: vmctl vm run exits with 11. */
	.code32
	.text
	.align	4
	.long	0x1badb002, 0, -0x1badb002
	.globl	_start
_start:
	mov	$0xf4, %dx
	mov	$5, %al
	out	%al, %dx
1:	hlt
	jmp	1b
	.section .note.GNU-stack, "", @progbits
