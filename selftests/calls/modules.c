// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers in modules: right answers, refusals, and modules that go while guests call.
 *
 * usage: modules [/dev/hull]; handler_module.ko and handler_cases.ko beside it
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"
#include "hull_tap.h"

#define ROUNDS		100
#define TEXT_AT		0xe000
#define SAMPLE_ADD	HULL_HYPERCALL_MODULE
#define SAMPLE_REVERSE	(HULL_HYPERCALL_MODULE + 1)
#define ECHO_FAST	(HULL_HYPERCALL_MODULE + 0x10)
#define ECHO_SLOW	(HULL_HYPERCALL_MODULE + 0x11)
#define NAP		(HULL_HYPERCALL_MODULE + 0x12)
#define LIE_FAST	(HULL_HYPERCALL_MODULE + 0x13)
#define LIE_SLOW	(HULL_HYPERCALL_MODULE + 0x14)

static const char *device = "/dev/hull";
static struct machine m;

static int module_load(const char *name, const char *parameters)
{
	char path[64];
	int fd, ret;

	snprintf(path, sizeof(path), "%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, parameters, 0) ? -errno : 0;
	close(fd);
	return ret;
}

static int module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

static long call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	struct kvm_regs regs;

	calls_load(&m, MACHINE_LONG, calls_once, number);
	ioctl(m.vcpu, KVM_GET_REGS, &regs);
	regs.rbx = a;
	regs.rcx = b;
	regs.rdx = c;
	regs.rsi = d;
	ioctl(m.vcpu, KVM_SET_REGS, &regs);
	if (machine_run(&m, 20) != KVM_EXIT_IO)
		return -EIO;
	return *calls_word(&m, CALLS_RESULT);
}

static void sample(void)
{
	int i;

	tap_ok(call(SAMPLE_ADD, 1, 2, 0, 0) == -ENOSYS, "nobody answers yet");
	tap_ok(!module_load("handler_module", ""), "the sample is loaded");
	for (i = 0; i < 3; i++)
		if (call(SAMPLE_ADD, 20, 22 + i, 7, 7) != 42 + i)
			break;
	tap_ok(i == 3, "its quick handler adds");
	strcpy((char *)m.memory + TEXT_AT, "Hull");
	tap_ok(call(SAMPLE_REVERSE, TEXT_AT, 4, 0, 0) == 4 &&
	       !strcmp((char *)m.memory + TEXT_AT, "lluH"), "the other turns a text round");
	tap_ok(call(SAMPLE_REVERSE, TEXT_AT, 0, 0, 0) == -EINVAL &&
	       call(SAMPLE_REVERSE, TEXT_AT, 129, 0, 0) == -EINVAL &&
	       call(SAMPLE_REVERSE, 1UL << 40, 8, 0, 0) == -EFAULT &&
	       call(SAMPLE_REVERSE, -4UL, 8, 0, 0) == -EFAULT, "and checks what it is given");
	tap_ok(!module_unload("handler_module") && call(SAMPLE_ADD, 1, 2, 0, 0) == -ENOSYS,
	       "gone, it answers no more");
}

static void *caller(void *ret)
{
	*(int *)ret = machine_run(&m, 0);
	return NULL;
}

/* A module cannot be unloaded while a call sleeps in it: then it is tried again. */
static void under_load(const char *module, uint64_t number, uint64_t right, const char *what)
{
	unsigned int round, unloads = 0;
	pthread_t thread;
	int ret, wrong = 0;

	calls_load(&m, MACHINE_LONG, calls_module, number);
	*calls_word(&m, CALLS_SCRATCH) = right;
	pthread_create(&thread, NULL, caller, &ret);
	for (round = 0; round < ROUNDS && !wrong; round++) {
		wrong = module_load(module, "");
		if (wrong)
			break;
		usleep(1000 * (round % 8));
		do {
			unloads++;
			wrong = module_unload(module);
		} while (wrong == -EAGAIN && unloads < 1000 * ROUNDS);
	}
	*calls_word(&m, CALLS_WANTED) = 1;
	pthread_join(thread, NULL);
	tap_note("%s: %lu answered, %lu -ENOSYS, %u tries to unload, last error %d", what,
		 *calls_word(&m, CALLS_COUNT), *calls_word(&m, CALLS_UNKNOWN), unloads, wrong);
	tap_ok(!wrong && ret == KVM_EXIT_IO && !*calls_word(&m, CALLS_WRONG) &&
	       *calls_word(&m, CALLS_COUNT) && *calls_word(&m, CALLS_UNKNOWN),
	       "%s came and went %u times while a guest called", what, round);
}

/* LONG_MIN and the numbers after it, which are no errors, must not lead the host astray. */
static bool lies_caught(uint64_t number)
{
	int i;

	for (i = 0; i < 4; i++)
		if (call(number, i, 0, 0, 0) != -EIO)
			return false;
	return call(number, INT64_MAX - 4094, 0, 0, 0) == -4095;
}

static void cases(void)
{
	pthread_t thread;
	int ret;

	tap_ok(!module_load("handler_cases", ""), "what must be refused is, see the kernel's log");
	tap_ok(call(ECHO_FAST, 1, 2, 3, 4) == 11 && call(ECHO_SLOW, 1, 2, 3, 4) == 11,
	       "four arguments and the handler's own data arrive");
	tap_ok(lies_caught(LIE_FAST), "no result and no error: EIO, of a quick handler");
	tap_ok(lies_caught(LIE_SLOW), "of one that may sleep, too");
	/* A call that sleeps holds its module. */
	calls_load(&m, MACHINE_LONG, calls_module, NAP);
	pthread_create(&thread, NULL, caller, &ret);
	usleep(100000);
	do {
		ret = module_unload("handler_cases");
	} while (!ret && module_load("handler_cases", "") == 0);
	tap_ok(ret == -EAGAIN || ret == -EBUSY, "a sleeping call keeps its module: %s",
	       strerror(-ret));
	*calls_word(&m, CALLS_WANTED) = 1;
	pthread_join(thread, NULL);
	tap_ok(!module_unload("handler_cases"), "until it has ended");
}

/* A module that went without a word. */
static void forgotten(void)
{
	bool answered = !module_load("handler_cases", "forget=1") &&
			call(ECHO_FAST, 1, 2, 3, 4) == 11;

	tap_ok(answered && !module_unload("handler_cases") &&
	       call(ECHO_FAST, 1, 2, 3, 4) == -ENOSYS && call(ECHO_SLOW, 1, 2, 3, 4) == -ENOSYS,
	       "a module that forgets to unregister is unregistered");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		device = argv[1];
	if (access("handler_module.ko", R_OK))
		return tap_skip_all("no handler_module.ko here");
	if (!machine_try_open(&m, device))
		return tap_skip_all("%s: no VM to be had: %s", device, strerror(errno));
	tap_plan(15);
	sample();
	under_load("handler_module", SAMPLE_ADD, 42, "a quick handler");
	under_load("handler_cases", ECHO_SLOW, 43, "a handler that may sleep");
	cases();
	forgotten();
	machine_close(&m);
	return tap_end();
}
