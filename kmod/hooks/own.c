// SPDX-License-Identifier: GPL-2.0-only
/* Hull's own interfaces, seen from inside of a group with a policy. */

#include <linux/fs.h>
#include <uapi/linux/netlink.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>
#include <hooks/hooks.h>

static unsigned int first_group, n_groups;	/* WRITE_ONCE at begin and end */

void hull_hooks_multicast_set(unsigned int first, unsigned int n)
{
	WRITE_ONCE(first_group, first);
	WRITE_ONCE(n_groups, n);
}

/*
 * int genl_bind(struct net *net, int group): what is told to listeners is about other groups,
 * too; none of them is within one, whatever its capabilities.
 */
int hull_on_genl_bind(const unsigned long *arg)
{
	struct hull_act act;

	if (HULL_HOOK_ARG(unsigned int, arg, 1) - READ_ONCE(first_group) >= READ_ONCE(n_groups))
		return 0;
	hull_act_init(&act, HULL_CLASS_NETLINK, HULL_NETLINK_SEND);
	act.request.number = NETLINK_GENERIC;
	return hull_deny(&act);
}

int hull_hooks_device_open(dev_t device)
{
	struct hull_act act;

	hull_act_init(&act, HULL_CLASS_DEVICE, HULL_DEVICE_WRITE);
	act.request.number = HULL_DEVICE(false, MAJOR(device), MINOR(device));
	act.floor = true;
	return hull_check(&act);
}
