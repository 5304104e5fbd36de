// SPDX-License-Identifier: GPL-2.0-only
/* The calls that every guest has: nop, version, features, log. */

#include <core/log.h>
#include <hypercall/calls.h>
#include <hypercall/hypercall.h>

/* Called from the lane as they are: see struct hull_call. */
noinstr long hull_hc_nop(struct hull_call *call)
{
	return 0;
}

noinstr long hull_hc_version(struct hull_call *call)
{
	return HULL_HYPERCALL_ABI;
}

long hull_hc_features(struct hull_call *call)
{
	return call->arg[0] ? 0 : hull_hypercall_features(call->vm);
}

long hull_hc_log(struct hull_call *call)
{
	u64 bytes = call->arg[1];
	char text[HULL_LOG_MAX];
	int ret;

	if (!bytes || bytes > sizeof(text))
		return -EINVAL;
	/* Copied once: the guest may change it while we look. */
	if (hull_call_read(call, call->arg[0], text, bytes))
		return -EFAULT;
	ret = hull_log_write(&call->vm->record->log, text, bytes);
	return ret ? ret : bytes;
}
