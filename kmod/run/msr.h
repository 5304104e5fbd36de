/* SPDX-License-Identifier: GPL-2.0-only */
/* MSRs whose value is merely kept for the guest, and the table they are found in. */
#ifndef HULL_RUN_MSR_H
#define HULL_RUN_MSR_H

#include <linux/types.h>

struct hull_vcpu;

#define HULL_MTRR_VARIABLE	8
#define HULL_MTRR_FIXED		11
#define HULL_MC_BANKS		32

/* [v] everything here */
struct hull_msr_store {
	u64 tsc_adjust;
	u64 misc_enable;
	u64 microcode;
	u64 arch_capabilities;
	u64 feature_control;
	u64 platform_info;
	u64 smi_count;
	u64 mtrr_def_type;
	u64 mtrr_fixed[HULL_MTRR_FIXED];
	u64 mtrr_variable[2 * HULL_MTRR_VARIABLE];
	u64 mcg_cap, mcg_status, mcg_ctl;
	u64 mc[4 * HULL_MC_BANKS];
};

/*
 * A row answers for MSRs @first to @last.
 *
 * @get, @set: 0, or -EINVAL for #GP
 * @offset, @valid: rows without accessors: where the value is, what may be set
 * @flags: HULL_MSR_*
 */
struct hull_msr_row {
	u32 first, last;
	int (*get)(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host);
	int (*set)(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host);
	u16 offset;
	u16 flags;
	u64 valid;
};

#define HULL_MSR_FAST_GET	BIT(0)	/* neither sleeps nor minds interrupts being off */
#define HULL_MSR_FAST_SET	BIT(1)
#define HULL_MSR_HOST_SET	BIT(2)	/* only userspace may write */
#define HULL_MSR_SAVE		BIT(3)	/* in KVM_GET_MSR_INDEX_LIST */
#define HULL_MSR_DROP		BIT(4)	/* writes are accepted and forgotten */
#define HULL_MSR_TIMER		BIT(5)	/* a write may move the local APIC timer's deadline */

#define HULL_MSR_NO_STORE	0xffff	/* @offset: reads as @valid */

int hull_msr_init(void);
int hull_msr_create(struct hull_vcpu *vcpu);
void hull_msr_destroy(struct hull_vcpu *vcpu);
void hull_msr_reset(struct hull_vcpu *vcpu, bool init);

/**
 * hull_rdmsr_fast - RDMSR right after the exit
 *
 * Context: interrupts off. Return: true: done, step over it; false: take the slow way.
 */
bool hull_rdmsr_fast(struct hull_vcpu *vcpu);
bool hull_wrmsr_fast(struct hull_vcpu *vcpu);

extern const struct hull_msr_row hull_msr_rows[];
extern const unsigned int hull_msr_rows_n;

#endif
