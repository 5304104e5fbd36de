/* SPDX-License-Identifier: GPL-2.0-only */
/* What vmctl carries for containers: the starter, and the default filter of system calls. */
	.section .rodata
	.balign 16
	.globl	hull_ct_starter, hull_ct_starter_end
hull_ct_starter:
	.incbin "container/hull-start"
hull_ct_starter_end:

	.balign 8
	.globl	hull_ct_default_filter, hull_ct_default_filter_end
hull_ct_default_filter:
	.incbin "container/default.bpf"
hull_ct_default_filter_end:

	.section .note.GNU-stack, "", @progbits
