// SPDX-License-Identifier: GPL-2.0-only
/* The calls that every guest has: nop, version, log. */

#include <core/log.h>
#include <hypercall/calls.h>
#include <run/run.h>

long hull_hc_nop(struct hull_vcpu *vcpu)
{
	return 0;
}

long hull_hc_version(struct hull_vcpu *vcpu)
{
	return HULL_HYPERCALL_ABI;
}

long hull_hc_log(struct hull_vcpu *vcpu)
{
	unsigned long address = hull_vmx_reg_get(&vcpu->vmx, HULL_REG_RBX);
	unsigned long bytes = hull_vmx_reg_get(&vcpu->vmx, HULL_REG_RCX);
	char text[HULL_LOG_MAX];
	int ret;

	if (!hull_vmx_is_long_mode(&vcpu->vmx)) {
		address = (u32)address;
		bytes = (u32)bytes;
	}
	if (!bytes || bytes > sizeof(text))
		return -EINVAL;
	/* Copied once: the guest may change it while we look. */
	if (hull_guest_read_linear(vcpu, address, text, bytes))
		return -EFAULT;
	ret = hull_log_write(&vcpu->vm->record->log, text, bytes);
	return ret ? ret : bytes;
}
