// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the host's extra hypercalls and offers them: to other modules by
 * hull_guest_call(), to programs by /dev/hull-guest, to people in sysfs.
 */

#include <linux/compat.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>
#include <asm/cpufeature.h>
#include <hull/guest.h>
#include <guest/private.h>

struct hull_guest_host hull_guest_host;

static bool handlers;
module_param(handlers, bool, 0600);
MODULE_PARM_DESC(handlers,
		 "programs may call handlers of the host, who then see the kernel's addresses");

bool hull_guest_handlers(void)
{
	return READ_ONCE(handlers);
}

long hull_guest_call(u32 number, unsigned long a, unsigned long b, unsigned long c,
		     unsigned long d)
{
	return hull_hypercall4(number, a, b, c, d);
}
EXPORT_SYMBOL_GPL(hull_guest_call);

u32 hull_guest_features(void)
{
	return hull_guest_host.features;
}
EXPORT_SYMBOL_GPL(hull_guest_features);

/* ---- /dev/hull-guest ---------------------------------------------------------- */

static long guest_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *user = (void __user *)arg;
	struct hull_guest_call call;
	u32 size;
	int ret;

	if (cmd != HULL_GUEST_CALL)
		return -ENOTTY;
	if (get_user(size, (u32 __user *)user))
		return -EFAULT;
	if (size < sizeof(call) || size > PAGE_SIZE)
		return -EINVAL;
	ret = copy_struct_from_user(&call, sizeof(call), user, size);
	if (ret)
		return ret;
	ret = hull_guest_user_call(&call);
	if (ret)
		return ret;
	return put_user(call.result, &((struct hull_guest_call __user *)user)->result);
}

static const struct file_operations guest_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = guest_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "hull-guest",
	.fops = &guest_fops,
	.groups = hull_guest_groups,
	.mode = 0600,
};

static int __init guest_init(void)
{
	/* VMCALL is an invalid instruction where there is no hypervisor at all. */
	if (!boot_cpu_has(X86_FEATURE_HYPERVISOR) || !hull_present()) {
		pr_info("hull_guest: this machine is not a guest of Hull\n");
		return -ENODEV;
	}
	hull_cpuid_leaf(HULL_CPUID_FEATURES, &hull_guest_host.abi, &hull_guest_host.features,
			&hull_guest_host.first, &hull_guest_host.numbers);
	return misc_register(&device);
}

static void __exit guest_exit(void)
{
	misc_deregister(&device);
}

module_init(guest_init);
module_exit(guest_exit);

MODULE_DESCRIPTION("Hull's extra hypercalls, from inside a guest");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
