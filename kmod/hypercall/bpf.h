/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that BPF programs answer: programs of the kinds fentry and fmod_ret on
 * hull_bpf_call(). The names and types below are what programs see, by the module's BTF.
 */
#ifndef HULL_HYPERCALL_BPF_H
#define HULL_HYPERCALL_BPF_H

#include <hypercall/calls.h>

#define HULL_BPF_FIRST		(HULL_HYPERCALL_BPF - HULL_HYPERCALL_BASE)
#define HULL_BPF_NUMBERS	HULL_HYPERCALL_RANGE

/**
 * hull_bpf_call - where programs attach
 *
 * A program that answers calls hull_bpf_answer(); one of the kind fmod_ret may instead
 * return what the guest shall get, if it is not 0, and then no other is asked. It runs
 * without preemption, and often with interrupts off.
 */
long hull_bpf_call(struct hull_hypercall *call);

/**
 * hull_bpf_answer - for programs: what the guest gets, -ENOSYS if nobody says
 * @hypercall: the one that the program was given
 * @result: 0 or more, or a negative errno; the last one counts
 *
 * Return: 0; -EINVAL: @hypercall is not the call at hand.
 */
int hull_bpf_answer(struct hull_hypercall *hypercall, s64 result);

/**
 * hull_bpf_read - for programs: copy from the caller's memory, with its rights
 * @hypercall: the one that the program was given
 * @buf__sz: bytes; the verifier holds them against @buf
 *
 * From a ring @address is guest-physical. Memory that is not there at once is not waited
 * for. A page that the guest has used is there, as good as always.
 * Return: 0; -EFAULT; -EINVAL: @hypercall is not the call at hand.
 */
int hull_bpf_read(struct hull_hypercall *hypercall, u64 address, void *buf, u32 buf__sz);
/** hull_bpf_write - likewise to it */
int hull_bpf_write(struct hull_hypercall *hypercall, u64 address, void *buf, u32 buf__sz);

/** hull_bpf_handler - handler of every number of the range; any context of a call */
long hull_bpf_handler(struct hull_call *call);
/** hull_bpf_present - can programs attach on this kernel, with this build of the module? */
bool hull_bpf_present(void);

/** hull_bpf_init - tell the kernel what programs may attach to, and call */
int hull_bpf_init(void);

#endif
