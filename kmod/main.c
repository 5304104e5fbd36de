// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hull: virtual machines and confined process groups in one module.
 *
 * Rooms start from the bottom of the design to its top; what users can see comes
 * last. Each row's exit undoes its init, in reverse order.
 */

#include <linux/module.h>
#include <core/audit.h>
#include <core/core.h>
#include <core/group.h>
#include <core/subject.h>
#include <hooks/hooks.h>
#include <hypercall/hypercall.h>
#include <irq/irq.h>
#include <mmu/mmu.h>
#include <netlink/netlink.h>
#include <policy/policy.h>
#include <policy/rules.h>
#include <run/run.h>
#include <vmx/vmx.h>

static int device_init(void)
{
	hull_dev_guard_set(hull_hooks_device_open);
	return hull_dev_init();
}

static const struct hull_room {
	const char *name;
	int (*init)(void);
	void (*exit)(void);
} rooms[] = {
	{ "vmx", hull_vmx_init, hull_vmx_exit },
	{ "mmu", hull_mmu_room_init, hull_mmu_room_exit },
	{ "irq", hull_irq_room_init, hull_irq_room_exit },
	{ "policy", hull_policy_init, hull_policy_exit },
	{ "rules", hull_rules_init, hull_rules_exit },
	{ "audit", hull_audit_init, hull_audit_exit },
	{ "subject", hull_subject_init, hull_subject_exit },
	{ "vm", hull_vm_init, hull_vm_exit },
	{ "group", hull_group_init, hull_group_exit },
	{ "run", hull_run_init, hull_run_exit },
	{ "hypercall", hull_hypercall_init, hull_hypercall_exit },
	{ "device", device_init, hull_dev_exit },
	{ "hooks", hull_hooks_init, hull_hooks_exit },
	{ "netlink", hull_netlink_init, hull_netlink_exit },
};

static void rooms_exit(int n)
{
	while (n--)
		rooms[n].exit();
}

static int __init hull_init(void)
{
	int i, ret;

	for (i = 0; i < ARRAY_SIZE(rooms); i++) {
		ret = rooms[i].init();
		if (ret) {
			pr_err("hull: %s: init failed: %d\n", rooms[i].name, ret);
			rooms_exit(i);
			return ret;
		}
	}
	return 0;
}

static void __exit hull_exit(void)
{
	rooms_exit(ARRAY_SIZE(rooms));
}

module_init(hull_init);
module_exit(hull_exit);

MODULE_DESCRIPTION("Hull: VMX hypervisor with extra hypercalls, and confined process groups");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
