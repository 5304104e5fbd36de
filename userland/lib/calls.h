/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls of a VM: the policy they are under, what was counted of them, and those
 * that a policy wants told. As lib/client.h: nothing prints, 0 or -1 and *@error.
 */
#ifndef HULL_LIB_CALLS_H
#define HULL_LIB_CALLS_H

#include <hull/policy.h>
#include <lib/client.h>

#define HULL_CALL_NAME_MAX	63

/* @hits: by rule, where @counted: a VM that nobody gave a policy has none of its own */
struct hull_vm_policy {
	uint32_t n;
	struct hull_policy_rule rule[HULL_POLICY_RULES_MAX];
	bool counted;
	uint64_t hits[HULL_POLICY_RULES_MAX];
};

/* In force when this returns. A sentence about a rule begins with "rule N: ", from 0. */
int hull_vm_policy_set(struct hull_client *client, const struct hull_ref *ref,
		       const struct hull_vm_policy *policy, struct hull_error *error);
int hull_vm_policy_get(struct hull_client *client, const struct hull_ref *ref,
		       struct hull_vm_policy *policy, struct hull_error *error);

/* @number: as the guest says it; @name: "" when nobody answers it now */
#define HULL_CALL_BUCKETS	32

struct hull_vm_call {
	uint32_t number;
	char name[HULL_CALL_NAME_MAX + 1];
	uint64_t calls, denied, errors, bytes;
	uint64_t latency[HULL_CALL_BUCKETS];	/* n: of 2^n TSC cycles and more */
};

/* Numbers that were called or have a name, in order; free(*@calls). */
int hull_vm_calls(struct hull_client *client, const struct hull_ref *ref,
		  struct hull_vm_call **calls, size_t *n, struct hull_error *error);

#define HULL_AUDIT_RING		UINT32_MAX

/* @vcpu: HULL_AUDIT_RING: a call from a ring; @dropped: events of the VM lost before it */
struct hull_audit {
	enum hull_event_kind kind;
	uint32_t vm;
	char vm_name[HULL_NAME_MAX + 1];
	uint64_t time_ns;
	uint32_t number, vcpu, cpl;
	char name[HULL_CALL_NAME_MAX + 1];
	uint64_t arg[4];
	int64_t result;
	uint64_t dropped;
};

/* Be told from now on; this client is then for nothing else. */
int hull_audit_join(struct hull_client *client, struct hull_error *error);
/* As hull_events_next(). */
int hull_audit_next(struct hull_client *client, struct hull_audit *audit,
		    struct hull_error *error);
/* The next one does not wait when something is left of what was received, or @fd is readable. */
bool hull_client_pending(const struct hull_client *client);
int hull_client_fd(const struct hull_client *client);

#endif
