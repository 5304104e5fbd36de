/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM with nothing in it but the measured guest. */
#ifndef HULL_BENCH_VM_H
#define HULL_BENCH_VM_H

#include <lib/client.h>
#include <vmm/machine.h>

#include "job.h"

/* @id: of the VM's record, with Hull's engine */
struct bench_vm {
	struct vmm_options options;
	struct vmm_machine machine;
	struct vmm_vcpu vcpu;
	uint32_t id;
	char name[HULL_NAME_MAX + 1];
};

/**
 * bench_vm_open - make it, with the guest loaded and ready for its first job
 * @client: NULL: on KVM, without a record
 * @role: tells the names of VMs of one process apart
 * @mitigations: HULL_MITIGATION_*, with Hull's engine
 *
 * Return: 0; -1 and *@error, with nothing left behind.
 */
int bench_vm_open(struct bench_vm *vm, struct hull_client *client, const char *role,
		  uint32_t mitigations, struct vmm_error *error);
void bench_vm_close(struct bench_vm *vm, struct hull_client *client);

/**
 * bench_vm_job - have the guest do @job; in it are @samples cycles afterwards
 *
 * Return: 0; -1 and *@error: the guest ended otherwise, or a call of it failed.
 */
int bench_vm_job(struct bench_vm *vm, const struct bench_job *job, struct vmm_error *error);
/** bench_vm_samples - cycles of each sample of the last job */
const uint64_t *bench_vm_samples(const struct bench_vm *vm);
void *bench_vm_memory(const struct bench_vm *vm, uint64_t addr, uint64_t bytes);

#endif
