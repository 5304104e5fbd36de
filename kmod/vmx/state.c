// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control registers, EFER, DR7 of the guest.
 *
 * The guest owns CR0.TS, MP, EM and AM, and those bits of CR4 that change nothing for
 * us; writes to all others exit. What it reads of those comes from the shadow.
 * SDM Vol. 3, 25.6.6.
 */
#include <linux/bits.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>
#include <vmx/private.h>

#define CR0_OWNED	(X86_CR0_TS | X86_CR0_MP | X86_CR0_EM | X86_CR0_AM)
/* CR4 bits that may be the guest's own where its CPUID has the feature */
#define CR4_OWNABLE	(X86_CR4_VME | X86_CR4_PVI | X86_CR4_TSD | X86_CR4_DE | X86_CR4_PGE | \
			 X86_CR4_PCE | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT | X86_CR4_FSGSBASE)

unsigned long hull_vmx_cr0_get(struct hull_vmx_vcpu *v)
{
	if (!(v->cached & HULL_CACHE_CR0)) {
		v->cr0 = (v->cr0 & ~CR0_OWNED) | (hull_vmcs_read(GUEST_CR0) & CR0_OWNED);
		v->cached |= HULL_CACHE_CR0;
	}
	return v->cr0;
}

unsigned long hull_vmx_cr3_get(struct hull_vmx_vcpu *v)
{
	if (!(v->cached & HULL_CACHE_CR3)) {
		v->cr3 = hull_vmcs_read(GUEST_CR3);
		v->cached |= HULL_CACHE_CR3;
	}
	return v->cr3;
}

unsigned long hull_vmx_cr4_get(struct hull_vmx_vcpu *v)
{
	unsigned long owned = v->priv->cr4_owned;

	if (!(v->cached & HULL_CACHE_CR4)) {
		v->cr4 = (v->cr4 & ~owned) | (hull_vmcs_read(GUEST_CR4) & owned);
		v->cached |= HULL_CACHE_CR4;
	}
	return v->cr4;
}

/* IA-32e mode is on while LME and PG are. SDM Vol. 3, 4.1.1 and 27.3.1.1. */
static void long_mode_follow(struct hull_vmx_vcpu *v)
{
	bool on = (v->efer & EFER_LME) && (v->cr0 & X86_CR0_PG);
	u32 tr_ar;

	v->efer = on ? v->efer | EFER_LMA : v->efer & ~EFER_LMA;
	hull_vmcs_write(GUEST_IA32_EFER, v->efer);
	hull_vmcs_entry_set(v, VM_ENTRY_IA32E_MODE, on);
	if (!on)
		return;

	/* VM entry wants a 64-bit TSS, though it is used no sooner than LTR loads one. */
	tr_ar = hull_vmcs_read(GUEST_TR_AR_BYTES);
	if ((tr_ar & VMX_AR_TYPE_MASK) != VMX_AR_TYPE_BUSY_64_TSS)
		hull_vmcs_write(GUEST_TR_AR_BYTES,
				(tr_ar & ~VMX_AR_TYPE_MASK) | VMX_AR_TYPE_BUSY_64_TSS);
}

void hull_vmx_cr0_set(struct hull_vmx_vcpu *v, unsigned long cr0)
{
	const struct hull_vmx_config *c = &hull_vmx_config;
	/* An unrestricted guest is free to clear PE and PG: SDM Vol. 3, 24.8. */
	unsigned long must = c->cr0_fixed0 & ~(X86_CR0_PE | X86_CR0_PG);
	bool paging = (v->cr0 ^ cr0) & X86_CR0_PG;

	cr0 |= X86_CR0_ET;
	v->cr0 = cr0;
	v->cached |= HULL_CACHE_CR0;
	/* Entry leaves CD and NW as they are: SDM Vol. 3, 27.3.2.1. */
	hull_vmcs_write(GUEST_CR0, (((cr0 | must) & c->cr0_fixed1) &
				    ~(X86_CR0_CD | X86_CR0_NW)) | X86_CR0_NE);
	hull_vmcs_write(CR0_READ_SHADOW, cr0);
	hull_vmcs_write(CR0_GUEST_HOST_MASK, ~CR0_OWNED);
	if (paging)
		long_mode_follow(v);
}

void hull_vmx_cr3_set(struct hull_vmx_vcpu *v, unsigned long cr3)
{
	v->cr3 = cr3;
	v->cached |= HULL_CACHE_CR3;
	hull_vmcs_write(GUEST_CR3, cr3);
}

void hull_vmx_cr4_set(struct hull_vmx_vcpu *v, unsigned long cr4)
{
	const struct hull_vmx_config *c = &hull_vmx_config;
	/* The host must get its machine checks while the guest runs. */
	unsigned long real = cr4 | c->cr4_fixed0 | (native_read_cr4() & X86_CR4_MCE);

	v->cr4 = cr4;
	v->cached |= HULL_CACHE_CR4;
	hull_vmcs_write(GUEST_CR4, real & c->cr4_fixed1);
	hull_vmcs_write(CR4_READ_SHADOW, cr4);
	hull_vmcs_write(CR4_GUEST_HOST_MASK, ~v->priv->cr4_owned);
}

void hull_vmx_cr4_owned_set(struct hull_vmx_vcpu *v, unsigned long owned)
{
	unsigned long cr4 = hull_vmx_cr4_get(v);

	v->priv->cr4_owned = owned & CR4_OWNABLE;
	hull_vmx_cr4_set(v, cr4);
}

u64 hull_vmx_efer_get(struct hull_vmx_vcpu *v)
{
	return v->efer;
}

void hull_vmx_efer_set(struct hull_vmx_vcpu *v, u64 efer)
{
	v->efer = efer;
	long_mode_follow(v);
	hull_vmx_msr_changed(v);
}

void hull_vmx_pdptrs_set(struct hull_vmx_vcpu *v, const u64 pdptr[4])
{
	int i;

	for (i = 0; i < 4; i++)
		hull_vmcs_write(GUEST_PDPTR0 + 2 * i, pdptr[i]);
}

unsigned long hull_vmx_dr7_get(struct hull_vmx_vcpu *v)
{
	return hull_vmcs_read(GUEST_DR7);
}

void hull_vmx_dr7_set(struct hull_vmx_vcpu *v, unsigned long dr7)
{
	/* 27.3.1.1: the upper half must be zero; bits 12, 14 and 15 too, bit 10 is one. */
	hull_vmcs_write(GUEST_DR7, (dr7 & 0xffff2fff) | 0x400);
}

void hull_vmx_pending_dbg_set(struct hull_vmx_vcpu *v, unsigned long bits)
{
	hull_vmcs_write(GUEST_PENDING_DBG_EXCEPTIONS, bits);
}
