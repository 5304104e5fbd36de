// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls at the edges: every number, each mode, traps, shadows, interrupts and deadlines
 * in a storm of calls, and VMs that are stopped in one.
 *
 * usage: calls [/dev/hull]
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "hull_tap.h"

#define SECONDS		20
#define PERIOD		4000000		/* TSC cycles: not too few for a machine emulated */
#define LATE_MAX	2000000
#define DEADLINES	10

static const char *device = "/dev/hull";
static struct machine m;

static bool entry_run(enum machine_mode mode, const char *entry, uint64_t number)
{
	calls_load(&m, mode, entry, number);
	return machine_run(&m, SECONDS) == KVM_EXIT_IO;
}

static void numbers(void)
{
	struct kvm_regs regs;
	bool done;
	int round;

	/* The second time every number has been met before. */
	for (round = 1; round <= 2; round++) {
		calls_load(&m, MACHINE_LONG, calls_numbers, HULL_HYPERCALL_BASE);
		ioctl(m.vcpu, KVM_GET_REGS, &regs);
		regs.rcx = HULL_HYPERCALL_NUMBERS;
		ioctl(m.vcpu, KVM_SET_REGS, &regs);
		done = machine_run(&m, SECONDS) == KVM_EXIT_IO;
		tap_ok(done && *calls_word(&m, CALLS_COUNT) == HULL_HYPERCALL_NUMBERS &&
		       *calls_word(&m, CALLS_UNKNOWN) >= 3 * HULL_HYPERCALL_RANGE,
		       "every number with random arguments, round %d: %lu unknown", round,
		       *calls_word(&m, CALLS_UNKNOWN));
	}
}

static void registers(void)
{
	bool done = entry_run(MACHINE_LONG, calls_registers, HULL_HYPERCALL_NOP);

	/* The first call of a number goes another way than those after it. */
	done &= entry_run(MACHINE_LONG, calls_registers, HULL_HYPERCALL_NOP);
	tap_ok(done && *calls_word(&m, CALLS_COUNT) == 1 && !*calls_word(&m, CALLS_RESULT),
	       "a call changes rax alone");
	done = entry_run(MACHINE_LONG, calls_registers, HULL_HYPERCALL_FEATURES);
	done &= entry_run(MACHINE_LONG, calls_registers, HULL_HYPERCALL_FEATURES);
	tap_ok(done && *calls_word(&m, CALLS_COUNT) == 1, "so does one with arguments");
}

static void traps(void)
{
	bool done = entry_run(MACHINE_LONG, calls_step, HULL_HYPERCALL_VERSION);

	tap_ok(done && *calls_word(&m, CALLS_TRAPS) == 1 &&
	       *calls_word(&m, CALLS_TRAP_RIP) == calls_address(calls_step_after) &&
	       *calls_word(&m, CALLS_RESULT) == HULL_HYPERCALL_ABI,
	       "a single step over a call traps once, right after it");
	done = entry_run(MACHINE_LONG, calls_shadow, HULL_HYPERCALL_VERSION);
	tap_ok(done && *calls_word(&m, CALLS_INTERRUPTS) == 1 &&
	       *calls_word(&m, CALLS_INTERRUPT_RIP) == calls_address(calls_shadow_after) &&
	       *calls_word(&m, CALLS_RESULT) == HULL_HYPERCALL_ABI,
	       "after STI, VMCALL a pending interrupt comes right after the call");
}

/* Segment and mode of the last bytes of 4 GiB: VMCALL there, what follows at 0. */
static void wrap_set(void)
{
	static const uint8_t vmcall[] = { 0x0f, 0x01, 0xc1 };
	const uint32_t base = 0x2000 + sizeof(vmcall);
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	calls_load(&m, MACHINE_PROTECTED, calls_short, 0);
	memcpy(m.memory + 0x2000, vmcall, sizeof(vmcall));
	memcpy(m.memory + base, wrap_start, wrap_end - wrap_start);
	ioctl(m.vcpu, KVM_GET_SREGS, &sregs);
	ioctl(m.vcpu, KVM_GET_REGS, &regs);
	sregs.cs.base = base;
	regs.rip = -(uint32_t)sizeof(vmcall);
	regs.rax = HULL_HYPERCALL_VERSION;
	if (ioctl(m.vcpu, KVM_SET_SREGS, &sregs) || ioctl(m.vcpu, KVM_SET_REGS, &regs))
		tap_note("registers: %s", strerror(errno));
}

static void modes(void)
{
	bool done;

	done = entry_run(MACHINE_PROTECTED, calls_short, 0);
	tap_ok(done && (uint32_t)*calls_word(&m, CALLS_RESULT) == HULL_HYPERCALL_ABI &&
	       (int32_t)*calls_word(&m, CALLS_SCRATCH) > 0 && *calls_word(&m, CALLS_COUNT) == 1,
	       "32-bit code calls");
	wrap_set();
	done = machine_run(&m, SECONDS) == KVM_EXIT_IO;
	tap_ok(done && (uint32_t)*calls_word(&m, CALLS_RESULT) == HULL_HYPERCALL_ABI,
	       "a call in the last bytes of 4 GiB goes on at 0");
}

/* Time in calls counts, however little of it is the guest's. */
static void deadlines(void)
{
	bool done;

	calls_load(&m, MACHINE_LONG, calls_deadlines, HULL_HYPERCALL_NOP);
	*calls_word(&m, CALLS_PERIOD) = PERIOD;
	*calls_word(&m, CALLS_WANTED) = DEADLINES;
	done = machine_run(&m, SECONDS) == KVM_EXIT_IO;
	tap_ok(done && *calls_word(&m, CALLS_INTERRUPTS) >= DEADLINES &&
	       *calls_word(&m, CALLS_LATE) < LATE_MAX,
	       "deadlines in a storm of %lu calls: %ld cycles late at most",
	       *calls_word(&m, CALLS_COUNT), (long)*calls_word(&m, CALLS_LATE));
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void signals(void)
{
	double start = now();
	int ret;

	calls_load(&m, MACHINE_LONG, calls_storm, HULL_HYPERCALL_NOP);
	ret = machine_run(&m, 1);
	tap_ok(ret == -EINTR && now() - start < 3, "a signal ends a storm with interrupts off");
	tap_ok(*calls_word(&m, CALLS_COUNT) > 1000, "of %lu calls", *calls_word(&m, CALLS_COUNT));
}

/* Signals of children that end come here, too. */
static void *storm(void *ret)
{
	calls_load(&m, MACHINE_LONG, calls_storm, HULL_HYPERCALL_NOP);
	do {
		*(int *)ret = machine_run(&m, 0);
	} while (*(int *)ret == -EINTR);
	return NULL;
}

/* The VM is named after this process. */
static bool vmctl(const char *what)
{
	char line[64];

	snprintf(line, sizeof(line), "vmctl vm %s", what);
	return !system(line);
}

/* Does the guest call? */
static bool progress(void)
{
	uint64_t count = *calls_word(&m, CALLS_COUNT);

	usleep(200000);
	return *calls_word(&m, CALLS_COUNT) != count;
}

/* Within seconds: how soon is for the host's scheduler to say. */
static bool goes_on(void)
{
	int tries;

	for (tries = 0; tries < 25; tries++)
		if (progress())
			return true;
	return false;
}

static void stops(void)
{
	pthread_t thread;
	int ret = 0, i;

	if (access("/bin/vmctl", X_OK)) {
		tap_skip("paused and resumed in a storm", "no vmctl here");
		tap_skip("killed in a storm", "no vmctl here");
		return;
	}
	pthread_create(&thread, NULL, storm, &ret);
	while (!progress())
		;
	for (i = 0; i < 5; i++)
		if (!vmctl("pause calls") || progress() || !vmctl("resume calls") || !goes_on())
			break;
	tap_ok(i == 5, "paused and resumed %d of 5 times in a storm", i);
	/* It waits for the end of the VM, for which this process has to close its files. */
	tap_ok(vmctl("kill calls > /dev/null 2>&1 &") && !pthread_join(thread, NULL) &&
	       ret == -EIO, "killed in a storm");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		device = argv[1];
	if (!machine_try_open(&m, device))
		return tap_skip_all("%s: no VM to be had: %s", device, strerror(errno));
	tap_plan(13);
	modes();
	/* Another one, that is in 64-bit mode from the beginning. */
	machine_close(&m);
	machine_open(&m, device);
	numbers();
	registers();
	traps();
	deadlines();
	signals();
	stops();
	machine_close(&m);
	return tap_end();
}
