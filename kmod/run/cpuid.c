// SPDX-License-Identifier: GPL-2.0-only
/* CPUID as the guest sees it, and what it means to us. */

#include <linux/bsearch.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <asm/apicdef.h>
#include <asm/cpufeature.h>
#include <asm/processor-flags.h>
#include <uapi/linux/hull_hypercall.h>
#include <run/loop.h>

#define KVM_BASE	0x40000000u
#define HULL_BASE	HULL_CPUID_SIGNATURE
#define EXTENDED_BASE	0x80000000u

enum cpuid_reg { EAX, EBX, ECX, EDX };

static const u32 class_base[HULL_CPUID_CLASSES] = {
	[HULL_CPUID_BASIC] = 0,
	[HULL_CPUID_KVM] = KVM_BASE,
	[HULL_CPUID_HULL] = HULL_BASE,
	[HULL_CPUID_EXTENDED] = EXTENDED_BASE,
};

/* Where the bits of struct hull_cpuid_facts.has are. */
static const struct {
	u32 leaf;
	u8 index;
	u8 reg;
	u8 bit;
} has_rows[HULL_HAS_COUNT] = {
	[HULL_HAS_XSAVE]		= { 1, 0, ECX, 26 },
	[HULL_HAS_XSAVES]		= { 0xd, 1, EAX, 3 },
	[HULL_HAS_X2APIC]		= { 1, 0, ECX, 21 },
	[HULL_HAS_TSC_DEADLINE]		= { 1, 0, ECX, 24 },
	[HULL_HAS_MONITOR]		= { 1, 0, ECX, 3 },
	[HULL_HAS_PAT]			= { 1, 0, EDX, 16 },
	[HULL_HAS_MTRR]			= { 1, 0, EDX, 12 },
	[HULL_HAS_MCA]			= { 1, 0, EDX, 14 },
	[HULL_HAS_NX]			= { EXTENDED_BASE + 1, 0, EDX, 20 },
	[HULL_HAS_LONG_MODE]		= { EXTENDED_BASE + 1, 0, EDX, 29 },
	[HULL_HAS_SYSCALL]		= { EXTENDED_BASE + 1, 0, EDX, 11 },
	[HULL_HAS_RDTSCP]		= { EXTENDED_BASE + 1, 0, EDX, 27 },
	[HULL_HAS_RDPID]		= { 7, 0, ECX, 22 },
	[HULL_HAS_TSC_ADJUST]		= { 7, 0, EBX, 1 },
	[HULL_HAS_SPEC_CTRL]		= { 7, 0, EDX, 26 },
	[HULL_HAS_STIBP]		= { 7, 0, EDX, 27 },
	[HULL_HAS_SSBD]			= { 7, 0, EDX, 31 },
	[HULL_HAS_FLUSH_L1D]		= { 7, 0, EDX, 28 },
	[HULL_HAS_ARCH_CAPABILITIES]	= { 7, 0, EDX, 29 },
	[HULL_HAS_PKU]			= { 7, 0, ECX, 3 },
	[HULL_HAS_FSGSBASE]		= { 7, 0, EBX, 0 },
	[HULL_HAS_PCID]			= { 1, 0, ECX, 17 },
	[HULL_HAS_SMEP]			= { 7, 0, EBX, 7 },
	[HULL_HAS_SMAP]			= { 7, 0, EBX, 20 },
	[HULL_HAS_UMIP]			= { 7, 0, ECX, 2 },
};

/* Bits of CR4 that come with a feature. The host needs it too, or the entry would fail. */
static const struct {
	u8 has;
	u16 host;
	unsigned long cr4;
} cr4_rows[] = {
	{ HULL_HAS_XSAVE,	X86_FEATURE_XSAVE,	X86_CR4_OSXSAVE },
	{ HULL_HAS_FSGSBASE,	X86_FEATURE_FSGSBASE,	X86_CR4_FSGSBASE },
	{ HULL_HAS_PCID,	X86_FEATURE_PCID,	X86_CR4_PCIDE },
	{ HULL_HAS_SMEP,	X86_FEATURE_SMEP,	X86_CR4_SMEP },
	{ HULL_HAS_SMAP,	X86_FEATURE_SMAP,	X86_CR4_SMAP },
	{ HULL_HAS_PKU,		X86_FEATURE_PKU,	X86_CR4_PKE },
	{ HULL_HAS_UMIP,	X86_FEATURE_UMIP,	X86_CR4_UMIP },
};

#define CR4_ALWAYS	(X86_CR4_VME | X86_CR4_PVI | X86_CR4_TSD | X86_CR4_DE | X86_CR4_PSE | \
			 X86_CR4_PAE | X86_CR4_MCE | X86_CR4_PGE | X86_CR4_PCE | \
			 X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT)
/* What the guest may change without our knowing: nothing follows from these. */
#define CR4_OWNED	(X86_CR4_PVI | X86_CR4_TSD | X86_CR4_DE | X86_CR4_PGE | X86_CR4_PCE | \
			 X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT | X86_CR4_FSGSBASE)

/* ---- look-up -------------------------------------------------------------- */

static enum hull_cpuid_class leaf_class(u32 leaf)
{
	if (likely(leaf < KVM_BASE))
		return HULL_CPUID_BASIC;
	if (leaf >= EXTENDED_BASE)
		return HULL_CPUID_EXTENDED;
	return leaf >= HULL_BASE && leaf < HULL_BASE + 0x100 ? HULL_CPUID_HULL : HULL_CPUID_KVM;
}

static struct kvm_cpuid_entry2 *entry_find(struct hull_vcpu *vcpu, u32 leaf, u32 index)
{
	enum hull_cpuid_class class = leaf_class(leaf);
	u32 i, n = leaf - class_base[class];

	if (n >= HULL_CPUID_CLASS_LEAVES)
		return NULL;
	n = array_index_nospec(n, HULL_CPUID_CLASS_LEAVES);
	/* Entries of a leaf are neighbours; first[] counts from one. */
	i = vcpu->facts->first[class][n];
	if (!i)
		return NULL;
	for (i--; i < vcpu->cpuid_n && vcpu->cpuid[i].function == leaf; i++)
		if (!(vcpu->cpuid[i].flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) ||
		    vcpu->cpuid[i].index == index)
			return &vcpu->cpuid[i];
	return NULL;
}

/*
 * Intel's answer to a leaf above the highest one of its class is that of the highest
 * basic leaf (SDM Vol. 2, CPUID). An absent class counts as out of range.
 */
static struct kvm_cpuid_entry2 *entry_out_of_range(struct hull_vcpu *vcpu, u32 leaf, u32 index)
{
	struct hull_cpuid_facts *facts = vcpu->facts;
	u32 max = facts->max[leaf_class(leaf)];

	if (max && leaf <= max)
		return NULL;
	return entry_find(vcpu, facts->max[HULL_CPUID_BASIC], index);
}

void hull_cpuid(struct hull_vcpu *vcpu, u32 *eax, u32 *ebx, u32 *ecx, u32 *edx)
{
	u32 leaf = *eax, index = *ecx;
	struct kvm_cpuid_entry2 *entry;

	entry = entry_find(vcpu, leaf, index);
	if (unlikely(!entry))
		entry = entry_out_of_range(vcpu, leaf, index);
	if (likely(entry)) {
		*eax = entry->eax;
		*ebx = entry->ebx;
		*ecx = entry->ecx;
		*edx = entry->edx;
		return;
	}
	*eax = *ebx = *ecx = *edx = 0;
	/* The topology leaves echo the index, and the APIC ID, at levels beyond the last. */
	if (leaf == 0xb || leaf == 0x1f) {
		entry = entry_find(vcpu, leaf, 0);
		if (entry) {
			*ecx = index & 0xff;
			*edx = entry->edx;
		}
	}
}

void hull_cpuid_exec(struct hull_vcpu *vcpu)
{
	unsigned long *regs = vcpu->vmx.regs;
	u32 eax = regs[HULL_REG_RAX], ecx = regs[HULL_REG_RCX], ebx, edx;

	hull_cpuid(vcpu, &eax, &ebx, &ecx, &edx);
	regs[HULL_REG_RAX] = eax;
	regs[HULL_REG_RBX] = ebx;
	regs[HULL_REG_RCX] = ecx;
	regs[HULL_REG_RDX] = edx;
}

/* ---- KVM_SET_CPUID2 ------------------------------------------------------- */

static u32 entry_reg(const struct kvm_cpuid_entry2 *entry, u8 reg)
{
	const u32 regs[] = { entry->eax, entry->ebx, entry->ecx, entry->edx };

	return regs[reg];
}

static u32 leaf_reg(struct hull_vcpu *vcpu, u32 leaf, u32 index, u8 reg)
{
	struct kvm_cpuid_entry2 *entry = entry_find(vcpu, leaf, index);

	return entry ? entry_reg(entry, reg) : 0;
}

static void facts_index(struct hull_vcpu *vcpu, struct hull_cpuid_facts *facts)
{
	enum hull_cpuid_class class;
	u32 i, n;

	for (i = 0; i < vcpu->cpuid_n; i++) {
		class = leaf_class(vcpu->cpuid[i].function);
		n = vcpu->cpuid[i].function - class_base[class];
		if (n < HULL_CPUID_CLASS_LEAVES && !facts->first[class][n])
			facts->first[class][n] = i + 1;
	}
	for (class = 0; class < HULL_CPUID_CLASSES; class++) {
		n = facts->first[class][0];
		facts->max[class] = n ? vcpu->cpuid[n - 1].eax : 0;
	}
}

static void facts_fill(struct hull_vcpu *vcpu)
{
	struct hull_cpuid_facts *facts = vcpu->facts;
	u32 phys;
	int i;

	memset(facts, 0, sizeof(*facts));
	facts_index(vcpu, facts);
	for (i = 0; i < HULL_HAS_COUNT; i++)
		if (leaf_reg(vcpu, has_rows[i].leaf, has_rows[i].index, has_rows[i].reg) &
		    BIT(has_rows[i].bit))
			facts->has |= BIT(i);

	facts->cr4_reserved = ~(unsigned long)CR4_ALWAYS;
	for (i = 0; i < ARRAY_SIZE(cr4_rows); i++)
		if ((facts->has & BIT(cr4_rows[i].has)) && boot_cpu_has(cr4_rows[i].host))
			facts->cr4_reserved &= ~cr4_rows[i].cr4;

	phys = leaf_reg(vcpu, EXTENDED_BASE + 8, 0, EAX) & 0xff;
	facts->maxphyaddr = phys ? clamp_t(u32, phys, 32, 52) : 36;
	facts->kvm_features = leaf_reg(vcpu, KVM_CPUID_FEATURES, 0, EAX) & HULL_KVM_FEATURES;
	vcpu->guest_supported_xcr0 = (leaf_reg(vcpu, 0xd, 0, EAX) |
				      (u64)leaf_reg(vcpu, 0xd, 0, EDX) << 32) &
				     hull_xcr0_supported();
}

static int entry_order(const void *a, const void *b)
{
	const struct kvm_cpuid_entry2 *x = a, *y = b;

	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static bool entries_valid(const struct kvm_cpuid_entry2 *entries, u32 n)
{
	u32 i, bits;

	for (i = 0; i < n; i++) {
		if (entries[i].function != EXTENDED_BASE + 8)
			continue;
		/* Linear addresses have 48 bits here; 0: the leaf is not filled in. */
		bits = (entries[i].eax >> 8) & 0xff;
		if (bits && bits != 48)
			return false;
	}
	return true;
}

/* Our own leaves say what this host does, whatever userspace wrote into them. */
static void hull_leaves_fill(struct hull_vcpu *vcpu)
{
	struct kvm_cpuid_entry2 *entry;
	u32 i;

	for (i = 0; i < vcpu->cpuid_n; i++) {
		entry = &vcpu->cpuid[i];
		if (leaf_class(entry->function) == HULL_CPUID_HULL)
			hull_hypercall_ops_get()->cpuid(vcpu, entry->function, &entry->eax,
							&entry->ebx, &entry->ecx, &entry->edx);
	}
}

int hull_cpuid_set(struct hull_vcpu *vcpu, const struct kvm_cpuid_entry2 *entries, u32 n)
{
	struct kvm_cpuid_entry2 *copy = NULL;

	if (n > HULL_CPUID_ENTRIES_MAX)
		return -E2BIG;
	if (!entries_valid(entries, n))
		return -EINVAL;
	if (n) {
		copy = kvmalloc_array(n, sizeof(*copy), GFP_KERNEL_ACCOUNT);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, entries, n * sizeof(*copy));
		sort(copy, n, sizeof(*copy), entry_order, NULL);
	}
	kvfree(vcpu->cpuid);
	vcpu->cpuid = copy;
	vcpu->cpuid_n = n;
	hull_leaves_fill(vcpu);
	facts_fill(vcpu);
	hull_cpuid_apply(vcpu);
	return 0;
}

/* ---- what CPUID mirrors --------------------------------------------------- */

static void bit_follow(u32 *reg, u32 bit, bool on)
{
	*reg = on ? *reg | BIT(bit) : *reg & ~BIT(bit);
}

static bool apic_enabled(struct hull_vcpu *vcpu)
{
	u64 base = vcpu->lapic ? hull_lapic_base_get(vcpu->lapic) : vcpu->apic_base;

	return base & MSR_IA32_APICBASE_ENABLE;
}

void hull_cpuid_dynamic(struct hull_vcpu *vcpu)
{
	unsigned long cr4 = hull_vmx_cr4_get(&vcpu->vmx);
	struct kvm_cpuid_entry2 *entry;

	entry = entry_find(vcpu, 1, 0);
	if (entry) {
		bit_follow(&entry->ecx, 27, cr4 & X86_CR4_OSXSAVE);
		bit_follow(&entry->edx, 9, apic_enabled(vcpu));
	}
	entry = entry_find(vcpu, 7, 0);
	if (entry)
		bit_follow(&entry->ecx, 4, cr4 & X86_CR4_PKE);
	entry = entry_find(vcpu, 0xd, 0);
	if (entry)
		entry->ebx = hull_xsave_size(vcpu->xcr0, false);
	entry = entry_find(vcpu, 0xd, 1);
	if (entry && (entry->eax & (BIT(1) | BIT(3))))
		entry->ebx = hull_xsave_size(vcpu->xcr0 | vcpu->xss, true);
}

static void lapic_follow(struct hull_vcpu *vcpu)
{
	u32 features = 0;

	/* Without CPUID nothing is known yet. */
	if (!vcpu->lapic || !vcpu->cpuid_n)
		return;
	if (hull_guest_has(vcpu, X2APIC))
		features |= HULL_LAPIC_F_X2APIC;
	if (hull_guest_has(vcpu, TSC_DEADLINE))
		features |= HULL_LAPIC_F_TSC_DEADLINE;
	hull_lapic_features_set(vcpu->lapic, features, vcpu->facts->maxphyaddr);
}

void hull_cpuid_apply(struct hull_vcpu *vcpu)
{
	lapic_follow(vcpu);
	hull_vmx_cr4_owned_set(&vcpu->vmx, CR4_OWNED & ~vcpu->facts->cr4_reserved);
	hull_cpuid_dynamic(vcpu);
}

int hull_cpuid_create(struct hull_vcpu *vcpu)
{
	vcpu->facts = kvzalloc(sizeof(*vcpu->facts), GFP_KERNEL_ACCOUNT);
	if (!vcpu->facts)
		return -ENOMEM;
	facts_fill(vcpu);
	return 0;
}

void hull_cpuid_destroy(struct hull_vcpu *vcpu)
{
	kvfree(vcpu->cpuid);
	kvfree(vcpu->facts);
}
