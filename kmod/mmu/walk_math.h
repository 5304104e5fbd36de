/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's own paging: linear to guest-physical, as the processor would do it.
 *
 * Pure but for its accesses to the guest's tables, which are callbacks; built and
 * tested in userland too. SDM Vol. 3, chapter 4.
 */
#ifndef HULL_MMU_WALK_MATH_H
#define HULL_MMU_WALK_MATH_H

#include "port.h"

/* Access bits of a fault or a walk: those of the EPT-violation qualification. */
#define HULL_ACCESS_READ	BIT(0)
#define HULL_ACCESS_WRITE	BIT(1)
#define HULL_ACCESS_EXEC	BIT(2)

#define HULL_WALK_FETCH	BIT(2)	/* = HULL_ACCESS_EXEC */
#define HULL_WALK_SUPER	BIT(8)	/* implicit supervisor access (descriptor tables) */

/**
 * struct hull_walk - how the guest translates linear addresses at this moment
 *
 * Filled by the caller from control registers; the walk is pure but for its
 * reads of guest memory. SDM Vol. 3, chapter 4.
 */
struct hull_walk {
	unsigned long cr0, cr3, cr4;
	u64 efer;
	unsigned int cpl;
	bool ac;		/* RFLAGS.AC, for SMAP */
	u32 pkru;
	u8 maxphyaddr;
};

/**
 * struct hull_walk_ops - the guest's tables
 * @read: the entry of @size bytes (4 or 8) at guest-physical @gpa. 0 or -EFAULT
 * @exchange: replace it if it still is @old. 0, -EAGAIN if it is not, or -EFAULT
 */
struct hull_walk_ops {
	int (*read)(void *opaque, u64 gpa, unsigned int size, u64 *entry);
	int (*exchange)(void *opaque, u64 gpa, unsigned int size, u64 old, u64 new);
};

/** hull_walk_translate - see hull_mmu_walk() */
int hull_walk_translate(const struct hull_walk *walk, const struct hull_walk_ops *ops,
			void *opaque, u64 gva, u32 access, u64 *gpa, u32 *error_code);

#endif
