// SPDX-License-Identifier: GPL-2.0-only
/*
 * An immutable, sorted array of memory slots. See slot_array.h.
 */
#include "slot_array.h"

/* Index of the first slot that begins above @gpa. */
static unsigned int slots_above(const struct hull_memslots *slots, u64 gpa)
{
	unsigned int low = 0, high = slots->count;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (slots->slot[mid].base <= gpa)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct hull_memslot *hull_memslots_find(const struct hull_memslots *slots, u64 gpa)
{
	unsigned int above = slots_above(slots, gpa);
	const struct hull_memslot *slot;

	if (!above)
		return NULL;
	slot = &slots->slot[above - 1];
	if (gpa - slot->base >= slot->size || hull_memslot_gone(slot))
		return NULL;
	return slot;
}

const struct hull_memslot *hull_memslots_find_id(const struct hull_memslots *slots, u32 id)
{
	unsigned int i;

	for (i = 0; i < slots->count; i++)
		if (slots->slot[i].id == id)
			return &slots->slot[i];
	return NULL;
}

bool hull_memslots_overlap(const struct hull_memslots *slots, u64 base, u64 size, u32 id)
{
	unsigned int i;

	for (i = 0; i < slots->count; i++) {
		const struct hull_memslot *slot = &slots->slot[i];

		if (slot->id != id && base < slot->base + slot->size && slot->base < base + size)
			return true;
	}
	return false;
}

void hull_memslots_copy(struct hull_memslots *to, const struct hull_memslots *from, u32 id,
			const struct hull_memslot *add)
{
	unsigned int i;

	to->count = 0;
	for (i = 0; i < from->count; i++) {
		if (from->slot[i].id == id)
			continue;
		if (add && add->base < from->slot[i].base) {
			to->slot[to->count++] = *add;
			add = NULL;
		}
		to->slot[to->count++] = from->slot[i];
	}
	if (add)
		to->slot[to->count++] = *add;
}
