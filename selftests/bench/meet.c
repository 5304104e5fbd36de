// SPDX-License-Identifier: GPL-2.0-only
/*
 * What it costs two VMs to meet: event channels and shared memory. Prints lines as
 * exits.c does. A figure for two processors is left out where there is one.
 *
 * usage: meet [/dev/hull]
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <x86intrin.h>

#include "puppet.h"

#define BATCHES		21		/* odd: the median is one of them */
#define SENDS		200
#define TURNS		50
#define FROM		(32UL << 20)
#define AT		(128UL << 20)

struct side {
	struct machine m;
	const char *entry;
	struct kvm_regs regs;
};

static struct side a, b;

static void *side_run(void *data)
{
	struct side *side = data;

	if (ioctl(side->m.vcpu, KVM_RUN, 0) || side->m.run->exit_reason != KVM_EXIT_IO)
		errx(1, "exit reason %u", side->m.run->exit_reason);
	return NULL;
}

/* Cycles until both have come to the end of their entry points. */
static uint64_t both_run(void)
{
	pthread_t thread;
	uint64_t start;

	puppet_set(&b.m, b.entry, &b.regs);
	puppet_set(&a.m, a.entry, &a.regs);
	if (pthread_create(&thread, NULL, side_run, &b))
		err(1, "pthread_create");
	/* Time to fall asleep. */
	usleep(20000);
	start = __rdtsc();
	side_run(&a);
	pthread_join(thread, NULL);
	return __rdtsc() - start;
}

static int by_value(const void *x, const void *y)
{
	double v = *(const double *)x, w = *(const double *)y;

	return v < w ? -1 : v > w;
}

static void report(const char *name, double *v)
{
	qsort(v, BATCHES, sizeof(v[0]), by_value);
	printf("FIGURE %s instructions %.1f\n", name, v[BATCHES / 2]);
	fflush(stdout);
}

/* Sends of one side alone: nobody is woken by them. */
static double flood_once(unsigned int n)
{
	struct kvm_regs regs = { .r8 = HULL_HYPERCALL_EVENT_SEND, .rbx = 1, .r9 = n };
	uint64_t start;

	puppet_set(&a.m, puppet_flood, &regs);
	start = __rdtsc();
	side_run(&a);
	return __rdtsc() - start;
}

/* A send to a port that is pending: the difference between many and few. */
static void send_measure(void)
{
	double v[BATCHES];
	int i;

	puppet_page(&b.m)->mask[0] |= 2;
	flood_once(SENDS);
	for (i = 0; i < BATCHES; i++)
		v[i] = (flood_once(2 * SENDS) - flood_once(SENDS)) / SENDS;
	report("event-send", v);
	puppet_hypercall(&b.m, HULL_HYPERCALL_EVENT_UNMASK, 1, 0, 0);
}

/* There and back: two sends, two halts, two wake-ups, two interrupts. */
static void halt_measure(void)
{
	struct kvm_regs none = { 0 };
	double v[BATCHES];
	int i;

	for (i = 0; i < BATCHES; i++) {
		puppet_run(&a.m, puppet_look, &none);
		puppet_run(&b.m, puppet_look, &none);
		a.entry = puppet_ping;
		b.entry = puppet_pong;
		a.regs = (struct kvm_regs) {
			.r8 = HULL_HYPERCALL_EVENT_SEND, .r9 = TURNS, .r10 = 1,
			.r12 = *puppet_interrupts(&a.m),
		};
		b.regs = a.regs;
		b.regs.r12 = *puppet_interrupts(&b.m);
		v[i] = (double)both_run() / TURNS;
	}
	report("event-halt-pingpong", v);
}

/* A word that goes to and fro, both looking at it all the time: without any exit. */
static void share_measure(void)
{
	volatile uint64_t *word = (uint64_t *)(a.m.memory + FROM);
	double v[BATCHES];
	int i;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return;
	for (i = 0; i < BATCHES; i++) {
		*word = 0;
		a.entry = b.entry = puppet_turns;
		a.regs = (struct kvm_regs) { .rdi = FROM, .r9 = 2 * TURNS, .r10 = 0 };
		b.regs = (struct kvm_regs) { .rdi = AT, .r9 = 2 * TURNS, .r10 = 1 };
		v[i] = (double)both_run() / TURNS;
	}
	report("share-pingpong", v);
}

static void side_open(struct side *side, const char *path, const char *name)
{
	uint32_t id = puppet_record(name, "bench-meet");

	if (!id || !puppet_open(&side->m, path, id))
		errx(1, "no VM in a domain to be had");
	if (puppet_hypercall(&side->m, HULL_HYPERCALL_EVENT_SETUP, PUPPET_EVENT_PAGE,
			     HULL_EVENT_VECTOR, PUPPET_VECTOR))
		errx(1, "no events");
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "/dev/hull";
	const uint32_t rights = HULL_SHARE_READ | HULL_SHARE_WRITE;

	side_open(&a, path, "bench-meet-a");
	side_open(&b, path, "bench-meet-b");
	if (puppet_named(&a.m, HULL_HYPERCALL_EVENT_OFFER, "pair") != 1 ||
	    puppet_named(&b.m, HULL_HYPERCALL_EVENT_CONNECT, "pair") != 1)
		errx(1, "the two do not connect");
	if (puppet_share(&a.m, HULL_HYPERCALL_SHARE_OFFER, "word", FROM, 4096, rights) != 1 ||
	    puppet_share(&b.m, HULL_HYPERCALL_SHARE_MAP, "word", AT, 4096, rights) != 1)
		errx(1, "the two do not share");
	send_measure();
	halt_measure();
	share_measure();
	machine_close(&b.m);
	machine_close(&a.m);
	puppet_record_delete("bench-meet-b");
	puppet_record_delete("bench-meet-a");
	return 0;
}
