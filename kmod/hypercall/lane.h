/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HULL_HYPERCALL_LANE_H
#define HULL_HYPERCALL_LANE_H

#include <vmx/vmx.h>

/** hull_call_lane - see hull_vmx_lane_set() */
int hull_call_lane(struct hull_vmx_vcpu *v);

#endif
