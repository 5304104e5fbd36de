// SPDX-License-Identifier: GPL-2.0-only
/* Hardware task switches: not emulated. 64-bit and modern 32-bit systems have none. */

#include <run/loop.h>

int hull_exit_task_switch(struct hull_vcpu *vcpu)
{
	return hull_exit_internal(vcpu, KVM_INTERNAL_ERROR_EMULATION,
				  "the guest switches tasks by hardware, which is not emulated");
}
