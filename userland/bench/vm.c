// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vmm/boot/layout.h>

#include "vm.h"

extern const char bench_image_start[], bench_image_end[];

static int record_new(struct bench_vm *vm, struct hull_client *client, uint32_t mitigations,
		      struct vmm_error *error)
{
	char domain[HULL_NAME_MAX + 1];
	struct hull_vm_new new = {
		.name = vm->name, .domain = domain, .engine = HULL_ENGINE_VMX, .cpus = 1, .cpu_weight = 100,
		.mitigations = mitigations,
	};
	struct hull_vm_info info;
	struct hull_error why;

	snprintf(domain, sizeof(domain), "bench-%d", (int)getpid());

	if (hull_vm_new(client, &new, &info, &why))
		return vmm_fail(error, why.code, "%s", why.text);
	vm->id = info.id;
	return 0;
}

static void record_delete(struct bench_vm *vm, struct hull_client *client)
{
	struct hull_ref ref = { .id = vm->id };
	struct hull_error ignored;

	if (vm->id)
		hull_vm_delete(client, &ref, &ignored);
	vm->id = 0;
}

static int guest_load(struct bench_vm *vm, struct vmm_error *error)
{
	struct vmm_memory *memory = &vm->machine.memory;
	struct kvm_regs regs;

	gdt_write(memory, BOOT_LONG);
	page_tables_write(memory);
	memcpy(vmm_memory_at(memory, BENCH_CODE, BENCH_JOB - BENCH_CODE), bench_image_start,
	       (size_t)(bench_image_end - bench_image_start));
	if (vmm_vcpu_create(&vm->machine, 0, error))
		return -1;
	if (ioctl(vm->vcpu.fd, KVM_GET_REGS, &regs))
		return vmm_fail_errno(error, "registers");
	regs.rsp = BENCH_STACK;
	if (ioctl(vm->vcpu.fd, KVM_SET_REGS, &regs))
		return vmm_fail_errno(error, "registers are refused");
	return 0;
}

static int machine_make(struct bench_vm *vm, struct vmm_error *error)
{
	struct vmm_machine *machine = &vm->machine;

	machine->options = &vm->options;
	machine->count = 1;
	machine->vcpus = &vm->vcpu;
	machine->entry = (struct boot_entry){ .mode = BOOT_LONG, .rip = BENCH_CODE };
	if (vmm_engine_open(&machine->engine, &vm->options, error))
		return -1;
	vmm_memory_layout(&machine->memory, BENCH_MEMORY);
	if (vmm_memory_map(&machine->memory, error) ||
	    vmm_engine_chips(&machine->engine, error) ||
	    vmm_engine_memory(&machine->engine, &machine->memory, error))
		return -1;
	return guest_load(vm, error);
}

int bench_vm_open(struct bench_vm *vm, struct hull_client *client, const char *role,
		  uint32_t mitigations, struct vmm_error *error)
{
	memset(vm, 0, sizeof(*vm));
	vm->vcpu.fd = -1;
	vm->machine.engine = (struct vmm_engine_files){ .device = -1, .vm = -1, .record = -1 };
	snprintf(vm->name, sizeof(vm->name), "bench-%d-%s", (int)getpid(), role);
	if (client && record_new(vm, client, mitigations, error))
		return -1;
	vm->options = (struct vmm_options){
		.name = vm->name, .id = vm->id, .memory = BENCH_MEMORY, .cpus = 1,
		.engine = client ? VMM_ENGINE_HULL : VMM_ENGINE_KVM,
	};
	if (!machine_make(vm, error))
		return 0;
	bench_vm_close(vm, client);
	return -1;
}

void bench_vm_close(struct bench_vm *vm, struct hull_client *client)
{
	if (vm->vcpu.machine)
		vmm_vcpu_destroy(&vm->vcpu);
	vmm_engine_close(&vm->machine.engine);
	vmm_memory_unmap(&vm->machine.memory);
	record_delete(vm, client);
}

void *bench_vm_memory(const struct bench_vm *vm, uint64_t addr, uint64_t bytes)
{
	return vmm_memory_at(&vm->machine.memory, addr, bytes);
}

const uint64_t *bench_vm_samples(const struct bench_vm *vm)
{
	return bench_vm_memory(vm, BENCH_SAMPLES, BENCH_SAMPLES_MAX * sizeof(uint64_t));
}

/* Accesses that the VMM answers are answered at once: their price is the way here. */
static int guest_enter(struct bench_vm *vm, struct vmm_error *error)
{
	struct kvm_run *run = vm->vcpu.run;

	for (;;) {
		if (ioctl(vm->vcpu.fd, KVM_RUN, 0)) {
			if (errno == EINTR)
				return vmm_fail(error, EINTR, "interrupted");
			return vmm_fail_errno(error, "the guest cannot run");
		}
		switch (run->exit_reason) {
		case KVM_EXIT_IO:
			if (run->io.port == BENCH_PORT_DONE)
				return 0;
			break;
		case KVM_EXIT_HYPERCALL:
			run->hypercall.ret = 0;
			break;
		case KVM_EXIT_MMIO:
			break;
		default:
			return vmm_fail(error, EPROTO, "the guest left with exit reason %u",
					run->exit_reason);
		}
	}
}

int bench_vm_job(struct bench_vm *vm, const struct bench_job *job, struct vmm_error *error)
{
	struct bench_job *there = bench_vm_memory(vm, BENCH_JOB, sizeof(*there));

	*there = *job;
	if (guest_enter(vm, error))
		return -1;
	if (there->error < 0 && there->error != job->expected)
		return vmm_fail(error, (int)-there->error, "the guest's call failed: %s",
				strerror((int)-there->error));
	return 0;
}
