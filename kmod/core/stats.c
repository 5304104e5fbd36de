// SPDX-License-Identifier: GPL-2.0-only
/* Names of exit reasons, and units. */

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/time64.h>
#include <asm/tsc.h>
#include <core/stats.h>

/* SDM Vol. 3, appendix C. Numbers without a name are not used by processors. */
static const char *const exit_names[HULL_EXIT_REASONS] = {
	[0] = "exception",
	[1] = "interrupt",
	[2] = "triple_fault",
	[3] = "init",
	[4] = "sipi",
	[5] = "io_smi",
	[6] = "other_smi",
	[7] = "intr_window",
	[8] = "nmi_window",
	[9] = "task_switch",
	[10] = "cpuid",
	[11] = "getsec",
	[12] = "hlt",
	[13] = "invd",
	[14] = "invlpg",
	[15] = "rdpmc",
	[16] = "rdtsc",
	[17] = "rsm",
	[18] = "vmcall",
	[19] = "vmclear",
	[20] = "vmlaunch",
	[21] = "vmptrld",
	[22] = "vmptrst",
	[23] = "vmread",
	[24] = "vmresume",
	[25] = "vmwrite",
	[26] = "vmxoff",
	[27] = "vmxon",
	[28] = "cr_access",
	[29] = "dr_access",
	[30] = "io",
	[31] = "rdmsr",
	[32] = "wrmsr",
	[33] = "bad_guest",
	[34] = "bad_msr_load",
	[36] = "mwait",
	[37] = "monitor_trap",
	[39] = "monitor",
	[40] = "pause",
	[41] = "entry_mce",
	[43] = "tpr",
	[44] = "apic_access",
	[45] = "eoi",
	[46] = "gdt_idt",
	[47] = "ldt_tr",
	[48] = "ept_violation",
	[49] = "ept_misconfig",
	[50] = "invept",
	[51] = "rdtscp",
	[52] = "preempt_timer",
	[53] = "invvpid",
	[54] = "wbinvd",
	[55] = "xsetbv",
	[56] = "apic_write",
	[57] = "rdrand",
	[58] = "invpcid",
	[59] = "vmfunc",
	[60] = "encls",
	[61] = "rdseed",
	[62] = "pml_full",
	[63] = "xsaves",
	[64] = "xrstors",
	[65] = "pconfig",
	[66] = "spp",
	[67] = "umwait",
	[68] = "tpause",
	[69] = "loadiwkey",
	[70] = "enclv",
	[72] = "enqcmd_pasid",
	[73] = "enqcmds_pasid",
	[74] = "bus_lock",
	[75] = "notify",
};

const char *hull_exit_name(u32 reason)
{
	const char *name = NULL;

	if (reason < ARRAY_SIZE(exit_names))
		name = exit_names[reason];
	return name ?: "unknown";
}

u64 hull_stats_ns(u64 cycles)
{
	/* tsc_khz is cycles per millisecond; 0 on a machine whose TSC is not known. */
	if (!tsc_khz)
		return 0;
	return mul_u64_u64_div_u64(cycles, NSEC_PER_MSEC, tsc_khz);
}
