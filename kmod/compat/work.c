// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel exports the handling of "transfer to guest mode" work in one function
 * whose argument is KVM's vCPU. All it does with it is to note a signal in the run
 * page and in a counter; a stand-in that everybody shares serves as well.
 */

#include <linux/entry-kvm.h>
#include <linux/kvm_host.h>
#include <compat/work.h>

static struct kvm_run nobody_run;
static struct kvm_vcpu nobody = { .run = &nobody_run };

int hull_work_handle(void)
{
	int ret = xfer_to_guest_mode_handle_work(&nobody);

	return ret ? -EINTR : 0;
}
