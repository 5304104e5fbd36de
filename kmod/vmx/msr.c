// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSRs of the guest that live in its VMCS, in the processor, or beside them.
 *
 * STAR, LSTAR, SYSCALL_MASK and TSC_AUX matter to user mode alone: the guest's stay
 * in the processor until this CPU returns to user mode, so that a vCPU thread that
 * stays in the kernel does not pay for them.
 */
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <vmx/private.h>

#define PAT_RESET	0x0007040600070406ULL

static const u32 user_msrs[HULL_NR_USER_MSRS] = {
	[HULL_USER_STAR] = MSR_STAR,
	[HULL_USER_LSTAR] = MSR_LSTAR,
	[HULL_USER_SYSCALL_MASK] = MSR_SYSCALL_MASK,
	[HULL_USER_TSC_AUX] = MSR_TSC_AUX,
};

static int nr_user_msrs __ro_after_init = HULL_NR_USER_MSRS;

/* kept in a VMCS field */
static const struct vmcs_msr {
	u32 msr;
	u32 field;
	u64 valid;		/* bits that may be set */
	bool canonical;
	bool guest;		/* read and written by the guest without an exit */
} vmcs_msrs[] = {
	{ MSR_FS_BASE, GUEST_FS_BASE, ~0ULL, true, true },
	{ MSR_GS_BASE, GUEST_GS_BASE, ~0ULL, true, true },
	{ MSR_IA32_SYSENTER_CS, GUEST_SYSENTER_CS, U32_MAX, false, true },
	{ MSR_IA32_SYSENTER_ESP, GUEST_SYSENTER_ESP, ~0ULL, true, true },
	{ MSR_IA32_SYSENTER_EIP, GUEST_SYSENTER_EIP, ~0ULL, true, true },
	{ MSR_IA32_CR_PAT, GUEST_IA32_PAT, 0x0707070707070707ULL, false, false },
	{ MSR_IA32_DEBUGCTLMSR, GUEST_IA32_DEBUGCTL, DEBUGCTLMSR_BTF, false, false },
};

static void on_user_return(struct user_return_notifier *urn)
{
	struct hull_vmx_cpu *host = container_of(urn, struct hull_vmx_cpu, user_return);
	unsigned long flags;
	u64 val;
	int i;

	/* VMX may be left by an IPI at the same time. */
	local_irq_save(flags);
	if (host->user_registered) {
		host->user_registered = false;
		user_return_notifier_unregister(urn);
	}
	for (i = 0; i < nr_user_msrs; i++) {
		if (host->user_now[i] != host->user_host[i]) {
			val = host->user_host[i];
			__wrmsr(user_msrs[i], val, val >> 32);
			host->user_now[i] = val;
		}
	}
	local_irq_restore(flags);
}

void __init hull_vmx_msr_init(void)
{
	if (!boot_cpu_has(X86_FEATURE_RDTSCP) && !boot_cpu_has(X86_FEATURE_RDPID))
		nr_user_msrs = HULL_USER_TSC_AUX;
}

/* Context: interrupts off, on @host. */
void hull_vmx_msr_cpu_on(struct hull_vmx_cpu *host)
{
	int i;

	host->user_return.on_user_return = on_user_return;
	for (i = 0; i < nr_user_msrs; i++) {
		rdmsrl(user_msrs[i], host->user_host[i]);
		host->user_now[i] = host->user_host[i];
	}
}

void hull_vmx_msr_cpu_off(struct hull_vmx_cpu *host)
{
	if (host->user_registered)
		on_user_return(&host->user_return);
}

/* Without SYSCALL in the guest its user MSRs but TSC_AUX do nothing, and their reads exit. */
static int user_msr_first(const struct hull_vmx_vcpu *v)
{
	return v->efer & EFER_SCE ? 0 : HULL_USER_TSC_AUX;
}

/* Context: preemption off, on v->host. */
static void user_msrs_write(struct hull_vmx_vcpu *v, int i)
{
	struct hull_vmx_cpu *host = v->host;
	unsigned long flags;
	u64 val;

	local_irq_save(flags);
	/* On a CPU that leaves VMX no guest will run, and nobody would clean up. */
	if (likely(host->state == HULL_VMX_CPU_ON)) {
		for (; i < nr_user_msrs; i++) {
			val = v->priv->user[i];
			if (host->user_now[i] == val)
				continue;
			__wrmsr(user_msrs[i], val, val >> 32);
			host->user_now[i] = val;
		}
		if (!host->user_registered) {
			user_return_notifier_register(&host->user_return);
			host->user_registered = true;
		}
	}
	local_irq_restore(flags);
}

/** hull_vmx_msr_load - the guest's user MSRs into the processor */
void hull_vmx_msr_load(struct hull_vmx_vcpu *v)
{
	int i;

	for (i = user_msr_first(v); i < nr_user_msrs; i++) {
		if (v->host->user_now[i] != v->priv->user[i]) {
			user_msrs_write(v, i);
			return;
		}
	}
}

/** hull_vmx_msr_changed - likewise, after one of them or EFER got a new value */
void hull_vmx_msr_changed(struct hull_vmx_vcpu *v)
{
	if (!v->active)
		return;
	preempt_disable();
	hull_vmx_msr_load(v);
	preempt_enable();
}

static int user_msr_find(u32 msr)
{
	int i;

	for (i = 0; i < HULL_NR_USER_MSRS; i++)
		if (user_msrs[i] == msr)
			return i;
	return -1;
}

static const struct vmcs_msr *vmcs_msr_find(u32 msr)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(vmcs_msrs); i++)
		if (vmcs_msrs[i].msr == msr)
			return &vmcs_msrs[i];
	return NULL;
}

/* Linear addresses are of the host's width: the guest's tables may be as deep as its. */
static bool canonical(u64 addr)
{
	int shift = 64 - boot_cpu_data.x86_virt_bits;

	return (u64)((s64)(addr << shift) >> shift) == addr;
}

/* Memory types 2 and 3 do not exist: SDM Vol. 3, table 12-10. */
static bool pat_valid(u64 pat)
{
	return !(pat & ~0x0707070707070707ULL) &&
	       (pat | ((pat & 0x0202020202020202ULL) << 1)) == pat;
}

static u64 spec_ctrl_valid(void)
{
	u64 valid = 0;

	if (boot_cpu_has(X86_FEATURE_SPEC_CTRL) || boot_cpu_has(X86_FEATURE_IBRS))
		valid |= SPEC_CTRL_IBRS;
	if (boot_cpu_has(X86_FEATURE_INTEL_STIBP) || boot_cpu_has(X86_FEATURE_STIBP))
		valid |= SPEC_CTRL_STIBP;
	if (boot_cpu_has(X86_FEATURE_SPEC_CTRL_SSBD) || boot_cpu_has(X86_FEATURE_SSBD))
		valid |= SPEC_CTRL_SSBD;
	return valid;
}

static int spec_ctrl_set(struct hull_vmx_vcpu *v, u64 val)
{
	if (val & ~spec_ctrl_valid())
		return -EINVAL;
	v->spec_ctrl = val;
	/* A guest that uses it does so at every system call: no more exits then. */
	if (val && (v->run_flags & HULL_RUN_SPEC_CTRL)) {
		v->run_flags |= HULL_RUN_SPEC_SAVE;
		hull_vmx_msr_intercept(v, MSR_IA32_SPEC_CTRL, false, false);
	}
	return 0;
}

int hull_vmx_msr_get(struct hull_vmx_vcpu *v, u32 msr, u64 *val)
{
	const struct vmcs_msr *m = vmcs_msr_find(msr);
	int i = user_msr_find(msr);

	if (m)
		*val = hull_vmcs_read(m->field);
	else if (i >= 0)
		*val = v->priv->user[i];
	else if (msr == MSR_KERNEL_GS_BASE)
		*val = v->active ? __rdmsr(MSR_KERNEL_GS_BASE) : v->priv->kernel_gs_base;
	else if (msr == MSR_CSTAR)
		*val = v->priv->cstar;
	else if (msr == MSR_IA32_SPEC_CTRL)
		*val = v->spec_ctrl;
	else if (msr == MSR_EFER)
		*val = v->efer;
	else
		return -ENOENT;
	return 0;
}

static int user_msr_set(struct hull_vmx_vcpu *v, int i, u64 val)
{
	if (i == HULL_USER_LSTAR && !canonical(val))
		return -EINVAL;
	if ((i == HULL_USER_TSC_AUX || i == HULL_USER_SYSCALL_MASK) && val > U32_MAX)
		return -EINVAL;
	v->priv->user[i] = val;
	hull_vmx_msr_changed(v);
	return 0;
}

int hull_vmx_msr_set(struct hull_vmx_vcpu *v, u32 msr, u64 val)
{
	const struct vmcs_msr *m = vmcs_msr_find(msr);
	int i = user_msr_find(msr);

	if (m) {
		if ((val & ~m->valid) || (m->canonical && !canonical(val)) ||
		    (msr == MSR_IA32_CR_PAT && !pat_valid(val)))
			return -EINVAL;
		hull_vmcs_write(m->field, val);
		return 0;
	}
	if (i >= 0)
		return user_msr_set(v, i, val);
	if (msr == MSR_IA32_SPEC_CTRL)
		return spec_ctrl_set(v, val);
	if (msr == MSR_EFER) {
		hull_vmx_efer_set(v, val);
		return 0;
	}
	if (msr != MSR_KERNEL_GS_BASE && msr != MSR_CSTAR)
		return -ENOENT;

	if (!canonical(val))
		return -EINVAL;
	if (msr == MSR_CSTAR) {
		v->priv->cstar = val;
		return 0;
	}
	/* Saved again by a put, so that a preemption between the two does no harm. */
	v->priv->kernel_gs_base = val;
	if (v->active)
		wrmsrl(MSR_KERNEL_GS_BASE, val);
	return 0;
}

/* Bitmaps of 1 KiB: reads low, reads high, writes low, writes high. SDM Vol. 3, 25.6.9. */
void hull_vmx_msr_intercept(struct hull_vmx_vcpu *v, u32 msr, bool read, bool write)
{
	unsigned long *map = v->msr_bitmap;
	u32 bit = msr & 0x1fff;

	if ((msr & ~0x1fff) == 0xc0000000)
		bit += 1024 * 8;
	else if (msr & ~0x1fff)
		return;		/* outside the bitmaps: always exits */
	__assign_bit(bit, map, read);
	__assign_bit(bit + 2048 * 8, map, write);
}

void hull_vmx_msr_bitmap_init(struct hull_vmx_vcpu *v)
{
	int i;

	memset(v->msr_bitmap, 0xff, PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(vmcs_msrs); i++)
		if (vmcs_msrs[i].guest)
			hull_vmx_msr_intercept(v, vmcs_msrs[i].msr, false, false);
	hull_vmx_msr_intercept(v, MSR_KERNEL_GS_BASE, false, false);
	/* The offset applies to it as to RDTSC. */
	hull_vmx_msr_intercept(v, MSR_IA32_TSC, false, true);
}

/* INIT leaves most of them alone: SDM Vol. 3, table 10-1. */
void hull_vmx_msr_reset(struct hull_vmx_vcpu *v, bool init)
{
	int i;

	hull_vmcs_write(GUEST_IA32_DEBUGCTL, 0);
	v->spec_ctrl = 0;
	v->run_flags &= ~HULL_RUN_SPEC_SAVE;
	hull_vmx_msr_intercept(v, MSR_IA32_SPEC_CTRL, true, true);
	if (init)
		return;

	for (i = 0; i < HULL_NR_USER_MSRS; i++)
		user_msr_set(v, i, 0);
	hull_vmx_msr_set(v, MSR_KERNEL_GS_BASE, 0);
	v->priv->cstar = 0;
	for (i = 0; i < ARRAY_SIZE(vmcs_msrs); i++)
		hull_vmcs_write(vmcs_msrs[i].field, 0);
	hull_vmcs_write(GUEST_IA32_PAT, PAT_RESET);
}
