/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest that makes calls: one, or many in a loop, with what came back counted. */
#ifndef HULL_SELFTESTS_CALLS_GUEST_H
#define HULL_SELFTESTS_CALLS_GUEST_H

#include "machine.h"

/* What became of the calls of a loop. */
struct calls_count {
	uint64_t done;			/* 0 and above */
	uint64_t none;			/* -ENOSYS */
	uint64_t shutdown;		/* -ESHUTDOWN */
	uint64_t timeout;		/* -ETIMEDOUT */
	uint64_t busy;			/* -EBUSY */
	uint64_t other;
};

void calls_load(struct machine *m);
/* Puts one call into the vCPU's registers; calls_enter() makes it. */
void calls_prepare(struct machine *m, uint64_t number, uint64_t a, uint64_t b, uint64_t n);
/* KVM_RUN until the guest says done, or -errno. */
int calls_enter(struct machine *m, unsigned int seconds);
/* The last result. */
int64_t calls_result(const struct machine *m);
/* One call from here to its result; exits where the guest does anything else. */
int64_t calls_one(struct machine *m, uint64_t number, uint64_t a, uint64_t b);
/* @n calls; TSC cycles from before the first to after the last. */
uint64_t calls_many(struct machine *m, uint64_t number, uint64_t n, struct calls_count *count);

#endif
