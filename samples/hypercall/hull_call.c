// SPDX-License-Identifier: GPL-2.0-only
/*
 * Talks to Hull from a guest's user space: says which ABI the host has, and writes a
 * line to the VM's log. The VM must allow it: vmctl vm create --hypercall-cpl3.
 *
 * usage: hull_call [text]
 * Exit status: 0 done, 1 refused, 2 not a guest of Hull.
 */
#include <stdio.h>
#include <string.h>

#include <linux/hull_hypercall.h>

int main(int argc, char **argv)
{
	const char *text = argc > 1 ? argv[1] : "hello from the guest's user space";
	long ret;

	if (!hull_present()) {
		fprintf(stderr, "hull_call: this machine is not a guest of Hull\n");
		return 2;
	}
	ret = hull_version();
	if (ret < 0) {
		fprintf(stderr, "hull_call: hull_version: %s\n", strerror(-ret));
		return 1;
	}
	printf("hull_version: %ld\n", ret);

	ret = hull_log(text, strlen(text));
	if (ret < 0) {
		fprintf(stderr, "hull_call: hull_log: %s\n", strerror(-ret));
		return 1;
	}
	printf("hull_log: %ld bytes taken\n", ret);
	return 0;
}
