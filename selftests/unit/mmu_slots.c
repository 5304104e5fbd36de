// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arrays of memory slots: edges, then random changes against a linear search.
 */
#include <stdlib.h>

#include "hull_tap.h"
#include "mmu/slot_array.h"
#include "random.h"

#define SLOTS	40
#define SPACE	200	/* pages */

static struct hull_memslots *slots;

static void slots_change(u32 id, const struct hull_memslot *add)
{
	struct hull_memslots *new;

	new = malloc(sizeof(*new) + (slots->count + 1) * sizeof(new->slot[0]));
	hull_memslots_copy(new, slots, id, add);
	free(slots);
	slots = new;
}

static struct hull_memslot slot_of(u32 id, u64 page, u64 pages)
{
	return (struct hull_memslot) {
		.base = page * PAGE_SIZE, .size = pages * PAGE_SIZE, .id = id,
		.hva = 0x10000000 + id * 0x1000000UL,
	};
}

static const struct hull_memslot *find_linear(u64 gpa)
{
	unsigned int i;

	for (i = 0; i < slots->count; i++)
		if (gpa >= slots->slot[i].base && gpa < slots->slot[i].base + slots->slot[i].size)
			return &slots->slot[i];
	return NULL;
}

static bool slots_sorted(void)
{
	unsigned int i;

	for (i = 1; i < slots->count; i++)
		if (slots->slot[i - 1].base + slots->slot[i - 1].size > slots->slot[i].base)
			return false;
	return true;
}

static void test_edges(void)
{
	struct hull_memslot a = slot_of(1, 10, 5), b = slot_of(2, 15, 1);
	bool gone = false;

	tap_ok(!hull_memslots_find(slots, 0), "nothing in an empty array");
	slots_change(2, &b);
	slots_change(1, &a);
	tap_ok(!hull_memslots_find(slots, 10 * PAGE_SIZE - 1), "before the first byte");
	tap_ok(hull_memslots_find(slots, 10 * PAGE_SIZE)->id == 1, "first byte");
	tap_ok(hull_memslots_find(slots, 15 * PAGE_SIZE - 1)->id == 1, "last byte");
	tap_ok(hull_memslots_find(slots, 15 * PAGE_SIZE)->id == 2, "the neighbour's");
	tap_ok(!hull_memslots_find(slots, 16 * PAGE_SIZE), "behind the last");
	tap_ok(hull_memslots_overlap(slots, 14 * PAGE_SIZE, PAGE_SIZE, 7),
	       "overlap of the last page");
	tap_ok(!hull_memslots_overlap(slots, 16 * PAGE_SIZE, PAGE_SIZE, 7), "none behind it");
	tap_ok(!hull_memslots_overlap(slots, 11 * PAGE_SIZE, PAGE_SIZE, 1), "none with itself");
	a.gone = &gone;
	slots_change(1, &a);
	tap_ok(hull_memslots_find(slots, 10 * PAGE_SIZE)->id == 1, "one that may leave is found");
	gone = true;
	tap_ok(!hull_memslots_find(slots, 10 * PAGE_SIZE) && hull_memslots_find_id(slots, 1),
	       "one that leaves is not found by its address");
	slots_change(1, NULL);
	slots_change(2, NULL);
	tap_ok(!slots->count, "all gone");
}

static void test_random(void)
{
	unsigned int round, page, bad = 0;

	for (round = 0; round < 2000 && !bad; round++) {
		u32 id = random_below(SLOTS);
		struct hull_memslot slot = slot_of(id, random_below(SPACE), 1 + random_below(8));

		if (random_below(3) == 0)
			slots_change(id, NULL);
		else if (!hull_memslots_overlap(slots, slot.base, slot.size, id))
			slots_change(id, &slot);
		bad += !slots_sorted();
		for (page = 0; page < SPACE + 10; page++)
			bad += hull_memslots_find(slots, page * PAGE_SIZE + 5) !=
			       find_linear(page * PAGE_SIZE + 5);
	}
	tap_ok(!bad, "search and a look at each agree over %u changes", round);
}

int main(void)
{
	tap_plan(13);
	slots = calloc(1, sizeof(*slots));
	test_edges();
	test_random();
	free(slots);
	return tap_end();
}
