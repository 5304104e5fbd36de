/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the compiler of the policy of groups: sections that grow, cells that are shared. */
#ifndef HULL_POLICY_GROUP_BUILD_H
#define HULL_POLICY_GROUP_BUILD_H

#include <policy/group_private.h>

struct group_section {
	char *data;
	uint32_t n;
	size_t room;
};

/* Open addressing: item + 1 by the hash of what it is. */
struct group_hash {
	uint32_t *slot, n, used;
};

struct group_build {
	const struct group_policy *policy;
	struct group_arena *arena;
	struct group_section section[HULL_SECTIONS];
	struct group_hash cells, strings, pages;
	const char **anchors;		/* sorted */
	uint32_t n_anchors;
	unsigned int parts;
	unsigned int sub;		/* at work */
	const char *why;		/* what is too much; NULL: nothing */
	const struct group_rule *at;	/* where */
	/* The items of one class and policy, sorted. */
	const struct group_item **items;
	uint16_t *ports;		/* room for a network's */
	size_t n_items;
};

/* Adds @n items of the section's size, zeroed when @items is NULL; the number of the first */
uint32_t group_add(struct group_build *build, unsigned int section, const void *items, uint32_t n);
void *group_at(struct group_build *build, unsigned int section, uint32_t i);
struct hull_blob_string group_string(struct group_build *build, const char *text);
/* The cell that is @cell but for @perms, which have @rule */
uint16_t group_cell_with(struct group_build *build, uint32_t cell, uint32_t perms, uint32_t rule);
uint32_t group_cell_speaks(struct group_build *build, uint32_t cell);
/* The item of @section that has these bytes, added if there is none */
uint32_t group_intern(struct group_build *build, struct group_hash *hash, unsigned int section,
		      const void *item, uint32_t most);
void group_too_much(struct group_build *build, const char *why);
/* -1: none such */
int group_anchor_number(const struct group_build *build, const char *path);

/* One a kind: the class's items, sorted by rule, to its tables. */
void group_number_table(struct group_build *build, struct hull_blob_class *class);
void group_ranges_table(struct group_build *build, struct hull_blob_class *class);
void group_peer_table(struct group_build *build, struct hull_blob_class *class);
void group_file_table(struct group_build *build, struct hull_blob_class *class);
void group_inet_table(struct group_build *build, struct hull_blob_class *class);
void group_unix_table(struct group_build *build, struct hull_blob_class *class);
void group_mount_table(struct group_build *build, struct hull_blob_class *class);

/* Those that say less first: what comes later is painted over it. */
typedef int (*group_order)(const struct group_item *a, const struct group_item *b);
void group_sort(struct group_build *build, group_order order);

#endif
