/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VMM process and its supervisor. They share a pipe, on which the VMM reports
 * twice: that it runs or why not, and how the VM ended.
 */
#ifndef HULL_VMM_SUPERVISE_H
#define HULL_VMM_SUPERVISE_H

#include <signal.h>
#include <base/tty.h>

#include "cgroup.h"
#include "run_dir.h"

enum report_kind { REPORT_READY, REPORT_FAILED, REPORT_ENDED };

/* Smaller than PIPE_BUF: written and read in one piece. */
struct vmm_report {
	enum report_kind kind;
	pid_t pid;
	struct vmm_error error;
	struct vmm_end end;
};

/* @foreground: stdin and stdout are the console's if options->console */
struct vmm_supervisor {
	const struct vmm_options *options;
	bool foreground;
	struct vmm_run_dir run_dir;
	struct vmm_cgroup cgroup;
	struct hull_tty tty;
	int report[2];			/* pipe: read here, write in the VMM */
	pid_t pid;			/* of the VMM */
};

/** vmm_process - the body of the VMM process */
void vmm_process(struct vmm_supervisor *supervisor) __attribute__((noreturn));

#endif
