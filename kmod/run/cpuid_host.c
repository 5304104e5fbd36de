// SPDX-License-Identifier: GPL-2.0-only
/*
 * What CPUID may promise on this host: the host's own answer, cut down to what is
 * listed here, plus what Hull makes up itself.
 */

#include <asm/cpufeature.h>
#include <asm/kvm_para.h>
#include <asm/processor.h>
#include <asm/tsc.h>
#include <linux/hull_hypercall.h>
#include <run/loop.h>

#define XSAVE_FIRST_EXTENDED	2	/* FP and SSE are in the legacy area */
#define XSAVE_BASE		(512 + 64)
#define BASIC_MAX		0x16u
#define EXTENDED_MAX		0x80000008u

/* [I] size, offset, and whether aligned when compacted, of each XSAVE component */
static struct { u32 size, offset; bool align; } xsave_parts[64];

/* How a leaf is made. */
enum leaf_kind {
	LEAF_MASK,	/* host's, masked */
	LEAF_COPY,	/* host's */
	LEAF_ZERO,
	LEAF_FN,	/* made by a function */
};

struct leaf_row {
	u32 leaf;
	u32 index;
	u8 kind;
	bool indexed;
	u32 eax, ebx, ecx, edx;			/* LEAF_MASK: what may stay */
	u32 add_ebx, add_ecx;		/* what Hull provides whatever the host has */
	void (*fn)(struct kvm_cpuid_entry2 *entry);
};

static bool vmx_has(u64 cap)
{
	struct hull_vmx_caps caps;

	hull_vmx_caps_get(&caps);
	return caps.flags & cap;
}

static void leaf_basic_max(struct kvm_cpuid_entry2 *e)
{
	cpuid(0, &e->eax, &e->ebx, &e->ecx, &e->edx);
	e->eax = min(e->eax, BASIC_MAX);
}

static void leaf_extended_max(struct kvm_cpuid_entry2 *e)
{
	e->eax = min(cpuid_eax(EXTENDED_MAX & ~0xfu), EXTENDED_MAX);
}

/* The local APIC's timer never stops (ARAT): it is ours, not the processor's. */
static void leaf_power(struct kvm_cpuid_entry2 *e)
{
	e->eax = BIT(2);
}

static void leaf_xsave(struct kvm_cpuid_entry2 *e)
{
	u64 xcr0 = hull_xcr0_supported();

	if (e->index == 0) {
		e->eax = xcr0;
		e->edx = xcr0 >> 32;
		e->ebx = hull_xsave_size(xcr0, false);
		e->ecx = e->ebx;
		return;
	}
	if (e->index == 1) {
		/* XSAVEOPT, XSAVEC, XGETBV with ECX = 1; XSAVES where VMX allows it. */
		cpuid_count(0xd, 1, &e->eax, &e->ebx, &e->ecx, &e->edx);
		e->eax &= vmx_has(HULL_VMX_CAP_XSAVES) ? 0xf : 0x7;
		e->ecx = 0;
		e->edx = 0;
		e->ebx = hull_xsave_size(xcr0, true);
		return;
	}
	if (xcr0 & BIT_ULL(e->index)) {
		cpuid_count(0xd, e->index, &e->eax, &e->ebx, &e->ecx, &e->edx);
		e->ecx &= BIT(1);
		e->edx = 0;
	}
}

/* What the processor promises of its TSC, the host may have found not to hold. */
static void leaf_tsc(struct kvm_cpuid_entry2 *e)
{
	if (check_tsc_unstable())
		e->edx &= ~BIT(8);
}

static void leaf_addresses(struct kvm_cpuid_entry2 *e)
{
	u32 phys = min_t(u32, cpuid_eax(EXTENDED_MAX) & 0xff, HULL_GPA_BITS_MAX);

	e->eax = phys | 48 << 8;
}

static void leaf_extended_features(struct kvm_cpuid_entry2 *e)
{
	if (!vmx_has(HULL_VMX_CAP_RDTSCP))
		e->edx &= ~BIT(27);
}

static void leaf_7(struct kvm_cpuid_entry2 *e)
{
	if (!vmx_has(HULL_VMX_CAP_RDTSCP))
		e->ecx &= ~BIT(22);		/* RDPID reads the same TSC_AUX */
	if (!vmx_has(HULL_VMX_CAP_INVPCID))
		e->ebx &= ~BIT(10);
	if (!boot_cpu_has(X86_FEATURE_OSPKE))
		e->ecx &= ~BIT(3);
}

static void leaf_kvm(struct kvm_cpuid_entry2 *e)
{
	static const char signature[12] = "KVMKVMKVM";

	e->eax = KVM_CPUID_FEATURES;
	memcpy(&e->ebx, signature, 4);
	memcpy(&e->ecx, signature + 4, 4);
	memcpy(&e->edx, signature + 8, 4);
}

static void leaf_kvm_features(struct kvm_cpuid_entry2 *e)
{
	e->eax = HULL_KVM_FEATURES;
}

static void leaf_hull(struct kvm_cpuid_entry2 *e)
{
	hull_hypercall_ops_get()->cpuid(NULL, e->function, &e->eax, &e->ebx, &e->ecx, &e->edx);
}

/*
 * Leaf 1: no MONITOR, VMX, SMX, EIST, TM, PDCM, DCA, HTT. Leaf 7: no TSX, MPX, SGX, PQM,
 * PT, LA57, WAITPKG, CET, AMX, PCONFIG. Those need more of a hypervisor than there is.
 */
static const struct leaf_row leaf_rows[] = {
	{ .leaf = 0, .kind = LEAF_FN, .fn = leaf_basic_max },
	{ .leaf = 1, .kind = LEAF_MASK, .eax = ~0u, .ebx = 0x0000ff00,
	  .ecx = 0x77fa3203, .edx = 0x0f8bfbff,
	  .add_ecx = BIT(31) | BIT(21) | BIT(24) },
	{ .leaf = 2, .kind = LEAF_COPY },
	{ .leaf = 4, .kind = LEAF_COPY, .indexed = true, .index = 4 },
	{ .leaf = 5, .kind = LEAF_ZERO },
	{ .leaf = 6, .kind = LEAF_FN, .fn = leaf_power },
	{ .leaf = 7, .kind = LEAF_MASK, .indexed = true, .index = 1,
	  .ebx = 0xfdbf27eb, .ecx = 0x1a405f4e, .edx = 0xbc81451c,
	  .add_ebx = BIT(1), .fn = leaf_7 },
	{ .leaf = 0xa, .kind = LEAF_ZERO },
	{ .leaf = 0xb, .kind = LEAF_ZERO, .indexed = true },
	{ .leaf = 0xd, .kind = LEAF_FN, .indexed = true, .index = 63, .fn = leaf_xsave },
	{ .leaf = 0x14, .kind = LEAF_ZERO, .indexed = true },
	{ .leaf = 0x15, .kind = LEAF_COPY },
	{ .leaf = 0x16, .kind = LEAF_COPY },
	{ .leaf = KVM_CPUID_SIGNATURE, .kind = LEAF_FN, .fn = leaf_kvm },
	{ .leaf = KVM_CPUID_FEATURES, .kind = LEAF_FN, .fn = leaf_kvm_features },
	{ .leaf = HULL_CPUID_SIGNATURE, .kind = LEAF_FN, .fn = leaf_hull },
	{ .leaf = HULL_CPUID_FEATURES, .kind = LEAF_FN, .fn = leaf_hull },
	{ .leaf = 0x80000000, .kind = LEAF_FN, .fn = leaf_extended_max },
	{ .leaf = 0x80000001, .kind = LEAF_MASK, .ecx = BIT(0) | BIT(5) | BIT(8),
	  .edx = BIT(11) | BIT(20) | BIT(26) | BIT(27) | BIT(29), .fn = leaf_extended_features },
	{ .leaf = 0x80000002, .kind = LEAF_COPY },
	{ .leaf = 0x80000003, .kind = LEAF_COPY },
	{ .leaf = 0x80000004, .kind = LEAF_COPY },
	{ .leaf = 0x80000005, .kind = LEAF_ZERO },
	{ .leaf = 0x80000006, .kind = LEAF_COPY },
	{ .leaf = 0x80000007, .kind = LEAF_MASK, .edx = BIT(8), .fn = leaf_tsc },
	{ .leaf = 0x80000008, .kind = LEAF_FN, .fn = leaf_addresses },
};

static u32 host_max(u32 leaf)
{
	if (leaf >= 0x80000000)
		return cpuid_eax(0x80000000);
	/* The hypervisors' range is ours, not that of a host below. */
	return leaf >= 0x40000000 ? ~0u : cpuid_eax(0);
}

/*
 * What the host's kernel has switched off, or never on, the guest must not use: without
 * CR4.OSXSAVE in the host, say, there is nobody to switch XCR0.
 */
static void host_mask(struct kvm_cpuid_entry2 *e)
{
	const u32 *words = boot_cpu_data.x86_capability;

	switch (e->function) {
	case 1:
		e->ecx &= words[CPUID_1_ECX];
		e->edx &= words[CPUID_1_EDX];
		break;
	case 7:
		e->ebx &= words[CPUID_7_0_EBX];
		e->ecx &= words[CPUID_7_ECX];
		e->edx &= words[CPUID_7_EDX];
		break;
	case 0x80000001:
		e->ecx &= words[CPUID_8000_0001_ECX];
		e->edx &= words[CPUID_8000_0001_EDX];
		break;
	}
}

static void leaf_make(const struct leaf_row *row, struct kvm_cpuid_entry2 *e)
{
	if (row->kind == LEAF_COPY || row->kind == LEAF_MASK)
		cpuid_count(e->function, e->index, &e->eax, &e->ebx, &e->ecx, &e->edx);
	if (row->kind == LEAF_MASK && e->index == 0) {
		host_mask(e);
		e->eax &= row->eax;
		e->ebx = (e->ebx & row->ebx) | row->add_ebx;
		e->ecx = (e->ecx & row->ecx) | row->add_ecx;
		e->edx = e->edx & row->edx;
	}
	/* Leaf 7, index 1: AVX-VNNI, AVX512-BF16, CMPCCXADD, quick short string operations. */
	if (e->function == 7 && e->index == 1) {
		e->eax &= BIT(4) | BIT(5) | BIT(7) | BIT(10) | BIT(11) | BIT(12);
		e->ebx = 0;
		e->ecx = 0;
		e->edx = 0;
	}
	if (row->fn && (row->kind == LEAF_FN || e->index == 0))
		row->fn(e);
	/* Leaf 7's eax is the highest index. */
	if (e->function == 7 && e->index == 0)
		e->eax = min(cpuid_eax(7), 1u);
}

/* An index that says nothing is left out, but for the first one. */
static bool entry_empty(const struct kvm_cpuid_entry2 *e)
{
	return e->index && !(e->eax | e->ebx | e->ecx | e->edx);
}

u32 hull_xsave_size(u64 features, bool compacted)
{
	u32 i, offset = XSAVE_BASE, size = XSAVE_BASE;

	for (i = XSAVE_FIRST_EXTENDED; i < ARRAY_SIZE(xsave_parts); i++) {
		if (!(features & BIT_ULL(i)))
			continue;
		if (!compacted) {
			size = max(size, xsave_parts[i].offset + xsave_parts[i].size);
			continue;
		}
		if (xsave_parts[i].align)
			offset = ALIGN(offset, 64);
		offset += xsave_parts[i].size;
		size = offset;
	}
	return size;
}

void hull_cpuid_host_init(void)
{
	u32 i, ecx, edx;

	for (i = XSAVE_FIRST_EXTENDED; i < ARRAY_SIZE(xsave_parts); i++) {
		if (!(hull_xcr0_supported() & BIT_ULL(i)))
			continue;
		cpuid_count(0xd, i, &xsave_parts[i].size, &xsave_parts[i].offset, &ecx, &edx);
		xsave_parts[i].align = ecx & BIT(1);
	}
}

int hull_cpuid_supported(struct kvm_cpuid_entry2 *entries, u32 max)
{
	struct kvm_cpuid_entry2 e;
	u32 r, index, n = 0;

	for (r = 0; r < ARRAY_SIZE(leaf_rows); r++) {
		const struct leaf_row *row = &leaf_rows[r];

		if (row->leaf > host_max(row->leaf) ||
		    (row->leaf == 0xd && !boot_cpu_has(X86_FEATURE_XSAVE)))
			continue;
		for (index = 0; index <= row->index; index++) {
			memset(&e, 0, sizeof(e));
			e.function = row->leaf;
			e.index = index;
			e.flags = row->indexed ? KVM_CPUID_FLAG_SIGNIFCANT_INDEX : 0;
			leaf_make(row, &e);
			if (entry_empty(&e))
				continue;
			if (n < max)
				entries[n] = e;
			n++;
		}
	}
	return n > max ? -E2BIG : (int)n;
}
