// SPDX-License-Identifier: GPL-2.0-only
#include "user.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS	100

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void case_refused(struct machine *m)
{
	const uint32_t end = HULL_HYPERCALL_USER + HULL_HYPERCALL_RANGE;
	int a, b;

	ok(calls_one(m, NUMBER, 1, 2) == -ENOSYS, "a number that nobody claims: ENOSYS");
	ok(handler_claim(m, HULL_HYPERCALL_BASE, NUMBER, 100, 8) == -EINVAL &&
	       handler_claim(m, NUMBER, end, 100, 8) == -EINVAL &&
	       handler_claim(m, NUMBER, NUMBER - 1, 100, 8) == -EINVAL &&
	       handler_claim(m, 0, ~0u, 100, 8) == -EINVAL, "numbers outside the range: EINVAL");
	ok(handler_claim(m, NUMBER, NUMBER, 0, 8) == -EINVAL &&
	       handler_claim(m, NUMBER, NUMBER, HULL_HANDLER_TIMEOUT_MAX + 1, 8) == -EINVAL,
	       "time limits out of bounds: EINVAL");
	ok(handler_claim(m, NUMBER, NUMBER, 100, 0) == -EINVAL &&
	       handler_claim(m, NUMBER, NUMBER, 100, 3) == -EINVAL &&
	       handler_claim(m, NUMBER, NUMBER, 100, 512) == -EINVAL, "odd entries: EINVAL");
	a = handler_claim(m, NUMBER, NUMBER + 3, 100, 8);
	ok(a >= 0 && handler_claim(m, NUMBER + 3, end - 1, 100, 8) == -EBUSY,
	       "a number twice: EBUSY");
	b = handler_claim(m, NUMBER + 4, end - 1, 100, 256);
	ok(b >= 0, "the numbers behind them");
	close(a);
	a = handler_claim(m, NUMBER, NUMBER, 100, 8);
	ok(a >= 0, "a number again, after it was let go");
	ok(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, a, 0) == MAP_FAILED &&
	       mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, a, 0) == MAP_FAILED,
	       "no private mapping, none that is too long");
	ok(ioctl(a, _IO(0xAE, 0xff)) < 0 && errno == ENOTTY, "an unknown ioctl: ENOTTY");
	close(a);
	close(b);
}

void case_answers(struct machine *m)
{
	struct calls_count count;
	struct handler h;
	uint64_t cycles;
	pid_t pid;

	handler_open(&h, m, 5000, ENTRIES);
	pid = handler_fork(&h, ANSWER);
	ok(calls_one(m, NUMBER, 40, 2) == 42, "a call is answered");
	cycles = calls_many(m, NUMBER, 1000, &count);
	ok(count.done == 1000, "a thousand calls are answered");
	note("user handler: %.1f cycles a call", cycles / 1000.0);
	ok(calls_one(m, NUMBER + 1, 1, 2) == -ENOSYS, "the number beside it: ENOSYS");
	handler_kill(pid);
	handler_close(&h);
	ok(calls_one(m, NUMBER, 1, 2) == -ENOSYS, "after the handler is gone: ENOSYS");
}

/* On one processor the caller soon sleeps; on two it hardly ever does. */
void case_polls(struct machine *m)
{
	struct calls_count count;
	struct handler h;
	uint64_t cycles;
	pid_t pid;

	handler_open(&h, m, 5000, ENTRIES);
	pid = handler_fork(&h, POLL);
	ok(calls_one(m, NUMBER, 40, 2) == 42, "a process that polls answers");
	cycles = calls_many(m, NUMBER, 200, &count);
	ok(count.done == 200, "two hundred calls");
	note("user handler, polling: %.1f cycles a call", cycles / 200.0);
	handler_kill(pid);
	handler_close(&h);
}

/* The vCPU in a thread, so that the test itself can be the handler. */
static void *vcpu_thread(void *machine)
{
	return (void *)(long)calls_enter(machine, 0);
}

static pthread_t vcpu_start(struct machine *m, uint64_t a, uint64_t b, uint64_t n)
{
	pthread_t thread;

	calls_prepare(m, NUMBER, a, b, n);
	if (pthread_create(&thread, NULL, vcpu_thread, m))
		errx(1, "pthread_create");
	return thread;
}

static bool vcpu_join(pthread_t thread)
{
	void *ret;

	pthread_join(thread, &ret);
	return !ret;
}

void case_fields(struct machine *m)
{
	struct hull_handler_request request = { 0 };
	struct handler h;
	struct pollfd p;
	pthread_t thread;

	handler_open(&h, m, 5000, ENTRIES);
	p = (struct pollfd){ .fd = h.fd, .events = POLLIN };
	ok(poll(&p, 1, 0) == 0, "poll: nothing yet");
	thread = vcpu_start(m, 0x1122334455667788, 9, 1);
	ok(poll(&p, 1, 5000) == 1 && p.revents == POLLIN, "poll: a request");
	ok(handler_take(&h, &request) && request.number == NUMBER && !request.vcpu &&
	       !request.cpl && request.arg[0] == 0x1122334455667788 && request.arg[1] == 9 &&
	       !request.arg[2] && !request.arg[3], "the request says what was called");
	handler_reply(&h, request.id, -EXDEV);
	ok(ioctl(h.fd, HULL_HANDLER_REPLY) == 1, "one reply is taken");
	ok(vcpu_join(thread) && calls_result(m) == -EXDEV, "an errno reaches the guest");
	handler_close(&h);
}

static long copy(struct handler *h, unsigned long cmd, uint64_t id, uint64_t address, void *buf,
		 uint32_t bytes)
{
	struct hull_handler_copy args = {
		.size = sizeof(args), .bytes = bytes, .id = id, .address = address,
		.buffer = (uintptr_t)buf,
	};

	return ioctl(h->fd, cmd, &args) ? -errno : 0;
}

void case_copies(struct machine *m)
{
	const uint64_t at = MACHINE_FRESH - 3;	/* across a page */
	struct hull_handler_request request = { 0 };
	struct handler h;
	pthread_t thread;
	char text[8192];

	handler_open(&h, m, 5000, ENTRIES);
	memcpy(m->memory + at, "research", 8);
	thread = vcpu_start(m, at, 8, 1);
	handler_wait(&h);
	handler_take(&h, &request);
	ok(!copy(&h, HULL_HANDLER_READ, request.id, at, text, 8) && !memcmp(text, "research", 8),
	       "the handler reads the caller's memory");
	ok(!copy(&h, HULL_HANDLER_WRITE, request.id, at, "RESEARCH", 8) &&
	       !memcmp(m->memory + at, "RESEARCH", 8), "and writes it");
	ok(copy(&h, HULL_HANDLER_READ, request.id, 1ULL << 40, text, 8) == -EFAULT &&
	       copy(&h, HULL_HANDLER_WRITE, request.id, -8ULL, text, 4096) == -EFAULT,
	       "addresses of nothing: EFAULT");
	ok(copy(&h, HULL_HANDLER_READ, request.id, at, (void *)8, 8) == -EFAULT &&
	       copy(&h, HULL_HANDLER_READ, request.id, at, text, 0) == -EINVAL &&
	       copy(&h, HULL_HANDLER_READ, request.id, at, text, 4097) == -EINVAL,
	       "bad buffers and sizes");
	ok(copy(&h, HULL_HANDLER_READ, request.id + 256, at, text, 8) == -ESTALE &&
	       copy(&h, HULL_HANDLER_READ, ~0ULL, at, text, 8) == -ESTALE, "no such request: ESTALE");
	handler_reply(&h, request.id, 8);
	ioctl(h.fd, HULL_HANDLER_REPLY);
	ok(vcpu_join(thread) && calls_result(m) == 8, "and the call ends");
	ok(copy(&h, HULL_HANDLER_READ, request.id, at, text, 8) == -ESTALE,
	       "after the reply: ESTALE");
	handler_close(&h);
}

void case_times_out(struct machine *m)
{
	struct hull_handler_request request = { 0 };
	struct handler h;
	long start, took;

	handler_open(&h, m, 100, ENTRIES);
	start = now_ms();
	ok(calls_one(m, NUMBER, 1, 2) == -ETIMEDOUT, "nobody answers: ETIMEDOUT");
	took = now_ms() - start;
	ok(took >= 90 && took < 1000, "after the time limit (%ld ms of 100)", took);
	handler_take(&h, &request);
	handler_reply(&h, request.id, 5);
	ioctl(h.fd, HULL_HANDLER_REPLY);
	ok(h.ring->late == 1, "a reply that is late is counted and forgotten");
	handler_close(&h);
}

void case_fills_up(struct machine *m)
{
	struct hull_handler_request request;
	struct handler h;

	handler_open(&h, m, 20, 2);
	ok(calls_one(m, NUMBER, 1, 2) == -ETIMEDOUT && calls_one(m, NUMBER, 1, 2) == -ETIMEDOUT &&
	       calls_one(m, NUMBER, 1, 2) == -EBUSY, "requests that nobody takes fill the ring: EBUSY");
	handler_take(&h, &request);
	ok(calls_one(m, NUMBER, 1, 2) == -ETIMEDOUT, "one taken makes room for one");
	handler_close(&h);
}

static void *killer(void *pid)
{
	usleep(50000);
	handler_kill((long)pid);
	return NULL;
}

/* The handler is killed while the vCPU waits for it. */
void case_killed(struct machine *m)
{
	struct calls_count count, all = { 0 };
	struct handler h;
	pthread_t thread;
	pid_t pid;
	int i;

	for (i = 0; i < 10; i++) {
		handler_open(&h, m, 60000, ENTRIES);
		pid = handler_fork(&h, SLEEP);
		/* The child alone holds it. */
		handler_close(&h);
		pthread_create(&thread, NULL, killer, (void *)(long)pid);
		calls_many(m, NUMBER, 2, &count);
		pthread_join(thread, NULL);
		all.shutdown += count.shutdown;
		all.none += count.none;
	}
	ok(all.shutdown == 10 && all.none == 10,
	       "kill -9 in the middle of a call: ESHUTDOWN, then ENOSYS, 10 times");
}

void case_silent(struct machine *m)
{
	struct calls_count count;
	struct handler h;
	pid_t pid;

	handler_open(&h, m, 10, ENTRIES);
	pid = handler_fork(&h, SLEEP);
	calls_many(m, NUMBER, 20, &count);
	ok(count.timeout + count.busy == 20 && count.timeout >= ENTRIES,
	       "a handler that never answers: %lu times out, %lu busy", count.timeout, count.busy);
	handler_kill(pid);
	handler_close(&h);
}

/* A signal takes the vCPU out; the call goes on, and its answer is the guest's. */
void case_signal(struct machine *m)
{
	struct hull_handler_request request = { 0 };
	struct handler h;

	handler_open(&h, m, 60000, ENTRIES);
	calls_prepare(m, NUMBER, 20, 3, 1);
	ok(calls_enter(m, 1) == -EINTR && m->run->exit_reason == KVM_EXIT_INTR,
	       "a signal in a call: EINTR");
	ok(calls_enter(m, 1) == -EINTR, "and again");
	m->run->immediate_exit = 1;
	ok(calls_enter(m, 0) == -EINTR, "immediate_exit: EINTR");
	m->run->immediate_exit = 0;
	ok(handler_take(&h, &request) && !handler_take(&h, &request), "the handler saw one call");
	handler_reply(&h, request.id, 23);
	ioctl(h.fd, HULL_HANDLER_REPLY);
	ok(!calls_enter(m, 0) && calls_result(m) == 23, "its answer reaches the guest");
	calls_prepare(m, NUMBER, 20, 3, 1);
	calls_enter(m, 1);
	handler_close(&h);
	ok(!calls_enter(m, 0) && calls_result(m) == -ESHUTDOWN,
	       "the handler ends meanwhile: ESHUTDOWN");
}

/* Claims and lets go while the guest calls and calls. */
void case_load(struct machine *m)
{
	struct calls_count *count = (void *)(m->memory + MACHINE_RESULT + 24);
	struct hull_handler_request request;
	uint64_t served = 0;
	struct handler h;
	pthread_t thread;
	int i, n;

	calls_prepare(m, NUMBER, 1, 2, ~0ULL);
	pthread_create(&thread, NULL, vcpu_thread, m);
	for (i = 0; i < ROUNDS; i++) {
		handler_open(&h, m, 60000, ENTRIES);
		for (n = 0; n < i % 5 + 1; n++) {
			handler_wait(&h);
			while (handler_take(&h, &request)) {
				handler_reply(&h, request.id, 0);
				served++;
			}
		}
		handler_close(&h);
	}
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, NULL);
	ok(count->done && count->done <= served && !count->timeout && !count->busy &&
	       !count->other, "%d claims under load: %lu calls answered, %lu of %lu replies",
	       ROUNDS, count->done + count->none + count->shutdown, count->done, served);
}

void case_lies(struct machine *m)
{
	struct hull_handler_request request = { 0 };
	struct handler h;
	pthread_t thread;
	unsigned int i;

	handler_open(&h, m, 5000, ENTRIES);
	h.ring->reply_tail = 0x7fffffff;
	ok(handler_wait(&h) == -EINVAL && ioctl(h.fd, HULL_HANDLER_REPLY) < 0,
	       "more replies than places: EINVAL");
	h.ring->reply_tail = 0;
	for (i = 0; i < ENTRIES; i++)
		handler_reply(&h, i << 8 | i, 1);
	ok(ioctl(h.fd, HULL_HANDLER_REPLY) == ENTRIES && h.ring->late == ENTRIES,
	       "replies to nothing are counted");
	h.ring->request_head = 0x12345678;
	ok(calls_one(m, NUMBER, 1, 2) == -EBUSY, "an absurd head: a full ring");
	h.ring->request_head = 0;
	h.ring->request_tail = 0x55555555;
	thread = vcpu_start(m, 1, 2, 1);
	handler_wait(&h);
	ok(h.ring->request_tail == 1, "the tail is the kernel's");
	handler_take(&h, &request);
	handler_reply(&h, request.id, INT64_MIN);
	ioctl(h.fd, HULL_HANDLER_REPLY);
	ok(vcpu_join(thread) && calls_result(m) == -EIO, "a result that is none: EIO");
	handler_close(&h);
}

void case_vm_ends(struct machine *m)
{
	struct pollfd p;
	struct handler h;
	const char *left;

	handler_open(&h, m, 60000, ENTRIES);
	/* One call stays under way. */
	calls_prepare(m, NUMBER, 1, 2, 1);
	calls_enter(m, 1);
	machine_close(m);
	p = (struct pollfd){ .fd = h.fd, .events = POLLIN };
	ok(poll(&p, 1, 5000) == 1 && (p.revents & POLLHUP), "the VM ends: POLLHUP");
	ok(handler_wait(&h) == -ESHUTDOWN, "and ESHUTDOWN");
	handler_close(&h);
	left = machine_try_open(m, "/dev/hull") ? NULL : "no VM can be made any more";
	ok(!left, "another VM can be made");
}

/* 0: there is none. */
static uint32_t record_id(const char *name)
{
	char command[128], text[16] = "";
	FILE *out;

	snprintf(command, sizeof(command),
		 "vmctl vm show %s -j | sed 's/.*\"id\":\\([0-9]*\\).*/\\1/'", name);
	out = popen(command, "r");
	if (!out)
		return 0;
	if (!fgets(text, sizeof(text), out))
		text[0] = '\0';
	pclose(out);
	return strtoul(text, NULL, 10);
}

static void *deleter(void *name)
{
	char command[128];

	usleep(50000);
	snprintf(command, sizeof(command), "vmctl vm delete %s", (const char *)name);
	return (void *)(long)system(command);
}

/* A handler that came before its VM ran, which it never will. */
void case_vm_deleted(struct machine *m)
{
	char name[] = "handler-waits";
	struct pollfd p = { .events = POLLIN };
	pthread_t thread;
	uint32_t id;
	long ret;

	id = system("vmctl vm create handler-waits > /dev/null") ? 0 : record_id(name);
	p.fd = id ? handler_claim_of(m->dev, id) : -1;
	ok(p.fd >= 0 && !poll(&p, 1, 0), "a handler of a VM that does not run yet waits");
	pthread_create(&thread, NULL, deleter, name);
	/* A process that waits is woken, though nobody sends it a signal. */
	ret = poll(&p, 1, 20000) == 1 && p.revents & POLLHUP ? ioctl(p.fd, HULL_HANDLER_WAIT) : 0;
	ok(ret < 0 && errno == ESHUTDOWN, "the VM is deleted: POLLHUP, and ESHUTDOWN");
	pthread_join(thread, NULL);
	ok(handler_claim_of(m->dev, id) == -ENOENT, "no numbers of one that is gone: ENOENT");
	close(p.fd);
}
