/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small VMM for tests: one VM on any device that speaks the KVM ABI, with guest
 * code copied in and run until it says something by a port.
 */
#ifndef HULL_SELFTESTS_MACHINE_H
#define HULL_SELFTESTS_MACHINE_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MACHINE_MEMORY		(64UL << 20)
#define MACHINE_CODE		0x1000UL
#define MACHINE_RESULT		0x8000UL
#define MACHINE_STACK		0xa000UL	/* top */
#define MACHINE_IDT		0xb000UL
#define MACHINE_GDT		0xc000UL
#define MACHINE_TABLES		0x10000UL	/* PML4, PDPT, PD: identity map of 1 GiB */
#define MACHINE_FRESH		(16UL << 20)	/* memory that nobody touched yet */

enum machine_mode { MACHINE_REAL, MACHINE_PROTECTED, MACHINE_LONG };

struct machine {
	int dev, vm, vcpu;
	struct kvm_run *run;
	size_t run_size;
	uint8_t *memory;
};

/* Opens the device, makes a VM with memory, chips and one vCPU. Exits when it can't. */
void machine_open(struct machine *m, const char *path);
/* The same, but says false where the device or VMX is not there. */
bool machine_try_open(struct machine *m, const char *path);
/* A machine of one of Hull's records: HULL_VM_ATTACH. */
bool machine_try_attach(struct machine *m, const char *path, uint32_t id);
void machine_close(struct machine *m);

/* One more vCPU of a machine: a view of it with other files, which the caller closes first. */
void machine_vcpu_add(struct machine *more, const struct machine *m, unsigned int id);
void machine_vcpu_close(struct machine *more);

/* Copies code to MACHINE_CODE and sets the registers for it. */
void machine_load(struct machine *m, enum machine_mode mode, const void *code, size_t size);

/*
 * Enters the guest until it leaves for userspace; KVM_EXIT_* or -errno. Gives up with
 * -EINTR after the seconds given (0: never).
 */
int machine_run(struct machine *m, unsigned int seconds);

#endif
