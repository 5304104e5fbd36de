// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a set of system registers one that a processor can be in? What is refused here
 * would fail VM entry (SDM Vol. 3, 27.3.1), or be a mode that does not exist.
 */

#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include <run/abi.h>
#include <run/cpuid.h>

#define EFER_KNOWN	(EFER_SCE | EFER_LME | EFER_LMA | EFER_NX)

#define TYPE_ACCESSED	BIT(0)
#define TYPE_TSS_BUSY	BIT(1)
#define TYPE_TSS16	1
#define TYPE_TSS32	9	/* 64 bits in IA-32e mode */
#define TYPE_TSS	(TYPE_TSS16 | TYPE_TSS32)

#define LIMIT_LOW	0xfffu
#define LIMIT_HIGH	0xfff00000u

static bool is_canonical(u64 address)
{
	return (s64)(address << 16) >> 16 == (s64)address;
}

static bool cr0_valid(u64 cr0)
{
	if (cr0 >> 32)
		return false;
	if ((cr0 & X86_CR0_NW) && !(cr0 & X86_CR0_CD))
		return false;
	return !(cr0 & X86_CR0_PG) || (cr0 & X86_CR0_PE);
}

/* SDM Vol. 3, 4.1.1, 10.8.5: which paging bits go together */
static bool mode_valid(const struct hull_vcpu *vcpu, const struct kvm_sregs *s)
{
	if (!(s->efer & EFER_LME) || !(s->cr0 & X86_CR0_PG))
		return !(s->efer & EFER_LMA) && !s->cs.l && !(s->cr4 & X86_CR4_PCIDE);
	if (!(s->efer & EFER_LMA) || !(s->cr4 & X86_CR4_PAE))
		return false;
	if (s->cr3 & ~GENMASK_ULL(vcpu->facts->maxphyaddr - 1, 0))
		return false;
	return !(s->cs.l && s->cs.db);
}

static bool cr_valid(const struct hull_vcpu *vcpu, const struct kvm_sregs *s)
{
	return cr0_valid(s->cr0) && !(s->cr4 & vcpu->facts->cr4_reserved) &&
	       !(s->efer & ~(u64)EFER_KNOWN) && s->cr8 <= 15 && mode_valid(vcpu, s);
}

/* A limit above 1 MiB can only be meant in pages, one that ends inside a page only in bytes. */
static bool granularity_fix(struct kvm_segment *seg)
{
	bool bytes = (seg->limit & LIMIT_LOW) != LIMIT_LOW, pages = seg->limit & LIMIT_HIGH;

	if (bytes && pages)
		return false;
	if (bytes)
		seg->g = 0;
	if (pages)
		seg->g = 1;
	return true;
}

static bool segment_valid(struct kvm_segment *seg, bool long_base)
{
	if (!seg->present)
		seg->unusable = 1;
	if (long_base && !is_canonical(seg->base))
		return false;
	if (seg->unusable)
		return true;
	if (!long_base && seg->base >> 32)
		return false;
	if (seg->s)
		seg->type |= TYPE_ACCESSED;
	return granularity_fix(seg);
}

/* An available TSS is what LTR takes; in TR it is busy, and of 64 bits in IA-32e mode. */
static void tss_fix(struct kvm_segment *tr, bool long_mode)
{
	if (tr->unusable || tr->s)
		return;
	if ((tr->type & ~(TYPE_TSS_BUSY | TYPE_TSS)) == 0 && (tr->type & TYPE_TSS16))
		tr->type |= TYPE_TSS_BUSY;
	if (long_mode && tr->type == (TYPE_TSS16 | TYPE_TSS_BUSY))
		tr->type = TYPE_TSS32 | TYPE_TSS_BUSY;
}

int hull_sregs_check(struct hull_vcpu *vcpu, struct kvm_sregs *s)
{
	if (!cr_valid(vcpu, s))
		return -EINVAL;
	if (!segment_valid(&s->cs, false) || !segment_valid(&s->ds, false) ||
	    !segment_valid(&s->es, false) || !segment_valid(&s->ss, false))
		return -EINVAL;
	if (!segment_valid(&s->fs, true) || !segment_valid(&s->gs, true) ||
	    !segment_valid(&s->tr, true) || !segment_valid(&s->ldt, true))
		return -EINVAL;
	if (!is_canonical(s->gdt.base) || !is_canonical(s->idt.base))
		return -EINVAL;
	tss_fix(&s->tr, s->efer & EFER_LMA);
	return 0;
}
