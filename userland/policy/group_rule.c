// SPDX-License-Identifier: GPL-2.0-only
/* Rules: words with variables in them, actions, permissions. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <policy/group_private.h>
#include <policy/language.h>

#define WORDS_MAX	4096u
#define TEXT_SHOWN	200u
#define ASK_MS		5000u

bool group_name_is(const char *text)
{
	size_t len = strlen(text);

	return len && len <= GROUP_NAME_MAX && !isdigit((unsigned char)*text) &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == len;
}

/* ---- words and variables ------------------------------------------------------- */

const struct group_word *group_word(const struct group_words *words)
{
	return words->i < words->n ? &words->word[words->i] : NULL;
}

bool group_word_take(struct group_words *words, const char *keyword)
{
	const struct group_word *word = group_word(words);

	if (!word || word->quoted || strcmp(word->text, keyword))
		return false;
	words->i++;
	return true;
}

const struct group_token *group_word_at(const struct group_words *words)
{
	return words->i < words->n ? &words->word[words->i].at : &words->end;
}

static bool word_add(struct group_parser *parser, struct group_words *words, const char *text,
		     const struct group_token *at)
{
	if (words->n == WORDS_MAX)
		return group_fail(parser, at, "too many words in one rule: %u is the most",
				  WORDS_MAX);
	if (strlen(text) > HULL_BLOB_STRING_MAX)
		return group_fail(parser, at, "a word is longer than %u bytes",
				  HULL_BLOB_STRING_MAX);
	words->word = group_grow(parser->arena, words->word, words->n, sizeof(*words->word));
	words->word[words->n++] = (struct group_word){
		.text = text, .quoted = at->kind == TOKEN_STRING, .at = *at,
	};
	return true;
}

static struct group_variable *variable_find(struct group_parser *parser, const char *name,
					    size_t len)
{
	struct group_variable *variable;

	for (variable = parser->variables; variable; variable = variable->next)
		if (strlen(variable->name) == len && !memcmp(variable->name, name, len))
			return variable;
	return NULL;
}

/* "$name" or "$name/rest": as many words as the variable has. */
static bool word_expand(struct group_parser *parser, struct group_words *words)
{
	const struct group_token *at = &parser->token;
	const struct group_variable *variable;
	const char *rest = at->text + 1;
	size_t i;

	if (at->kind != TOKEN_WORD || *at->text != '$')
		return word_add(parser, words, at->text, at);
	while (isalnum((unsigned char)*rest) || *rest == '_')
		rest++;
	variable = variable_find(parser, at->text + 1, (size_t)(rest - at->text) - 1);
	if (!variable)
		return group_fail(parser, at, "there is no such variable; set NAME = VALUE makes one");
	for (i = 0; i < variable->n; i++)
		if (!word_add(parser, words, *rest ? group_print(parser->arena, "%s%s",
								 variable->values[i], rest) :
			      variable->values[i], at))
			return false;
	return true;
}

/* To the end of the statement; behind a comma it goes on on the next line. */
bool group_words_read(struct group_parser *parser, struct group_words *words)
{
	bool comma = false;

	for (; !group_at_end(parser) || (comma && parser->token.kind == TOKEN_NEWLINE);
	     group_next(parser)) {
		if (parser->token.kind == TOKEN_NEWLINE)
			continue;
		comma = parser->token.kind == TOKEN_COMMA;
		if (comma)
			continue;
		if (parser->token.kind == TOKEN_BAD)
			return group_fail(parser, &parser->token, "%s", parser->token.text);
		if (parser->token.kind != TOKEN_WORD && parser->token.kind != TOKEN_STRING)
			return group_fail(parser, &parser->token, "expected a word");
		if (!word_expand(parser, words))
			return false;
	}
	words->end = parser->token;
	return !comma || group_fail(parser, &parser->token, "expected a word behind the comma");
}

/* ---- actions --------------------------------------------------------------------- */

bool group_action_is(const char *text, unsigned int *action)
{
	for (*action = 0; *action < __HULL_DO_MAX; ++*action)
		if (!strcmp(group_actions[*action], text))
			return true;
	return false;
}

static bool errno_read(struct group_parser *parser, struct group_rule *rule)
{
	int error;

	if (parser->token.kind != TOKEN_WORD ||
	    !policy_errno_parse(parser->token.text, strlen(parser->token.text), &error))
		return group_fail(parser, &parser->token,
				  "expected an error: a name as EPERM, or 1 to 4095");
	rule->blob.error = (uint16_t)error;
	rule->given = true;
	group_next(parser);
	return true;
}

static bool count_read(const char *text, size_t len, uint32_t *count)
{
	uint64_t number;

	if (!policy_number_parse(text, len, &number) || !number || number > UINT32_MAX)
		return false;
	*count = (uint32_t)number;
	return true;
}

/* RATE[/BURST], SECONDS"s" or MILLISECONDS"ms" */
static bool amount_read(struct group_parser *parser, struct group_rule *rule)
{
	const char *text = parser->token.text, *cut = strchr(text, '/');
	size_t len = strlen(text);
	bool ok = parser->token.kind == TOKEN_WORD;

	if (rule->blob.action == HULL_DO_LIMIT) {
		ok = ok && count_read(text, cut ? (size_t)(cut - text) : len, &rule->blob.rate);
		rule->blob.burst = rule->blob.rate;
		if (ok && cut)
			ok = count_read(cut + 1, strlen(cut + 1), &rule->blob.burst);
		if (!ok)
			return group_fail(parser, &parser->token,
					  "expected RATE[/BURST], a second, numbers from 1 on");
	} else {
		if (ok && len > 2 && !strcmp(text + len - 2, "ms"))
			ok = count_read(text, len - 2, &rule->blob.rate);
		else
			ok = ok && len > 1 && text[len - 1] == 's' &&
			     count_read(text, len - 1, &rule->blob.rate) &&
			     !__builtin_mul_overflow(rule->blob.rate, 1000, &rule->blob.rate);
		if (!ok)
			return group_fail(parser, &parser->token, "expected a time, as 5s or 500ms");
		if (rule->blob.rate > HULL_BLOB_ASK_MS_MAX)
			return group_fail(parser, &parser->token, "a question takes 600s at most");
	}
	group_next(parser);
	return true;
}

/* ACTION[=VALUE][,ERRNO], the action's word has been read */
static bool action_read(struct group_parser *parser, struct group_rule *rule)
{
	bool takes = rule->blob.action == HULL_DO_LIMIT || rule->blob.action == HULL_DO_ASK;

	if (rule->blob.action == HULL_DO_ASK)
		rule->blob.rate = ASK_MS;
	if (parser->token.kind == TOKEN_EQUAL) {
		if (rule->blob.action < HULL_DO_LIMIT)
			return group_fail(parser, &parser->token, "this action takes no value");
		group_next(parser);
		if (!takes)
			return errno_read(parser, rule);
		if (!amount_read(parser, rule))
			return false;
		if (parser->token.kind == TOKEN_COMMA) {
			group_next(parser);
			return errno_read(parser, rule);
		}
	} else if (rule->blob.action == HULL_DO_LIMIT) {
		return group_fail(parser, &parser->token,
				  "expected =RATE[/BURST][,ERRNO]: a limit needs a rate");
	}
	return true;
}

static const char *text_shown(struct group_parser *parser, const char *begin, const char *end)
{
	size_t i, len = (size_t)(end - begin);
	char *text;

	if (len > TEXT_SHOWN)
		len = TEXT_SHOWN;
	text = group_copy(parser->arena, begin, len);
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = ' ';
	return text;
}

static struct group_rule *rule_new(struct group_parser *parser, unsigned int action,
				   const struct group_token *at)
{
	struct group_policy *policy = parser->policy;
	struct group_rule *rule;

	if (policy->n_rules == HULL_BLOB_RULES_MAX) {
		group_fail(parser, at, "too many rules: %u is the most", HULL_BLOB_RULES_MAX - 1);
		return NULL;
	}
	policy->rules = group_grow(parser->arena, policy->rules, policy->n_rules, sizeof(*rule));
	rule = &policy->rules[policy->n_rules++];
	*rule = (struct group_rule){
		.file = parser->file, .line = at->line, .column = at->column, .text = "",
		.blob = { .action = (uint8_t)action, .line = at->line, .sub = HULL_SUB_SAME },
	};
	return rule;
}

/* ---- rules -------------------------------------------------------------------------- */

static bool class_read(struct group_parser *parser, uint8_t *class)
{
	int number = parser->token.kind == TOKEN_WORD ? group_class_parse(parser->token.text) : -1;

	if (number < 0)
		return group_fail(parser, &parser->token,
				  "expected a class: file, inet, unix, signal, capability, mount ...");
	*class = (uint8_t)number;
	group_next(parser);
	return true;
}

/* Nobody can be asked where the task may not wait. */
static bool asks_check(struct group_parser *parser, const struct group_rule *rule,
		       const struct group_token *at, unsigned int class, uint32_t perms)
{
	uint32_t asks = hull_class_asks(class);
	char text[128] = "nothing";

	if (rule->blob.action != HULL_DO_ASK || !(perms & ~asks))
		return true;
	if (asks)
		group_perms_text(class, asks, text, sizeof(text));
	return group_fail(parser, at, "nobody can wait for an answer here; of %s %s can be asked about",
			  hull_class_rows[class].name, text);
}

static void perms_take(struct group_words *words, unsigned int class, uint32_t *perms)
{
	const struct group_word *word;
	uint32_t more;

	*perms = 0;
	for (; (word = group_word(words)); words->i++) {
		if (word->quoted || !group_perm_parse(class, word->text, &more))
			break;
		*perms |= more;
	}
	if (!*perms)
		*perms = hull_class_perms(class);
}

/* The error of what may be denied, where none is given. */
static void error_default(struct group_rule *rule, int class)
{
	if (rule->blob.action < HULL_DO_LIMIT || rule->given)
		return;
	rule->blob.error = class < 0 ? EPERM : hull_class_rows[class].error;
	if (rule->blob.action == HULL_DO_LIMIT)
		rule->blob.error = EAGAIN;
}

bool group_rule_parse(struct group_parser *parser, unsigned int action)
{
	struct group_token at = parser->token, class_at;
	struct group_words words = { 0 };
	struct group_item item = { .sub = (uint8_t)parser->sub, .peer = -1 };
	size_t number = parser->policy->n_rules;
	struct group_rule *rule = rule_new(parser, action, &at);

	if (!rule)
		return false;
	item.rule = (uint32_t)number;
	group_next(parser);
	if (!action_read(parser, rule))
		return false;
	class_at = parser->token;
	if (!class_read(parser, &item.class) || !group_words_read(parser, &words))
		return false;
	error_default(rule, item.class);
	rule->text = text_shown(parser, at.begin, parser->last_end);
	perms_take(&words, item.class, &item.perms);
	if (!asks_check(parser, rule, &class_at, item.class, item.perms) ||
	    !group_objects_parse(parser, &words, &item))
		return false;
	/* What stands behind the objects. */
	if (group_word_take(&words, "to")) {
		if (item.class != HULL_CLASS_FILE || !(item.perms & HULL_FILE_EXECUTE) ||
		    !group_word(&words))
			return group_fail(parser, group_word_at(&words),
					  "'to POLICY' goes with the execution of files");
		rule->to = words.word[words.i++].text;
	}
	if (group_word_take(&words, "quietly"))
		rule->blob.flags |= HULL_RULE_QUIET;
	if (group_word(&words))
		return group_fail(parser, group_word_at(&words), "expected the end of the rule");
	return true;
}

bool group_default_parse(struct group_parser *parser)
{
	struct group_policy *policy = parser->policy;
	struct group_token at = parser->token, class_at;
	struct group_default row = { .class = -1, .sub = (uint8_t)parser->sub };
	struct group_words words = { 0 };
	struct group_rule *rule;
	unsigned int action;
	uint8_t class = 0;

	group_next(parser);
	if (parser->token.kind != TOKEN_WORD || !group_action_is(parser->token.text, &action))
		return group_fail(parser, &parser->token,
				  "expected an action: allow, deny, audit, limit, ask, freeze, kill");
	row.rule = (uint32_t)policy->n_rules;
	rule = rule_new(parser, action, &at);
	if (!rule)
		return false;
	group_next(parser);
	if (!action_read(parser, rule))
		return false;
	class_at = parser->token;
	if (group_at_end(parser) && action == HULL_DO_ASK)
		return group_fail(parser, &class_at, "expected a class: not everything can be asked about");
	if (!group_at_end(parser)) {
		if (!class_read(parser, &class) || !group_words_read(parser, &words))
			return false;
		row.class = class;
		perms_take(&words, class, &row.perms);
		if (!asks_check(parser, rule, &class_at, class, row.perms))
			return false;
		if (group_word_take(&words, "quietly"))
			rule->blob.flags |= HULL_RULE_QUIET;
		if (group_word(&words))
			return group_fail(parser, group_word_at(&words),
					  "expected a permission of the class");
	}
	error_default(rule, row.class);
	rule->text = text_shown(parser, at.begin, parser->last_end);
	policy->defaults = group_grow(parser->arena, policy->defaults, policy->n_defaults,
				      sizeof(row));
	policy->defaults[policy->n_defaults++] = row;
	return true;
}
