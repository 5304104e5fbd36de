// SPDX-License-Identifier: GPL-2.0-only
/*
 * start - what programs take from their start to their end
 *
 *   start ROUNDS < COMMANDS
 *
 * With 0 rounds each is run once, as it is. A command is a line: a name and the words to execute. In each round each is run once, one
 * after the other, so that what changes meanwhile changes for all. For each a line
 * "START NAME CYCLES NS KIB", from before the fork until it is reaped: the median of TSC
 * cycles, which in QEMU with -icount are instructions; the least of nanoseconds, as all else
 * that the machine does only adds to them; and peak memory, that of what it has waited for
 * included.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#define COMMANDS	16
#define WORDS		64
#define ROUNDS		101
#define SETTLE_NS	50000000	/* what the kernel still has to clean up is nobody's */
#define INPUT		9		/* a file that programs read to its end, if there is one */

struct command {
	char *words[WORDS];		/* the name first */
	double cycles[ROUNDS], ns[ROUNDS];
	long kib;
};

static struct command commands[COMMANDS];

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int commands_read(void)
{
	static char text[COMMANDS][1024];
	char *word;
	int n, w;

	for (n = 0; n < COMMANDS && fgets(text[n], sizeof(text[n]), stdin); n++)
		for (w = 0, word = strtok(text[n], " \n"); word && w < WORDS - 1;
		     word = strtok(NULL, " \n"))
			commands[n].words[w++] = word;
	return n;
}

static void run(struct command *command, int round)
{
	struct rusage usage;
	double begin_ns;
	uint64_t begin;
	int status;
	pid_t pid;

	lseek(INPUT, 0, SEEK_SET);
	begin_ns = now_ns();
	begin = __rdtsc();
	pid = vfork();
	if (!pid) {
		execv(command->words[1], command->words + 1);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		err(1, "%s", command->words[0]);
	command->cycles[round] = (double)(__rdtsc() - begin);
	command->ns[round] = now_ns() - begin_ns;
	if (usage.ru_maxrss > command->kib)
		command->kib = usage.ru_maxrss;
	if (status)
		errx(1, "%s: status %#x", command->words[0], status);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	struct timespec settle = { .tv_nsec = SETTLE_NS };
	int rounds = argc > 1 ? atoi(argv[1]) : 0, n, round, i;

	if (rounds < 0 || rounds > ROUNDS)
		errx(1, "usage: start ROUNDS < COMMANDS; at most %d rounds", ROUNDS);
	n = commands_read();
	/* The first round fills caches, and is written over. */
	for (round = -1; round < rounds; round++)
		for (i = 0; i < n; i++) {
			run(&commands[i], round < 0 ? 0 : round);
			nanosleep(&settle, NULL);
		}
	for (i = 0; i < n; i++) {
		qsort(commands[i].cycles, (size_t)rounds, sizeof(double), by_value);
		qsort(commands[i].ns, (size_t)rounds, sizeof(double), by_value);
		printf("START %s %.0f %.0f %ld\n", commands[i].words[0],
		       commands[i].cycles[rounds / 2], commands[i].ns[0], commands[i].kib);
	}
	return 0;
}
