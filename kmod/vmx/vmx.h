/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VMX room: VMXON/VMXOFF, capabilities, VMCS, world switch.
 *
 * This is the only room that knows VMX. It makes no upward calls; what it needs
 * from above comes as an argument. Everything here speaks of one logical
 * processor's view: a struct hull_vmx_vcpu is a VMCS and the guest registers
 * that the hardware does not keep in it.
 *
 * Field legend used in Hull's structures:
 *   [I] immutable after creation      [v] vCPU mutex, or the vCPU's own thread
 *   [V] vm->lock                      [r] RCU        [a] atomic access
 *   [c] only on the CPU that has it loaded, preemption disabled
 */
#ifndef HULL_VMX_VMX_H
#define HULL_VMX_VMX_H

#include <linux/kvm.h>
#include <linux/types.h>
#include <linux/list.h>
#include <linux/cpumask.h>
#include <uapi/linux/hull.h>	/* HULL_MITIGATION_*, HULL_VMX_CAP_* */

/* Index of a general register, in the order of instruction encoding. */
enum hull_reg {
	HULL_REG_RAX, HULL_REG_RCX, HULL_REG_RDX, HULL_REG_RBX,
	HULL_REG_RSP, HULL_REG_RBP, HULL_REG_RSI, HULL_REG_RDI,
	HULL_REG_R8, HULL_REG_R9, HULL_REG_R10, HULL_REG_R11,
	HULL_REG_R12, HULL_REG_R13, HULL_REG_R14, HULL_REG_R15,
	HULL_REG_RIP,
	HULL_NR_REGS,
};

/* Segment registers, in the order of instruction encoding, then the system ones. */
enum hull_seg {
	HULL_SEG_ES, HULL_SEG_CS, HULL_SEG_SS, HULL_SEG_DS, HULL_SEG_FS, HULL_SEG_GS,
	HULL_SEG_LDTR, HULL_SEG_TR,
	HULL_NR_SEGS,
};

/**
 * struct hull_vmx_caps - what this host offers
 * @flags: HULL_VMX_CAP_*
 * @revision: VMCS revision identifier
 * @mitigations: HULL_MITIGATION_* this host needs and has switched on
 * @preemption_timer_shift: TSC cycles per timer tick, as a power of two
 * @holder: who is in the way ("kvm_intel", "another hypervisor"), or NULL
 * @why: NULL when Hull can take VMX, else a sentence that says why not
 * @error: 0, -EOPNOTSUPP (CPU or firmware) or -EBUSY (another holder)
 */
struct hull_vmx_caps {
	u64 flags;
	u32 revision;
	u32 mitigations;
	u32 preemption_timer_shift;
	const char *holder;
	const char *why;
	int error;
};

/**
 * struct hull_event - an event to be delivered to the guest on entry
 * @valid: there is one
 * @type: VMX interruption type (SDM Vol. 3, 25.8.3), HULL_EVENT_*
 * @vector: vector, 0 to 255
 * @has_error: deliver @error too
 * @error: error code
 * @insn_len: instruction length in bytes for software events, 0 to 15
 */
struct hull_event {
	bool valid;
	u8 type;
	u8 vector;
	bool has_error;
	u32 error;
	u8 insn_len;
};

#define HULL_EVENT_INTR		0
#define HULL_EVENT_NMI		2
#define HULL_EVENT_EXCEPTION	3
#define HULL_EVENT_SOFT_INTR	4
#define HULL_EVENT_PRIV_SOFT	5
#define HULL_EVENT_SOFT_EXC	6

struct hull_vmcs;	/* a VMCS region, as the processor sees it */

/* Bits of hull_vmx_vcpu.cached and .dirty: registers that live in the VMCS. */
#define HULL_CACHE_RIP		BIT(0)
#define HULL_CACHE_RSP		BIT(1)
#define HULL_CACHE_RFLAGS	BIT(2)
#define HULL_CACHE_CR0		BIT(3)
#define HULL_CACHE_CR3		BIT(4)
#define HULL_CACHE_CR4		BIT(5)
#define HULL_CACHE_CS_AR	BIT(6)
#define HULL_CACHE_SS_AR	BIT(7)

/**
 * struct hull_vmx_vcpu - one VMCS and the guest state that lives beside it
 *
 * The entry assembly knows @regs to @lane by their offsets, which stand in
 * vmx/enter.h and are checked at build time.
 */
struct hull_vmx_vcpu {
	unsigned long regs[HULL_NR_REGS];	/* [v] RSP, RIP: see @cached */
	unsigned long cr2;			/* [v] */
	unsigned long host_rsp;			/* [v] what HOST_RSP holds */
	u32 run_flags;				/* [v] HULL_RUN_*, see enter.h */
	u32 spec_ctrl;				/* [v] the guest's IA32_SPEC_CTRL */

	/* the last exit [v] */
	u32 exit_reason;			/* full 32 bits */
	u32 lane;				/* [c] exit reason that the lane takes, or ~0 */
	bool fail;				/* since the load: VMfail, or no VMX */
	bool answered;				/* by the lane, which also counted it */
	bool active;				/* [c] between load and put */
	bool l1d_tainted;			/* [v] flush L1D before the next entry (L1TF) */

	/* caches of VMCS fields, valid where the bit is set [v] */
	u32 cached;				/* HULL_CACHE_* */
	u32 exit_cached;
	u32 dirty;				/* HULL_CACHE_*: to be written before entry */
	u32 cs_ar, ss_ar;
	unsigned long rflags;
	unsigned long cr0, cr3, cr4;		/* as the guest sees them */
	u64 efer;				/* always valid */

	/* lazily read facts of the last exit [v] */
	u32 exit_intr_info;
	u32 exit_insn_len;
	unsigned long exit_qualification;

	/* what the VMCS holds, so that it is written only when it changes [v] */
	unsigned long host_cr3, host_cr4;
	u64 timer_deadline;			/* host TSC, or ~0 */
	u64 timer_at;				/* host TSC that the VMCS has it at; 0: not yet */
	u32 timer_shift;			/* TSC cycles a tick, as a power of two */
	u32 pin_ctl, cpu_ctl, cpu2_ctl, entry_ctl, exit_ctl;

	struct hull_vmx_cpu *host;		/* [c] the CPU that has it loaded */
	struct hull_vmcs *vmcs;			/* [I] */
	struct list_head loaded;		/* [c] on the CPU's list of loaded VMCSs */
	int cpu;				/* [c] CPU that has it loaded, or -1 */

	u16 vpid;				/* [I] 0: no VPID */
	u32 mitigations;			/* [v] HULL_MITIGATION_* in force */
	unsigned long *msr_bitmap;		/* [I] one page, 1: intercept */
	struct hull_vmx_private *priv;		/* [I] the room's own: see private.h */
};

/* --- the host: vmx/host.c, vmx/caps.c ------------------------------------ */

int hull_vmx_init(void);
void hull_vmx_exit(void);

/**
 * hull_vmx_caps_get - what this host offers at this moment
 * @caps: filled in; strings are static
 *
 * Context: may sleep (asks each online CPU).
 */
void hull_vmx_caps_get(struct hull_vmx_caps *caps);

/**
 * hull_vmx_hold - take VMX on every CPU, or count one more user
 * @why: on failure a static sentence that says who or what is in the way
 *
 * Context: process context, may sleep.
 * Return: 0; -EOPNOTSUPP: CPU or firmware does not offer it; -EBUSY: somebody
 * else holds VMX.
 */
int hull_vmx_hold(const char **why);

/** hull_vmx_release - drop one user; the last one leaves VMX on every CPU */
void hull_vmx_release(void);

/* --- one vCPU: vmx/vcpu.c, vmcs.c ---------------------------------------- */

/**
 * hull_vmx_vcpu_init - allocate the VMCS, its bitmaps and a VPID
 * @v: zeroed
 * @mitigations: HULL_MITIGATION_* that this VM runs with; bits the host does not
 *	need are ignored
 *
 * Context: process context; VMX is held. The VMCS contents are written at the
 * first hull_vmx_vcpu_reset(), with the vCPU loaded.
 * Return: 0 or -ENOMEM (no VPID left is not an error: 0 is used).
 */
int hull_vmx_vcpu_init(struct hull_vmx_vcpu *v, u32 mitigations);
void hull_vmx_vcpu_destroy(struct hull_vmx_vcpu *v);

/**
 * hull_vmx_vcpu_load - make the VMCS current on this CPU
 *
 * Context: preemption disabled; also from the preempt notifier's sched_in.
 * VMCLEARs on the old CPU when it moved, refreshes per-CPU host state (TR, GDT,
 * GS base, SYSENTER_ESP), does IBPB when another guest ran here.
 */
void hull_vmx_vcpu_load(struct hull_vmx_vcpu *v, int cpu);

/**
 * hull_vmx_vcpu_put - this thread goes away from the CPU
 *
 * Context: preemption disabled; also from sched_out. Gives back lazily switched
 * host state (FS/GS/KERNEL_GS bases, LDT, user-return MSRs stay until user mode).
 */
void hull_vmx_vcpu_put(struct hull_vmx_vcpu *v);

/**
 * hull_vmx_vcpu_reset - power-up or INIT state (SDM Vol. 3, 10.1.1, table 10-1)
 * @init: INIT rather than power-up: caches, CR0.CD/NW and some MSRs survive
 *
 * Context: vCPU loaded. Writes the whole VMCS at the first call.
 */
void hull_vmx_vcpu_reset(struct hull_vmx_vcpu *v, bool init);

/**
 * hull_vmx_tsc_lost - by how much the host's TSC went back in all sleeps of the machine
 *
 * A reset by ACPI S3 makes the TSC start at 0. Changes while one CPU is online, its
 * interrupts are off and every user thread is frozen.
 */
extern u64 hull_vmx_tsc_lost;

/*
 * hull_vmx_usable() - may this CPU enter a guest now?
 *
 * False once this CPU's hotplug teardown has taken VMX from it. Must be asked anew
 * each time interrupts have been switched off, before the first hull_vmx_enter():
 * it also makes that entry look again at host state that interrupts may change
 * (DEBUGCTL, perf), and tells RCU of a quiescent state.
 * Context: interrupts off. In vmx/inline.h.
 */

/**
 * hull_vmx_enter - run the guest until the next VM exit
 *
 * Context: interrupts off, vCPU loaded, guest FPU loaded. NMIs that caused the
 * exit are handled before it returns; interrupts stay off. @v->exit_reason is
 * set; for a failed entry @v->fail is set or bit 31 of the reason. With @v->answered
 * there is nothing left to do about the exit.
 * SDM Vol. 3, chapters 27 and 28.
 */
void hull_vmx_enter(struct hull_vmx_vcpu *v);

/**
 * hull_vmx_lane_set - who may answer a VMCALL before the world switch ends
 * @fn: NULL: nobody. Returns HULL_LANE_*. Called right after the exit with interrupts
 *	off; @v->regs holds RAX, RBX, RCX, RDX, RSI, RDI, R8 to R11, other registers are
 *	not there yet, no cache is valid, CR2 is the guest's. It must neither fault nor be
 *	instrumented, and changes RAX alone.
 *
 * For fn: hull_lane_*() in vmx/inline.h.
 */
void hull_vmx_lane_set(int (*fn)(struct hull_vmx_vcpu *v));

/*
 * hull_vmx_l1d_taint(v), in vmx/inline.h - the host touched somebody else's data on
 * behalf of this guest: where L1TF is mitigated, flush L1D before the guest runs.
 * Known here without it: loads, host interrupts, and exits that lead to the MMU or
 * to emulation.
 */

/**
 * hull_vmx_exit_irqoff - hand what belongs to the host to the host
 *
 * After every exit that is not followed by another hull_vmx_enter() at once: reason
 * 0 (exception or NMI: #MC), 1 (external interrupt: calls the host's handler through
 * its IDT entry) and 41 (machine check during entry); others do nothing.
 * Context: interrupts off, before they are switched on again.
 */
void hull_vmx_exit_irqoff(struct hull_vmx_vcpu *v);

/*
 * In vmx/inline.h, vCPU loaded: facts on the last exit, read once when asked for
 *	unsigned long hull_vmx_exit_qualification(v)
 *	u32 hull_vmx_exit_intr_info(v), hull_vmx_exit_intr_error(v)
 *	u32 hull_vmx_exit_insn_len(v), hull_vmx_exit_insn_info(v)
 *	u64 hull_vmx_exit_gpa(v)
 * and
 *	void hull_vmx_event_interrupted(v, struct hull_event *event)
 * the event whose delivery the exit interrupted, decoded from IDT-vectoring
 * information, with the error code and instruction length it needs to be injected
 * again; !valid when none. Also restores blocking by NMI where SDM Vol. 3, 28.2.3
 * and 32.7.1.2 ask for it. To be called once after each exit.
 */

/** hull_vmx_exit_gla - guest-linear address; Return: does the exit have one? */
bool hull_vmx_exit_gla(struct hull_vmx_vcpu *v, unsigned long *gla);

/** hull_vmx_event_inject - deliver @event at the next entry (overwrites) */
void hull_vmx_event_inject(struct hull_vmx_vcpu *v, const struct hull_event *event);
/** hull_vmx_event_cancel - take an injection back that was not entered */
void hull_vmx_event_cancel(struct hull_vmx_vcpu *v);

bool hull_vmx_intr_allowed(struct hull_vmx_vcpu *v);	/* RFLAGS.IF and no shadow */
bool hull_vmx_nmi_allowed(struct hull_vmx_vcpu *v);
void hull_vmx_intr_window(struct hull_vmx_vcpu *v, bool on);
void hull_vmx_nmi_window(struct hull_vmx_vcpu *v, bool on);
bool hull_vmx_nmi_masked(struct hull_vmx_vcpu *v);
void hull_vmx_nmi_mask(struct hull_vmx_vcpu *v, bool masked);
/* KVM_X86_SHADOW_INT_* (MOV SS, STI) */
u8 hull_vmx_shadow_get(struct hull_vmx_vcpu *v);
void hull_vmx_shadow_set(struct hull_vmx_vcpu *v, u8 shadow);

/*
 * In vmx/inline.h, vCPU loaded: registers, read once after an exit and written back
 * before entry
 *	unsigned long hull_vmx_reg_get(v, enum hull_reg reg)
 *	void hull_vmx_reg_set(v, enum hull_reg reg, unsigned long val)
 *	unsigned long hull_vmx_rflags_get(v)
 *	void hull_vmx_rflags_set(v, unsigned long rflags)
 *	unsigned int hull_vmx_cpl(v)
 *	bool hull_vmx_is_long_mode(v)		CS.L and EFER.LMA: 64-bit code
 * and
 *	void hull_vmx_insn_skip(v)
 * the exiting instruction is done, step over it: adds the instruction length to RIP
 * (truncated to 32 bits outside 64-bit mode), ends STI and MOV SS shadows, and makes
 * a pending single-step trap where RFLAGS.TF asks for one (SDM Vol. 3, 27.3.1.5
 * pending debug exceptions).
 */

unsigned long hull_vmx_cr0_get(struct hull_vmx_vcpu *v);
unsigned long hull_vmx_cr3_get(struct hull_vmx_vcpu *v);
unsigned long hull_vmx_cr4_get(struct hull_vmx_vcpu *v);
/*
 * The setters take the value the guest is to see. They are mechanism: architectural
 * checks (reserved bits, PG without PE, ...) are the caller's, in kmod/run; they keep
 * FIXED0/FIXED1 and CR4.VMXE right, and follow LMA/LME in the entry controls.
 */
void hull_vmx_cr0_set(struct hull_vmx_vcpu *v, unsigned long cr0);
void hull_vmx_cr3_set(struct hull_vmx_vcpu *v, unsigned long cr3);
void hull_vmx_cr4_set(struct hull_vmx_vcpu *v, unsigned long cr4);
u64 hull_vmx_efer_get(struct hull_vmx_vcpu *v);
void hull_vmx_efer_set(struct hull_vmx_vcpu *v, u64 efer);
/* With PAE paging the four PDPTEs are loaded by MOV CR3; [4]. SDM Vol. 3, 4.4.1. */
void hull_vmx_pdptrs_set(struct hull_vmx_vcpu *v, const u64 pdptr[4]);
/* A CR4 bit that the guest may hold only if its CPUID says so must be intercepted. */
void hull_vmx_cr4_owned_set(struct hull_vmx_vcpu *v, unsigned long owned);

void hull_vmx_segment_get(struct hull_vmx_vcpu *v, enum hull_seg seg, struct kvm_segment *s);
void hull_vmx_segment_set(struct hull_vmx_vcpu *v, enum hull_seg seg, const struct kvm_segment *s);
void hull_vmx_gdt_get(struct hull_vmx_vcpu *v, struct kvm_dtable *t);
void hull_vmx_gdt_set(struct hull_vmx_vcpu *v, const struct kvm_dtable *t);
void hull_vmx_idt_get(struct hull_vmx_vcpu *v, struct kvm_dtable *t);
void hull_vmx_idt_set(struct hull_vmx_vcpu *v, const struct kvm_dtable *t);

unsigned long hull_vmx_dr7_get(struct hull_vmx_vcpu *v);
void hull_vmx_dr7_set(struct hull_vmx_vcpu *v, unsigned long dr7);
/* intercept MOV DR (true) or let the guest at DR0-3, 6 that the caller has loaded */
void hull_vmx_dr_intercept(struct hull_vmx_vcpu *v, bool on);
/*
 * #DB, #AC and #MC exit whatever @bitmap says: a guest can make the first two loop
 * in microcode for ever, and the third is the host's. Give #DB and #AC back to it.
 */
void hull_vmx_exception_bitmap_set(struct hull_vmx_vcpu *v, u32 bitmap);
/* KVM_X86_DISABLE_EXITS_*: let the guest execute HLT, MWAIT, PAUSE without exits */
void hull_vmx_exits_disable(struct hull_vmx_vcpu *v, u32 exits);
/* pending debug exceptions field, for #DB after MOV SS and single steps */
void hull_vmx_pending_dbg_set(struct hull_vmx_vcpu *v, unsigned long bits);

/**
 * hull_vmx_msr_get - a guest MSR that this room keeps
 *
 * FS_BASE, GS_BASE, KERNEL_GS_BASE, STAR, LSTAR, CSTAR, SYSCALL_MASK, TSC_AUX,
 * SYSENTER_CS/ESP/EIP, PAT, DEBUGCTL, SPEC_CTRL, EFER (raw).
 * Return: 0, or -ENOENT for an MSR that is not kept here.
 */
int hull_vmx_msr_get(struct hull_vmx_vcpu *v, u32 msr, u64 *val);
/** hull_vmx_msr_set - Return: 0, -ENOENT, -EINVAL for a value that must #GP */
int hull_vmx_msr_set(struct hull_vmx_vcpu *v, u32 msr, u64 val);
void hull_vmx_msr_intercept(struct hull_vmx_vcpu *v, u32 msr, bool read, bool write);

void hull_vmx_tsc_offset_set(struct hull_vmx_vcpu *v, u64 offset);
/**
 * hull_vmx_timer_arm - have the guest exit when the host's TSC reaches @tsc
 *
 * Written to the VMCS just before entry; ~0 disarms. Return: false where the
 * processor has no (sound) preemption timer, so that the caller uses an hrtimer.
 */
bool hull_vmx_timer_arm(struct hull_vmx_vcpu *v, u64 tsc);

/** hull_vmx_ept_root_set - EPTP from the physical address of the root table */
void hull_vmx_ept_root_set(struct hull_vmx_vcpu *v, u64 root);
/** hull_vmx_tlb_flush_guest - drop linear and combined mappings (INVVPID, or INVEPT) */
void hull_vmx_tlb_flush_guest(struct hull_vmx_vcpu *v);
/** hull_vmx_tlb_flush_ept - drop guest-physical mappings of @root on this CPU (INVEPT) */
void hull_vmx_tlb_flush_ept(struct hull_vmx_vcpu *v, u64 root);

/**
 * hull_vmx_dump - guest state and controls to the kernel log, rate-limited
 * @why: what led here
 */
void hull_vmx_dump(struct hull_vmx_vcpu *v, const char *why);

#include <vmx/inline.h>

#endif
