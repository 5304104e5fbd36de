/* SPDX-License-Identifier: GPL-2.0-only */
/* HULL_VM_EVENT: the VMM's ends of event channels. */
#ifndef HULL_HYPERCALL_EVENT_HOST_H
#define HULL_HYPERCALL_EVENT_HOST_H

#include <hypercall/calls.h>

/** hull_event_host - HULL_VM_EVENT. Context: process context of the VMM */
long hull_event_host(struct hull_vm *vm, const struct hull_vm_event *args);

#endif
