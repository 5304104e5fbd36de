/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The run room: the vCPU loop, the exit table, what the guest's instructions mean
 * (CPUID, MSRs, control and debug registers, I/O), and the KVM ioctls on top.
 *
 * Half of it is the loop (loop.c, exit*.c, cpuid.c, msr.c, cr.c, event.c, pvclock.c,
 * fpu.c, mmio.c, pio.c), the other the ABI (dev.c, vm_ioctl.c, vcpu_ioctl.c, ...).
 * These are the functions by which the two halves know each other.
 */
#ifndef HULL_RUN_RUN_H
#define HULL_RUN_RUN_H

#include <core/vm.h>
#include <run/emul.h>

/* ---- the loop's half ----------------------------------------------------- */

/**
 * hull_run - the body of KVM_RUN
 *
 * Completes what the last exit to userspace left open, then runs the guest until
 * userspace is needed, a signal comes, or the VM dies.
 * Context: vcpu->mutex held, may sleep.
 * Return: 0: look at run->exit_reason; -EINTR: a signal, or immediate_exit;
 * -EIO: the VM was killed; -EAGAIN: the vCPU waited for its first SIPI and was woken.
 */
int hull_run(struct hull_vcpu *vcpu);

/*
 * What an exit handler says: enter again, or go to userspace with run-> filled.
 * Negative: KVM_RUN fails with it.
 */
#define HULL_EXIT_USER	0
#define HULL_EXIT_ENTER	1

typedef int (*hull_exit_fn)(struct hull_vcpu *vcpu);

/** hull_exception_queue - the guest gets this exception; folds into #DF as SDM table 7-5 says */
void hull_exception_queue(struct hull_vcpu *vcpu, u8 vector);
void hull_exception_queue_error(struct hull_vcpu *vcpu, u8 vector, u32 error);
void hull_exception_queue_payload(struct hull_vcpu *vcpu, u8 vector, bool has_error, u32 error,
				  unsigned long payload);

/* cpuid.c */
int hull_cpuid_set(struct hull_vcpu *vcpu, const struct kvm_cpuid_entry2 *entries, u32 n);
/** hull_cpuid_supported - fill @entries; Return: number needed, may be above @max (-E2BIG) */
int hull_cpuid_supported(struct kvm_cpuid_entry2 *entries, u32 max);
void hull_cpuid(struct hull_vcpu *vcpu, u32 *eax, u32 *ebx, u32 *ecx, u32 *edx);

/* msr.c: 0, -EINVAL: #GP. @by_host: from an ioctl, may set what the guest may not */
int hull_msr_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host);
int hull_msr_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host);
/** hull_msr_list - MSRs to save and restore; Return: number of entries in *@list (static) */
u32 hull_msr_list(const u32 **list);

/* cr.c: the guest's (or userspace's) value, checked. 0, -EINVAL: #GP */
int hull_cr0_set(struct hull_vcpu *vcpu, unsigned long cr0);
int hull_cr3_set(struct hull_vcpu *vcpu, unsigned long cr3);
int hull_cr4_set(struct hull_vcpu *vcpu, unsigned long cr4);
int hull_efer_set(struct hull_vcpu *vcpu, u64 efer, bool by_host);
int hull_xcr0_set(struct hull_vcpu *vcpu, u64 xcr0);
int hull_dr_set(struct hull_vcpu *vcpu, unsigned int n, unsigned long val);
unsigned long hull_dr_get(struct hull_vcpu *vcpu, unsigned int n);
void hull_dr_update(struct hull_vcpu *vcpu);	/* effective DR7 after a change or guest_debug */

/* fpu.c */
int hull_fpu_create(struct hull_vcpu *vcpu);
void hull_fpu_destroy(struct hull_vcpu *vcpu);
void hull_fpu_reset(struct hull_vcpu *vcpu, bool init);
int hull_fpu_get(struct hull_vcpu *vcpu, struct kvm_fpu *fpu);
int hull_fpu_set(struct hull_vcpu *vcpu, const struct kvm_fpu *fpu);
int hull_xsave_get(struct hull_vcpu *vcpu, struct kvm_xsave *xsave);
int hull_xsave_set(struct hull_vcpu *vcpu, struct kvm_xsave *xsave);
u64 hull_xcr0_supported(void);

/* pvclock.c: KVM clock, wall clock, steal time */
u64 hull_clock_get(struct hull_vm *vm);		/* guest's clock in ns */
void hull_clock_set(struct hull_vm *vm, u64 ns);

/* loop.c: KVM_GET/SET_VCPU_EVENTS, MP_STATE; checks, then state of the vCPU */
int hull_events_get(struct hull_vcpu *vcpu, struct kvm_vcpu_events *events);
int hull_events_set(struct hull_vcpu *vcpu, const struct kvm_vcpu_events *events);
int hull_mp_state_set(struct hull_vcpu *vcpu, u32 state);

/* the callbacks that core and irq get at init */
extern const struct hull_vcpu_ops hull_run_vcpu_ops;
extern const struct hull_irq_ops hull_run_irq_ops;

int hull_run_init(void);
void hull_run_exit(void);

/**
 * hull_run_hypercall_ops_set - who answers VMCALL
 *
 * kmod/hypercall sits above this room. The function runs with interrupts off right
 * after the exit, vCPU loaded; it may read and set registers. It returns
 *   HULL_EXIT_ENTER	done: rax is set, the instruction is to be stepped over
 *   HULL_EXIT_USER	it wants to be called again by @slow with interrupts on
 * @slow may sleep and returns like an exit handler (it steps over the instruction itself).
 */
struct hull_hypercall_ops {
	int (*fast)(struct hull_vcpu *vcpu);
	int (*slow)(struct hull_vcpu *vcpu);
	/* the next entry after @slow, when vcpu->call_open is set; interrupts off */
	void (*entering)(struct hull_vcpu *vcpu);
	/* HULL_REQ_CALLS */
	void (*changed)(struct hull_vcpu *vcpu);
	/* see struct hull_vcpu_ops */
	void (*counters_keep)(struct hull_vm *vm);
	void (*counters_free)(struct hull_record *record);
	void (*record_deleted)(struct hull_record *record);
	/* CPUID leaves 0x40000100.. */
	void (*cpuid)(struct hull_vcpu *vcpu, u32 leaf, u32 *eax, u32 *ebx, u32 *ecx, u32 *edx);
	/* HULL_VM_EVENT */
	long (*vm_event)(struct hull_vm *vm, const struct hull_vm_event *args);
	/* HULL_VM_SERVE: @flags as given. May sleep until a signal comes. */
	long (*vm_serve)(struct hull_vm *vm, u64 flags);
	/* what a VM and a vCPU keep for it; vm_destroy: before vCPUs and chip go */
	int (*vm_create)(struct hull_vm *vm);
	void (*vm_destroy)(struct hull_vm *vm);
	int (*vcpu_create)(struct hull_vcpu *vcpu);
	void (*vcpu_destroy)(struct hull_vcpu *vcpu);
	/* HULL_HANDLER_OPEN. Return: a descriptor or -errno */
	int (*handler_open)(struct hull_record *record, const struct hull_handler_open *args);
};

void hull_run_hypercall_ops_set(const struct hull_hypercall_ops *ops);
const struct hull_hypercall_ops *hull_hypercall_ops_get(void);

/**
 * hull_pv_hypercall - KVM's own hypercall numbers (kick, IPI, yield); ENOSYS for the rest
 *
 * Context: slow: may sleep. Sets rax, steps over the instruction, returns as an exit handler.
 */
int hull_pv_hypercall(struct hull_vcpu *vcpu);

/** hull_yield_any - give this thread's time to a vCPU of the same VM that waits for a CPU */
void hull_yield_any(struct hull_vcpu *vcpu);
/** hull_yield_to - likewise to the one with this APIC id, if it waits; may sleep */
void hull_yield_to(struct hull_vcpu *vcpu, u32 apic_id);

/**
 * hull_yield_to_vm - give this thread's time to a vCPU that waits for a CPU
 *
 * Context: process context, may sleep. Return: false: none of @vm's waits.
 */
bool hull_yield_to_vm(struct hull_vm *vm);

/**
 * hull_guest_read_linear - copy from guest-linear memory with the guest's present rights
 *
 * Translates as an access of the current CPL would be (user pages only from CPL 3),
 * across pages. No exception is queued when it fails.
 * Context: vCPU loaded, may sleep. Return: 0, -EFAULT.
 */
int hull_guest_read_linear(struct hull_vcpu *vcpu, u64 gva, void *buf, size_t len);
/** hull_guest_write_linear - likewise to guest-linear memory; what was written stays on failure */
int hull_guest_write_linear(struct hull_vcpu *vcpu, u64 gva, const void *buf, size_t len);

/** hull_guest_window_find - hull_mmu_window_find() with the guest's present rights */
int hull_guest_window_find(struct hull_vcpu *vcpu, u64 gva, u32 access,
			   struct hull_mmu_window *window);

/* ---- the ABI's half ------------------------------------------------------ */

/** hull_iobus_write - ioeventfds: true when one was signalled for this access */
bool hull_iobus_write(struct hull_vm *vm, bool pio, u64 addr, unsigned int len, const void *data);
int hull_iobus_create(struct hull_vm *vm);
void hull_iobus_destroy(struct hull_vm *vm);
int hull_ioeventfd_set(struct hull_vm *vm, const struct kvm_ioeventfd *args);

/** hull_dev_guard_set - @guard says who may open /dev/hull: 0, or a negative errno; before init */
void hull_dev_guard_set(int (*guard)(dev_t device));
/** hull_dev_init - /dev/hull appears: the last user-visible part but netlink */
int hull_dev_init(void);
void hull_dev_exit(void);

#endif
