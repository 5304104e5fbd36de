/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the language of groups: memory, tokens, the parser's state. */
#ifndef HULL_POLICY_GROUP_PRIVATE_H
#define HULL_POLICY_GROUP_PRIVATE_H

#include <policy/group.h>

/* --- group_arena.c: all memory of a policy, freed at once -------------------- */

struct group_arena;
struct group_arena *group_arena_new(void);
void group_arena_free(struct group_arena *arena);
void *group_alloc(struct group_arena *arena, size_t size);	/* zeroed; ends the program */
char *group_copy(struct group_arena *arena, const char *text, size_t len);
__attribute__((format(printf, 2, 3)))
const char *group_print(struct group_arena *arena, const char *format, ...);
/* Room for one more: @array of @n items of @size, allocated by doubling. */
void *group_grow(struct group_arena *arena, void *array, size_t n, size_t size);

/* --- group_lex.c -------------------------------------------------------------- */

enum group_token_kind {
	TOKEN_END, TOKEN_NEWLINE,	/* newline or ; */
	TOKEN_WORD, TOKEN_STRING,
	TOKEN_COMMA, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_EQUAL,
	TOKEN_BAD,			/* @text: why */
};

/* @begin, @end: its place in the text */
struct group_token {
	enum group_token_kind kind;
	const char *text;		/* a word's: NUL-terminated, without quotes */
	const char *begin, *end;
	unsigned int line, column;
};

struct group_lexer {
	const char *at, *end, *line_begin;
	unsigned int line;
	struct group_arena *arena;
};

void group_lex_begin(struct group_lexer *lexer, const char *text, size_t size,
		     struct group_arena *arena);
void group_lex_next(struct group_lexer *lexer, struct group_token *token);

/* --- group_parse.c ------------------------------------------------------------- */

struct group_variable {
	const char *name;
	const char **values;
	size_t n;
	struct group_variable *next;
};

struct group_parser {
	struct group_policy *policy;
	struct group_arena *arena;
	struct group_lexer lexer;
	struct group_token token;
	const char *file;
	const struct group_reader *reader;
	struct group_error *error;
	struct group_variable *variables;
	const char *last_end;		/* of the token before this one */
	size_t text_left;
	unsigned int depth, sub;
};

/* false, always */
__attribute__((format(printf, 3, 4)))
bool group_fail(struct group_parser *parser, const struct group_token *token,
		const char *format, ...);
void group_next(struct group_parser *parser);
bool group_token_is(const struct group_parser *parser, const char *word);
/* At the end of a statement? */
bool group_at_end(const struct group_parser *parser);

/* The words behind a rule's class: variables expanded, commas gone. */
struct group_word {
	const char *text;
	bool quoted;			/* never a keyword */
	struct group_token at;
};

struct group_words {
	struct group_word *word;
	size_t n, i;			/* @i: the one to look at */
	struct group_token end;
};

/* The one to look at, or NULL */
const struct group_word *group_word(const struct group_words *words);
/* Is it this keyword? Then on to the next one. */
bool group_word_take(struct group_words *words, const char *keyword);
/* Where to point at in an error */
const struct group_token *group_word_at(const struct group_words *words);

/* --- group_objects.c: what follows class and permissions ------------------------ */

/* @like: rule, class, permissions, policy; an item for each object */
bool group_objects_parse(struct group_parser *parser, struct group_words *words,
			 const struct group_item *like);
bool group_item_add(struct group_parser *parser, const struct group_item *item);

/* @patterns: * and the like are */
bool group_path_parse(struct group_parser *parser, const struct group_token *at,
		      const char *text, bool patterns, struct group_path *path);

/* --- group_net.c ------------------------------------------------------------------ */

bool group_inet_parse(struct group_parser *parser, struct group_words *words,
		      struct group_item *item);
/* In network order */
void group_address_mask(uint32_t mask[4], unsigned int len);

/* --- group_rule.c ------------------------------------------------------------------- */

bool group_action_is(const char *text, unsigned int *action);
/* A rule, from its action on */
bool group_rule_parse(struct group_parser *parser, unsigned int action);
bool group_default_parse(struct group_parser *parser);
bool group_words_read(struct group_parser *parser, struct group_words *words);
bool group_name_is(const char *text);

#endif
