// SPDX-License-Identifier: GPL-2.0-only
/*
 * vCPU threads moved from processor to processor a thousand times while their guests
 * compare every register with what they put there.
 *
 * usage: migrate [/dev/hull]
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "hull_tap.h"
#include "runner.h"

#define MOVES	1000
#define GUESTS	2

static struct runner guests[GUESTS] = { { .seed = 1 }, { .seed = 2 } };

/* In step or crosswise, so that they meet on a CPU and leave it, too. */
static int storm(void)
{
	int i, moved = 0;

	for (i = 0; i < MOVES; i++) {
		if (!runner_pin(&guests[0], i & 1) || !runner_pin(&guests[1], (i >> 1) & 1))
			break;
		/* The guest goes in between the moves, in most of them. */
		if (i % 8)
			usleep(i % 7 * 100);
		moved += thread_cpu(guests[0].tid) == (i & 1);
	}
	return moved;
}

int main(int argc, char **argv)
{
	const char *device = argc > 1 ? argv[1] : "/dev/hull";
	uint64_t before;
	int i, moved;

	if (access("/sys/devices/system/cpu/cpu1", F_OK))
		return tap_skip_all("one processor: nowhere to move to");
	for (i = 0; i < GUESTS; i++)
		if (!runner_open(&guests[i], device, GUEST_STATE))
			return tap_skip_all("%s: no VM to be had: %s", device, strerror(errno));
	tap_plan(3);
	for (i = 0; i < GUESTS; i++)
		runner_start(&guests[i]);
	before = runner_count(&guests[0]);
	moved = storm();
	tap_ok(moved > MOVES * 9 / 10, "%d of %d times seen where it was sent", moved, MOVES);
	tap_note("%llu rounds of the first guest meanwhile",
		 (unsigned long long)(runner_count(&guests[0]) - before));
	tap_ok(runner_progress(&guests[0]) && runner_progress(&guests[1]), "both guests go on");
	tap_ok(runner_stop(&guests[0], "first") & runner_stop(&guests[1], "second"),
	       "no register of theirs, nor of their threads, has changed");
	for (i = 0; i < GUESTS; i++)
		runner_close(&guests[i]);
	return tap_end();
}
