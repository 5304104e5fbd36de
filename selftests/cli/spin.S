/* SPDX-License-Identifier: GPL-2.0-only */
/* A multiboot guest that says "spin" and then makes exits without end. */
	.code32
	.text
	.align	4
	.long	0x1badb002, 0, -0x1badb002
	.globl	_start
_start:
	mov	$0x3f8, %dx
	mov	$'s', %al
	out	%al, %dx
	mov	$'p', %al
	out	%al, %dx
	mov	$'i', %al
	out	%al, %dx
	mov	$'n', %al
	out	%al, %dx
	mov	$'\n', %al
	out	%al, %dx
1:	cpuid
	jmp	1b
	.section .note.GNU-stack, "", @progbits
