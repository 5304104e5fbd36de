/* SPDX-License-Identifier: GPL-2.0-only */
	.section .rodata
	.globl	storm_image_start, storm_image_end
storm_image_start:
	.incbin "storm_guest.bin"
storm_image_end:
	.section .note.GNU-stack, "", @progbits
