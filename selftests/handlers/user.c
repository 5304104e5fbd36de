// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that processes answer: claims, replies, time limits, and handlers that die,
 * sleep or lie.
 *
 * usage: user [/dev/hull [CASE]]: only cases with CASE in their name
 */
#include "hull_tap.h"
#include "user.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a handler ----------------------------------------------------------------- */

int handler_claim_of(int dev, uint32_t id)
{
	struct hull_handler_open args = {
		.size = sizeof(args), .id = id, .first = NUMBER, .last = NUMBER,
		.timeout_ms = 1000, .entries = ENTRIES, .name = "test",
	};
	int fd = ioctl(dev, HULL_HANDLER_OPEN, &args);

	return fd < 0 ? -errno : fd;
}

int handler_claim(struct machine *m, uint32_t first, uint32_t last, uint32_t timeout_ms,
		  uint32_t entries)
{
	struct hull_handler_open args = {
		.size = sizeof(args), .first = first, .last = last, .timeout_ms = timeout_ms,
		.entries = entries, .name = "test",
	};
	int fd = ioctl(m->vm, HULL_HANDLER_OPEN, &args);

	return fd < 0 ? -errno : fd;
}

void handler_open(struct handler *h, struct machine *m, uint32_t timeout_ms, uint32_t entries)
{
	char *base;

	h->entries = entries;
	h->fd = handler_claim(m, NUMBER, NUMBER, timeout_ms, entries);
	if (h->fd < 0)
		errx(1, "HULL_HANDLER_OPEN: %s", strerror(-h->fd));
	base = mmap(NULL, HULL_HANDLER_BYTES(entries), PROT_READ | PROT_WRITE, MAP_SHARED,
		    h->fd, 0);
	if (base == MAP_FAILED)
		err(1, "mmap");
	h->ring = (void *)base;
	h->requests = (void *)(base + HULL_HANDLER_REQUESTS);
	h->replies = (void *)(base + HULL_HANDLER_REPLIES(entries));
}

void handler_close(struct handler *h)
{
	munmap(h->ring, HULL_HANDLER_BYTES(h->entries));
	close(h->fd);
}

int handler_wait(struct handler *h)
{
	int n = ioctl(h->fd, HULL_HANDLER_WAIT);

	return n < 0 ? -errno : n;
}

bool handler_take(struct handler *h, struct hull_handler_request *request)
{
	_Atomic uint32_t *head = (_Atomic uint32_t *)&h->ring->request_head;
	_Atomic uint32_t *tail = (_Atomic uint32_t *)&h->ring->request_tail;

	if (atomic_load(head) == atomic_load(tail))
		return false;
	*request = h->requests[atomic_load(head) % h->entries];
	atomic_fetch_add(head, 1);
	return true;
}

void handler_reply(struct handler *h, uint64_t id, int64_t result)
{
	_Atomic uint32_t *tail = (_Atomic uint32_t *)&h->ring->reply_tail;
	struct hull_handler_reply *reply = &h->replies[atomic_load(tail) % h->entries];

	reply->id = id;
	reply->result = result;
	atomic_fetch_add(tail, 1);
}

static void serve(struct handler *h, enum behaviour behaviour)
{
	struct hull_handler_request request;
	int n;

	for (;;) {
		n = handler_wait(h);
		if (n == -EINTR)
			continue;
		if (n < 0)
			_exit(n == -ESHUTDOWN ? 0 : 1);
		while (handler_take(h, &request)) {
			if (behaviour == SLEEP)
				pause();
			handler_reply(h, request.id, request.arg[0] + request.arg[1]);
		}
	}
}

/* Never waits: looks for requests, and wakes those that gave up looking for the reply. */
static void serve_polling(struct handler *h)
{
	_Atomic uint32_t *sleepers = (_Atomic uint32_t *)&h->ring->sleepers;
	struct hull_handler_request request;

	h->ring->polling = 1;
	for (;;) {
		if (handler_take(h, &request))
			handler_reply(h, request.id, request.arg[0] + request.arg[1]);
		if (h->ring->reply_tail != h->ring->reply_head && atomic_load(sleepers))
			ioctl(h->fd, HULL_HANDLER_REPLY);
	}
}

pid_t handler_fork(struct handler *h, enum behaviour behaviour)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (behaviour == POLL)
			serve_polling(h);
		serve(h, behaviour);
	}
	return pid;
}

void handler_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ---- verdicts ------------------------------------------------------------------ */

void ok(bool pass, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	tap_ok(pass, "%s", text);
}

void note(const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	tap_note("%s", text);
}

/* ---- cases --------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*run)(struct machine *m);
} cases[] = {
#define ROW(name) { #name, case_##name },
	CASES(ROW)
#undef ROW
};

/* It only ends what sleeps. */
static void on_signal(int sig)
{
	(void)sig;
}

int main(int argc, char **argv)
{
	const char *device = argc > 1 ? argv[1] : "/dev/hull";
	struct machine m;
	unsigned int i;

	sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = on_signal }, NULL);
	if (!machine_try_open(&m, device))
		return tap_skip_all("no VMX, or no %s", device);
	machine_close(&m);
	tap_plan(argc > 2 ? 0 : 52);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (argc > 2 && !strstr(cases[i].name, argv[2]))
			continue;
		tap_note("%s", cases[i].name);
		machine_open(&m, device);
		calls_load(&m);
		cases[i].run(&m);
		machine_close(&m);
	}
	return tap_end();
}
