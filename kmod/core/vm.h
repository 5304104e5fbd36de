/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM and its vCPUs while they live, which is as long as one of their files is
 * open. The record that netlink shows is core/record.h.
 *
 * Lock order: record->lock > vm->lock > vcpu->mutex > mmu->slots_lock >
 * mmu->srcu > mmu->lock. Interrupt-room locks nest inside all of these.
 */
#ifndef HULL_CORE_VM_H
#define HULL_CORE_VM_H

#include <linux/kvm.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcuwait.h>
#include <linux/refcount.h>
#include <asm/fpu/api.h>
#include <asm/fpu/types.h>
#include <core/record.h>
#include <core/stats.h>
#include <irq/irq.h>
#include <mmu/mmu.h>
#include <vmx/vmx.h>

struct hull_vcpu;
struct hull_iobus;
struct hull_vm_calls;
struct hull_vcpu_calls;

enum hull_irqchip_mode { HULL_IRQCHIP_NONE, HULL_IRQCHIP_KERNEL, HULL_IRQCHIP_SPLIT };

/*
 * Facts of a guest that its clocks need, see run/pvclock.c. Everything is under @lock.
 *
 * @stable: the guest's clock runs with the host's TSC: it is @ref_ns when the TSC is
 *	@ref_tsc. Otherwise it is CLOCK_BOOTTIME plus @offset.
 * @tsc_offset: guest's TSC minus the host's, for vCPUs that nobody told otherwise
 * @tsc_set_at: host's TSC when a guest TSC was last written, 0: never
 * @tsc_lost: hull_vmx_tsc_lost when the three TSC values above were true
 */
struct hull_clock {
	spinlock_t lock;
	bool stable;
	u64 ref_tsc, ref_ns;
	s64 offset;
	u64 tsc_offset;
	u64 tsc_set_at;
	u64 tsc_lost;
	u64 wall_msr;			/* address of the wall clock page */
};

struct hull_vm {
	struct hull_record *record;		/* [I] a reference */
	refcount_t users;			/* files: VM, vCPUs */
	struct mm_struct *mm;			/* [I] mmgrab */
	u32 mitigations;			/* [I] */
	u32 flags;				/* [I] HULL_VM_F_* */
	u32 cpus_max;				/* [I] */
	u64 memory_max;				/* [I] bytes; 0: no bound */
	u32 tsc_khz;				/* [I] host = guest frequency */

	struct mutex lock;			/* creation of vCPUs and chips; [V] */
	u32 vcpus_online;			/* [V] written; read with smp_load_acquire */
	struct hull_vcpu *vcpus[HULL_VCPUS_MAX];/* [V] set once, by index */
	enum hull_irqchip_mode irqchip_mode;	/* [V] set once before vCPUs */
	struct hull_irqchip *irqchip;		/* [V] set once, smp_store_release */
	u64 tss_addr, identity_addr;		/* [V] kept for ABI; unrestricted guests need neither */
	u64 x2apic_api;				/* [V] KVM_X2APIC_API_*, also of a chip to come */
	u32 disabled_exits;			/* [V] KVM_X86_DISABLE_EXITS_*, set before vCPUs */
	u32 exit_hypercalls;			/* [a] HULL_EXIT_HYPERCALL: the VMM answers calls */
	atomic64_t given;			/* bytes that the guest gave back; its word */

	u32 yield_last;				/* [a] vCPU that got a directed yield last */
	bool dead;				/* [a] no vCPU enters any more */
	bool paused;				/* [a] vCPUs wait in hull_vcpu_pause_wait() */
	wait_queue_head_t pause_wait;

	struct hull_mmu mmu;
	struct hull_clock clock;
	struct hull_iobus *iobus;		/* [I] ioeventfds: run/ioeventfd.c */
	struct hull_vm_calls *calls;		/* [I] hypercall/calls.h */
};

/* vcpu->mode: who may need to be told what, and how */
enum hull_vcpu_mode {
	HULL_VCPU_OUTSIDE,		/* looks at requests before it enters */
	HULL_VCPU_IN_GUEST,		/* needs an IPI to notice */
	HULL_VCPU_EXITING,		/* IPI is on its way, or it came out */
};

/* vcpu->requests, bit numbers */
enum hull_vcpu_request_bit {
	HULL_REQ_TLB_FLUSH,		/* guest-physical mappings changed (INVEPT) */
	HULL_REQ_TLB_FLUSH_GUEST,	/* linear mappings (INVVPID) */
	HULL_REQ_EVENT,			/* look for interrupts, NMIs, exceptions */
	HULL_REQ_NMI,
	HULL_REQ_INIT,
	HULL_REQ_SIPI,
	HULL_REQ_CLOCK,			/* write the paravirtual clock page */
	HULL_REQ_STEAL,			/* write steal time */
	HULL_REQ_TRIPLE_FAULT,
	HULL_REQ_PAUSE,			/* vm->paused or vm->dead changed */
	HULL_REQ_UNBLOCK,		/* wake from halt without an interrupt */
	HULL_REQ_EOI_EXIT,		/* split irqchip: KVM_EXIT_IOAPIC_EOI */
	HULL_REQ_CALLS,			/* policy or handlers of calls changed: decide anew */
};

/* An exception waiting for delivery, in the order of SDM Vol. 3, table 7-2. */
struct hull_exception {
	bool pending;
	bool has_error;
	u8 vector;
	u32 error;
	unsigned long payload;		/* CR2 for #PF, DR6 bits for #DB */
	bool has_payload;
};

struct hull_vcpu {
	struct hull_vm *vm;			/* [I] */
	u32 index;				/* [I] in vm->vcpus; APIC ID is @id */
	u32 id;					/* [I] as given to KVM_CREATE_VCPU */
	struct mutex mutex;			/* KVM_RUN and all vCPU ioctls; [v] */
	struct task_struct __rcu *task;		/* last one in KVM_RUN with it; a reference */
	bool preempted;				/* [a] that task waits for a CPU */
	struct kvm_run *run;			/* [v] page shared with userspace; read once */
	void *pio_data;				/* [v] second page: port data */

	/* hot: touched on every exit */
	struct hull_vmx_vcpu vmx;		/* [v] */
	unsigned long requests;			/* [a] 1 << HULL_REQ_* */
	int mode;				/* [a] enum hull_vcpu_mode */
	int cpu;				/* [c] where it is loaded, or -1 */
	struct hull_lapic *lapic;		/* [I] after creation; NULL without chip */
	struct hull_vcpu_stats stats;

	/* events [v] */
	struct hull_event reinject;		/* interrupted by the last exit */
	struct hull_exception exception;
	unsigned int nmi_pending;		/* 0 to 2 */
	u8 user_irq;				/* KVM_INTERRUPT, without a chip */
	bool user_irq_pending;
	u32 mp_state;				/* [v] KVM_MP_STATE_* */
	u8 sipi_vector;				/* [a] */

	struct rcuwait wait;			/* halted vCPU sleeps here */
	struct preempt_notifier preempt;
	bool loaded;				/* [v] between vcpu_load and vcpu_put */

	struct fpu_guest guest_fpu;		/* [v] */
	bool fpu_loaded;			/* [v] */
	u64 xcr0, xss;				/* [v] guest's */
	u64 guest_supported_xcr0;		/* [v] */

	u32 pkru, host_pkru;			/* [v] guest's; [c] inner loop: host's */

	unsigned long dr[4], dr6, dr7;		/* [v] guest's, as the guest sees them */
	u32 guest_debug;			/* [v] KVM_GUESTDBG_* */
	struct kvm_guest_debug_arch debug;	/* [v] the debugger's registers */
	bool dr_load;				/* [v] breakpoints are enabled */
	bool dr_live;				/* [v] the guest accesses them without an exit */
	bool dr_loaded;				/* [c] the processor holds the guest's */
	unsigned long cr8;			/* [v] without a chip */
	u64 apic_base;				/* [v] without a chip */

	struct kvm_cpuid_entry2 *cpuid;		/* [v] */
	u32 cpuid_n;				/* [v] */
	struct hull_cpuid_facts *facts;		/* [v] run/cpuid.h: what CPUID means for us */
	struct hull_msr_store *msrs;		/* [v] run/msr.h: plain-storage MSRs */
	struct hull_pv *pv;			/* [v] run/pv.h: clock, steal time, ... */
	struct hull_pending *pending;		/* [v] run/pending.h: I/O to complete at next KVM_RUN */
	struct hull_vcpu_calls *calls;		/* [v] hypercall/site.h */
	bool call_open;				/* [v] a call's answer is told at the next entry */

	u64 tsc_offset;				/* [v] */
	bool timer_host;			/* [v] no usable preemption timer */
	u64 tsc_left;				/* [c] host's TSC when it last left a CPU */
	u64 tsc_lost;				/* [v] hull_vmx_tsc_lost that tsc_offset knows of */
	sigset_t sigmask;			/* [v] KVM_SET_SIGNAL_MASK */
	bool sigmask_set;			/* [v] */
};

/* --- core/vm.c ------------------------------------------------------------- */

/**
 * hull_vm_create - the running half of a record
 * @record: takes a reference; its config decides engine, limits, mitigations
 *
 * Takes VMX (hull_vmx_hold) for as long as the VM lives, and attaches to the
 * record as its last step; the last hull_vm_put() detaches first of all.
 * Context: process context of the VMM, whose mm becomes the guest's memory.
 * Return: the VM with one user, or ERR_PTR: -EBUSY: a VMM is attached, or VMX is
 * held by somebody else; -ENOENT: the record was deleted; -EOPNOTSUPP; -ENOMEM.
 */
struct hull_vm *hull_vm_create(struct hull_record *record);
void hull_vm_get(struct hull_vm *vm);
/** hull_vm_put - the last user destroys vCPUs, chips, MMU, in this order, then VMX */
void hull_vm_put(struct hull_vm *vm);
/** hull_vm_kill - no vCPU enters any more; KVM_RUN returns -EIO */
void hull_vm_kill(struct hull_vm *vm);
/**
 * hull_vm_policy_kill - the policy of calls says that this one ends the VM
 * @number: as the guest said it
 * @name: of the call, or NULL
 *
 * The caller's vCPU must not enter again either. Context: any but interrupts and NMIs.
 */
void hull_vm_policy_kill(struct hull_vm *vm, u32 number, const char *name, u32 cpl);
void hull_vm_pause(struct hull_vm *vm, bool paused);
/** hull_vm_request - set a request on every vCPU and kick; @wait: until each left the guest */
void hull_vm_request(struct hull_vm *vm, enum hull_vcpu_request_bit req, bool wait);
void hull_vm_stats(struct hull_vm *vm, struct hull_stats_sum *sum);
struct hull_vcpu *hull_vm_vcpu_by_id(struct hull_vm *vm, u32 id);

static inline u32 hull_vm_vcpus_online(const struct hull_vm *vm)
{
	/* pairs with hull_vcpu_create(): what is counted is there to be read */
	return smp_load_acquire(&vm->vcpus_online);
}

#define hull_vm_for_each_vcpu(i, vcpu, vm)						\
	for ((i) = 0; (i) < hull_vm_vcpus_online(vm) &&					\
	     ((vcpu) = READ_ONCE((vm)->vcpus[i]), true); (i)++)

/* --- core/vcpu.c ----------------------------------------------------------- */

/**
 * hull_vcpu_create - create and publish a vCPU
 * @id: below HULL_VCPUS_MAX, not used yet in this VM
 *
 * Context: vm->lock held. Return: ERR_PTR(-EEXIST, -EINVAL, -ENOSPC, -ENOMEM).
 */
struct hull_vcpu *hull_vcpu_create(struct hull_vm *vm, u32 id);
void hull_vcpu_destroy(struct hull_vcpu *vcpu);

/** hull_vcpu_load - bind to this CPU until hull_vcpu_put(); vcpu->mutex held */
void hull_vcpu_load(struct hull_vcpu *vcpu);
void hull_vcpu_put(struct hull_vcpu *vcpu);

static inline void hull_vcpu_request(struct hull_vcpu *vcpu, enum hull_vcpu_request_bit req)
{
	/* pairs with the barrier between setting mode and reading requests */
	smp_wmb();
	set_bit(req, &vcpu->requests);
}

static inline bool hull_vcpu_request_take(struct hull_vcpu *vcpu, enum hull_vcpu_request_bit req)
{
	if (!test_bit(req, &vcpu->requests))
		return false;
	clear_bit(req, &vcpu->requests);
	/* what the requester wrote before it asked is read after this */
	smp_mb__after_atomic();
	return true;
}

/**
 * hull_vcpu_reset - power-up or INIT: VMCS, local APIC, then what kmod/run keeps
 *
 * Context: vcpu->mutex held, loaded.
 */
void hull_vcpu_reset(struct hull_vcpu *vcpu, bool init);

/** hull_vcpu_kick - wake it, or make it leave the guest; any context */
void hull_vcpu_kick(struct hull_vcpu *vcpu);

/*
 * Above core: what a vCPU is made of besides its VMCS. kmod/run registers these at
 * init, so that core need not know what is up there.
 */
struct hull_vcpu_ops {
	int (*create)(struct hull_vcpu *vcpu);	/* cpuid, msr, pv, pending, FPU; VMCS not loaded */
	void (*destroy)(struct hull_vcpu *vcpu);
	void (*reset)(struct hull_vcpu *vcpu, bool init);	/* loaded */
	void (*sched_in)(struct hull_vcpu *vcpu, int cpu);	/* after VMCS load; no sleeping */
	void (*sched_out)(struct hull_vcpu *vcpu);
	int (*vm_create)(struct hull_vm *vm);	/* clock, iobus, hypercalls */
	/* first thing when a VM goes: nobody outside reaches it any more; may sleep */
	void (*vm_quiesce)(struct hull_vm *vm);
	void (*vm_destroy)(struct hull_vm *vm);	/* last, after vCPUs and chip */
	/* counters of calls: to the record, whose lock is held, and gone with the record */
	void (*counters_keep)(struct hull_vm *vm);
	void (*counters_free)(struct hull_record *record);
	/* it was deleted: who waits for it to run waits in vain; may sleep */
	void (*record_deleted)(struct hull_record *record);
};

void hull_vcpu_ops_set(const struct hull_vcpu_ops *ops);

#endif
