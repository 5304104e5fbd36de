/* SPDX-License-Identifier: GPL-2.0-only */
	.section .rodata
	.globl	guest_start, guest_end
guest_start:
	.incbin "guest.bin"
guest_end:
	.section .note.GNU-stack, "", @progbits
