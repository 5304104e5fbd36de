/* SPDX-License-Identifier: GPL-2.0-only */
/* A handler process in the tests, well-behaved or not. */
#ifndef HULL_SELFTESTS_USER_H
#define HULL_SELFTESTS_USER_H

#include <sys/types.h>
#include <linux/hull.h>
#include <linux/hull_hypercall.h>

#include "calls_guest.h"

#define NUMBER	(HULL_HYPERCALL_USER + 7)
#define ENTRIES	8u

struct handler {
	int fd;
	unsigned int entries;
	struct hull_handler_ring *ring;
	struct hull_handler_request *requests;
	struct hull_handler_reply *replies;
};

/* What a handler process does with each request. */
enum behaviour { ANSWER, POLL, SLEEP };

/* HULL_HANDLER_OPEN on the VM's file; a descriptor or -errno. */
int handler_claim(struct machine *m, uint32_t first, uint32_t last, uint32_t timeout_ms,
		  uint32_t entries);
/* Likewise NUMBER on the device, for the VM of this id, which need not run. */
int handler_claim_of(int dev, uint32_t id);
/* Claims NUMBER and maps; exits where that fails. */
void handler_open(struct handler *h, struct machine *m, uint32_t timeout_ms, uint32_t entries);
void handler_close(struct handler *h);
/* How many requests wait, or -errno; takes replies first. */
int handler_wait(struct handler *h);
bool handler_take(struct handler *h, struct hull_handler_request *request);
void handler_reply(struct handler *h, uint64_t id, int64_t result);
/* A process of its own that serves until it is killed or the VM ends. */
pid_t handler_fork(struct handler *h, enum behaviour behaviour);
void handler_kill(pid_t pid);

/* tap_ok() and tap_note() for the files that are not main()'s. */
__attribute__((format(printf, 2, 3)))
void ok(bool pass, const char *fmt, ...);
__attribute__((format(printf, 1, 2)))
void note(const char *fmt, ...);

#define CASES(C) \
	C(refused) C(answers) C(polls) C(fields) C(copies) C(times_out) C(fills_up) C(killed) C(silent) \
	C(signal) C(load) C(lies) C(vm_ends) C(vm_deleted)
#define DECLARE(name) void case_##name(struct machine *m);
CASES(DECLARE)
#undef DECLARE

#endif
