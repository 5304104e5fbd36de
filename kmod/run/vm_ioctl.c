// SPDX-License-Identifier: GPL-2.0-only
/*
 * VM files. One holds a user of the VM, as each vCPU file does, so that the VM goes
 * with the last of them, however its process ended. Only the process whose memory is
 * the guest's may use them.
 */

#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include <run/abi.h>
#include <run/pv.h>

/* Three pages behind this address are the TSS's by the ABI. */
#define TSS_ADDR_MAX	(U32_MAX - 3 * PAGE_SIZE)

static long vm_create_vcpu(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	if (arg.value >= HULL_VCPUS_MAX)
		return -EINVAL;
	return hull_vcpu_fd(vm, arg.value);
}

static long vm_check_extension(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	return hull_cap_check(vm, arg.value);
}

static long vm_memory_region(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	const struct kvm_userspace_memory_region *region = arg.data;
	u64 others;
	int ret;

	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	ret = -ENOSPC;
	others = hull_mmu_memory(&vm->mmu, region->slot);
	if (vm->memory_max && region->memory_size &&
	    (others > vm->memory_max || region->memory_size > vm->memory_max - others))
		goto out_unlock;
	ret = hull_mmu_slot_set(&vm->mmu, region);
out_unlock:
	mutex_unlock(&vm->lock);
	return ret;
}

static long vm_dirty_log(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	struct kvm_dirty_log *log = arg.data;

	if (in_compat_syscall())
		log->dirty_bitmap = compat_ptr((compat_uptr_t)log->padding2);
	return hull_mmu_dirty_log_get(&vm->mmu, log);
}

static long vm_tss_addr(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	if (arg.value > TSS_ADDR_MAX)
		return -EINVAL;
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	vm->tss_addr = arg.value;
	mutex_unlock(&vm->lock);
	return 0;
}

static long vm_identity_addr(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	const u64 *addr = arg.data;
	int ret = -EINVAL;

	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	if (!vm->vcpus_online) {
		vm->identity_addr = *addr;
		ret = 0;
	}
	mutex_unlock(&vm->lock);
	return ret;
}

static long vm_ioeventfd(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	return hull_ioeventfd_set(vm, arg.data);
}

u64 hull_clock_flags(void)
{
	return KVM_CLOCK_REALTIME | KVM_CLOCK_HOST_TSC |
	       (boot_cpu_has(X86_FEATURE_CONSTANT_TSC) &&
		boot_cpu_has(X86_FEATURE_NONSTOP_TSC) ? KVM_CLOCK_TSC_STABLE : 0);
}

/* The three readings are of one moment as nearly as it goes. */
static long vm_clock_get(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	struct kvm_clock_data *data = arg.data;

	preempt_disable();
	data->clock = hull_clock_get(vm);
	data->realtime = ktime_get_real_ns();
	data->host_tsc = rdtsc();
	preempt_enable();
	data->flags = hull_clock_flags();
	return 0;
}

/* With KVM_CLOCK_REALTIME the guest's clock goes on by the time since @realtime. */
static long vm_clock_set(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	const struct kvm_clock_data *data = arg.data;
	u64 ns = data->clock, now;

	if (data->flags & ~(KVM_CLOCK_REALTIME | KVM_CLOCK_HOST_TSC | KVM_CLOCK_TSC_STABLE))
		return -EINVAL;
	now = ktime_get_real_ns();
	if ((data->flags & KVM_CLOCK_REALTIME) && now > data->realtime)
		ns += now - data->realtime;
	hull_clock_set(vm, ns);
	return 0;
}

static int stop_check(const struct hull_vm_stop *args)
{
	if (args->reason <= HULL_STOP_NONE || args->reason >= __HULL_STOP_MAX)
		return -EINVAL;
	if (strnlen(args->text, sizeof(args->text)) == sizeof(args->text))
		return -EINVAL;
	return 0;
}

/* The text ends on somebody's terminal. */
static long record_stop(struct hull_record *record, union hull_ioctl_arg arg)
{
	struct hull_vm_stop *args = arg.data;
	char *c;
	int ret;

	ret = stop_check(args);
	if (ret)
		return ret;
	for (c = args->text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	hull_record_reason_set(record, args->reason, args->text);
	return 0;
}

static long vm_stop(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	return record_stop(vm->record, arg);
}

static long vm_handler_open(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	const struct hull_handler_open *args = arg.data;

	return args->id ? -EINVAL : hull_hypercall_ops_get()->handler_open(vm->record, args);
}

static long vm_event(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	return hull_hypercall_ops_get()->vm_event(vm, arg.data);
}

static long vm_serve(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	const struct hull_vm_serve *args = arg.data;

	if (args->reserved0 || memchr_inv(args->reserved, 0, sizeof(args->reserved)))
		return -EINVAL;
	return hull_hypercall_ops_get()->vm_serve(vm, args->flags);
}

static const struct hull_ioctl vm_rows[] = {
	{ KVM_IRQ_LINE, 0, .vm = hull_vm_irq_line },
	{ KVM_IRQ_LINE_STATUS, 0, .vm = hull_vm_irq_line },
	{ KVM_SIGNAL_MSI, 0, .vm = hull_vm_msi },
	{ KVM_GET_DIRTY_LOG, 0, .vm = vm_dirty_log },
	{ KVM_SET_USER_MEMORY_REGION, 0, .vm = vm_memory_region },
	{ KVM_CREATE_VCPU, 0, .vm = vm_create_vcpu },
	{ KVM_CHECK_EXTENSION, HULL_IOCTL_DEAD, .vm = vm_check_extension },
	{ KVM_ENABLE_CAP, 0, .vm = hull_cap_enable },
	{ KVM_SET_TSS_ADDR, 0, .vm = vm_tss_addr },
	{ KVM_SET_IDENTITY_MAP_ADDR, 0, .vm = vm_identity_addr },
	{ KVM_CREATE_IRQCHIP, 0, .vm = hull_vm_irqchip_create },
	{ KVM_GET_IRQCHIP, 0, .vm = hull_vm_irqchip_get },
	{ KVM_SET_IRQCHIP, HULL_IOCTL_IN, .vm = hull_vm_irqchip_set },
	{ KVM_SET_GSI_ROUTING, HULL_IOCTL_USER, .vm = hull_vm_routing },
	{ KVM_IRQFD, 0, .vm = hull_vm_irqfd },
	{ KVM_IOEVENTFD, 0, .vm = vm_ioeventfd },
	{ KVM_CREATE_PIT2, 0, .vm = hull_vm_pit_create },
	{ KVM_GET_PIT2, 0, .vm = hull_vm_pit_get },
	{ KVM_SET_PIT2, 0, .vm = hull_vm_pit_set },
	{ KVM_GET_CLOCK, 0, .vm = vm_clock_get },
	{ KVM_SET_CLOCK, 0, .vm = vm_clock_set },
	{ HULL_VM_STOP, HULL_IOCTL_SIZED | HULL_IOCTL_DEAD, .vm = vm_stop },
	{ HULL_VM_SERVE, HULL_IOCTL_SIZED, .vm = vm_serve },
	{ HULL_VM_EVENT, HULL_IOCTL_SIZED, .vm = vm_event },
	{ HULL_HANDLER_OPEN, HULL_IOCTL_SIZED, .vm = vm_handler_open },
};

static long vm_call(const struct hull_ioctl *row, void *object, union hull_ioctl_arg arg)
{
	return row->vm(object, arg);
}

static long vm_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct hull_vm *vm = file->private_data;
	const struct hull_ioctl *row;

	if (vm->mm != current->mm)
		return -EIO;
	row = hull_ioctl_find(vm_rows, ARRAY_SIZE(vm_rows), cmd);
	if (!row)
		return -ENOTTY;
	if (READ_ONCE(vm->dead) && !(row->flags & HULL_IOCTL_DEAD))
		return -EIO;
	return hull_ioctl_do(row, arg, vm_call, vm);
}

static int vm_release(struct inode *inode, struct file *file)
{
	if (file->private_data)
		hull_vm_put(file->private_data);
	return 0;
}

static const struct file_operations vm_fops = {
	.owner = THIS_MODULE,
	.release = vm_release,
	.unlocked_ioctl = vm_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

int hull_vm_fd(struct hull_record *record)
{
	struct hull_vm *vm;
	struct hull_fd fd;
	int ret;

	ret = hull_fd_prepare(&fd, "hull-vm", &vm_fops);
	if (ret)
		return ret;
	vm = hull_vm_create(record);
	if (IS_ERR(vm)) {
		hull_fd_cancel(&fd);
		return PTR_ERR(vm);
	}
	return hull_fd_install(&fd, vm);
}

/* ---- a record whose VM runs on another engine ------------------------------ */

static const struct hull_ioctl record_rows[] = {
	{ HULL_VM_STOP, HULL_IOCTL_SIZED, .record = record_stop },
};

static long record_call(const struct hull_ioctl *row, void *object, union hull_ioctl_arg arg)
{
	return row->record(object, arg);
}

static long record_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct hull_ioctl *row;

	row = hull_ioctl_find(record_rows, ARRAY_SIZE(record_rows), cmd);
	return row ? hull_ioctl_do(row, arg, record_call, file->private_data) : -ENOTTY;
}

static int record_file_release(struct inode *inode, struct file *file)
{
	struct hull_record *record = file->private_data;

	if (record) {
		hull_record_detach(record);
		hull_subject_put(&record->subject);
	}
	return 0;
}

static const struct file_operations record_fops = {
	.owner = THIS_MODULE,
	.release = record_file_release,
	.unlocked_ioctl = record_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

int hull_record_fd(struct hull_record *record)
{
	struct hull_fd fd;
	int ret;

	ret = hull_fd_prepare(&fd, "hull-record", &record_fops);
	if (ret)
		return ret;
	ret = hull_record_attach(record, NULL);
	if (ret) {
		hull_fd_cancel(&fd);
		return ret;
	}
	hull_subject_get(&record->subject);
	return hull_fd_install(&fd, record);
}
