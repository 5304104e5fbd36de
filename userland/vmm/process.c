// SPDX-License-Identifier: GPL-2.0-only
/* The VMM process: everything is opened, then everything else is given up, then the guest runs. */
#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <base/fds.h>

#include "confine.h"
#include "loop.h"
#include "supervise.h"

#define DRAIN_MS	1000

static void report(int fd, const struct vmm_report *report)
{
	/* Without a supervisor nobody needs to know. */
	if (write(fd, report, sizeof(*report)) < 0)
		return;
}

/* Signals come by descriptor; ending with the supervisor is one of them. */
static int open_signals(struct vmm_error *error)
{
	sigset_t all, ending;
	int fd;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGHUP);
	sigaddset(&ending, SIGQUIT);
	fd = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return vmm_fail_errno(error, "signalfd");
	return fd;
}

static int prepare(struct vmm_supervisor *supervisor, struct vmm_machine *machine,
		   struct vmm_loop *loop, struct vmm_error *error)
{
	struct vmm_run_dir *run_dir = &supervisor->run_dir;
	int keep[] = {
		supervisor->report[1], run_dir->lock, run_dir->control, run_dir->console,
		run_dir->log.fd, run_dir->log.old,
	};
	bool stdio = supervisor->foreground && supervisor->options->console;
	int i;

	prctl(PR_SET_NAME, "hull-vmm");
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	hull_fds_close(keep, sizeof(keep) / sizeof(keep[0]));
	*loop = (struct vmm_loop){
		.machine = machine, .run_dir = run_dir, .stdio = stdio, .input_open = stdio,
		.output_open = stdio, .log = run_dir->log, .escape = supervisor->tty.is_tty,
	};
	for (i = 0; i < LOOP_CLIENTS; i++)
		loop->clients[i].fd = -1;
	loop->signal_fd = open_signals(error);
	if (loop->signal_fd < 0 || cgroup_join(&supervisor->cgroup, error) ||
	    vmm_machine_create(machine, supervisor->options, error) || confine_process(error) ||
	    vmm_vcpus_start(machine, error) || vmm_server_start(machine, error))
		return -1;
	return confine_thread(CONFINE_LOOP, error);
}

void vmm_process(struct vmm_supervisor *supervisor)
{
	struct vmm_machine *machine = calloc(1, sizeof(*machine));
	struct vmm_report message = { .pid = getpid(), .kind = REPORT_FAILED };
	struct vmm_loop loop;
	int fd = supervisor->report[1];

	if (!machine || prepare(supervisor, machine, &loop, &message.error)) {
		report(fd, &message);
		_exit(EXIT_FAILURE);
	}
	message.kind = REPORT_READY;
	report(fd, &message);
	pthread_barrier_wait(&machine->gate);

	loop_run(&loop);
	vmm_vcpus_join(machine);
	vmm_server_join(machine);
	loop_drain(&loop, DRAIN_MS);
	vmm_machine_destroy(machine);
	/* Should the supervisor be gone: nobody else is left to do it. */
	if (loop.stdio)
		hull_tty_restore(&supervisor->tty);
	message.kind = REPORT_ENDED;
	message.end = machine->end;
	report(fd, &message);
	_exit(EXIT_SUCCESS);
}
