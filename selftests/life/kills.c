// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VMM is killed a hundred times, at any moment of its life, with everything in use that
 * a VM can have: two vCPUs, timers, eventfds, logged memory. Nothing may stay behind.
 *
 * One processor only: with more each end waits for grace periods, and in an emulated
 * machine a hundred take minutes. ../guest/hostile.c kills there.
 *
 * usage: kills [/dev/hull]
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hull_tap.h"
#include "runner.h"

#define KILLS		100
#define STEP_US		500		/* the k-th is killed k steps after its fork */
#define SECOND_SLOT	(1UL << 20)
#define LEAK_KIB	KILLS		/* a quarter of a page each */

/* Local APIC registers, and a timer that never stops. */
#define APIC_SVR	0xf0
#define APIC_LVTT	0x320
#define APIC_TMICT	0x380
#define APIC_TDCR	0x3e0
#define LVTT_PERIODIC	0x20000

static const char *device = "/dev/hull";

struct left {
	long free, vmalloc, files, users, timers;
};

/* The number behind a word at the beginning of a line. */
static long number_in(const char *path, const char *word)
{
	FILE *f = fopen(path, "r");
	char line[512];
	long value = -1;

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, word, strlen(word))) {
			value = strtol(line + strlen(word), NULL, 10);
			break;
		}
	if (f)
		fclose(f);
	return value;
}

static long lines_with(const char *path, const char *word)
{
	FILE *f = fopen(path, "r");
	char line[512];
	long n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += !!strstr(line, word);
	if (f)
		fclose(f);
	return n;
}

static struct left look(void)
{
	struct left left;

	/* What is freed after a grace period, and what is only cached, goes first. */
	sleep(1);
	file_write("/proc/sys/vm/drop_caches", "3");
	sleep(1);
	left.free = number_in("/proc/meminfo", "MemFree:");
	left.vmalloc = number_in("/proc/meminfo", "VmallocUsed:");
	left.files = number_in("/proc/sys/fs/file-nr", "");
	left.users = number_in("/sys/module/hull/refcnt", "");
	left.timers = lines_with("/proc/timer_list", "[hull]");
	return left;
}

static void apic_reg(struct kvm_lapic_state *apic, unsigned int reg, uint32_t value)
{
	memcpy(apic->regs + reg, &value, sizeof(value));
}

static void timers_start(struct machine *m)
{
	struct kvm_lapic_state apic;
	struct kvm_pit_state2 pit;

	ioctl(m->vcpu, KVM_GET_LAPIC, &apic);
	apic_reg(&apic, APIC_SVR, 0x1ff);
	apic_reg(&apic, APIC_LVTT, LVTT_PERIODIC | 0x40);
	apic_reg(&apic, APIC_TDCR, 0xb);
	apic_reg(&apic, APIC_TMICT, 1000000);
	if (ioctl(m->vcpu, KVM_SET_LAPIC, &apic))
		perror("KVM_SET_LAPIC");
	ioctl(m->vm, KVM_GET_PIT2, &pit);
	pit.channels[0].mode = 2;
	pit.channels[0].gate = 1;
	pit.channels[0].count = 10000;
	if (ioctl(m->vm, KVM_SET_PIT2, &pit))
		perror("KVM_SET_PIT2");
}

static void events_add(struct machine *m)
{
	struct kvm_irqfd irqfd = { .fd = (uint32_t)eventfd(0, 0), .gsi = 5 };
	struct kvm_irqfd level = {
		.fd = (uint32_t)eventfd(0, 0), .gsi = 10, .flags = KVM_IRQFD_FLAG_RESAMPLE,
		.resamplefd = (uint32_t)eventfd(0, 0),
	};
	struct kvm_ioeventfd io = {
		.addr = 0x510, .len = 2, .fd = eventfd(0, 0), .flags = KVM_IOEVENTFD_FLAG_PIO,
	};

	if (ioctl(m->vm, KVM_IRQFD, &irqfd) || ioctl(m->vm, KVM_IRQFD, &level) ||
	    ioctl(m->vm, KVM_IOEVENTFD, &io))
		perror("eventfds");
}

static void slot_add(struct machine *m)
{
	struct kvm_userspace_memory_region region = {
		.slot = 1, .flags = KVM_MEM_LOG_DIRTY_PAGES, .guest_phys_addr = 512UL << 20,
		.memory_size = SECOND_SLOT,
	};
	void *memory = mmap(NULL, SECOND_SLOT, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	region.userspace_addr = (uintptr_t)memory;
	if (ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &region))
		perror("KVM_SET_USER_MEMORY_REGION");
}

static void victim(void)
{
	struct runner r = { .seed = 1 };

	if (!runner_open(&r, device, GUEST_STORM))
		_exit(1);
	if (ioctl(r.m.vm, KVM_CREATE_VCPU, 1) < 0)
		perror("KVM_CREATE_VCPU");
	slot_add(&r.m);
	events_add(&r.m);
	timers_start(&r.m);
	runner_start(&r);
	for (;;)
		pause();
}

/* Every @step-th moment. How many were killed, and not gone by themselves. */
static int kill_all(int step)
{
	int i, status, killed = 0;
	pid_t pid;

	for (i = 0; i < KILLS; i += step) {
		pid = fork();
		if (!pid)
			victim();
		usleep((unsigned int)(i * STEP_US));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		killed += WIFSIGNALED(status);
	}
	return killed;
}

int main(int argc, char **argv)
{
	struct left before, after;
	struct runner r = { .seed = 2 };
	bool ran;
	int killed;

	if (argc > 1)
		device = argv[1];
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
		return tap_skip_all("more than one processor");
	if (!runner_open(&r, device, GUEST_STATE))
		return tap_skip_all("%s: no VM to be had: %s", device, strerror(errno));
	runner_close(&r);
	tap_plan(7);
	/* The first two times fill the kernel's caches; then not a page changes. */
	kill_all(3);
	look();
	kill_all(3);
	before = look();
	killed = kill_all(1);
	after = look();
	tap_ok(killed == KILLS, "%d of %d VMMs killed", killed, KILLS);
	tap_ok(before.free - after.free < LEAK_KIB, "memory: %ld KiB less is free",
	       before.free - after.free);
	tap_ok(after.vmalloc - before.vmalloc < LEAK_KIB, "vmalloc: %ld KiB more",
	       after.vmalloc - before.vmalloc);
	tap_ok(after.files <= before.files + 32, "open files: %ld more",
	       after.files - before.files);
	tap_ok(after.users == before.users, "users of the module: %ld, %ld before", after.users,
	       before.users);
	tap_ok(after.timers == 0, "%ld timers of the module", after.timers);
	ran = runner_open(&r, device, GUEST_STATE);
	if (ran) {
		runner_start(&r);
		ran = runner_progress(&r) && runner_stop(&r, "next");
		runner_close(&r);
	}
	tap_ok(ran, "the next VM runs");
	return tap_end();
}
