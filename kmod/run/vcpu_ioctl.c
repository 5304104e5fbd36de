// SPDX-License-Identifier: GPL-2.0-only
/*
 * vCPU files: KVM_RUN, the mapped run page, and the rest of the vCPU's ioctls by table.
 *
 * Everything that touches a vCPU has its mutex, so it finds the vCPU outside the guest;
 * what touches the VMCS also has it loaded.
 */

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <run/abi.h>
#include <run/cpuid.h>
#include <run/pv.h>

/* From TSC frequencies this near (in millionths) a guest sees no difference that counts. */
#define TSC_TOLERANCE_PPM	250

int hull_vcpu_lock(struct hull_vcpu *vcpu)
{
	return mutex_lock_killable(&vcpu->mutex) ? -EINTR : 0;
}

void hull_vcpu_unlock(struct hull_vcpu *vcpu)
{
	mutex_unlock(&vcpu->mutex);
}

/* ---- KVM_RUN ---------------------------------------------------------------- */

/*
 * Others look at the task under RCU (directed yield), so the old one's reference is
 * kept until they have looked. Threads seldom change their vCPU.
 */
static noinline void vcpu_task_set(struct hull_vcpu *vcpu)
{
	struct task_struct *old;

	old = rcu_replace_pointer(vcpu->task, get_task_struct(current),
				  lockdep_is_held(&vcpu->mutex));
	if (!old)
		return;
	synchronize_rcu();
	put_task_struct(old);
}

static long vcpu_run(struct hull_vcpu *vcpu, unsigned long arg)
{
	long ret;

	if (arg)
		return -EINVAL;
	ret = hull_vcpu_lock(vcpu);
	if (ret)
		return ret;
	if (unlikely(rcu_access_pointer(vcpu->task) != current))
		vcpu_task_set(vcpu);
	hull_vcpu_load(vcpu);
	ret = hull_run(vcpu);
	hull_vcpu_put(vcpu);
	hull_vcpu_unlock(vcpu);
	return ret;
}

/* ---- variable in size: copied before the lock is taken ---------------------- */

static struct kvm_msr_entry *msrs_fetch(struct kvm_msrs __user *user, u32 *n)
{
	if (get_user(*n, &user->nmsrs))
		return ERR_PTR(-EFAULT);
	if (*n > HULL_MSRS_MAX)
		return ERR_PTR(-E2BIG);
	return vmemdup_user(user->entries, array_size(*n, sizeof(struct kvm_msr_entry)));
}

/* How many were done: the first refusal ends it. */
static int msrs_do(struct hull_vcpu *vcpu, struct kvm_msr_entry *entries, u32 n, bool set)
{
	u32 i;
	int ret;

	ret = hull_vcpu_lock(vcpu);
	if (ret)
		return ret;
	hull_vcpu_load(vcpu);
	for (i = 0; i < n; i++) {
		if (set)
			ret = hull_msr_set(vcpu, entries[i].index, entries[i].data, true);
		else
			ret = hull_msr_get(vcpu, entries[i].index, &entries[i].data, true);
		if (ret)
			break;
	}
	hull_vcpu_put(vcpu);
	hull_vcpu_unlock(vcpu);
	return i;
}

static long vcpu_msrs_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	struct kvm_msrs __user *user = arg.user;
	struct kvm_msr_entry *entries;
	u32 n;
	int ret;

	entries = msrs_fetch(user, &n);
	if (IS_ERR(entries))
		return PTR_ERR(entries);
	ret = msrs_do(vcpu, entries, n, false);
	if (ret > 0 && copy_to_user(user->entries, entries, ret * sizeof(*entries)))
		ret = -EFAULT;
	kvfree(entries);
	return ret;
}

static long vcpu_msrs_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	struct kvm_msr_entry *entries;
	u32 n;
	int ret;

	entries = msrs_fetch(arg.user, &n);
	if (IS_ERR(entries))
		return PTR_ERR(entries);
	ret = msrs_do(vcpu, entries, n, true);
	kvfree(entries);
	return ret;
}

static long vcpu_cpuid_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	struct kvm_cpuid2 __user *user = arg.user;
	struct kvm_cpuid_entry2 *entries;
	u32 n;
	int ret;

	if (get_user(n, &user->nent))
		return -EFAULT;
	if (n > HULL_CPUID_ENTRIES_MAX)
		return -E2BIG;
	entries = vmemdup_user(user->entries, array_size(n, sizeof(*entries)));
	if (IS_ERR(entries))
		return PTR_ERR(entries);
	ret = hull_vcpu_lock(vcpu);
	if (!ret) {
		hull_vcpu_load(vcpu);
		ret = hull_cpuid_set(vcpu, entries, n);
		hull_vcpu_put(vcpu);
		hull_vcpu_unlock(vcpu);
	}
	kvfree(entries);
	return ret;
}

static long vcpu_cpuid_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	struct kvm_cpuid2 __user *user = arg.user;
	struct kvm_cpuid_entry2 *entries;
	u32 room, n;
	int ret;

	if (get_user(room, &user->nent))
		return -EFAULT;
	entries = kvcalloc(HULL_CPUID_ENTRIES_MAX, sizeof(*entries), GFP_KERNEL_ACCOUNT);
	if (!entries)
		return -ENOMEM;
	ret = hull_vcpu_lock(vcpu);
	if (ret)
		goto out_free;
	n = vcpu->cpuid_n;
	memcpy(entries, vcpu->cpuid, n * sizeof(*entries));
	hull_vcpu_unlock(vcpu);

	ret = -E2BIG;
	if (room < n)
		goto out_free;
	ret = 0;
	if (put_user(n, &user->nent) || copy_to_user(user->entries, entries, n * sizeof(*entries)))
		ret = -EFAULT;
out_free:
	kvfree(entries);
	return ret;
}

static long vcpu_signal_mask(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	struct kvm_signal_mask __user *user = arg.user;
	sigset_t mask;
	u32 len = 0;
	int ret;

	/* A 32-bit program's mask is as long, and as ordered, as ours. */
	if (user) {
		if (get_user(len, &user->len))
			return -EFAULT;
		if (len != sizeof(mask))
			return -EINVAL;
		if (copy_from_user(&mask, user->sigset, sizeof(mask)))
			return -EFAULT;
		sigdelsetmask(&mask, sigmask(SIGKILL) | sigmask(SIGSTOP));
	}
	ret = hull_vcpu_lock(vcpu);
	if (ret)
		return ret;
	vcpu->sigmask_set = len;
	if (len)
		vcpu->sigmask = mask;
	hull_vcpu_unlock(vcpu);
	return 0;
}

/* ---- one structure each ------------------------------------------------------ */

static long vcpu_fpu_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	return hull_fpu_get(vcpu, arg.data);
}

static long vcpu_fpu_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	return hull_fpu_set(vcpu, arg.data);
}

static long vcpu_xsave_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	return hull_xsave_get(vcpu, arg.data);
}

static long vcpu_xsave_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	return hull_xsave_set(vcpu, arg.data);
}

static long vcpu_lapic_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	return vcpu->lapic ? hull_lapic_state_get(vcpu->lapic, arg.data) : -EINVAL;
}

static long vcpu_lapic_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	int ret;

	if (!vcpu->lapic)
		return -EINVAL;
	ret = hull_lapic_state_set(vcpu->lapic, arg.data);
	hull_vcpu_request(vcpu, HULL_REQ_EVENT);
	return ret;
}

static long vcpu_events_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	return hull_events_get(vcpu, arg.data);
}

static long vcpu_events_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	return hull_events_set(vcpu, arg.data);
}

static long vcpu_mp_state_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	struct kvm_mp_state *state = arg.data;

	state->mp_state = vcpu->mp_state;
	return 0;
}

static long vcpu_mp_state_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	const struct kvm_mp_state *state = arg.data;

	return hull_mp_state_set(vcpu, state->mp_state);
}

/* The PIC's interrupts come this way where userspace has the PIC. */
static long vcpu_interrupt(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	const struct kvm_interrupt *interrupt = arg.data;

	if (interrupt->irq > U8_MAX)
		return -EINVAL;
	if (vcpu->vm->irqchip_mode == HULL_IRQCHIP_KERNEL)
		return -ENXIO;
	if (vcpu->user_irq_pending)
		return -EEXIST;
	vcpu->user_irq = interrupt->irq;
	vcpu->user_irq_pending = true;
	hull_vcpu_request(vcpu, HULL_REQ_EVENT);
	return 0;
}

static long vcpu_nmi(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	hull_vcpu_request(vcpu, HULL_REQ_NMI);
	return 0;
}

static long vcpu_tsc_khz_get(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	return vcpu->vm->tsc_khz;
}

/* There is no scaling: only what the guest sees anyway can be asked for. */
static long vcpu_tsc_khz_set(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	u64 khz = vcpu->vm->tsc_khz;
	u64 tolerance = khz * TSC_TOLERANCE_PPM / 1000000;

	if (!arg.value)
		return 0;
	return arg.value < khz - tolerance || arg.value > khz + tolerance ? -EINVAL : 0;
}

/* The guest's watchdogs learn from its clock page that it was stopped. */
static long vcpu_clock_stopped(struct hull_vcpu *vcpu, union hull_ioctl_arg arg)
{
	if (!(vcpu->pv->system_time & KVM_MSR_ENABLED))
		return -EINVAL;
	vcpu->pv->clock_stopped = true;
	hull_vcpu_request(vcpu, HULL_REQ_CLOCK);
	return 0;
}

/* ---- the table --------------------------------------------------------------- */

static const struct hull_ioctl vcpu_rows[] = {
	{ KVM_GET_REGS, HULL_IOCTL_LOAD, .vcpu = hull_vcpu_regs_get },
	{ KVM_SET_REGS, HULL_IOCTL_LOAD, .vcpu = hull_vcpu_regs_set },
	{ KVM_GET_SREGS, HULL_IOCTL_LOAD, .vcpu = hull_vcpu_sregs_get },
	{ KVM_SET_SREGS, HULL_IOCTL_LOAD, .vcpu = hull_vcpu_sregs_set },
	{ KVM_INTERRUPT, HULL_IOCTL_LOAD, .vcpu = vcpu_interrupt },
	{ KVM_NMI, 0, .vcpu = vcpu_nmi },
	{ KVM_GET_MSRS, HULL_IOCTL_USER, .vcpu = vcpu_msrs_get },
	{ KVM_SET_MSRS, HULL_IOCTL_USER, .vcpu = vcpu_msrs_set },
	{ KVM_SET_CPUID2, HULL_IOCTL_USER, .vcpu = vcpu_cpuid_set },
	{ KVM_GET_CPUID2, HULL_IOCTL_USER, .vcpu = vcpu_cpuid_get },
	{ KVM_SET_SIGNAL_MASK, HULL_IOCTL_USER, .vcpu = vcpu_signal_mask },
	{ KVM_GET_FPU, HULL_IOCTL_LOAD, .vcpu = vcpu_fpu_get },
	{ KVM_SET_FPU, HULL_IOCTL_LOAD, .vcpu = vcpu_fpu_set },
	{ KVM_GET_XSAVE, HULL_IOCTL_LOAD, .vcpu = vcpu_xsave_get },
	{ KVM_SET_XSAVE, HULL_IOCTL_LOAD, .vcpu = vcpu_xsave_set },
	{ KVM_GET_XCRS, HULL_IOCTL_LOAD, .vcpu = hull_vcpu_xcrs_get },
	{ KVM_SET_XCRS, HULL_IOCTL_LOAD, .vcpu = hull_vcpu_xcrs_set },
	{ KVM_GET_LAPIC, HULL_IOCTL_LOAD, .vcpu = vcpu_lapic_get },
	{ KVM_SET_LAPIC, HULL_IOCTL_LOAD, .vcpu = vcpu_lapic_set },
	{ KVM_GET_VCPU_EVENTS, HULL_IOCTL_LOAD, .vcpu = vcpu_events_get },
	{ KVM_SET_VCPU_EVENTS, HULL_IOCTL_LOAD, .vcpu = vcpu_events_set },
	{ KVM_GET_MP_STATE, HULL_IOCTL_LOAD, .vcpu = vcpu_mp_state_get },
	{ KVM_SET_MP_STATE, HULL_IOCTL_LOAD, .vcpu = vcpu_mp_state_set },
	{ KVM_GET_DEBUGREGS, HULL_IOCTL_LOAD, .vcpu = hull_vcpu_debugregs_get },
	{ KVM_SET_DEBUGREGS, HULL_IOCTL_LOAD, .vcpu = hull_vcpu_debugregs_set },
	{ KVM_SET_GUEST_DEBUG, HULL_IOCTL_LOAD, .vcpu = hull_vcpu_guest_debug },
	{ KVM_TRANSLATE, HULL_IOCTL_LOAD, .vcpu = hull_vcpu_translate },
	{ KVM_GET_TSC_KHZ, 0, .vcpu = vcpu_tsc_khz_get },
	{ KVM_SET_TSC_KHZ, 0, .vcpu = vcpu_tsc_khz_set },
	{ KVM_KVMCLOCK_CTRL, 0, .vcpu = vcpu_clock_stopped },
};

static long vcpu_call(const struct hull_ioctl *row, void *object, union hull_ioctl_arg arg)
{
	struct hull_vcpu *vcpu = object;
	long ret;

	if (row->flags & HULL_IOCTL_USER)
		return row->vcpu(vcpu, arg);
	ret = hull_vcpu_lock(vcpu);
	if (ret)
		return ret;
	if (row->flags & HULL_IOCTL_LOAD)
		hull_vcpu_load(vcpu);
	ret = row->vcpu(vcpu, arg);
	if (row->flags & HULL_IOCTL_LOAD)
		hull_vcpu_put(vcpu);
	hull_vcpu_unlock(vcpu);
	return ret;
}

static long vcpu_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct hull_vcpu *vcpu = file->private_data;
	const struct hull_ioctl *row;

	if (vcpu->vm->mm != current->mm || READ_ONCE(vcpu->vm->dead))
		return -EIO;
	/* All the others together are rarer: no search, no indirect call. */
	if (likely(cmd == KVM_RUN))
		return vcpu_run(vcpu, arg);
	row = hull_ioctl_find(vcpu_rows, ARRAY_SIZE(vcpu_rows), cmd);
	return row ? hull_ioctl_do(row, arg, vcpu_call, vcpu) : -ENOTTY;
}

/* ---- the file ---------------------------------------------------------------- */

static vm_fault_t vcpu_page_fault(struct vm_fault *vmf)
{
	struct hull_vcpu *vcpu = vmf->vma->vm_file->private_data;
	void *address;

	switch (vmf->pgoff) {
	case 0:
		address = vcpu->run;
		break;
	case KVM_PIO_PAGE_OFFSET:
		address = vcpu->pio_data;
		break;
	default:
		return VM_FAULT_SIGBUS;
	}
	vmf->page = virt_to_page(address);
	get_page(vmf->page);
	return 0;
}

static const struct vm_operations_struct vcpu_vm_ops = {
	.fault = vcpu_page_fault,
};

static int vcpu_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (vma->vm_pgoff + vma_pages(vma) > HULL_VCPU_PAGES)
		return -EINVAL;
	vma->vm_ops = &vcpu_vm_ops;
	return 0;
}

/* The vCPU stays with its VM: its number is not free again before the VM is gone. */
static int vcpu_release(struct inode *inode, struct file *file)
{
	struct hull_vcpu *vcpu = file->private_data;

	if (vcpu)
		hull_vm_put(vcpu->vm);
	return 0;
}

static const struct file_operations vcpu_fops = {
	.owner = THIS_MODULE,
	.release = vcpu_release,
	.unlocked_ioctl = vcpu_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = vcpu_mmap,
	.llseek = noop_llseek,
};

/* What KVM_ENABLE_CAP said before. Nobody else knows the vCPU's file yet. */
static void vcpu_exits_disable(struct hull_vcpu *vcpu)
{
	mutex_lock(&vcpu->mutex);
	hull_vcpu_load(vcpu);
	hull_vmx_exits_disable(&vcpu->vmx, vcpu->vm->disabled_exits);
	hull_vcpu_put(vcpu);
	mutex_unlock(&vcpu->mutex);
}

int hull_vcpu_fd(struct hull_vm *vm, u32 id)
{
	struct hull_vcpu *vcpu;
	struct hull_fd fd;
	int ret;

	/* First what can fail without a trace: a vCPU cannot be taken back. */
	ret = hull_fd_prepare(&fd, "hull-vcpu", &vcpu_fops);
	if (ret)
		return ret;
	ret = -EINTR;
	if (mutex_lock_killable(&vm->lock))
		goto out_cancel;
	vcpu = hull_vcpu_create(vm, id);
	mutex_unlock(&vm->lock);
	ret = PTR_ERR_OR_ZERO(vcpu);
	if (ret)
		goto out_cancel;
	if (vm->disabled_exits)
		vcpu_exits_disable(vcpu);
	hull_vm_get(vm);
	return hull_fd_install(&fd, vcpu);

out_cancel:
	hull_fd_cancel(&fd);
	return ret;
}
