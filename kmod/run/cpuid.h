/* SPDX-License-Identifier: GPL-2.0-only */
/* What a vCPU's CPUID means to the rest of the room, worked out when it is set. */
#ifndef HULL_RUN_CPUID_H
#define HULL_RUN_CPUID_H

#include <linux/bits.h>
#include <linux/types.h>
#include <asm/kvm_para.h>

struct hull_vcpu;

#define HULL_CPUID_ENTRIES_MAX	256	/* as KVM_MAX_CPUID_ENTRIES */

/* Leaves by class: the ranges that guests look at are found without a search. */
enum hull_cpuid_class {
	HULL_CPUID_BASIC,	/* 0 .. */
	HULL_CPUID_KVM,		/* 0x40000000 .. */
	HULL_CPUID_HULL,	/* 0x40000100 .. */
	HULL_CPUID_EXTENDED,	/* 0x80000000 .. */
	HULL_CPUID_CLASSES,
};

#define HULL_CPUID_CLASS_LEAVES	64

/* Bits of struct hull_cpuid_facts.has: what a guest may use. */
enum hull_cpuid_has {
	HULL_HAS_XSAVE,
	HULL_HAS_XSAVES,
	HULL_HAS_X2APIC,
	HULL_HAS_TSC_DEADLINE,
	HULL_HAS_MONITOR,
	HULL_HAS_PAT,
	HULL_HAS_MTRR,
	HULL_HAS_MCA,
	HULL_HAS_NX,
	HULL_HAS_LONG_MODE,
	HULL_HAS_SYSCALL,
	HULL_HAS_RDTSCP,
	HULL_HAS_RDPID,
	HULL_HAS_TSC_ADJUST,
	HULL_HAS_SPEC_CTRL,
	HULL_HAS_STIBP,
	HULL_HAS_SSBD,
	HULL_HAS_FLUSH_L1D,
	HULL_HAS_ARCH_CAPABILITIES,
	HULL_HAS_PKU,
	HULL_HAS_FSGSBASE,
	HULL_HAS_PCID,
	HULL_HAS_SMEP,
	HULL_HAS_SMAP,
	HULL_HAS_UMIP,
	HULL_HAS_COUNT,
};

/**
 * struct hull_cpuid_facts - [v] everything here
 * @first: for each class and leaf 1 + the index of its first entry, 0: absent
 * @max: highest leaf of each class, 0: class absent
 * @has: 1 << HULL_HAS_*
 * @kvm_features: leaf 0x40000001, eax
 * @cr4_reserved: bits of CR4 the guest may not set
 * @maxphyaddr: physical address bits
 */
struct hull_cpuid_facts {
	u16 first[HULL_CPUID_CLASSES][HULL_CPUID_CLASS_LEAVES];
	u32 max[HULL_CPUID_CLASSES];
	u32 has;
	u32 kvm_features;
	unsigned long cr4_reserved;
	u8 maxphyaddr;
};

/* Features of leaf 0x40000001 that Hull really implements. */
#define HULL_KVM_FEATURES						\
	(BIT(KVM_FEATURE_CLOCKSOURCE) | BIT(KVM_FEATURE_NOP_IO_DELAY) |	\
	 BIT(KVM_FEATURE_CLOCKSOURCE2) | BIT(KVM_FEATURE_STEAL_TIME) |	\
	 BIT(KVM_FEATURE_PV_UNHALT) | BIT(KVM_FEATURE_PV_SEND_IPI) |	\
	 BIT(KVM_FEATURE_PV_SCHED_YIELD) |				\
	 BIT(KVM_FEATURE_CLOCKSOURCE_STABLE_BIT))

int hull_cpuid_create(struct hull_vcpu *vcpu);
void hull_cpuid_destroy(struct hull_vcpu *vcpu);

/**
 * hull_cpuid_dynamic - follow what CPUID mirrors: OSXSAVE, OSPKE, APIC, XSAVE sizes
 *
 * After a change of CR4.OSXSAVE or PKE, XCR0, XSS or IA32_APIC_BASE; vCPU loaded.
 */
void hull_cpuid_dynamic(struct hull_vcpu *vcpu);

/** hull_xsave_size - bytes of an XSAVE area that holds @features; @compacted as XSAVEC/XSAVES */
u32 hull_xsave_size(u64 features, bool compacted);

/** hull_cpuid_apply - tell the VMCS what CPUID allows; vCPU loaded */
void hull_cpuid_apply(struct hull_vcpu *vcpu);
/** hull_cpuid_host_init - look at the host once: CPUID is slow where we are a guest ourselves */
void hull_cpuid_host_init(void);
/** hull_cpuid_exec - CPUID with the exiting vCPU's registers; interrupts may be off */
void hull_cpuid_exec(struct hull_vcpu *vcpu);

#define hull_guest_has(vcpu, what)	((vcpu)->facts->has & BIT(HULL_HAS_##what))

#endif
