// SPDX-License-Identifier: GPL-2.0-only
/*
 * Vector registers: two guests with AVX (and AVX-512), one that does without, and host
 * processes, all with patterns of their own on the same processors.
 *
 * usage: avx [/dev/hull]
 */
#include <errno.h>
#include <cpuid.h>
#include <immintrin.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hull_tap.h"
#include "runner.h"

#define GUESTS	3

static struct runner guests[GUESTS] = { { .seed = 11 }, { .seed = 12 }, { .seed = 13 } };

static bool host_has_avx(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_OSXSAVE) && (c & bit_AVX);
}

__attribute__((target("xsave")))
static uint64_t host_xcr0(void)
{
	return _xgetbv(0);
}

/* A process of the host: its registers hold a pattern for seconds; true if they kept it. */
__attribute__((target("avx"), noinline))
static bool host_keeps(uint8_t seed, unsigned int rounds)
{
	__m256i pattern = _mm256_set1_epi8((char)seed), now = pattern;
	unsigned int i;

	for (i = 0; i < rounds; i++) {
		asm volatile("" : "+x" (now));
		if (!_mm256_testc_si256(now, pattern) || !_mm256_testc_si256(pattern, now))
			return false;
	}
	return true;
}

static pid_t host_start(uint8_t seed)
{
	pid_t pid = fork();

	if (!pid) {
		while (host_keeps(seed, 1000))
			;
		_exit(1);
	}
	return pid;
}

/* It is still at it, so it never saw another's pattern. */
static bool host_stop(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status);
}

int main(int argc, char **argv)
{
	const char *device = argc > 1 ? argv[1] : "/dev/hull";
	bool ok = true;
	pid_t hosts[2];
	int i;

	if (!host_has_avx())
		return tap_skip_all("the host has no AVX");
	/* All that the host has; AVX without what is above; none. */
	guests[0].xcr0 = host_xcr0() & 0xe7;
	guests[1].xcr0 = 7;
	for (i = 0; i < GUESTS; i++) {
		guests[i].ymm = true;
		if (!runner_open(&guests[i], device, GUEST_STATE))
			return tap_skip_all("%s: no VM to be had: %s", device, strerror(errno));
	}
	tap_plan(3);
	tap_note("XCR0 %#llx", (unsigned long long)host_xcr0());
	hosts[0] = host_start(0x11);
	hosts[1] = host_start(0xee);
	for (i = 0; i < GUESTS; i++)
		runner_start(&guests[i]);
	sleep(3);
	for (i = 0; i < GUESTS; i++)
		ok = runner_progress(&guests[i]) && ok;
	tap_ok(ok, "three guests and two processes share the vector registers");
	for (i = 0, ok = true; i < GUESTS; i++)
		ok = runner_stop(&guests[i], "guest") && ok;
	tap_ok(ok, "no guest, and no vCPU thread, saw another's");
	tap_ok(host_stop(hosts[0]) & host_stop(hosts[1]), "no host process did");
	for (i = 0; i < GUESTS; i++)
		runner_close(&guests[i]);
	return tap_end();
}
