// SPDX-License-Identifier: GPL-2.0-only
/*
 * Inside a guest with hull_guest.ko: /dev/hull-guest and what it refuses.
 *
 * usage: guest_device [handlers]: also the numbers of samples/handler_user
 * Prints what is wrong, and last "guest device: N of N right".
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/hull_guest.h>
#include <linux/hull_hypercall.h>

#define KERNEL_ADDRESS	0xffff888000001000ULL

static int device, checks, right;

static void check(bool ok, const char *what)
{
	checks++;
	right += ok;
	if (!ok)
		printf("guest device: wrong: %s (errno %d)\n", what, errno);
}

/* Result of the call, or -errno - 10000 where it was not made. */
static long long make(unsigned int number, unsigned int flags, unsigned long long a,
		      unsigned long long b, unsigned long long c)
{
	struct hull_guest_call call = {
		.size = sizeof(call), .number = number, .flags = flags, .arg = { a, b, c },
	};

	errno = 0;
	return ioctl(device, HULL_GUEST_CALL, &call) ? -errno - 10000 : call.result;
}
#define REFUSED(error)	(-(error) - 10000)

static void calls_check(void)
{
	const char *text = "a line by way of the device";
	struct hull_time time = { 0 };
	char large[HULL_LOG_MAX + 1] = "";
	long long ret;

	check(!make(HULL_HYPERCALL_NOP, 0, 0, 0, 0), "nop");
	check(make(HULL_HYPERCALL_VERSION, 0, 0, 0, 0) == HULL_HYPERCALL_ABI, "version");
	check(make(HULL_HYPERCALL_FEATURES, 0, 0, 0, 0) & HULL_FEATURE_LOG, "features");
	check(make(HULL_HYPERCALL_LOG, 0, (unsigned long)text, strlen(text), 0) ==
	      (long long)strlen(text), "log");
	ret = make(HULL_HYPERCALL_TIME_PAIR, 0, (unsigned long)&time, 0, 0);
	check(!ret && time.guest_tsc && time.boottime_ns, "time");
	check(make(HULL_HYPERCALL_LOG, 0, (unsigned long)large, sizeof(large), 0) ==
	      REFUSED(EINVAL), "log that is too long");
}

static void refusals_check(void)
{
	struct hull_guest_call call = { .size = 8, .number = HULL_HYPERCALL_NOP };

	check(make(HULL_HYPERCALL_LOG, 0, KERNEL_ADDRESS, 8, 0) == REFUSED(EFAULT),
	      "log of the kernel's memory");
	check(make(HULL_HYPERCALL_TIME_PAIR, 0, KERNEL_ADDRESS, 0, 0) <= -10000,
	      "time into the kernel's memory");
	check(make(HULL_HYPERCALL_NOP, 0, KERNEL_ADDRESS, 0, 0) == REFUSED(EINVAL),
	      "an argument too many");
	check(make(HULL_HYPERCALL_NOP, HULL_GUEST_IN, 0, 0, 0) == REFUSED(EINVAL), "flags");
	check(make(HULL_HYPERCALL_MULTICALL, 0, 0, 1, 0) == REFUSED(EPERM), "multicall");
	check(make(HULL_HYPERCALL_RING_SETUP, 0, 0, 0, 0) == REFUSED(EPERM), "ring");
	check(make(HULL_HYPERCALL_BASE + HULL_HYPERCALL_NUMBERS, 0, 0, 0, 0) == REFUSED(EPERM),
	      "a number behind ours");
	check(make(1, 0, 0, 0, 0) == REFUSED(EPERM), "a number of KVM's");
	check(ioctl(device, HULL_GUEST_CALL, &call) && errno == EINVAL, "a small structure");
	check(ioctl(device, _IO(0xAE, 0xfd), 0) && errno == ENOTTY, "another ioctl");
}

/* samples/handler_user serves two numbers. */
static void handlers_check(void)
{
	char text[] = "research";

	check(make(HULL_HYPERCALL_USER, 0, 40, 2, 0) == 42, "a process of the host adds");
	check(make(HULL_HYPERCALL_USER + 1, HULL_GUEST_IN | HULL_GUEST_OUT, (unsigned long)text,
		   8, 0) == 8 && !strcmp(text, "RESEARCH"), "and changes our memory");
	check(make(HULL_HYPERCALL_USER + 1, HULL_GUEST_IN, KERNEL_ADDRESS, 8, 0) ==
	      REFUSED(EFAULT), "but not the kernel's");
	check(make(HULL_HYPERCALL_USER + 1, HULL_GUEST_IN, (unsigned long)text,
		   HULL_GUEST_BUFFER_MAX + 1, 0) == REFUSED(EINVAL), "nor too much");
	check(make(HULL_HYPERCALL_USER + 2, 0, 1, 2, 3) == -ENOSYS, "a number of nobody's");
}

int main(int argc, char **argv)
{
	device = open("/dev/hull-guest", O_RDWR);
	if (device < 0) {
		perror("/dev/hull-guest");
		return 1;
	}
	if (argc > 1 && !strcmp(argv[1], "handlers")) {
		handlers_check();
	} else {
		calls_check();
		refusals_check();
		check(make(HULL_HYPERCALL_USER, 0, 40, 2, 0) == REFUSED(EPERM),
		      "handlers, before the administrator allows them");
	}
	printf("guest device: %d of %d right\n", right, checks);
	return right != checks;
}
