/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/hull and /dev/kvm: how to get at a VM. Behind that both are the same ABI. */
#ifndef HULL_VMM_ENGINE_H
#define HULL_VMM_ENGINE_H

#include "memory.h"

/* -1: not open. @record: what HULL_VM_STOP is told to; may be @vm itself. */
struct vmm_engine_files {
	const char *path;
	int device, vm, record;
	size_t run_size;		/* of struct kvm_run and what is behind it */
	bool deadline_timer;
};

int vmm_engine_open(struct vmm_engine_files *engine, const struct vmm_options *options,
		    struct vmm_error *error);
void vmm_engine_close(struct vmm_engine_files *engine);

/** vmm_engine_has - KVM_CHECK_EXTENSION of the VM */
int vmm_engine_has(const struct vmm_engine_files *engine, unsigned int cap);
/** vmm_engine_chips - interrupt controllers, timer, reserved addresses; before vCPUs */
int vmm_engine_chips(const struct vmm_engine_files *engine, struct vmm_error *error);
int vmm_engine_memory(const struct vmm_engine_files *engine, const struct vmm_memory *memory,
		      struct vmm_error *error);
/** vmm_engine_stop_reason - tell Hull, so that the record shows it */
void vmm_engine_stop_reason(const struct vmm_engine_files *engine, const struct vmm_end *end);

#endif
