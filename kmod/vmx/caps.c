// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the processor and its firmware offer. SDM Vol. 3, appendix A.
 */
#include <linux/cpu.h>
#include <linux/dmi.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/tlbflush.h>
#include <compat/vmx.h>
#include <vmx/private.h>

struct hull_vmx_config hull_vmx_config __ro_after_init;
u64 hull_vmx_flags __ro_after_init;
bool hull_vmx_deaf __ro_after_init;
static const char *config_why __ro_after_init;	/* NULL: hull_vmx_config holds */

#define PIN_REQUIRED	(PIN_BASED_EXT_INTR_MASK | PIN_BASED_NMI_EXITING | PIN_BASED_VIRTUAL_NMIS)
#define CPU_REQUIRED	(CPU_BASED_USE_TSC_OFFSETTING | CPU_BASED_HLT_EXITING |		\
			 CPU_BASED_MWAIT_EXITING | CPU_BASED_MONITOR_EXITING |		\
			 CPU_BASED_RDPMC_EXITING | CPU_BASED_CR8_LOAD_EXITING |		\
			 CPU_BASED_CR8_STORE_EXITING | CPU_BASED_MOV_DR_EXITING |	\
			 CPU_BASED_UNCOND_IO_EXITING | CPU_BASED_USE_MSR_BITMAPS |	\
			 CPU_BASED_ACTIVATE_SECONDARY_CONTROLS)
/* With EPT the guest's CR3 and TLB are its own affair; RDTSC is answered by an offset. */
#define CPU_FORBIDDEN	(CPU_BASED_CR3_LOAD_EXITING | CPU_BASED_CR3_STORE_EXITING |	\
			 CPU_BASED_INVLPG_EXITING | CPU_BASED_RDTSC_EXITING)
#define CPU2_REQUIRED	(SECONDARY_EXEC_ENABLE_EPT | SECONDARY_EXEC_UNRESTRICTED_GUEST)
#define CPU2_OPTIONAL	(SECONDARY_EXEC_ENABLE_VPID | SECONDARY_EXEC_ENABLE_RDTSCP |	\
			 SECONDARY_EXEC_ENABLE_INVPCID | SECONDARY_EXEC_WBINVD_EXITING |	\
			 SECONDARY_EXEC_PAUSE_LOOP_EXITING | SECONDARY_EXEC_ENCLS_EXITING | \
			 SECONDARY_EXEC_PT_CONCEAL_VMX | VMCS_CONTROL_BIT(XSAVES))
#define EXIT_REQUIRED	(VM_EXIT_HOST_ADDR_SPACE_SIZE | VM_EXIT_ACK_INTR_ON_EXIT |	\
			 VM_EXIT_SAVE_DEBUG_CONTROLS | VM_EXIT_SAVE_IA32_PAT |		\
			 VM_EXIT_LOAD_IA32_PAT | VM_EXIT_SAVE_IA32_EFER | VM_EXIT_LOAD_IA32_EFER)
#define ENTRY_REQUIRED	(VM_ENTRY_LOAD_DEBUG_CONTROLS | VM_ENTRY_LOAD_IA32_PAT |	\
			 VM_ENTRY_LOAD_IA32_EFER)

#define EPT_REQUIRED	(VMX_EPT_PAGE_WALK_4_BIT | VMX_EPTP_WB_BIT | VMX_EPT_INVEPT_BIT)

/* One row per 32-bit field of controls: the MSR's low half must be 1, its high half may be. */
static const struct control {
	u32 msr, true_msr;
	u32 required, optional, forbidden;
	size_t field;
	const char *why;
} controls[] = {
	{ MSR_IA32_VMX_PINBASED_CTLS, MSR_IA32_VMX_TRUE_PINBASED_CTLS, PIN_REQUIRED, 0, 0,
	  offsetof(struct hull_vmx_config, pin),
	  "this processor's VMX cannot virtualize NMIs" },
	{ MSR_IA32_VMX_PROCBASED_CTLS, MSR_IA32_VMX_TRUE_PROCBASED_CTLS, CPU_REQUIRED, 0,
	  CPU_FORBIDDEN, offsetof(struct hull_vmx_config, cpu),
	  "this processor's VMX lacks EPT, MSR bitmaps or another control that Hull needs" },
	{ MSR_IA32_VMX_PROCBASED_CTLS2, MSR_IA32_VMX_PROCBASED_CTLS2, CPU2_REQUIRED,
	  CPU2_OPTIONAL, 0, offsetof(struct hull_vmx_config, cpu2),
	  "this processor's VMX lacks EPT or unrestricted guests" },
	{ MSR_IA32_VMX_EXIT_CTLS, MSR_IA32_VMX_TRUE_EXIT_CTLS, EXIT_REQUIRED,
	  VM_EXIT_PT_CONCEAL_PIP, 0, offsetof(struct hull_vmx_config, exit),
	  "this processor's VMX does not switch PAT and EFER on exit" },
	{ MSR_IA32_VMX_ENTRY_CTLS, MSR_IA32_VMX_TRUE_ENTRY_CTLS, ENTRY_REQUIRED,
	  VM_ENTRY_PT_CONCEAL_PIP, 0, offsetof(struct hull_vmx_config, entry),
	  "this processor's VMX does not switch PAT and EFER on entry" },
};

static bool control_read(struct hull_vmx_config *config, const struct control *c, bool true_ctls)
{
	u64 msr = __rdmsr(true_ctls ? c->true_msr : c->msr);
	u32 must = msr, may = msr >> 32;

	if ((c->required & ~may) || (c->forbidden & must))
		return false;
	*(u32 *)((void *)config + c->field) = must | c->required | (c->optional & may);
	return true;
}

/**
 * hull_vmx_config_read - derive our controls from this CPU's capability MSRs
 * @config: filled in
 * @why: a sentence when it returns nonzero
 *
 * Context: stays on one CPU. Return: 0 or -EOPNOTSUPP.
 */
int hull_vmx_config_read(struct hull_vmx_config *config, const char **why)
{
	u64 basic = __rdmsr(MSR_IA32_VMX_BASIC);
	bool true_ctls = basic & BIT_ULL(55);
	int i;

	memset(config, 0, sizeof(*config));
	config->revision = basic & GENMASK(30, 0);
	config->region_size = (basic >> 32) & 0x1fff;
	*why = "this processor's VMCS does not fit a page of write-back memory";
	if (config->region_size > PAGE_SIZE || (basic & BIT_ULL(48)) ||
	    ((basic >> 50) & 15) != VMX_EPTP_MT_WB)
		return -EOPNOTSUPP;

	for (i = 0; i < ARRAY_SIZE(controls); i++) {
		*why = controls[i].why;
		if (!control_read(config, &controls[i], true_ctls))
			return -EOPNOTSUPP;
	}
	config->pin_allowed = __rdmsr(MSR_IA32_VMX_PINBASED_CTLS) >> 32;
	config->cpu2_allowed = __rdmsr(MSR_IA32_VMX_PROCBASED_CTLS2) >> 32;

	config->ept = __rdmsr(MSR_IA32_VMX_EPT_VPID_CAP);
	*why = "this processor's EPT lacks four levels, write-back tables or INVEPT";
	if ((config->ept & EPT_REQUIRED) != EPT_REQUIRED ||
	    !(config->ept & (VMX_EPT_EXTENT_CONTEXT_BIT | VMX_EPT_EXTENT_GLOBAL_BIT)))
		return -EOPNOTSUPP;

	/* A VPID is of use only where it can be flushed. */
	config->vpid = __rdmsr(MSR_IA32_VMX_EPT_VPID_CAP) >> 32;
	if (!(config->vpid & VMX_VPID_INVVPID_BIT) ||
	    !(config->vpid & (VMX_VPID_EXTENT_SINGLE_CONTEXT_BIT |
			      VMX_VPID_EXTENT_GLOBAL_CONTEXT_BIT)))
		config->cpu2 &= ~SECONDARY_EXEC_ENABLE_VPID;

	config->misc = __rdmsr(MSR_IA32_VMX_MISC);
	config->cr0_fixed0 = __rdmsr(MSR_IA32_VMX_CR0_FIXED0);
	config->cr0_fixed1 = __rdmsr(MSR_IA32_VMX_CR0_FIXED1);
	config->cr4_fixed0 = __rdmsr(MSR_IA32_VMX_CR4_FIXED0);
	config->cr4_fixed1 = __rdmsr(MSR_IA32_VMX_CR4_FIXED1);
	*why = NULL;
	return 0;
}

/**
 * hull_vmx_feature_control - may VMXON be executed on this CPU?
 *
 * IA32_FEATURE_CONTROL comes back as zero from S3 on some machines, and firmware may
 * leave it unlocked; then it is for us to lock. SDM Vol. 3, 24.7.
 * Context: stays on one CPU. Return: 0 or -EOPNOTSUPP.
 */
int hull_vmx_feature_control(void)
{
	const u64 on = FEAT_CTL_LOCKED | FEAT_CTL_VMX_ENABLED_OUTSIDE_SMX;
	u64 val;

	if (rdmsrl_safe(MSR_IA32_FEAT_CTL, &val))
		return -EOPNOTSUPP;
	if (!(val & FEAT_CTL_LOCKED)) {
		wrmsrl_safe(MSR_IA32_FEAT_CTL, val | on);
		if (rdmsrl_safe(MSR_IA32_FEAT_CTL, &val))
			return -EOPNOTSUPP;
	}
	return (val & on) == on ? 0 : -EOPNOTSUPP;
}

/*
 * The preemption timer counts wrongly in some steppings; named by CPUID.1:EAX.
 * Specification updates: Xeon 7500 BA86; Xeon L3406 AAX65, i7-600 mobile AAT59,
 * i5-600 AAU65; i7-800 AAN92, Xeon 3400 AAO95, i7-900 mobile AAP86; Xeon 3500 AAM126,
 * Xeon 5500 AAK139, i7-900 AAJ124; Xeon E3-1220 v2.
 */
static const u32 broken_timer[] = {
	0x206e6, 0x20652, 0x20655, 0x106e5, 0x106a0, 0x106a1, 0x106a4, 0x106a5, 0x306a8,
};

static bool preemption_timer_sound(void)
{
	u32 sig = cpuid_eax(1) & ~(GENMASK(15, 14) | GENMASK(31, 28));
	int i;

	for (i = 0; i < ARRAY_SIZE(broken_timer); i++)
		if (broken_timer[i] == sig)
			return false;
	return true;
}

static u64 flags_from_config(const struct hull_vmx_config *c)
{
	const struct {
		u64 flag;
		bool there;
	} rows[] = {
		{ HULL_VMX_CAP_EPT, true },
		{ HULL_VMX_CAP_UNRESTRICTED, true },
		{ HULL_VMX_CAP_MSR_BITMAP, true },
		{ HULL_VMX_CAP_VIRTUAL_NMI, true },
		{ HULL_VMX_CAP_EPT_2M, c->ept & VMX_EPT_2MB_PAGE_BIT },
		{ HULL_VMX_CAP_EPT_1G, c->ept & VMX_EPT_1GB_PAGE_BIT },
		{ HULL_VMX_CAP_EPT_AD, c->ept & VMX_EPT_AD_BIT },
		{ HULL_VMX_CAP_EPT_EXEC_ONLY, c->ept & VMX_EPT_EXECUTE_ONLY_BIT },
		{ HULL_VMX_CAP_INVEPT_SINGLE, c->ept & VMX_EPT_EXTENT_CONTEXT_BIT },
		{ HULL_VMX_CAP_VPID, c->cpu2 & SECONDARY_EXEC_ENABLE_VPID },
		{ HULL_VMX_CAP_PAUSE_LOOP, c->cpu2 & SECONDARY_EXEC_PAUSE_LOOP_EXITING },
		{ HULL_VMX_CAP_RDTSCP, c->cpu2 & SECONDARY_EXEC_ENABLE_RDTSCP },
		{ HULL_VMX_CAP_INVPCID, c->cpu2 & SECONDARY_EXEC_ENABLE_INVPCID },
		{ HULL_VMX_CAP_XSAVES, c->cpu2 & VMCS_CONTROL_BIT(XSAVES) },
		{ HULL_VMX_CAP_TSC_SCALING, c->cpu2_allowed & SECONDARY_EXEC_TSC_SCALING },
		{ HULL_VMX_CAP_PML, c->cpu2_allowed & SECONDARY_EXEC_ENABLE_PML },
		{ HULL_VMX_CAP_PREEMPTION_TIMER,
		  (c->pin_allowed & PIN_BASED_VMX_PREEMPTION_TIMER) && preemption_timer_sound() },
	};
	u64 flags = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].there)
			flags |= rows[i].flag;
	return flags;
}

static bool __init emulator_deaf(void)
{
	const char *bios = dmi_get_system_info(DMI_BIOS_VERSION);

	return bios && strstarts(bios, "Bochs") && hull_vmx_has(HULL_VMX_CAP_PREEMPTION_TIMER) &&
	       (__rdmsr(MSR_IA32_VMX_EXIT_CTLS) >> 32 & VM_EXIT_SAVE_VMX_PREEMPTION_TIMER);
}

void __init hull_vmx_caps_init(void)
{
	if (!(cpuid_ecx(1) & BIT(5))) {
		config_why = boot_cpu_has(X86_FEATURE_HYPERVISOR) ?
			"no VMX: the host of this virtual machine does not nest virtualization" :
			"no VMX: this processor does not offer Intel VT-x";
		return;
	}
	if (hull_host_has_fred()) {
		config_why = "this kernel takes its interrupts by FRED, which Hull does not know";
		return;
	}
	preempt_disable();
	if (hull_vmx_feature_control())
		config_why = "firmware has locked VMX off: switch virtualization on in its set-up";
	else if (!hull_vmx_config_read(&hull_vmx_config, &config_why))
		hull_vmx_flags = flags_from_config(&hull_vmx_config);
	hull_vmx_deaf = !config_why && emulator_deaf();
	preempt_enable();
}

/**
 * hull_vmx_caps_why - what stands in the way for good
 * @error: -EOPNOTSUPP or 0
 */
const char *hull_vmx_caps_why(int *error)
{
	*error = config_why ? -EOPNOTSUPP : 0;
	return config_why;
}

void hull_vmx_caps_get(struct hull_vmx_caps *caps)
{
	memset(caps, 0, sizeof(*caps));
	caps->flags = hull_vmx_flags;
	caps->revision = hull_vmx_config.revision;
	caps->mitigations = hull_vmx_mitigations_host();
	caps->preemption_timer_shift = vmx_misc_preemption_timer_rate(hull_vmx_config.misc);
	caps->why = hull_vmx_caps_why(&caps->error);
	if (!caps->error)
		caps->error = hull_vmx_host_busy(&caps->why, &caps->holder);
}
