/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of a policy's text. */
#ifndef HULL_POLICY_LEX_H
#define HULL_POLICY_LEX_H

#include <stdbool.h>
#include <stddef.h>

struct policy_lexer {
	const char *at, *end;
	unsigned int line;
};

struct policy_word {
	const char *text;
	size_t len;			/* 0: the end */
	unsigned int line;
};

void policy_lex_begin(struct policy_lexer *lexer, const char *text, size_t size);
/* The next word; *@word is the end when there is none. */
void policy_lex_next(struct policy_lexer *lexer, struct policy_word *word);
bool policy_word_is(const struct policy_word *word, const char *text);
/* Does it begin with @prefix? Then @rest is what follows. */
bool policy_word_begins(const struct policy_word *word, const char *prefix,
			struct policy_word *rest);
/* Cuts at the first @c: @word is what is before it, @rest what follows. false: no @c */
bool policy_word_cut(struct policy_word *word, char c, struct policy_word *rest);

#endif
