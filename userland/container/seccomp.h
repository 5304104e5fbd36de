/* SPDX-License-Identifier: GPL-2.0-only */
/* Filters of system calls: from rules, or docker's habits (seccomp(2), libseccomp). */
#ifndef HULL_CONTAINER_SECCOMP_H
#define HULL_CONTAINER_SECCOMP_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include <container/config.h>

/**
 * hull_ct_seccomp_build - rules to a program
 * @capabilities: of the container; the default list lets a call be made that needs one of
 *	those that it has
 * @filter: to be freed
 *
 * Names of calls that this machine doesn't have are left out, as OCI runtimes do.
 * Return: 0, or -1 and errno; *@why is what it was about, in static memory.
 */
int hull_ct_seccomp_build(const struct hull_ct_seccomp *rules, uint64_t capabilities,
			  struct sock_filter **filter, size_t *n, const char **why);

/* The default list for HULL_CT_DEFAULT_CAPABILITIES, made when vmctl is built. */
extern const char hull_ct_default_filter[], hull_ct_default_filter_end[];

#endif
