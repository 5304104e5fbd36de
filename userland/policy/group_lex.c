// SPDX-License-Identifier: GPL-2.0-only
/* Text to tokens: words, strings in quotes, and , { } = ; A newline ends a statement. */
#include <string.h>
#include <policy/group_private.h>

void group_lex_begin(struct group_lexer *lexer, const char *text, size_t size,
		     struct group_arena *arena)
{
	*lexer = (struct group_lexer){
		.at = text, .end = text + size, .line_begin = text, .line = 1, .arena = arena,
	};
}

static void line_next(struct group_lexer *lexer)
{
	lexer->line++;
	lexer->line_begin = lexer->at;
}

/* Blanks, comments, and line ends behind a backslash. */
static void blanks_skip(struct group_lexer *lexer)
{
	while (lexer->at < lexer->end) {
		if (*lexer->at == '#') {
			while (lexer->at < lexer->end && *lexer->at != '\n')
				lexer->at++;
		} else if (*lexer->at == '\\' && lexer->at + 1 < lexer->end &&
			   lexer->at[1] == '\n') {
			lexer->at += 2;
			line_next(lexer);
		} else if (*lexer->at && strchr(" \t\r", *lexer->at)) {
			lexer->at++;
		} else {
			return;
		}
	}
}

static void bad(struct group_token *token, const char *why)
{
	token->kind = TOKEN_BAD;
	token->text = why;
}

static void string_read(struct group_lexer *lexer, struct group_token *token)
{
	const char *from = ++lexer->at;

	while (lexer->at < lexer->end && *lexer->at != '"' && *lexer->at != '\n' && *lexer->at)
		lexer->at++;
	if (lexer->at == lexer->end || *lexer->at != '"') {
		bad(token, "a string does not end on its line");
		return;
	}
	token->kind = TOKEN_STRING;
	token->text = group_copy(lexer->arena, from, (size_t)(lexer->at - from));
	lexer->at++;
}

static bool word_char(char c)
{
	return (unsigned char)c > ' ' && c != 0x7f && !strchr(",{}=;#\"", c);
}

static void word_read(struct group_lexer *lexer, struct group_token *token)
{
	const char *from = lexer->at;

	while (lexer->at < lexer->end && word_char(*lexer->at))
		lexer->at++;
	token->kind = TOKEN_WORD;
	token->text = group_copy(lexer->arena, from, (size_t)(lexer->at - from));
	if (lexer->at == from) {
		lexer->at++;
		bad(token, "a character that no policy has");
	}
}

void group_lex_next(struct group_lexer *lexer, struct group_token *token)
{
	static const struct {
		char c;
		enum group_token_kind kind;
	} signs[] = {
		{ '\n', TOKEN_NEWLINE }, { ';', TOKEN_NEWLINE }, { ',', TOKEN_COMMA },
		{ '{', TOKEN_OPEN }, { '}', TOKEN_CLOSE }, { '=', TOKEN_EQUAL },
	};
	size_t i;

	blanks_skip(lexer);
	*token = (struct group_token){
		.kind = TOKEN_END, .text = "", .begin = lexer->at, .line = lexer->line,
		.column = (unsigned int)(lexer->at - lexer->line_begin) + 1,
	};
	if (lexer->at == lexer->end) {
		token->end = lexer->at;
		return;
	}
	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (*lexer->at != signs[i].c)
			continue;
		token->kind = signs[i].kind;
		token->text = group_copy(lexer->arena, lexer->at++, 1);
		if (*token->text == '\n')
			line_next(lexer);
		token->end = lexer->at;
		return;
	}
	if (*lexer->at == '"')
		string_read(lexer, token);
	else
		word_read(lexer, token);
	token->end = lexer->at;
}
