// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/hull: what KVM_* ioctls on the device say of this host, and the two ways to a VM:
 * KVM_CREATE_VM, as KVM has it, and HULL_VM_ATTACH, for a record made over netlink.
 *
 * Whoever may open the file may make VMs; its mode lets root alone. A record, though, is
 * the administrator's, who may have handed the open file to somebody else: to attach
 * takes CAP_SYS_ADMIN in the first user namespace at the time of the call.
 */

#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <run/abi.h>
#include <run/cpuid.h>

#define CPU_WEIGHT_DEFAULT	100

static long dev_api_version(union hull_ioctl_arg arg)
{
	return arg.value ? -EINVAL : KVM_API_VERSION;
}

static long dev_check_extension(union hull_ioctl_arg arg)
{
	return hull_cap_check(NULL, arg.value);
}

static long dev_mmap_size(union hull_ioctl_arg arg)
{
	return arg.value ? -EINVAL : HULL_VCPU_PAGES * PAGE_SIZE;
}

/* A VM that nobody configured: named after its program, gone with its file. */
static long dev_create_vm(union hull_ioctl_arg arg)
{
	struct hull_vm_config config = {
		.engine = HULL_ENGINE_VMX,
		.cpus = HULL_VCPUS_MAX,
		.cpu_weight = CPU_WEIGHT_DEFAULT,
		.mitigations = HULL_MITIGATIONS_ALL,
	};
	struct hull_record *record;
	char comm[TASK_COMM_LEN];
	const char *why;
	int fd;

	if (arg.value)
		return -EINVAL;
	get_task_comm(comm, current);
	strscpy(config.name, comm, sizeof(config.name));
	record = hull_record_create(&config, NULL, true, &why);
	if (IS_ERR(record))
		return PTR_ERR(record);
	fd = hull_vm_fd(record);
	/* Without a file nothing detaches it. Gone already is as good. */
	if (fd < 0)
		hull_record_delete(record, &why);
	hull_subject_put(&record->subject);
	return fd;
}

static long dev_attach(union hull_ioctl_arg arg)
{
	const struct hull_vm_attach *args = arg.data;
	struct hull_record *record;
	int fd;

	if (args->flags || memchr_inv(args->reserved, 0, sizeof(args->reserved)))
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	record = hull_record_of(hull_subject_get_by_id(HULL_SUBJECT_VM, args->id));
	if (!record)
		return -ENOENT;
	/* The engine never changes. */
	fd = record->config.engine == HULL_ENGINE_VMX ? hull_vm_fd(record) :
							hull_record_fd(record);
	hull_subject_put(&record->subject);
	return fd;
}

/* A process that answers a VM's calls need not be its VMM. */
static long dev_handler_open(union hull_ioctl_arg arg)
{
	const struct hull_handler_open *args = arg.data;
	struct hull_record *record;
	int fd;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	record = hull_record_of(hull_subject_get_by_id(HULL_SUBJECT_VM, args->id));
	if (!record)
		return -ENOENT;
	fd = hull_hypercall_ops_get()->handler_open(record, args);
	hull_subject_put(&record->subject);
	return fd;
}

static long dev_supported_cpuid(union hull_ioctl_arg arg)
{
	struct kvm_cpuid2 __user *user = arg.user;
	struct kvm_cpuid_entry2 *entries;
	u32 room;
	int n;

	if (get_user(room, &user->nent))
		return -EFAULT;
	room = min_t(u32, room, HULL_CPUID_ENTRIES_MAX);
	entries = kvcalloc(HULL_CPUID_ENTRIES_MAX, sizeof(*entries), GFP_KERNEL_ACCOUNT);
	if (!entries)
		return -ENOMEM;
	n = hull_cpuid_supported(entries, room);
	if (n >= 0 && (put_user(n, &user->nent) ||
		       copy_to_user(user->entries, entries, n * sizeof(*entries))))
		n = -EFAULT;
	kvfree(entries);
	return min(n, 0);
}

static long dev_msr_list(union hull_ioctl_arg arg)
{
	struct kvm_msr_list __user *user = arg.user;
	const u32 *list;
	u32 room, n;

	if (get_user(room, &user->nmsrs))
		return -EFAULT;
	n = hull_msr_list(&list);
	if (put_user(n, &user->nmsrs))
		return -EFAULT;
	if (room < n)
		return -E2BIG;
	return copy_to_user(user->indices, list, n * sizeof(*list)) ? -EFAULT : 0;
}

static const struct hull_ioctl dev_rows[] = {
	{ KVM_GET_API_VERSION, 0, .dev = dev_api_version },
	{ KVM_CHECK_EXTENSION, 0, .dev = dev_check_extension },
	{ KVM_GET_VCPU_MMAP_SIZE, 0, .dev = dev_mmap_size },
	{ KVM_CREATE_VM, 0, .dev = dev_create_vm },
	{ KVM_GET_SUPPORTED_CPUID, HULL_IOCTL_USER, .dev = dev_supported_cpuid },
	{ KVM_GET_MSR_INDEX_LIST, HULL_IOCTL_USER, .dev = dev_msr_list },
	{ HULL_VM_ATTACH, HULL_IOCTL_SIZED, .dev = dev_attach },
	{ HULL_HANDLER_OPEN, HULL_IOCTL_SIZED, .dev = dev_handler_open },
};

static long dev_call(const struct hull_ioctl *row, void *object, union hull_ioctl_arg arg)
{
	return row->dev(arg);
}

static long dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct hull_ioctl *row = hull_ioctl_find(dev_rows, ARRAY_SIZE(dev_rows), cmd);

	return row ? hull_ioctl_do(row, arg, dev_call, NULL) : -ENOTTY;
}

static int (*may_open)(dev_t device);	/* [I] */

static int dev_open(struct inode *inode, struct file *file)
{
	return may_open(inode->i_rdev);
}

static const struct file_operations dev_fops = {
	.owner = THIS_MODULE,
	.open = dev_open,
	.unlocked_ioctl = dev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "hull",
	.fops = &dev_fops,
	.mode = 0600,
};

void hull_dev_guard_set(int (*fn)(dev_t device))
{
	may_open = fn;
}

int hull_dev_init(void)
{
	return misc_register(&dev);
}

void hull_dev_exit(void)
{
	misc_deregister(&dev);
	/* Tables of ioeventfds that are on their way out have our callback. */
	rcu_barrier();
}
