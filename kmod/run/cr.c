// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control registers, EFER, XCR0: what the processor would check before it takes a
 * value (SDM Vol. 2, MOV to CR; Vol. 3, 2.5, 4.1, 11.8.1), and what follows from it.
 */

#include <asm/apicdef.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include <linux/mm.h>
#include <run/loop.h>

#define CR0_PAGING_BITS	(X86_CR0_PG | X86_CR0_CD | X86_CR0_NW)
#define CR4_PAGING_BITS	(X86_CR4_PAE | X86_CR4_PGE | X86_CR4_PSE | X86_CR4_SMEP)
#define CR4_FLUSH_BITS	(X86_CR4_PAE | X86_CR4_PGE | X86_CR4_PSE | X86_CR4_SMEP | \
			 X86_CR4_SMAP | X86_CR4_PKE | X86_CR4_PCIDE)
#define CR0_KNOWN	(X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS | X86_CR0_ET | \
			 X86_CR0_NE | X86_CR0_WP | X86_CR0_AM | X86_CR0_NW | X86_CR0_CD | \
			 X86_CR0_PG)

/* A present PDPTE: reserved are 1, 2, 5 to 8 and what is above the physical addresses. */
#define PDPTE_RESERVED	0x1e6ull

static bool pae_paging(unsigned long cr0, unsigned long cr4, u64 efer)
{
	return (cr0 & X86_CR0_PG) && (cr4 & X86_CR4_PAE) && !(efer & EFER_LMA);
}

/* SDM Vol. 3, 4.4.1: with PAE paging CR3 names four entries that are loaded at once. */
static int pdptrs_load(struct hull_vcpu *vcpu, unsigned long cr3)
{
	u64 high = ~GENMASK_ULL(vcpu->facts->maxphyaddr - 1, 0);
	u64 pdptr[4];
	int i;

	if (hull_mmu_read(&vcpu->vm->mmu, cr3 & 0xffffffe0, pdptr, sizeof(pdptr)))
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(pdptr); i++)
		if ((pdptr[i] & 1) && (pdptr[i] & (PDPTE_RESERVED | high)))
			return -EINVAL;
	hull_vmx_pdptrs_set(&vcpu->vmx, pdptr);
	return 0;
}

/* SDM Vol. 3, 4.1.2 and 10.8.5: entering and leaving IA-32e mode */
static int cr0_long_mode(struct hull_vcpu *vcpu, unsigned long cr0, unsigned long old, u64 *efer)
{
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	struct kvm_segment cs;

	if (!((cr0 ^ old) & X86_CR0_PG))
		return 0;
	if (!(cr0 & X86_CR0_PG)) {
		if (hull_vmx_is_long_mode(v) || (hull_vmx_cr4_get(v) & X86_CR4_PCIDE))
			return -EINVAL;
		*efer &= ~EFER_LMA;
		return 0;
	}
	if (!(*efer & EFER_LME))
		return 0;
	hull_vmx_segment_get(v, HULL_SEG_CS, &cs);
	if (cs.l || !(hull_vmx_cr4_get(v) & X86_CR4_PAE))
		return -EINVAL;
	*efer |= EFER_LMA;
	return 0;
}

int hull_cr0_set(struct hull_vcpu *vcpu, unsigned long cr0)
{
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	unsigned long old = hull_vmx_cr0_get(v);
	u64 efer = hull_vmx_efer_get(v);

	if (cr0 >> 32)
		return -EINVAL;
	cr0 = (cr0 & CR0_KNOWN) | X86_CR0_ET;
	if ((cr0 & X86_CR0_NW) && !(cr0 & X86_CR0_CD))
		return -EINVAL;
	if ((cr0 & X86_CR0_PG) && !(cr0 & X86_CR0_PE))
		return -EINVAL;
	if (cr0_long_mode(vcpu, cr0, old, &efer))
		return -EINVAL;
	if (((cr0 ^ old) & CR0_PAGING_BITS) && pae_paging(cr0, hull_vmx_cr4_get(v), efer) &&
	    pdptrs_load(vcpu, hull_vmx_cr3_get(v)))
		return -EINVAL;

	/* LMA follows PG and LME by itself. */
	hull_vmx_cr0_set(v, cr0);
	if ((cr0 ^ old) & (X86_CR0_PG | X86_CR0_WP))
		hull_vcpu_request(vcpu, HULL_REQ_TLB_FLUSH_GUEST);
	return 0;
}

int hull_cr3_set(struct hull_vcpu *vcpu, unsigned long cr3)
{
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	unsigned long cr4 = hull_vmx_cr4_get(v);
	u64 efer = hull_vmx_efer_get(v);
	bool keep = false;

	if (cr4 & X86_CR4_PCIDE) {
		keep = cr3 & X86_CR3_PCID_NOFLUSH;
		cr3 &= ~X86_CR3_PCID_NOFLUSH;
	}
	if ((efer & EFER_LMA) && (cr3 & ~GENMASK_ULL(vcpu->facts->maxphyaddr - 1, 0)))
		return -EINVAL;
	if (pae_paging(hull_vmx_cr0_get(v), cr4, efer) && pdptrs_load(vcpu, cr3))
		return -EINVAL;
	hull_vmx_cr3_set(v, cr3);
	if (!keep)
		hull_vcpu_request(vcpu, HULL_REQ_TLB_FLUSH_GUEST);
	return 0;
}

int hull_cr4_set(struct hull_vcpu *vcpu, unsigned long cr4)
{
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	unsigned long old = hull_vmx_cr4_get(v);
	u64 efer = hull_vmx_efer_get(v);

	if (cr4 & vcpu->facts->cr4_reserved)
		return -EINVAL;
	if ((efer & EFER_LMA) && !(cr4 & X86_CR4_PAE))
		return -EINVAL;
	if ((cr4 & ~old & X86_CR4_PCIDE) &&
	    (!(efer & EFER_LMA) || (hull_vmx_cr3_get(v) & X86_CR3_PCID_MASK)))
		return -EINVAL;
	if (((cr4 ^ old) & CR4_PAGING_BITS) && pae_paging(hull_vmx_cr0_get(v), cr4, efer) &&
	    pdptrs_load(vcpu, hull_vmx_cr3_get(v)))
		return -EINVAL;

	hull_vmx_cr4_set(v, cr4);
	if ((cr4 ^ old) & CR4_FLUSH_BITS)
		hull_vcpu_request(vcpu, HULL_REQ_TLB_FLUSH_GUEST);
	if ((cr4 ^ old) & (X86_CR4_OSXSAVE | X86_CR4_PKE))
		hull_cpuid_dynamic(vcpu);
	return 0;
}

static u64 efer_valid(struct hull_vcpu *vcpu)
{
	u64 valid = 0;

	if (hull_guest_has(vcpu, SYSCALL))
		valid |= EFER_SCE;
	if (hull_guest_has(vcpu, LONG_MODE))
		valid |= EFER_LME | EFER_LMA;
	if (hull_guest_has(vcpu, NX))
		valid |= EFER_NX;
	return valid;
}

int hull_efer_set(struct hull_vcpu *vcpu, u64 efer, bool by_host)
{
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	u64 old = hull_vmx_efer_get(v);

	/* Userspace may restore state before it sets CPUID. */
	if (efer & ~(by_host ? (u64)(EFER_SCE | EFER_LME | EFER_LMA | EFER_NX) :
			       efer_valid(vcpu)))
		return -EINVAL;
	if (!by_host) {
		if ((hull_vmx_cr0_get(v) & X86_CR0_PG) && ((efer ^ old) & EFER_LME))
			return -EINVAL;
		efer = (efer & ~EFER_LMA) | (old & EFER_LMA);
	}
	hull_vmx_efer_set(v, efer);
	if ((efer ^ old) & EFER_NX)
		hull_vcpu_request(vcpu, HULL_REQ_TLB_FLUSH_GUEST);
	return 0;
}

/* SDM Vol. 1, 13.3: what must be enabled together */
static bool xcr0_consistent(u64 xcr0)
{
	const u64 avx512 = XFEATURE_MASK_AVX512;

	if (!(xcr0 & XFEATURE_MASK_FP))
		return false;
	if ((xcr0 & XFEATURE_MASK_YMM) && !(xcr0 & XFEATURE_MASK_SSE))
		return false;
	if (!(xcr0 & avx512))
		return true;
	return (xcr0 & avx512) == avx512 && (xcr0 & XFEATURE_MASK_YMM);
}

int hull_xcr0_set(struct hull_vcpu *vcpu, u64 xcr0)
{
	if ((xcr0 & ~vcpu->guest_supported_xcr0) || !xcr0_consistent(xcr0))
		return -EINVAL;
	vcpu->xcr0 = xcr0;
	hull_cpuid_dynamic(vcpu);
	return 0;
}

/* Without a local APIC in the kernel the task priority is userspace's, in its page. */
unsigned long hull_cr8_get(struct hull_vcpu *vcpu)
{
	return vcpu->lapic ? hull_lapic_tpr_get(vcpu->lapic) : vcpu->cr8;
}

int hull_cr8_set(struct hull_vcpu *vcpu, unsigned long cr8)
{
	if (cr8 & ~15ul)
		return -EINVAL;
	if (!vcpu->lapic) {
		vcpu->cr8 = cr8;
		return 0;
	}
	hull_lapic_tpr_set(vcpu->lapic, cr8);
	hull_apic_changed(vcpu);
	return 0;
}

void hull_cr_reset(struct hull_vcpu *vcpu)
{
	vcpu->cr8 = 0;
	if (!vcpu->lapic)
		vcpu->apic_base = APIC_DEFAULT_PHYS_BASE | MSR_IA32_APICBASE_ENABLE |
				  (vcpu->id ? 0 : MSR_IA32_APICBASE_BSP);
}
