/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Extended page tables: entries, and operations on a tree of them.
 *
 * Pure: memory for tables is handed in, tables that fall out and the need of a flush
 * are handed back in struct hull_ept_op. The caller serialises. SDM Vol. 3, 29.3.
 */
#ifndef HULL_MMU_EPT_H
#define HULL_MMU_EPT_H

#include "port.h"

#define HULL_EPT_READ		BIT_ULL(0)
#define HULL_EPT_WRITE		BIT_ULL(1)
#define HULL_EPT_EXEC		BIT_ULL(2)
#define HULL_EPT_RWX		(HULL_EPT_READ | HULL_EPT_WRITE | HULL_EPT_EXEC)
#define HULL_EPT_UC		(0ULL << 3)	/* memory types of a leaf */
#define HULL_EPT_WB		(6ULL << 3)
#define HULL_EPT_IPAT		BIT_ULL(6)	/* the guest's PAT does not count */
#define HULL_EPT_LARGE		BIT_ULL(7)
#define HULL_EPT_ACCESSED	BIT_ULL(8)
#define HULL_EPT_DIRTY		BIT_ULL(9)
#define HULL_EPT_ADDR		GENMASK_ULL(51, 12)

#define HULL_EPT_LEVELS		4
#define HULL_EPT_ENTRIES	512
#define HULL_EPT_END		BIT_ULL(48)	/* the first address that four levels lack */

/* struct hull_ept_op.features */
#define HULL_EPT_AD		BIT(0)	/* the processor keeps accessed and dirty bits */
#define HULL_EPT_NX_HUGE	BIT(1)	/* large leaves are never executable */

/* Entries that a range operation looks at before it returns to its caller. */
#define HULL_EPT_CHUNK		4096

/* Tables that a mapping needs at most: one for each level below the root. */
#define HULL_EPT_SPARES		(HULL_EPT_LEVELS - 1)

/**
 * struct hull_ept_op - one or more operations on a tree
 * @root: the level 4 table
 * @features: HULL_EPT_AD, HULL_EPT_NX_HUGE
 * @spare: zeroed tables to build with; @nr_spare of them
 * @need: out, when a mapping lacks tables: how many it wants
 * @flush: out: entries went or were tightened, translations must be dropped
 * @dead: out: tables that fell out, linked by their first entry; to be freed after
 *	the flush
 * @mapped_4k: out: change of the number of 4 KiB leaves; @mapped_2m, @tables likewise
 */
struct hull_ept_op {
	u64 *root;
	u32 features;

	u64 *spare[HULL_EPT_SPARES];
	unsigned int nr_spare;
	unsigned int need;

	bool flush;
	u64 *dead;
	long mapped_4k, mapped_2m, tables;
};

static inline unsigned int hull_ept_shift(unsigned int level)
{
	return 12 + 9 * (level - 1);
}

/** hull_ept_size - bytes that an entry of a table at @level maps */
static inline u64 hull_ept_size(unsigned int level)
{
	return 1ULL << hull_ept_shift(level);
}

static inline unsigned int hull_ept_index(u64 gpa, unsigned int level)
{
	return (gpa >> hull_ept_shift(level)) & (HULL_EPT_ENTRIES - 1);
}

/** hull_ept_next - the first address beyond the entry that maps @gpa at @level */
static inline u64 hull_ept_next(u64 gpa, unsigned int level)
{
	return (gpa | (hull_ept_size(level) - 1)) + 1;
}

static inline bool hull_ept_present(u64 entry)
{
	return entry & HULL_EPT_RWX;
}

static inline bool hull_ept_leaf(u64 entry, unsigned int level)
{
	return level == 1 || (entry & HULL_EPT_LARGE);
}

/** hull_ept_leaf_make - a leaf entry for @level; @prot: HULL_EPT_* rights and type */
u64 hull_ept_leaf_make(u32 features, u64 pa, u64 prot, unsigned int level);

/** hull_ept_lookup - the leaf entry that maps @gpa, or 0; *@level says where it is */
u64 hull_ept_lookup(u64 *root, u64 gpa, unsigned int *level);

/**
 * hull_ept_map - enter a leaf
 * @gpa: guest-physical address, anywhere in the page
 * @pa: physical address of the 4 KiB page that holds it
 * @prot: HULL_EPT_* rights and memory type
 * @level: 2 for a large leaf around @pa, 1 for a small one. A large leaf in the way of
 *	a small one is split; a table in the way of a large one stays, and a small one
 *	is entered
 *
 * Rights that a leaf for the same page already has are kept.
 * Return: 0, or -ENOMEM with @op->need set.
 */
int hull_ept_map(struct hull_ept_op *op, u64 gpa, u64 pa, u64 prot, unsigned int level);

/*
 * Operations on [start, end): they return the address up to which the work is done,
 * @end at last; HULL_EPT_CHUNK entries at most are looked at in one call.
 */

/** hull_ept_zap - drop every leaf; a large leaf that is met is dropped whole */
u64 hull_ept_zap(struct hull_ept_op *op, u64 start, u64 end);
/** hull_ept_protect - take the right to write from every leaf */
u64 hull_ept_protect(struct hull_ept_op *op, u64 start, u64 end);
/**
 * hull_ept_age - were pages used since the last time?
 * @young: set when one was
 *
 * Without accessed bits the leaves are dropped, so that the next use shows.
 */
u64 hull_ept_age(struct hull_ept_op *op, u64 start, u64 end, bool *young);
/** hull_ept_young - like hull_ept_age(), changes nothing */
u64 hull_ept_young(struct hull_ept_op *op, u64 start, u64 end, bool *young);
/** hull_ept_prune - drop tables of level 2 that map nothing, after a zap */
u64 hull_ept_prune(struct hull_ept_op *op, u64 start, u64 end);

#endif
