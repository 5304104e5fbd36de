// SPDX-License-Identifier: GPL-2.0-only
/*
 * NMIs of the host while its processors run guests: each is handled by the host (SDM
 * Vol. 3, 26.2: they are exits), none by a guest, and no register changes.
 *
 * usage: nmi [/dev/hull]
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hull_tap.h"
#include "runner.h"

#define ROUNDS	20
#define GUESTS	2

static struct runner guests[GUESTS] = { { .seed = 1 }, { .seed = 2 } };

/* Of the last processor, as /proc/interrupts counts them. */
static long nmis(void)
{
	FILE *f = fopen("/proc/interrupts", "r");
	char line[512];
	long count[2] = { -1, -1 };

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " NMI: %ld %ld", &count[0], &count[1]) == 2)
			break;
	if (f)
		fclose(f);
	return count[1];
}

/* "l" asks all processors for a back trace, by NMI. */
static bool nmi_send(void)
{
	long before = nmis();
	int i;

	if (!file_write("/proc/sysrq-trigger", "l"))
		return false;
	for (i = 0; i < 100 && nmis() == before; i++)
		usleep(10000);
	return nmis() > before;
}

int main(int argc, char **argv)
{
	const char *device = argc > 1 ? argv[1] : "/dev/hull";
	int i, sent = 0;

	if (access("/sys/devices/system/cpu/cpu1", F_OK))
		return tap_skip_all("one processor: nobody to send an NMI");
	for (i = 0; i < GUESTS; i++)
		if (!runner_open(&guests[i], device, GUEST_STATE))
			return tap_skip_all("%s: no VM to be had: %s", device, strerror(errno));
	tap_plan(3);
	for (i = 0; i < GUESTS; i++) {
		runner_start(&guests[i]);
		runner_pin(&guests[i], 1);
	}
	for (i = 0; i < ROUNDS; i++) {
		sent += nmi_send();
		usleep(i * 1000);
	}
	tap_ok(sent == ROUNDS, "the host handled %d of %d NMIs while guests ran", sent, ROUNDS);
	tap_ok(runner_progress(&guests[0]) && runner_progress(&guests[1]), "both guests go on");
	tap_ok(runner_stop(&guests[0], "first") & runner_stop(&guests[1], "second"),
	       "no register of theirs, nor of their threads, has changed");
	for (i = 0; i < GUESTS; i++)
		runner_close(&guests[i]);
	return tap_end();
}
