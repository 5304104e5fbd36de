// SPDX-License-Identifier: GPL-2.0-only
/* Items to tables: numbers, ranges, peers, names, mounts. */
#include <stdlib.h>
#include <string.h>
#include <policy/group_build.h>

/* ---- order ---------------------------------------------------------------------------- */

struct sorted {
	const struct group_item *item;
	group_order order;
};

/* Of two that say the same the later one is painted over the earlier one. */
static int sorted_order(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	int order = x->order(x->item, y->item);

	if (order)
		return order;
	if (x->item->rule != y->item->rule)
		return x->item->rule < y->item->rule ? -1 : 1;
	return x->item < y->item ? -1 : x->item > y->item;
}

void group_sort(struct group_build *build, group_order order)
{
	struct sorted *sorted = group_alloc(build->arena, build->n_items * sizeof(*sorted));
	size_t i;

	for (i = 0; i < build->n_items; i++)
		sorted[i] = (struct sorted){ build->items[i], order };
	qsort(sorted, build->n_items, sizeof(*sorted), sorted_order);
	for (i = 0; i < build->n_items; i++)
		build->items[i] = sorted[i].item;
}

static int wider(uint64_t a, uint64_t b)
{
	return a > b ? -1 : a < b;
}

static int span_order(const struct group_item *a, const struct group_item *b)
{
	return wider(a->last - a->first, b->last - b->first);
}

/* Any peer, then the kinds of peers; a group by its name is asked for by itself. */
static int peer_order(const struct group_item *a, const struct group_item *b)
{
	if ((a->peer < 0) != (b->peer < 0))
		return a->peer < 0 ? -1 : 1;
	return span_order(a, b);
}

/* ---- numbers ---------------------------------------------------------------------------- */

/* @from to @last of a table of cells. */
static void paint(struct group_build *build, uint16_t *table, uint64_t from, uint64_t last,
		  const struct group_item *item)
{
	uint32_t before = UINT32_MAX;
	uint16_t after = 0;

	for (; from <= last; from++) {
		if (table[from] != before) {
			before = table[from];
			after = group_cell_with(build, before, item->perms, item->rule);
		}
		table[from] = after;
	}
}

static struct hull_blob_span table_add(struct group_build *build, const uint16_t *table, uint32_t n)
{
	return (struct hull_blob_span){ group_add(build, HULL_SECTION_INDEX, table, n), n };
}

void group_number_table(struct group_build *build, struct hull_blob_class *class)
{
	uint16_t table[HULL_BLOB_NUMBERS_MAX] = { 0 };
	uint64_t n = 0;
	size_t i;

	group_sort(build, span_order);
	for (i = 0; i < build->n_items; i++) {
		paint(build, table, build->items[i]->first, build->items[i]->last, build->items[i]);
		if (build->items[i]->last >= n)
			n = build->items[i]->last + 1;
	}
	class->table[0] = table_add(build, table, (uint32_t)n);
}

static struct hull_blob_span peers_paint(struct group_build *build)
{
	uint16_t table[HULL_PEERS * HULL_PEER_STRIDE] = { 0 };
	uint32_t n = HULL_PEER_NAMED + build->policy->n_peers;
	int peer;
	size_t i;

	group_sort(build, peer_order);
	for (i = 0; i < build->n_items; i++) {
		const struct group_item *item = build->items[i];
		int first = item->peer < 0 ? 0 : item->peer;
		int last = item->peer < 0 ? HULL_PEER_NAMED - 1 : item->peer;

		for (peer = first; peer <= last; peer++)
			paint(build, table, (uint64_t)peer * HULL_PEER_STRIDE + item->first,
			      (uint64_t)peer * HULL_PEER_STRIDE + item->last, item);
	}
	return table_add(build, table, n * HULL_PEER_STRIDE);
}

void group_peer_table(struct group_build *build, struct hull_blob_class *class)
{
	class->table[0] = peers_paint(build);
}

/* ---- ranges -------------------------------------------------------------------------------- */

static int number_order(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static size_t bound_find(const uint64_t *bounds, size_t n, uint64_t bound)
{
	return (size_t)((const uint64_t *)bsearch(&bound, bounds, n, sizeof(bound), number_order) -
			bounds);
}

/* The first number behind an item; there is none behind the last: it stands for itself. */
static uint64_t behind(const struct group_item *item)
{
	return item->last == UINT64_MAX ? UINT64_MAX : item->last + 1;
}

/* Between two bounds that follow each other the same items apply. */
void group_ranges_table(struct group_build *build, struct hull_blob_class *class)
{
	uint64_t *bounds = group_alloc(build->arena, 2 * build->n_items * sizeof(*bounds));
	struct hull_blob_range *range = NULL;
	uint16_t *cells;
	size_t i, n = 0, k = 0;

	for (i = 0; i < build->n_items; i++) {
		bounds[n++] = build->items[i]->first;
		bounds[n++] = behind(build->items[i]);
	}
	qsort(bounds, n, sizeof(*bounds), number_order);
	for (i = 0; i < n; i++)
		if (!k || bounds[k - 1] != bounds[i])
			bounds[k++] = bounds[i];
	cells = group_alloc(build->arena, k * sizeof(*cells));
	group_sort(build, span_order);
	for (i = 0; i < build->n_items; i++)
		paint(build, cells, bound_find(bounds, k, build->items[i]->first),
		      bound_find(bounds, k, behind(build->items[i])) - 1, build->items[i]);
	class->table[0].at = build->section[HULL_SECTION_RANGES].n;
	for (i = 0; i + 1 < k; i++) {
		struct hull_blob_range next = { bounds[i], bounds[i + 1] - 1, cells[i], 0 };
		uint32_t last = build->section[HULL_SECTION_RANGES].n;

		next.last += bounds[i + 1] == UINT64_MAX;
		range = last > class->table[0].at ? group_at(build, HULL_SECTION_RANGES, last - 1) : NULL;
		if (range && range->last + 1 == next.first && range->cell == next.cell)
			range->last = next.last;
		else if (next.cell)
			group_add(build, HULL_SECTION_RANGES, &next, 1);
	}
	class->table[0].n = build->section[HULL_SECTION_RANGES].n - class->table[0].at;
}

/* ---- files ----------------------------------------------------------------------------------- */

static size_t literals(const char *pattern)
{
	size_t n = 0;

	for (; pattern && *pattern; pattern++)
		n += !strchr("*?[]", *pattern);
	return n;
}

/* By anchor; without a pattern, then patterns: those that say less first. */
static int path_order(const struct group_item *a, const struct group_item *b)
{
	const struct group_path *x = &a->path, *y = &b->path;
	int order = strcmp(x->anchor, y->anchor);
	size_t in_x = 0, in_y = 0;
	unsigned int i;

	if (order)
		return order;
	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	if (x->anywhere != y->anywhere)
		return x->anywhere ? -1 : 1;
	for (i = 0; i < x->n; i++) {
		in_x += literals(x->part[i]);
		in_y += literals(y->part[i]);
	}
	if (in_x != in_y)
		return in_x < in_y ? -1 : 1;
	for (i = 0; i < x->n && !order; i++)
		order = strcmp(x->part[i], y->part[i]);
	return order;
}

static bool pattern_same(const struct group_item *a, const struct group_item *b)
{
	return !path_order(a, b);
}

/* The patterns of items @from to @to, the most specific one first; the number of the first + 1 */
static uint32_t globs_add(struct group_build *build, size_t from, size_t to, uint32_t anchor,
			  uint32_t base)
{
	uint32_t first = build->section[HULL_SECTION_GLOBS].n;
	struct hull_blob_glob *last;
	size_t i, k;

	for (i = to; i > from; i = k) {
		const struct group_path *path = &build->items[i - 1]->path;
		struct hull_blob_glob glob = {
			.anchor = (uint16_t)anchor, .n = (uint8_t)path->n,
			.flags = path->anywhere ? HULL_GLOB_ANYWHERE : 0,
		};

		for (k = i; k > from && pattern_same(build->items[k - 1], build->items[i - 1]); k--)
			;
		for (size_t j = k; j < i; j++)
			glob.cell = group_cell_with(build, glob.cell, build->items[j]->perms,
						    build->items[j]->rule);
		for (unsigned int part = 0; part < path->n; part++)
			glob.part[part] = group_string(build, path->part[part]);
		if (path->n > build->parts)
			build->parts = path->n;
		group_add(build, HULL_SECTION_GLOBS, &glob, 1);
	}
	if (to == from)
		return 0;
	last = group_at(build, HULL_SECTION_GLOBS, build->section[HULL_SECTION_GLOBS].n - 1);
	last->flags |= HULL_GLOB_LAST;
	return first - base + 1;
}

void group_file_table(struct group_build *build, struct hull_blob_class *class)
{
	uint16_t *table = group_alloc(build->arena, 2 * build->n_anchors * sizeof(*table));
	uint32_t base = build->section[HULL_SECTION_GLOBS].n;
	size_t i, k;

	group_sort(build, path_order);
	for (i = 0; i < build->n_items; i = k) {
		const char *path = build->items[i]->path.anchor;
		uint32_t anchor = (uint32_t)group_anchor_number(build, path), cell = 0, first;

		for (k = i; k < build->n_items && !strcmp(build->items[k]->path.anchor, path) &&
		     !build->items[k]->path.n; k++)
			cell = group_cell_with(build, cell, build->items[k]->perms,
					       build->items[k]->rule);
		first = (uint32_t)k;
		while (k < build->n_items && !strcmp(build->items[k]->path.anchor, path))
			k++;
		table[2 * anchor] = (uint16_t)cell;
		table[2 * anchor + 1] = (uint16_t)globs_add(build, first, k, anchor, base);
	}
	class->table[0] = table_add(build, table, 2 * build->n_anchors);
	class->table[1] = (struct hull_blob_span){
		base, build->section[HULL_SECTION_GLOBS].n - base,
	};
}

/* ---- names ------------------------------------------------------------------------------------- */

static bool is_pattern(const char *name)
{
	return strpbrk(name, "*?[\\");
}

/* Peers; names by length and bytes; patterns, those that say most first. */
static int name_order(const struct group_item *a, const struct group_item *b)
{
	int kind_a = !a->name ? 0 : 1 + is_pattern(a->name);
	int kind_b = !b->name ? 0 : 1 + is_pattern(b->name);
	size_t x, y;

	if (kind_a != kind_b)
		return kind_a - kind_b;
	if (!kind_a)
		return 0;
	x = kind_a == 1 ? strlen(a->name) : literals(b->name);
	y = kind_a == 1 ? strlen(b->name) : literals(a->name);
	if (x != y)
		return x < y ? -1 : 1;
	return strcmp(a->name, b->name);
}

void group_unix_table(struct group_build *build, struct hull_blob_class *class)
{
	const struct group_item **items = build->items;
	size_t i, k, peers, n = build->n_items;

	group_sort(build, name_order);
	for (peers = 0; peers < n && !items[peers]->name; peers++)
		;
	for (i = peers; i < n; i = k) {
		struct hull_blob_name name = { .text = group_string(build, items[i]->name) };
		unsigned int table = is_pattern(items[i]->name);

		for (k = i; k < n && !strcmp(items[k]->name, items[i]->name); k++)
			name.cell = group_cell_with(build, name.cell, items[k]->perms,
						    items[k]->rule);
		if (!class->table[table].n)
			class->table[table].at = build->section[HULL_SECTION_NAMES].n;
		class->table[table].n++;
		group_add(build, HULL_SECTION_NAMES, &name, 1);
	}
	build->n_items = peers;
	if (peers)
		class->table[2] = peers_paint(build);
}

/* ---- mounts -------------------------------------------------------------------------------------- */

/* The first that applies counts: a deeper target, then type, source and flags say more. */
static int mount_order(const struct group_item *a, const struct group_item *b)
{
	const struct group_mount *x = &a->mount, *y = &b->mount;
	size_t in_x[4] = { x->target ? strlen(x->target) : 0, literals(x->type) + !!x->type,
			   literals(x->source) + !!x->source,
			   (size_t)__builtin_popcount(x->set | x->clear) };
	size_t in_y[4] = { y->target ? strlen(y->target) : 0, literals(y->type) + !!y->type,
			   literals(y->source) + !!y->source,
			   (size_t)__builtin_popcount(y->set | y->clear) };
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (in_x[i] != in_y[i])
			return in_x[i] > in_y[i] ? -1 : 1;
	return a->rule > b->rule ? -1 : a->rule < b->rule;
}

void group_mount_table(struct group_build *build, struct hull_blob_class *class)
{
	size_t i;

	group_sort(build, mount_order);
	class->table[0].at = build->section[HULL_SECTION_MOUNTS].n;
	class->table[0].n = (uint32_t)build->n_items;
	for (i = 0; i < build->n_items; i++) {
		const struct group_item *item = build->items[i];
		struct hull_blob_mount mount = {
			.type = group_string(build, item->mount.type),
			.source = group_string(build, item->mount.source),
			.set = item->mount.set, .clear = item->mount.clear,
			.cell = group_cell_with(build, 0, item->perms, item->rule),
		};

		if (item->mount.target)
			mount.target = (uint32_t)group_anchor_number(build, item->mount.target) + 1;
		group_add(build, HULL_SECTION_MOUNTS, &mount, 1);
	}
}
