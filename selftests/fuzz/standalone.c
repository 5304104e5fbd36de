// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a fuzz target without libFuzzer: on files, or on N random inputs from a fixed seed.
 *
 *	fuzz_x FILE...
 *	fuzz_x -n N
 *
 * Half of the bytes of an input are drawn from a few that mean something often.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/random.h"

#define INPUT_MAX	1024
#define ROUNDS		200000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *name)
{
	static uint8_t data[1 << 20];
	FILE *file = fopen(name, "rb");
	size_t size;

	if (!file) {
		perror(name);
		return 1;
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	return 0;
}

static void run_random(unsigned long rounds)
{
	static const uint8_t often[] = { 0, 0, 0, 1, 2, 3, 4, 0x0f, 0x48, 0x66, 0x67, 0x7f, 0x80,
					 0xf0, 0xf3, 0xff, 0xff, 0xff };
	unsigned long n;

	for (n = 0; n < rounds; n++) {
		size_t size = random_below(INPUT_MAX + 1), i;
		uint8_t *data = malloc(size);	/* of that size: its end is watched */

		for (i = 0; i < size; i++)
			data[i] = random_below(2) ? random_u64() >> 32 :
						    often[random_below(sizeof(often))];
		LLVMFuzzerTestOneInput(data, size);
		free(data);
	}
}

int main(int argc, char **argv)
{
	unsigned long rounds = ROUNDS;
	int i, failed = 0;

	if (argc > 1 && strcmp(argv[1], "-n")) {
		for (i = 1; i < argc; i++)
			failed |= run_file(argv[i]);
		return failed;
	}
	if (argc > 2)
		rounds = strtoul(argv[2], NULL, 0);
	printf("TAP version 13\n1..1\n");
	fflush(stdout);
	run_random(rounds);
	printf("ok 1 - %lu random inputs\n", rounds);
	return 0;
}
