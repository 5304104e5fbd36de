// SPDX-License-Identifier: GPL-2.0-only
/* Commands that go on until they are interrupted. */
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <cmd/calls.h>

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

/* No SA_RESTART: what waits is to end. */
void interrupt_catch(void)
{
	struct sigaction action = { .sa_handler = interrupt };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

bool interrupt_seen(void)
{
	return interrupted;
}

/* A signal comes either before the look at the flag or while ppoll() waits. */
bool interrupt_wait(int fd, int ms)
{
	struct timespec time = { ms / 1000, (long)(ms % 1000) * 1000000 };
	struct pollfd input = { .fd = fd, .events = POLLIN };
	sigset_t caught, before;
	int ready = 0;

	sigemptyset(&caught);
	sigaddset(&caught, SIGINT);
	sigaddset(&caught, SIGTERM);
	sigaddset(&caught, SIGHUP);
	sigprocmask(SIG_BLOCK, &caught, &before);
	if (!interrupted)
		ready = ppoll(&input, 1, ms < 0 ? NULL : &time, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ready > 0;
}

uint64_t interrupt_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
