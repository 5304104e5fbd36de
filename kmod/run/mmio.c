// SPDX-License-Identifier: GPL-2.0-only
/*
 * EPT violations: memory is mapped, everything else is an access to a device, which
 * the emulator executes. The outside world of the emulator is here too.
 */

#include <linux/entry-kvm.h>
#include <linux/sched/signal.h>
#include <uapi/asm/vmx.h>
#include <run/loop.h>
#include <run/pending.h>

#define EPT_ACCESS(q)		((q) & 7)
#define EPT_GLA_TRANSLATED	BIT(8)	/* not an access to the guest's own tables */

/* Calls of the emulator, each of which may do some rounds of a REP, before others get a turn. */
#define EMUL_BATCH		64

/* ---- translation ----------------------------------------------------------- */

void hull_walk_fill(struct hull_vcpu *vcpu, struct hull_walk *walk)
{
	struct hull_vmx_vcpu *v = &vcpu->vmx;

	walk->cr0 = hull_vmx_cr0_get(v);
	walk->cr3 = hull_vmx_cr3_get(v);
	walk->cr4 = hull_vmx_cr4_get(v);
	walk->efer = hull_vmx_efer_get(v);
	walk->cpl = hull_vmx_cpl(v);
	/* Asked for with SMAP only, and a VMREAD. */
	walk->ac = (walk->cr4 & X86_CR4_SMAP) && (hull_vmx_rflags_get(v) & X86_EFLAGS_AC);
	walk->pkru = vcpu->pkru;
	walk->maxphyaddr = vcpu->facts->maxphyaddr;
}

u64 hull_linear_rip(struct hull_vcpu *vcpu)
{
	unsigned long rip = hull_vmx_reg_get(&vcpu->vmx, HULL_REG_RIP);
	struct kvm_segment cs;

	if (hull_vmx_is_long_mode(&vcpu->vmx))
		return rip;
	hull_vmx_segment_get(&vcpu->vmx, HULL_SEG_CS, &cs);
	return (u32)(cs.base + rip);
}

static int linear_copy(struct hull_vcpu *vcpu, u64 gva, void *buf, size_t len, u32 access)
{
	struct hull_mmu *mmu = &vcpu->vm->mmu;
	struct hull_walk walk;
	u32 error;
	u64 gpa;
	int ret;

	hull_walk_fill(vcpu, &walk);
	while (len) {
		size_t part = min_t(size_t, len, PAGE_SIZE - offset_in_page(gva));

		if (hull_mmu_walk(mmu, &walk, gva, access, &gpa, &error))
			return -EFAULT;
		ret = access == HULL_ACCESS_WRITE ? hull_mmu_write(mmu, gpa, buf, part) :
						    hull_mmu_read(mmu, gpa, buf, part);
		if (ret)
			return -EFAULT;
		gva += part;
		buf += part;
		len -= part;
	}
	return 0;
}

int hull_guest_window_find(struct hull_vcpu *vcpu, u64 gva, u32 access,
			   struct hull_mmu_window *window)
{
	struct hull_walk walk __uninitialized;

	hull_walk_fill(vcpu, &walk);
	return hull_mmu_window_find(&vcpu->vm->mmu, &walk, gva, access, window);
}

int hull_guest_read_linear(struct hull_vcpu *vcpu, u64 gva, void *buf, size_t len)
{
	return linear_copy(vcpu, gva, buf, len, HULL_ACCESS_READ);
}

int hull_guest_write_linear(struct hull_vcpu *vcpu, u64 gva, const void *buf, size_t len)
{
	return linear_copy(vcpu, gva, (void *)buf, len, HULL_ACCESS_WRITE);
}

/* The processor has translated the address of the violation: no need to do it again. */
static int translate(struct hull_emul *emul, u64 gva, u32 access, u64 *gpa)
{
	struct hull_vcpu *vcpu = emul->opaque;
	struct hull_pending *pending = vcpu->pending;
	struct hull_walk walk;
	u32 error = 0;
	int ret;

	if (!((gva ^ pending->gla) & PAGE_MASK) && !(access & ~pending->gla_access)) {
		*gpa = (pending->gpa & PAGE_MASK) | offset_in_page(gva);
		return 0;
	}
	hull_walk_fill(vcpu, &walk);
	ret = hull_mmu_walk(&vcpu->vm->mmu, &walk, gva, access, gpa, &error);
	if (ret == -EPERM) {
		emul->fault_vector = PF_VECTOR;
		emul->fault_has_error = true;
		emul->fault_error = error;
		emul->fault_address = gva;
	}
	return ret;
}

/* ---- devices ---------------------------------------------------------------- */

static bool access_kernel(struct hull_vcpu *vcpu, const struct hull_access *access, void *data)
{
	struct hull_vm *vm = vcpu->vm;
	u64 gpa = access->address;

	if (access->port)
		return hull_pio_kernel(vcpu, gpa, access->len, data, access->write);
	if (vcpu->lapic && hull_lapic_mmio(vcpu->lapic, gpa, access->len, data, access->write)) {
		hull_apic_changed(vcpu);
		return true;
	}
	if (vm->irqchip && hull_irqchip_mmio(vm->irqchip, gpa, access->len, data, access->write))
		return true;
	return access->write && hull_iobus_write(vm, false, gpa, access->len, data);
}

/*
 * A write with which an instruction ends needs no answer: the instruction is done, and
 * not executed again when userspace has seen it.
 */
static bool access_post(struct hull_pending *pending, const struct hull_access *want, void *data)
{
	if (!pending->emul.last || !want->write || pending->n)
		return false;
	pending->accesses[0] = *want;
	memcpy(pending->accesses[0].data, data, want->len);
	pending->posted = true;
	return true;
}

/*
 * An access that has no memory behind it. What userspace has answered in an earlier
 * execution of this instruction is found in order; the first one that it has not
 * answered ends the execution.
 */
static int access_device(struct hull_vcpu *vcpu, const struct hull_access *want, void *data)
{
	struct hull_pending *pending = vcpu->pending;
	struct hull_access *access;

	if (access_kernel(vcpu, want, data) || access_post(pending, want, data))
		return 0;
	if (pending->cursor < pending->n) {
		access = &pending->accesses[pending->cursor];
		if (access->done && access->address == want->address &&
		    access->len == want->len && access->write == want->write &&
		    access->port == want->port) {
			if (!want->write)
				memcpy(data, access->data, want->len);
			pending->cursor++;
			return 0;
		}
		/* The guest has changed the instruction meanwhile. */
		pending->n = pending->cursor;
	}
	if (pending->n == HULL_ACCESSES_MAX)
		return -EFAULT;
	access = &pending->accesses[pending->n++];
	*access = *want;
	if (want->write)
		memcpy(access->data, data, want->len);
	return -EAGAIN;
}

/* Memory or device, in one page. */
static int access_physical(struct hull_vcpu *vcpu, u64 gpa, void *data, unsigned int len,
			   bool write)
{
	struct hull_access want = { .address = gpa, .len = len, .write = write };
	struct hull_mmu *mmu = &vcpu->vm->mmu;
	int ret;

	if (len > sizeof(want.data))
		return -EFAULT;
	if (hull_mmu_hva(mmu, gpa, len, write)) {
		ret = write ? hull_mmu_write(mmu, gpa, data, len) :
			      hull_mmu_read(mmu, gpa, data, len);
		/* What another VM shares may end meanwhile. */
		if (!ret || hull_mmu_hva(mmu, gpa, len, write))
			return ret;
	}
	return access_device(vcpu, &want, data);
}

static int access_linear(struct hull_emul *emul, u64 gva, void *data, unsigned int size, u32 access)
{
	unsigned int first = min_t(unsigned int, size, PAGE_SIZE - offset_in_page(gva));
	bool write = access & HULL_ACCESS_WRITE;
	u64 gpa, gpa2 = 0;
	int ret;

	/* Both pages are translated before either is touched: a fault leaves no trace. */
	ret = translate(emul, gva, access, &gpa);
	if (first < size)
		emul->last = false;
	if (!ret && first < size)
		ret = translate(emul, gva + first, access, &gpa2);
	if (!ret)
		ret = access_physical(emul->opaque, gpa, data, first, write);
	if (!ret && first < size)
		ret = access_physical(emul->opaque, gpa2, data + first, size - first, write);
	return ret;
}

static int emul_read(struct hull_emul *emul, u64 linear, void *buf, unsigned int size)
{
	return access_linear(emul, linear, buf, size, HULL_ACCESS_READ);
}

static int emul_write(struct hull_emul *emul, u64 linear, const void *buf, unsigned int size)
{
	return access_linear(emul, linear, (void *)buf, size, HULL_ACCESS_WRITE);
}

/* Never crosses a page; there is no code in devices. */
static int emul_fetch(struct hull_emul *emul, u64 linear, void *buf, unsigned int size)
{
	struct hull_vcpu *vcpu = emul->opaque;
	u64 gpa;
	int ret;

	if (size > PAGE_SIZE - offset_in_page(linear))
		return -EFAULT;
	ret = translate(emul, linear, HULL_WALK_FETCH, &gpa);
	return ret ? ret : hull_mmu_read(&vcpu->vm->mmu, gpa, buf, size);
}

/*
 * The instruction's bytes are read again by the emulator, and another vCPU may have
 * changed them since the processor checked privilege for the port it names.
 */
static bool port_checked(struct hull_vcpu *vcpu, u16 port)
{
	return vcpu->vmx.exit_reason != EXIT_REASON_IO_INSTRUCTION ||
	       port == (u16)(hull_vmx_exit_qualification(&vcpu->vmx) >> 16);
}

static int emul_in(struct hull_emul *emul, u16 port, void *buf, unsigned int size)
{
	struct hull_access want = { .address = port, .len = size, .port = true };

	if (!port_checked(emul->opaque, port))
		return -EFAULT;
	return access_device(emul->opaque, &want, buf);
}

static int emul_out(struct hull_emul *emul, u16 port, const void *buf, unsigned int size)
{
	struct hull_access want = { .address = port, .len = size, .port = true, .write = true };

	if (!port_checked(emul->opaque, port))
		return -EFAULT;
	return access_device(emul->opaque, &want, (void *)buf);
}

static const struct hull_emul_ops emul_ops = {
	.read = emul_read,
	.write = emul_write,
	.fetch = emul_fetch,
	.in = emul_in,
	.out = emul_out,
};

/* ---- the emulator's view of the vCPU ---------------------------------------- */

static void segment_fill(struct hull_vcpu *vcpu, struct hull_emul *emul, enum hull_seg seg)
{
	struct kvm_segment s;

	hull_vmx_segment_get(&vcpu->vmx, seg, &s);
	emul->seg[seg] = (struct hull_emul_segment){
		.base = s.base, .limit = s.limit, .type = s.type, .usable = !s.unusable,
		.db = s.db,
	};
}

static enum hull_emul_mode emul_mode(struct hull_vcpu *vcpu, unsigned long rflags)
{
	struct hull_vmx_vcpu *v = &vcpu->vmx;

	if (!(hull_vmx_cr0_get(v) & X86_CR0_PE) || (rflags & X86_EFLAGS_VM))
		return HULL_EMUL_REAL;
	if (hull_vmx_is_long_mode(v))
		return HULL_EMUL_64;
	return vcpu->pending->emul.seg[HULL_SEG_CS].db ? HULL_EMUL_32 : HULL_EMUL_16;
}

static void emul_fill(struct hull_vcpu *vcpu)
{
	struct hull_emul *emul = &vcpu->pending->emul;
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	enum hull_seg seg;

	emul->ops = &emul_ops;
	emul->opaque = vcpu;
	hull_vmx_reg_get(v, HULL_REG_RSP);
	memcpy(emul->regs, v->regs, sizeof(emul->regs));
	emul->rip = hull_vmx_reg_get(v, HULL_REG_RIP);
	emul->rflags = hull_vmx_rflags_get(v);
	/* An I/O exit, and no other, comes after the check of privilege (SDM Vol. 3, 26.1.1). */
	if (v->exit_reason == EXIT_REASON_IO_INSTRUCTION)
		emul->rflags |= X86_EFLAGS_IOPL;
	emul->cpl = hull_vmx_cpl(v);
	/* 64-bit code has no other bases than these. */
	for (seg = hull_vmx_is_long_mode(v) ? HULL_SEG_FS : HULL_SEG_ES; seg <= HULL_SEG_GS; seg++)
		segment_fill(vcpu, emul, seg);
	emul->mode = emul_mode(vcpu, emul->rflags);
}

static void emul_commit(struct hull_vcpu *vcpu, bool done)
{
	struct hull_emul *emul = &vcpu->pending->emul;
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	unsigned long rflags = hull_vmx_rflags_get(v);
	enum hull_reg reg;

	for (reg = HULL_REG_RAX; reg <= HULL_REG_R15; reg++)
		if (v->regs[reg] != emul->regs[reg])
			hull_vmx_reg_set(v, reg, emul->regs[reg]);
	rflags = (emul->rflags & ~X86_EFLAGS_IOPL) | (rflags & X86_EFLAGS_IOPL);
	if (rflags != hull_vmx_rflags_get(v))
		hull_vmx_rflags_set(v, rflags);
	vcpu->pending->n = 0;
	if (!done)
		return;
	hull_vmx_reg_set(v, HULL_REG_RIP, emul->rip);
	vcpu->stats.emulated++;
	if (hull_vmx_shadow_get(v))
		hull_vmx_shadow_set(v, 0);
	if (rflags & X86_EFLAGS_TF)
		hull_vmx_pending_dbg_set(v, HULL_DR6_BS);
}

/* ---- execution -------------------------------------------------------------- */

static int emul_loop(struct hull_vcpu *vcpu);

static int emul_complete(struct hull_vcpu *vcpu)
{
	struct hull_pending *pending = vcpu->pending;
	struct hull_access *access = &pending->accesses[pending->n - 1];

	if (!access->write)
		memcpy(access->data, access->port ? vcpu->pio_data : vcpu->run->mmio.data,
		       access->len);
	access->done = true;
	/* Userspace has moved the vCPU elsewhere: then this is not what it goes on with. */
	if (hull_vmx_reg_get(&vcpu->vmx, HULL_REG_RIP) != pending->emul.rip) {
		pending->n = 0;
		return HULL_EXIT_ENTER;
	}
	pending->emul.kept = true;
	return emul_loop(vcpu);
}

/* Userspace is told of an access; @complete: what comes when it has answered, or NULL. */
static int emul_user(struct hull_vcpu *vcpu, const struct hull_access *access,
		     hull_exit_fn complete)
{
	struct kvm_run *run = vcpu->run;

	vcpu->pending->complete = complete;
	if (access->port) {
		hull_pio_user(vcpu, access->address, access->len, access->data, access->write);
		return HULL_EXIT_USER;
	}
	run->exit_reason = KVM_EXIT_MMIO;
	run->mmio.phys_addr = access->address;
	run->mmio.len = access->len;
	run->mmio.is_write = access->write;
	memset(run->mmio.data, 0, sizeof(run->mmio.data));
	if (access->write)
		memcpy(run->mmio.data, access->data, access->len);
	return HULL_EXIT_USER;
}

static int emul_fault(struct hull_vcpu *vcpu)
{
	struct hull_emul *emul = &vcpu->pending->emul;

	hull_exception_queue_payload(vcpu, emul->fault_vector, emul->fault_has_error,
				     emul->fault_error, emul->fault_address);
	return HULL_EXIT_ENTER;
}

/*
 * A guest's user mode must not be able to stop its VM: it gets #UD. Of its kernel the
 * VMM is told, with the bytes.
 */
static int emul_unknown(struct hull_vcpu *vcpu)
{
	struct hull_emul *emul = &vcpu->pending->emul;
	struct kvm_run *run = vcpu->run;
	int ret;

	if (emul->cpl)
		return hull_exit_ud(vcpu);
	ret = hull_exit_internal(vcpu, KVM_INTERNAL_ERROR_EMULATION,
				 "access to a device by an instruction that is not emulated");
	run->emulation_failure.ndata = 4;
	run->emulation_failure.flags = KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES;
	run->emulation_failure.insn_size = min_t(u8, emul->insn.have,
						 sizeof(run->emulation_failure.insn_bytes));
	memcpy(run->emulation_failure.insn_bytes, emul->insn.bytes,
	       run->emulation_failure.insn_size);
	return ret;
}

static int emul_loop(struct hull_vcpu *vcpu)
{
	struct hull_pending *pending = vcpu->pending;
	int i;

	for (i = 0; i < EMUL_BATCH; i++) {
		pending->cursor = 0;
		pending->posted = false;
		switch (hull_emul_insn(&pending->emul)) {
		case HULL_EMUL_DONE:
			emul_commit(vcpu, true);
			if (!pending->posted)
				return HULL_EXIT_ENTER;
			return emul_user(vcpu, &pending->accesses[0], NULL);
		case HULL_EMUL_AGAIN:
			emul_commit(vcpu, false);
			break;
		case HULL_EMUL_USER:
			return emul_user(vcpu, &pending->accesses[pending->n - 1], emul_complete);
		case HULL_EMUL_FAULT:
			pending->n = 0;
			return emul_fault(vcpu);
		case HULL_EMUL_UNKNOWN:
			pending->n = 0;
			return emul_unknown(vcpu);
		}
		if (READ_ONCE(vcpu->requests) || __xfer_to_guest_mode_work_pending())
			break;
	}
	return HULL_EXIT_ENTER;
}

int hull_emul_start(struct hull_vcpu *vcpu)
{
	struct hull_pending *pending = vcpu->pending;

	pending->n = 0;
	if (vcpu->vmx.exit_reason != EXIT_REASON_EPT_VIOLATION)
		pending->gla_access = 0;
	emul_fill(vcpu);
	return emul_loop(vcpu);
}

/* ---- EPT violations ---------------------------------------------------------- */

/* The host has lost the page: the VMM gets SIGBUS where it would have touched it. */
static int memory_poisoned(struct hull_vcpu *vcpu, u64 gpa)
{
	unsigned long hva = hull_mmu_hva(&vcpu->vm->mmu, gpa, 1, false);

	send_sig_mceerr(BUS_MCEERR_AR, (void __user *)hva, PAGE_SHIFT, current);
	return HULL_EXIT_ENTER;
}

static int device_access(struct hull_vcpu *vcpu, u64 gpa, unsigned long q)
{
	struct hull_pending *pending = vcpu->pending;
	unsigned long gla = 0;

	if (vcpu->reinject.valid)
		return hull_exit_internal(vcpu, KVM_INTERNAL_ERROR_DELIVERY_EV,
					  "event delivery through memory that is not there");
	if (q & HULL_ACCESS_EXEC)
		return hull_exit_internal(vcpu, KVM_INTERNAL_ERROR_EMULATION,
					  "the guest executes where there is no memory");
	pending->gla_access = 0;
	if ((q & EPT_GLA_TRANSLATED) && hull_vmx_exit_gla(&vcpu->vmx, &gla)) {
		pending->gla = gla;
		pending->gpa = gpa;
		pending->gla_access = EPT_ACCESS(q);
	}
	return hull_emul_start(vcpu);
}

int hull_exit_ept_violation(struct hull_vcpu *vcpu)
{
	unsigned long q = hull_vmx_exit_qualification(&vcpu->vmx);
	u64 gpa = hull_vmx_exit_gpa(&vcpu->vmx);
	int ret;

	ret = hull_mmu_fault(&vcpu->vm->mmu, gpa, EPT_ACCESS(q));
	switch (ret) {
	case HULL_MMU_MAPPED:
	case HULL_MMU_RETRY:
		return HULL_EXIT_ENTER;
	case HULL_MMU_MMIO:
		return device_access(vcpu, gpa, q);
	case -EHWPOISON:
		return memory_poisoned(vcpu, gpa);
	default:
		return ret;
	}
}
