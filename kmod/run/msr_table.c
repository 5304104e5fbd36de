// SPDX-License-Identifier: GPL-2.0-only
/* The MSRs a guest finds, in order of their numbers, and how each one answers. */

#include <asm/apicdef.h>
#include <asm/cpufeature.h>
#include <asm/kvm_para.h>
#include <asm/mce.h>
#include <asm/msr.h>
#include <asm/mtrr.h>
#include <asm/nospec-branch.h>
#include <linux/nospec.h>
#include <run/loop.h>

#define MC_BANKS_DEFAULT	10
#define MTRR_CAP		(HULL_MTRR_VARIABLE | BIT(8) | BIT(10))	/* fixed ranges, WC */
#define MISC_ENABLE_FIXED	(MSR_IA32_MISC_ENABLE_BTS_UNAVAIL | \
				 MSR_IA32_MISC_ENABLE_PEBS_UNAVAIL)
#define MISC_ENABLE_VALID	(MISC_ENABLE_FIXED | MSR_IA32_MISC_ENABLE_FAST_STRING | \
				 MSR_IA32_MISC_ENABLE_ENHANCED_SPEEDSTEP | \
				 MSR_IA32_MISC_ENABLE_MWAIT | \
				 MSR_IA32_MISC_ENABLE_LIMIT_CPUID | \
				 MSR_IA32_MISC_ENABLE_XTPR_DISABLE | \
				 MSR_IA32_MISC_ENABLE_XD_DISABLE)
/* Facts of the host's that hold in a guest too. */
#define ARCH_CAP_KNOWN		(BIT_ULL(0) | BIT_ULL(1) | BIT_ULL(2) | BIT_ULL(3) | BIT_ULL(4) | \
				 BIT_ULL(5) | BIT_ULL(6) | BIT_ULL(8) | BIT_ULL(13) | \
				 BIT_ULL(14) | BIT_ULL(15) | BIT_ULL(17) | BIT_ULL(19) | \
				 BIT_ULL(20) | BIT_ULL(24) | BIT_ULL(26) | BIT_ULL(27) | \
				 BIT_ULL(28))

/* ---- those that the VMCS or the processor keeps ---------------------------- */

static int vmx_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	return hull_vmx_msr_get(&vcpu->vmx, msr, val) ? -EINVAL : 0;
}

static int vmx_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	return hull_vmx_msr_set(&vcpu->vmx, msr, val) ? -EINVAL : 0;
}

static int tsc_aux_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	if (!by_host && !hull_guest_has(vcpu, RDTSCP) && !hull_guest_has(vcpu, RDPID))
		return -EINVAL;
	return vmx_get(vcpu, msr, val, by_host);
}

static int tsc_aux_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	if (!by_host && !hull_guest_has(vcpu, RDTSCP) && !hull_guest_has(vcpu, RDPID))
		return -EINVAL;
	return val >> 32 ? -EINVAL : vmx_set(vcpu, msr, val, by_host);
}

static int efer_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	*val = hull_vmx_efer_get(&vcpu->vmx);
	return 0;
}

static int efer_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	return hull_efer_set(vcpu, val, by_host);
}

/* ---- speculation ---------------------------------------------------------- */

static u64 spec_ctrl_valid(struct hull_vcpu *vcpu)
{
	u64 valid = 0;

	if (hull_guest_has(vcpu, SPEC_CTRL))
		valid |= SPEC_CTRL_IBRS;
	if (hull_guest_has(vcpu, STIBP))
		valid |= SPEC_CTRL_STIBP;
	if (hull_guest_has(vcpu, SSBD))
		valid |= SPEC_CTRL_SSBD;
	return valid;
}

static int spec_ctrl_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	if (!by_host && !spec_ctrl_valid(vcpu))
		return -EINVAL;
	if (!boot_cpu_has(X86_FEATURE_MSR_SPEC_CTRL)) {
		*val = 0;
		return 0;
	}
	return vmx_get(vcpu, msr, val, by_host);
}

static int spec_ctrl_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	u64 valid = spec_ctrl_valid(vcpu);

	if ((!by_host && !valid) || (val & ~valid))
		return -EINVAL;
	if (!boot_cpu_has(X86_FEATURE_MSR_SPEC_CTRL))
		return val ? -EINVAL : 0;
	return vmx_set(vcpu, msr, val, by_host);
}

/* Commands: written to the processor at once, never kept. */
static int pred_cmd_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	if (!by_host && !hull_guest_has(vcpu, SPEC_CTRL))
		return -EINVAL;
	if (val & ~(u64)PRED_CMD_IBPB)
		return -EINVAL;
	if (val && boot_cpu_has(X86_FEATURE_SPEC_CTRL))
		wrmsrl(MSR_IA32_PRED_CMD, PRED_CMD_IBPB);
	return 0;
}

static int flush_cmd_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	if (!by_host && !hull_guest_has(vcpu, FLUSH_L1D))
		return -EINVAL;
	if (val & ~(u64)L1D_FLUSH)
		return -EINVAL;
	if (val && boot_cpu_has(X86_FEATURE_FLUSH_L1D))
		wrmsrl(MSR_IA32_FLUSH_CMD, L1D_FLUSH);
	return 0;
}

static int write_only_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	return by_host ? 0 : -EINVAL;
}

static int arch_capabilities_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	if (!by_host && !hull_guest_has(vcpu, ARCH_CAPABILITIES))
		return -EINVAL;
	*val = vcpu->msrs->arch_capabilities;
	return 0;
}

/* ---- time ----------------------------------------------------------------- */

static int tsc_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	*val = hull_guest_tsc(vcpu);
	return 0;
}

static int tsc_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	u64 old = vcpu->tsc_offset;

	if (by_host) {
		hull_guest_tsc_set(vcpu, val);
		return 0;
	}
	/* SDM Vol. 3, 18.17.3: a write to the TSC shows in TSC_ADJUST. */
	hull_guest_tsc_offset_set(vcpu, val - rdtsc());
	vcpu->msrs->tsc_adjust += vcpu->tsc_offset - old;
	return 0;
}

static int tsc_adjust_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	if (!by_host && !hull_guest_has(vcpu, TSC_ADJUST))
		return -EINVAL;
	*val = vcpu->msrs->tsc_adjust;
	return 0;
}

static int tsc_adjust_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	if (!by_host && !hull_guest_has(vcpu, TSC_ADJUST))
		return -EINVAL;
	/* Userspace restores the TSC itself, and this beside it. */
	if (!by_host)
		hull_guest_tsc_offset_set(vcpu, vcpu->tsc_offset + val - vcpu->msrs->tsc_adjust);
	vcpu->msrs->tsc_adjust = val;
	return 0;
}

/* ---- local APIC ----------------------------------------------------------- */

static int apic_base_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	*val = vcpu->lapic ? hull_lapic_base_get(vcpu->lapic) : vcpu->apic_base;
	return 0;
}

static int apic_base_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	u64 valid = GENMASK_ULL(vcpu->facts->maxphyaddr - 1, 12) | MSR_IA32_APICBASE_ENABLE |
		    MSR_IA32_APICBASE_BSP;

	if (vcpu->lapic && (by_host || hull_guest_has(vcpu, X2APIC)))
		valid |= X2APIC_ENABLE;
	if (val & ~valid)
		return -EINVAL;
	if (!vcpu->lapic)
		vcpu->apic_base = val;
	else if (hull_lapic_base_set(vcpu->lapic, val, by_host))
		return -EINVAL;
	hull_cpuid_dynamic(vcpu);
	return 0;
}

static int lapic_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	if (!vcpu->lapic)
		return by_host ? 0 : -EINVAL;
	return hull_lapic_msr_get(vcpu->lapic, msr, val);
}

static int lapic_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	int ret;

	if (!vcpu->lapic)
		return by_host && !val ? 0 : -EINVAL;
	ret = hull_lapic_msr_set(vcpu->lapic, msr, val);
	if (!ret)
		hull_apic_changed(vcpu);
	return ret;
}

/* ---- memory types (SDM Vol. 3, 12.11) --------------------------------------- */

static bool memory_type_valid(u8 type)
{
	return type == MTRR_TYPE_UNCACHABLE || type == MTRR_TYPE_WRCOMB ||
	       (type >= MTRR_TYPE_WRTHROUGH && type <= MTRR_TYPE_WRBACK);
}

static int mtrr_def_type_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	if ((val & ~0xcffull) || !memory_type_valid(val))
		return -EINVAL;
	vcpu->msrs->mtrr_def_type = val;
	return 0;
}

static unsigned int mtrr_fixed_index(u32 msr)
{
	unsigned int n = 0;

	if (msr >= MSR_MTRRfix4K_C0000)
		n = 3 + msr - MSR_MTRRfix4K_C0000;
	else if (msr >= MSR_MTRRfix16K_80000)
		n = 1 + msr - MSR_MTRRfix16K_80000;
	return array_index_nospec(n, HULL_MTRR_FIXED);
}

static int mtrr_fixed_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	*val = vcpu->msrs->mtrr_fixed[mtrr_fixed_index(msr)];
	return 0;
}

static int mtrr_fixed_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	int i;

	for (i = 0; i < 64; i += 8)
		if (!memory_type_valid(val >> i))
			return -EINVAL;
	vcpu->msrs->mtrr_fixed[mtrr_fixed_index(msr)] = val;
	return 0;
}

static unsigned int mtrr_variable_index(u32 msr)
{
	return array_index_nospec(msr - MTRRphysBase_MSR(0), 2 * HULL_MTRR_VARIABLE);
}

static int mtrr_variable_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	*val = vcpu->msrs->mtrr_variable[mtrr_variable_index(msr)];
	return 0;
}

static int mtrr_variable_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	unsigned int n = mtrr_variable_index(msr);
	u64 reserved = n & 1 ? 0x7ff : 0xf00;

	reserved |= ~GENMASK_ULL(vcpu->facts->maxphyaddr - 1, 0);
	if ((val & reserved) || (!(n & 1) && !memory_type_valid(val)))
		return -EINVAL;
	vcpu->msrs->mtrr_variable[n] = val;
	return 0;
}

/* ---- machine check (SDM Vol. 3, 16.3) -------------------------------------- */

static unsigned int mc_banks(struct hull_vcpu *vcpu)
{
	return min_t(unsigned int, vcpu->msrs->mcg_cap & MCG_BANKCNT_MASK, HULL_MC_BANKS);
}

static int mc_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	u32 n = msr - MSR_IA32_MC0_CTL;

	if (n >= 4 * mc_banks(vcpu))
		return -EINVAL;
	*val = vcpu->msrs->mc[array_index_nospec(n, ARRAY_SIZE(vcpu->msrs->mc))];
	return 0;
}

static int mc_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	u32 n = msr - MSR_IA32_MC0_CTL;

	if (n >= 4 * mc_banks(vcpu))
		return -EINVAL;
	/* CTL takes all ones or zero, as far as anybody writes; STATUS is only cleared. */
	if (!by_host && (n & 3) == 1 && val)
		return -EINVAL;
	vcpu->msrs->mc[array_index_nospec(n, ARRAY_SIZE(vcpu->msrs->mc))] = val;
	return 0;
}

static int mcg_cap_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	if ((val & MCG_BANKCNT_MASK) > HULL_MC_BANKS ||
	    (val & ~(u64)(MCG_BANKCNT_MASK | MCG_CTL_P | MCG_SER_P)))
		return -EINVAL;
	vcpu->msrs->mcg_cap = val;
	return 0;
}

static int mcg_ctl_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	if (!(vcpu->msrs->mcg_cap & MCG_CTL_P) && !by_host)
		return -EINVAL;
	*val = vcpu->msrs->mcg_ctl;
	return 0;
}

static int mcg_ctl_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	if ((!(vcpu->msrs->mcg_cap & MCG_CTL_P) && (val || !by_host)) || (val && ~val))
		return -EINVAL;
	vcpu->msrs->mcg_ctl = val;
	return 0;
}

/* ---- others --------------------------------------------------------------- */

static int misc_enable_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	if (!by_host)
		val = (val & ~(u64)MISC_ENABLE_FIXED) |
		      (vcpu->msrs->misc_enable & MISC_ENABLE_FIXED);
	if (val & ~(u64)MISC_ENABLE_VALID)
		return -EINVAL;
	vcpu->msrs->misc_enable = val;
	return 0;
}

/* Software writes 0, executes CPUID, and reads the revision (SDM Vol. 3, 10.11.7.1). */
static int microcode_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	if (by_host)
		vcpu->msrs->microcode = val;
	return 0;
}

static int xss_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	if (!by_host && !hull_guest_has(vcpu, XSAVES))
		return -EINVAL;
	*val = vcpu->xss;
	return 0;
}

/* No supervisor state component is offered. */
static int xss_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	return val || (!by_host && !hull_guest_has(vcpu, XSAVES)) ? -EINVAL : 0;
}

#define FAST		(HULL_MSR_FAST_GET | HULL_MSR_FAST_SET)
#define SAVE		HULL_MSR_SAVE
#define HOST		HULL_MSR_HOST_SET
#define STORE(field)	.offset = offsetof(struct hull_msr_store, field)
#define CONST(value)	.offset = HULL_MSR_NO_STORE, .valid = (value)

const struct hull_msr_row hull_msr_rows[] = {
	{ MSR_IA32_P5_MC_ADDR, MSR_IA32_P5_MC_TYPE, .flags = FAST | HULL_MSR_DROP, CONST(0) },
	{ MSR_IA32_TSC, MSR_IA32_TSC, tsc_get, tsc_set, .flags = HULL_MSR_FAST_GET | SAVE },
	{ MSR_KVM_WALL_CLOCK, MSR_KVM_SYSTEM_TIME, hull_pv_msr_get, hull_pv_msr_set,
	  .flags = SAVE },
	{ MSR_IA32_PLATFORM_ID, MSR_IA32_PLATFORM_ID, .flags = FAST, CONST(0) },
	{ MSR_IA32_APICBASE, MSR_IA32_APICBASE, apic_base_get, apic_base_set,
	  .flags = HULL_MSR_FAST_GET },
	{ MSR_IA32_EBL_CR_POWERON, MSR_IA32_EBL_CR_POWERON, .flags = FAST | HULL_MSR_DROP,
	  CONST(0) },
	{ MSR_SMI_COUNT, MSR_SMI_COUNT, .flags = FAST | HOST | SAVE, STORE(smi_count),
	  .valid = ~0ull },
	{ MSR_IA32_FEAT_CTL, MSR_IA32_FEAT_CTL, .flags = FAST | HOST | SAVE,
	  STORE(feature_control), .valid = FEAT_CTL_LOCKED },
	{ MSR_IA32_TSC_ADJUST, MSR_IA32_TSC_ADJUST, tsc_adjust_get, tsc_adjust_set,
	  .flags = HULL_MSR_FAST_GET | SAVE },
	{ MSR_IA32_SPEC_CTRL, MSR_IA32_SPEC_CTRL, spec_ctrl_get, spec_ctrl_set,
	  .flags = FAST | SAVE },
	{ MSR_IA32_PRED_CMD, MSR_IA32_PRED_CMD, write_only_get, pred_cmd_set, .flags = FAST },
	{ MSR_IA32_UCODE_WRITE, MSR_IA32_UCODE_WRITE, .flags = FAST | HULL_MSR_DROP, CONST(0) },
	{ MSR_IA32_UCODE_REV, MSR_IA32_UCODE_REV, NULL, microcode_set, .flags = FAST | SAVE,
	  STORE(microcode) },
	{ MSR_PLATFORM_INFO, MSR_PLATFORM_INFO, .flags = FAST | HOST | SAVE,
	  STORE(platform_info), .valid = 0 },
	{ MSR_MTRRcap, MSR_MTRRcap, .flags = FAST, CONST(MTRR_CAP) },
	{ MSR_IA32_ARCH_CAPABILITIES, MSR_IA32_ARCH_CAPABILITIES, arch_capabilities_get, NULL,
	  .flags = FAST | HOST | SAVE, STORE(arch_capabilities), .valid = ARCH_CAP_KNOWN },
	{ MSR_IA32_FLUSH_CMD, MSR_IA32_FLUSH_CMD, write_only_get, flush_cmd_set, .flags = FAST },
	{ MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_EIP, vmx_get, vmx_set, .flags = FAST | SAVE },
	{ MSR_IA32_MCG_CAP, MSR_IA32_MCG_CAP, NULL, mcg_cap_set, .flags = FAST | HOST,
	  STORE(mcg_cap) },
	{ MSR_IA32_MCG_STATUS, MSR_IA32_MCG_STATUS, .flags = FAST | SAVE, STORE(mcg_status),
	  .valid = MCG_STATUS_RIPV | MCG_STATUS_EIPV | MCG_STATUS_MCIP },
	{ MSR_IA32_MCG_CTL, MSR_IA32_MCG_CTL, mcg_ctl_get, mcg_ctl_set, .flags = FAST | SAVE },
	{ MSR_IA32_PERF_STATUS, MSR_IA32_PERF_CTL, .flags = FAST | HULL_MSR_DROP, CONST(0) },
	{ MSR_IA32_MISC_ENABLE, MSR_IA32_MISC_ENABLE, NULL, misc_enable_set,
	  .flags = FAST | SAVE, STORE(misc_enable) },
	{ MSR_IA32_DEBUGCTLMSR, MSR_IA32_DEBUGCTLMSR, vmx_get, vmx_set, .flags = FAST },
	{ MSR_IA32_LASTBRANCHFROMIP, MSR_IA32_LASTINTTOIP, .flags = FAST | HULL_MSR_DROP,
	  CONST(0) },
	{ MTRRphysBase_MSR(0), MTRRphysMask_MSR(HULL_MTRR_VARIABLE - 1), mtrr_variable_get,
	  mtrr_variable_set, .flags = FAST | SAVE },
	{ MSR_MTRRfix64K_00000, MSR_MTRRfix64K_00000, mtrr_fixed_get, mtrr_fixed_set,
	  .flags = FAST | SAVE },
	{ MSR_MTRRfix16K_80000, MSR_MTRRfix16K_A0000, mtrr_fixed_get, mtrr_fixed_set,
	  .flags = FAST | SAVE },
	{ MSR_MTRRfix4K_C0000, MSR_MTRRfix4K_F8000, mtrr_fixed_get, mtrr_fixed_set,
	  .flags = FAST | SAVE },
	{ MSR_IA32_CR_PAT, MSR_IA32_CR_PAT, vmx_get, vmx_set, .flags = FAST | SAVE },
	{ MSR_MTRRdefType, MSR_MTRRdefType, NULL, mtrr_def_type_set, .flags = FAST | SAVE,
	  STORE(mtrr_def_type) },
	{ MSR_IA32_MC0_CTL, MSR_IA32_MCx_MISC(HULL_MC_BANKS - 1), mc_get, mc_set, .flags = FAST },
	{ MSR_IA32_TSC_DEADLINE, MSR_IA32_TSC_DEADLINE, lapic_get, lapic_set,
	  .flags = FAST | SAVE | HULL_MSR_TIMER },
	{ APIC_BASE_MSR, APIC_BASE_MSR + 0xff, lapic_get, lapic_set,
	  .flags = FAST | HULL_MSR_TIMER },
	{ MSR_IA32_XSS, MSR_IA32_XSS, xss_get, xss_set, .flags = FAST | SAVE },
	{ MSR_KVM_WALL_CLOCK_NEW, MSR_KVM_SYSTEM_TIME_NEW, hull_pv_msr_get, hull_pv_msr_set,
	  .flags = SAVE },
	{ MSR_KVM_STEAL_TIME, MSR_KVM_STEAL_TIME, hull_pv_msr_get, hull_pv_msr_set,
	  .flags = SAVE },
	{ MSR_EFER, MSR_EFER, efer_get, efer_set, .flags = HULL_MSR_FAST_GET },
	{ MSR_STAR, MSR_SYSCALL_MASK, vmx_get, vmx_set, .flags = FAST | SAVE },
	{ MSR_FS_BASE, MSR_GS_BASE, vmx_get, vmx_set, .flags = FAST },
	{ MSR_KERNEL_GS_BASE, MSR_KERNEL_GS_BASE, vmx_get, vmx_set, .flags = FAST | SAVE },
	{ MSR_TSC_AUX, MSR_TSC_AUX, tsc_aux_get, tsc_aux_set, .flags = FAST | SAVE },
};

const unsigned int hull_msr_rows_n = ARRAY_SIZE(hull_msr_rows);

void hull_msr_reset(struct hull_vcpu *vcpu, bool init)
{
	struct hull_msr_store *msrs = vcpu->msrs;

	/* SDM Vol. 3, table 10-1: INIT leaves these alone. */
	if (init)
		return;
	memset(msrs, 0, sizeof(*msrs));
	msrs->misc_enable = MISC_ENABLE_FIXED | MSR_IA32_MISC_ENABLE_FAST_STRING;
	msrs->microcode = 0x100000000ull;
	msrs->feature_control = FEAT_CTL_LOCKED;
	msrs->mcg_cap = MC_BANKS_DEFAULT;
	if (boot_cpu_has(X86_FEATURE_ARCH_CAPABILITIES)) {
		rdmsrl(MSR_IA32_ARCH_CAPABILITIES, msrs->arch_capabilities);
		msrs->arch_capabilities &= ARCH_CAP_KNOWN;
	}
}
