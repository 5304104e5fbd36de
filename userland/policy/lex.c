// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <policy/lex.h>

void policy_lex_begin(struct policy_lexer *lexer, const char *text, size_t size)
{
	lexer->at = text;
	lexer->end = text + size;
	lexer->line = 1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void blanks_skip(struct policy_lexer *lexer)
{
	bool comment = false;

	for (; lexer->at < lexer->end; lexer->at++) {
		if (*lexer->at == '\n') {
			comment = false;
			lexer->line++;
		} else if (*lexer->at == '#') {
			comment = true;
		} else if (!comment && !is_blank(*lexer->at)) {
			break;
		}
	}
}

void policy_lex_next(struct policy_lexer *lexer, struct policy_word *word)
{
	blanks_skip(lexer);
	word->text = lexer->at;
	word->line = lexer->line;
	while (lexer->at < lexer->end && !is_blank(*lexer->at) && *lexer->at != '#')
		lexer->at++;
	word->len = (size_t)(lexer->at - word->text);
}

bool policy_word_is(const struct policy_word *word, const char *text)
{
	return word->len == strlen(text) && !memcmp(word->text, text, word->len);
}

bool policy_word_begins(const struct policy_word *word, const char *prefix,
			struct policy_word *rest)
{
	size_t len = strlen(prefix);

	if (word->len < len || memcmp(word->text, prefix, len))
		return false;
	*rest = (struct policy_word){ word->text + len, word->len - len, word->line };
	return true;
}

bool policy_word_cut(struct policy_word *word, char c, struct policy_word *rest)
{
	const char *at = word->len ? memchr(word->text, c, word->len) : NULL;

	if (!at)
		return false;
	rest->text = at + 1;
	rest->len = word->len - (size_t)(at + 1 - word->text);
	rest->line = word->line;
	word->len = (size_t)(at - word->text);
	return true;
}
