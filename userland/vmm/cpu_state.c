// SPDX-License-Identifier: GPL-2.0-only
/* Registers of a vCPU before its first instruction. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "boot/layout.h"
#include "machine.h"

#define CR0_PE		0x1ull
#define CR0_ET		0x10ull
#define CR0_NE		0x20ull
#define CR0_PG		0x80000000ull
#define CR4_PAE		0x20ull
#define EFER_LME	0x100ull
#define EFER_LMA	0x400ull
#define RFLAGS_FIXED	0x2ull

#define MSR_MISC_ENABLE		0x1a0
#define MISC_FAST_STRINGS	1ull
#define MSR_MTRR_DEFAULT	0x2ff
#define MTRR_ON_WRITE_BACK	0x806ull	/* E, type 6 */

/* Local APIC registers, SDM Vol. 3, 11.5.1 */
#define LVT_LINT0	0x350
#define LVT_LINT1	0x360
#define LVT_EXTINT	0x700u
#define LVT_NMI		0x400u

static void set_segments(struct kvm_sregs *sregs, enum boot_mode mode)
{
	struct kvm_segment code = {
		.base = 0, .limit = 0xffffffff, .selector = BOOT_CS, .type = 11, .present = 1,
		.db = mode == BOOT_PROTECTED, .s = 1, .l = mode == BOOT_LONG, .g = 1,
	};
	struct kvm_segment data = {
		.base = 0, .limit = 0xffffffff, .selector = BOOT_DS, .type = 3, .present = 1,
		.db = 1, .s = 1, .g = 1,
	};

	sregs->cs = code;
	sregs->ds = data;
	sregs->es = data;
	sregs->fs = data;
	sregs->gs = data;
	sregs->ss = data;
	sregs->tr = (struct kvm_segment){
		.base = TSS_ADDR, .limit = 0x67, .selector = BOOT_TSS, .type = 11, .present = 1,
	};
	sregs->gdt.base = GDT_ADDR;
	sregs->gdt.limit = 6 * 8 - 1;
	sregs->idt.base = 0;
	sregs->idt.limit = 0;
}

static int set_sregs(struct vmm_vcpu *vcpu, struct vmm_error *error)
{
	enum boot_mode mode = vcpu->machine->entry.mode;
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		return vmm_fail_errno(error, "vCPU %u: registers", vcpu->index);
	set_segments(&sregs, mode);
	sregs.cr0 = CR0_PE | CR0_ET | CR0_NE;
	sregs.cr4 = 0;
	sregs.efer = 0;
	if (mode == BOOT_LONG) {
		sregs.cr0 |= CR0_PG;
		sregs.cr3 = PAGE_TABLES_ADDR;
		sregs.cr4 = CR4_PAE;
		sregs.efer = EFER_LME | EFER_LMA;
	}
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs))
		return vmm_fail_errno(error, "vCPU %u: control registers are refused", vcpu->index);
	return 0;
}

static int set_regs(struct vmm_vcpu *vcpu, struct vmm_error *error)
{
	const struct boot_entry *entry = &vcpu->machine->entry;
	struct kvm_regs regs = {
		.rip = entry->rip, .rflags = RFLAGS_FIXED,
		.rax = entry->rax, .rbx = entry->rbx, .rsi = entry->rsi,
	};

	if (ioctl(vcpu->fd, KVM_SET_REGS, &regs))
		return vmm_fail_errno(error, "vCPU %u: registers are refused", vcpu->index);
	return 0;
}

/* Firmware would have done this. */
static int set_msrs(struct vmm_vcpu *vcpu, struct vmm_error *error)
{
	static const struct kvm_msr_entry rows[] = {
		{ .index = MSR_MISC_ENABLE, .data = MISC_FAST_STRINGS },
		{ .index = MSR_MTRR_DEFAULT, .data = MTRR_ON_WRITE_BACK },
	};
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry rows[sizeof(rows) / sizeof(rows[0])];
	} msrs = { .head.nmsrs = sizeof(rows) / sizeof(rows[0]) };
	int done;

	memcpy(msrs.rows, rows, sizeof(rows));
	done = ioctl(vcpu->fd, KVM_SET_MSRS, &msrs);
	if (done < 0)
		return vmm_fail_errno(error, "vCPU %u: MSRs", vcpu->index);
	if (done != (int)msrs.head.nmsrs)
		return vmm_fail(error, EINVAL, "vCPU %u: MSR %#x is refused", vcpu->index,
				rows[done].index);
	return 0;
}

/* The PIC's line arrives at the first CPU, as behind a PC's firmware. */
static int set_local_apic(struct vmm_vcpu *vcpu, struct vmm_error *error)
{
	const uint32_t lint0 = LVT_EXTINT, lint1 = LVT_NMI;
	struct kvm_lapic_state lapic;

	if (ioctl(vcpu->fd, KVM_GET_LAPIC, &lapic))
		return vmm_fail_errno(error, "vCPU %u: local APIC", vcpu->index);
	memcpy(lapic.regs + LVT_LINT0, &lint0, sizeof(lint0));
	memcpy(lapic.regs + LVT_LINT1, &lint1, sizeof(lint1));
	if (ioctl(vcpu->fd, KVM_SET_LAPIC, &lapic))
		return vmm_fail_errno(error, "vCPU %u: local APIC is refused", vcpu->index);
	return 0;
}

int vmm_cpu_state_set(struct vmm_vcpu *vcpu, struct vmm_error *error)
{
	if (set_msrs(vcpu, error))
		return -1;
	/* The others wait for INIT and SIPI, which set everything else. */
	if (vcpu->index)
		return 0;
	if (set_local_apic(vcpu, error) || set_sregs(vcpu, error))
		return -1;
	return set_regs(vcpu, error);
}
