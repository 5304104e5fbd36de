/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM, threads that serve its rings, and its rings as the test sees them. */
#ifndef HULL_SELFTESTS_RINGS_H
#define HULL_SELFTESTS_RINGS_H

#include <pthread.h>
#include <stdatomic.h>
#include <linux/hull.h>

#include "hull_tap.h"
#include "guest.h"
#include "machine.h"

#define SERVERS		2
#define VCPUS		2
#define RING_GPA	(1UL << 20)	/* one ring a MiB from here */
#define RING_STEP	(1UL << 20)
#define JOB_STEP	0x400UL		/* jobs of the vCPUs, behind MACHINE_RESULT */
#define SECONDS		120		/* that anything may take */

struct vcpu {
	int fd;
	struct kvm_run *run;
	struct job *job;
	pthread_t thread;
	int reason;			/* why it stopped: KVM_EXIT_* or -errno */
	unsigned long times;		/* it asked for time */
};

/*
 * @serving: threads go on serving after a signal
 * @left: what HULL_VM_SERVE said to the one that left last
 */
struct vm {
	struct machine machine;
	struct vcpu vcpu[VCPUS];
	pthread_t server[SERVERS];
	unsigned int servers;
	atomic_bool serving;
	atomic_int left;
};

struct view {
	volatile struct hull_ring *ring;
	volatile struct hull_ring_call *calls;
	volatile struct hull_ring_result *results;
	struct hull_ring_setup setup;
	long id;
};

extern const char *device;

void vm_open(struct vm *vm);
void vm_close(struct vm *vm);
int vm_serve(struct vm *vm, uint64_t flags);		/* 0 or -errno */
void servers_start(struct vm *vm, unsigned int n);
void servers_stop(struct vm *vm);

/* One hypercall by vCPU 0. */
long vm_call(struct vm *vm, uint32_t number, uint64_t a, uint64_t b, uint64_t c);
/* Run what is in vCPU @n's job; in a thread of its own, or until it is done. */
void vcpu_start(struct vm *vm, unsigned int n);
void vcpu_join(struct vm *vm, unsigned int n);
void vcpu_do(struct vm *vm, unsigned int n);

/* Ring @n, empty, with indices that begin at these numbers. */
void view_init(struct vm *vm, struct view *v, unsigned int n, uint32_t entries, uint32_t calls,
	       uint32_t results);
long view_setup(struct vm *vm, struct view *v);
void view_put(struct view *v, uint32_t number, uint64_t cookie, uint64_t a, uint64_t b);
/* Ring the doorbell when the host sleeps. */
long view_submit(struct vm *vm, struct view *v);
/* Wait until @word has @value. */
bool view_wait(volatile uint32_t *word, uint32_t value);
long view_end(struct vm *vm, struct view *v);

#endif
