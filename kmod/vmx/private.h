/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of this room share.
 */
#ifndef HULL_VMX_PRIVATE_H
#define HULL_VMX_PRIVATE_H

#include <linux/types.h>
#include <vmx/enter.h>
#include <vmx/vmx.h>

/**
 * struct hull_vmx_config - what the capability MSRs allow, and what we choose
 *
 * The same on every CPU: one that differs is refused.
 */
struct hull_vmx_config {
	u32 pin, cpu, cpu2, exit, entry;	/* controls to start with */
	u32 pin_allowed, cpu2_allowed;
	u32 revision;
	u32 region_size;
	u32 ept, vpid;				/* IA32_VMX_EPT_VPID_CAP, either half */
	u64 misc;				/* IA32_VMX_MISC */
	u64 cr0_fixed0, cr0_fixed1;
	u64 cr4_fixed0, cr4_fixed1;
};

extern struct hull_vmx_config hull_vmx_config;
extern u64 hull_vmx_flags;			/* HULL_VMX_CAP_* */

/*
 * Bochs (seen in 2.7) does not let an external interrupt end a guest that was entered
 * with RFLAGS.IF clear and does not touch it. Where Hull runs in it, such a guest gets
 * slices of the preemption timer instead, which count what its exits take, too.
 */
extern bool hull_vmx_deaf;
#define HULL_DEAF_SLICE	100000			/* TSC cycles, in Bochs instructions */

/* VM-entry and VM-exit MSR areas: perf's switched MSRs. SDM Vol. 3, 25.7.2, 25.8.2. */
#define HULL_AUTOLOAD_MAX	8

struct hull_vmx_autoload {
	u32 index;
	u32 reserved;
	u64 value;
} __aligned(16);

/**
 * struct hull_vmx_private - what of a vCPU only this room looks at
 */
struct hull_vmx_private {
	struct hull_vmx_autoload entry_msrs[HULL_AUTOLOAD_MAX];
	struct hull_vmx_autoload exit_msrs[HULL_AUTOLOAD_MAX];
	u32 autoload;				/* entries in force */
	bool written;				/* the VMCS has been filled in */

	/* control registers */
	unsigned long cr4_owned;		/* bits the guest changes without an exit */

	/* the guest's MSRs that no VMCS field holds */
	u64 user[HULL_NR_USER_MSRS];
	u64 kernel_gs_base;
	u64 cstar;

	/* the host's state while the guest's is loaded */
	u16 host_fs, host_gs, host_ds, host_es, host_ldt;
	u64 host_kernel_gs_base;
	/* what the VMCS says of it */
	u16 vmcs_fs, vmcs_gs;
	unsigned long vmcs_fs_base;

	u64 slice_end;				/* hull_vmx_deaf: TSC; ~0: none */

	u64 eptp;
	u32 exceptions;				/* bitmap asked for */
};

/* caps.c */
void hull_vmx_caps_init(void);
int hull_vmx_config_read(struct hull_vmx_config *config, const char **why);
const char *hull_vmx_caps_why(int *error);
/* Is VMX allowed on this CPU by its firmware? Locks it on where nobody decided. */
int hull_vmx_feature_control(void);

/* host.c */
int hull_vmx_host_busy(const char **why, const char **holder);
void hull_vmx_cpu_clear(struct hull_vmx_vcpu *v);	/* IPI to where it is loaded */
void hull_vmx_cpu_borrow(struct hull_vmx_cpu *host);
void hull_vmx_cpu_return(struct hull_vmx_cpu *host);
void hull_vmx_host_stop(void);

/* emergency.c */
extern bool hull_vmx_going_down;
int hull_vmx_emergency_init(void);
void hull_vmx_emergency_exit(void);
void hull_vmx_emergency_hold(bool held);
bool hull_vmx_kvm_intel_loaded(void);

/* mitigations.c */
int hull_vmx_mitigations_init(void);
void hull_vmx_mitigations_exit(void);
u32 hull_vmx_mitigations_host(void);
void hull_vmx_mitigations_apply(struct hull_vmx_vcpu *v, u32 wanted);
void hull_vmx_l1d_check(struct hull_vmx_vcpu *v);
void hull_vmx_barrier(void);

/* enter.S */
extern const char hull_vmx_exit_bare[], hull_vmx_exit_safe[];
void hull_vmx_call_nmi(void);
void hull_vmx_call_interrupt(unsigned long entry);

/* vmcs.c */
void hull_vmcs_setup(struct hull_vmx_vcpu *v);
void hull_vmcs_host_cpu(struct hull_vmx_vcpu *v, int cpu);
void hull_vmcs_pin_set(struct hull_vmx_vcpu *v, u32 bits, bool on);
void hull_vmcs_cpu_set(struct hull_vmx_vcpu *v, u32 bits, bool on);
void hull_vmcs_cpu2_set(struct hull_vmx_vcpu *v, u32 bits, bool on);
void hull_vmcs_entry_set(struct hull_vmx_vcpu *v, u32 bits, bool on);

/* msr.c */
void hull_vmx_msr_init(void);
void hull_vmx_msr_cpu_on(struct hull_vmx_cpu *host);
void hull_vmx_msr_cpu_off(struct hull_vmx_cpu *host);
void hull_vmx_msr_load(struct hull_vmx_vcpu *v);
void hull_vmx_msr_changed(struct hull_vmx_vcpu *v);
void hull_vmx_msr_reset(struct hull_vmx_vcpu *v, bool init);
void hull_vmx_msr_bitmap_init(struct hull_vmx_vcpu *v);

/* segment.c */
void hull_vmx_segment_reset(struct hull_vmx_vcpu *v);

/* tlb.c */
u16 hull_vpid_get(void);
void hull_vpid_put(u16 vpid);
void hull_vmx_tlb_flush_all(void);		/* this CPU, every context */
void hull_vmx_tlb_flush_vcpu(struct hull_vmx_vcpu *v);	/* it comes from another CPU */

static inline bool hull_vmx_has(u64 flag)
{
	return hull_vmx_flags & flag;
}

#endif
