/* SPDX-License-Identifier: GPL-2.0-only */
/* Life of what VMs and vCPUs keep for their calls. */
#ifndef HULL_HYPERCALL_VM_CALLS_H
#define HULL_HYPERCALL_VM_CALLS_H

#include <hypercall/calls.h>

int hull_vm_calls_create(struct hull_vm *vm);
void hull_vm_calls_destroy(struct hull_vm *vm);

#endif
