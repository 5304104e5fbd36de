// SPDX-License-Identifier: GPL-2.0-only
/*
 * What CPUID tells the guest: what the engine can do, without what would lead a
 * guest astray, and with this machine's topology: one package, one thread a core.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "machine.h"

#define ENTRIES_MAX	256

#define LEAF1_EDX_HTT		(1u << 28)
#define LEAF1_ECX_MWAIT		(1u << 3)
#define LEAF1_ECX_VMX		(1u << 5)
#define LEAF1_ECX_PDCM		(1u << 15)
#define LEAF1_ECX_DEADLINE	(1u << 24)
#define LEAF1_ECX_HYPERVISOR	(1u << 31)
#define LEAFX1_ECX_CMP_LEGACY	(1u << 1)
#define LEAFX1_ECX_SVM		(1u << 2)
#define LEAFX1_ECX_PERFCTR	(1u << 23 | 1u << 24 | 1u << 28)

#define LEVEL_THREAD		1u
#define LEVEL_CORE		2u

/* Bits of an APIC ID that tell the cores of a package apart. */
static unsigned int core_bits(unsigned int cpus)
{
	unsigned int bits = 0;

	while (1u << bits < cpus)
		bits++;
	return bits;
}

typedef void (*leaf_fn)(const struct vmm_vcpu *vcpu, struct kvm_cpuid_entry2 *entry);

static void leaf_features(const struct vmm_vcpu *vcpu, struct kvm_cpuid_entry2 *entry)
{
	unsigned int cpus = vcpu->machine->count;

	entry->ebx = (entry->ebx & 0xffff) | cpus << 16 | vcpu->index << 24;
	entry->ecx &= ~(LEAF1_ECX_MWAIT | LEAF1_ECX_VMX | LEAF1_ECX_PDCM | LEAF1_ECX_DEADLINE);
	entry->ecx |= LEAF1_ECX_HYPERVISOR;
	if (vcpu->machine->engine.deadline_timer)
		entry->ecx |= LEAF1_ECX_DEADLINE;
	entry->edx &= ~LEAF1_EDX_HTT;
	if (cpus > 1)
		entry->edx |= LEAF1_EDX_HTT;
}

/* Caches, SDM Vol. 2, CPUID leaf 4: those above level 2 are shared by the package. */
static void leaf_caches(const struct vmm_vcpu *vcpu, struct kvm_cpuid_entry2 *entry)
{
	unsigned int cores = (1u << core_bits(vcpu->machine->count)) - 1;
	unsigned int level = entry->eax >> 5 & 7;

	if (!(entry->eax & 0x1f))
		return;
	entry->eax = (entry->eax & 0x3fff) | cores << 26 | (level > 2 ? cores << 14 : 0);
}

/* Monitor, thermal and power: nothing of it can be used. */
static void leaf_none(const struct vmm_vcpu *vcpu, struct kvm_cpuid_entry2 *entry)
{
	(void)vcpu;
	entry->eax = 0;
	entry->ebx = 0;
	entry->ecx = 0;
	entry->edx = 0;
}

static void leaf_thermal(const struct vmm_vcpu *vcpu, struct kvm_cpuid_entry2 *entry)
{
	uint32_t arat = entry->eax & 4;		/* the APIC timer never stops */

	leaf_none(vcpu, entry);
	entry->eax = arat;
}

/* Extended topology, leaves 0xb and 0x1f. */
static void leaf_topology(const struct vmm_vcpu *vcpu, struct kvm_cpuid_entry2 *entry)
{
	unsigned int cpus = vcpu->machine->count, level = entry->index;

	entry->eax = level == 1 ? core_bits(cpus) : 0;
	entry->ebx = level == 0 ? 1 : level == 1 ? cpus : 0;
	entry->ecx = level | (level == 0 ? LEVEL_THREAD : level == 1 ? LEVEL_CORE : 0) << 8;
	entry->edx = vcpu->index;
}

static void leaf_extended_features(const struct vmm_vcpu *vcpu, struct kvm_cpuid_entry2 *entry)
{
	entry->ecx &= ~(LEAFX1_ECX_SVM | LEAFX1_ECX_PERFCTR | LEAFX1_ECX_CMP_LEGACY);
	/* On AMD, together with HTT: the logical CPUs are cores. */
	if (vcpu->machine->count > 1 && entry->edx >> 29 & 1)
		entry->ecx |= LEAFX1_ECX_CMP_LEGACY;
}

static void leaf_sizes(const struct vmm_vcpu *vcpu, struct kvm_cpuid_entry2 *entry)
{
	unsigned int cpus = vcpu->machine->count;

	entry->ecx = cpus > 1 ? core_bits(cpus) << 12 | (cpus - 1) : 0;
}

/* AMD: extended APIC ID, one thread a core, one node. */
static void leaf_amd_topology(const struct vmm_vcpu *vcpu, struct kvm_cpuid_entry2 *entry)
{
	leaf_none(vcpu, entry);
	entry->eax = vcpu->index;
	entry->ebx = vcpu->index & 0xff;
}

static const struct {
	uint32_t leaf;
	leaf_fn fill;
} leaves[] = {
	{ 0x1, leaf_features },
	{ 0x4, leaf_caches },
	{ 0x5, leaf_none },
	{ 0x6, leaf_thermal },
	{ 0xa, leaf_none },		/* performance counters */
	{ 0xb, leaf_topology },
	{ 0x1f, leaf_topology },
	{ 0x80000001, leaf_extended_features },
	{ 0x80000008, leaf_sizes },
	{ 0x8000001d, leaf_caches },
	{ 0x8000001e, leaf_amd_topology },
	{ 0x80000022, leaf_none },	/* AMD's performance counters */
};

/*
 * Leaf 0xb is made of subleaves; engines differ in how many they list. AMD before
 * Zen has none: then it is not offered.
 */
static void complete_topology(struct kvm_cpuid2 *ids)
{
	struct kvm_cpuid_entry2 *entry, *first = NULL;
	unsigned int i;
	bool second = false;

	for (i = 0; i < ids->nent; i++) {
		entry = &ids->entries[i];
		if (entry->function != 0xb)
			continue;
		entry->flags |= KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
		if (entry->index == 0)
			first = entry;
		second |= entry->index == 1;
	}
	if (!first || second || ids->nent == ENTRIES_MAX)
		return;
	entry = &ids->entries[ids->nent++];
	*entry = *first;
	entry->index = 1;
}

static void adjust(const struct vmm_vcpu *vcpu, struct kvm_cpuid2 *ids)
{
	unsigned int i;
	size_t j;

	complete_topology(ids);
	for (i = 0; i < ids->nent; i++)
		for (j = 0; j < sizeof(leaves) / sizeof(leaves[0]); j++)
			if (leaves[j].leaf == ids->entries[i].function)
				leaves[j].fill(vcpu, &ids->entries[i]);
}

int vmm_cpu_id_set(struct vmm_vcpu *vcpu, struct vmm_error *error)
{
	const struct vmm_engine_files *engine = &vcpu->machine->engine;
	struct kvm_cpuid2 *ids;
	int ret = 0;

	ids = calloc(1, sizeof(*ids) + ENTRIES_MAX * sizeof(ids->entries[0]));
	if (!ids)
		return vmm_fail_errno(error, "CPUID");
	ids->nent = ENTRIES_MAX;
	if (ioctl(engine->device, KVM_GET_SUPPORTED_CPUID, ids)) {
		ret = vmm_fail_errno(error, "%s: supported CPUID", engine->path);
	} else {
		adjust(vcpu, ids);
		if (ioctl(vcpu->fd, KVM_SET_CPUID2, ids))
			ret = vmm_fail_errno(error, "%s refuses the CPUID settings",
					     engine->path);
	}
	free(ids);
	return ret;
}
