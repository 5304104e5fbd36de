// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extended page tables: operations on a tree. See ept.h.
 */
#include "ept.h"

#define EPT_IGNORED_MISMATCH	(HULL_EPT_RWX | HULL_EPT_ACCESSED | HULL_EPT_DIRTY)

static u64 *entry_table(u64 entry)
{
	return hull_table_va(entry & HULL_EPT_ADDR);
}

u64 hull_ept_leaf_make(u32 features, u64 pa, u64 prot, unsigned int level)
{
	u64 entry = prot;

	if (level > 1) {
		entry |= HULL_EPT_LARGE;
		if (features & HULL_EPT_NX_HUGE)
			entry &= ~HULL_EPT_EXEC;
	}
	/* Set beforehand they cost the processor no locked access to the table. */
	if (features & HULL_EPT_AD) {
		entry |= HULL_EPT_ACCESSED;
		if (entry & HULL_EPT_WRITE)
			entry |= HULL_EPT_DIRTY;
	}
	return entry | (pa & HULL_EPT_ADDR & ~(hull_ept_size(level) - 1));
}

u64 hull_ept_lookup(u64 *root, u64 gpa, unsigned int *level)
{
	u64 *table = root;
	u64 entry;

	for (*level = HULL_EPT_LEVELS; ; --*level) {
		entry = READ_ONCE(table[hull_ept_index(gpa, *level)]);
		if (!hull_ept_present(entry))
			return 0;
		if (hull_ept_leaf(entry, *level))
			return entry;
		table = entry_table(entry);
	}
}

/* The dead wait for the flush; their first entry, a page address, is not present. */
static void table_bury(struct hull_ept_op *op, u64 *table)
{
	WRITE_ONCE(table[0], (u64)(unsigned long)op->dead);
	op->dead = table;
	op->tables--;
	op->flush = true;
}

static void leaf_dropped(struct hull_ept_op *op, unsigned int level)
{
	if (level == 1)
		op->mapped_4k--;
	else
		op->mapped_2m--;
	op->flush = true;
}

/* Fill @table with what the large leaf @leaf maps. Small leaves may be executable. */
static void table_from_large(struct hull_ept_op *op, u64 *table, u64 leaf)
{
	u64 small = (leaf & ~HULL_EPT_LARGE) | HULL_EPT_EXEC;
	unsigned int i;

	for (i = 0; i < HULL_EPT_ENTRIES; i++)
		table[i] = small + i * hull_ept_size(1);
	op->mapped_2m--;
	op->mapped_4k += HULL_EPT_ENTRIES;
	op->flush = true;
}

/*
 * The table below @slot, which is an entry of a table at @level; made if need be.
 * NULL when there is no spare one.
 */
static u64 *table_below(struct hull_ept_op *op, u64 *slot, unsigned int level)
{
	u64 entry = READ_ONCE(*slot);
	u64 *table;

	if (hull_ept_present(entry) && !hull_ept_leaf(entry, level))
		return entry_table(entry);
	if (!op->nr_spare)
		return NULL;

	table = op->spare[--op->nr_spare];
	if (hull_ept_present(entry))
		table_from_large(op, table, entry);
	op->tables++;
	hull_entry_xchg(slot, hull_table_pa(table) | HULL_EPT_RWX);
	return table;
}

static void leaf_set(struct hull_ept_op *op, u64 *slot, u64 entry, unsigned int level)
{
	u64 old = READ_ONCE(*slot);

	if (!hull_ept_present(old)) {
		if (level == 1)
			op->mapped_4k++;
		else
			op->mapped_2m++;
	} else if ((old ^ entry) & ~EPT_IGNORED_MISMATCH) {
		op->flush = true;	/* another page or type */
	} else {
		/* A wider right needs no flush: a stale one faults and is dropped by that. */
		entry |= old & HULL_EPT_RWX;
		if (!(entry & ~old & HULL_EPT_RWX))
			return;
	}
	hull_entry_xchg(slot, entry);
}

int hull_ept_map(struct hull_ept_op *op, u64 gpa, u64 pa, u64 prot, unsigned int level)
{
	unsigned int at = HULL_EPT_LEVELS;
	u64 *table = op->root;
	u64 *slot, entry;

	for (;; at--) {
		slot = &table[hull_ept_index(gpa, at)];
		entry = READ_ONCE(*slot);
		if (at == 1)
			break;
		if (at == level && (!hull_ept_present(entry) || hull_ept_leaf(entry, at)))
			break;
		table = table_below(op, slot, at);
		if (!table) {
			op->need = at > level ? at - level : 1;
			return -ENOMEM;
		}
	}
	leaf_set(op, slot, hull_ept_leaf_make(op->features, pa, prot, at), at);
	return 0;
}

/* What a range operation does with what it meets. Leaves are present. */
struct visitor {
	void (*leaf)(struct hull_ept_op *op, u64 *slot, unsigned int level, void *arg);
	/* if set: instead of the leaves, where a table of level 1 lies wholly in the range */
	void (*table)(struct hull_ept_op *op, u64 *slot);
};

/* Leaves of one table of level 1; returns how many entries were looked at. */
static unsigned int table_visit(struct hull_ept_op *op, u64 *table, u64 start, u64 end,
				const struct visitor *visitor, void *arg)
{
	unsigned int first = hull_ept_index(start, 1);
	unsigned int last = hull_ept_index(end - 1, 1);
	unsigned int i;

	for (i = first; i <= last; i++)
		if (hull_ept_present(READ_ONCE(table[i])))
			visitor->leaf(op, &table[i], 1, arg);
	return last - first + 1;
}

/* Descend to the lowest entry for @gpa that is no table above level 2. */
static u64 *slot_find(u64 *root, u64 gpa, unsigned int *level)
{
	u64 *table = root;
	u64 *slot;
	u64 entry;

	for (*level = HULL_EPT_LEVELS; ; --*level) {
		slot = &table[hull_ept_index(gpa, *level)];
		entry = READ_ONCE(*slot);
		if (*level == 2 || !hull_ept_present(entry))
			return slot;
		table = entry_table(entry);
	}
}

/* What @slot holds of [start, end); returns how many entries were looked at. */
static unsigned int entry_visit(struct hull_ept_op *op, u64 *slot, unsigned int level,
				u64 start, u64 end, const struct visitor *visitor, void *arg)
{
	u64 entry = READ_ONCE(*slot);

	if (hull_ept_leaf(entry, level)) {
		visitor->leaf(op, slot, level, arg);
		return 0;
	}
	if (visitor->table && end - start == hull_ept_size(level)) {
		visitor->table(op, slot);
		return HULL_EPT_ENTRIES;
	}
	return table_visit(op, entry_table(entry), start, end, visitor, arg);
}

static u64 range_visit(struct hull_ept_op *op, u64 start, u64 end,
		       const struct visitor *visitor, void *arg)
{
	unsigned int looked = 0, level;
	u64 *slot, next;

	end = min_t(u64, end, HULL_EPT_END);
	while (start < end && looked < HULL_EPT_CHUNK) {
		slot = slot_find(op->root, start, &level);
		next = min(hull_ept_next(start, level), end);
		looked++;
		if (hull_ept_present(READ_ONCE(*slot)))
			looked += entry_visit(op, slot, level, start, next, visitor, arg);
		start = next;
	}
	return start;
}

static void leaf_zap(struct hull_ept_op *op, u64 *slot, unsigned int level, void *arg)
{
	hull_entry_xchg(slot, 0);
	leaf_dropped(op, level);
}

static void table_zap(struct hull_ept_op *op, u64 *slot)
{
	u64 *table = entry_table(hull_entry_xchg(slot, 0));
	unsigned int i;

	for (i = 0; i < HULL_EPT_ENTRIES; i++)
		if (hull_ept_present(READ_ONCE(table[i])))
			op->mapped_4k--;
	table_bury(op, table);
}

u64 hull_ept_zap(struct hull_ept_op *op, u64 start, u64 end)
{
	static const struct visitor visitor = { .leaf = leaf_zap, .table = table_zap };

	return range_visit(op, start, end, &visitor, NULL);
}

static void leaf_protect(struct hull_ept_op *op, u64 *slot, unsigned int level, void *arg)
{
	if (!(READ_ONCE(*slot) & HULL_EPT_WRITE))
		return;
	hull_entry_clear(slot, HULL_EPT_WRITE);
	op->flush = true;
}

u64 hull_ept_protect(struct hull_ept_op *op, u64 start, u64 end)
{
	static const struct visitor visitor = { .leaf = leaf_protect };

	return range_visit(op, start, end, &visitor, NULL);
}

static void leaf_age(struct hull_ept_op *op, u64 *slot, unsigned int level, void *arg)
{
	bool *young = arg;

	if (!(op->features & HULL_EPT_AD)) {
		*young = true;
		leaf_zap(op, slot, level, NULL);
	} else if (READ_ONCE(*slot) & HULL_EPT_ACCESSED) {
		*young = true;
		hull_entry_clear(slot, HULL_EPT_ACCESSED);
	}
}

u64 hull_ept_age(struct hull_ept_op *op, u64 start, u64 end, bool *young)
{
	static const struct visitor visitor = { .leaf = leaf_age };

	return range_visit(op, start, end, &visitor, young);
}

static void leaf_young(struct hull_ept_op *op, u64 *slot, unsigned int level, void *arg)
{
	bool *young = arg;

	if (!(op->features & HULL_EPT_AD) || (READ_ONCE(*slot) & HULL_EPT_ACCESSED))
		*young = true;
}

u64 hull_ept_young(struct hull_ept_op *op, u64 start, u64 end, bool *young)
{
	static const struct visitor visitor = { .leaf = leaf_young };

	return range_visit(op, start, end, &visitor, young);
}

static bool table_empty(const u64 *table)
{
	unsigned int i;

	for (i = 0; i < HULL_EPT_ENTRIES; i++)
		if (READ_ONCE(table[i]))
			return false;
	return true;
}

u64 hull_ept_prune(struct hull_ept_op *op, u64 start, u64 end)
{
	unsigned int looked = 0;
	u64 *table, *slot, entry;

	end = min_t(u64, end, HULL_EPT_END);
	while (start < end && looked < HULL_EPT_CHUNK) {
		looked++;
		entry = READ_ONCE(op->root[hull_ept_index(start, 4)]);
		if (!hull_ept_present(entry)) {
			start = min(hull_ept_next(start, 4), end);
			continue;
		}
		slot = &entry_table(entry)[hull_ept_index(start, 3)];
		entry = READ_ONCE(*slot);
		if (hull_ept_present(entry)) {
			table = entry_table(entry);
			looked += HULL_EPT_ENTRIES;
			if (table_empty(table)) {
				hull_entry_xchg(slot, 0);
				table_bury(op, table);
			}
		}
		start = min(hull_ept_next(start, 3), end);
	}
	return start;
}
