/* SPDX-License-Identifier: GPL-2.0-only */
/* A multiboot guest that says "calls" and then calls hull_nop and hull_features without end. */
	.code32
	.text
	.align	4
	.long	0x1badb002, 0, -0x1badb002
	.globl	_start
_start:
	mov	$0x3f8, %dx
	mov	$'c', %al
	out	%al, %dx
	mov	$'a', %al
	out	%al, %dx
	mov	$'l', %al
	out	%al, %dx
	mov	$'l', %al
	out	%al, %dx
	mov	$'s', %al
	out	%al, %dx
	mov	$'\n', %al
	out	%al, %dx
1:	mov	$100, %ecx
2:	mov	$0x48750000, %eax
	vmcall
	loop	2b
	mov	$0x48750003, %eax
	mov	$7, %ebx
	vmcall
	jmp	1b
	.section .note.GNU-stack, "", @progbits
