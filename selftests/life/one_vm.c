// SPDX-License-Identifier: GPL-2.0-only
/*
 * One VM on a device, for test scripts.
 *
 * usage: one_vm try DEVICE	0: its guest ran; 1: what KVM_CREATE_VM said is printed
 *	  one_vm hold DEVICE	until SIGTERM; 0: the guest ran until then
 *
 * Prints "running" as soon as the guest does, and "went on" if it still does at the end.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runner.h"

int main(int argc, char **argv)
{
	struct runner r = { .seed = 7 };
	sigset_t set;
	bool ok;
	int sig;

	if (argc != 3) {
		fprintf(stderr, "usage: one_vm try|hold DEVICE\n");
		return 2;
	}
	/* Before there are threads, so that it is blocked in all. */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (!runner_open(&r, argv[2], GUEST_STATE)) {
		printf("%s: %s\n", argv[2], strerror(errno));
		return 1;
	}
	runner_start(&r);
	ok = runner_progress(&r);
	printf("%s: %s\n", argv[2], ok ? "running" : "stuck");
	fflush(stdout);
	if (!strcmp(argv[1], "hold")) {
		sigwait(&set, &sig);
		ok = runner_progress(&r) && ok;
	}
	ok = runner_stop(&r, argv[2]) && ok;
	runner_close(&r);
	if (ok)
		printf("%s: went on\n", argv[2]);
	return !ok;
}
