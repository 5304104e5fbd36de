// SPDX-License-Identifier: GPL-2.0-only
/*
 * The EPT: one operation at a time, then random ones against a model.
 */
#include <stdlib.h>

#include "hull_tap.h"
#include "mmu/ept.h"
#include "random.h"

#define RW	(HULL_EPT_READ | HULL_EPT_WRITE | HULL_EPT_WB | HULL_EPT_IPAT)
#define RWX	(RW | HULL_EPT_EXEC)
#define RX	(HULL_EPT_READ | HULL_EPT_EXEC | HULL_EPT_WB | HULL_EPT_IPAT)
#define SIZE_2M	(2ULL << 20)
#define SIZE_1G	(1ULL << 30)

static struct hull_ept_op op;
static long live_tables;

static u64 *table_new(void)
{
	live_tables++;
	return aligned_alloc(PAGE_SIZE, PAGE_SIZE);
}

static u64 *table_zeroed(void)
{
	return memset(table_new(), 0, PAGE_SIZE);
}

static void table_drop(u64 *table)
{
	live_tables--;
	free(table);
}

static void tree_free(u64 *table, unsigned int level)
{
	unsigned int i;

	for (i = 0; level > 1 && i < HULL_EPT_ENTRIES; i++)
		if (hull_ept_present(table[i]) && !hull_ept_leaf(table[i], level))
			tree_free(hull_table_va(table[i] & HULL_EPT_ADDR), level - 1);
	table_drop(table);
}

static void tree_start(u32 features)
{
	op = (struct hull_ept_op) { .root = table_zeroed(), .features = features };
}

/* As the kernel does after each operation: flush, bury. Returns whether it flushed. */
static bool tree_commit(void)
{
	bool flushed = op.flush;

	while (op.dead) {
		u64 *table = op.dead;

		op.dead = (u64 *)(uintptr_t)table[0];
		table_drop(table);
	}
	op.flush = false;
	return flushed;
}

/* The end of a tree; true when no table leaked and the counts were right. */
static bool tree_end(void)
{
	bool ok;

	tree_commit();
	while (op.nr_spare)
		table_drop(op.spare[--op.nr_spare]);
	ok = op.tables + 1 == live_tables;
	tree_free(op.root, HULL_EPT_LEVELS);
	return ok && !live_tables;
}

static int tree_map(u64 gpa, u64 pa, u64 prot, unsigned int level)
{
	int err;

	while ((err = hull_ept_map(&op, gpa, pa, prot, level)) == -ENOMEM) {
		if (op.nr_spare >= op.need)
			return -1;
		while (op.nr_spare < op.need)
			op.spare[op.nr_spare++] = table_zeroed();
	}
	return err;
}

static void range_run(u64 (*fn)(struct hull_ept_op *, u64, u64), u64 start, u64 end)
{
	while (start < end)
		start = fn(&op, start, end);
}

static u64 leaf_at(u64 gpa, unsigned int *level)
{
	return hull_ept_lookup(op.root, gpa, level);
}

static void test_map(void)
{
	u64 gpa = 0x123456789000, entry;
	unsigned int level;
	int err;

	tree_start(HULL_EPT_AD);
	err = hull_ept_map(&op, gpa, 0x7000, RWX, 1);
	tap_ok(err == -ENOMEM && op.need == 3, "an empty tree wants three tables: %u", op.need);
	tree_map(gpa, 0x7000, RWX, 1);
	entry = leaf_at(gpa, &level);
	tap_ok(level == 1 && (entry & HULL_EPT_ADDR) == 0x7000, "a small leaf is found");
	tap_ok((entry & (RWX | HULL_EPT_ACCESSED | HULL_EPT_DIRTY)) ==
	       (RWX | HULL_EPT_ACCESSED | HULL_EPT_DIRTY) && !(entry & HULL_EPT_LARGE),
	       "with its rights, type, accessed and dirty bits");
	tap_ok(!leaf_at(gpa + PAGE_SIZE, &level) && !leaf_at(0, &level), "and no other");
	tap_ok(op.mapped_4k == 1 && op.tables == 3 && !op.flush, "counted, without a flush");

	tree_map(gpa, 0x7000, RX, 1);
	tap_ok((leaf_at(gpa, &level) & HULL_EPT_WRITE) && !op.flush,
	       "a lesser fault takes no right");
	tree_map(gpa, 0x9000, RX, 1);
	tap_ok(op.flush && leaf_at(gpa, &level) != entry && op.mapped_4k == 1,
	       "another page in its place is a flush");
	tap_ok(tree_end(), "no table is lost");
}

static void test_upgrade(void)
{
	unsigned int level;

	tree_start(0);
	tree_map(0x5000, 0x5000, RX, 1);
	tap_ok(!(leaf_at(0x5000, &level) & (HULL_EPT_WRITE | HULL_EPT_ACCESSED)), "read-only leaf");
	tree_map(0x5000, 0x5000, RWX, 1);
	tap_ok((leaf_at(0x5000, &level) & HULL_EPT_WRITE) && !op.flush, "made writable, no flush");
	tap_ok(tree_end(), "no table is lost");
}

static void test_large(void)
{
	u64 gpa = SIZE_1G + SIZE_2M, pa = 0x40000000 + 5 * PAGE_SIZE, entry;
	unsigned int level, i, good = 0;

	tree_start(HULL_EPT_AD);
	tree_map(gpa + 5 * PAGE_SIZE, pa, RWX, 2);
	entry = leaf_at(gpa + 0x1ff000, &level);
	tap_ok(level == 2 && (entry & HULL_EPT_ADDR) == 0x40000000 && (entry & HULL_EPT_LARGE) &&
	       op.mapped_2m == 1 && op.tables == 2, "a large leaf around the page");

	range_run(hull_ept_protect, gpa, gpa + PAGE_SIZE);
	tap_ok(!(leaf_at(gpa, &level) & HULL_EPT_WRITE) && tree_commit(), "protected as a whole");
	tree_map(gpa + 7 * PAGE_SIZE, 0x40007000, RWX, 1);
	for (i = 0; i < HULL_EPT_ENTRIES; i++) {
		entry = leaf_at(gpa + i * PAGE_SIZE, &level);
		good += level == 1 && (entry & HULL_EPT_ADDR) == 0x40000000 + i * PAGE_SIZE &&
			!(entry & HULL_EPT_LARGE) && !(entry & HULL_EPT_WRITE) == (i != 7);
	}
	tap_ok(good == HULL_EPT_ENTRIES, "split on a write, one page writable");
	tap_ok(op.mapped_2m == 0 && op.mapped_4k == HULL_EPT_ENTRIES && op.tables == 3, "counted");
	tap_ok(tree_commit(), "with a flush");

	tree_map(gpa + 9 * PAGE_SIZE, 0x40009000, RWX, 2);
	entry = leaf_at(gpa + 9 * PAGE_SIZE, &level);
	tap_ok(level == 1 && (entry & HULL_EPT_WRITE) && (entry & HULL_EPT_ADDR) == 0x40009000,
	       "a table stays where a large leaf was asked for");
	tap_ok(tree_end(), "no table is lost");
}

static void test_nx_huge(void)
{
	unsigned int level;

	tree_start(HULL_EPT_NX_HUGE);
	tree_map(0, 0, RWX, 2);
	tap_ok(!(leaf_at(0, &level) & HULL_EPT_EXEC) && level == 2, "no large leaf is executable");
	tree_map(0x3000, 0x3000, RWX, 1);
	tap_ok((leaf_at(0x3000, &level) & HULL_EPT_EXEC) && level == 1, "a fetch splits it");
	tap_ok((leaf_at(0x4000, &level) & HULL_EPT_RWX) == HULL_EPT_RWX,
	       "small ones are executable");
	tap_ok(tree_end(), "no table is lost");
}

static void test_zap(void)
{
	unsigned int level, i;
	u64 next;

	tree_start(HULL_EPT_AD);
	for (i = 0; i < 1024; i++)
		tree_map(i * PAGE_SIZE, i * PAGE_SIZE, RWX, 1);
	tree_map(SIZE_1G, SIZE_1G, RWX, 2);
	range_run(hull_ept_zap, PAGE_SIZE, SIZE_2M);
	tap_ok(leaf_at(0, &level) && !leaf_at(PAGE_SIZE, &level) &&
	       !leaf_at(SIZE_2M - PAGE_SIZE, &level) && leaf_at(SIZE_2M, &level) &&
	       op.mapped_4k == 513 && !op.dead, "part of a table");
	range_run(hull_ept_zap, 0, 2 * SIZE_2M);
	tap_ok(op.mapped_4k == 0 && op.tables == 3 && op.dead, "whole tables go");
	tap_ok(tree_commit(), "with a flush");
	range_run(hull_ept_zap, SIZE_1G + 0x5000, SIZE_1G + 0x6000);
	tap_ok(op.mapped_2m == 0 && !leaf_at(SIZE_1G, &level) && tree_commit(),
	       "a large leaf goes as a whole");
	range_run(hull_ept_zap, 0, HULL_EPT_END);
	tap_ok(!tree_commit(), "nothing there is no flush");

	range_run(hull_ept_prune, 0, SIZE_1G);
	tap_ok(op.tables == 2 && tree_commit(), "an empty table of level 2 is pruned");
	range_run(hull_ept_prune, 0, HULL_EPT_END);
	tap_ok(op.tables == 1, "both of them");

	for (i = 0; i < 32; i++)
		tree_map(i * SIZE_2M, 0, RWX, 1);
	next = hull_ept_zap(&op, 0, HULL_EPT_END);
	tap_ok(next < 32 * SIZE_2M && op.mapped_4k > 0,
	       "a call looks at a bounded number of entries");
	next = hull_ept_zap(&op, HULL_EPT_END - SIZE_1G, ~0ULL);
	tap_ok(next == HULL_EPT_END, "and not beyond the last address");
	tap_ok(tree_end(), "no table is lost");
}

static bool age_all(u64 (*fn)(struct hull_ept_op *, u64, u64, bool *))
{
	bool young = false;
	u64 start = 0;

	while (start < SIZE_1G)
		start = fn(&op, start, SIZE_1G, &young);
	return young;
}

static void test_age(void)
{
	unsigned int level;

	tree_start(HULL_EPT_AD);
	tree_map(0x1000, 0x1000, RWX, 1);
	tree_map(SIZE_2M, SIZE_2M, RWX, 2);
	tap_ok(age_all(hull_ept_young) && age_all(hull_ept_age), "fresh leaves are young");
	tap_ok(!age_all(hull_ept_young) && !age_all(hull_ept_age), "then old");
	tap_ok(leaf_at(0x1000, &level) && leaf_at(SIZE_2M, &level) && !op.flush, "and still there");
	tap_ok(tree_end(), "no table is lost");

	tree_start(0);
	tree_map(0x1000, 0x1000, RWX, 1);
	tap_ok(age_all(hull_ept_young) && leaf_at(0x1000, &level), "without A bits: young, kept");
	tap_ok(age_all(hull_ept_age) && !leaf_at(0x1000, &level) && op.flush, "aged by dropping");
	tap_ok(!age_all(hull_ept_age) && tree_end(), "no table is lost");
}

/* A model: pages of two blocks of 2 MiB around each of a few boundaries. */
#define BLOCKS	8
#define PAGES	(BLOCKS * HULL_EPT_ENTRIES)

static const u64 block_base[BLOCKS] = {
	0, SIZE_2M, SIZE_1G - SIZE_2M, SIZE_1G, (1ULL << 39) - SIZE_2M, 1ULL << 39,
	HULL_EPT_END - 2 * SIZE_2M, HULL_EPT_END - SIZE_2M,
};

static struct { bool mapped, writable; } model[PAGES];
static bool model_table[BLOCKS];	/* mapped by small leaves, perhaps none of them left */

static u64 page_gpa(unsigned int page)
{
	return block_base[page / HULL_EPT_ENTRIES] + page % HULL_EPT_ENTRIES * PAGE_SIZE;
}

static void model_map(unsigned int page, bool write, bool large)
{
	unsigned int block = page / HULL_EPT_ENTRIES, first = block * HULL_EPT_ENTRIES, i;

	if (!large)
		model_table[block] = true;
	if (model_table[block]) {
		model[page].mapped = true;
		model[page].writable |= write;
		return;
	}
	for (i = first; i < first + HULL_EPT_ENTRIES; i++) {
		model[i].mapped = true;
		model[i].writable |= write;
	}
}

static void model_clear(unsigned int page, unsigned int count, bool zap)
{
	unsigned int i;

	for (i = page; i < page + count; i++) {
		unsigned int block = i / HULL_EPT_ENTRIES, first = block * HULL_EPT_ENTRIES, j;

		if (model_table[block]) {
			model[i].mapped = model[i].mapped && !zap;
			model[i].writable = false;
			continue;
		}
		for (j = first; j < first + HULL_EPT_ENTRIES; j++) {
			model[j].mapped = model[j].mapped && !zap;
			model[j].writable = false;
		}
	}
	if (zap && page % HULL_EPT_ENTRIES == 0 && count == HULL_EPT_ENTRIES)
		model_table[page / HULL_EPT_ENTRIES] = false;
}

static bool model_agrees(void)
{
	long small = 0, large = 0;
	unsigned int page, level;

	for (page = 0; page < PAGES; page++) {
		u64 gpa = page_gpa(page), entry = leaf_at(gpa, &level);

		if (!entry != !model[page].mapped)
			return false;
		if (!entry)
			continue;
		if (!(entry & HULL_EPT_WRITE) != !model[page].writable)
			return false;
		if ((entry & HULL_EPT_ADDR) != (level == 1 ? gpa : gpa & ~(SIZE_2M - 1)))
			return false;
		small += level == 1;
		large += level == 2 && page % HULL_EPT_ENTRIES == 0;
	}
	return small == op.mapped_4k && large == op.mapped_2m;
}

static void random_op(void)
{
	unsigned int page = random_below(PAGES);
	unsigned int room = HULL_EPT_ENTRIES - page % HULL_EPT_ENTRIES;
	unsigned int count = 1 + random_below(room);
	u64 gpa = page_gpa(page);
	bool write = random_below(2), large = random_below(2);

	switch (random_below(8)) {
	case 0 ... 4:
		tree_map(gpa, gpa, write ? RWX : RX, large ? 2 : 1);
		model_map(page, write, large);
		break;
	case 5:
		range_run(hull_ept_protect, gpa, gpa + count * PAGE_SIZE);
		model_clear(page, count, false);
		break;
	case 6:
		page -= page % HULL_EPT_ENTRIES;
		range_run(hull_ept_zap, page_gpa(page), page_gpa(page) + SIZE_2M);
		model_clear(page, HULL_EPT_ENTRIES, true);
		break;
	case 7:
		range_run(hull_ept_zap, gpa, gpa + count * PAGE_SIZE);
		model_clear(page, count, true);
		if (random_below(4) == 0)
			range_run(hull_ept_prune, 0, HULL_EPT_END);
		break;
	}
}

static void test_model(void)
{
	unsigned int i, bad = 0;

	tree_start(HULL_EPT_AD);
	for (i = 0; i < 3000 && !bad; i++) {
		random_op();
		tree_commit();
		bad += !model_agrees();
	}
	tap_ok(!bad, "the tree and the model agree after each of %u random operations", i);
	tap_ok(tree_end(), "no table is lost");
}

int main(void)
{
	tap_plan(41);
	test_map();
	test_upgrade();
	test_large();
	test_nx_huge();
	test_zap();
	test_age();
	test_model();
	return tap_end();
}
