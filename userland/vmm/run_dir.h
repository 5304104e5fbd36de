/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The run directory of a VM, RUN_DIR/NAME:
 *   lock         held as long as its supervisor or its VMM lives
 *   control      socket, see control.h
 *   console      socket: bytes; VMs in the background
 *   console.log  what the guest wrote, the last part; console.log.1 what was before
 * The log stays when the VM ends. Anything else left is by definition stale once
 * the lock can be had.
 */
#ifndef HULL_VMM_RUN_DIR_H
#define HULL_VMM_RUN_DIR_H

#include <base/log.h>
#include "error.h"

#define CONTROL_FILE	"control"
#define CONSOLE_FILE	"console"
#define LOG_FILE	"console.log"
#define LOG_OLD_FILE	"console.log.1"

/* -1: not there; @log is the VMM's to write */
struct vmm_run_dir {
	int dir, lock, control, console;
	struct hull_log log;
};

/** run_dir_open - @console, @log: whether there shall be these */
int run_dir_open(struct vmm_run_dir *run_dir, const struct vmm_options *options, bool console,
		 bool log, struct vmm_error *error);
/** run_dir_close - the VM has ended: sockets go, the log stays */
void run_dir_close(struct vmm_run_dir *run_dir, const struct vmm_options *options);

/** run_dir_connect - Return: a socket, or -1 and *@error */
int run_dir_connect(const char *base, const char *name, const char *file, int type,
		    struct vmm_error *error);
/** run_dir_wait - until nobody holds the lock; false: not within @timeout_ms */
bool run_dir_wait(const char *base, const char *name, int timeout_ms);

#endif
