// SPDX-License-Identifier: GPL-2.0-only
/* Calls under a policy of their own, and calls that the VMM answers. */
#include <errno.h>
#include <linux/hull_hypercall.h>
#include <sys/ioctl.h>
#include <lib/calls.h>

#include "transports.h"

static int policy_set(struct bench_session *session, const struct hull_policy_rule *rule,
		      struct vmm_error *error)
{
	static const struct hull_policy_rule allow = {
		.last = HULL_HYPERCALL_NUMBERS - 1, .cpls = 15, .action = HULL_POLICY_ALLOW,
	};
	struct hull_vm_policy policy = { .n = rule ? 2 : 1, .rule = { allow } };
	struct hull_ref ref = { .id = session->vm.id };
	struct hull_error why;

	if (rule)
		policy.rule[1] = *rule;
	if (hull_vm_policy_set(session->plan->client, &ref, &policy, &why))
		return vmm_fail(error, why.code, "%s", why.text);
	return 0;
}

int bench_denied_begin(struct bench_session *session, struct vmm_error *error)
{
	static const struct hull_policy_rule deny = {
		.cpls = 15, .action = HULL_POLICY_DENY, .error = -EPERM,
	};

	return policy_set(session, &deny, error);
}

/* A limit that is never reached: what counting costs. */
int bench_limited_begin(struct bench_session *session, struct vmm_error *error)
{
	static const struct hull_policy_rule limit = {
		.cpls = 15, .action = HULL_POLICY_LIMIT, .error = -EBUSY, .rate = 100000000,
		.burst = 100000000,
	};

	return policy_set(session, &limit, error);
}

/* A limit that is always reached. */
int bench_exceeded_begin(struct bench_session *session, struct vmm_error *error)
{
	static const struct hull_policy_rule limit = {
		.cpls = 15, .action = HULL_POLICY_LIMIT, .error = -EBUSY, .rate = 1, .burst = 1,
	};

	return policy_set(session, &limit, error);
}

int bench_forward_begin(struct bench_session *session, struct vmm_error *error)
{
	static const struct hull_policy_rule forward = {
		.first = HULL_HYPERCALL_USER - HULL_HYPERCALL_BASE,
		.last = HULL_HYPERCALL_USER - HULL_HYPERCALL_BASE,
		.cpls = 15, .action = HULL_POLICY_FORWARD,
	};
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_EXIT_HYPERCALL, .args = { HULL_EXIT_HYPERCALL },
	};

	if (ioctl(session->vm.machine.engine.vm, KVM_ENABLE_CAP, &cap))
		return vmm_fail_errno(error, "calls to the VMM");
	return policy_set(session, &forward, error);
}

void bench_policy_end(struct bench_session *session)
{
	struct vmm_error ignored = { 0 };

	policy_set(session, NULL, &ignored);
}
