/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the loop's half share. */
#ifndef HULL_RUN_LOOP_H
#define HULL_RUN_LOOP_H

#include <run/cpuid.h>
#include <run/msr.h>
#include <run/pv.h>
#include <run/run.h>

/* exit.c */

/**
 * hull_exit_fast - answer what needs neither sleep nor interrupts, right after the exit
 *
 * Context: interrupts off. Counts the exit.
 * Return: true: enter again; false: the exit is for hull_exit_handle().
 */
bool hull_exit_fast(struct hull_vcpu *vcpu);
/** hull_exit_handle - one row of the exit table; vCPU loaded, may sleep */
int hull_exit_handle(struct hull_vcpu *vcpu);
/** hull_exit_internal - stop with KVM_EXIT_INTERNAL_ERROR; @why goes to the VM's record */
int hull_exit_internal(struct hull_vcpu *vcpu, u32 suberror, const char *why);
/** hull_exit_skip - the instruction is done */
int hull_exit_skip(struct hull_vcpu *vcpu);
/** hull_exit_gp - #GP(0) */
int hull_exit_gp(struct hull_vcpu *vcpu);

/* rows of the table, by file */
int hull_exit_exception(struct hull_vcpu *vcpu);		/* exit_event.c */
int hull_exit_interrupt(struct hull_vcpu *vcpu);
int hull_exit_triple_fault(struct hull_vcpu *vcpu);
int hull_exit_intr_window(struct hull_vcpu *vcpu);
int hull_exit_nmi_window(struct hull_vcpu *vcpu);
int hull_exit_preemption_timer(struct hull_vcpu *vcpu);
int hull_exit_task_switch(struct hull_vcpu *vcpu);		/* task_switch.c */
int hull_exit_cr(struct hull_vcpu *vcpu);			/* exit_insn.c */
int hull_exit_dr(struct hull_vcpu *vcpu);
int hull_exit_cpuid(struct hull_vcpu *vcpu);
int hull_exit_hlt(struct hull_vcpu *vcpu);
int hull_exit_nop(struct hull_vcpu *vcpu);
int hull_exit_ud(struct hull_vcpu *vcpu);
int hull_exit_monitor(struct hull_vcpu *vcpu);
int hull_exit_pause(struct hull_vcpu *vcpu);
int hull_exit_rdmsr(struct hull_vcpu *vcpu);
int hull_exit_wrmsr(struct hull_vcpu *vcpu);
int hull_exit_vmcall(struct hull_vcpu *vcpu);
int hull_exit_xsetbv(struct hull_vcpu *vcpu);
int hull_exit_io(struct hull_vcpu *vcpu);			/* pio.c */
int hull_exit_ept_violation(struct hull_vcpu *vcpu);		/* mmio.c */
u64 hull_linear_rip(struct hull_vcpu *vcpu);

/* loop.c */
bool hull_vcpu_runnable(struct hull_vcpu *vcpu);	/* would it leave a halt now? */
void hull_mp_init(struct hull_vcpu *vcpu);

/** hull_timer_arm - have the processor watch the local APIC's deadline; interrupts off */
void hull_timer_arm(struct hull_vcpu *vcpu);

/* event.c */
/** hull_event_inject - put the most urgent event into the next entry; interrupts off */
void hull_event_inject(struct hull_vcpu *vcpu);
bool hull_event_waiting(struct hull_vcpu *vcpu);
bool hull_intr_pending(struct hull_vcpu *vcpu);
/** hull_user_irq_ready - without a chip: could an interrupt be delivered at once? */
bool hull_user_irq_ready(struct hull_vcpu *vcpu);
void hull_nmi_queue(struct hull_vcpu *vcpu);

/* DR6 and DR7: bits that are always one, bits that software may set (no RTM, no bus lock). */
#define HULL_DR6_FIXED		0xffff0ff0ul
#define HULL_DR6_SETTABLE	0x0000e00ful
#define HULL_DR6_BD		BIT(13)
#define HULL_DR6_BS		BIT(14)
#define HULL_DR7_GD		BIT(13)
#define HULL_DR7_FIXED		0x00000400ul
#define HULL_DR7_SETTABLE	0xffff23fful

/* RFLAGS outside 64-bit mode: bits that may be set (SDM Vol. 1, 3.4.3) */
#define HULL_RFLAGS_32		0x003f7fd5ul

/* dr.c: debug registers around the inner loop; interrupts off */
void hull_dr_load(struct hull_vcpu *vcpu);
void hull_dr_save(struct hull_vcpu *vcpu);
void hull_dr_reset(struct hull_vcpu *vcpu);
/** hull_dr_payload - what a #DB leaves in DR6 */
void hull_dr_payload(struct hull_vcpu *vcpu, unsigned long bits);

/* fpu.c */
void hull_fpu_init(void);
void hull_fpu_enter(struct hull_vcpu *vcpu);	/* KVM_RUN begins */
void hull_fpu_leave(struct hull_vcpu *vcpu);	/* and ends; may sleep */
void hull_fpu_load(struct hull_vcpu *vcpu);	/* inner loop: interrupts off */
void hull_fpu_save(struct hull_vcpu *vcpu);

/* cr.c */
void hull_cr_reset(struct hull_vcpu *vcpu);
unsigned long hull_cr8_get(struct hull_vcpu *vcpu);
int hull_cr8_set(struct hull_vcpu *vcpu, unsigned long cr8);

/* mmio.c */
u64 hull_linear_rip(struct hull_vcpu *vcpu);
/** hull_emul_start - emulate the instruction at hand until it is done or userspace is needed */
int hull_emul_start(struct hull_vcpu *vcpu);
/** hull_walk_fill - how the guest translates at this moment */
void hull_walk_fill(struct hull_vcpu *vcpu, struct hull_walk *walk);

/* pio.c */
/** hull_pio_kernel - an access to a port that the kernel answers; false: it is userspace's */
bool hull_pio_kernel(struct hull_vcpu *vcpu, u16 port, unsigned int size, void *data, bool write);
/** hull_pio_user - fill the run page: one access of @size to @port; @data: what is written */
void hull_pio_user(struct hull_vcpu *vcpu, u16 port, unsigned int size, const void *data,
		   bool write);

/** hull_apic_changed - priorities moved: is there an interrupt to deliver now? */
static inline void hull_apic_changed(struct hull_vcpu *vcpu)
{
	if (vcpu->lapic && hull_lapic_pending(vcpu->lapic) >= 0)
		hull_vcpu_request(vcpu, HULL_REQ_EVENT);
}

static inline bool hull_in_kernel_pic(struct hull_vcpu *vcpu)
{
	return vcpu->vm->irqchip_mode == HULL_IRQCHIP_KERNEL;
}

#endif
