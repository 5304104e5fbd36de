/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy language: text to rules, rules to text. Pure: no files, no kernel.
 *
 *	policy:	{ rule | "default" action }
 *	rule:	calls [ "cpl=" level { "," level } ] action
 *	calls:	number [ "-" number ] | name | "own" | "module" | "user" | "bpf" | "all"
 *	action:	"allow" | "deny" [ "=" errno ] | "audit" | "forward" | "kill" |
 *		"limit=" rate [ "/" burst ] [ "," errno ]
 *
 * Words are separated by blanks and newlines; # begins a comment. A number is what the
 * guest says, or below 0x400 an offset in Hull's range. Later rules are over earlier
 * ones; what no rule is for is the default's, which is allow where nothing else is said.
 */
#ifndef HULL_POLICY_LANGUAGE_H
#define HULL_POLICY_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <hull/policy.h>

/* Rule 0 is the default. @line: where each one begins, from 1; 0: nowhere in the text */
struct policy_rules {
	uint32_t n;
	struct hull_policy_rule rule[HULL_POLICY_RULES_MAX];
	unsigned int line[HULL_POLICY_RULES_MAX];
};

/* @word: at fault, shortened, printable; "": the end of the text */
struct policy_error {
	unsigned int line;
	char word[64];
	char why[128];
};

/*
 * Names beside those of Hull's own calls: *@number (an offset) of @name, and the name
 * of @number, or false, NULL. Each may be NULL.
 */
struct policy_names {
	bool (*number)(void *data, const char *name, uint32_t *number);
	const char *(*name)(void *data, uint32_t number);
	void *data;
};

/** policy_parse - @names may be NULL; false: see *@error */
bool policy_parse(const char *text, size_t size, const struct policy_names *names,
		  struct policy_rules *rules, struct policy_error *error);

/* What a rule is for, its levels, its action; each as in the language. @names: may be NULL */
#define POLICY_TEXT_MAX	96
void policy_calls_text(const struct hull_policy_rule *rule, bool is_default,
		       const struct policy_names *names, char *text, size_t size);
void policy_cpls_text(const struct hull_policy_rule *rule, char *text, size_t size);
void policy_action_text(const struct hull_policy_rule *rule, char *text, size_t size);
/* All of a rule; of the default without "cpl=". */
void policy_rule_text(const struct hull_policy_rule *rule, bool is_default,
		      const struct policy_names *names, char *text, size_t size);

/* --- names.c --------------------------------------------------------------- */

/* Hull's own calls, from hull/hypercalls.def. @name: "hull_log"; a NULL name ends it. */
struct policy_call {
	const char *name;
	uint32_t number;		/* offset */
	unsigned int arguments, cpl;
	const char *mode;		/* "FAST", "SLOW", "RING" */
};

extern const struct policy_call policy_calls[];

/* Ranges with a name; a NULL word ends it. @who: answers them */
struct policy_range {
	const char *word;
	uint32_t first, last;		/* offsets */
	const char *who;
};

extern const struct policy_range policy_ranges[];

const struct policy_call *policy_call_by_number(uint32_t number);
/* "hull_log" or "log" */
const struct policy_call *policy_call_by_name(const char *name);
/* "own", "module", ...: of an offset below HULL_HYPERCALL_NUMBERS */
const struct policy_range *policy_range_of(uint32_t number);
/* decimal or 0x: all of @text or nothing */
bool policy_number_parse(const char *text, size_t len, uint64_t *value);
/* as in the language: what the guest says, or an offset; false: not a number of ours */
bool policy_call_number(const char *text, size_t len, uint32_t *offset);
/* "EPERM" or "1": 1 to 4095 */
bool policy_errno_parse(const char *text, size_t len, int *error);

#endif
