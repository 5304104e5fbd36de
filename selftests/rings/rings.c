// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings: calls go in, results come out, and nobody sleeps with work to do.
 *
 * usage: rings [/dev/hull]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rings.h"

#define ENTRIES		8
#define TRACING		"/sys/kernel/tracing/"
#define NEAR_WRAP	0xfffffff5u

static bool feature(struct vm *vm)
{
	return vm_call(vm, HULL_HYPERCALL_FEATURES, 0, 0, 0) & HULL_FEATURE_RING;
}

/* A VMM that does not serve has no rings to offer. */
static void test_offer(void)
{
	struct view v;
	struct vm vm;

	vm_open(&vm);
	view_init(&vm, &v, 0, ENTRIES, 0, 0);
	tap_ok(!feature(&vm) && view_setup(&vm, &v) == -EOPNOTSUPP, "no rings without a server");
	tap_ok(!vm_serve(&vm, HULL_VM_SERVE_OFFER) && feature(&vm) && view_setup(&vm, &v) == 0,
	       "rings when they are offered");
	view_put(&v, HULL_HYPERCALL_VERSION, 1, 0, 0);
	servers_start(&vm, 1);
	tap_ok(view_wait(&v.ring->result_tail, 1) && v.results[0].result == HULL_HYPERCALL_ABI,
	       "a server that comes later finds what waits");
	tap_ok(vm_serve(&vm, 4) == -EINVAL && vm_serve(&vm, 3) == -EINVAL, "flags are checked");
	servers_stop(&vm);
	tap_ok(atomic_load(&vm.left) == -EINTR, "a signal ends serving");
	tap_ok(!vm_serve(&vm, HULL_VM_SERVE_RESET) && view_end(&vm, &v) == -EBADF,
	       "a reset ends rings");
	vm_close(&vm);
}

/* What a ring must be like. */
static void test_setup(struct vm *vm)
{
	static const struct {
		struct hull_ring_setup setup;
		long expect;
	} cases[] = {
		{ { .gpa = RING_GPA, .entries = 0 }, -EINVAL },
		{ { .gpa = RING_GPA, .entries = 1 }, -EINVAL },
		{ { .gpa = RING_GPA, .entries = 3 }, -EINVAL },
		{ { .gpa = RING_GPA, .entries = 8192 }, -EINVAL },
		{ { .gpa = RING_GPA, .entries = 1u << 31 }, -EINVAL },
		{ { .gpa = RING_GPA + 64, .entries = 8 }, -EINVAL },
		{ { .gpa = ~0xfffULL, .entries = 8 }, -EINVAL },
		{ { .gpa = 1ULL << 46, .entries = 8 }, -EINVAL },
		{ { .gpa = (1ULL << 46) - 4096, .entries = 4096 }, -EFAULT },
		{ { .gpa = MACHINE_MEMORY - 8192, .entries = 8 }, -EFAULT },
		{ { .gpa = RING_GPA, .entries = 8, .flags = 2 }, -EINVAL },
		{ { .gpa = RING_GPA, .entries = 8, .port = 7 }, -EINVAL },
		{ { .gpa = RING_GPA, .entries = 8, .flags = HULL_RING_F_EVENT, .port = 1023 },
		  -EBADF },
		{ { .gpa = RING_GPA, .entries = 8, .idle_us = 1000001 }, -EINVAL },
		{ { .gpa = RING_GPA, .entries = 8, .reserved = { 0, 1 } }, -EINVAL },
	};
	unsigned int i, wrong = 0;
	struct view v;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		v.setup = cases[i].setup;
		if (view_setup(vm, &v) == cases[i].expect)
			continue;
		tap_note("set-up %u: %ld", i, v.id);
		wrong++;
	}
	tap_ok(!wrong, "bad set-ups are refused");
	tap_ok(vm_call(vm, HULL_HYPERCALL_RING_SETUP, MACHINE_MEMORY, 0, 0) == -EFAULT,
	       "a set-up outside of memory");
	tap_ok(vm_call(vm, HULL_HYPERCALL_RING_DOORBELL, 3, 0, 0) == -EBADF &&
	       vm_call(vm, HULL_HYPERCALL_RING_DOORBELL, 16, 0, 0) == -EBADF &&
	       vm_call(vm, HULL_HYPERCALL_RING_DOORBELL, -1ULL, 0, 0) == -EBADF &&
	       vm_call(vm, HULL_HYPERCALL_RING_END, 0, 0, 0) == -EBADF &&
	       vm_call(vm, HULL_HYPERCALL_RING_END, 1ULL << 32, 0, 0) == -EBADF,
	       "rings that do not exist");
}

static void test_number(struct vm *vm)
{
	struct view v;
	long i, ok = 0;

	for (i = 0; i < (long)HULL_RINGS_MAX; i++) {
		view_init(vm, &v, i, ENTRIES, 0, 0);
		ok += view_setup(vm, &v) == i;
	}
	view_init(vm, &v, i, ENTRIES, 0, 0);
	tap_ok(ok == i && view_setup(vm, &v) == -ENOSPC, "16 rings, and no more");
	for (i = 0; i < (long)HULL_RINGS_MAX; i++)
		ok -= vm_call(vm, HULL_HYPERCALL_RING_END, i, 0, 0) == 0;
	tap_ok(!ok, "each of them ended");
}

/* One call of each kind, as they are answered. */
static void test_calls(struct vm *vm)
{
	static const struct {
		uint32_t number, flags;
		uint64_t a, b;
		long expect;
	} cases[] = {
		{ HULL_HYPERCALL_NOP, 0, 0, 0, 0 },
		{ HULL_HYPERCALL_VERSION, 0, 0, 0, HULL_HYPERCALL_ABI },
		{ HULL_HYPERCALL_LOG, 0, MACHINE_FRESH, 4, 4 },
		{ HULL_HYPERCALL_LOG, 0, MACHINE_MEMORY - 2, 4, -EFAULT },
		{ HULL_HYPERCALL_LOG, 0, 0, 5000, -EINVAL },
		{ HULL_HYPERCALL_RING_SETUP, 0, 0, 0, -EOPNOTSUPP },
		{ HULL_HYPERCALL_RING_END, 0, 0, 0, -EOPNOTSUPP },
		{ HULL_HYPERCALL_RING_DOORBELL, 0, 5, 0, -EBADF },
		{ HULL_HYPERCALL_BASE + 0xff, 0, 0, 0, -ENOSYS },
		{ HULL_HYPERCALL_BASE + 0x400, 0, 0, 0, -ENOSYS },
		{ 1, 0, 0, 0, -ENOSYS },
		{ 0xffffffff, 0, 0, 0, -ENOSYS },
		{ HULL_HYPERCALL_NOP, 1, 0, 0, -EINVAL },
	};
	const uint32_t n = sizeof(cases) / sizeof(cases[0]);
	unsigned int i, wrong = 0;
	struct view v;

	view_init(vm, &v, 0, 16, NEAR_WRAP, 5);
	memcpy(vm->machine.memory + MACHINE_FRESH, "ring", 4);
	view_setup(vm, &v);
	for (i = 0; i < n; i++) {
		v.calls[v.ring->call_tail & 15].reserved[1] = 0;
		view_put(&v, cases[i].number, i * 3, cases[i].a, cases[i].b);
		v.calls[(v.ring->call_tail - 1) & 15].flags = cases[i].flags;
		view_submit(vm, &v);
		view_wait(&v.ring->result_tail, 5 + i + 1);
		if (v.results[(5 + i) & 15].result == cases[i].expect &&
		    v.results[(5 + i) & 15].cookie == i * 3)
			continue;
		tap_note("call %u: %lld", i, v.results[(5 + i) & 15].result);
		wrong++;
	}
	tap_ok(!wrong && v.ring->call_head == NEAR_WRAP + n, "calls of each kind");
	tap_ok(!view_end(vm, &v), "the ring is ended");
}

static void tracing_set(const char *file, const char *value)
{
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path), TRACING "%s", file);
	f = fopen(path, "w");
	if (f) {
		fputs(value, f);
		fclose(f);
	}
}

static bool trace_has(const char *text)
{
	FILE *f = fopen(TRACING "trace", "r");
	char line[512];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, text);
	if (f)
		fclose(f);
	return found;
}

/* A call that no vCPU makes is traced all the same. */
static void test_traced(struct vm *vm)
{
	struct view v;

	mkdir(TRACING, 0755);
	mount("none", TRACING, "tracefs", 0, NULL);
	tracing_set("events/hull/enable", "1");
	view_init(vm, &v, 0, ENTRIES, 0, 0);
	view_setup(vm, &v);
	view_put(&v, HULL_HYPERCALL_LOG, 1, 0, 5000);
	view_submit(vm, &v);
	view_wait(&v.ring->result_tail, 1);
	view_end(vm, &v);
	tracing_set("events/hull/enable", "0");
	tap_ok(trace_has(" vcpu 4294967295 hull_log cpl 0 args 0x0 0x1388 0x0 0x0") &&
	       trace_has(" vcpu 4294967295 hull_log result -22"), "a ring's call is traced");
	tracing_set("trace", "");
}

/* Results that nobody takes: no call more than there is room for. */
static void test_full(struct vm *vm)
{
	struct view v;
	uint32_t i;

	view_init(vm, &v, 0, ENTRIES, 0, NEAR_WRAP);
	view_setup(vm, &v);
	for (i = 0; i < ENTRIES; i++)
		view_put(&v, HULL_HYPERCALL_NOP, i, 0, 0);
	view_submit(vm, &v);
	view_wait(&v.ring->call_head, ENTRIES);
	for (i = 0; i < ENTRIES; i++)
		view_put(&v, HULL_HYPERCALL_NOP, ENTRIES + i, 0, 0);
	view_submit(vm, &v);
	tap_ok(view_wait(&v.ring->sleeping, 1) && v.ring->call_head == ENTRIES &&
	       v.ring->result_tail == NEAR_WRAP + ENTRIES && v.results[NEAR_WRAP % 8].cookie == 0,
	       "full: no result is lost");
	v.ring->result_head += 3;
	view_submit(vm, &v);
	tap_ok(view_wait(&v.ring->call_head, ENTRIES + 3) && view_wait(&v.ring->sleeping, 1) &&
	       v.ring->result_tail == NEAR_WRAP + ENTRIES + 3 && !v.ring->broken,
	       "three taken, three more");
	view_end(vm, &v);
}

/* Completions make an event channel's port pending, unless the guest wants none. */
static void test_event(struct vm *vm)
{
	const uint64_t at = 2 * MACHINE_FRESH;
	struct hull_event_page *page = (struct hull_event_page *)(vm->machine.memory + at);
	volatile unsigned long long *pending = &page->pending[0];
	struct view v;
	long port;

	memset(page, 0, sizeof(*page));
	view_init(vm, &v, 0, ENTRIES, 0, 0);
	v.setup.flags = HULL_RING_F_EVENT;
	if (vm_call(vm, HULL_HYPERCALL_EVENT_SETUP, at, HULL_EVENT_POLL, 0))
		tap_note("no event channels");
	port = vm_call(vm, HULL_HYPERCALL_EVENT_OFFER, 0, 0, 0);
	v.setup.port = port;
	tap_ok(port > 0 && !view_setup(vm, &v), "a ring with an event channel");
	*pending = 0;
	v.ring->quiet = 1;
	view_put(&v, HULL_HYPERCALL_NOP, 1, 0, 0);
	view_submit(vm, &v);
	tap_ok(view_wait(&v.ring->result_tail, 1) && view_wait(&v.ring->sleeping, 1) && !*pending,
	       "quiet");
	v.ring->quiet = 0;
	view_put(&v, HULL_HYPERCALL_NOP, 2, 0, 0);
	view_submit(vm, &v);
	tap_ok(view_wait(&v.ring->result_tail, 2) && view_wait(&v.ring->sleeping, 1) &&
	       *pending == 1ULL << port && page->any, "not quiet");
	*pending = 0;
	v.ring->call_tail = 999;
	view_submit(vm, &v);
	tap_ok(view_wait((volatile uint32_t *)&v.ring->broken, -EINVAL) &&
	       view_wait(&v.ring->sleeping, 1), "broken");
	tap_ok(!view_end(vm, &v) && *pending == 1ULL << port, "which raises it, too");
	tap_ok(!vm_call(vm, HULL_HYPERCALL_EVENT_CLOSE, port, 0, 0) &&
	       view_setup(vm, &v) == -EBADF, "a port that is closed");
}

static void stream_set(struct vm *vm, unsigned int n, uint32_t entries, uint32_t batch,
		       uint32_t idle_us, uint64_t count, uint32_t start)
{
	struct view v;

	view_init(vm, &v, n, entries, start, 0);
	v.setup.idle_us = idle_us;
	*vm->vcpu[n].job = (struct job){
		.kind = JOB_STREAM, .setup = v.setup, .count = count, .batch = batch, .mixed = 1,
	};
}

static bool stream_good(struct vm *vm, unsigned int n)
{
	struct job *job = vm->vcpu[n].job;

	tap_note("vCPU %u: %llu calls, %llu doorbells, asked for time %lu times", n, job->done,
		 job->doorbells, vm->vcpu[n].times);
	return !job->ret && job->done == job->count && !job->wrong;
}

/* Streams that meet the host awake, asleep and in between. */
static void test_stream(struct vm *vm)
{
	static const struct {
		const char *name;
		uint32_t entries, batch, idle_us, start;
		uint64_t count;
	} cases[] = {
		{ "one by one, polled", 2, 1, 100000, NEAR_WRAP, 2000 },
		{ "one by one, doorbell", 2, 1, 1, NEAR_WRAP, 2000 },
		{ "batches, polled", 64, 64, 100000, 0xffffff00, 20000 },
		{ "batches, doorbell", 64, 61, 1, 0xffffff00, 20000 },
		{ "large batches", 4096, 4096, 0, 0, 40960 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		stream_set(vm, 0, cases[i].entries, cases[i].batch, cases[i].idle_us,
			   cases[i].count, cases[i].start);
		vcpu_start(vm, 0);
		vcpu_join(vm, 0);
		tap_ok(stream_good(vm, 0), "%s", cases[i].name);
	}
}

/* Two vCPUs, a ring each; with one thread that serves, then with two. */
static void test_two(unsigned int servers)
{
	struct vm vm;

	vm_open(&vm);
	servers_start(&vm, servers);
	vm_serve(&vm, HULL_VM_SERVE_OFFER);
	stream_set(&vm, 0, 16, 3, 1, 10000, NEAR_WRAP);
	stream_set(&vm, 1, 4, 2, 2, 10000, 0);
	vcpu_start(&vm, 0);
	vcpu_start(&vm, 1);
	vcpu_join(&vm, 0);
	vcpu_join(&vm, 1);
	tap_ok(stream_good(&vm, 0) & stream_good(&vm, 1), "two rings, %u serving", servers);
	vm_close(&vm);
}

/* Threads that serve come and go all the time. */
static void test_relay(void)
{
	struct vm vm;
	int i;

	vm_open(&vm);
	vm_serve(&vm, HULL_VM_SERVE_OFFER);
	servers_start(&vm, 2);
	stream_set(&vm, 0, 16, 5, 1, 20000, 0);
	stream_set(&vm, 1, 16, 5, 500, 20000, 0);
	vcpu_start(&vm, 0);
	vcpu_start(&vm, 1);
	for (i = 0; i < 200; i++) {
		usleep(1000);
		pthread_kill(vm.server[i & 1], SIGUSR1);
	}
	vcpu_join(&vm, 0);
	vcpu_join(&vm, 1);
	tap_ok(stream_good(&vm, 0) & stream_good(&vm, 1), "threads that are interrupted");
	vm_close(&vm);
}

/* The VM's record is named after this program. */
static bool control(const char *what)
{
	char line[64];

	snprintf(line, sizeof(line), "vmctl vm %s rings >&2", what);
	return !system(line);
}

/* A paused VM's rings rest as its vCPUs do. */
static void test_pause(void)
{
	struct view v;
	struct vm vm;
	bool still;

	if (access("/bin/vmctl", X_OK)) {
		tap_skip("paused, resumed", "no vmctl");
		return;
	}
	vm_open(&vm);
	vm_serve(&vm, HULL_VM_SERVE_OFFER);
	view_init(&vm, &v, 0, ENTRIES, 0, 0);
	v.setup.idle_us = HULL_RING_IDLE_US_MAX;
	view_setup(&vm, &v);
	still = control("pause");
	servers_start(&vm, 2);
	view_put(&v, HULL_HYPERCALL_NOP, 1, 0, 0);
	usleep(50000);
	still = still && !v.ring->result_tail && control("resume");
	tap_ok(still && view_wait(&v.ring->result_tail, 1), "paused, resumed");
	vm_close(&vm);
}

/* kill -9 with everything under way leaves nothing: a new VM can be had. */
static void test_kill(void)
{
	struct vm vm;
	int status;
	pid_t pid = fork();

	if (!pid) {
		vm_open(&vm);
		servers_start(&vm, 2);
		vm_serve(&vm, HULL_VM_SERVE_OFFER);
		stream_set(&vm, 0, 64, 64, 100000, 1000000000, 0);
		stream_set(&vm, 1, 2, 1, 1, 1000000000, 0);
		vcpu_start(&vm, 0);
		vcpu_start(&vm, 1);
		pause();
	}
	sleep(1);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	vm_open(&vm);
	servers_start(&vm, 1);
	vm_serve(&vm, HULL_VM_SERVE_OFFER);
	stream_set(&vm, 0, 8, 8, 0, 800, 0);
	vcpu_do(&vm, 0);
	tap_ok(WIFSIGNALED(status) && stream_good(&vm, 0), "killed half-way, and a new VM");
	vm_close(&vm);
}

int main(int argc, char **argv)
{
	struct machine m;
	struct vm vm;

	if (argc > 1)
		device = argv[1];
	if (!machine_try_open(&m, device))
		return tap_skip_all("%s: no device, or no VMX", device);
	machine_close(&m);

	tap_plan(32);
	test_offer();
	vm_open(&vm);
	servers_start(&vm, 1);
	vm_serve(&vm, HULL_VM_SERVE_OFFER);
	test_setup(&vm);
	test_number(&vm);
	test_calls(&vm);
	test_traced(&vm);
	test_full(&vm);
	test_event(&vm);
	test_stream(&vm);
	vm_close(&vm);
	test_two(1);
	test_two(2);
	test_relay();
	test_pause();
	test_kill();
	return tap_end();
}
