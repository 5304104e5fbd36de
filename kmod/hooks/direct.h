/* SPDX-License-Identifier: GPL-2.0-only */
/* What backend_direct.c has in assembly, and what it calls from there. */
#ifndef HULL_HOOKS_DIRECT_H
#define HULL_HOOKS_DIRECT_H

#include <linux/types.h>

extern char hull_direct_current[], hull_direct_peer[], hull_direct_chdir[];
extern char hull_direct_running[];

/* Where a task has its in_execve: a byte's offset and a bit in it. */
extern u32 hull_execve_byte;
extern u8 hull_execve_mask;

int hull_direct_hit(const unsigned long *arg, unsigned long ret);
void hull_direct_asm(void);

#endif
