/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy language of groups: text to items, items to a blob. Pure: files come by a
 * callback. Documentation/policy/language.rst has the grammar on a page.
 */
#ifndef HULL_POLICY_GROUP_LANGUAGE_H
#define HULL_POLICY_GROUP_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <hull/policy_group.h>
#include <policy/language.h>

#define GROUP_TEXT_MAX		(4u << 20)	/* of all files of a policy */
#define GROUP_ITEMS_MAX		65536u
#define GROUP_DEPTH_MAX		8u		/* files that include files */
#define GROUP_NAME_MAX		63u

/* @line, @column: from 1. @found: printable, shortened; "": the end of the line */
struct group_error {
	char file[128];
	unsigned int line, column;
	char found[48];
	char why[160];
};

/* What a rule is about. Strings belong to the text of the policy. */
struct group_path {
	const char *anchor;		/* absolute, no / at the end but of the root */
	bool optional, anywhere;
	unsigned int n;
	const char *part[HULL_BLOB_GLOB_PARTS];	/* the last component's first */
};

struct group_mount {
	const char *type, *source;	/* patterns; NULL: any */
	const char *target;		/* anchor; NULL: any */
	uint32_t set, clear;
};

/* One object of one rule. */
struct group_item {
	uint32_t rule;			/* its number: later ones are over earlier ones */
	uint32_t perms;
	uint8_t class, sub;
	bool any;			/* the whole class: no object was named */
	/* PEER, UNIX: enum hull_peer; -1: any */
	int peer;
	/* NUMBER, RANGES, PEER: the number; INET: the port */
	uint64_t first, last;
	union {
		struct group_path path;
		struct group_mount mount;
		const char *name;	/* UNIX: abstract name, maybe a pattern; NULL: by peer */
		struct {
			uint8_t family, len;
			uint32_t addr[4];
		} inet;
	};
};

struct group_rule {
	struct hull_blob_rule blob;	/* without strings */
	const char *file, *text;
	const char *to;			/* name of a policy, or NULL */
	unsigned int line, column;
	bool given;			/* errno was */
};

/* "default ACTION [CLASS [PERMISSIONS]]"; @class: -1: all of them */
struct group_default {
	uint32_t rule, perms;
	int class;
	uint8_t sub;
};

struct group_policy {
	enum hull_group_mode mode;
	struct group_rule *rules;	/* 0 is none */
	struct group_item *items;
	struct group_default *defaults;
	size_t n_rules, n_items, n_defaults;
	const char *subs[HULL_BLOB_SUBS_MAX];
	const char *peers[HULL_BLOB_PEERS_MAX];
	unsigned int n_subs, n_peers;
	/* The text of the block of hypercalls; NULL: there is none */
	const char *calls;
	size_t calls_size;
	unsigned int calls_line;
	struct group_arena *arena;
};

/*
 * How files come: the text of @name, to be freed, or NULL and *@why, a phrase.
 * @system: in <>, one of the ready ones.
 */
struct group_reader {
	char *(*read)(void *data, const char *name, bool system, size_t *size, const char **why);
	void *data;
};

/** group_parse - @reader may be NULL: no include; false: see *@error. Free it in both cases. */
bool group_parse(struct group_policy *policy, const char *file, const char *text, size_t size,
		 const struct group_reader *reader, struct group_error *error);
void group_policy_free(struct group_policy *policy);

/** group_compile - the blob, to be freed, or NULL and *@error */
void *group_compile(const struct group_policy *policy, size_t *size, struct group_error *error);

/* --- group_words.c: names of what has a number ------------------------------ */

/* @text: one of the class's objects by name, or a number; false: there is none such */
bool group_number_parse(unsigned int class, const char *text, uint64_t *number);
/* A name, or NULL; of class socket: of a family */
const char *group_number_name(unsigned int class, uint64_t number);
/* All names of a class with commas between, for an error; "" */
void group_number_names(unsigned int class, char *text, size_t size);
/* -1: no such class */
int group_class_parse(const char *text);
/* A permission, or a word for several; false: no such one */
bool group_perm_parse(unsigned int class, const char *text, uint32_t *perms);
/* As few words as say it */
void group_perms_text(unsigned int class, uint32_t perms, char *text, size_t size);
int group_peer_parse(const char *text);		/* -1: no such peer */
extern const char *const group_peers[HULL_PEER_NAMED];
extern const char *const group_actions[__HULL_DO_MAX];
extern const char *const group_modes[__HULL_MODE_MAX];
extern const char *const group_mount_flags[];	/* by bit; NULL ends it */
/* What a rule does, in the language */
void group_action_text(const struct hull_blob_rule *rule, char *text, size_t size);

/* --- group_request.c: the evaluator on what is written ---------------------- */

/* A set of a blob for answers without a kernel: anchors are where their paths say. */
struct group_set {
	struct hull_ruleset set;
	void *blob;
	struct hull_anchor_slot *slots;
};

/** group_set_make - takes the blob over; false: *@why, a sentence; the blob is freed */
bool group_set_make(struct group_set *set, void *blob, size_t size, const char **why);
void group_set_free(struct group_set *set);

/* What is done about one permission, and where that was found: "beneath /srv", "default" */
struct group_answer {
	struct hull_verdict verdict;
	char where[128];
};

/**
 * group_ask - one permission on the object of @item
 *
 * The object is taken as it is written: a path without patterns is the file itself, the
 * first number of a range the number. What an item leaves open: the peer is one of the
 * same group, the address is the first of the network, and so on.
 */
void group_ask(const struct group_set *set, unsigned int sub, const struct group_policy *of,
	       const struct group_item *item, uint32_t perm, struct group_answer *answer);

/* --- group_text.c ------------------------------------------------------------ */

/** group_item_text - the object as in the language; "" for all of a class */
void group_item_text(const struct group_policy *policy, const struct group_item *item, char *text,
		     size_t size);

#endif
