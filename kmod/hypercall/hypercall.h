/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypercall room: dispatch by number, and one file per family of calls. */
#ifndef HULL_HYPERCALL_HYPERCALL_H
#define HULL_HYPERCALL_HYPERCALL_H

#include <linux/types.h>

struct hull_vm;

/** hull_hypercall_features - HULL_FEATURE_* of a VM; NULL: of any */
u32 hull_hypercall_features(const struct hull_vm *vm);

int hull_hypercall_init(void);
void hull_hypercall_exit(void);

#endif
