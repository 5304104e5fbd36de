/* SPDX-License-Identifier: GPL-2.0-only */
/* Shorter filters of system calls; for when vmctl is built. */
#ifndef HULL_CONTAINER_FILTER_PACK_H
#define HULL_CONTAINER_FILTER_PACK_H

#include <linux/filter.h>
#include <stddef.h>

/**
 * hull_filter_pack - what @in decides, as a tree of ranges of numbers
 * @in: @n instructions for one architecture, x86-64, as libseccomp makes them
 * @out: room for @n
 *
 * Return: instructions in @out, less than @n; 0: it can't be made shorter, or not by this.
 */
size_t hull_filter_pack(const struct sock_filter *in, size_t n, struct sock_filter *out);

#endif
