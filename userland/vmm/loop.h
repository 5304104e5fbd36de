/* SPDX-License-Identifier: GPL-2.0-only */
/* The thread that is not a vCPU: moves console bytes, answers sockets, hears signals. */
#ifndef HULL_VMM_LOOP_H
#define HULL_VMM_LOOP_H

#include "machine.h"
#include "run_dir.h"

#define LOOP_CLIENTS	8
#define LOOP_CHUNK	1024

enum loop_kind { LOOP_CONTROL, LOOP_CONSOLE };

struct vmm_client {
	int fd;				/* -1: free */
	enum loop_kind kind;
};

/*
 * @stdio: the console is stdin and stdout; @escape: Ctrl-] on stdin ends the VM
 * @pending: taken from the console, not yet on stdout
 */
struct vmm_loop {
	struct vmm_machine *machine;
	const struct vmm_run_dir *run_dir;
	int signal_fd;
	bool stdio, escape, input_open, output_open;
	bool active;			/* output is flowing */
	struct vmm_client clients[LOOP_CLIENTS];
	uint8_t pending[LOOP_CHUNK];
	size_t pending_len, pending_at;
	struct hull_log log;		/* of run_dir */
};

/** loop_run - until the machine ends; then what is left of its output */
void loop_run(struct vmm_loop *loop);
/** loop_drain - output that is left, for as long as @timeout_ms of somebody not reading it */
void loop_drain(struct vmm_loop *loop, int timeout_ms);

#endif
