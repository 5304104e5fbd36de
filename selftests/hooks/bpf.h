/* SPDX-License-Identifier: GPL-2.0-only */
/* As little of BPF as tests need: programs of two instructions on functions of the kernel. */
#ifndef HULL_BPF_H
#define HULL_BPF_H

#include <linux/bpf.h>

/*
 * Loads a program that returns @value and attaches it to @function; a descriptor that holds
 * both, or -errno.
 */
int bpf_attach(enum bpf_prog_type type, enum bpf_attach_type how, const char *function, int value);

#endif
