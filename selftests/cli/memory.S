/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A multiboot guest that touches 32 MiB, gives them back, looks at one page of them, takes
 * half of them again, tells the host of a group, and says what came of it.
 */
#define FIRST	0x1000000
#define BYTES	0x2000000
#define PAGE	0x1000

	.code32
	.text
	.align	4
	.long	0x1badb002, 0, -0x1badb002
	.globl	_start
_start:
	mov	$FIRST, %edi
1:	mov	%edi, (%edi)
	add	$PAGE, %edi
	cmp	$(FIRST + BYTES), %edi
	jb	1b

	mov	$0x48750013, %eax
	mov	$FIRST, %ebx
	mov	$BYTES, %ecx
	vmcall
	cmp	$BYTES, %eax
	jne	failed
	cmpl	$0, FIRST + 5 * PAGE
	jne	failed

	mov	$0x48750014, %eax
	mov	$FIRST, %ebx
	mov	$(BYTES / 2), %ecx
	vmcall
	cmp	$(BYTES / 2), %eax
	jne	failed
	/* what is no memory, what is no page */
	mov	$0x48750013, %eax
	mov	$0xf0000000, %ebx
	mov	$PAGE, %ecx
	vmcall
	cmp	$-14, %eax
	jne	failed
	mov	$0x48750013, %eax
	mov	$(FIRST + 8), %ebx
	vmcall
	cmp	$-22, %eax
	jne	failed

	mov	$0x48750015, %eax
	mov	$group, %ebx
	vmcall
	test	%eax, %eax
	jnz	failed
	mov	$done, %esi
	jmp	say
failed:
	mov	$sorry, %esi
say:
	mov	$0x3f8, %dx
1:	lodsb
	test	%al, %al
	jz	2f
	out	%al, %dx
	jmp	1b
2:	pause
	jmp	2b

done:	.asciz	"given\n"
sorry:	.asciz	"failed\n"
group:	.ascii	"web"
	.fill	61, 1, 0
	.quad	7, 100, 20, 3
	.section .note.GNU-stack, "", @progbits
