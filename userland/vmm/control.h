/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control socket: SOCK_SEQPACKET, a message each way. The command is a word;
 * the answer is "ok", or a sentence. When the VM has ended the socket is closed.
 */
#ifndef HULL_VMM_CONTROL_H
#define HULL_VMM_CONTROL_H

#include "machine.h"

#define CONTROL_POWER_BUTTON	"power-button"
#define CONTROL_KILL		"kill"
#define CONTROL_OK		"ok"
#define CONTROL_MAX		64

/** control_answer - one message from @fd; Return: false: the other side is gone */
bool control_answer(struct vmm_machine *machine, int fd);

#endif
