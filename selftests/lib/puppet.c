// SPDX-License-Identifier: GPL-2.0-only
#include "puppet.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define GATE_PRESENT	0x8eULL		/* interrupt gate, ring 0 */

uint32_t puppet_record(const char *name, const char *domain)
{
	char command[256], line[4096] = "", *at;
	FILE *pipe;

	snprintf(command, sizeof(command), "vmctl vm create %s -c 2 -m 256M --json %s%s 2>&1",
		 name, domain ? "--domain " : "", domain ? domain : "");
	pipe = popen(command, "r");
	if (!pipe)
		return 0;
	if (!fgets(line, sizeof(line), pipe))
		line[0] = '\0';
	if (pclose(pipe))
		fprintf(stderr, "# %s: %s\n", command, line);
	at = strstr(line, "\"id\":");
	return at ? strtoul(at + 5, NULL, 10) : 0;
}

void puppet_record_delete(const char *name)
{
	char command[128];

	snprintf(command, sizeof(command), "vmctl vm delete %s", name);
	if (system(command))
		fprintf(stderr, "# %s failed\n", command);
}

static uint64_t address(const char *entry)
{
	return MACHINE_CODE + (entry - puppet_start);
}

static void tables_add(struct machine *m)
{
	static const uint64_t gdt[] = { 0, 0x00af9b000000ffffULL, 0x00cf93000000ffffULL };
	uint64_t *idt = (uint64_t *)(m->memory + MACHINE_IDT), at = address(puppet_interrupt);
	struct kvm_sregs sregs;

	idt[2 * PUPPET_VECTOR] = (at & 0xffff) | 8 << 16 | GATE_PRESENT << 40 | (at >> 16) << 48;
	memcpy(m->memory + MACHINE_GDT, gdt, sizeof(gdt));
	if (ioctl(m->vcpu, KVM_GET_SREGS, &sregs))
		err(1, "KVM_GET_SREGS");
	sregs.gdt.base = MACHINE_GDT;
	sregs.gdt.limit = sizeof(gdt) - 1;
	sregs.idt.base = MACHINE_IDT;
	sregs.idt.limit = 0xfff;
	if (ioctl(m->vcpu, KVM_SET_SREGS, &sregs))
		err(1, "KVM_SET_SREGS");
}

/* An edge on the I/O APIC's input goes to the same vector of the first vCPU. */
static void ioapic_set(struct machine *m)
{
	struct kvm_irqchip chip = { .chip_id = KVM_IRQCHIP_IOAPIC };

	if (ioctl(m->vm, KVM_GET_IRQCHIP, &chip))
		err(1, "KVM_GET_IRQCHIP");
	chip.chip.ioapic.redirtbl[PUPPET_GSI].bits = PUPPET_VECTOR;
	if (ioctl(m->vm, KVM_SET_IRQCHIP, &chip))
		err(1, "KVM_SET_IRQCHIP");
}

bool puppet_open(struct machine *m, const char *path, uint32_t id)
{
	struct kvm_regs regs = { 0 };

	if (id ? !machine_try_attach(m, path, id) : !machine_try_open(m, path))
		return false;
	machine_load(m, MACHINE_LONG, puppet_start, puppet_end - puppet_start);
	tables_add(m);
	ioapic_set(m);
	if (puppet_run(m, puppet_init, &regs) < 0)
		errx(1, "the guest does not begin");
	return true;
}

void puppet_second(struct machine *second, struct machine *m)
{
	struct kvm_mp_state runnable = { .mp_state = KVM_MP_STATE_RUNNABLE };
	struct kvm_regs regs = { 0 };
	struct kvm_sregs sregs, own;

	machine_vcpu_add(second, m, 1);
	if (ioctl(m->vcpu, KVM_GET_SREGS, &sregs) || ioctl(second->vcpu, KVM_GET_SREGS, &own))
		err(1, "KVM_GET_SREGS");
	sregs.apic_base = own.apic_base;
	if (ioctl(second->vcpu, KVM_SET_SREGS, &sregs))
		err(1, "KVM_SET_SREGS");
	if (ioctl(second->vcpu, KVM_SET_MP_STATE, &runnable))
		err(1, "KVM_SET_MP_STATE");
	if (puppet_run(second, puppet_init, &regs) < 0)
		errx(1, "the second vCPU does not begin");
}

void puppet_set(struct machine *m, const char *entry, struct kvm_regs *regs)
{
	regs->rip = address(entry);
	regs->rflags = 2;
	if (!regs->rsp)
		regs->rsp = MACHINE_STACK;
	if (ioctl(m->vcpu, KVM_SET_REGS, regs))
		err(1, "KVM_SET_REGS");
}

long puppet_run(struct machine *m, const char *entry, struct kvm_regs *regs)
{
	int reason;

	puppet_set(m, entry, regs);
	reason = machine_run(m, PUPPET_SECONDS);
	if (reason < 0)
		return reason;
	if (reason != KVM_EXIT_IO || m->run->io.port != 0x81) {
		fprintf(stderr, "# exit reason %d\n", reason);
		return -EIO;
	}
	if (ioctl(m->vcpu, KVM_GET_REGS, regs))
		err(1, "KVM_GET_REGS");
	return regs->rax;
}

long puppet_hypercall(struct machine *m, uint32_t number, uint64_t a, uint64_t b, uint64_t c)
{
	struct kvm_regs regs = { .rax = number, .rbx = a, .rcx = b, .rdx = c };

	return puppet_run(m, puppet_call, &regs);
}

long puppet_named(struct machine *m, uint32_t number, const char *name)
{
	memcpy(m->memory + PUPPET_ARGUMENT, name, strlen(name) + 1);
	return puppet_hypercall(m, number, PUPPET_ARGUMENT, strlen(name), 0);
}

long puppet_share(struct machine *m, uint32_t number, const char *name, uint64_t gpa,
		  uint64_t bytes, uint32_t rights)
{
	struct hull_share share = { .gpa = gpa, .bytes = bytes, .rights = rights };

	snprintf(share.name, sizeof(share.name), "%s", name);
	memcpy(m->memory + PUPPET_ARGUMENT, &share, sizeof(share));
	return puppet_hypercall(m, number, PUPPET_ARGUMENT, 0, 0);
}

uint64_t puppet_peek_at(struct machine *m, uint64_t gpa)
{
	struct kvm_regs regs = { .rdi = gpa };

	return puppet_run(m, puppet_peek, &regs);
}

long puppet_poke_at(struct machine *m, uint64_t gpa, uint64_t value)
{
	struct kvm_regs regs = { .rdi = gpa, .rsi = value, .rax = 0 };

	return puppet_run(m, puppet_poke, &regs);
}

bool puppet_seen(struct machine *m, unsigned int port)
{
	uint64_t *seen = (uint64_t *)(m->memory + MACHINE_RESULT + 0x300) + port / 64;
	bool was = *seen >> (port % 64) & 1;

	*seen &= ~(1ULL << (port % 64));
	return was;
}

static long number_in(const char *path, const char *name)
{
	size_t n = strlen(name);
	FILE *file = fopen(path, "r");
	long value = -1;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, n) && (line[n] == ' ' || line[n] == ':'))
			value = atol(line + n + 1);
	if (file)
		fclose(file);
	return value;
}

long puppet_pinned(void)
{
	FILE *refresh = fopen("/proc/sys/vm/stat_refresh", "w");

	/* Else what each CPU has counted for itself is not in. */
	if (refresh) {
		fputs("1", refresh);
		fclose(refresh);
	}
	return number_in("/proc/vmstat", "nr_foll_pin_acquired") -
	       number_in("/proc/vmstat", "nr_foll_pin_released");
}

long puppet_locked(void)
{
	return number_in("/proc/self/status", "VmLck");
}
