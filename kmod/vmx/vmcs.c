// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filling in a VMCS: controls, host state, constants. SDM Vol. 3, chapter 25.
 */
#include <linux/kernel.h>
#include <linux/kvm.h>
#include <linux/printk.h>
#include <asm/cpu_entry_area.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/segment.h>
#include <asm/tlbflush.h>
#include <asm/trapnr.h>
#include <vmx/private.h>

/* PAUSE loops: cycles between two of one loop, and how long one may be. */
#define PLE_GAP_CYCLES		128
#define PLE_WINDOW_CYCLES	4096

/* Exceptions that exit whoever asks for what: see hull_vmx_exception_bitmap_set(). */
#define EXCEPTIONS_ALWAYS	(BIT(X86_TRAP_DB) | BIT(X86_TRAP_AC) | BIT(X86_TRAP_MC))

/* Once per field would be enough, but a field that fails is a bug of ours, and rare. */
void hull_vmcs_write_failed(unsigned long field, unsigned long value)
{
	pr_err_ratelimited("hull: VMWRITE of %#lx to field %#lx failed, error %lu\n",
			   value, field, hull_vmcs_read(VM_INSTRUCTION_ERROR));
}

static void ctl_set(u32 *ctl, unsigned long field, u32 bits, bool on)
{
	u32 val = on ? *ctl | bits : *ctl & ~bits;

	if (val != *ctl) {
		*ctl = val;
		hull_vmcs_write(field, val);
	}
}

void hull_vmcs_pin_set(struct hull_vmx_vcpu *v, u32 bits, bool on)
{
	ctl_set(&v->pin_ctl, PIN_BASED_VM_EXEC_CONTROL, bits, on);
}

void hull_vmcs_cpu_set(struct hull_vmx_vcpu *v, u32 bits, bool on)
{
	ctl_set(&v->cpu_ctl, CPU_BASED_VM_EXEC_CONTROL, bits, on);
}

void hull_vmcs_cpu2_set(struct hull_vmx_vcpu *v, u32 bits, bool on)
{
	ctl_set(&v->cpu2_ctl, SECONDARY_VM_EXEC_CONTROL, bits, on);
}

void hull_vmcs_entry_set(struct hull_vmx_vcpu *v, u32 bits, bool on)
{
	ctl_set(&v->entry_ctl, VM_ENTRY_CONTROLS, bits, on);
}

static void controls_setup(struct hull_vmx_vcpu *v)
{
	const struct hull_vmx_config *c = &hull_vmx_config;

	v->pin_ctl = c->pin;
	v->cpu_ctl = c->cpu;
	v->cpu2_ctl = c->cpu2;
	v->exit_ctl = c->exit | (hull_vmx_deaf ? VM_EXIT_SAVE_VMX_PREEMPTION_TIMER : 0);
	v->entry_ctl = c->entry;
	if (!v->vpid)
		v->cpu2_ctl &= ~SECONDARY_EXEC_ENABLE_VPID;

	hull_vmcs_write(PIN_BASED_VM_EXEC_CONTROL, v->pin_ctl);
	hull_vmcs_write(CPU_BASED_VM_EXEC_CONTROL, v->cpu_ctl);
	hull_vmcs_write(SECONDARY_VM_EXEC_CONTROL, v->cpu2_ctl);
	hull_vmcs_write(VM_EXIT_CONTROLS, v->exit_ctl);
	hull_vmcs_write(VM_ENTRY_CONTROLS, v->entry_ctl);

	if (v->vpid)
		hull_vmcs_write(VIRTUAL_PROCESSOR_ID, v->vpid);
	if (c->cpu2 & VMCS_CONTROL_BIT(XSAVES))
		hull_vmcs_write(XSS_EXIT_BITMAP, 0);
	if (c->cpu2 & SECONDARY_EXEC_ENCLS_EXITING)
		hull_vmcs_write(ENCLS_EXITING_BITMAP, ~0UL);
	if (c->cpu2 & SECONDARY_EXEC_PAUSE_LOOP_EXITING) {
		hull_vmcs_write(PLE_GAP, PLE_GAP_CYCLES);
		hull_vmcs_write(PLE_WINDOW, PLE_WINDOW_CYCLES);
	}
}

static void constants_setup(struct hull_vmx_vcpu *v)
{
	struct hull_vmx_private *p = v->priv;

	hull_vmcs_write(MSR_BITMAP, __pa(v->msr_bitmap));
	hull_vmcs_write(VMCS_LINK_POINTER, ~0UL);
	hull_vmcs_write(PAGE_FAULT_ERROR_CODE_MASK, 0);
	hull_vmcs_write(PAGE_FAULT_ERROR_CODE_MATCH, 0);
	hull_vmcs_write(CR3_TARGET_COUNT, 0);
	hull_vmcs_write(TSC_OFFSET, 0);
	hull_vmcs_write(VM_ENTRY_INTR_INFO_FIELD, 0);

	hull_vmcs_write(VM_EXIT_MSR_STORE_COUNT, 0);
	hull_vmcs_write(VM_EXIT_MSR_LOAD_COUNT, 0);
	hull_vmcs_write(VM_ENTRY_MSR_LOAD_COUNT, 0);
	hull_vmcs_write(VM_EXIT_MSR_LOAD_ADDR, __pa(p->exit_msrs));
	hull_vmcs_write(VM_ENTRY_MSR_LOAD_ADDR, __pa(p->entry_msrs));
	p->autoload = 0;
}

/* Host state that is the same on every CPU and for ever. SDM Vol. 3, 25.5. */
static void host_setup(struct hull_vmx_vcpu *v)
{
	struct desc_ptr idt;

	hull_vmcs_write(HOST_CR0, read_cr0() & ~X86_CR0_TS);
	hull_vmcs_write(HOST_CS_SELECTOR, __KERNEL_CS);
	hull_vmcs_write(HOST_SS_SELECTOR, __KERNEL_DS);
	/* 64-bit code has no use for them; user mode's come back with the put. */
	hull_vmcs_write(HOST_DS_SELECTOR, 0);
	hull_vmcs_write(HOST_ES_SELECTOR, 0);
	hull_vmcs_write(HOST_TR_SELECTOR, GDT_ENTRY_TSS * 8);

	store_idt(&idt);
	hull_vmcs_write(HOST_IDTR_BASE, idt.address);
	hull_vmcs_write(HOST_RIP, v->run_flags & HULL_RUN_SAFE ?
			(unsigned long)hull_vmx_exit_safe : (unsigned long)hull_vmx_exit_bare);

	hull_vmcs_write(HOST_IA32_SYSENTER_CS, (u32)__rdmsr(MSR_IA32_SYSENTER_CS));
	hull_vmcs_write(HOST_IA32_SYSENTER_EIP, __rdmsr(MSR_IA32_SYSENTER_EIP));
	hull_vmcs_write(HOST_IA32_PAT, __rdmsr(MSR_IA32_CR_PAT));
	hull_vmcs_write(HOST_IA32_EFER, __rdmsr(MSR_EFER));
}

/*
 * hull_vmcs_host_cpu - host state that belongs to a CPU
 *
 * Context: VMCS current, on @cpu, preemption off.
 */
void hull_vmcs_host_cpu(struct hull_vmx_vcpu *v, int cpu)
{
	hull_vmcs_write(HOST_TR_BASE, (unsigned long)&get_cpu_entry_area(cpu)->tss.x86_tss);
	hull_vmcs_write(HOST_GDTR_BASE, (unsigned long)get_cpu_gdt_ro(cpu));
	hull_vmcs_write(HOST_GS_BASE, cpu_kernelmode_gs_base(cpu));
	hull_vmcs_write(HOST_IA32_SYSENTER_ESP, __rdmsr(MSR_IA32_SYSENTER_ESP));
}

/* hull_vmcs_setup - everything but guest state; at the first reset */
void hull_vmcs_setup(struct hull_vmx_vcpu *v)
{
	controls_setup(v);
	constants_setup(v);
	host_setup(v);
	hull_vmx_exception_bitmap_set(v, 0);
}

void hull_vmx_exception_bitmap_set(struct hull_vmx_vcpu *v, u32 bitmap)
{
	v->priv->exceptions = bitmap;
	hull_vmcs_write(EXCEPTION_BITMAP, bitmap | EXCEPTIONS_ALWAYS);
}

void hull_vmx_exits_disable(struct hull_vmx_vcpu *v, u32 exits)
{
	hull_vmcs_cpu_set(v, CPU_BASED_HLT_EXITING, !(exits & KVM_X86_DISABLE_EXITS_HLT));
	hull_vmcs_cpu_set(v, CPU_BASED_MWAIT_EXITING | CPU_BASED_MONITOR_EXITING,
			  !(exits & KVM_X86_DISABLE_EXITS_MWAIT));
	hull_vmcs_cpu2_set(v, hull_vmx_config.cpu2 & SECONDARY_EXEC_PAUSE_LOOP_EXITING,
			   !(exits & KVM_X86_DISABLE_EXITS_PAUSE));
}

void hull_vmx_dr_intercept(struct hull_vmx_vcpu *v, bool on)
{
	hull_vmcs_cpu_set(v, CPU_BASED_MOV_DR_EXITING, on);
}

void hull_vmx_tsc_offset_set(struct hull_vmx_vcpu *v, u64 offset)
{
	hull_vmcs_write(TSC_OFFSET, offset);
}
