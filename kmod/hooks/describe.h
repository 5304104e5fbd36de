/* SPDX-License-Identifier: GPL-2.0-only */
/* What an act is about, in words; for events. */
#ifndef HULL_HOOKS_DESCRIBE_H
#define HULL_HOOKS_DESCRIBE_H

#include <linux/types.h>

struct hull_act;

/** hull_describe - the object of @act as text; RCU read side, never waits */
void hull_describe(const struct hull_act *act, char *text, size_t size);
/** hull_describe_exe - the path of the calling task's program, its end if it is long */
void hull_describe_exe(char *text, size_t size);

#endif
