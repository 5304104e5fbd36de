// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests that try to get out, to hang the host or to break it. After each one a
 * second VM, alive all the time, must still run right with its memory untouched.
 *
 * usage: hostile [/dev/hull [CASE]]: only cases with CASE in their name
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/hull_hypercall.h>

#include "hull_tap.h"
#include "machine.h"

extern const char common_start[], common_end[];

#define GUESTS(G) \
	G(vmx) G(msr) G(cr) G(xcr) G(triple) G(spin) G(spin_open) G(halt) G(mmio) G(fetch) G(cr3) \
	G(outs) G(ins_nowhere) G(cpuid) G(hypercalls) G(bad_stack) G(user) G(real) G(real_nowhere) \
	G(protected) G(end)
#define DECLARE(name) extern const char guest_##name[];
GUESTS(DECLARE)

#define UD	6
#define GP	13
#define VMX_INSNS	13
#define PATTERN		0x5a
#define PATTERN_AT	(8UL << 20)
#define PATTERN_SIZE	(1UL << 20)

static const char *device = "/dev/hull";
static struct machine neighbour;

struct guest_case {
	const char *name;
	const char *code, *end;
	enum machine_mode mode;
	int expect, or;			/* KVM_EXIT_* or -errno; the machine's last word */
	bool (*check)(struct machine *m);
	uint64_t r8, r9, rbp, rdi;
};

/* How often the guest saw this exception. */
static uint32_t exceptions(struct machine *m, int vector)
{
	return ((uint32_t *)(m->memory + MACHINE_RESULT + 0x100))[vector];
}

static bool vmx_refused(struct machine *m)
{
	return exceptions(m, UD) == VMX_INSNS;
}

static bool cr_refused(struct machine *m)
{
	/* XSETBV is #UD while CR4.OSXSAVE is clear; all others are #GP. */
	return exceptions(m, GP) == 9 && exceptions(m, UD) == 1;
}

/* Where the host has no XSAVE, CR4.OSXSAVE is refused, and then every XSETBV is #UD. */
static bool xcr_refused(struct machine *m)
{
	return (exceptions(m, GP) == 9 && exceptions(m, UD) == 1) ||
	       (exceptions(m, GP) == 1 && exceptions(m, UD) == 14);
}

static bool some_refused(struct machine *m)
{
	return exceptions(m, GP) > 0;
}

static bool none_refused(struct machine *m)
{
	return !exceptions(m, GP) && !exceptions(m, UD);
}

static bool got_eperm(struct machine *m)
{
	return *(int64_t *)(m->memory + MACHINE_RESULT) == -EPERM;
}

static bool wrote_cafe(struct machine *m)
{
	return *(uint32_t *)(m->memory + MACHINE_RESULT) == 0xcafe;
}

#define CODE(name, next)	.code = guest_##name, .end = guest_##next
#define DONE			.expect = KVM_EXIT_IO, .or = KVM_EXIT_IO
#define STOPS			.expect = KVM_EXIT_SHUTDOWN, .or = KVM_EXIT_INTERNAL_ERROR
#define MSRS(first, last, junk)	.rbp = (first), .rdi = (last), .r8 = (junk)
#define JUNK_ODD		0xaaaaaaaa55555554ULL

static const struct guest_case cases[] = {
	{ "VMX instructions are #UD", CODE(vmx, msr), MACHINE_LONG, DONE, vmx_refused },
	{ "MSRs 0 to 0x2000, all ones", CODE(msr, cr), MACHINE_LONG, DONE, some_refused,
	  MSRS(0, 0x2000, -1ULL) },
	{ "MSRs 0 to 0x2000, pattern", CODE(msr, cr), MACHINE_LONG, DONE, some_refused,
	  MSRS(0, 0x2000, JUNK_ODD) },
	{ "MSRs 0xc0000000 and up, all ones", CODE(msr, cr), MACHINE_LONG, DONE, some_refused,
	  MSRS(0xc0000000, 0xc0002000, -1ULL) },
	{ "MSRs 0xc0010000 and up, pattern", CODE(msr, cr), MACHINE_LONG, DONE, some_refused,
	  MSRS(0xc0010000, 0xc0011000, JUNK_ODD) },
	{ "paravirtual MSRs, all ones", CODE(msr, cr), MACHINE_LONG, DONE, some_refused,
	  MSRS(0x4b564d00, 0x4b564e00, -1ULL) },
	{ "paravirtual MSRs, far addresses", CODE(msr, cr), MACHINE_LONG, DONE, some_refused,
	  MSRS(0x4b564d00, 0x4b564e00, JUNK_ODD) },
	{ "control registers", CODE(cr, xcr), MACHINE_LONG, DONE, cr_refused },
	{ "XCR0", CODE(xcr, triple), MACHINE_LONG, DONE, xcr_refused },
	{ "triple fault", CODE(triple, spin), MACHINE_LONG, STOPS },
	{ "spin with interrupts off", CODE(spin, spin_open), MACHINE_LONG, -EINTR, -EINTR },
	{ "spin with interrupts on", CODE(spin_open, halt), MACHINE_LONG, -EINTR, -EINTR },
	{ "halt with interrupts off", CODE(halt, mmio), MACHINE_LONG, -EINTR, -EINTR },
	{ "write to nowhere", CODE(mmio, fetch), MACHINE_LONG, KVM_EXIT_MMIO, KVM_EXIT_MMIO },
	{ "run nowhere", CODE(fetch, cr3), MACHINE_LONG, STOPS },
	{ "page tables nowhere", CODE(cr3, outs), MACHINE_LONG, STOPS },
	{ "OUTS across a page", CODE(outs, ins_nowhere), MACHINE_LONG, DONE },
	{ "INS to nowhere", CODE(ins_nowhere, cpuid), MACHINE_LONG, KVM_EXIT_MMIO,
	  KVM_EXIT_INTERNAL_ERROR },
	{ "CPUID leaves", CODE(cpuid, hypercalls), MACHINE_LONG, DONE, none_refused },
	{ "hypercall numbers around ours", CODE(hypercalls, bad_stack), MACHINE_LONG, DONE,
	  none_refused, .r8 = HULL_HYPERCALL_BASE - 64, .r9 = HULL_HYPERCALL_RANGE + 128 },
	{ "hypercall numbers from 0", CODE(hypercalls, bad_stack), MACHINE_LONG, DONE,
	  none_refused, .r8 = 0, .r9 = 64 },
	{ "exception without tables or stack", CODE(bad_stack, user), MACHINE_LONG, STOPS },
	{ "16-bit code", CODE(real, real_nowhere), MACHINE_REAL, DONE },
	/* Zeros are instructions, too: it runs on, over the segment's end, into the stubs. */
	{ "16-bit jump to the middle of nowhere", CODE(real_nowhere, protected), MACHINE_REAL,
	  -EINTR, KVM_EXIT_IO },
	{ "32-bit code", CODE(protected, end), MACHINE_PROTECTED, DONE, wrote_cafe },
};

/* An IDT whose entries point at the stubs, and a GDT with user segments. */
static void tables_add(struct machine *m)
{
	static const uint64_t gdt[] = {
		0, 0x00af9b000000ffffULL, 0x00cf93000000ffffULL, 0x00affb000000ffffULL,
		0x00cff3000000ffffULL,
	};
	uint64_t *idt = (uint64_t *)(m->memory + MACHINE_IDT);
	uint64_t stub;
	int i;

	for (i = 0; i < 32; i++) {
		stub = MACHINE_CODE + i * 16;
		idt[2 * i] = (stub & 0xffff) | 8 << 16 | 0x8eULL << 40 | (stub >> 16) << 48;
		idt[2 * i + 1] = 0;
	}
	memcpy(m->memory + MACHINE_GDT, gdt, sizeof(gdt));
}

static void registers_set(struct machine *m, const struct guest_case *c, size_t common)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	ioctl(m->vcpu, KVM_GET_SREGS, &sregs);
	sregs.gdt.base = MACHINE_GDT;
	sregs.gdt.limit = 5 * 8 - 1;
	if (c->mode == MACHINE_LONG) {
		sregs.idt.base = MACHINE_IDT;
		sregs.idt.limit = 0x1ff;
	}
	if (ioctl(m->vcpu, KVM_SET_SREGS, &sregs))
		perror("KVM_SET_SREGS");
	ioctl(m->vcpu, KVM_GET_REGS, &regs);
	regs.rip = MACHINE_CODE + common;
	regs.r8 = c->r8;
	regs.r9 = c->r9;
	regs.rbp = c->rbp;
	if (c->rdi)
		regs.rdi = c->rdi;
	ioctl(m->vcpu, KVM_SET_REGS, &regs);
}

static void guest_prepare(struct machine *m, const struct guest_case *c)
{
	size_t common = common_end - common_start, size = c->end - c->code;
	uint8_t *image = calloc(1, common + size);

	memcpy(image, common_start, common);
	memcpy(image + common, c->code, size);
	machine_load(m, c->mode, image, common + size);
	tables_add(m);
	registers_set(m, c, common);
	free(image);
}

static bool neighbour_fine(void)
{
	static const struct guest_case healthy = { "neighbour", CODE(protected, end), MACHINE_PROTECTED,
						   DONE };
	size_t i;

	memset(neighbour.memory + MACHINE_RESULT, 0, 0x1000);
	machine_load(&neighbour, healthy.mode, healthy.code, healthy.end - healthy.code);
	if (machine_run(&neighbour, 5) != KVM_EXIT_IO || !wrote_cafe(&neighbour))
		return false;
	for (i = 0; i < PATTERN_SIZE; i++)
		if (neighbour.memory[PATTERN_AT + i] != PATTERN)
			return false;
	return true;
}

static void case_run(const struct guest_case *c)
{
	struct machine m;
	bool ok;
	int got;

	machine_open(&m, device);
	guest_prepare(&m, c);
	got = machine_run(&m, 2);
	ok = (got == c->expect || got == c->or) && (!c->check || c->check(&m));
	if (!ok)
		tap_note("%s: got %d, #UD %u, #GP %u", c->name, got, exceptions(&m, UD),
			 exceptions(&m, GP));
	tap_ok(ok, "%s", c->name);
	machine_close(&m);
	tap_ok(neighbour_fine(), "the neighbour is unharmed by: %s", c->name);
}

/* CPL 3 by a case of its own: it ends by a triple fault, on purpose. */
static void user_run(void)
{
	static const struct guest_case c = {
		"VMCALL from user mode gets -EPERM", CODE(user, real), MACHINE_LONG, STOPS,
		got_eperm, .r8 = HULL_HYPERCALL_NOP,
	};
	uint64_t *entry;
	struct machine m;
	int got, i;

	machine_open(&m, device);
	guest_prepare(&m, &c);
	/* user bit at each level */
	entry = (uint64_t *)(m.memory + MACHINE_TABLES);
	for (i = 0; i < 3 * 512; i++)
		if (entry[i])
			entry[i] |= 4;
	got = machine_run(&m, 2);
	tap_ok((got == c.expect || got == c.or) && c.check(&m), "%s", c.name);
	machine_close(&m);
}

/* The VMM dies at a random moment while its guest spins; nothing may stay behind. */
static void kill_run(unsigned int times)
{
	static const struct guest_case spin = { "spin", CODE(spin, spin_open), MACHINE_LONG };
	unsigned int i, lost = 0;
	struct machine m;
	int status;
	pid_t pid;

	for (i = 0; i < times; i++) {
		pid = fork();
		if (!pid) {
			machine_open(&m, device);
			guest_prepare(&m, &spin);
			machine_run(&m, 0);
			_exit(1);
		}
		usleep(i * 300);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		if (!WIFSIGNALED(status))
			lost++;
	}
	tap_ok(!lost, "killed a VMM %u times while its guest ran", times);
	tap_ok(neighbour_fine(), "the neighbour is unharmed by killed VMMs");
}

int main(int argc, char **argv)
{
	const char *only = argc > 2 ? argv[2] : "";
	unsigned int n = 0, i;

	if (argc > 1)
		device = argv[1];
	if (!machine_try_open(&neighbour, device))
		return tap_skip_all("%s: no VM to be had: %s", device, strerror(errno));
	memset(neighbour.memory + PATTERN_AT, PATTERN, PATTERN_SIZE);

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		n += !!strstr(cases[i].name, only);
	tap_plan(2 * n + (*only ? 0 : 3));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (strstr(cases[i].name, only))
			case_run(&cases[i]);
	if (!*only) {
		user_run();
		kill_run(100);
	}
	machine_close(&neighbour);
	return tap_end();
}
