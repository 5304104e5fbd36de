/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands on hypercalls share. */
#ifndef HULL_CMD_CALLS_H
#define HULL_CMD_CALLS_H

#include <lib/calls.h>
#include <policy/language.h>
#include <cmd/command.h>

/* The numbers of one VM as it has them now: what was counted, and names beside ours. */
struct vm_calls {
	struct hull_vm_call *calls;
	size_t n;
	struct policy_names names;	/* of these, for policy/language.h */
};

/* 0, or -1 and *@error. vm_calls_free() in both cases. */
int vm_calls_get(struct hull_client *client, const struct hull_ref *ref, struct vm_calls *calls,
		 struct hull_error *error);
void vm_calls_free(struct vm_calls *calls);

/*
 * A policy of a file (NULL: none), then of words (or none), then a default (or NULL).
 * STATUS_OK, or another one, having said why. @names: may be NULL.
 */
enum status policy_read(const struct command *command, const char *file, int n_words,
			char *const *words, const char *default_action,
			const struct policy_names *names, struct hull_vm_policy *policy);

/* Estimates from a histogram of powers of two: cycles that @permille of calls need at most. */
uint64_t latency_total(const uint64_t latency[HULL_CALL_BUCKETS]);
uint64_t latency_quantile(const uint64_t latency[HULL_CALL_BUCKETS], unsigned int permille);

/* "hull_log", a name of the VM's, or "0x48750002" */
#define CALL_TEXT_MAX	(HULL_CALL_NAME_MAX + 1)
const char *call_text(const struct hull_vm_call *call, char text[CALL_TEXT_MAX]);

/* interrupt.c: commands that go on until SIGINT, SIGTERM or SIGHUP */
void interrupt_catch(void);
bool interrupt_seen(void);
/* Until @fd (-1: none) can be read, then true; @ms (-1: no end) or an interrupt end it, too. */
bool interrupt_wait(int fd, int ms);
uint64_t interrupt_clock_ns(void);

#endif
