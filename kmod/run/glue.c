// SPDX-License-Identifier: GPL-2.0-only
/* What core and the interrupt room call upwards; the life of what a vCPU is made of here. */

#include <linux/mm.h>
#include <linux/slab.h>
#include <asm/tsc.h>
#include <run/loop.h>
#include <run/pending.h>

/* ---- creation, reset ------------------------------------------------------- */

int hull_pending_create(struct hull_vcpu *vcpu)
{
	vcpu->pending = kvzalloc(sizeof(*vcpu->pending), GFP_KERNEL_ACCOUNT);
	return vcpu->pending ? 0 : -ENOMEM;
}

void hull_pending_destroy(struct hull_vcpu *vcpu)
{
	kvfree(vcpu->pending);
}

static int calls_create(struct hull_vcpu *vcpu)
{
	return hull_hypercall_ops_get()->vcpu_create(vcpu);
}

static void calls_destroy(struct hull_vcpu *vcpu)
{
	hull_hypercall_ops_get()->vcpu_destroy(vcpu);
}

static const struct {
	int (*create)(struct hull_vcpu *vcpu);
	void (*destroy)(struct hull_vcpu *vcpu);
} parts[] = {
	{ hull_cpuid_create, hull_cpuid_destroy },
	{ hull_msr_create, hull_msr_destroy },
	{ hull_pv_create, hull_pv_destroy },
	{ hull_pending_create, hull_pending_destroy },
	{ calls_create, calls_destroy },
	{ hull_fpu_create, hull_fpu_destroy },
};

static void parts_destroy(struct hull_vcpu *vcpu, int n)
{
	while (n--)
		parts[n].destroy(vcpu);
}

static int run_create(struct hull_vcpu *vcpu)
{
	int i, ret;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		ret = parts[i].create(vcpu);
		if (ret) {
			parts_destroy(vcpu, i);
			return ret;
		}
	}
	hull_guest_tsc_start(vcpu);
	return 0;
}

static void run_destroy(struct hull_vcpu *vcpu)
{
	parts_destroy(vcpu, ARRAY_SIZE(parts));
}

/* Reads and writes of these never exit: their values are the guest's own in the VMCS. */
static const u32 open_msrs[] = {
	MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE,
	MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_EIP,
};

static void run_reset(struct hull_vcpu *vcpu, bool init)
{
	u32 eax = 1, ebx, ecx = 0, edx;
	int i;

	memset(&vcpu->reinject, 0, sizeof(vcpu->reinject));
	memset(&vcpu->exception, 0, sizeof(vcpu->exception));
	vcpu->nmi_pending = 0;
	vcpu->user_irq_pending = false;
	vcpu->pending->complete = NULL;

	hull_cr_reset(vcpu);
	hull_dr_reset(vcpu);
	hull_fpu_reset(vcpu, init);
	hull_msr_reset(vcpu, init);
	if (!init) {
		hull_pv_reset(vcpu);
		hull_vmx_tsc_offset_set(&vcpu->vmx, vcpu->tsc_offset);
		for (i = 0; i < ARRAY_SIZE(open_msrs); i++)
			hull_vmx_msr_intercept(&vcpu->vmx, open_msrs[i], false, false);
	}
	hull_cpuid_apply(vcpu);
	/* SDM Vol. 3, table 10-1: EDX holds the processor's signature. */
	hull_cpuid(vcpu, &eax, &ebx, &ecx, &edx);
	vcpu->vmx.regs[HULL_REG_RDX] = eax ? eax : 0x600;
}

/* ---- scheduling ------------------------------------------------------------ */

/* A TSC that differs between CPUs must not go back under the guest. */
static void tsc_follow(struct hull_vcpu *vcpu)
{
	u64 now = rdtsc();

	if (unlikely(vcpu->tsc_left && (s64)(now - vcpu->tsc_left) < 0))
		hull_guest_tsc_offset_set(vcpu, vcpu->tsc_offset + vcpu->tsc_left - now);
}

static void run_sched_in(struct hull_vcpu *vcpu, int cpu)
{
	WRITE_ONCE(vcpu->preempted, false);
	if (unlikely(vcpu->tsc_lost != hull_vmx_tsc_lost)) {
		hull_guest_tsc_recover(vcpu);
		/* Until when a call is above its limit was said in the old TSC. */
		hull_vcpu_request(vcpu, HULL_REQ_CALLS);
	}
	if (unlikely(check_tsc_unstable())) {
		tsc_follow(vcpu);
		if (vcpu->pv->system_time & 1)
			hull_vcpu_request(vcpu, HULL_REQ_CLOCK);
	}
	if (vcpu->pv->steal_time & KVM_MSR_ENABLED)
		hull_vcpu_request(vcpu, HULL_REQ_STEAL);
}

static void run_sched_out(struct hull_vcpu *vcpu)
{
	vcpu->tsc_left = rdtsc();
	if (get_current_state() != TASK_RUNNING)
		return;
	WRITE_ONCE(vcpu->preempted, true);
	if (vcpu->pv->steal_hva)
		hull_steal_preempted(vcpu);
}

/* ---- the VM ---------------------------------------------------------------- */

static int run_vm_create(struct hull_vm *vm)
{
	int ret;

	hull_clock_create(vm);
	ret = hull_iobus_create(vm);
	if (ret)
		return ret;
	ret = hull_hypercall_ops_get()->vm_create(vm);
	if (ret)
		hull_iobus_destroy(vm);
	return ret;
}

static void run_vm_quiesce(struct hull_vm *vm)
{
	hull_hypercall_ops_get()->vm_destroy(vm);
}

static void run_counters_keep(struct hull_vm *vm)
{
	hull_hypercall_ops_get()->counters_keep(vm);
}

static void run_counters_free(struct hull_record *record)
{
	hull_hypercall_ops_get()->counters_free(record);
}

static void run_record_deleted(struct hull_record *record)
{
	hull_hypercall_ops_get()->record_deleted(record);
}

const struct hull_vcpu_ops hull_run_vcpu_ops = {
	.create = run_create,
	.destroy = run_destroy,
	.reset = run_reset,
	.sched_in = run_sched_in,
	.sched_out = run_sched_out,
	.vm_create = run_vm_create,
	.vm_quiesce = run_vm_quiesce,
	.vm_destroy = hull_iobus_destroy,
	.counters_keep = run_counters_keep,
	.counters_free = run_counters_free,
	.record_deleted = run_record_deleted,
};

/* ---- messages of the interrupt room ---------------------------------------- */

static void irq_request(struct hull_vcpu *vcpu, enum hull_vcpu_request_bit req)
{
	hull_vcpu_request(vcpu, req);
	hull_vcpu_kick(vcpu);
}

static void irq_kick(void *vcpu)
{
	irq_request(vcpu, HULL_REQ_EVENT);
}

static void irq_nmi(void *vcpu)
{
	irq_request(vcpu, HULL_REQ_NMI);
}

/*
 * INIT takes back a SIPI that came before it, but not one that comes after: both may
 * arrive before the vCPU's thread has run on its CPU.
 */
static void irq_init(void *opaque)
{
	struct hull_vcpu *vcpu = opaque;

	clear_bit(HULL_REQ_SIPI, &vcpu->requests);
	irq_request(vcpu, HULL_REQ_INIT);
}

static void irq_sipi(void *opaque, u8 vector)
{
	struct hull_vcpu *vcpu = opaque;

	WRITE_ONCE(vcpu->sipi_vector, vector);
	irq_request(vcpu, HULL_REQ_SIPI);
}

/* Comes from the vCPU's own thread, by its EOI. */
static void irq_eoi(void *opaque, u8 vector)
{
	struct hull_vcpu *vcpu = opaque;

	vcpu->pending->eoi_vector = vector;
	hull_vcpu_request(vcpu, HULL_REQ_EOI_EXIT);
}

static u64 irq_guest_tsc(void *opaque)
{
	struct hull_vcpu *vcpu = opaque;

	return rdtsc() + READ_ONCE(vcpu->tsc_offset);
}

const struct hull_irq_ops hull_run_irq_ops = {
	.kick = irq_kick,
	.nmi = irq_nmi,
	.init = irq_init,
	.sipi = irq_sipi,
	.eoi = irq_eoi,
	.guest_tsc = irq_guest_tsc,
};

/* ---- the room --------------------------------------------------------------- */

int hull_run_init(void)
{
	int ret;

	hull_fpu_init();
	hull_cpuid_host_init();
	ret = hull_msr_init();
	if (ret)
		return ret;
	hull_vcpu_ops_set(&hull_run_vcpu_ops);
	return 0;
}

void hull_run_exit(void)
{
	hull_vcpu_ops_set(NULL);
}
