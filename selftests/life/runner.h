/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMs that run by themselves, each in a thread, while a test does something to the host.
 */
#ifndef HULL_SELFTESTS_RUNNER_H
#define HULL_SELFTESTS_RUNNER_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "machine.h"

extern const char guest_spin[], guest_storm[], guest_state[], guest_end[];

#define GUEST_SPIN	guest_spin, guest_storm - guest_spin
#define GUEST_STORM	guest_storm, guest_state - guest_storm
#define GUEST_STATE	guest_state, guest_end - guest_state

struct runner {
	struct machine m;
	pthread_t thread;
	atomic_int tid;
	atomic_bool stop;
	atomic_int ended;	/* 0: it runs; otherwise KVM_EXIT_* or -errno, and why */
	unsigned int seed;
	uint64_t xcr0;		/* of a guest that checks its state; 0: no XSAVE */
	bool ymm;		/* the thread itself fills YMM registers */
};

/* Makes the VM; false and errno where there is none to be had. */
bool runner_open(struct runner *r, const char *device, const char *code, size_t size);
void runner_start(struct runner *r);
/* Ends the thread; false if the guest ended before, with a note about it. */
bool runner_stop(struct runner *r, const char *name);
void runner_close(struct runner *r);

/* How often the guest went round. */
uint64_t runner_count(struct runner *r);
/* Does the guest go on, within some seconds? */
bool runner_progress(struct runner *r);

/* Moves the thread to one CPU. */
bool runner_pin(struct runner *r, int cpu);
/* The CPU that a thread of this process was last seen on. */
int thread_cpu(pid_t tid);

/* Writes a word to a file of the kernel's; false and errno if it won't have it. */
bool file_write(const char *path, const char *text);
/* /sys/devices/system/cpu/cpuN/online */
bool cpu_online(int cpu, bool on);

#endif
