// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "runner.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "hull_tap.h"

#define SEED		0x8100		/* life_guest.S */
#define FPU_BYTES	0x8140
#define XCR0		0x8148

#define PORT_BAD	0x82
#define VECTORS		16

#define CR4_OSFXSR	(1U << 9)
#define CR4_OSXSAVE	(1U << 18)

long enter_with_xmm(int fd, const void *in, void *out);
long enter_with_ymm(int fd, const void *in, void *out);

static void on_signal(int sig)
{
	(void)sig;	/* its only work is to end KVM_RUN */
}

/* What the guest's registers are filled with: every guest another pattern. */
static void seed_write(struct runner *r)
{
	unsigned int i;

	for (i = 0; i < 96; i++)
		r->m.memory[SEED + i] = (uint8_t)(r->seed * 37 + i * 11 + 1);
	/* FXSAVE: what is behind the vectors is not written. XSAVE: everything up to ZMM. */
	*(uint64_t *)(r->m.memory + FPU_BYTES) = !r->xcr0 ? 416 : r->xcr0 & 0x80 ? 2688 : 832;
	*(uint64_t *)(r->m.memory + XCR0) = r->xcr0;
}

bool runner_open(struct runner *r, const char *device, const char *code, size_t size)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct kvm_sregs sregs;

	if (!machine_try_open(&r->m, device))
		return false;
	machine_load(&r->m, MACHINE_LONG, code, size);
	if (ioctl(r->m.vcpu, KVM_GET_SREGS, &sregs))
		err(1, "KVM_GET_SREGS");
	sregs.cr4 |= CR4_OSFXSR | (r->xcr0 ? CR4_OSXSAVE : 0);
	if (ioctl(r->m.vcpu, KVM_SET_SREGS, &sregs))
		err(1, "KVM_SET_SREGS");
	seed_write(r);
	sigaction(SIGUSR1, &action, NULL);
	return true;
}

/* One KVM_RUN; the thread's own vector registers must come through it. */
static int enter(struct runner *r)
{
	uint8_t in[VECTORS * 32], out[VECTORS * 32];
	size_t size = r->ymm ? sizeof(in) : sizeof(in) / 2, i;
	long ret;

	for (i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(r->seed * 91 + i * 7);
	ret = (r->ymm ? enter_with_ymm : enter_with_xmm)(r->m.vcpu, in, out);
	if (memcmp(in, out, size)) {
		tap_note("the thread's vector registers changed");
		return -EBADMSG;
	}
	return ret < 0 ? (int)ret : (int)r->m.run->exit_reason;
}

static void *runner_thread(void *arg)
{
	struct runner *r = arg;
	int ret;

	r->tid = gettid();
	while (!r->stop) {
		ret = enter(r);
		if (ret == -EINTR || ret == -EAGAIN)
			continue;
		if (ret != KVM_EXIT_IO || r->m.run->io.port == PORT_BAD) {
			r->ended = ret;
			break;
		}
	}
	return NULL;
}

void runner_start(struct runner *r)
{
	r->stop = false;
	r->ended = 0;
	r->tid = 0;
	r->m.run->immediate_exit = 0;
	if (pthread_create(&r->thread, NULL, runner_thread, r))
		errx(1, "pthread_create");
	while (!r->tid)
		usleep(1000);
}

bool runner_stop(struct runner *r, const char *name)
{
	if (!r->tid)
		return false;
	r->stop = true;
	r->m.run->immediate_exit = 1;
	pthread_kill(r->thread, SIGUSR1);
	pthread_join(r->thread, NULL);
	r->tid = 0;
	if (!r->ended)
		return true;
	tap_note("%s: ended with %d, port %#x", name, r->ended,
		 r->ended == KVM_EXIT_IO ? r->m.run->io.port : 0);
	return false;
}

void runner_close(struct runner *r)
{
	machine_close(&r->m);
}

uint64_t runner_count(struct runner *r)
{
	return *(volatile uint64_t *)(r->m.memory + MACHINE_RESULT);
}

bool runner_progress(struct runner *r)
{
	uint64_t before = runner_count(r);
	int tries;

	for (tries = 0; tries < 500 && !r->ended; tries++) {
		usleep(10000);
		if (runner_count(r) > before + 10)
			return true;
	}
	return false;
}

bool runner_pin(struct runner *r, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(r->tid, sizeof(set), &set);
}

int thread_cpu(pid_t tid)
{
	char path[64], text[1024] = "", *at;
	int fd, field;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (read(fd, text, sizeof(text) - 1) <= 0)
		text[0] = '\0';
	close(fd);
	/* The 39th field; the 3rd is the first one behind the name. */
	at = strrchr(text, ')');
	for (field = 2; at && field < 39; field++)
		at = strchr(at + 1, ' ');
	return at ? atoi(at) : -1;
}

bool file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok;
}

bool cpu_online(int cpu, bool on)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	return file_write(path, on ? "1" : "0");
}
