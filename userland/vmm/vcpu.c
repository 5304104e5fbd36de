// SPDX-License-Identifier: GPL-2.0-only
/* A thread for each vCPU, and a row for each reason why KVM_RUN returns. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "confine.h"
#include "machine.h"

#define STACK_BYTES	(128u << 10)

typedef void (*exit_fn)(struct vmm_vcpu *vcpu);

static void end_error(struct vmm_vcpu *vcpu, const char *what, unsigned long long detail)
{
	struct kvm_regs regs = { 0 };

	ioctl(vcpu->fd, KVM_GET_REGS, &regs);
	vmm_machine_end(vcpu->machine, HULL_STOP_ENGINE_ERROR, 0,
			"vCPU %u: %s %#llx, rip %#llx", vcpu->index, what, detail,
			(unsigned long long)regs.rip);
}

static void exit_port(struct vmm_vcpu *vcpu)
{
	const struct vmm_bus *ports = &vcpu->machine->ports;
	uint16_t port = vcpu->run->io.port;
	uint8_t size = vcpu->run->io.size;
	uint8_t *data = (uint8_t *)vcpu->run + vcpu->run->io.data_offset;
	uint32_t i, count = vcpu->run->io.count;

	for (i = 0; i < count; i++, data += size) {
		if (vcpu->run->io.direction == KVM_EXIT_IO_OUT)
			vmm_bus_write(ports, port, data, size);
		else
			vmm_bus_read(ports, port, data, size);
	}
}

static void exit_memory(struct vmm_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	const struct vmm_bus *mmio = &vcpu->machine->mmio;

	if (run->mmio.is_write)
		vmm_bus_write(mmio, run->mmio.phys_addr, run->mmio.data, run->mmio.len);
	else
		vmm_bus_read(mmio, run->mmio.phys_addr, run->mmio.data, run->mmio.len);
}

static void exit_nothing(struct vmm_vcpu *vcpu)
{
	(void)vcpu;
}

static void exit_shutdown(struct vmm_vcpu *vcpu)
{
	struct kvm_regs regs = { 0 };

	ioctl(vcpu->fd, KVM_GET_REGS, &regs);
	vmm_machine_end(vcpu->machine, HULL_STOP_TRIPLE_FAULT, 0,
			"triple fault on vCPU %u, rip %#llx", vcpu->index,
			(unsigned long long)regs.rip);
}

static void exit_system_event(struct vmm_vcpu *vcpu)
{
	bool off = vcpu->run->system_event.type == KVM_SYSTEM_EVENT_SHUTDOWN;

	vmm_machine_end(vcpu->machine, off ? HULL_STOP_POWEROFF : HULL_STOP_RESET, 0,
			off ? "the guest powered off" : "the guest reset the machine");
}

static void exit_fail_entry(struct vmm_vcpu *vcpu)
{
	end_error(vcpu, "VM entry failed, reason",
		  vcpu->run->fail_entry.hardware_entry_failure_reason);
}

static void exit_internal_error(struct vmm_vcpu *vcpu)
{
	end_error(vcpu, "internal error of the engine, suberror", vcpu->run->internal.suberror);
}

static const exit_fn exits[] = {
	[KVM_EXIT_IO] = exit_port,
	[KVM_EXIT_HYPERCALL] = vmm_hypercall_answer,
	[KVM_EXIT_MMIO] = exit_memory,
	[KVM_EXIT_INTR] = exit_nothing,
	[KVM_EXIT_IRQ_WINDOW_OPEN] = exit_nothing,
	[KVM_EXIT_SHUTDOWN] = exit_shutdown,
	[KVM_EXIT_SYSTEM_EVENT] = exit_system_event,
	[KVM_EXIT_FAIL_ENTRY] = exit_fail_entry,
	[KVM_EXIT_INTERNAL_ERROR] = exit_internal_error,
};

static void run_failed(struct vmm_vcpu *vcpu)
{
	switch (errno) {
	case EINTR:			/* a signal: the caller looks at machine->ending */
	case EAGAIN:			/* woken before its first SIPI */
		return;
	case EIO:
		vmm_machine_end(vcpu->machine, HULL_STOP_KILLED, 0, "the VM was killed");
		return;
	default:
		vmm_machine_end(vcpu->machine, HULL_STOP_ENGINE_ERROR, 0, "vCPU %u: %s",
				vcpu->index, vmm_errno_text(errno));
	}
}

static void run_loop(struct vmm_vcpu *vcpu)
{
	uint32_t reason;

	while (!atomic_load_explicit(&vcpu->machine->ending, memory_order_relaxed)) {
		if (ioctl(vcpu->fd, KVM_RUN, 0)) {
			run_failed(vcpu);
			continue;
		}
		reason = vcpu->run->exit_reason;
		if (reason < sizeof(exits) / sizeof(exits[0]) && exits[reason])
			exits[reason](vcpu);
		else
			end_error(vcpu, "unexpected exit, reason", reason);
	}
}

static void *vcpu_thread(void *data)
{
	struct vmm_vcpu *vcpu = data;
	struct vmm_machine *machine = vcpu->machine;
	struct vmm_error error = { 0 };
	char name[16];

	snprintf(name, sizeof(name), "vcpu%u", vcpu->index);
	prctl(PR_SET_NAME, name);
	if (confine_thread(CONFINE_VCPU, &error))
		vmm_machine_end(machine, HULL_STOP_VMM_ERROR, 0, "%s", error.text);
	pthread_barrier_wait(&machine->gate);
	run_loop(vcpu);
	return NULL;
}

int vmm_vcpu_create(struct vmm_machine *machine, unsigned int index, struct vmm_error *error)
{
	struct vmm_vcpu *vcpu = &machine->vcpus[index];

	vcpu->machine = machine;
	vcpu->index = index;
	vcpu->fd = ioctl(machine->engine.vm, KVM_CREATE_VCPU, index);
	if (vcpu->fd < 0)
		return vmm_fail_errno(error, "%s makes no vCPU %u", machine->engine.path, index);
	vcpu->run = mmap(NULL, machine->engine.run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED) {
		vcpu->run = NULL;
		return vmm_fail_errno(error, "vCPU %u: shared page", index);
	}
	if (vmm_cpu_id_set(vcpu, error))
		return -1;
	return vmm_cpu_state_set(vcpu, error);
}

void vmm_vcpu_destroy(struct vmm_vcpu *vcpu)
{
	if (vcpu->run)
		munmap(vcpu->run, vcpu->machine->engine.run_size);
	if (vcpu->fd >= 0)
		close(vcpu->fd);
	vcpu->run = NULL;
	vcpu->fd = -1;
}

static void on_kick(int signal)
{
	(void)signal;
}

int vmm_vcpus_start(struct vmm_machine *machine, struct vmm_error *error)
{
	struct sigaction action = { .sa_handler = on_kick };
	pthread_attr_t attr;
	sigset_t kick;
	unsigned int i;

	/* Everything is blocked in this process; vCPU threads must hear the kick. */
	sigaction(SIGUSR1, &action, NULL);
	sigemptyset(&kick);
	sigaddset(&kick, SIGUSR1);
	pthread_sigmask(SIG_UNBLOCK, &kick, NULL);
	pthread_barrier_init(&machine->gate, NULL, machine->count + machine->serves + 1);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	for (i = 0; i < machine->count; i++) {
		errno = pthread_create(&machine->vcpus[i].thread, &attr, vcpu_thread,
				       &machine->vcpus[i]);
		if (errno)
			return vmm_fail_errno(error, "thread for vCPU %u", i);
		machine->vcpus[i].started = true;
	}
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_BLOCK, &kick, NULL);
	return 0;
}

void vmm_vcpus_join(struct vmm_machine *machine)
{
	unsigned int i;

	for (i = 0; i < machine->count; i++) {
		if (!machine->vcpus[i].started)
			continue;
		/* Not in KVM_RUN yet: immediate_exit; in it: the signal. */
		machine->vcpus[i].run->immediate_exit = 1;
		pthread_kill(machine->vcpus[i].thread, SIGUSR1);
		pthread_join(machine->vcpus[i].thread, NULL);
		machine->vcpus[i].started = false;
	}
}
