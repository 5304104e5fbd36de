/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HULL_CONTAINER_SECCOMP_LIST_H
#define HULL_CONTAINER_SECCOMP_LIST_H

#include <stddef.h>
#include <stdint.h>

struct hull_ct_seccomp_row {
	uint64_t capability;	/* 0: whatever the container has */
	const char *names;	/* separated by single spaces */
};

extern const struct hull_ct_seccomp_row hull_ct_seccomp_rows[];
extern const size_t hull_ct_seccomp_rows_n;

#endif
