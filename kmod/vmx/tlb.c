// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual-processor identifiers, and dropping cached translations.
 * SDM Vol. 3, 29.4.
 */
#include <linux/bitmap.h>
#include <linux/spinlock.h>
#include <vmx/private.h>

#define NR_VPIDS	BIT(16)

static DECLARE_BITMAP(vpids, NR_VPIDS);		/* 0 is the host's, never handed out */
static DEFINE_SPINLOCK(vpids_lock);

/** hull_vpid_get - Return: a VPID of one's own, or 0 where there is none left */
u16 hull_vpid_get(void)
{
	unsigned long vpid;

	spin_lock(&vpids_lock);
	vpid = find_next_zero_bit(vpids, NR_VPIDS, 1);
	if (vpid < NR_VPIDS)
		__set_bit(vpid, vpids);
	else
		vpid = 0;
	spin_unlock(&vpids_lock);
	return vpid;
}

/* Who gets it next flushes it on every CPU it comes to: see hull_vmx_vcpu_load(). */
void hull_vpid_put(u16 vpid)
{
	if (!vpid)
		return;
	spin_lock(&vpids_lock);
	__clear_bit(vpid, vpids);
	spin_unlock(&vpids_lock);
}

static void ept_flush(u64 eptp)
{
	if (!hull_vmx_has(HULL_VMX_CAP_INVEPT_SINGLE) ||
	    hull_invept(VMX_EPT_EXTENT_CONTEXT, eptp))
		hull_invept(VMX_EPT_EXTENT_GLOBAL, 0);
}

static void vpid_flush(u16 vpid)
{
	if (!(hull_vmx_config.vpid & VMX_VPID_EXTENT_SINGLE_CONTEXT_BIT) ||
	    hull_invvpid(VMX_VPID_EXTENT_SINGLE_CONTEXT, vpid))
		hull_invvpid(VMX_VPID_EXTENT_ALL_CONTEXT, 0);
}

void hull_vmx_tlb_flush_all(void)
{
	if (hull_vmx_config.ept & VMX_EPT_EXTENT_GLOBAL_BIT)
		hull_invept(VMX_EPT_EXTENT_GLOBAL, 0);
	if (hull_vmx_config.vpid & VMX_VPID_EXTENT_GLOBAL_CONTEXT_BIT)
		hull_invvpid(VMX_VPID_EXTENT_ALL_CONTEXT, 0);
}

void hull_vmx_tlb_flush_guest(struct hull_vmx_vcpu *v)
{
	/* Without a VPID entries and exits flush by themselves. */
	if (v->vpid)
		vpid_flush(v->vpid);
}

static u64 eptp_of(u64 root)
{
	u64 eptp = root | VMX_EPTP_MT_WB | VMX_EPTP_PWL_4;

	if (hull_vmx_has(HULL_VMX_CAP_EPT_AD))
		eptp |= VMX_EPTP_AD_ENABLE_BIT;
	return eptp;
}

void hull_vmx_tlb_flush_ept(struct hull_vmx_vcpu *v, u64 root)
{
	ept_flush(eptp_of(root));
}

void hull_vmx_tlb_flush_vcpu(struct hull_vmx_vcpu *v)
{
	hull_vmx_tlb_flush_guest(v);
	if (v->priv->eptp)
		ept_flush(v->priv->eptp);
}

void hull_vmx_ept_root_set(struct hull_vmx_vcpu *v, u64 root)
{
	u64 eptp = eptp_of(root);

	if (eptp == v->priv->eptp)
		return;
	v->priv->eptp = eptp;
	hull_vmcs_write(EPT_POINTER, eptp);
	/* The page may have been another VM's root before. */
	ept_flush(eptp);
}
