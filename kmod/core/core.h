/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the core room share, and main.c's way in. */
#ifndef HULL_CORE_CORE_H
#define HULL_CORE_CORE_H

#include <core/vm.h>

int hull_vm_init(void);
void hull_vm_exit(void);

const struct hull_vcpu_ops *hull_vcpu_ops_get(void);

#endif
