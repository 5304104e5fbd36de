// SPDX-License-Identifier: GPL-2.0-only
#include "calls_guest.h"

#include <err.h>
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

/*
 * rbp calls of number r8 with r9, r10; at rdi: result, TSC before and after, and six
 * counters of results. Port 0x81 says done.
 */
asm(
".pushsection .rodata\n"
"calls_start:\n"
"	rdtsc\n"
"	mov	%eax, 8(%rdi)\n"
"	mov	%edx, 12(%rdi)\n"
"1:	mov	%r8, %rax\n"
"	mov	%r9, %rbx\n"
"	mov	%r10, %rcx\n"
"	xor	%edx, %edx\n"
"	xor	%esi, %esi\n"
"	vmcall\n"
"	mov	%rax, (%rdi)\n"
"	lea	24(%rdi), %r11\n"
"	test	%rax, %rax\n"
"	jns	2f\n"
"	add	$8, %r11\n"
"	cmp	$-38, %rax\n"
"	je	2f\n"
"	add	$8, %r11\n"
"	cmp	$-108, %rax\n"
"	je	2f\n"
"	add	$8, %r11\n"
"	cmp	$-110, %rax\n"
"	je	2f\n"
"	add	$8, %r11\n"
"	cmp	$-16, %rax\n"
"	je	2f\n"
"	add	$8, %r11\n"
"2:	incq	(%r11)\n"
"	dec	%rbp\n"
"	jnz	1b\n"
"	rdtsc\n"
"	mov	%eax, 16(%rdi)\n"
"	mov	%edx, 20(%rdi)\n"
"	out	%al, $0x81\n"
"	hlt\n"
"calls_end:\n"
".popsection\n");

extern const char calls_start[], calls_end[];

struct calls_area {
	int64_t result;
	uint64_t before, after;
	struct calls_count count;
};

static struct calls_area *area(const struct machine *m)
{
	return (struct calls_area *)(m->memory + MACHINE_RESULT);
}

void calls_load(struct machine *m)
{
	machine_load(m, MACHINE_LONG, calls_start, calls_end - calls_start);
}

void calls_prepare(struct machine *m, uint64_t number, uint64_t a, uint64_t b, uint64_t n)
{
	struct kvm_regs regs = {
		.rip = MACHINE_CODE, .rflags = 2, .rsp = MACHINE_STACK, .rdi = MACHINE_RESULT,
		.r8 = number, .r9 = a, .r10 = b, .rbp = n,
	};

	memset(area(m), 0, sizeof(*area(m)));
	if (ioctl(m->vcpu, KVM_SET_REGS, &regs))
		err(1, "KVM_SET_REGS");
}

int calls_enter(struct machine *m, unsigned int seconds)
{
	int reason = machine_run(m, seconds);

	return reason == KVM_EXIT_IO && m->run->io.port == 0x81 ? 0 : reason;
}

int64_t calls_result(const struct machine *m)
{
	return area(m)->result;
}

int64_t calls_one(struct machine *m, uint64_t number, uint64_t a, uint64_t b)
{
	int ret;

	calls_prepare(m, number, a, b, 1);
	ret = calls_enter(m, 0);
	if (ret)
		errx(1, "the guest ended with %d", ret);
	return calls_result(m);
}

uint64_t calls_many(struct machine *m, uint64_t number, uint64_t n, struct calls_count *count)
{
	int ret;

	calls_prepare(m, number, 1, 2, n);
	ret = calls_enter(m, 0);
	if (ret)
		errx(1, "the guest ended with %d", ret);
	if (count)
		*count = area(m)->count;
	return area(m)->after - area(m)->before;
}
