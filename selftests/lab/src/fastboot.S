/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fastboot - stands in for the decompressor of a bzImage
 *
 * A bzImage's own decompressor executes hundreds of millions of instructions, which
 * an emulator that does them one by one takes seconds for. mkfastkernel puts this code
 * and the uncompressed kernel behind the bzImage's real-mode part instead.
 *
 * The boot protocol enters at the first byte: 32-bit protected mode, flat segments,
 * interrupts off, esi = boot_params. What follows is linked at 0 and runs anywhere
 * outside of the kernel's destination.
 */
	.code32
	.text
	.globl	_start
_start:
	jmp	1f
	.balign	8
params:				/* filled in by mkfastkernel */
dest:	.long	0		/* where the kernel belongs */
bytes:	.long	0		/* how long the image is, a multiple of 4 */
zeros:	.long	0		/* what to clear behind it, a multiple of 4 */
entry:	.long	0		/* its 64-bit entry */
image:	.long	0		/* where the image is, from _start */

1:	cld
	leal	0x1e8(%esi), %esp	/* boot_params.scratch: four bytes of stack */
	call	2f
2:	popl	%ebp
	subl	$2b, %ebp		/* ebp = where _start is */
	leal	stack_end(%ebp), %esp
	movl	%esi, %ebx

	/* Up or down, so that it may overlap. */
	movl	image(%ebp), %esi
	addl	%ebp, %esi
	movl	dest(%ebp), %edi
	movl	bytes(%ebp), %ecx
	shrl	$2, %ecx
	cmpl	%edi, %esi
	jae	3f
	leal	-4(%esi,%ecx,4), %esi
	leal	-4(%edi,%ecx,4), %edi
	std
3:	rep	movsl
	cld
	movl	dest(%ebp), %edi
	addl	bytes(%ebp), %edi
	movl	zeros(%ebp), %ecx
	shrl	$2, %ecx
	xorl	%eax, %eax
	rep	stosl

	/* Identity map of the first 4 GiB by 2 MiB pages: 1 + 1 + 4 tables. */
	leal	tables(%ebp), %edi
	movl	$(6 * 1024), %ecx
	rep	stosl
	leal	tables(%ebp), %edi
	leal	0x1007(%edi), %eax
	movl	%eax, (%edi)
	leal	0x1000(%edi), %edx
	movl	$4, %ecx
4:	addl	$0x1000, %eax
	movl	%eax, (%edx)
	addl	$8, %edx
	loop	4b
	leal	0x2000(%edi), %edx
	movl	$0x83, %eax
	movl	$2048, %ecx
5:	movl	%eax, (%edx)
	addl	$8, %edx
	addl	$0x200000, %eax
	loop	5b

	leal	gdt(%ebp), %eax
	movl	%eax, gdt_base(%ebp)
	lgdt	gdt_limit(%ebp)
	movl	$0x20, %eax		/* PAE */
	movl	%eax, %cr4
	movl	%edi, %cr3
	movl	$0xc0000080, %ecx	/* EFER.LME */
	rdmsr
	orl	$0x100, %eax
	wrmsr
	movl	entry(%ebp), %edi
	movl	%ebx, %esi		/* the kernel wants boot_params in rsi */
	leal	6f(%ebp), %eax
	pushl	$0x10
	pushl	%eax
	movl	$0x80000011, %eax	/* PG, ET, PE */
	movl	%eax, %cr0
	lret

	.code64
6:	movl	$0x18, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%edi, %edi
	movl	%esi, %esi
	jmp	*%rdi

	.balign	8
gdt:	.quad	0, 0
	.quad	0x00af9a000000ffff	/* 0x10: code, 64-bit */
	.quad	0x00cf92000000ffff	/* 0x18: data */
	.word	0
gdt_limit:
	.word	4 * 8 - 1
gdt_base:
	.long	0
	.fill	256, 1, 0
stack_end:
	.balign	4096
tables:	.fill	6 * 4096, 1, 0
