// SPDX-License-Identifier: GPL-2.0-only
/* Rules to text, in the language that parse.c reads. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <policy/language.h>

__attribute__((format(printf, 3, 4)))
static void append(char *text, size_t size, const char *format, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + len, size - len, format, args);
	va_end(args);
}

static const char *range_word(const struct hull_policy_rule *rule)
{
	const struct policy_range *row = policy_range_of(rule->first);

	if (!rule->first && rule->last == HULL_HYPERCALL_NUMBERS - 1)
		return "all";
	return row->first == rule->first && row->last == rule->last ? row->word : NULL;
}

/* Would the parser take it for a call's name, and for no other thing's? */
static bool name_plain(const char *name)
{
	const struct policy_range *row;
	const char *at;

	if (isdigit((unsigned char)*name) || !strcmp(name, "all") || !strcmp(name, "default") ||
	    policy_call_by_name(name))
		return false;
	for (row = policy_ranges; row->word; row++)
		if (!strcmp(name, row->word))
			return false;
	for (at = name; *at; at++)
		if (!isascii((unsigned char)*at) || (!isalnum((unsigned char)*at) &&
						     !strchr("_.-", *at)))
			return false;
	return at > name;
}

static const char *call_name(uint32_t number, const struct policy_names *names)
{
	const struct policy_call *call = policy_call_by_number(number);
	const char *name = NULL;

	if (call)
		return call->name;
	if (names && names->name)
		name = names->name(names->data, number);
	return name && name_plain(name) ? name : NULL;
}

void policy_calls_text(const struct hull_policy_rule *rule, bool is_default,
		       const struct policy_names *names, char *text, size_t size)
{
	const char *word = is_default ? "default" : range_word(rule);

	if (!word && rule->first == rule->last)
		word = call_name(rule->first, names);
	if (word)
		snprintf(text, size, "%s", word);
	else if (rule->first == rule->last)
		snprintf(text, size, "%#x", HULL_HYPERCALL_BASE + rule->first);
	else
		snprintf(text, size, "%#x-%#x", HULL_HYPERCALL_BASE + rule->first,
			 HULL_HYPERCALL_BASE + rule->last);
}

void policy_cpls_text(const struct hull_policy_rule *rule, char *text, size_t size)
{
	unsigned int cpl;

	text[0] = '\0';
	for (cpl = 0; cpl < 4; cpl++)
		if (rule->cpls & (1u << cpl))
			append(text, size, "%s%u", *text ? "," : "", cpl);
}

static void error_append(const struct hull_policy_rule *rule, const char *before, char *text,
			 size_t size)
{
	const char *name = strerrorname_np(-rule->error);

	if (name)
		append(text, size, "%s%s", before, name);
	else
		append(text, size, "%s%d", before, -rule->error);
}

void policy_action_text(const struct hull_policy_rule *rule, char *text, size_t size)
{
	static const char *const words[__HULL_POLICY_MAX] = {
		[HULL_POLICY_ALLOW] = "allow",
		[HULL_POLICY_DENY] = "deny",
		[HULL_POLICY_AUDIT] = "audit",
		[HULL_POLICY_FORWARD] = "forward",
		[HULL_POLICY_LIMIT] = "limit",
		[HULL_POLICY_KILL] = "kill",
	};

	snprintf(text, size, "%s", rule->action < __HULL_POLICY_MAX ? words[rule->action] : "?");
	if (rule->action == HULL_POLICY_DENY)
		error_append(rule, "=", text, size);
	if (rule->action == HULL_POLICY_LIMIT) {
		append(text, size, "=%u/%u", rule->rate, rule->burst);
		error_append(rule, ",", text, size);
	}
}

void policy_rule_text(const struct hull_policy_rule *rule, bool is_default,
		      const struct policy_names *names, char *text, size_t size)
{
	char part[POLICY_TEXT_MAX];

	policy_calls_text(rule, is_default, names, text, size);
	if (rule->cpls != 0xf) {
		policy_cpls_text(rule, part, sizeof(part));
		append(text, size, " cpl=%s", part);
	}
	policy_action_text(rule, part, sizeof(part));
	append(text, size, " %s", part);
}
