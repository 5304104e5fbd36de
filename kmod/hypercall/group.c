// SPDX-License-Identifier: GPL-2.0-only
/* A guest's own confined groups, told to the host. */

#include <linux/string.h>
#include <hypercall/calls.h>

static_assert(HULL_GUEST_NAME_MAX == HULL_GUEST_GROUP_NAME_MAX);

/* Names end on somebody's terminal: printable, and no blanks to imitate columns with. */
static bool name_valid(const char *name)
{
	size_t i, len = strnlen(name, HULL_GUEST_NAME_MAX + 1);

	if (!len || len > HULL_GUEST_NAME_MAX)
		return false;
	for (i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return true;
}

long hull_hc_group_report(struct hull_call *call)
{
	struct hull_guest_group group = {};
	struct hull_group_report report;

	/* Copied once: the guest may change it while we look. */
	if (hull_call_read(call, call->arg[0], &report, sizeof(report)))
		return -EFAULT;
	if (!report.id || !name_valid(report.name))
		return -EINVAL;
	strscpy(group.name, report.name, sizeof(group.name));
	group.id = report.id;
	group.allowed = report.allowed;
	group.denied = report.denied;
	group.audited = report.audited;
	return hull_guest_group_set(&call->vm->record->groups, &group);
}
