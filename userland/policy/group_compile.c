// SPDX-License-Identifier: GPL-2.0-only
/*
 * Items to a blob: each class's items are painted over its default, those that say less
 * first, and what results is stored once however often it occurs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <policy/group_build.h>

static const uint32_t sizes[HULL_SECTIONS] = {
	[HULL_SECTION_SUBS] = sizeof(struct hull_blob_sub),
	[HULL_SECTION_RULES] = sizeof(struct hull_blob_rule),
	[HULL_SECTION_CELLS] = sizeof(struct hull_blob_cell),
	[HULL_SECTION_INDEX] = sizeof(uint16_t),
	[HULL_SECTION_RANGES] = sizeof(struct hull_blob_range),
	[HULL_SECTION_ANCHORS] = sizeof(struct hull_blob_anchor),
	[HULL_SECTION_GLOBS] = sizeof(struct hull_blob_glob),
	[HULL_SECTION_PREFIXES] = sizeof(struct hull_blob_prefix),
	[HULL_SECTION_NETS] = sizeof(struct hull_blob_net),
	[HULL_SECTION_PORTS] = sizeof(struct hull_blob_page),
	[HULL_SECTION_PAGES] = sizeof(struct hull_blob_page),
	[HULL_SECTION_NAMES] = sizeof(struct hull_blob_name),
	[HULL_SECTION_MOUNTS] = sizeof(struct hull_blob_mount),
	[HULL_SECTION_PEERS] = sizeof(struct hull_blob_string),
	[HULL_SECTION_STRINGS] = 1,
};

void group_too_much(struct group_build *build, const char *why)
{
	if (!build->why)
		build->why = why;
}

uint32_t group_add(struct group_build *build, unsigned int section, const void *items, uint32_t n)
{
	struct group_section *s = &build->section[section];
	size_t size = sizes[section], need = (s->n + (size_t)n) * size;
	uint32_t first = s->n;
	char *data;

	if (need > HULL_BLOB_SIZE_MAX) {
		group_too_much(build, "the compiled policy would be larger than 8 MiB");
		return 0;
	}
	if (need > s->room) {
		s->room = 2 * need + 256;
		data = group_alloc(build->arena, s->room);
		if (s->n)
			memcpy(data, s->data, s->n * size);
		s->data = data;
	}
	if (items)
		memcpy(s->data + s->n * size, items, n * size);
	s->n += n;
	return first;
}

void *group_at(struct group_build *build, unsigned int section, uint32_t i)
{
	return build->section[section].data + (size_t)i * sizes[section];
}

static uint32_t hash_of(const void *data, size_t size)
{
	const unsigned char *at = data;
	uint32_t hash = 2166136261u;

	while (size--)
		hash = (hash ^ *at++) * 16777619u;
	return hash ^ hash >> 15;
}

static void hash_put(struct group_hash *hash, uint32_t value, uint32_t item)
{
	uint32_t at = value & (hash->n - 1);

	while (hash->slot[at])
		at = (at + 1) & (hash->n - 1);
	hash->slot[at] = item + 1;
	hash->used++;
}

static void hash_grow(struct group_build *build, struct group_hash *hash, unsigned int section)
{
	struct group_hash larger = { .n = hash->n ? 2 * hash->n : 64 };
	uint32_t i;

	if (2 * hash->used < hash->n)
		return;
	larger.slot = group_alloc(build->arena, larger.n * sizeof(*larger.slot));
	for (i = 0; i < hash->n; i++)
		if (hash->slot[i])
			hash_put(&larger, hash_of(group_at(build, section, hash->slot[i] - 1),
						  sizes[section]), hash->slot[i] - 1);
	*hash = larger;
}

uint32_t group_intern(struct group_build *build, struct group_hash *hash, unsigned int section,
		      const void *item, uint32_t most)
{
	uint32_t value = hash_of(item, sizes[section]), at, i;

	hash_grow(build, hash, section);
	for (at = value & (hash->n - 1); hash->slot[at]; at = (at + 1) & (hash->n - 1)) {
		i = hash->slot[at] - 1;
		if (!memcmp(group_at(build, section, i), item, sizes[section]))
			return i;
	}
	if (build->section[section].n >= most) {
		group_too_much(build, "too many different combinations of rules");
		return 0;
	}
	i = group_add(build, section, item, 1);
	hash_put(hash, value, i);
	return i;
}

/* Strings are few beside what else there is: the last ones are looked at for the same. */
struct hull_blob_string group_string(struct group_build *build, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	struct hull_blob_string string = { .len = (uint32_t)len };

	if (len)
		string.at = group_add(build, HULL_SECTION_STRINGS, text, (uint32_t)len + 1);
	return string;
}

uint16_t group_cell_with(struct group_build *build, uint32_t cell, uint32_t perms, uint32_t rule)
{
	struct hull_blob_cell with = *(struct hull_blob_cell *)group_at(build, HULL_SECTION_CELLS,
									 cell);
	unsigned int bit;

	with.speaks |= perms;
	for (bit = 0; bit < HULL_CELL_PERMS; bit++)
		if (perms & (1u << bit))
			with.rule[bit] = (uint16_t)rule;
	return (uint16_t)group_intern(build, &build->cells, HULL_SECTION_CELLS, &with,
				      HULL_BLOB_CELLS_MAX);
}

uint32_t group_cell_speaks(struct group_build *build, uint32_t cell)
{
	return ((struct hull_blob_cell *)group_at(build, HULL_SECTION_CELLS, cell))->speaks;
}

/* ---- anchors ------------------------------------------------------------------------- */

static int text_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *item_anchor(const struct group_item *item)
{
	if (item->any)
		return NULL;
	if (item->class == HULL_CLASS_FILE)
		return item->path.anchor;
	return item->class == HULL_CLASS_MOUNT ? item->mount.target : NULL;
}

int group_anchor_number(const struct group_build *build, const char *path)
{
	const char **at = build->n_anchors ? bsearch(&path, build->anchors, build->n_anchors,
						     sizeof(path), text_order) : NULL;

	return at ? (int)(at - build->anchors) : -1;
}

/* Sorted, each once; one need not exist if no rule says that it must. */
static void anchors_collect(struct group_build *build)
{
	const struct group_policy *policy = build->policy;
	struct hull_blob_anchor *anchor;
	uint32_t k;
	size_t i;

	build->anchors = group_alloc(build->arena, (policy->n_items + 1) * sizeof(char *));
	for (i = 0; i < policy->n_items; i++)
		if (item_anchor(&policy->items[i]))
			build->anchors[build->n_anchors++] = item_anchor(&policy->items[i]);
	qsort(build->anchors, build->n_anchors, sizeof(char *), text_order);
	for (i = 0, k = 0; i < build->n_anchors; i++)
		if (!k || strcmp(build->anchors[k - 1], build->anchors[i]))
			build->anchors[k++] = build->anchors[i];
	build->n_anchors = k;
	for (k = 0; k < build->n_anchors; k++) {
		struct hull_blob_anchor row = {
			.path = group_string(build, build->anchors[k]),
			.flags = HULL_ANCHOR_OPTIONAL,
		};

		group_add(build, HULL_SECTION_ANCHORS, &row, 1);
	}
	for (i = 0; i < policy->n_items; i++) {
		if (!item_anchor(&policy->items[i]) ||
		    (policy->items[i].class == HULL_CLASS_FILE && policy->items[i].path.optional))
			continue;
		anchor = group_at(build, HULL_SECTION_ANCHORS,
				  (uint32_t)group_anchor_number(build,
								item_anchor(&policy->items[i])));
		anchor->flags = 0;
	}
}

/* ---- rules, defaults, classes ---------------------------------------------------------- */

static void rules_add(struct group_build *build)
{
	const struct group_policy *policy = build->policy;
	struct hull_blob_string file = { 0 };
	const char *last = NULL;
	size_t i;

	for (i = 0; i < policy->n_rules; i++) {
		struct hull_blob_rule rule = policy->rules[i].blob;

		if (last != policy->rules[i].file)
			file = group_string(build, policy->rules[i].file);
		last = policy->rules[i].file;
		rule.file = file.at;
		rule.text = group_string(build, policy->rules[i].text);
		group_add(build, HULL_SECTION_RULES, &rule, 1);
	}
}

/* What is said of all, then of the class: rules without an object are such, too. */
static uint16_t default_cell(struct group_build *build, unsigned int class, uint32_t everything)
{
	const struct group_policy *policy = build->policy;
	uint32_t perms = hull_class_perms(class);
	uint16_t cell = group_cell_with(build, 0, perms, everything);
	size_t i, k;

	for (i = 0; i < policy->n_defaults; i++)
		if (policy->defaults[i].sub == build->sub && policy->defaults[i].class < 0)
			cell = group_cell_with(build, cell, perms, policy->defaults[i].rule);
	for (i = 0, k = 0; i < policy->n_defaults || k < policy->n_items;) {
		const struct group_default *row = &policy->defaults[i];
		const struct group_item *item = &policy->items[k];

		if (k == policy->n_items || (i < policy->n_defaults && row->rule < item->rule)) {
			if (row->sub == build->sub && row->class == (int)class)
				cell = group_cell_with(build, cell, row->perms, row->rule);
			i++;
		} else {
			if (item->any && item->sub == build->sub && item->class == class)
				cell = group_cell_with(build, cell, item->perms, item->rule);
			k++;
		}
	}
	return cell;
}

static uint32_t allowed_by(struct group_build *build, uint32_t cell)
{
	const struct hull_blob_cell *c = group_at(build, HULL_SECTION_CELLS, cell);
	uint32_t perms = 0, bit;

	for (bit = 0; bit < HULL_CELL_PERMS; bit++) {
		const struct hull_blob_rule *rule = group_at(build, HULL_SECTION_RULES, c->rule[bit]);

		if (c->rule[bit] && rule->action == HULL_DO_ALLOW && rule->sub == HULL_SUB_SAME)
			perms |= 1u << bit;
	}
	return perms;
}

static void (*const tables[__HULL_KIND_MAX])(struct group_build *build,
					     struct hull_blob_class *class) = {
	[HULL_KIND_NUMBER] = group_number_table, [HULL_KIND_RANGES] = group_ranges_table,
	[HULL_KIND_PEER] = group_peer_table, [HULL_KIND_FILE] = group_file_table,
	[HULL_KIND_INET] = group_inet_table, [HULL_KIND_UNIX] = group_unix_table,
	[HULL_KIND_MOUNT] = group_mount_table,
};

static void class_build(struct group_build *build, unsigned int number, uint32_t everything,
			struct hull_blob_class *class)
{
	const struct group_policy *policy = build->policy;
	unsigned int kind = hull_class_rows[number].kind;
	size_t i;

	build->n_items = 0;
	for (i = 0; i < policy->n_items; i++) {
		const struct group_item *item = &policy->items[i];

		if (item->class == number && item->sub == build->sub && !item->any) {
			build->items[build->n_items++] = item;
			class->speaks |= item->perms;
		}
	}
	class->cell = default_cell(build, number, everything);
	if (build->n_items) {
		class->kind = (uint16_t)kind;
		build->at = &policy->rules[build->items[0]->rule];
		tables[kind](build, class);
	}
	class->plain = allowed_by(build, class->cell) & ~class->speaks;
}

/* The rule that is there when no default is written: all is allowed. */
static uint32_t rule_everything(struct group_build *build)
{
	struct hull_blob_rule rule = { .sub = HULL_SUB_SAME, .text = group_string(build, "default allow") };

	return group_add(build, HULL_SECTION_RULES, &rule, 1);
}

static void subs_build(struct group_build *build)
{
	const struct group_policy *policy = build->policy;
	uint32_t everything = rule_everything(build), i;
	struct hull_blob_sub *sub;

	group_add(build, HULL_SECTION_SUBS, NULL, policy->n_subs);
	for (build->sub = 0; build->sub < policy->n_subs; build->sub++) {
		sub = group_at(build, HULL_SECTION_SUBS, build->sub);
		sub->name = group_string(build, policy->subs[build->sub]);
		for (i = 0; i < HULL_CLASSES; i++)
			class_build(build, i, everything, &sub->class[i]);
	}
}

/* ---- all together ------------------------------------------------------------------------ */

static void *assemble(struct group_build *build, size_t *size)
{
	struct hull_blob header = {
		.magic = HULL_BLOB_MAGIC, .version = HULL_BLOB_VERSION, .classes = HULL_CLASSES,
		.mode = build->policy->mode, .parts = build->parts,
	};
	size_t at = sizeof(header);
	char *blob;
	unsigned int i;

	for (i = 0; i < HULL_SECTIONS; i++) {
		at = (at + 7) & ~(size_t)7;
		header.section[i] = (struct hull_blob_span){ (uint32_t)at, build->section[i].n };
		at += (size_t)build->section[i].n * sizes[i];
	}
	*size = (at + 7) & ~(size_t)7;
	header.size = (uint32_t)*size;
	blob = calloc(1, *size);
	if (!blob)
		return NULL;
	memcpy(blob, &header, sizeof(header));
	for (i = 0; i < HULL_SECTIONS; i++)
		if (build->section[i].n)
			memcpy(blob + header.section[i].at, build->section[i].data,
			       (size_t)build->section[i].n * sizes[i]);
	return blob;
}

static void *fail(const struct group_build *build, const char *why, struct group_error *error)
{
	memset(error, 0, sizeof(*error));
	if (build->at) {
		snprintf(error->file, sizeof(error->file), "%s", build->at->file);
		error->line = build->at->line;
		error->column = build->at->column;
		snprintf(error->found, sizeof(error->found), "%.40s", build->at->text);
	}
	snprintf(error->why, sizeof(error->why), "%s", why);
	return NULL;
}

static void sections_begin(struct group_build *build)
{
	const struct group_policy *policy = build->policy;
	const struct hull_blob_cell nothing = { 0 };
	unsigned int i;

	group_add(build, HULL_SECTION_STRINGS, "", 1);
	group_intern(build, &build->cells, HULL_SECTION_CELLS, &nothing, 1);
	for (i = 0; i < policy->n_peers; i++) {
		struct hull_blob_string name = group_string(build, policy->peers[i]);

		group_add(build, HULL_SECTION_PEERS, &name, 1);
	}
}

void *group_compile(const struct group_policy *policy, size_t *size, struct group_error *error)
{
	struct group_build build = { .policy = policy, .arena = group_arena_new() };
	struct hull_blob_flaw flaw;
	struct hull_ruleset set;
	void *blob = NULL;

	build.items = group_alloc(build.arena, (policy->n_items + 1) * sizeof(*build.items));
	sections_begin(&build);
	anchors_collect(&build);
	rules_add(&build);
	subs_build(&build);
	if (build.n_anchors > HULL_BLOB_ANCHORS_MAX)
		group_too_much(&build, "too many files and directories: 8192 is the most");
	if (!build.why)
		blob = assemble(&build, size);
	if (!blob) {
		fail(&build, build.why ? build.why : "out of memory", error);
	} else if (hull_ruleset_init(&set, blob, *size, &flaw)) {
		build.at = NULL;
		fail(&build, flaw.why, error);
		free(blob);
		blob = NULL;
	}
	group_arena_free(build.arena);
	return blob;
}
