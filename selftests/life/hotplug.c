// SPDX-License-Identifier: GPL-2.0-only
/*
 * A processor goes away and comes back under running VMs, beneath one that is at rest,
 * and when VMX is taken or left meanwhile.
 *
 * usage: hotplug [/dev/hull]
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "hull_tap.h"
#include "runner.h"

#define ROUNDS	5

static const char *device = "/dev/hull";
static struct runner spin, storm, state = { .seed = 3 };

static bool all_progress(void)
{
	return runner_progress(&spin) && runner_progress(&storm) && runner_progress(&state);
}

/* Off and on again, with every vCPU on the CPU that goes. */
static bool one_round(void)
{
	if (!runner_pin(&spin, 1) || !runner_pin(&storm, 1) || !runner_pin(&state, 1))
		return false;
	if (!all_progress() || !cpu_online(1, false) || !all_progress())
		return false;
	/* Nothing may claim to be on the CPU that is gone. */
	if (thread_cpu(spin.tid) != 0 || thread_cpu(storm.tid) != 0)
		return false;
	return cpu_online(1, true) && all_progress();
}

static void running(void)
{
	int i;

	runner_start(&spin);
	runner_start(&storm);
	runner_start(&state);
	for (i = 0; i < ROUNDS; i++)
		if (!one_round())
			break;
	tap_ok(i == ROUNDS, "%d of %d times a processor left under three guests and came back", i,
	       ROUNDS);
	tap_ok(runner_stop(&spin, "spin") & runner_stop(&storm, "storm") &
	       runner_stop(&state, "state"), "no guest ended or found a register changed");
}

/* Its VMCS is active on the CPU that goes, but no thread is in it. */
static void at_rest(void)
{
	bool left;

	runner_start(&state);
	runner_pin(&state, 1);
	runner_progress(&state);
	left = runner_stop(&state, "state") && cpu_online(1, false);
	tap_ok(left, "a processor leaves that still has a resting vCPU's VMCS");
	runner_start(&state);
	tap_ok(runner_progress(&state) && runner_stop(&state, "state"),
	       "the vCPU goes on elsewhere, its state whole");
}

/* The last VM goes and the next comes while the CPU is away; then the CPU comes. */
static void meanwhile(void)
{
	struct runner other = { .seed = 9 };
	bool made;

	runner_close(&spin);
	runner_close(&storm);
	runner_close(&state);
	made = runner_open(&other, device, GUEST_STATE);
	tap_ok(made, "a VM is made while a processor is away: %s", made ? "" : strerror(errno));
	runner_start(&other);
	tap_ok(cpu_online(1, true) && runner_pin(&other, 1) && runner_progress(&other) &&
	       thread_cpu(other.tid) == 1, "and runs on that processor as soon as it is back");
	tap_ok(cpu_online(1, false) && runner_progress(&other) && runner_stop(&other, "other"),
	       "and goes on when it leaves");
	runner_close(&other);
	tap_ok(cpu_online(1, true), "the processor comes back when no VM is left");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		device = argv[1];
	if (access("/sys/devices/system/cpu/cpu1/online", W_OK))
		return tap_skip_all("one processor, or one that cannot leave");
	if (!runner_open(&spin, device, GUEST_SPIN))
		return tap_skip_all("%s: no VM to be had: %s", device, strerror(errno));
	if (!runner_open(&storm, device, GUEST_STORM) ||
	    !runner_open(&state, device, GUEST_STATE))
		return TAP_FAIL;
	tap_plan(8);
	running();
	at_rest();
	meanwhile();
	return tap_end();
}
