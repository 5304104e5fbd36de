// SPDX-License-Identifier: GPL-2.0-only
/*
 * storm CALLS [VM...]: one VM for each id given (none: one that has no record), two
 * vCPUs each, all of them storming until so many calls were made. A guest that ends
 * itself by where it let the host write is begun anew. Last line: "storm: N calls ...".
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/hull.h>

#include "machine.h"
#include "storm.h"

#define VMS_MAX		4
#define VCPUS		2

extern const char storm_image_start[], storm_image_end[];

struct storm {
	unsigned int id;
	unsigned long long seed;
	struct machine machine[VCPUS];
	atomic_bool over;		/* this life of the guest */
	unsigned int lives;
};

static atomic_llong calls_left, calls_made, errors;

static void on_signal(int sig)
{
	(void)sig;
}

/*
 * Code is in a slot of its own that calls cannot write. Tables cannot be: with accessed
 * and dirty bits in the EPT their reads count as writes, SDM Vol. 3, 29.3.5.
 */
static void memory_split(struct machine *m)
{
	struct kvm_userspace_memory_region low = {
		.slot = 0, .memory_size = STORM_READONLY, .flags = KVM_MEM_READONLY,
		.userspace_addr = (uintptr_t)m->memory,
	};
	struct kvm_userspace_memory_region high = {
		.slot = 1, .guest_phys_addr = STORM_READONLY,
		.memory_size = MACHINE_MEMORY - STORM_READONLY,
		.userspace_addr = (uintptr_t)m->memory + STORM_READONLY,
	};
	struct kvm_userspace_memory_region none = { .slot = 0 };

	if (ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &none) ||
	    ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &low) ||
	    ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &high))
		err(1, "KVM_SET_USER_MEMORY_REGION");
}

static struct storm_state *state_of(struct machine *m, unsigned int cpu)
{
	return (struct storm_state *)(m->memory + STORM_STATE) + cpu;
}

static void vcpu_prepare(struct storm *storm, unsigned int cpu)
{
	struct machine *m = &storm->machine[cpu];
	struct kvm_mp_state runnable = { .mp_state = KVM_MP_STATE_RUNNABLE };
	struct kvm_regs regs = {
		.rip = MACHINE_CODE, .rflags = 2,
		.rdi = STORM_STATE + cpu * sizeof(struct storm_state),
		/* as behind a call: misaligned by a word */
		.rsp = STORM_STACK + cpu * 0x1000 - 8,
	};
	struct kvm_sregs sregs;

	state_of(m, cpu)->seed = storm->seed * VCPUS + cpu + 1;
	if (cpu && (ioctl(storm->machine[0].vcpu, KVM_GET_SREGS, &sregs) ||
		    ioctl(m->vcpu, KVM_SET_SREGS, &sregs) ||
		    ioctl(m->vcpu, KVM_SET_MP_STATE, &runnable)))
		err(1, "vCPU %u", cpu);
	if (ioctl(m->vcpu, KVM_SET_REGS, &regs))
		err(1, "KVM_SET_REGS");
}

static void begin(struct storm *storm)
{
	struct hull_vm_serve offer = { .size = sizeof(offer), .flags = HULL_VM_SERVE_OFFER };

	if (!machine_try_attach(&storm->machine[0], "/dev/hull", storm->id))
		err(1, "/dev/hull, VM %u", storm->id);
	machine_load(&storm->machine[0], MACHINE_LONG, storm_image_start,
		     (size_t)(storm_image_end - storm_image_start));
	memory_split(&storm->machine[0]);
	machine_vcpu_add(&storm->machine[1], &storm->machine[0], 1);
	vcpu_prepare(storm, 0);
	vcpu_prepare(storm, 1);
	if (ioctl(storm->machine[0].vm, HULL_VM_SERVE, &offer))
		err(1, "HULL_VM_SERVE");
	atomic_store(&storm->over, false);
	storm->lives++;
	storm->seed++;
}

static void end(struct storm *storm)
{
	machine_vcpu_close(&storm->machine[1]);
	machine_close(&storm->machine[0]);
}

/* What a guest counts itself its calls may overwrite. */
static bool batch_count(struct machine *m)
{
	uint16_t failed;

	memcpy(&failed, (uint8_t *)m->run + m->run->io.data_offset, sizeof(failed));
	atomic_fetch_add(&errors, failed);
	atomic_fetch_add(&calls_made, STORM_BATCH);
	return atomic_fetch_sub(&calls_left, STORM_BATCH) > STORM_BATCH;
}

/* One exit to us; false: this life of the guest is over. */
static bool exit_answer(struct machine *m)
{
	switch (m->run->exit_reason) {
	case KVM_EXIT_IO:
		if (m->run->io.port == STORM_PORT)
			return batch_count(m);
		return true;
	case KVM_EXIT_HYPERCALL:
		m->run->hypercall.ret = 0;
		return true;
	case KVM_EXIT_MMIO:
	case KVM_EXIT_INTR:
		return true;
	default:
		return false;
	}
}

struct vcpu_thread {
	struct storm *storm;
	unsigned int cpu;
	pthread_t thread;
};

static void *vcpu_run(void *data)
{
	struct vcpu_thread *me = data;
	struct machine *m = &me->storm->machine[me->cpu];

	while (!atomic_load(&me->storm->over) && atomic_load(&calls_left) > 0) {
		if (ioctl(m->vcpu, KVM_RUN, 0) && errno != EINTR && errno != EAGAIN)
			break;
		if (!exit_answer(m))
			break;
	}
	atomic_store(&me->storm->over, true);
	return NULL;
}

static void *serve(void *data)
{
	struct hull_vm_serve serve = { .size = sizeof(serve) };
	struct storm *storm = data;

	while (!atomic_load(&storm->over))
		if (ioctl(storm->machine[0].vm, HULL_VM_SERVE, &serve) && errno != EINTR)
			break;
	return NULL;
}

/* Signals until it is gone: it may have been on its way into the kernel. */
static void thread_end(pthread_t thread)
{
	struct timespec soon;

	do {
		pthread_kill(thread, SIGUSR1);
		clock_gettime(CLOCK_REALTIME, &soon);
		soon.tv_sec += 1;
	} while (pthread_timedjoin_np(thread, NULL, &soon));
}

static void life(struct storm *storm)
{
	struct vcpu_thread vcpus[VCPUS];
	pthread_t server;
	unsigned int cpu;

	begin(storm);
	if (pthread_create(&server, NULL, serve, storm))
		err(1, "pthread_create");
	for (cpu = 0; cpu < VCPUS; cpu++) {
		vcpus[cpu] = (struct vcpu_thread){ .storm = storm, .cpu = cpu };
		if (pthread_create(&vcpus[cpu].thread, NULL, vcpu_run, &vcpus[cpu]))
			err(1, "pthread_create");
	}
	while (!atomic_load(&storm->over))
		usleep(20000);
	for (cpu = 0; cpu < VCPUS; cpu++)
		thread_end(vcpus[cpu].thread);
	thread_end(server);
	end(storm);
}

static void *storm_run(void *data)
{
	struct storm *storm = data;

	while (atomic_load(&calls_left) > 0)
		life(storm);
	return NULL;
}

int main(int argc, char **argv)
{
	static struct storm storms[VMS_MAX];
	struct sigaction action = { .sa_handler = on_signal };
	unsigned int lives = 0;
	pthread_t threads[VMS_MAX];
	int i, n = argc > 2 ? argc - 2 : 1;

	if (argc < 2 || n > VMS_MAX)
		errx(2, "usage: storm CALLS [VM...]");
	atomic_store(&calls_left, atoll(argv[1]));
	sigaction(SIGUSR1, &action, NULL);
	for (i = 0; i < n; i++) {
		storms[i].id = argc > 2 ? (unsigned int)atoi(argv[2 + i]) : 0;
		storms[i].seed = 0x9e3779b97f4a7c15ull + (unsigned int)i * 1000003u;
		if (pthread_create(&threads[i], NULL, storm_run, &storms[i]))
			err(1, "pthread_create");
	}
	for (i = 0; i < n; i++) {
		pthread_join(threads[i], NULL);
		lives += storms[i].lives;
	}
	printf("storm: %lld calls answered, %lld of them by an error, in %u lives\n",
	       atomic_load(&calls_made), atomic_load(&errors), lives);
	return 0;
}
