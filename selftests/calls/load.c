// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <string.h>
#include <sys/ioctl.h>

#include "calls.h"

_Static_assert(CALLS_NR_VERSION == HULL_HYPERCALL_VERSION, "number");
_Static_assert(CALLS_NR_FEATURES == HULL_HYPERCALL_FEATURES, "number");
_Static_assert(CALLS_NR_UNKNOWN == HULL_HYPERCALL_BASE + HULL_HYPERCALL_RANGE - 1, "number");

static void gate_set(struct machine *m, int vector, const char *handler)
{
	uint64_t *gate = (uint64_t *)(m->memory + MACHINE_IDT) + 2 * vector;
	uint64_t at = calls_address(handler);

	gate[0] = (at & 0xffff) | 8 << 16 | 0x8eULL << 40 | (at >> 16) << 48;
	gate[1] = 0;
}

void calls_load(struct machine *m, enum machine_mode mode, const char *entry, uint64_t number)
{
	static const uint64_t gdt[] = { 0, 0x00af9b000000ffffULL, 0x00cf93000000ffffULL };
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	machine_load(m, mode, calls_start, calls_end - calls_start);
	memset(m->memory + MACHINE_RESULT, 0, 0x1000);
	memcpy(m->memory + MACHINE_GDT, gdt, sizeof(gdt));
	gate_set(m, 1, calls_debug);
	gate_set(m, CALLS_VECTOR, calls_interrupt);

	if (ioctl(m->vcpu, KVM_GET_SREGS, &sregs) || ioctl(m->vcpu, KVM_GET_REGS, &regs))
		err(1, "registers");
	sregs.gdt.base = MACHINE_GDT;
	sregs.gdt.limit = sizeof(gdt) - 1;
	sregs.idt.base = MACHINE_IDT;
	sregs.idt.limit = 0xfff;
	regs.rip = calls_address(entry);
	regs.r8 = number;
	if (ioctl(m->vcpu, KVM_SET_SREGS, &sregs) || ioctl(m->vcpu, KVM_SET_REGS, &regs))
		err(1, "registers");
}
