// SPDX-License-Identifier: GPL-2.0-only
/* Statements of the policy language: a row a keyword. Objects are in group_objects.c. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <policy/group_private.h>
#include <policy/language.h>

bool group_fail(struct group_parser *parser, const struct group_token *token,
		const char *format, ...)
{
	struct group_error *error = parser->error;
	size_t i, len = (size_t)(token->end - token->begin);
	va_list args;

	snprintf(error->file, sizeof(error->file), "%s", parser->file);
	error->line = token->line;
	error->column = token->column;
	for (i = 0; i < len && i < sizeof(error->found) - 1 && token->begin[i] != '\n'; i++)
		error->found[i] = isascii(token->begin[i]) && isprint(token->begin[i]) ?
				  token->begin[i] : '?';
	error->found[i] = '\0';
	va_start(args, format);
	vsnprintf(error->why, sizeof(error->why), format, args);
	va_end(args);
	return false;
}

void group_next(struct group_parser *parser)
{
	parser->last_end = parser->token.end;
	group_lex_next(&parser->lexer, &parser->token);
}

bool group_token_is(const struct group_parser *parser, const char *word)
{
	return parser->token.kind == TOKEN_WORD && !strcmp(parser->token.text, word);
}

bool group_at_end(const struct group_parser *parser)
{
	return parser->token.kind == TOKEN_END || parser->token.kind == TOKEN_NEWLINE ||
	       parser->token.kind == TOKEN_CLOSE;
}

static bool end_expect(struct group_parser *parser)
{
	return group_at_end(parser) ||
	       group_fail(parser, &parser->token, "expected the end of the line");
}

/* ---- other statements ------------------------------------------------------------------ */

static bool mode_parse(struct group_parser *parser)
{
	unsigned int i;

	group_next(parser);
	for (i = 0; i < __HULL_MODE_MAX; i++) {
		if (!group_token_is(parser, group_modes[i]))
			continue;
		parser->policy->mode = i;
		group_next(parser);
		return end_expect(parser);
	}
	return group_fail(parser, &parser->token, "expected a mode: enforce, audit or learn");
}

static bool set_parse(struct group_parser *parser)
{
	struct group_variable *variable = group_alloc(parser->arena, sizeof(*variable));
	struct group_words words = { 0 };
	size_t i;

	group_next(parser);
	if (parser->token.kind != TOKEN_WORD || !group_name_is(parser->token.text) ||
	    strchr(parser->token.text, '-'))
		return group_fail(parser, &parser->token, "expected the name of a variable");
	variable->name = parser->token.text;
	group_next(parser);
	if (parser->token.kind != TOKEN_EQUAL)
		return group_fail(parser, &parser->token, "expected =");
	group_next(parser);
	if (!group_words_read(parser, &words))
		return false;
	variable->values = group_alloc(parser->arena, (words.n + 1) * sizeof(char *));
	for (i = 0; i < words.n; i++)
		variable->values[i] = words.word[i].text;
	variable->n = words.n;
	variable->next = parser->variables;
	parser->variables = variable;
	return true;
}

static bool statements_parse(struct group_parser *parser, bool in_block);

static bool include_text(struct group_parser *parser, const char *name, const char *text,
			 size_t size)
{
	struct group_lexer lexer = parser->lexer;
	struct group_token token = parser->token;
	const char *file = parser->file;
	bool ok;

	parser->depth++;
	parser->text_left -= size;
	parser->file = name;
	group_lex_begin(&parser->lexer, text, size, parser->arena);
	group_next(parser);
	ok = statements_parse(parser, false);
	parser->depth--;
	parser->file = file;
	parser->lexer = lexer;
	parser->token = token;
	return ok;
}

static bool include_parse(struct group_parser *parser)
{
	struct group_token at;
	const char *why = "there are no files here", *name;
	char *read = NULL;
	size_t size = 0, len;
	bool system;

	group_next(parser);
	at = parser->token;
	len = strlen(at.text);
	system = at.kind == TOKEN_WORD && len > 2 && *at.text == '<' && at.text[len - 1] == '>';
	if (at.kind != TOKEN_STRING && !system)
		return group_fail(parser, &at, "expected \"FILE\", or <NAME> of a ready policy");
	name = system ? group_copy(parser->arena, at.text + 1, len - 2) : at.text;
	group_next(parser);
	if (!end_expect(parser))
		return false;
	if (parser->depth == GROUP_DEPTH_MAX)
		return group_fail(parser, &at, "files include files more than %u deep",
				  GROUP_DEPTH_MAX);
	if (parser->reader)
		read = parser->reader->read(parser->reader->data, name, system, &size, &why);
	if (read && size <= parser->text_left) {
		const char *text = group_copy(parser->arena, read, size);

		free(read);
		return include_text(parser, name, text, size);
	}
	if (read)
		why = "all files together are too long";
	free(read);
	return group_fail(parser, &at, "%s", why);
}

static bool policy_block(struct group_parser *parser)
{
	struct group_policy *policy = parser->policy;
	unsigned int i, outer = parser->sub;

	group_next(parser);
	if (parser->token.kind != TOKEN_WORD || !group_name_is(parser->token.text))
		return group_fail(parser, &parser->token, "expected a name for the policy");
	if (outer)
		return group_fail(parser, &parser->token, "a policy in a policy in a policy");
	for (i = 0; i < policy->n_subs; i++)
		if (!strcmp(policy->subs[i], parser->token.text))
			return group_fail(parser, &parser->token,
					  "there is a policy of this name already");
	if (i == HULL_BLOB_SUBS_MAX)
		return group_fail(parser, &parser->token, "too many policies: %u is the most",
				  HULL_BLOB_SUBS_MAX - 1);
	policy->subs[policy->n_subs++] = parser->token.text;
	group_next(parser);
	if (parser->token.kind != TOKEN_OPEN)
		return group_fail(parser, &parser->token, "expected {");
	group_next(parser);
	parser->sub = i;
	if (!statements_parse(parser, true))
		return false;
	parser->sub = outer;
	if (parser->token.kind != TOKEN_CLOSE)
		return group_fail(parser, &parser->token, "expected }");
	group_next(parser);
	return end_expect(parser);
}

/* The text between the braces is policy_parse()'s. */
static bool calls_block(struct group_parser *parser)
{
	struct group_policy *policy = parser->policy;
	const char *begin;

	if (policy->calls)
		return group_fail(parser, &parser->token, "there is a block of hypercalls already");
	group_next(parser);
	if (parser->token.kind != TOKEN_OPEN)
		return group_fail(parser, &parser->token, "expected {");
	begin = parser->token.end;
	policy->calls_line = parser->token.line;
	do
		group_next(parser);
	while (parser->token.kind != TOKEN_CLOSE && parser->token.kind != TOKEN_END);
	if (parser->token.kind != TOKEN_CLOSE)
		return group_fail(parser, &parser->token, "expected }");
	policy->calls_size = (size_t)(parser->token.begin - begin);
	policy->calls = group_copy(parser->arena, begin, policy->calls_size);
	group_next(parser);
	return end_expect(parser);
}

static const struct {
	const char *word;
	bool (*parse)(struct group_parser *parser);
	bool in_block;
} statements[] = {
	{ "mode", mode_parse, false },
	{ "set", set_parse, true },
	{ "default", group_default_parse, true },
	{ "include", include_parse, true },
	{ "policy", policy_block, false },
	{ "hypercalls", calls_block, false },
};

static bool statement_parse(struct group_parser *parser)
{
	unsigned int action;
	size_t i;

	for (i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		if (!group_token_is(parser, statements[i].word))
			continue;
		if (parser->sub && !statements[i].in_block)
			return group_fail(parser, &parser->token, "this is not for within a policy");
		return statements[i].parse(parser);
	}
	if (parser->token.kind == TOKEN_WORD && group_action_is(parser->token.text, &action))
		return group_rule_parse(parser, action);
	if (parser->token.kind == TOKEN_BAD)
		return group_fail(parser, &parser->token, "%s", parser->token.text);
	return group_fail(parser, &parser->token,
			  "expected an action (allow, deny, audit, limit, ask, freeze, kill), default, set, include, mode, policy or hypercalls");
}

static bool statements_parse(struct group_parser *parser, bool in_block)
{
	for (;;) {
		while (parser->token.kind == TOKEN_NEWLINE)
			group_next(parser);
		if (parser->token.kind == TOKEN_END ||
		    (in_block && parser->token.kind == TOKEN_CLOSE))
			return true;
		if (!statement_parse(parser))
			return false;
	}
}

static bool transitions_resolve(struct group_parser *parser)
{
	struct group_policy *policy = parser->policy;
	struct group_token at = { .kind = TOKEN_WORD };
	unsigned int sub;
	size_t i;

	for (i = 1; i < policy->n_rules; i++) {
		struct group_rule *rule = &policy->rules[i];

		if (!rule->to)
			continue;
		for (sub = 0; sub < policy->n_subs && strcmp(policy->subs[sub], rule->to); sub++)
			;
		rule->blob.sub = (uint16_t)sub;
		if (sub < policy->n_subs)
			continue;
		at.begin = rule->to;
		at.end = rule->to + strlen(rule->to);
		at.line = rule->line;
		at.column = rule->column;
		parser->file = rule->file;
		return group_fail(parser, &at, "there is no policy of this name");
	}
	return true;
}

bool group_parse(struct group_policy *policy, const char *file, const char *text, size_t size,
		 const struct group_reader *reader, struct group_error *error)
{
	struct group_parser parser = {
		.policy = policy, .reader = reader, .error = error, .file = file,
		.text_left = GROUP_TEXT_MAX,
	};

	memset(policy, 0, sizeof(*policy));
	memset(error, 0, sizeof(*error));
	policy->arena = group_arena_new();
	parser.arena = policy->arena;
	policy->n_subs = 1;
	policy->subs[0] = "main";
	policy->rules = group_grow(parser.arena, NULL, 0, sizeof(*policy->rules));
	policy->items = group_grow(parser.arena, NULL, 0, sizeof(*policy->items));
	policy->defaults = group_grow(parser.arena, NULL, 0, sizeof(*policy->defaults));
	policy->rules[policy->n_rules++] = (struct group_rule){
		.file = "", .text = "", .blob.sub = HULL_SUB_SAME,
	};
	parser.file = group_copy(parser.arena, file, strlen(file));
	text = group_copy(parser.arena, text, size);
	group_lex_begin(&parser.lexer, text, size, parser.arena);
	group_next(&parser);
	return statements_parse(&parser, false) && transitions_resolve(&parser);
}

void group_policy_free(struct group_policy *policy)
{
	group_arena_free(policy->arena);
	policy->arena = NULL;
}
