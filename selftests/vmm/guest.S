/* SPDX-License-Identifier: GPL-2.0-only */
/* A multiboot kernel: header, stack, and what it hands to main() in guest.c. */
	.code32
	.section .head, "ax"
	.align 4
	.long 0x1badb002, 3, -(0x1badb002 + 3)
	.globl start
start:
	mov $stack_end, %esp
	push %ebx
	call guest_main
1:	hlt
	jmp 1b

	.globl triple_fault
triple_fault:
	lidt no_idt
	ud2

	.section .rodata
no_idt:
	.word 0
	.long 0

	.section .bss
	.align 16
	.skip 4096
stack_end:

	.section .note.GNU-stack, "", @progbits
