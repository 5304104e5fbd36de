// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that BPF programs answer: samples/handler_bpf, beside this program, attached and
 * not, and attached again and again while the guest calls.
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/hull_hypercall.h>

#include "calls_guest.h"
#include "hull_tap.h"

#define ADD	HULL_HYPERCALL_BPF
#define TURN	(HULL_HYPERCALL_BPF + 1)
#define WHO	(HULL_HYPERCALL_BPF + 2)
#define SAMPLE	"handler.bpf.o"
#define NOBODYS	(HULL_HYPERCALL_BPF + 3)
#define MODIFY	(HULL_HYPERCALL_BPF + 4)
#define ROUNDS	10		/* libbpf reads the whole BTF of the kernel in each */
#define LOOP	1000
#define BUDGET	250		/* instructions above nop, in the emulated machine */

/* Has the sample attach a program, and waits until it serves; 0: it ended, having said why. */
static pid_t handler_start(const char *object)
{
	char said[256];
	int out[2];
	pid_t pid;
	ssize_t n;

	if (pipe(out))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		execl("./handler_bpf", "handler_bpf", object, NULL);
		_exit(127);
	}
	close(out[1]);
	n = read(out[0], said, sizeof(said) - 1);
	close(out[0]);
	if (n > 0)
		return pid;
	waitpid(pid, NULL, 0);
	return 0;
}

static void handler_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* The link's last reference goes by a worker: the program may answer a moment longer. */
static int64_t gone(struct machine *m)
{
	int64_t ret = 0;
	int i;

	for (i = 0; i < 100; i++) {
		ret = calls_one(m, ADD, 1, 2);
		if (ret == -ENOSYS)
			break;
		usleep(10000);
	}
	return ret;
}

static void answers(struct machine *m)
{
	uint64_t *word = (uint64_t *)(m->memory + MACHINE_FRESH - 4);
	pid_t pid = handler_start(SAMPLE);

	if (!tap_ok(pid, "a program is attached"))
		return;
	tap_ok(calls_one(m, ADD, 40, 2) == 42, "it answers");
	tap_ok(calls_one(m, ADD, 0, 0) == 0, "with 0, too");
	tap_ok(calls_one(m, ADD, -5000LL, 0) == -EIO, "a result that is none: EIO");
	tap_ok(calls_one(m, WHO, 0, 0) > 0xff && !(calls_one(m, WHO, 0, 0) & 0xff),
	       "it knows the VM, the vCPU and the privilege level");
	tap_ok(calls_one(m, NOBODYS, 1, 2) == -ENOSYS, "a number that is not its own: ENOSYS");
	memcpy(word, "Hullabal", 8);
	tap_ok(calls_one(m, TURN, MACHINE_FRESH - 4, 0) == 0 && !memcmp(word, "laballuH", 8),
	       "it reads and writes the guest's memory, across a page");
	tap_ok(calls_one(m, TURN, 1ULL << 40, 0) == -EFAULT &&
	       calls_one(m, TURN, -4ULL, 0) == -EFAULT, "but none that is not there: EFAULT");
	handler_end(pid);
	tap_ok(gone(m) == -ENOSYS, "when it is gone: ENOSYS");
}

/* Programs of both kinds, the one after the other. */
static void kinds(struct machine *m)
{
	pid_t sample = handler_start(SAMPLE), modify = handler_start("modify.bpf.o");

	tap_ok(sample && modify && calls_one(m, MODIFY, 21, 0) == 42 &&
	       calls_one(m, MODIFY, 0, 0) == -ENOSYS && calls_one(m, ADD, 40, 2) == 42,
	       "one that returns its answer, beside one that calls for it");
	handler_end(modify);
	handler_end(sample);
	tap_ok(gone(m) == -ENOSYS, "both are gone");
}

/* In the emulated machine a TSC cycle is an instruction. */
static void cost(struct machine *m)
{
	uint64_t nop, bpf;
	pid_t pid = handler_start(SAMPLE);

	calls_many(m, HULL_HYPERCALL_NOP, LOOP, NULL);
	nop = calls_many(m, HULL_HYPERCALL_NOP, LOOP, NULL);
	calls_many(m, ADD, LOOP, NULL);
	bpf = calls_many(m, ADD, LOOP, NULL);
	handler_end(pid);
	tap_note("nop %.1f, BPF handler %.1f cycles a call", (double)nop / LOOP,
		 (double)bpf / LOOP);
	tap_ok(bpf <= nop + BUDGET * LOOP, "it costs %.1f more than nop",
	       ((double)bpf - nop) / LOOP);
}

static void on_signal(int sig)
{
	(void)sig;
}

static void *vcpu_thread(void *machine)
{
	calls_enter(machine, 0);
	return NULL;
}

static void load(struct machine *m)
{
	struct calls_count *count = (void *)(m->memory + MACHINE_RESULT + 24);
	pthread_t thread;
	int i, started = 0;
	pid_t pid;

	sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = on_signal }, NULL);
	calls_prepare(m, ADD, 1, 2, ~0ULL);
	pthread_create(&thread, NULL, vcpu_thread, m);
	for (i = 0; i < ROUNDS; i++) {
		pid = handler_start(SAMPLE);
		if (!pid)
			break;
		started++;
		handler_end(pid);
	}
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, NULL);
	tap_ok(started == ROUNDS && count->done && count->none && !count->other,
	       "%d programs under load: %lu calls answered, %lu not", started, count->done,
	       count->none);
}

int main(void)
{
	struct utsname name;
	struct machine m;
	uint64_t features;

	if (!machine_try_open(&m, "/dev/hull"))
		return tap_skip_all("no VMX, or no /dev/hull");
	calls_load(&m);
	features = calls_one(&m, HULL_HYPERCALL_FEATURES, 0, 0);
	if (!(features & HULL_FEATURE_BPF)) {
		uname(&name);
		machine_close(&m);
		return tap_skip_all("no BPF handlers on Linux %s, and the guest is told", name.release);
	}
	tap_plan(13);
	answers(&m);
	kinds(&m);
	cost(&m);
	load(&m);
	machine_close(&m);
	return tap_end();
}
