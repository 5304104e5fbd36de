/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy file's block of hypercalls: read, and asked about without a kernel. */
#ifndef HULL_CMD_POLICY_CALLS_H
#define HULL_CMD_POLICY_CALLS_H

#include <policy/language.h>
#include <cmd/policy.h>

/* Without a block all is allowed. false: it is wrong, and that has been said. */
bool policy_calls_read(const struct command *command, const char *file,
		       const struct group_policy *policy, struct policy_rules *rules);
/* "policy explain FILE hypercall CALLS [cpl=LEVEL,...]" */
enum status policy_calls_explain(const struct command *command, const struct args *args);
/* Each line of @tests's block is an expectation; counted in *@n, those that are met in *@good. */
enum status policy_calls_test(const struct command *command, const char *file,
			      const struct group_policy *policy, const char *tests_file,
			      const struct group_policy *tests, size_t *n, size_t *good);
/* Says what differs, a line each, counted in *@n. */
enum status policy_calls_diff(const struct command *command, char *const files[2],
			      const struct policy_loaded loaded[2], size_t *n);

#endif
