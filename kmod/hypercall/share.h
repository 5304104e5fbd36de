/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that VMs share, as the rest of the host sees it.
 * Documentation/hypercalls/shared-memory.rst.
 */
#ifndef HULL_HYPERCALL_SHARE_H
#define HULL_HYPERCALL_SHARE_H

#include <hypercall/calls.h>

struct hull_shares;

/** hull_shares_reset - end whatever this VM offers and maps; may sleep */
void hull_shares_reset(struct hull_shares *shares);

/* a row of vm_parts */
int hull_shares_create(struct hull_vm_calls *calls);
void hull_shares_destroy(struct hull_vm_calls *calls);

#endif
