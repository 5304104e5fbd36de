// SPDX-License-Identifier: GPL-2.0-only
/* The vCPU's ioctls about registers. vcpu->mutex is held and the vCPU loaded in all. */

#include <linux/bitmap.h>
#include <asm/fpu/xcr.h>
#include <asm/processor-flags.h>
#include <asm/traps.h>
#include <run/abi.h>
#include <run/cpuid.h>
#include <run/loop.h>

/* SDM Vol. 1, 3.4.3: all others must be zero at VM entry (Vol. 3, 27.3.1.4) */
#define RFLAGS_KNOWN	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF |	\
			 X86_EFLAGS_SF | X86_EFLAGS_TF | X86_EFLAGS_IF | X86_EFLAGS_DF |	\
			 X86_EFLAGS_OF | X86_EFLAGS_IOPL | X86_EFLAGS_NT | X86_EFLAGS_RF |	\
			 X86_EFLAGS_VM | X86_EFLAGS_AC | X86_EFLAGS_VIF | X86_EFLAGS_VIP |	\
			 X86_EFLAGS_ID)

/* struct kvm_regs is in an order of its own. */
static const struct {
	u16 offset;
	u8 reg;
} regs_map[] = {
#define REG(name, NAME)	{ offsetof(struct kvm_regs, name), HULL_REG_##NAME }
	REG(rax, RAX), REG(rbx, RBX), REG(rcx, RCX), REG(rdx, RDX),
	REG(rsi, RSI), REG(rdi, RDI), REG(rsp, RSP), REG(rbp, RBP),
	REG(r8, R8), REG(r9, R9), REG(r10, R10), REG(r11, R11),
	REG(r12, R12), REG(r13, R13), REG(r14, R14), REG(r15, R15),
	REG(rip, RIP),
#undef REG
};

static u64 *reg_at(struct kvm_regs *regs, unsigned int i)
{
	return (void *)regs + regs_map[i].offset;
}

/* While a debugger steps, RFLAGS.TF is its own and not the guest's. */
static unsigned long rflags_get(struct hull_vcpu *vcpu)
{
	unsigned long rflags = hull_vmx_rflags_get(&vcpu->vmx);

	if (vcpu->guest_debug & KVM_GUESTDBG_SINGLESTEP)
		rflags &= ~(unsigned long)X86_EFLAGS_TF;
	return rflags;
}

static void rflags_set(struct hull_vcpu *vcpu, unsigned long rflags)
{
	if (vcpu->guest_debug & KVM_GUESTDBG_SINGLESTEP)
		rflags |= X86_EFLAGS_TF;
	hull_vmx_rflags_set(&vcpu->vmx, (rflags & RFLAGS_KNOWN) | X86_EFLAGS_FIXED);
}

long hull_vcpu_regs_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	struct kvm_regs *regs = arg.data;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs_map); i++)
		*reg_at(regs, i) = hull_vmx_reg_get(&vcpu->vmx, regs_map[i].reg);
	regs->rflags = rflags_get(vcpu);
	return 0;
}

long hull_vcpu_regs_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	struct kvm_regs *regs = arg.data;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs_map); i++)
		hull_vmx_reg_set(&vcpu->vmx, regs_map[i].reg, *reg_at(regs, i));
	rflags_set(vcpu, regs->rflags);
	/* An exception was about the instruction that is now forgotten. */
	vcpu->exception.pending = false;
	hull_vcpu_request(vcpu, HULL_REQ_EVENT);
	return 0;
}

/* ---- KVM_GET_SREGS, KVM_SET_SREGS --------------------------------------------- */

/* In an order that is legal at each step: what the entry checks is looked at as a whole. */
static const struct {
	u16 offset;
	u8 seg;
} segs_map[] = {
#define SEG(name, NAME)	{ offsetof(struct kvm_sregs, name), HULL_SEG_##NAME }
	SEG(cs, CS), SEG(ds, DS), SEG(es, ES), SEG(fs, FS), SEG(gs, GS), SEG(ss, SS),
	SEG(tr, TR), SEG(ldt, LDTR),
#undef SEG
};

static struct kvm_segment *seg_at(struct kvm_sregs *sregs, unsigned int i)
{
	return (void *)sregs + segs_map[i].offset;
}

/* The external interrupt that was acknowledged but not delivered yet, or -1. */
static int interrupt_underway(const struct hull_vcpu *vcpu)
{
	if (vcpu->user_irq_pending)
		return vcpu->user_irq;
	if (vcpu->reinject.valid && vcpu->reinject.type == HULL_EVENT_INTR)
		return vcpu->reinject.vector;
	return -1;
}

static u64 apic_base_get(struct hull_vcpu *vcpu)
{
	return vcpu->lapic ? hull_lapic_base_get(vcpu->lapic) : vcpu->apic_base;
}

long hull_vcpu_sregs_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	struct kvm_sregs *sregs = arg.data;
	int vector = interrupt_underway(vcpu);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(segs_map); i++)
		hull_vmx_segment_get(v, segs_map[i].seg, seg_at(sregs, i));
	hull_vmx_gdt_get(v, &sregs->gdt);
	hull_vmx_idt_get(v, &sregs->idt);
	sregs->cr0 = hull_vmx_cr0_get(v);
	sregs->cr2 = v->cr2;
	sregs->cr3 = hull_vmx_cr3_get(v);
	sregs->cr4 = hull_vmx_cr4_get(v);
	sregs->cr8 = hull_cr8_get(vcpu);
	sregs->efer = hull_vmx_efer_get(v);
	sregs->apic_base = apic_base_get(vcpu);
	if (vector >= 0)
		set_bit(vector, (unsigned long *)sregs->interrupt_bitmap);
	return 0;
}

/*
 * Mode bits as a whole: single steps through hull_cr*_set() would pass through states
 * that no processor allows. LMA first, so that the entry controls never disagree.
 */
static int sregs_mode_set(struct hull_vcpu *vcpu, const struct kvm_sregs *sregs)
{
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	bool pae = (sregs->cr0 & X86_CR0_PG) && (sregs->cr4 & X86_CR4_PAE) &&
		   !(sregs->efer & EFER_LMA);

	v->cr2 = sregs->cr2;
	hull_vmx_efer_set(v, sregs->efer);
	hull_vmx_cr0_set(v, sregs->cr0);
	hull_vmx_cr4_set(v, sregs->cr4);
	hull_vmx_cr3_set(v, sregs->cr3);
	hull_vcpu_request(vcpu, HULL_REQ_TLB_FLUSH_GUEST);
	hull_cpuid_dynamic(vcpu);
	/* Loads the PDPTEs, which the guest may not have written yet when it is restored. */
	if (pae)
		hull_cr3_set(vcpu, sregs->cr3);
	return hull_cr8_set(vcpu, sregs->cr8);
}

static int apic_base_set(struct hull_vcpu *vcpu, u64 base)
{
	if (base == apic_base_get(vcpu))
		return 0;
	return hull_msr_set(vcpu, MSR_IA32_APICBASE, base, true);
}

static void interrupt_set(struct hull_vcpu *vcpu, const struct kvm_sregs *sregs)
{
	const unsigned long *bitmap = (const unsigned long *)sregs->interrupt_bitmap;
	unsigned int vector = find_first_bit(bitmap, KVM_NR_INTERRUPTS);

	if (vector == KVM_NR_INTERRUPTS)
		return;
	vcpu->user_irq = vector;
	vcpu->user_irq_pending = true;
}

long hull_vcpu_sregs_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	struct kvm_sregs *sregs = arg.data;
	unsigned int i;
	int ret;

	ret = hull_sregs_check(vcpu, sregs);
	if (ret)
		return ret;
	ret = apic_base_set(vcpu, sregs->apic_base);
	if (ret)
		return ret;
	ret = sregs_mode_set(vcpu, sregs);
	if (ret)
		return ret;
	hull_vmx_gdt_set(v, &sregs->gdt);
	hull_vmx_idt_set(v, &sregs->idt);
	for (i = 0; i < ARRAY_SIZE(segs_map); i++)
		hull_vmx_segment_set(v, segs_map[i].seg, seg_at(sregs, i));
	interrupt_set(vcpu, sregs);
	hull_vcpu_request(vcpu, HULL_REQ_EVENT);
	return 0;
}

/* ---- debugging ------------------------------------------------------------------ */

long hull_vcpu_debugregs_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	struct kvm_debugregs *regs = arg.data;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs->db); i++)
		regs->db[i] = hull_dr_get(vcpu, i);
	regs->dr6 = hull_dr_get(vcpu, 6);
	regs->dr7 = hull_dr_get(vcpu, 7);
	return 0;
}

long hull_vcpu_debugregs_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	const struct kvm_debugregs *regs = arg.data;
	unsigned int i;

	if (regs->flags || regs->dr6 >> 32 || regs->dr7 >> 32)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(regs->db); i++)
		hull_dr_set(vcpu, i, regs->db[i]);
	hull_dr_set(vcpu, 6, regs->dr6);
	return hull_dr_set(vcpu, 7, regs->dr7);
}

/* The debugger injects a trap, of which the guest is to see no more than its own #DB, #BP. */
static int guest_debug_inject(struct hull_vcpu *vcpu, u32 control)
{
	if (!(control & (KVM_GUESTDBG_INJECT_DB | KVM_GUESTDBG_INJECT_BP)))
		return 0;
	if (vcpu->exception.pending)
		return -EBUSY;
	hull_exception_queue(vcpu, control & KVM_GUESTDBG_INJECT_DB ? X86_TRAP_DB : X86_TRAP_BP);
	return 0;
}

long hull_vcpu_guest_debug(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	const struct kvm_guest_debug *debug = arg.data;
	unsigned long rflags = rflags_get(vcpu);
	int ret;

	if (debug->control & ~HULL_GUESTDBG_VALID)
		return -EINVAL;
	ret = guest_debug_inject(vcpu, debug->control);
	if (ret)
		return ret;
	vcpu->guest_debug = debug->control & KVM_GUESTDBG_ENABLE ? debug->control : 0;
	if (vcpu->guest_debug & KVM_GUESTDBG_USE_HW_BP)
		vcpu->debug = debug->arch;
	else
		memset(&vcpu->debug, 0, sizeof(vcpu->debug));
	rflags_set(vcpu, rflags);
	hull_dr_update(vcpu);
	return 0;
}

/* As the guest's kernel would read it: no rights are asked for. */
long hull_vcpu_translate(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	struct kvm_translation *tr = arg.data;
	struct hull_walk walk = {
		.cr0 = hull_vmx_cr0_get(&vcpu->vmx),
		.cr3 = hull_vmx_cr3_get(&vcpu->vmx),
		.cr4 = hull_vmx_cr4_get(&vcpu->vmx),
		.efer = hull_vmx_efer_get(&vcpu->vmx),
		.ac = true,
		.maxphyaddr = vcpu->facts->maxphyaddr,
	};
	u64 gpa = 0;
	u32 error;
	int ret;

	ret = hull_mmu_walk(&vcpu->vm->mmu, &walk, tr->linear_address, HULL_ACCESS_READ, &gpa,
			    &error);
	tr->physical_address = ret ? ~0ull : gpa;
	tr->valid = !ret;
	tr->writeable = 1;
	tr->usermode = 0;
	return 0;
}

/* ---- XCR0 ------------------------------------------------------------------------ */

long hull_vcpu_xcrs_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	struct kvm_xcrs *xcrs = arg.data;

	if (!hull_xcr0_supported())
		return -EINVAL;
	xcrs->nr_xcrs = 1;
	xcrs->xcrs[0].xcr = XCR_XFEATURE_ENABLED_MASK;
	xcrs->xcrs[0].value = vcpu->xcr0;
	return 0;
}

long hull_vcpu_xcrs_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	const struct kvm_xcrs *xcrs = arg.data;
	u32 i;

	if (!hull_xcr0_supported() || xcrs->flags || xcrs->nr_xcrs > ARRAY_SIZE(xcrs->xcrs))
		return -EINVAL;
	for (i = 0; i < xcrs->nr_xcrs; i++)
		if (xcrs->xcrs[i].xcr == XCR_XFEATURE_ENABLED_MASK)
			return hull_xcr0_set(vcpu, xcrs->xcrs[i].value);
	return 0;
}
