// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments and descriptor tables of the guest. SDM Vol. 3, 25.4.1 and 27.3.1.2.
 */
#include <asm/processor-flags.h>
#include <vmx/private.h>

/* The fields of the segments are two encodings apart, in the order of enum hull_seg. */
#define SELECTOR(seg)	(GUEST_ES_SELECTOR + 2 * (seg))
#define BASE(seg)	(GUEST_ES_BASE + 2 * (seg))
#define LIMIT(seg)	(GUEST_ES_LIMIT + 2 * (seg))
#define AR(seg)		(GUEST_ES_AR_BYTES + 2 * (seg))

static_assert(SELECTOR(HULL_SEG_TR) == GUEST_TR_SELECTOR);
static_assert(BASE(HULL_SEG_TR) == GUEST_TR_BASE);
static_assert(LIMIT(HULL_SEG_TR) == GUEST_TR_LIMIT);
static_assert(AR(HULL_SEG_TR) == GUEST_TR_AR_BYTES);

/* Format of access rights: SDM Vol. 3, table 25-2. */
#define SHIFT_TYPE	0
#define SHIFT_S	4
#define SHIFT_DPL	5
#define SHIFT_P	7
#define SHIFT_AVL	12
#define SHIFT_L	13
#define SHIFT_DB	14
#define SHIFT_G	15

#define TYPE_ACCESSED	1	/* code and data */
#define TYPE_BUSY	2	/* TSS */

void hull_vmx_segment_get(struct hull_vmx_vcpu *v, enum hull_seg seg, struct kvm_segment *s)
{
	u32 ar = hull_vmcs_read(AR(seg));

	memset(s, 0, sizeof(*s));
	s->base = hull_vmcs_read(BASE(seg));
	s->limit = hull_vmcs_read(LIMIT(seg));
	s->selector = hull_vmcs_read(SELECTOR(seg));
	s->type = (ar >> SHIFT_TYPE) & 15;
	s->s = (ar >> SHIFT_S) & 1;
	s->dpl = (ar >> SHIFT_DPL) & 3;
	s->unusable = !!(ar & VMX_AR_UNUSABLE_MASK);
	/* What of an unusable segment is not saved reads as if it were not there. */
	s->present = !s->unusable && ((ar >> SHIFT_P) & 1);
	s->avl = (ar >> SHIFT_AVL) & 1;
	s->l = (ar >> SHIFT_L) & 1;
	s->db = (ar >> SHIFT_DB) & 1;
	s->g = (ar >> SHIFT_G) & 1;
}

static u32 access_rights(enum hull_seg seg, const struct kvm_segment *s)
{
	u32 type = s->type & 15;

	/* The processor would have set these when it loaded the segment. */
	if (seg == HULL_SEG_TR)
		type |= TYPE_BUSY;
	else if (s->s)
		type |= TYPE_ACCESSED;

	return type << SHIFT_TYPE | (u32)!!s->s << SHIFT_S | (u32)(s->dpl & 3) << SHIFT_DPL |
	       (u32)!!s->present << SHIFT_P | (u32)!!s->avl << SHIFT_AVL | (u32)!!s->l << SHIFT_L |
	       (u32)!!s->db << SHIFT_DB | (u32)!!s->g << SHIFT_G |
	       (s->unusable || !s->present ? VMX_AR_UNUSABLE_MASK : 0);
}

void hull_vmx_segment_set(struct hull_vmx_vcpu *v, enum hull_seg seg, const struct kvm_segment *s)
{
	u32 ar = access_rights(seg, s);

	hull_vmcs_write(BASE(seg), s->base);
	hull_vmcs_write(LIMIT(seg), s->limit);
	hull_vmcs_write(SELECTOR(seg), s->selector);
	hull_vmcs_write(AR(seg), ar);

	if (seg == HULL_SEG_CS) {
		v->cs_ar = ar;
		v->cached |= HULL_CACHE_CS_AR;
	} else if (seg == HULL_SEG_SS) {
		v->ss_ar = ar;
		v->cached |= HULL_CACHE_SS_AR;
	}
}

void hull_vmx_gdt_get(struct hull_vmx_vcpu *v, struct kvm_dtable *t)
{
	memset(t, 0, sizeof(*t));
	t->base = hull_vmcs_read(GUEST_GDTR_BASE);
	t->limit = hull_vmcs_read(GUEST_GDTR_LIMIT);
}

void hull_vmx_gdt_set(struct hull_vmx_vcpu *v, const struct kvm_dtable *t)
{
	hull_vmcs_write(GUEST_GDTR_BASE, t->base);
	hull_vmcs_write(GUEST_GDTR_LIMIT, t->limit);
}

void hull_vmx_idt_get(struct hull_vmx_vcpu *v, struct kvm_dtable *t)
{
	memset(t, 0, sizeof(*t));
	t->base = hull_vmcs_read(GUEST_IDTR_BASE);
	t->limit = hull_vmcs_read(GUEST_IDTR_LIMIT);
}

void hull_vmx_idt_set(struct hull_vmx_vcpu *v, const struct kvm_dtable *t)
{
	hull_vmcs_write(GUEST_IDTR_BASE, t->base);
	hull_vmcs_write(GUEST_IDTR_LIMIT, t->limit);
}

/* SDM Vol. 3, table 10-1 */
void hull_vmx_segment_reset(struct hull_vmx_vcpu *v)
{
	static const struct kvm_dtable table = { .limit = 0xffff };
	struct kvm_segment s = { .limit = 0xffff, .type = 3, .present = 1, .s = 1 };
	enum hull_seg seg;

	for (seg = HULL_SEG_ES; seg <= HULL_SEG_GS; seg++)
		hull_vmx_segment_set(v, seg, &s);

	s.type = 11;
	s.selector = 0xf000;
	s.base = 0xffff0000;
	hull_vmx_segment_set(v, HULL_SEG_CS, &s);

	s = (struct kvm_segment){ .limit = 0xffff, .type = 2, .present = 1 };
	hull_vmx_segment_set(v, HULL_SEG_LDTR, &s);
	s.type = 11;
	hull_vmx_segment_set(v, HULL_SEG_TR, &s);

	hull_vmx_gdt_set(v, &table);
	hull_vmx_idt_set(v, &table);
}
