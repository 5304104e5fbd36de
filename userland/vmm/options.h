/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HULL_VMM_OPTIONS_H
#define HULL_VMM_OPTIONS_H

#include "error.h"

/** options_check - what can be said before anything is made; Return: 0; -1 and *@error */
int options_check(const struct vmm_options *options, struct vmm_error *error);

#endif
