/* SPDX-License-Identifier: GPL-2.0-only */
/* The measured guest as a flat image, built before this file. */
	.section .rodata
	.globl	bench_image_start, bench_image_end
bench_image_start:
	.incbin "bench/guest.bin"
bench_image_end:
	.section .note.GNU-stack, "", @progbits
