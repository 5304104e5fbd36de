// SPDX-License-Identifier: GPL-2.0-only
/*
 * Talks to Hull from a guest's user space: says which ABI the host has, and writes a
 * line to the VM's log; or makes any call, as one that you have just written. The VM must
 * allow it: vmctl vm run --hypercall-cpl3.
 *
 * usage: hull_call [TEXT]
 *	  hull_call -n NUMBER [ARGUMENT...]	up to four: rbx, rcx, rdx, rsi
 * Exit status: 0 done, 1 refused, 2 not a guest of Hull, or not understood.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/hull_hypercall.h>

#define ARGS	4

static int greet(const char *text)
{
	long ret = hull_version();

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

/* @n words: the call's number, and its arguments. */
static int call(char *const *words, int n)
{
	unsigned long value[1 + ARGS] = { 0 };
	char *end;
	long ret;
	int i;

	for (i = 0; i < n; i++) {
		errno = 0;
		value[i] = strtoul(words[i], &end, 0);
		if (errno || end == words[i] || *end) {
			fprintf(stderr, "hull_call: '%s' is no number\n", words[i]);
			return 2;
		}
	}
	ret = hull_hypercall4(value[0], value[1], value[2], value[3], value[4]);
	if (ret < 0) {
		fprintf(stderr, "hull_call: 0x%lx: %s\n", value[0], strerror(-ret));
		return 1;
	}
	printf("0x%lx: %ld\n", value[0], ret);
	return 0;
}

int main(int argc, char **argv)
{
	if (!hull_present()) {
		fprintf(stderr, "hull_call: this machine is not a guest of Hull\n");
		return 2;
	}
	if (argc < 2 || strcmp(argv[1], "-n"))
		return greet(argc > 1 ? argv[1] : "hello from the guest's user space");
	if (argc < 3 || argc > 3 + ARGS) {
		fprintf(stderr, "usage: hull_call -n NUMBER [ARGUMENT...]\n");
		return 2;
	}
	return call(argv + 2, argc - 2);
}
