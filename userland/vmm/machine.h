/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine: engine, memory, buses, devices, vCPUs, and how it ends. */
#ifndef HULL_VMM_MACHINE_H
#define HULL_VMM_MACHINE_H

#include <pthread.h>
#include <stdatomic.h>
#include <linux/kvm.h>

#include "boot/boot.h"
#include "bus.h"
#include "console.h"
#include "engine.h"
#include "memory.h"

struct vmm_vcpu {
	struct vmm_machine *machine;	/* [I] */
	unsigned int index;		/* [I] and APIC ID */
	int fd;				/* [I] */
	struct kvm_run *run;		/* [I] shared with the kernel */
	pthread_t thread;
	bool started;
};

/*
 * @gate: all threads are confined before the first vCPU enters the guest
 * @ending: set once; vCPU threads leave when they see it
 * @end: under @end_lock
 */
struct vmm_machine {
	const struct vmm_options *options;
	struct vmm_engine_files engine;
	struct vmm_memory memory;
	struct vmm_bus ports, mmio;
	struct vmm_console console;
	struct boot_entry entry;
	unsigned int count;
	struct vmm_vcpu *vcpus;
	bool serves;			/* there is, or will be, @server */
	pthread_t server;
	pthread_barrier_t gate;
	int wake_fd;
	atomic_bool ending;
	pthread_mutex_t end_lock;
	struct vmm_end end;
	struct vmm_device *power;	/* device/acpi_pm.c */
	bool stopping;			/* under end_lock: the power button was pressed by us */
};

/* --- machine.c ------------------------------------------------------------- */

/** vmm_machine_create - everything up to a first vCPU that could be entered */
int vmm_machine_create(struct vmm_machine *machine, const struct vmm_options *options,
		       struct vmm_error *error);
/** vmm_machine_destroy - tells Hull why, and closes the VM */
void vmm_machine_destroy(struct vmm_machine *machine);

/** vmm_machine_end - the VM ends for this reason; the first one counts. Any thread. */
void vmm_machine_end(struct vmm_machine *machine, enum hull_stop_reason reason, uint32_t value,
		     const char *format, ...) __attribute__((format(printf, 4, 5)));
void vmm_machine_power_button(struct vmm_machine *machine);
/** vmm_irq_set - an interrupt line; devices call it when the level changes */
void vmm_irq_set(struct vmm_machine *machine, unsigned int irq, bool level);

/* --- vcpu.c, cpu_state.c, cpu_id.c ----------------------------------------- */

int vmm_vcpu_create(struct vmm_machine *machine, unsigned int index, struct vmm_error *error);
int vmm_vcpus_start(struct vmm_machine *machine, struct vmm_error *error);
/** vmm_vcpus_join - after vmm_machine_end(): wait until no vCPU runs */
void vmm_vcpus_join(struct vmm_machine *machine);
void vmm_vcpu_destroy(struct vmm_vcpu *vcpu);

int vmm_cpu_id_set(struct vmm_vcpu *vcpu, struct vmm_error *error);
/** vmm_cpu_state_set - power-up state; of vCPU 0 as the kernel wants to be entered */
int vmm_cpu_state_set(struct vmm_vcpu *vcpu, struct vmm_error *error);

/* --- hypercall.c ----------------------------------------------------------- */

/** vmm_hypercall_offer - calls of the guest may come here; before vCPUs start */
void vmm_hypercall_offer(struct vmm_machine *machine);
/** vmm_hypercall_answer - KVM_EXIT_HYPERCALL */
void vmm_hypercall_answer(struct vmm_vcpu *vcpu);

/* --- server.c --------------------------------------------------------------- */

/** vmm_server_offer - if the engine has rings, the guest finds them; before vCPUs start */
void vmm_server_offer(struct vmm_machine *machine);
/** vmm_server_start - after vmm_vcpus_start(), which counts it for the gate */
int vmm_server_start(struct vmm_machine *machine, struct vmm_error *error);
/** vmm_server_join - after vmm_machine_end() */
void vmm_server_join(struct vmm_machine *machine);

/* --- device/, one row each in machine.c ------------------------------------- */

int acpi_pm_create(struct vmm_machine *machine, struct vmm_error *error);
int cmos_create(struct vmm_machine *machine, struct vmm_error *error);
int exit_port_create(struct vmm_machine *machine, struct vmm_error *error);
int pci_config_create(struct vmm_machine *machine, struct vmm_error *error);
int reset_create(struct vmm_machine *machine, struct vmm_error *error);
int serial_create(struct vmm_machine *machine, struct vmm_error *error);

/** acpi_pm_press - the power button */
void acpi_pm_press(struct vmm_device *device);

#endif
