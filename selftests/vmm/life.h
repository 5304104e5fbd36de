/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HULL_LIFE_H
#define HULL_LIFE_H

#include "../../userland/vmm/vmm.h"

#define RUN_DIR		"/tmp/hull-life"
#define LIFE_MEMORY	(64ull << 20)

/* Ends the test where there is no KVM. */
void life_need_kvm(void);
/* A VM of the guest beside the test, which does @action. */
struct vmm_options life_options(const char *name, const char *action);
/* Waits up to 10 s for @text at the start of the console log; true: it came. */
bool life_log_has(const char *name, const char *text);

#endif
