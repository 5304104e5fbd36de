/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypercall room: dispatch by number, and one file per family of calls. */
#ifndef HULL_HYPERCALL_HYPERCALL_H
#define HULL_HYPERCALL_HYPERCALL_H

int hull_hypercall_init(void);
void hull_hypercall_exit(void);

#endif
