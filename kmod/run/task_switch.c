// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hardware task switches (SDM Vol. 3, 8.3). They always exit, and nothing of them has
 * happened by then but the checks of the gate and of the target's descriptor
 * (26.4.2). 32-bit TSSs only: of 16-bit ones the VMM is told.
 */

#include <linux/mm.h>
#include <uapi/asm/vmx.h>
#include <run/loop.h>

/* Exit qualification, SDM Vol. 3, table 28-2 */
#define SWITCH_SELECTOR(q)	((u16)(q))
#define SWITCH_SOURCE(q)	(((q) >> 30) & 3)

enum switch_source { BY_CALL, BY_IRET, BY_JMP, BY_GATE };

#define TYPE_TSS32	9
#define TYPE_BUSY	2
#define TSS_LIMIT_MIN	0x67

#define DR6_BT		BIT(15)

/* SDM Vol. 3, figure 8-2 */
struct tss32 {
	u32 link;
	u32 stacks[6];
	u32 cr3;
	u32 eip;
	u32 eflags;
	u32 regs[8];
	u32 segs[6];
	u32 ldt;
	u16 trap;
	u16 io_map;
};

static_assert(sizeof(struct tss32) == TSS_LIMIT_MIN + 1);

/* What the processor keeps at a switch: from EIP to the segments. */
#define TSS_SAVED	offsetof(struct tss32, eip)
#define TSS_SAVED_SIZE	(offsetof(struct tss32, ldt) - TSS_SAVED)

struct task_switch {
	struct hull_vcpu *vcpu;
	enum switch_source source;
	u16 selector;
	u64 descriptor;			/* of the new TSS */
	struct kvm_segment old, new;	/* TRs */
	bool has_error;			/* the exception that came by the gate has a code */
	u32 error;
	struct tss32 tss;		/* the new task's */
};

/* ---- memory and descriptors, as the processor itself accesses them ----------- */

static int linear_copy(struct hull_vcpu *vcpu, u32 gva, void *buf, size_t len, bool write)
{
	struct hull_mmu *mmu = &vcpu->vm->mmu;
	u32 access = HULL_WALK_SUPER | (write ? HULL_ACCESS_WRITE : HULL_ACCESS_READ);
	struct hull_walk walk;
	u32 error;
	u64 gpa;
	int ret;

	hull_walk_fill(vcpu, &walk);
	while (len) {
		size_t part = min_t(size_t, len, PAGE_SIZE - offset_in_page(gva));

		ret = hull_mmu_walk(mmu, &walk, gva, access, &gpa, &error);
		if (ret == -EPERM)
			hull_exception_queue_payload(vcpu, PF_VECTOR, true, error, gva);
		if (!ret)
			ret = write ? hull_mmu_write(mmu, gpa, buf, part) :
				      hull_mmu_read(mmu, gpa, buf, part);
		if (ret)
			return ret;
		gva += part;
		buf += part;
		len -= part;
	}
	return 0;
}

/* Where @selector's descriptor is, or -EINVAL: outside its table. */
static int descriptor_address(struct hull_vcpu *vcpu, u16 selector, u32 *gva)
{
	struct kvm_segment ldt;
	struct kvm_dtable gdt;
	u32 offset = selector & ~7u;

	if (selector & 4) {
		hull_vmx_segment_get(&vcpu->vmx, HULL_SEG_LDTR, &ldt);
		if (ldt.unusable || offset + 7 > ldt.limit)
			return -EINVAL;
		*gva = ldt.base + offset;
		return 0;
	}
	hull_vmx_gdt_get(&vcpu->vmx, &gdt);
	if (offset + 7 > gdt.limit)
		return -EINVAL;
	*gva = gdt.base + offset;
	return 0;
}

static int descriptor_read(struct hull_vcpu *vcpu, u16 selector, u64 *descriptor)
{
	u32 gva;

	if (descriptor_address(vcpu, selector, &gva))
		return -EINVAL;
	return linear_copy(vcpu, gva, descriptor, sizeof(*descriptor), false);
}

static int descriptor_write(struct hull_vcpu *vcpu, u16 selector, u64 descriptor)
{
	u32 gva;

	if (descriptor_address(vcpu, selector, &gva))
		return -EINVAL;
	return linear_copy(vcpu, gva, &descriptor, sizeof(descriptor), true);
}

static void descriptor_decode(u16 selector, u64 descriptor, struct kvm_segment *s)
{
	u32 limit = (descriptor & 0xffff) | ((descriptor >> 32) & 0xf0000);

	memset(s, 0, sizeof(*s));
	s->selector = selector;
	s->base = ((descriptor >> 16) & 0xffffff) | ((descriptor >> 32) & 0xff000000);
	s->type = (descriptor >> 40) & 15;
	s->s = (descriptor >> 44) & 1;
	s->dpl = (descriptor >> 45) & 3;
	s->present = (descriptor >> 47) & 1;
	s->avl = (descriptor >> 52) & 1;
	s->l = (descriptor >> 53) & 1;
	s->db = (descriptor >> 54) & 1;
	s->g = (descriptor >> 55) & 1;
	s->limit = s->g ? limit << 12 | 0xfff : limit;
}

static int busy_set(struct hull_vcpu *vcpu, u16 selector, bool busy)
{
	u64 bit = (u64)TYPE_BUSY << 40, descriptor;
	int ret = descriptor_read(vcpu, selector, &descriptor);

	if (ret)
		return ret;
	return descriptor_write(vcpu, selector, busy ? descriptor | bit : descriptor & ~bit);
}

/* ---- the old task ------------------------------------------------------------ */

static int old_save(struct task_switch *sw)
{
	struct hull_vmx_vcpu *v = &sw->vcpu->vmx;
	struct kvm_segment s;
	struct tss32 old;
	u32 eflags = hull_vmx_rflags_get(v);
	int i;

	if (sw->source == BY_IRET)
		eflags &= ~X86_EFLAGS_NT;
	old.eip = hull_vmx_reg_get(v, HULL_REG_RIP);
	old.eflags = eflags;
	for (i = 0; i < ARRAY_SIZE(old.regs); i++)
		old.regs[i] = hull_vmx_reg_get(v, i);
	for (i = 0; i < ARRAY_SIZE(old.segs); i++) {
		hull_vmx_segment_get(v, i, &s);
		old.segs[i] = s.selector;
	}
	return linear_copy(sw->vcpu, sw->old.base + TSS_SAVED, (void *)&old + TSS_SAVED,
			   TSS_SAVED_SIZE, true);
}

/* ---- the new task ------------------------------------------------------------- */

/* Faults from here on belong to the new task: #TS with the selector, #NP, #SS. */
static int segment_fault(struct hull_vcpu *vcpu, u8 vector, u16 selector)
{
	hull_exception_queue_error(vcpu, vector, selector & ~3u);
	return -EPERM;
}

static bool segment_type_valid(const struct kvm_segment *s, enum hull_seg seg, unsigned int cpl)
{
	bool code = s->type & 8, conforming = code && (s->type & 4);
	unsigned int rpl = s->selector & 3;

	if (!s->s)
		return false;
	switch (seg) {
	case HULL_SEG_CS:
		return code && (conforming ? s->dpl <= cpl : s->dpl == cpl);
	case HULL_SEG_SS:
		return !code && (s->type & 2) && rpl == cpl && s->dpl == cpl;
	default:
		if (code && !(s->type & 2))
			return false;
		return conforming || (rpl <= s->dpl && cpl <= s->dpl);
	}
}

static int segment_load(struct task_switch *sw, enum hull_seg seg, u16 selector, unsigned int cpl)
{
	struct hull_vcpu *vcpu = sw->vcpu;
	struct kvm_segment s;
	u64 descriptor;
	int ret;

	/* A null selector leaves a data segment unusable, as it is. */
	if (!(selector & ~3u))
		return seg == HULL_SEG_CS || seg == HULL_SEG_SS ?
		       segment_fault(vcpu, TS_VECTOR, selector) : 0;
	ret = descriptor_read(vcpu, selector, &descriptor);
	if (ret == -EINVAL)
		return segment_fault(vcpu, TS_VECTOR, selector);
	if (ret)
		return ret;
	descriptor_decode(selector, descriptor, &s);
	if (!segment_type_valid(&s, seg, cpl))
		return segment_fault(vcpu, TS_VECTOR, selector);
	if (!s.present)
		return segment_fault(vcpu, seg == HULL_SEG_SS ? SS_VECTOR : NP_VECTOR, selector);
	/* Loading a segment marks it accessed. */
	s.type |= 1;
	ret = descriptor_write(vcpu, selector, descriptor | BIT_ULL(40));
	if (!ret)
		hull_vmx_segment_set(&vcpu->vmx, seg, &s);
	return ret;
}

static int ldt_load(struct task_switch *sw)
{
	struct kvm_segment s = { .selector = sw->tss.ldt, .unusable = 1, .type = 2 };
	u64 descriptor;
	int ret;

	hull_vmx_segment_set(&sw->vcpu->vmx, HULL_SEG_LDTR, &s);
	if (!(s.selector & ~3u))
		return 0;
	if (s.selector & 4)
		return segment_fault(sw->vcpu, TS_VECTOR, s.selector);
	ret = descriptor_read(sw->vcpu, s.selector, &descriptor);
	if (ret == -EINVAL)
		return segment_fault(sw->vcpu, TS_VECTOR, s.selector);
	if (ret)
		return ret;
	descriptor_decode(sw->tss.ldt, descriptor, &s);
	if (s.s || s.type != 2 || !s.present)
		return segment_fault(sw->vcpu, TS_VECTOR, s.selector);
	hull_vmx_segment_set(&sw->vcpu->vmx, HULL_SEG_LDTR, &s);
	return 0;
}

static void segment_v8086(struct hull_vcpu *vcpu, enum hull_seg seg, u16 selector)
{
	struct kvm_segment s = {
		.selector = selector, .base = selector << 4, .limit = 0xffff, .type = 3, .s = 1,
		.dpl = 3, .present = 1,
	};

	hull_vmx_segment_set(&vcpu->vmx, seg, &s);
}

static void segment_unusable(struct hull_vcpu *vcpu, enum hull_seg seg, u16 selector,
			     unsigned int dpl)
{
	struct kvm_segment s = { .selector = selector, .unusable = 1, .dpl = dpl };

	hull_vmx_segment_set(&vcpu->vmx, seg, &s);
}

/*
 * A fault on the way belongs to the new task, whose selectors are there already. What
 * is loaded by then must be a state that can be entered: SS follows the CPL.
 */
static int new_protected(struct task_switch *sw)
{
	static const enum hull_seg data[] = { HULL_SEG_SS, HULL_SEG_ES, HULL_SEG_DS,
					      HULL_SEG_FS, HULL_SEG_GS };
	unsigned int cpl = sw->tss.segs[HULL_SEG_CS] & 3;
	unsigned int old_cpl = hull_vmx_cpl(&sw->vcpu->vmx);
	int i, ret;

	for (i = 0; i < ARRAY_SIZE(data); i++)
		segment_unusable(sw->vcpu, data[i], sw->tss.segs[data[i]], old_cpl);
	ret = ldt_load(sw);
	if (!ret)
		ret = segment_load(sw, HULL_SEG_CS, sw->tss.segs[HULL_SEG_CS], cpl);
	if (!ret)
		segment_unusable(sw->vcpu, HULL_SEG_SS, sw->tss.segs[HULL_SEG_SS], cpl);
	for (i = 0; !ret && i < ARRAY_SIZE(data); i++)
		ret = segment_load(sw, data[i], sw->tss.segs[data[i]], cpl);
	return ret;
}

static int new_segments(struct task_switch *sw)
{
	int i;

	if (!(sw->tss.eflags & X86_EFLAGS_VM))
		return new_protected(sw);
	for (i = 0; i < ARRAY_SIZE(sw->tss.segs); i++)
		segment_v8086(sw->vcpu, i, sw->tss.segs[i]);
	return ldt_load(sw);
}

static int new_load(struct task_switch *sw)
{
	struct hull_vmx_vcpu *v = &sw->vcpu->vmx;
	u32 eflags = sw->tss.eflags;
	int i;

	hull_vmx_segment_set(v, HULL_SEG_TR, &sw->new);
	hull_vmx_cr0_set(v, hull_vmx_cr0_get(v) | X86_CR0_TS);
	if ((hull_vmx_cr0_get(v) & X86_CR0_PG) && hull_cr3_set(sw->vcpu, sw->tss.cr3))
		return segment_fault(sw->vcpu, TS_VECTOR, sw->selector);
	if (sw->source == BY_CALL || sw->source == BY_GATE)
		eflags |= X86_EFLAGS_NT;
	hull_vmx_rflags_set(v, eflags & HULL_RFLAGS_32);
	hull_vmx_reg_set(v, HULL_REG_RIP, sw->tss.eip);
	for (i = 0; i < ARRAY_SIZE(sw->tss.regs); i++)
		hull_vmx_reg_set(v, i, sw->tss.regs[i]);
	/* Breakpoints of the old task alone end with it. */
	hull_dr_set(sw->vcpu, 7, sw->vcpu->dr7 & ~0x155ul);
	return new_segments(sw);
}

/* The error code of the exception that came by a task gate goes onto the new stack. */
static int error_push(struct task_switch *sw)
{
	struct hull_vmx_vcpu *v = &sw->vcpu->vmx;
	struct kvm_segment ss;
	u32 sp;

	if (!sw->has_error)
		return 0;
	hull_vmx_segment_get(v, HULL_SEG_SS, &ss);
	sp = hull_vmx_reg_get(v, HULL_REG_RSP) - sizeof(sw->error);
	if (!ss.db)
		sp &= 0xffff;
	hull_vmx_reg_set(v, HULL_REG_RSP, sp);
	return linear_copy(sw->vcpu, ss.base + sp, &sw->error, sizeof(sw->error), true);
}

/* ---- the exit ------------------------------------------------------------------ */

/* The event that came by the gate is delivered by the switch itself. */
static void event_take(struct task_switch *sw)
{
	struct hull_event *event = &sw->vcpu->reinject;
	bool hard = event->valid && (event->type == HULL_EVENT_EXCEPTION ||
				     event->type == HULL_EVENT_INTR ||
				     event->type == HULL_EVENT_NMI);

	if (event->valid) {
		sw->has_error = event->has_error;
		sw->error = event->error;
		event->valid = false;
	}
	/* What an instruction asked for returns behind it. */
	if (!hard)
		hull_vmx_insn_skip(&sw->vcpu->vmx);
}

static int new_check(struct task_switch *sw)
{
	int ret = descriptor_read(sw->vcpu, sw->selector, &sw->descriptor);

	if (ret == -EINVAL)
		return segment_fault(sw->vcpu, sw->source == BY_IRET ? TS_VECTOR : GP_VECTOR,
				     sw->selector);
	if (ret)
		return ret;
	descriptor_decode(sw->selector, sw->descriptor, &sw->new);
	if (!sw->new.present)
		return segment_fault(sw->vcpu, NP_VECTOR, sw->selector);
	if (sw->new.limit < TSS_LIMIT_MIN)
		return segment_fault(sw->vcpu, TS_VECTOR, sw->selector);
	return 0;
}

static int switch_do(struct task_switch *sw)
{
	struct hull_vcpu *vcpu = sw->vcpu;
	bool nested = sw->source == BY_CALL || sw->source == BY_GATE;
	u32 link = sw->old.selector;
	int ret;

	if (!nested)
		ret = busy_set(vcpu, sw->old.selector, false);
	else
		ret = linear_copy(vcpu, sw->new.base, &link, sizeof(u16), true);
	if (!ret)
		ret = old_save(sw);
	if (!ret)
		ret = linear_copy(vcpu, sw->new.base, &sw->tss, sizeof(sw->tss), false);
	if (!ret && sw->source != BY_IRET)
		ret = busy_set(vcpu, sw->selector, true);
	sw->new.type |= TYPE_BUSY;
	if (!ret)
		ret = new_load(sw);
	if (!ret)
		ret = error_push(sw);
	if (!ret && (sw->tss.trap & 1))
		hull_exception_queue_payload(vcpu, DB_VECTOR, false, 0, DR6_BT);
	return ret;
}

int hull_exit_task_switch(struct hull_vcpu *vcpu)
{
	unsigned long q = hull_vmx_exit_qualification(&vcpu->vmx);
	struct task_switch sw = {
		.vcpu = vcpu,
		.source = SWITCH_SOURCE(q),
		.selector = SWITCH_SELECTOR(q),
	};
	int ret;

	hull_vmx_segment_get(&vcpu->vmx, HULL_SEG_TR, &sw.old);
	ret = new_check(&sw);
	if (!ret && ((sw.new.type & ~TYPE_BUSY) != TYPE_TSS32 ||
		     (sw.old.type & ~TYPE_BUSY) != TYPE_TSS32))
		return hull_exit_internal(vcpu, KVM_INTERNAL_ERROR_EMULATION,
					  "switch to or from a 16-bit task");
	if (!ret) {
		event_take(&sw);
		ret = switch_do(&sw);
	}
	/* -EPERM: a fault is queued, in the task that it happened in */
	if (!ret || ret == -EPERM)
		return HULL_EXIT_ENTER;
	return hull_exit_internal(vcpu, KVM_INTERNAL_ERROR_EMULATION,
				  "task switch through memory that is not there");
}
