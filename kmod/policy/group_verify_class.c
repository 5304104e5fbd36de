// SPDX-License-Identifier: GPL-2.0-only
/* The tables of a blob: items each by itself, then what each policy says of each class. */

#include <policy/group_verify.h>

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#define WORK_MAX	(1u << 24)

static u32 count_of(const struct hull_verify *verify, u32 section)
{
	return verify->blob->section[section].n;
}

/* Tables may overlap: what they name is counted, so that looking at it all ends. */
static bool work_add(struct hull_verify *verify, u32 n)
{
	verify->work += n;
	return verify->work <= WORK_MAX;
}

/* ---- items by themselves ------------------------------------------------------ */

static bool globs_check(struct hull_verify *verify)
{
	const struct hull_ruleset *set = verify->set;
	u32 i, k;

	for (i = 0; i < count_of(verify, HULL_SECTION_GLOBS); i++) {
		const struct hull_blob_glob *glob = &set->glob[i];

		if (glob->anchor >= set->n_anchors || glob->cell >= set->n_cells || !glob->n ||
		    glob->n > set->parts || glob->reserved ||
		    glob->flags & ~(HULL_GLOB_ANYWHERE | HULL_GLOB_LAST))
			return hull_verify_fail(verify, HULL_SECTION_GLOBS, i, "not a pattern");
		for (k = 0; k < glob->n; k++)
			if (!hull_verify_string(verify, &glob->part[k], HULL_SECTION_GLOBS, i))
				return false;
	}
	return true;
}

/* Bit @i of a mask in network order: its bytes lie as on the wire. */
static bool mask_bit(const u32 mask[4], u32 i)
{
	return ((const u8 *)mask)[i / 8] & (0x80 >> i % 8);
}

static bool mask_is(const u32 mask[4], u32 len)
{
	u32 i;

	for (i = 0; i < 128; i++)
		if (mask_bit(mask, i) != (i < len))
			return false;
	return true;
}

static bool family_check(u32 family, u32 len)
{
	return (family == 4 && len <= 32) || (family == 6 && len <= 128);
}

static bool pages_check(struct hull_verify *verify)
{
	const struct hull_ruleset *set = verify->set;
	u32 i, k, n_pages = count_of(verify, HULL_SECTION_PAGES);

	for (i = 0; i < n_pages; i++)
		for (k = 0; k < 256; k++)
			if (set->page[i].at[k] >= set->n_cells ||
			    set->cell[set->page[i].at[k]].speaks & ~set->page[i].speaks)
				return hull_verify_fail(verify, HULL_SECTION_PAGES, i,
							"a page of ports has no such cell");
	for (i = 0; i < count_of(verify, HULL_SECTION_PORTS); i++)
		for (k = 0; k < 256; k++)
			if (set->ports[i].at[k] >= n_pages ||
			    set->page[set->ports[i].at[k]].speaks & ~set->ports[i].speaks)
				return hull_verify_fail(verify, HULL_SECTION_PORTS, i,
							"a table of ports has no such page");
	return true;
}

static bool nets_check(struct hull_verify *verify)
{
	const struct hull_ruleset *set = verify->set;
	u32 i;

	for (i = 0; i < count_of(verify, HULL_SECTION_NETS); i++)
		if (!family_check(set->net[i].family, set->net[i].len) ||
		    set->net[i].cell >= set->n_cells ||
		    set->net[i].ports > count_of(verify, HULL_SECTION_PORTS))
			return hull_verify_fail(verify, HULL_SECTION_NETS, i, "not a network");
	return true;
}

/* Would a search for the net in slot @at get there? */
static bool slot_found(struct hull_verify *verify, const struct hull_blob_prefix *prefix, u32 at)
{
	const u16 *slots = &verify->set->index[prefix->slots.at];
	u32 i = hull_net_slot(verify->set->net[slots[at] - 1].addr, prefix->slots.n);

	for (; i != at; i = (i + 1) & (prefix->slots.n - 1))
		if (!slots[i] || !work_add(verify, 1))
			return false;
	return true;
}

static bool prefix_check(struct hull_verify *verify, u32 i)
{
	const struct hull_ruleset *set = verify->set;
	const struct hull_blob_prefix *prefix = &set->prefix[i];
	u32 n_index = count_of(verify, HULL_SECTION_INDEX), n = prefix->slots.n, at, taken = 0, k;

	if (!family_check(prefix->family, prefix->len) || prefix->reserved ||
	    prefix->reserved2 || !mask_is(prefix->mask, prefix->len))
		return hull_verify_fail(verify, HULL_SECTION_PREFIXES, i, "not a prefix");
	if (n < 2 || n > 4 * HULL_BLOB_NETS_MAX || n & (n - 1) || prefix->slots.at > n_index ||
	    n > n_index - prefix->slots.at || !work_add(verify, n))
		return hull_verify_fail(verify, HULL_SECTION_PREFIXES, i, "not a table of networks");
	for (at = 0; at < n; at++) {
		const struct hull_blob_net *net;
		u32 slot = set->index[prefix->slots.at + at];

		if (!slot)
			continue;
		if (slot > count_of(verify, HULL_SECTION_NETS) || ++taken > n / 2)
			return hull_verify_fail(verify, HULL_SECTION_PREFIXES, i,
						"no such network, or too many of them");
		net = &set->net[slot - 1];
		for (k = 0; k < 4; k++)
			if (net->addr[k] & ~prefix->mask[k])
				break;
		if (k < 4 || net->family != prefix->family || net->len != prefix->len ||
		    !slot_found(verify, prefix, at))
			return hull_verify_fail(verify, HULL_SECTION_PREFIXES, i,
						"a network in a table that is not its own");
	}
	return true;
}

static bool ranges_check(struct hull_verify *verify)
{
	const struct hull_blob_range *range = verify->set->range;
	u32 i;

	for (i = 0; i < count_of(verify, HULL_SECTION_RANGES); i++, range++)
		if (range->first > range->last || range->cell >= verify->set->n_cells ||
		    range->reserved)
			return hull_verify_fail(verify, HULL_SECTION_RANGES, i, "not a range");
	return true;
}

static bool names_check(struct hull_verify *verify)
{
	const struct hull_ruleset *set = verify->set;
	u32 i;

	for (i = 0; i < count_of(verify, HULL_SECTION_NAMES); i++) {
		if (!hull_verify_string(verify, &set->name[i].text, HULL_SECTION_NAMES, i))
			return false;
		if (set->name[i].cell >= set->n_cells)
			return hull_verify_fail(verify, HULL_SECTION_NAMES, i, "no such cell");
	}
	return true;
}

static bool mounts_check(struct hull_verify *verify)
{
	const struct hull_ruleset *set = verify->set;
	u32 i;

	for (i = 0; i < count_of(verify, HULL_SECTION_MOUNTS); i++) {
		const struct hull_blob_mount *mount = &set->mount[i];

		if (!hull_verify_string(verify, &mount->type, HULL_SECTION_MOUNTS, i) ||
		    !hull_verify_string(verify, &mount->source, HULL_SECTION_MOUNTS, i))
			return false;
		if (mount->target > set->n_anchors || mount->set & mount->clear ||
		    (mount->set | mount->clear) & ~HULL_MOUNT_FLAGS || mount->cell >= set->n_cells)
			return hull_verify_fail(verify, HULL_SECTION_MOUNTS, i,
						"not a condition on mounts");
	}
	return true;
}

bool hull_verify_items(struct hull_verify *verify)
{
	u32 i;

	if (!ranges_check(verify) || !globs_check(verify) || !pages_check(verify) ||
	    !nets_check(verify) || !names_check(verify) || !mounts_check(verify))
		return false;
	for (i = 0; i < count_of(verify, HULL_SECTION_PREFIXES); i++)
		if (!prefix_check(verify, i))
			return false;
	return true;
}

/* ---- tables of a class ---------------------------------------------------------- */

static bool class_fail(struct hull_verify *verify, const char *why)
{
	return hull_verify_fail(verify, HULL_SECTION_SUBS, verify->item, why);
}

/* Does @cell ask only where somebody may wait? */
static bool cell_asks(struct hull_verify *verify, u32 cell)
{
	const struct hull_blob_cell *c = &verify->set->cell[cell];
	u32 bit, perms = c->speaks & verify->mute;

	if (!verify->asks)
		return true;
	if (!work_add(verify, HULL_CELL_PERMS))
		return class_fail(verify, "the tables are too large");
	for (bit = 0; bit < HULL_CELL_PERMS; bit++)
		if (perms & (1u << bit) &&
		    verify->set->rule[c->rule[bit]].action == HULL_DO_ASK)
			return class_fail(verify, "a question where nobody may wait for an answer");
	return true;
}

/* Nothing that a table decides may be outside of what the class says it speaks about. */
static bool cell_check(struct hull_verify *verify, const struct hull_blob_class *class, u32 cell)
{
	if (cell >= verify->set->n_cells)
		return class_fail(verify, "a table names a cell that there is not");
	if (verify->set->cell[cell].speaks & ~class->speaks)
		return class_fail(verify, "a table speaks about what its class doesn't");
	return cell_asks(verify, cell);
}

static bool span_check(struct hull_verify *verify, const struct hull_blob_span *span,
		       u32 section, u32 max)
{
	u32 n = count_of(verify, section);

	if (span->at <= n && span->n <= n - span->at && span->n <= max &&
	    work_add(verify, span->n))
		return true;
	return class_fail(verify, "a table is longer than it may be");
}

static bool index_check(struct hull_verify *verify, const struct hull_blob_class *class,
			const struct hull_blob_span *table, u32 max)
{
	u32 i;

	if (!span_check(verify, table, HULL_SECTION_INDEX, max))
		return false;
	for (i = 0; i < table->n; i++)
		if (!cell_check(verify, class, verify->set->index[table->at + i]))
			return false;
	return true;
}

static bool none_check(struct hull_verify *verify, const struct hull_blob_class *class)
{
	return true;
}

static bool number_check(struct hull_verify *verify, const struct hull_blob_class *class)
{
	return index_check(verify, class, &class->table[0], HULL_BLOB_NUMBERS_MAX);
}

static bool peer_check(struct hull_verify *verify, const struct hull_blob_class *class)
{
	return index_check(verify, class, &class->table[0], HULL_PEERS * HULL_PEER_STRIDE);
}

static bool range_check(struct hull_verify *verify, const struct hull_blob_class *class)
{
	const struct hull_blob_range *range;
	u32 i;

	if (!span_check(verify, &class->table[0], HULL_SECTION_RANGES, HULL_BLOB_CELLS_MAX))
		return false;
	range = &verify->set->range[class->table[0].at];
	for (i = 0; i < class->table[0].n; i++) {
		if (!cell_check(verify, class, range[i].cell))
			return false;
		if (i && range[i].first <= range[i - 1].last)
			return class_fail(verify, "ranges are not in order");
	}
	return true;
}

/* Patterns of an anchor: side by side, the last one marked, not too many. */
static bool file_globs_check(struct hull_verify *verify, const struct hull_blob_class *class)
{
	const struct hull_blob_glob *glob = &verify->set->glob[class->table[1].at];
	u32 i, run = 0, n = class->table[1].n;

	for (i = 0; i < n; i++) {
		if (!cell_check(verify, class, glob[i].cell))
			return false;
		if (run && glob[i].anchor != glob[i - 1].anchor)
			return class_fail(verify, "patterns of an anchor are not side by side");
		run = glob[i].flags & HULL_GLOB_LAST ? 0 : run + 1;
		if (run >= HULL_BLOB_LIST_MAX)
			return class_fail(verify, "too many patterns on one anchor");
	}
	return !run || class_fail(verify, "the last pattern is not marked");
}

static bool file_check(struct hull_verify *verify, const struct hull_blob_class *class)
{
	const struct hull_ruleset *set = verify->set;
	const struct hull_blob_glob *glob;
	const u16 *of;
	u32 i;

	if (!span_check(verify, &class->table[0], HULL_SECTION_INDEX, 2 * HULL_BLOB_ANCHORS_MAX) ||
	    !span_check(verify, &class->table[1], HULL_SECTION_GLOBS, HULL_BLOB_RULES_MAX))
		return false;
	if (class->table[0].n != 2 * set->n_anchors)
		return class_fail(verify, "not every anchor has its entry");
	glob = &set->glob[class->table[1].at];
	of = &set->index[class->table[0].at];
	if (!file_globs_check(verify, class))
		return false;
	for (i = 0; i < set->n_anchors; i++, of += 2) {
		if (!cell_check(verify, class, of[0]))
			return false;
		if (!of[1])
			continue;
		if (of[1] > class->table[1].n || glob[of[1] - 1].anchor != i ||
		    (of[1] > 1 && !(glob[of[1] - 2].flags & HULL_GLOB_LAST)))
			return class_fail(verify, "an anchor's patterns are not its own");
	}
	return true;
}

static bool inet_check(struct hull_verify *verify, const struct hull_blob_class *class)
{
	const struct hull_ruleset *set = verify->set;
	u32 i, k, n;

	if (!span_check(verify, &class->table[0], HULL_SECTION_PREFIXES, HULL_BLOB_PREFIXES_MAX))
		return false;
	for (i = 0; i < class->table[0].n; i++) {
		const struct hull_blob_prefix *prefix = &set->prefix[class->table[0].at + i];

		if (i && (prefix[-1].family > prefix->family ||
			  (prefix[-1].family == prefix->family && prefix[-1].len <= prefix->len)))
			return class_fail(verify, "prefixes are not in order");
		n = prefix->slots.n;
		if (!work_add(verify, n))
			return class_fail(verify, "tables are longer than they may be");
		for (k = 0; k < n; k++) {
			u32 slot = set->index[prefix->slots.at + k];
			const struct hull_blob_net *net = &set->net[slot ? slot - 1 : 0];

			if (slot && !net->ports && !cell_check(verify, class, net->cell))
				return false;
			if (slot && net->ports && set->ports[net->ports - 1].speaks & ~class->speaks)
				return class_fail(verify, "ports speak about what their class doesn't");
		}
	}
	return true;
}

static int names_order(const struct hull_ruleset *set, const struct hull_blob_string *a,
		       const struct hull_blob_string *b)
{
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(set->string + a->at, set->string + b->at, a->len);
}

static bool unix_check(struct hull_verify *verify, const struct hull_blob_class *class)
{
	const struct hull_blob_span *table = class->table;
	const struct hull_ruleset *set = verify->set;
	u32 i;

	if (!span_check(verify, &table[0], HULL_SECTION_NAMES, HULL_BLOB_RULES_MAX) ||
	    !span_check(verify, &table[1], HULL_SECTION_NAMES, HULL_BLOB_LIST_MAX) ||
	    !index_check(verify, class, &table[2], HULL_PEERS * HULL_PEER_STRIDE))
		return false;
	for (i = 0; i < table[0].n; i++) {
		const struct hull_blob_name *name = &set->name[table[0].at + i];

		if (!cell_check(verify, class, name->cell))
			return false;
		if (i && names_order(set, &name[-1].text, &name->text) >= 0)
			return class_fail(verify, "names are not in order");
	}
	for (i = 0; i < table[1].n; i++)
		if (!cell_check(verify, class, set->name[table[1].at + i].cell))
			return false;
	return true;
}

static bool mount_check(struct hull_verify *verify, const struct hull_blob_class *class)
{
	const struct hull_blob_span *table = &class->table[0];
	u32 i;

	if (!span_check(verify, table, HULL_SECTION_MOUNTS, HULL_BLOB_LIST_MAX))
		return false;
	for (i = 0; i < table->n; i++)
		if (!cell_check(verify, class, verify->set->mount[table->at + i].cell))
			return false;
	return true;
}

static bool (*const kinds[__HULL_KIND_MAX])(struct hull_verify *verify,
					    const struct hull_blob_class *class) = {
	[HULL_KIND_NONE] = none_check,
	[HULL_KIND_NUMBER] = number_check,
	[HULL_KIND_RANGES] = range_check,
	[HULL_KIND_PEER] = peer_check,
	[HULL_KIND_FILE] = file_check,
	[HULL_KIND_INET] = inet_check,
	[HULL_KIND_UNIX] = unix_check,
	[HULL_KIND_MOUNT] = mount_check,
};

static bool class_check(struct hull_verify *verify, u32 number,
			const struct hull_blob_class *class)
{
	const struct hull_ruleset *set = verify->set;
	u32 bit, perms = hull_class_perms(number);

	if (class->kind != HULL_KIND_NONE && class->kind != hull_class_rows[number].kind)
		return class_fail(verify, "a class is not of this kind");
	if (class->cell >= set->n_cells || set->cell[class->cell].speaks != perms)
		return class_fail(verify, "a default is not for each permission of its class");
	if (class->speaks & ~perms || class->plain & ~perms || class->plain & class->speaks ||
	    (class->kind == HULL_KIND_NONE && class->speaks))
		return class_fail(verify, "a class speaks about what it cannot");
	for (bit = 0; bit < HULL_CELL_PERMS; bit++)
		if (class->plain & (1u << bit) &&
		    set->rule[set->cell[class->cell].rule[bit]].action != HULL_DO_ALLOW)
			return class_fail(verify, "what is not allowed is not plain");
	if (!cell_asks(verify, class->cell))
		return false;
	return kinds[class->kind](verify, class);
}

bool hull_verify_sub(struct hull_verify *verify, u32 sub)
{
	const struct hull_blob_sub *of = &verify->set->sub[sub];
	u32 i;

	verify->item = sub;
	if (!hull_verify_string(verify, &of->name, HULL_SECTION_SUBS, sub))
		return false;
	for (i = 0; i < HULL_CLASSES; i++) {
		verify->mute = ~hull_class_asks(i);
		if (!class_check(verify, i, &of->class[i]))
			return false;
	}
	return true;
}
