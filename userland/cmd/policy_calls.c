// SPDX-License-Identifier: GPL-2.0-only
/* What a policy's block of hypercalls says, asked of the evaluator that the module has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmd/output.h>
#include <cmd/policy_calls.h>

#define CPLS	4u
#define TEXT	256

bool policy_calls_read(const struct command *command, const char *file,
		       const struct group_policy *policy, struct policy_rules *rules)
{
	static const struct hull_policy_rule all = {
		.last = HULL_HYPERCALL_NUMBERS - 1, .cpls = 0xf, .action = HULL_POLICY_ALLOW,
	};
	struct policy_error error;

	*rules = (struct policy_rules){ .n = 1, .rule[0] = all };
	if (!policy->calls || policy_parse(policy->calls, policy->calls_size, NULL, rules, &error))
		return true;
	command_complain(command, "%s:%u: '%s': %s", file, policy->calls_line + error.line - 1,
			 error.word, error.why);
	return false;
}

/* A block as it is evaluated, and where it was written. */
struct block {
	struct policy_rules rules;
	struct hull_policy_calls calls;
	const char *file;
	unsigned int line;
};

static bool block_read(const struct command *command, const char *file,
		       const struct group_policy *policy, struct block *block)
{
	const char *why;
	uint32_t bad;

	block->file = file;
	block->line = policy->calls_line;
	if (!policy_calls_read(command, file, policy, &block->rules))
		return false;
	if (!hull_policy_calls_compile(&block->calls, block->rules.rule, block->rules.n, &why,
				       &bad))
		return true;
	command_complain(command, "%s:%u: %s", file, block->line + block->rules.line[bad] - 1, why);
	return false;
}

static uint32_t rule_of(const struct block *block, uint32_t number, uint32_t cpl)
{
	return hull_policy_calls_find(&block->calls, number, cpl);
}

static bool same_action(const struct hull_policy_rule *a, const struct hull_policy_rule *b)
{
	return a->action == b->action && a->error == b->error && a->rate == b->rate &&
	       a->burst == b->burst;
}

/* "hypercall CALLS cpl=LEVELS" */
static void subject_text(const struct hull_policy_rule *of, char *text, size_t size)
{
	char calls[POLICY_TEXT_MAX], cpls[POLICY_TEXT_MAX];

	policy_calls_text(of, false, NULL, calls, sizeof(calls));
	policy_cpls_text(of, cpls, sizeof(cpls));
	snprintf(text, size, "hypercall %s cpl=%s", calls, cpls);
}

/* ---- explain ------------------------------------------------------------------------ */

static void answer_text(const struct block *block, const struct hull_policy_rule *of, uint32_t n)
{
	char subject[TEXT], action[POLICY_TEXT_MAX], rule[2 * POLICY_TEXT_MAX];

	subject_text(of, subject, sizeof(subject));
	policy_action_text(&block->rules.rule[n], action, sizeof(action));
	printf("%s: %s, %s\n", subject, action, n ? "by its number" : "by default");
	policy_rule_text(&block->rules.rule[n], !n, NULL, rule, sizeof(rule));
	if (block->rules.line[n])
		printf("\t%s:%u: %s\n", block->file, block->line + block->rules.line[n] - 1, rule);
}

static void answer_json(const struct block *block, const struct hull_policy_rule *of, uint32_t n)
{
	char text[TEXT];
	json_t *json = json_object();

	json_put_text(json, "class", "hypercall");
	policy_calls_text(of, false, NULL, text, sizeof(text));
	json_put_text(json, "object", text);
	policy_cpls_text(of, text, sizeof(text));
	json_put_text(json, "cpl", text);
	policy_action_text(&block->rules.rule[n], text, sizeof(text));
	json_put_text(json, "action", text);
	json_put_text(json, "where", n ? "by its number" : "by default");
	json_put_text(json, "file", block->file);
	json_put_u64(json, "line",
		     block->rules.line[n] ? block->line + block->rules.line[n] - 1 : 0);
	policy_rule_text(&block->rules.rule[n], !n, NULL, text, sizeof(text));
	json_put_text(json, "rule", text);
	json_end(json);
}

/* Have @cpls the same rules for @a and @b? */
static bool alike(const struct block *block, uint32_t a, uint32_t b, uint32_t cpls)
{
	uint32_t cpl;

	for (cpl = 0; cpl < CPLS; cpl++)
		if ((cpls & 1u << cpl) && rule_of(block, a, cpl) != rule_of(block, b, cpl))
			return false;
	return true;
}

/* Calls that the same rules are about are one answer; levels likewise. */
static void answers(const struct block *block, const struct hull_policy_rule *asked, bool as_json)
{
	struct hull_policy_rule of;
	uint32_t at, next, cpl, left, n;

	for (at = asked->first; at <= asked->last; at = next) {
		for (next = at + 1; next <= asked->last && alike(block, at, next, asked->cpls);)
			next++;
		of = (struct hull_policy_rule){ .first = at, .last = next - 1 };
		for (left = asked->cpls; left; left &= ~(uint32_t)of.cpls) {
			n = rule_of(block, at, (uint32_t)__builtin_ctz(left));
			of.cpls = 0;
			for (cpl = 0; cpl < CPLS; cpl++)
				if ((left & 1u << cpl) && rule_of(block, at, cpl) == n)
					of.cpls |= 1u << cpl;
			(as_json ? answer_json : answer_text)(block, &of, n);
		}
	}
}

/* What is asked is written as a rule is, but for its action. */
static bool asked_parse(const struct command *command, int n, char *const *words,
			struct policy_rules *asked)
{
	struct policy_error error;
	char text[256] = "";
	int i, len = 0;

	for (i = 0; i < n && len < (int)sizeof(text); i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%s ", words[i]);
	if (n && len + 6 < (int)sizeof(text)) {
		strcat(text, "allow");
		if (!policy_parse(text, strlen(text), NULL, asked, &error)) {
			command_complain(command, "'%s': %s", error.word, error.why);
			return false;
		}
		if (asked->n == 2)
			return true;
	}
	command_complain(command, "no request: hypercall CALLS [cpl=LEVEL,...]");
	return false;
}

enum status policy_calls_explain(const struct command *command, const struct args *args)
{
	struct policy_loaded loaded;
	enum status status = policy_load(command, args->words[0], false, &loaded);
	struct block *block = malloc(sizeof(*block));
	struct policy_rules asked;

	if (status == STATUS_OK && (!block || !block_read(command, args->words[0], &loaded.policy,
							   block)))
		status = STATUS_FAILURE;
	if (status == STATUS_OK &&
	    !asked_parse(command, args->n_words - 2, args->words + 2, &asked))
		status = STATUS_USAGE;
	if (status == STATUS_OK)
		answers(block, &asked.rule[1], args->json);
	free(block);
	policy_unload(&loaded);
	return status;
}

/* ---- test ------------------------------------------------------------------------------ */

/* Has expectation @n a call that is decided otherwise? Then that has been said. */
static bool expectation_fails(const struct block *got, const struct block *want, uint32_t n)
{
	const struct hull_policy_rule *expected = &want->rules.rule[n], *is;
	char subject[TEXT], action[POLICY_TEXT_MAX], rule[2 * POLICY_TEXT_MAX];
	struct hull_policy_rule of;
	uint32_t number, cpl, decided;

	for (number = 0; number < HULL_HYPERCALL_NUMBERS; number++) {
		for (cpl = 0; cpl < CPLS; cpl++) {
			decided = rule_of(got, number, cpl);
			is = &got->rules.rule[decided];
			if (rule_of(want, number, cpl) != n || same_action(expected, is))
				continue;
			of = (struct hull_policy_rule){
				.first = number, .last = number, .cpls = (uint8_t)(1u << cpl),
			};
			subject_text(&of, subject, sizeof(subject));
			policy_action_text(is, action, sizeof(action));
			policy_rule_text(expected, !n, NULL, rule, sizeof(rule));
			printf("%s:%u: %s: %s is %s, %s (line %u)\n", want->file,
			       want->line + want->rules.line[n] - 1, rule, subject, action,
			       decided ? "by its number" : "by default",
			       got->rules.line[decided] ?
					got->line + got->rules.line[decided] - 1 : 0);
			return true;
		}
	}
	return false;
}

enum status policy_calls_test(const struct command *command, const char *file,
			      const struct group_policy *policy, const char *tests_file,
			      const struct group_policy *tests, size_t *n, size_t *good)
{
	struct block *got = malloc(sizeof(*got)), *want = malloc(sizeof(*want));
	enum status status = STATUS_FAILURE;
	uint32_t i;

	if (!got || !want)
		command_complain(command, "out of memory");
	else if (block_read(command, file, policy, got) &&
		 block_read(command, tests_file, tests, want))
		status = STATUS_OK;
	for (i = 0; status == STATUS_OK && i < want->rules.n; i++) {
		if (!want->rules.line[i])
			continue;
		++*n;
		*good += !expectation_fails(got, want, i);
	}
	free(got);
	free(want);
	return status;
}

/* ---- diff ------------------------------------------------------------------------------- */

/* What becomes of a call; equal for two of them: they are one line. */
struct change {
	struct hull_policy_rule before, after;
};

static struct change change_of(const struct block sets[2], uint32_t number, uint32_t cpl)
{
	return (struct change){ sets[0].rules.rule[rule_of(&sets[0], number, cpl)],
				sets[1].rules.rule[rule_of(&sets[1], number, cpl)] };
}

static bool change_same(const struct change *a, const struct change *b)
{
	return same_action(&a->before, &b->before) && same_action(&a->after, &b->after);
}

/* At all levels the same becomes of @a and @b. */
static bool change_alike(const struct block sets[2], uint32_t a, uint32_t b)
{
	struct change of_a, of_b;
	uint32_t cpl;

	for (cpl = 0; cpl < CPLS; cpl++) {
		of_a = change_of(sets, a, cpl);
		of_b = change_of(sets, b, cpl);
		if (!change_same(&of_a, &of_b))
			return false;
	}
	return true;
}

static void change_print(const struct hull_policy_rule *of, const struct change *change)
{
	char subject[TEXT], before[POLICY_TEXT_MAX], after[POLICY_TEXT_MAX];

	subject_text(of, subject, sizeof(subject));
	policy_action_text(&change->before, before, sizeof(before));
	policy_action_text(&change->after, after, sizeof(after));
	printf("%s: %s -> %s\n", subject, before, after);
}

/* Calls @first to @last, of which the same becomes at each level. */
static size_t range_diff(const struct block sets[2], uint32_t first, uint32_t last)
{
	struct hull_policy_rule of = { .first = first, .last = last };
	struct change change, other;
	uint32_t left = 0xf, cpl;
	size_t n = 0;

	for (; left; left &= ~(uint32_t)of.cpls) {
		change = change_of(sets, first, (uint32_t)__builtin_ctz(left));
		of.cpls = 0;
		for (cpl = 0; cpl < CPLS; cpl++) {
			other = change_of(sets, first, cpl);
			if ((left & 1u << cpl) && change_same(&change, &other))
				of.cpls |= (uint8_t)(1u << cpl);
		}
		if (same_action(&change.before, &change.after))
			continue;
		change_print(&of, &change);
		n++;
	}
	return n;
}

enum status policy_calls_diff(const struct command *command, char *const files[2],
			      const struct policy_loaded loaded[2], size_t *n)
{
	struct block *sets = calloc(2, sizeof(*sets));
	enum status status = STATUS_FAILURE;
	uint32_t at, next;

	if (!sets)
		command_complain(command, "out of memory");
	else if (block_read(command, files[0], &loaded[0].policy, &sets[0]) &&
		 block_read(command, files[1], &loaded[1].policy, &sets[1]))
		status = STATUS_OK;
	for (at = 0; status == STATUS_OK && at < HULL_HYPERCALL_NUMBERS; at = next) {
		for (next = at + 1; next < HULL_HYPERCALL_NUMBERS && change_alike(sets, at, next);)
			next++;
		*n += range_diff(sets, at, next - 1);
	}
	free(sets);
	return status;
}
