// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <time.h>

#include "helper.h"

#define KICK_NS		10000000

/* A signal that ends a system call, and nothing else. */
static void on_kick(int sig)
{
	(void)sig;
}

int bench_helper_start(struct bench_helper *helper, void *(*fn)(void *), void *data,
		       struct vmm_error *error)
{
	struct sigaction action = { .sa_handler = on_kick };

	sigaction(SIGUSR1, &action, NULL);
	helper->data = data;
	atomic_store(&helper->ending, false);
	errno = pthread_create(&helper->thread, NULL, fn, helper);
	return errno ? vmm_fail_errno(error, "a helper thread") : 0;
}

void bench_helper_join(struct bench_helper *helper)
{
	pthread_join(helper->thread, NULL);
}

void bench_helper_end(struct bench_helper *helper)
{
	struct timespec until;

	atomic_store(&helper->ending, true);
	/* It may have been on its way into the kernel when the signal came. */
	do {
		pthread_kill(helper->thread, SIGUSR1);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += KICK_NS;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
	} while (pthread_timedjoin_np(helper->thread, NULL, &until) == ETIMEDOUT);
}
