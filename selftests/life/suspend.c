// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine sleeps and wakes under running VMs: to memory (ACPI S3, the processor is
 * reset and VMX with it). Bochs wakes at once.
 *
 * usage: suspend [/dev/hull]
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hull_tap.h"
#include "runner.h"

#define ROUNDS	3

static const char *device = "/dev/hull";
static struct runner spin, storm, state = { .seed = 5 };

static bool deep_sleep_possible(void)
{
	char text[64] = "";
	int fd = open("/sys/power/mem_sleep", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return strstr(text, "[deep]");
}

static bool all_progress(void)
{
	return runner_progress(&spin) && runner_progress(&storm) && runner_progress(&state);
}

static bool sleep_once(void)
{
	if (file_write("/sys/power/state", "mem"))
		return true;
	tap_note("suspend: %s", strerror(errno));
	return false;
}

int main(int argc, char **argv)
{
	struct runner other = { .seed = 6 };
	const char *machine;
	int i;

	if (argc > 1)
		device = argv[1];
	machine = getenv("LAB_MACHINE");
	if (machine && strcmp(machine, "bochs"))
		return tap_skip_all("nothing wakes this machine");
	if (!deep_sleep_possible())
		return tap_skip_all("this machine has no suspend to memory");
	if (!runner_open(&spin, device, GUEST_SPIN))
		return tap_skip_all("%s: no VM to be had: %s", device, strerror(errno));
	if (!runner_open(&storm, device, GUEST_STORM) ||
	    !runner_open(&state, device, GUEST_STATE))
		return TAP_FAIL;
	tap_plan(5);
	runner_start(&spin);
	runner_start(&storm);
	runner_start(&state);
	for (i = 0; i < ROUNDS; i++)
		if (!all_progress() || !sleep_once() || !all_progress())
			break;
	tap_ok(i == ROUNDS, "%d of %d times asleep with three running guests, which went on", i,
	       ROUNDS);
	tap_ok(runner_stop(&state, "state"), "none of its registers has changed");
	/* At rest, its VMCS on the processor that is reset. */
	tap_ok(sleep_once(), "asleep with a guest at rest");
	runner_start(&state);
	tap_ok(runner_progress(&state) && runner_stop(&state, "state") &
	       runner_stop(&spin, "spin") & runner_stop(&storm, "storm"), "it goes on, too");
	runner_close(&spin);
	runner_close(&storm);
	runner_close(&state);
	sleep_once();
	i = runner_open(&other, device, GUEST_STATE);
	if (i) {
		runner_start(&other);
		i = runner_progress(&other) && runner_stop(&other, "other");
		runner_close(&other);
	}
	tap_ok(i, "a VM after a sleep without any");
	return tap_end();
}
