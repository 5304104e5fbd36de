// SPDX-License-Identifier: GPL-2.0-only
/* Words to rules: each action is a row. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <policy/lex.h>
#include <policy/language.h>

#define NAME_MAX_BYTES	64

struct parser {
	struct policy_lexer lexer;
	struct policy_word word;	/* the one to look at */
	const struct policy_names *names;
	struct policy_rules *rules;
	struct policy_error *error;
};

static bool fail(struct parser *parser, const struct policy_word *word, const char *why)
{
	struct policy_error *error = parser->error;
	size_t i;

	error->line = word->line;
	for (i = 0; i < word->len && i < sizeof(error->word) - 1; i++)
		error->word[i] = isascii(word->text[i]) && isprint(word->text[i]) ?
				 word->text[i] : '?';
	error->word[i] = '\0';
	snprintf(error->why, sizeof(error->why), "%s", why);
	return false;
}

static void next(struct parser *parser)
{
	policy_lex_next(&parser->lexer, &parser->word);
}

/* ---- actions -------------------------------------------------------------- */

typedef bool (*argument_fn)(struct parser *parser, const struct policy_word *value,
			    struct hull_policy_rule *rule);

static bool error_parse(struct parser *parser, const struct policy_word *value,
			struct hull_policy_rule *rule)
{
	int error;

	if (!policy_errno_parse(value->text, value->len, &error))
		return fail(parser, &parser->word, "no such error: a name as EPERM, or 1 to 4095");
	rule->error = (int16_t)-error;
	return true;
}

static bool count_parse(struct parser *parser, const struct policy_word *value, uint32_t *count)
{
	uint64_t number;

	if (!policy_number_parse(value->text, value->len, &number) || !number ||
	    number > UINT32_MAX)
		return fail(parser, &parser->word, "rate and burst are numbers from 1 on");
	*count = (uint32_t)number;
	return true;
}

static bool limit_parse(struct parser *parser, const struct policy_word *value,
			struct hull_policy_rule *rule)
{
	struct policy_word rate = *value, burst, error;

	if (policy_word_cut(&rate, ',', &error) && !error_parse(parser, &error, rule))
		return false;
	if (!policy_word_cut(&rate, '/', &burst))
		burst = rate;
	return count_parse(parser, &rate, &rule->rate) &&
	       count_parse(parser, &burst, &rule->burst);
}

/* @error: what it is when none is given. @argument: after '='; @needed: there must be one */
static const struct action {
	const char *word;
	enum hull_policy_action action;
	int error;
	argument_fn argument;
	bool needed;
} actions[] = {
	{ "allow", HULL_POLICY_ALLOW, 0, NULL, false },
	{ "deny", HULL_POLICY_DENY, EPERM, error_parse, false },
	{ "audit", HULL_POLICY_AUDIT, 0, NULL, false },
	{ "forward", HULL_POLICY_FORWARD, 0, NULL, false },
	{ "limit", HULL_POLICY_LIMIT, EAGAIN, limit_parse, true },
	{ "kill", HULL_POLICY_KILL, 0, NULL, false },
};

static bool action_parse(struct parser *parser, struct hull_policy_rule *rule)
{
	struct policy_word name = parser->word, value;
	bool given = policy_word_cut(&name, '=', &value);
	const struct action *row = NULL;
	size_t i;

	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (policy_word_is(&name, actions[i].word))
			row = &actions[i];
	if (!row && !name.len && !given)
		return fail(parser, &parser->word, "an action is missing");
	if (!row)
		return fail(parser, &parser->word,
			    "no action: allow, deny[=ERRNO], audit, forward, limit=RATE[/BURST][,ERRNO], kill");
	if (given && !row->argument)
		return fail(parser, &parser->word, "this action takes no value");
	if (!given && row->needed)
		return fail(parser, &parser->word, "a limit needs a rate: limit=RATE[/BURST][,ERRNO]");
	rule->action = (uint8_t)row->action;
	rule->error = (int16_t)-row->error;
	if (given && !row->argument(parser, &value, rule))
		return false;
	next(parser);
	return true;
}

/* ---- which calls, from where ---------------------------------------------- */

static bool range_word(const struct policy_word *word, struct hull_policy_rule *rule)
{
	const struct policy_range *row;

	rule->first = 0;
	rule->last = HULL_HYPERCALL_NUMBERS - 1;
	if (policy_word_is(word, "all"))
		return true;
	for (row = policy_ranges; row->word; row++) {
		if (policy_word_is(word, row->word)) {
			rule->first = row->first;
			rule->last = row->last;
			return true;
		}
	}
	return false;
}

static bool name_find(struct parser *parser, const struct policy_word *word, uint32_t *number)
{
	const struct policy_names *names = parser->names;
	const struct policy_call *call;
	char name[NAME_MAX_BYTES];

	if (word->len >= sizeof(name) || memchr(word->text, '\0', word->len))
		return false;
	memcpy(name, word->text, word->len);
	name[word->len] = '\0';
	call = policy_call_by_name(name);
	if (call)
		*number = call->number;
	return call || (names && names->number && names->number(names->data, name, number) &&
			*number < HULL_HYPERCALL_NUMBERS);
}

static bool numbers_parse(struct parser *parser, struct hull_policy_rule *rule)
{
	struct policy_word first = parser->word, last;

	if (!policy_word_cut(&first, '-', &last))
		last = first;
	if (!policy_call_number(first.text, first.len, &rule->first) ||
	    !policy_call_number(last.text, last.len, &rule->last))
		return fail(parser, &parser->word,
			    "not a number of Hull's calls, 0x48750000 to 0x487503ff");
	if (rule->first > rule->last)
		return fail(parser, &parser->word, "the range ends before it begins");
	return true;
}

static bool calls_parse(struct parser *parser, struct hull_policy_rule *rule)
{
	const struct policy_word *word = &parser->word;
	bool ok = true;

	if (isdigit((unsigned char)*word->text)) {
		ok = numbers_parse(parser, rule);
	} else if (!range_word(word, rule)) {
		if (!name_find(parser, word, &rule->first))
			return fail(parser, word, "no such call; vmctl hypercall list has them");
		rule->last = rule->first;
	}
	if (ok)
		next(parser);
	return ok;
}

static bool cpls_parse(struct parser *parser, struct hull_policy_rule *rule)
{
	struct policy_word levels, rest;
	bool more;

	rule->cpls = 0xf;
	if (!policy_word_begins(&parser->word, "cpl=", &levels))
		return true;
	rule->cpls = 0;
	do {
		more = policy_word_cut(&levels, ',', &rest);
		if (levels.len != 1 || *levels.text < '0' || *levels.text > '3')
			return fail(parser, &parser->word,
				    "privilege levels are 0 to 3, with commas between");
		rule->cpls |= (uint8_t)(1u << (*levels.text - '0'));
		levels = rest;
	} while (more);
	next(parser);
	return true;
}

static bool default_parse(struct parser *parser)
{
	struct policy_rules *rules = parser->rules;

	if (rules->line[0])
		return fail(parser, &parser->word, "there is a default already");
	rules->line[0] = parser->word.line;
	next(parser);
	return action_parse(parser, &rules->rule[0]);
}

static bool rule_parse(struct parser *parser)
{
	struct policy_rules *rules = parser->rules;
	struct hull_policy_rule rule = { 0 };

	if (policy_word_is(&parser->word, "default"))
		return default_parse(parser);
	if (rules->n == HULL_POLICY_RULES_MAX)
		return fail(parser, &parser->word,
			    "too many rules: 64, the default among them, is the most");
	rules->line[rules->n] = parser->word.line;
	if (!calls_parse(parser, &rule) || !cpls_parse(parser, &rule) ||
	    !action_parse(parser, &rule))
		return false;
	rules->rule[rules->n++] = rule;
	return true;
}

bool policy_parse(const char *text, size_t size, const struct policy_names *names,
		  struct policy_rules *rules, struct policy_error *error)
{
	struct parser parser = { .names = names, .rules = rules, .error = error };

	memset(rules, 0, sizeof(*rules));
	memset(error, 0, sizeof(*error));
	rules->n = 1;
	rules->rule[0].last = HULL_HYPERCALL_NUMBERS - 1;
	rules->rule[0].cpls = 0xf;
	policy_lex_begin(&parser.lexer, text, size);
	next(&parser);
	while (parser.word.len)
		if (!rule_parse(&parser))
			return false;
	return true;
}
