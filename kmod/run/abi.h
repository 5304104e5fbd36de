/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the ABI's half share: ioctls are rows of tables, one table for
 * the device, one for VM files, one for vCPU files.
 */
#ifndef HULL_RUN_ABI_H
#define HULL_RUN_ABI_H

#include <linux/fs.h>
#include <run/run.h>

/* Bounds of what userspace may hand over at once; the ABI says so by KVM_CHECK_EXTENSION. */
#define HULL_MSRS_MAX		256
#define HULL_ROUTES_MAX		1024
#define HULL_IOEVENTFDS_MAX	512

/* Guest debugging as far as it goes: no blocked interrupts. */
#define HULL_GUESTDBG_VALID	(KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP |	\
				 KVM_GUESTDBG_USE_SW_BP | KVM_GUESTDBG_USE_HW_BP |	\
				 KVM_GUESTDBG_INJECT_DB | KVM_GUESTDBG_INJECT_BP)

/* A guest that may use MWAIT could hold a processor in a sleep deeper than its host allows. */
#define HULL_DISABLE_EXITS_VALID	(KVM_X86_DISABLE_EXITS_HLT | KVM_X86_DISABLE_EXITS_PAUSE)
#define HULL_X2APIC_API_VALID	\
	(KVM_X2APIC_API_USE_32BIT_IDS | KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK)

/* Pages that a vCPU file maps: the run page, and port data at KVM_PIO_PAGE_OFFSET. */
#define HULL_VCPU_PAGES		2

/**
 * union hull_ioctl_arg - the argument as the row asked for it
 * @value: the number itself, for commands that carry no structure
 * @user: address in userspace, for rows with HULL_IOCTL_USER
 * @data: for all others: a copy as large as the command's number says, that goes back
 *	to userspace after success when its number says so
 */
union hull_ioctl_arg {
	unsigned long value;
	void __user *user;
	void *data;
};

#define HULL_IOCTL_USER		BIT(0)	/* variable size: the row copies, and locks after it */
#define HULL_IOCTL_IN		BIT(1)	/* the number says _IOR but means the other direction */
#define HULL_IOCTL_SIZED	BIT(2)	/* structure starts with its size; number's size is free */
#define HULL_IOCTL_LOAD		BIT(3)	/* vCPU rows: needs the VMCS */
#define HULL_IOCTL_DEAD		BIT(4)	/* VM rows: also for a VM that was killed */

struct hull_ioctl {
	unsigned int cmd;
	u32 flags;
	union {
		long (*dev)(union hull_ioctl_arg arg);
		long (*vm)(struct hull_vm *vm, union hull_ioctl_arg arg);
		long (*vcpu)(struct hull_vcpu *vcpu, union hull_ioctl_arg arg);
		long (*record)(struct hull_record *record, union hull_ioctl_arg arg);
	};
};

/** hull_ioctl_find - the row of @cmd, or NULL */
const struct hull_ioctl *hull_ioctl_find(const struct hull_ioctl *rows, unsigned int n,
					 unsigned int cmd);

typedef long (*hull_ioctl_call)(const struct hull_ioctl *row, void *object,
				union hull_ioctl_arg arg);

/**
 * hull_ioctl_do - fetch the argument once, @call, give the result back
 * @value: the argument as userspace gave it
 *
 * Userspace's memory is touched before and after @call, never in it, so that a slow
 * page keeps no lock waiting.
 */
long hull_ioctl_do(const struct hull_ioctl *row, unsigned long value, hull_ioctl_call call,
		   void *object);

/* A new file descriptor on its way: nobody sees it before hull_fd_install(). */
struct hull_fd {
	int fd;
	struct file *file;
};

/** hull_fd_prepare - a file without an object; its release() must bear with that */
int hull_fd_prepare(struct hull_fd *fd, const char *name, const struct file_operations *fops);
void hull_fd_cancel(struct hull_fd *fd);
/** hull_fd_install - @object is the file's from now on. Return: the descriptor */
int hull_fd_install(struct hull_fd *fd, void *object);

/* caps.c: @vm may be NULL: KVM_CHECK_EXTENSION on the device */
long hull_cap_check(struct hull_vm *vm, unsigned long cap);
long hull_cap_enable(struct hull_vm *vm, union hull_ioctl_arg arg);
u64 hull_clock_flags(void);

/* vm_ioctl.c */
/** hull_vm_fd - the running half of a record, as a file. Return: descriptor or -errno */
int hull_vm_fd(struct hull_record *record);
/** hull_record_fd - likewise where another engine runs the VM: answers HULL_VM_STOP only */
int hull_record_fd(struct hull_record *record);

/* vcpu_ioctl.c */
/** hull_vcpu_fd - create a vCPU. Return: descriptor or -errno */
int hull_vcpu_fd(struct hull_vm *vm, u32 id);
/** hull_vcpu_lock - vcpu->mutex, for rows that lock themselves. Return: 0, -EINTR */
int hull_vcpu_lock(struct hull_vcpu *vcpu);
void hull_vcpu_unlock(struct hull_vcpu *vcpu);

/* irq_ioctl.c: rows of the VM's table */
long hull_vm_irqchip_create(struct hull_vm *vm, union hull_ioctl_arg arg);
int hull_vm_irqchip_split(struct hull_vm *vm, u64 pins);
int hull_vm_x2apic_api(struct hull_vm *vm, u64 flags);
long hull_vm_irqchip_get(struct hull_vm *vm, union hull_ioctl_arg arg);
long hull_vm_irqchip_set(struct hull_vm *vm, union hull_ioctl_arg arg);
long hull_vm_irq_line(struct hull_vm *vm, union hull_ioctl_arg arg);
long hull_vm_msi(struct hull_vm *vm, union hull_ioctl_arg arg);
long hull_vm_routing(struct hull_vm *vm, union hull_ioctl_arg arg);
long hull_vm_irqfd(struct hull_vm *vm, union hull_ioctl_arg arg);
long hull_vm_pit_create(struct hull_vm *vm, union hull_ioctl_arg arg);
long hull_vm_pit_get(struct hull_vm *vm, union hull_ioctl_arg arg);
long hull_vm_pit_set(struct hull_vm *vm, union hull_ioctl_arg arg);

/* regs_ioctl.c: rows of the vCPU's table */
long hull_vcpu_regs_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg);
long hull_vcpu_regs_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg);
long hull_vcpu_sregs_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg);
long hull_vcpu_sregs_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg);
long hull_vcpu_debugregs_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg);
long hull_vcpu_debugregs_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg);
long hull_vcpu_guest_debug(struct hull_vcpu *vcpu, union hull_ioctl_arg arg);
long hull_vcpu_translate(struct hull_vcpu *vcpu, union hull_ioctl_arg arg);
long hull_vcpu_xcrs_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg);
long hull_vcpu_xcrs_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg);

/* sregs.c */
/**
 * hull_sregs_check - could a processor be in this state?
 *
 * Also brings segments into the form that VM entry asks for where their meaning does
 * not change by it (accessed and busy bits, granularity): SDM Vol. 3, 27.3.1.2.
 * Return: 0 or -EINVAL.
 */
int hull_sregs_check(struct hull_vcpu *vcpu, struct kvm_sregs *sregs);

#endif
