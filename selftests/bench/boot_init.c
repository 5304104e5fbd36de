// SPDX-License-Identifier: GPL-2.0-only
/*
 * Init of the measured guest: says how far the guest's TSC has come, which began at 0
 * when the VM was made, and powers off.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <unistd.h>
#include <x86intrin.h>

int main(void)
{
	unsigned long long now = __rdtsc();
	int console = open("/dev/console", O_WRONLY);

	if (console >= 0)
		dprintf(console, "\nFIGURE guest-boot instructions %llu.0\n", now);
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
