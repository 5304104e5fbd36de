/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a VMM that runs a guest does without. A guest that takes over its VMM finds
 * no capability, no way to open a file or to start a program, and only the ioctls
 * that its kind of thread makes.
 */
#ifndef HULL_VMM_CONFINE_H
#define HULL_VMM_CONFINE_H

#include "error.h"

enum confine_kind {
	CONFINE_VCPU,			/* KVM_RUN and interrupt lines */
	CONFINE_LOOP,			/* console, control socket */
	CONFINE_SERVER,			/* rings */
};

/** confine_process - privileges, limits, directory: of all threads, before they exist */
int confine_process(struct vmm_error *error);
/** confine_thread - the system calls of the calling thread, from now on */
int confine_thread(enum confine_kind kind, struct vmm_error *error);

#endif
