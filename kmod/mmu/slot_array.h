/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An immutable array of memory slots, sorted by guest-physical address. Writers make
 * a changed copy. Pure: built in userland too.
 */
#ifndef HULL_MMU_SLOT_ARRAY_H
#define HULL_MMU_SLOT_ARRAY_H

#include "port.h"

/**
 * struct hull_memslot - guest-physical [base, base + size) is the VMM's [hva, hva + size)
 * @dirty: bitmap of written pages while the slot is logged, else NULL; a second half of
 *	the same size is where the log is taken to
 * @id: the name that userspace gave it
 * @flags: KVM_MEM_*
 * @gone: when it points at true, the notifier still sees the slot, and nobody else does;
 *	NULL: it stays
 */
struct hull_memslot {
	u64 base;
	u64 size;
	unsigned long hva;
	unsigned long *dirty;
	u32 id;
	u32 flags;
	const bool *gone;
};

struct hull_memslots {
	unsigned int count;
	struct hull_memslot slot[];
};

/** hull_memslot_gone - nobody finds it any more, but who has found it already has it still */
static inline bool hull_memslot_gone(const struct hull_memslot *slot)
{
	return slot->gone && READ_ONCE(*slot->gone);
}

/** hull_memslots_find - the slot that holds @gpa, or NULL */
const struct hull_memslot *hull_memslots_find(const struct hull_memslots *slots, u64 gpa);
/** hull_memslots_find_id - likewise by its name */
const struct hull_memslot *hull_memslots_find_id(const struct hull_memslots *slots, u32 id);
/** hull_memslots_overlap - does [base, base + size) touch a slot other than @id? */
bool hull_memslots_overlap(const struct hull_memslots *slots, u64 base, u64 size, u32 id);

/**
 * hull_memslots_copy - copy @from to @to without slot @id, with @add in its place
 * @to: has room for one slot more than @from
 * @add: may be NULL
 */
void hull_memslots_copy(struct hull_memslots *to, const struct hull_memslots *from, u32 id,
			const struct hull_memslot *add);

#endif
