/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses of what the kernel has and does not export. */
#ifndef HULL_COMPAT_KSYM_H
#define HULL_COMPAT_KSYM_H

/**
 * hull_ksym - address of the kernel's function or variable @name, or 0
 *
 * Context: may sleep, and takes a while: ask once.
 */
unsigned long hull_ksym(const char *name);

#endif
