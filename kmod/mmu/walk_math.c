// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's own paging. See walk_math.h.
 */
#include <asm/processor-flags.h>

#include "walk_math.h"

#define WALK_EFER_LMA	BIT(10)
#define WALK_EFER_NXE	BIT(11)

/* entries: SDM Vol. 3, tables 4-4 to 4-6, 4-8 to 4-11, 4-15 to 4-20 */
#define PTE_PRESENT	BIT_ULL(0)
#define PTE_WRITE	BIT_ULL(1)
#define PTE_USER	BIT_ULL(2)
#define PTE_ACCESSED	BIT_ULL(5)
#define PTE_DIRTY	BIT_ULL(6)
#define PTE_LARGE	BIT_ULL(7)
#define PTE_KEY_SHIFT	59
#define PTE_NX		BIT_ULL(63)

/* page-fault error code: SDM Vol. 3, 4.7 */
#define PF_PRESENT	BIT(0)
#define PF_WRITE	BIT(1)
#define PF_USER		BIT(2)
#define PF_RSVD		BIT(3)
#define PF_FETCH	BIT(4)
#define PF_KEY		BIT(5)

#define LEVELS_MAX	4

/* Races with other vCPUs over accessed and dirty bits that are put up with. */
#define TRIES_MAX	64

/**
 * struct paging - one of the paging modes
 * @levels: of tables
 * @size: of an entry
 * @bits: of the address that index a table
 * @large: levels at which a large page may be, as a bit mask
 * @root: the bits of CR3 that are the root's address
 * @linear: the bits of a linear address that are translated
 * @rights: levels whose entries hold rights and an accessed bit, as a bit mask
 */
struct paging {
	unsigned int levels, size, bits;
	u32 large, rights;
	u64 root, linear;
};

static const struct paging paging_32 = {
	.levels = 2, .size = 4, .bits = 10, .large = BIT(2), .rights = BIT(1) | BIT(2),
	.root = GENMASK_ULL(31, 12), .linear = GENMASK_ULL(31, 0),
};

static const struct paging paging_pae = {
	.levels = 3, .size = 8, .bits = 9, .large = BIT(2), .rights = BIT(1) | BIT(2),
	.root = GENMASK_ULL(31, 5), .linear = GENMASK_ULL(31, 0),
};

static const struct paging paging_long = {
	.levels = 4, .size = 8, .bits = 9, .large = BIT(2) | BIT(3),
	.rights = BIT(1) | BIT(2) | BIT(3) | BIT(4),
	.root = GENMASK_ULL(51, 12), .linear = GENMASK_ULL(47, 0),
};

/* A walk on its way. */
struct state {
	const struct hull_walk *walk;
	const struct paging *paging;
	const struct hull_walk_ops *ops;
	void *opaque;
	u64 gva;
	u32 access;
	u64 address;			/* bits of an entry that are an address */
	u64 reserved;			/* bits that are reserved at each level */

	bool user, writable, nx;	/* of all entries up to here */
	unsigned int key, level;	/* of the leaf, once it is found */
	struct { u64 gpa, entry; } step[LEVELS_MAX + 1];	/* entries used, by level */
};

static const struct paging *paging_of(const struct hull_walk *walk)
{
	if (walk->efer & WALK_EFER_LMA)
		return &paging_long;
	return walk->cr4 & X86_CR4_PAE ? &paging_pae : &paging_32;
}

static unsigned int level_shift(const struct paging *paging, unsigned int level)
{
	return 12 + paging->bits * (level - 1);
}

static unsigned int physical_bits(const struct state *s)
{
	unsigned int bits = max_t(unsigned int, s->walk->maxphyaddr, 32);

	return min(bits, s->paging->size == 4 ? 40U : 52U);
}

/* The masks that all levels share. */
static void masks_fill(struct state *s)
{
	unsigned int bits = physical_bits(s);

	s->address = GENMASK_ULL(bits - 1, 12);
	s->reserved = 0;
	if (s->paging->size == 4)
		return;
	s->reserved = GENMASK_ULL(51, 12) & ~s->address;
	if (s->paging != &paging_long)
		s->reserved |= GENMASK_ULL(62, 52);
	if (!(s->walk->efer & WALK_EFER_NXE))
		s->reserved |= PTE_NX;
}

static bool entry_large(const struct state *s, u64 entry, unsigned int level)
{
	if (!(entry & PTE_LARGE) || !(s->paging->large & BIT(level)))
		return false;
	return s->paging->size == 8 || (s->walk->cr4 & X86_CR4_PSE);
}

/* Bits that must be 0 in a present entry. */
static u64 entry_reserved(const struct state *s, unsigned int level, bool large)
{
	u64 reserved = s->reserved;

	if (s->paging->size == 4)	/* PSE-36: address bits 39:32 are in bits 20:13 */
		return large ? GENMASK_ULL(21, physical_bits(s) - 19) : 0;

	if (!(s->paging->rights & BIT(level)))	/* a PDPTE of PAE paging */
		return reserved | PTE_NX | GENMASK_ULL(8, 5) | GENMASK_ULL(2, 1);
	if (level == LEVELS_MAX)
		reserved |= PTE_LARGE;
	if (large)
		reserved |= GENMASK_ULL(level_shift(s->paging, level) - 1, 13);
	return reserved;
}

/* What the leaf entry at @level maps @s->gva to. */
static u64 leaf_gpa(const struct state *s, u64 entry, unsigned int level)
{
	unsigned int shift = level_shift(s->paging, level);
	u64 address = entry & s->address;

	if (s->paging->size == 4) {
		address = entry & GENMASK_ULL(31, 12);
		if (level == 2)
			address |= (entry & GENMASK_ULL(20, 13)) << 19;
	}
	return (address & ~GENMASK_ULL(shift - 1, 0)) | (s->gva & GENMASK_ULL(shift - 1, 0));
}

static void rights_add(struct state *s, u64 entry, unsigned int level)
{
	if (!(s->paging->rights & BIT(level)))
		return;
	s->user = s->user && (entry & PTE_USER);
	s->writable = s->writable && (entry & PTE_WRITE);
	s->nx = s->nx || (s->paging->size == 8 && (entry & PTE_NX));
}

/* The part of the error code that says what was tried. */
static u32 error_base(const struct state *s)
{
	const struct hull_walk *walk = s->walk;
	u32 error = 0;

	if (s->access & HULL_ACCESS_WRITE)
		error |= PF_WRITE;
	if (walk->cpl == 3 && !(s->access & HULL_WALK_SUPER))
		error |= PF_USER;
	if ((s->access & HULL_ACCESS_EXEC) &&
	    ((walk->cr4 & X86_CR4_SMEP) ||
	     ((walk->cr4 & X86_CR4_PAE) && (walk->efer & WALK_EFER_NXE))))
		error |= PF_FETCH;
	return error;
}

/* Protection keys: data accesses to user pages. SDM Vol. 3, 4.6.2 */
static bool key_denies(const struct state *s, bool by_user)
{
	const struct hull_walk *walk = s->walk;
	u32 rights;

	if (!(walk->cr4 & X86_CR4_PKE) || !(walk->efer & WALK_EFER_LMA) || !s->user ||
	    (s->access & HULL_ACCESS_EXEC))
		return false;
	rights = walk->pkru >> (2 * s->key);
	if (rights & BIT(0))
		return true;
	return (rights & BIT(1)) && (s->access & HULL_ACCESS_WRITE) &&
	       (by_user || (walk->cr0 & X86_CR0_WP));
}

/* SDM Vol. 3, 4.6.1 */
static bool rights_deny(const struct state *s, bool by_user)
{
	const struct hull_walk *walk = s->walk;
	bool write = s->access & HULL_ACCESS_WRITE;

	if (by_user && !s->user)
		return true;
	if (s->access & HULL_ACCESS_EXEC)
		return s->nx || (!by_user && s->user && (walk->cr4 & X86_CR4_SMEP));
	if (!by_user && s->user && (walk->cr4 & X86_CR4_SMAP) &&
	    (!walk->ac || (s->access & HULL_WALK_SUPER)))
		return true;
	return write && !s->writable && (by_user || (walk->cr0 & X86_CR0_WP));
}

/* Down to the leaf. 0, -EFAULT, or -EPERM with *@error. */
static int descend(struct state *s, u32 *error)
{
	const struct paging *paging = s->paging;
	u64 table = s->walk->cr3 & paging->root;
	unsigned int level, shift = level_shift(paging, paging->levels);

	for (level = paging->levels; ; level--, shift -= paging->bits) {
		u64 index = (s->gva >> shift) & (BIT(paging->bits) - 1);
		u64 entry;
		bool large;

		s->step[level].gpa = table + index * paging->size;
		if (s->ops->read(s->opaque, s->step[level].gpa, paging->size, &entry))
			return -EFAULT;
		s->step[level].entry = entry;
		if (!(entry & PTE_PRESENT)) {
			*error = error_base(s);
			return -EPERM;
		}
		large = entry_large(s, entry, level);
		if (entry & entry_reserved(s, level, large)) {
			*error = error_base(s) | PF_PRESENT | PF_RSVD;
			return -EPERM;
		}
		rights_add(s, entry, level);
		if (large || level == 1) {
			s->level = level;
			s->key = (entry >> PTE_KEY_SHIFT) & 15;
			return 0;
		}
		table = entry & s->address;
	}
}

static int check(const struct state *s, u32 *error)
{
	bool by_user = s->walk->cpl == 3 && !(s->access & HULL_WALK_SUPER);
	bool key = key_denies(s, by_user);

	if (!key && !rights_deny(s, by_user))
		return 0;
	*error = error_base(s) | PF_PRESENT | (key ? PF_KEY : 0);
	return -EPERM;
}

/* Accessed bits on the way, the dirty bit in the leaf. SDM Vol. 3, 4.8 */
static int mark(const struct state *s)
{
	unsigned int level;

	for (level = s->paging->levels; level >= s->level; level--) {
		u64 old = s->step[level].entry;
		u64 new = old | PTE_ACCESSED;
		int err;

		if (!(s->paging->rights & BIT(level)))
			continue;
		if (level == s->level && (s->access & HULL_ACCESS_WRITE))
			new |= PTE_DIRTY;
		if (new == old)
			continue;
		err = s->ops->exchange(s->opaque, s->step[level].gpa, s->paging->size, old, new);
		if (err)
			return err;
	}
	return 0;
}

/*
 * What most walks are: 64-bit, no fetch, every entry there, marked, and generous enough
 * whatever the mode. Return: false: it takes a closer look.
 */
static bool walk_plain(const struct hull_walk *walk, const struct hull_walk_ops *ops,
		       void *opaque, u64 gva, u32 access, u64 *gpa)
{
	u64 address = GENMASK_ULL(min(max_t(u32, walk->maxphyaddr, 32), 52U) - 1, 12);
	u64 wanted = PTE_PRESENT | PTE_ACCESSED, looked_at = GENMASK_ULL(51, 12) & ~address;
	u64 entry = walk->cr3 & GENMASK_ULL(51, 12), user = PTE_USER, offset;
	unsigned int shift = 48;

	if (!(walk->efer & WALK_EFER_LMA) || (access & (HULL_ACCESS_EXEC | HULL_WALK_SUPER)))
		return false;
	if (walk->cpl == 3)
		wanted |= PTE_USER;
	if (access & HULL_ACCESS_WRITE)
		wanted |= PTE_WRITE;
	if (!(walk->efer & WALK_EFER_NXE))
		looked_at |= PTE_NX;
	looked_at |= wanted;

	do {
		shift -= 9;
		if (ops->read(opaque, (entry & GENMASK_ULL(51, 12)) + ((gva >> shift) & 511) * 8, 8,
			      &entry) || (entry & looked_at) != wanted)
			return false;
		user &= entry;
	} while (shift > 12 && !(entry & PTE_LARGE));

	offset = GENMASK_ULL(shift - 1, 0);
	/* No page of 512 GiB; bits below a large page's address; keys and SMAP. */
	if (shift > 30 || (shift > 12 && (entry & offset & GENMASK_ULL(51, 13))) ||
	    ((access & HULL_ACCESS_WRITE) && !(entry & PTE_DIRTY)) ||
	    (user && (walk->cr4 & (X86_CR4_SMAP | X86_CR4_PKE))))
		return false;
	*gpa = (entry & address & ~offset) | (gva & offset);
	return true;
}

static noinline int walk_full(const struct hull_walk *walk, const struct hull_walk_ops *ops,
			      void *opaque, u64 gva, u32 access, u64 *gpa, u32 *error_code)
{
	unsigned int tries;
	struct state s;
	int err = 0;

	/* Not all of it zeroed: steps are written before they are read. */
	s.walk = walk;
	s.paging = paging_of(walk);
	s.ops = ops;
	s.opaque = opaque;
	s.gva = gva & s.paging->linear;
	s.access = access;
	masks_fill(&s);
	for (tries = 0; tries < TRIES_MAX; tries++) {
		s.user = true;
		s.writable = true;
		s.nx = false;
		err = descend(&s, error_code);
		if (!err)
			err = check(&s, error_code);
		if (!err)
			err = mark(&s);
		if (err == -EAGAIN)
			continue;
		if (!err)
			*gpa = leaf_gpa(&s, s.step[s.level].entry, s.level);
		return err;
	}
	return -EFAULT;
}

int hull_walk_translate(const struct hull_walk *walk, const struct hull_walk_ops *ops,
			void *opaque, u64 gva, u32 access, u64 *gpa, u32 *error_code)
{
	if (!(walk->cr0 & X86_CR0_PG)) {
		*gpa = gva & GENMASK_ULL(31, 0);
		return 0;
	}
	if (walk_plain(walk, ops, opaque, gva, access, gpa))
		return 0;
	return walk_full(walk, ops, opaque, gva, access, gpa, error_code);
}
