// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's FPU, XCR0, XSS, PKRU.
 *
 * For the time of KVM_RUN the kernel treats the guest's FPU state as the task's own, so
 * that the scheduler saves and restores it. What the kernel's FPU code does not
 * switch is switched around the inner loop.
 */

#include <linux/thread_info.h>
#include <asm/fpu/api.h>
#include <asm/fpu/types.h>
#include <asm/fpu/xcr.h>
#include <asm/pkru.h>
#include <run/loop.h>

/* What guests may be offered. Others need permission (AMX) or are gone (MPX). */
#define XCR0_KNOWN	(XFEATURE_MASK_FP | XFEATURE_MASK_SSE | XFEATURE_MASK_YMM |	\
			 XFEATURE_MASK_AVX512 | XFEATURE_MASK_PKRU)

/* [I] after hull_fpu_init() */
static u64 host_xcr0, host_xss, supported_xcr0;
static u32 mxcsr_mask;

/* SDM Vol. 1, 11.6.6: an image with a zero mask means the first processors' bits. */
static void mxcsr_mask_find(void)
{
	struct fxregs_state fx = {};

	kernel_fpu_begin();
	asm volatile("fxsave %0" : "=m" (fx));
	kernel_fpu_end();
	mxcsr_mask = fx.mxcsr_mask ?: 0xffbf;
}

void hull_fpu_init(void)
{
	mxcsr_mask_find();
	if (!boot_cpu_has(X86_FEATURE_XSAVE))
		return;
	host_xcr0 = xgetbv(XCR_XFEATURE_ENABLED_MASK);
	supported_xcr0 = host_xcr0 & XCR0_KNOWN & xstate_get_guest_group_perm();
	if (boot_cpu_has(X86_FEATURE_XSAVES))
		rdmsrl(MSR_IA32_XSS, host_xss);
}

u64 hull_xcr0_supported(void)
{
	return supported_xcr0;
}

int hull_fpu_create(struct hull_vcpu *vcpu)
{
	vcpu->xcr0 = XFEATURE_MASK_FP;
	return fpu_alloc_guest_fpstate(&vcpu->guest_fpu) ? 0 : -ENOMEM;
}

void hull_fpu_destroy(struct hull_vcpu *vcpu)
{
	fpu_free_guest_fpstate(&vcpu->guest_fpu);
}

/* INIT leaves the FPU alone (SDM Vol. 3, table 10-1); at power-up it comes fresh. */
void hull_fpu_reset(struct hull_vcpu *vcpu, bool init)
{
	if (init)
		return;
	vcpu->xcr0 = XFEATURE_MASK_FP;
	vcpu->xss = 0;
	vcpu->pkru = 0;
}

void hull_fpu_enter(struct hull_vcpu *vcpu)
{
	fpu_swap_kvm_fpstate(&vcpu->guest_fpu, true);
	vcpu->fpu_loaded = true;
}

void hull_fpu_leave(struct hull_vcpu *vcpu)
{
	fpu_swap_kvm_fpstate(&vcpu->guest_fpu, false);
	vcpu->fpu_loaded = false;
}

static bool guest_uses_pkru(struct hull_vcpu *vcpu)
{
	return cpu_feature_enabled(X86_FEATURE_OSPKE) && hull_guest_has(vcpu, PKU);
}

void hull_fpu_load(struct hull_vcpu *vcpu)
{
	if (unlikely(test_thread_flag(TIF_NEED_FPU_LOAD)))
		switch_fpu_return();
	/* Before XCR0: the guest's may lack what PKRU's own instructions don't need. */
	if (guest_uses_pkru(vcpu)) {
		vcpu->host_pkru = rdpkru();
		if (vcpu->pkru != vcpu->host_pkru)
			wrpkru(vcpu->pkru);
	}
	if (vcpu->xcr0 != host_xcr0 && hull_guest_has(vcpu, XSAVE))
		xsetbv(XCR_XFEATURE_ENABLED_MASK, vcpu->xcr0);
	if (vcpu->xss != host_xss && hull_guest_has(vcpu, XSAVES))
		wrmsrl(MSR_IA32_XSS, vcpu->xss);
}

void hull_fpu_save(struct hull_vcpu *vcpu)
{
	if (vcpu->xcr0 != host_xcr0 && hull_guest_has(vcpu, XSAVE))
		xsetbv(XCR_XFEATURE_ENABLED_MASK, host_xcr0);
	if (vcpu->xss != host_xss && hull_guest_has(vcpu, XSAVES))
		wrmsrl(MSR_IA32_XSS, host_xss);
	if (guest_uses_pkru(vcpu)) {
		vcpu->pkru = rdpkru();
		if (vcpu->pkru != vcpu->host_pkru)
			wrpkru(vcpu->host_pkru);
	}
}

/* ---- KVM_GET_FPU, KVM_GET_XSAVE and their opposites ------------------------ */

int hull_fpu_get(struct hull_vcpu *vcpu, struct kvm_fpu *fpu)
{
	const struct fxregs_state *fx = &vcpu->guest_fpu.fpstate->regs.fxsave;

	memset(fpu, 0, sizeof(*fpu));
	memcpy(fpu->fpr, fx->st_space, sizeof(fpu->fpr));
	fpu->fcw = fx->cwd;
	fpu->fsw = fx->swd;
	fpu->ftwx = fx->twd;
	fpu->last_opcode = fx->fop;
	fpu->last_ip = fx->rip;
	fpu->last_dp = fx->rdp;
	memcpy(fpu->xmm, fx->xmm_space, sizeof(fpu->xmm));
	fpu->mxcsr = fx->mxcsr;
	return 0;
}

int hull_fpu_set(struct hull_vcpu *vcpu, const struct kvm_fpu *fpu)
{
	struct fpstate *fpstate = vcpu->guest_fpu.fpstate;
	struct fxregs_state *fx = &fpstate->regs.fxsave;

	/* A reserved bit would make the host's own FXRSTOR fault. */
	if (fpu->mxcsr & ~mxcsr_mask)
		return -EINVAL;
	memcpy(fx->st_space, fpu->fpr, sizeof(fpu->fpr));
	fx->cwd = fpu->fcw;
	fx->swd = fpu->fsw;
	fx->twd = fpu->ftwx;
	fx->fop = fpu->last_opcode;
	fx->rip = fpu->last_ip;
	fx->rdp = fpu->last_dp;
	memcpy(fx->xmm_space, fpu->xmm, sizeof(fpu->xmm));
	fx->mxcsr = fpu->mxcsr;
	/* Legacy state in use: otherwise XRSTOR takes the initial one instead. */
	if (boot_cpu_has(X86_FEATURE_XSAVE))
		fpstate->regs.xsave.header.xfeatures |= XFEATURE_MASK_FPSSE;
	return 0;
}

int hull_xsave_get(struct hull_vcpu *vcpu, struct kvm_xsave *xsave)
{
	fpu_copy_guest_fpstate_to_uabi(&vcpu->guest_fpu, xsave->region, sizeof(xsave->region),
				       vcpu->guest_supported_xcr0 | XFEATURE_MASK_FPSSE,
				       vcpu->pkru);
	return 0;
}

int hull_xsave_set(struct hull_vcpu *vcpu, struct kvm_xsave *xsave)
{
	return fpu_copy_uabi_to_guest_fpstate(&vcpu->guest_fpu, xsave->region,
					      vcpu->guest_supported_xcr0 | XFEATURE_MASK_FPSSE,
					      &vcpu->pkru);
}
