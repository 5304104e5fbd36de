// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vCPU's life on the processor: created, loaded on a CPU, put, moved, reset.
 */
#include <linux/gfp.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <asm/desc.h>
#include <asm/fsgsbase.h>
#include <asm/msr.h>
#include <asm/nospec-branch.h>
#include <asm/segment.h>
#include <vmx/private.h>

int hull_vmx_vcpu_init(struct hull_vmx_vcpu *v, u32 mitigations)
{
	v->cpu = -1;
	INIT_LIST_HEAD(&v->loaded);
	v->timer_deadline = ~0ULL;
	v->lane = ~0;

	v->priv = kzalloc(sizeof(*v->priv), GFP_KERNEL_ACCOUNT);
	if (!v->priv)
		return -ENOMEM;
	v->vmcs = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!v->vmcs)
		goto out_priv;
	v->msr_bitmap = (void *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (!v->msr_bitmap)
		goto out_vmcs;

	v->vmcs->revision = hull_vmx_config.revision;
	v->vpid = hull_vmx_has(HULL_VMX_CAP_VPID) ? hull_vpid_get() : 0;
	hull_vmx_mitigations_apply(v, mitigations);
	hull_vmx_msr_bitmap_init(v);
	return 0;

out_vmcs:
	free_page((unsigned long)v->vmcs);
out_priv:
	kfree(v->priv);
	return -ENOMEM;
}

void hull_vmx_vcpu_destroy(struct hull_vmx_vcpu *v)
{
	hull_vmx_cpu_clear(v);
	hull_vpid_put(v->vpid);
	free_page((unsigned long)v->msr_bitmap);
	free_page((unsigned long)v->vmcs);
	kfree(v->priv);
}

/*
 * User mode's FS, GS, LDT, DS and ES, which the guest's will replace. HOST_FS and
 * HOST_GS take no selector with a local table or a privilege level in it (SDM Vol. 3,
 * 27.2.3); such a one is loaded again by the put.
 */
static void host_segments_save(struct hull_vmx_vcpu *v)
{
	struct hull_vmx_private *p = v->priv;
	unsigned long fs_base;
	u16 fs, gs;

	savesegment(fs, p->host_fs);
	savesegment(gs, p->host_gs);
	savesegment(ds, p->host_ds);
	savesegment(es, p->host_es);
	store_ldt(p->host_ldt);
	p->host_kernel_gs_base = __rdmsr(MSR_KERNEL_GS_BASE);
	fs_base = boot_cpu_has(X86_FEATURE_FSGSBASE) ? rdfsbase() : __rdmsr(MSR_FS_BASE);

	fs = p->host_fs & 7 ? 0 : p->host_fs;
	gs = p->host_gs & 7 ? 0 : p->host_gs;
	if (unlikely(fs != p->vmcs_fs)) {
		hull_vmcs_write(HOST_FS_SELECTOR, fs);
		p->vmcs_fs = fs;
	}
	if (unlikely(gs != p->vmcs_gs)) {
		hull_vmcs_write(HOST_GS_SELECTOR, gs);
		p->vmcs_gs = gs;
	}
	if (fs_base != p->vmcs_fs_base) {
		hull_vmcs_write(HOST_FS_BASE, fs_base);
		p->vmcs_fs_base = fs_base;
	}
}

static void host_segments_restore(struct hull_vmx_vcpu *v)
{
	struct hull_vmx_private *p = v->priv;

	if (unlikely(p->host_ldt || (p->host_gs & 7))) {
		asm volatile("lldt %0" : : "m" (p->host_ldt));
		load_gs_index(p->host_gs);
	}
	if (unlikely(p->host_fs & 7))
		loadsegment(fs, p->host_fs);
	if (unlikely(p->host_ds | p->host_es)) {
		loadsegment(ds, p->host_ds);
		loadsegment(es, p->host_es);
	}
	__wrmsr(MSR_KERNEL_GS_BASE, p->host_kernel_gs_base, p->host_kernel_gs_base >> 32);
}

/* Context: interrupts off. Apart, as VMPTRLD's operand wants a guarded stack. */
static noinline void current_make(struct hull_vmx_vcpu *v, struct hull_vmx_cpu *host)
{
	hull_vmcs_load(v->vmcs);
	host->current_vcpu = v;
	if (v->mitigations & HULL_MITIGATION_IBPB)
		hull_vmx_barrier();
}

void hull_vmx_vcpu_load(struct hull_vmx_vcpu *v, int cpu)
{
	struct hull_vmx_cpu *host = per_cpu_ptr(&hull_vmx_cpu, cpu);
	bool moved = READ_ONCE(v->cpu) != cpu;
	unsigned long flags;

	/* The IPI leaves v->cpu at -1, with release: its list is left before ours is joined. */
	if (moved)
		hull_vmx_cpu_clear(v);

	local_irq_save(flags);
	if (unlikely(host->state != HULL_VMX_CPU_ON))
		hull_vmx_cpu_borrow(host);
	/* Read again: between the two this CPU's offline callback may have run. */
	if (smp_load_acquire(&v->cpu) != cpu) {
		list_add(&v->loaded, &host->loaded);
		v->cpu = cpu;
		v->host = host;
		moved = true;
	}
	if (host->current_vcpu != v)
		current_make(v, host);
	local_irq_restore(flags);

	if (moved) {
		hull_vmcs_host_cpu(v, cpu);
		/* Entries that this CPU cached when the vCPU was last here may be stale. */
		hull_vmx_tlb_flush_vcpu(v);
	}
	host_segments_save(v);
	__wrmsr(MSR_KERNEL_GS_BASE, v->priv->kernel_gs_base, v->priv->kernel_gs_base >> 32);
	hull_vmx_msr_load(v);
	host->stale = true;
	hull_vmx_l1d_taint(v);
	v->fail = false;
	v->active = true;
}

void hull_vmx_vcpu_put(struct hull_vmx_vcpu *v)
{
	struct hull_vmx_cpu *host = v->host;
	unsigned long flags;

	v->active = false;
	v->priv->kernel_gs_base = __rdmsr(MSR_KERNEL_GS_BASE);
	host_segments_restore(v);
	/*
	 * The exit made both limits larger than they were: SDM Vol. 3, 28.5.2. Not v->cpu:
	 * who took VMX from this CPU has cleared the VMCS and said so there.
	 */
	invalidate_tss_limit();
	load_fixmap_gdt(smp_processor_id());
	if (boot_cpu_has(X86_FEATURE_IBPB_EXIT_TO_USER))
		this_cpu_write(x86_ibpb_exit_to_user, true);

	if (unlikely(host->state != HULL_VMX_CPU_ON)) {
		local_irq_save(flags);
		hull_vmx_cpu_return(host);
		local_irq_restore(flags);
	}
}

void hull_vmx_vcpu_reset(struct hull_vmx_vcpu *v, bool init)
{
	struct hull_vmx_private *p = v->priv;
	unsigned long cr0 = X86_CR0_ET | X86_CR0_NW | X86_CR0_CD;
	int i;

	if (!p->written) {
		hull_vmcs_setup(v);
		p->written = true;
		init = false;
	}
	if (init)
		cr0 = X86_CR0_ET | (hull_vmx_cr0_get(v) & (X86_CR0_NW | X86_CR0_CD));

	for (i = HULL_REG_RAX; i <= HULL_REG_R15; i++)
		hull_vmx_reg_set(v, i, 0);
	/* Family 6: what CPUID.1:EAX says of it is for the caller to know better. */
	hull_vmx_reg_set(v, HULL_REG_RDX, 0x600);
	hull_vmx_reg_set(v, HULL_REG_RIP, 0xfff0);
	hull_vmx_rflags_set(v, X86_EFLAGS_FIXED);

	hull_vmx_efer_set(v, 0);
	hull_vmx_cr0_set(v, cr0);
	hull_vmx_cr3_set(v, 0);
	hull_vmx_cr4_set(v, 0);
	v->cr2 = 0;
	hull_vmx_segment_reset(v);
	hull_vmx_msr_reset(v, init);

	hull_vmcs_write(GUEST_DR7, 0x400);
	hull_vmcs_write(GUEST_INTERRUPTIBILITY_INFO, 0);
	hull_vmcs_write(GUEST_ACTIVITY_STATE, GUEST_ACTIVITY_ACTIVE);
	hull_vmcs_write(GUEST_PENDING_DBG_EXCEPTIONS, 0);
	hull_vmx_event_cancel(v);
	hull_vmcs_cpu_set(v, CPU_BASED_INTR_WINDOW_EXITING | CPU_BASED_NMI_WINDOW_EXITING, false);
	hull_vmx_dr_intercept(v, true);
	hull_vmx_tlb_flush_guest(v);
}
