// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <base/daemon.h>
#include <base/fds.h>

#include "confine.h"
#include "options.h"
#include "supervise.h"

/* Exit statuses of vmm_end_status(); the exit port's are odd. */
static const int statuses[] = {
	[HULL_STOP_NONE] = 106,
	[HULL_STOP_POWEROFF] = 0,
	[HULL_STOP_RESET] = 100,
	[HULL_STOP_TRIPLE_FAULT] = 102,
	[HULL_STOP_KILLED] = 104,
	[HULL_STOP_VMM_DIED] = 106,
	[HULL_STOP_VMM_ERROR] = 106,
	[HULL_STOP_ENGINE_ERROR] = 106,
	[HULL_STOP_STOPPED] = 0,
};

int vmm_end_status(const struct vmm_end *end)
{
	if (end->reason == HULL_STOP_EXIT)
		return (int)((end->value << 1 | 1) & 0xff);
	if (end->reason >= sizeof(statuses) / sizeof(statuses[0]))
		return statuses[HULL_STOP_NONE];
	return statuses[end->reason];
}

/* --- both kinds ------------------------------------------------------------ */

static void cleanup(struct vmm_supervisor *supervisor)
{
	cgroup_remove(&supervisor->cgroup);
	run_dir_close(&supervisor->run_dir, supervisor->options);
}

static int spawn(struct vmm_supervisor *supervisor, struct vmm_error *error)
{
	pid_t parent = getpid();

	if (pipe2(supervisor->report, O_CLOEXEC))
		return vmm_fail_errno(error, "pipe");
	fflush(NULL);
	supervisor->pid = fork();
	if (!supervisor->pid) {
		/* Told of its supervisor's end, unless that was before it could be told. */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(EXIT_FAILURE);
		vmm_process(supervisor);
	}
	close(supervisor->report[1]);
	supervisor->report[1] = -1;
	if (supervisor->pid < 0) {
		close(supervisor->report[0]);
		return vmm_fail_errno(error, "fork");
	}
	return 0;
}

/* Directory, cgroup, process. */
static int begin(struct vmm_supervisor *supervisor, struct vmm_error *error)
{
	const struct vmm_options *options = supervisor->options;
	bool background = !supervisor->foreground;

	if (run_dir_open(&supervisor->run_dir, options, background,
			 background || !options->console, error))
		return -1;
	if (cgroup_create(&supervisor->cgroup, options, error) || spawn(supervisor, error)) {
		cleanup(supervisor);
		return -1;
	}
	return 0;
}

static void died(int status, struct vmm_end *end)
{
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	end->reason = signal == SIGKILL ? HULL_STOP_KILLED : HULL_STOP_VMM_DIED;
	if (signal == SIGSYS)
		snprintf(end->text, sizeof(end->text),
			 "the VMM made a system call that it may not make");
	else if (signal)
		snprintf(end->text, sizeof(end->text), "the VMM died of signal %d (%s)", signal,
			 sigdescr_np(signal));
	else
		snprintf(end->text, sizeof(end->text), "the VMM died");
}

static bool read_report(struct vmm_supervisor *supervisor, struct vmm_report *report)
{
	ssize_t n;

	do {
		n = read(supervisor->report[0], report, sizeof(*report));
	} while (n < 0 && errno == EINTR);
	return n == sizeof(*report);
}

/* The VMM's first word. Its failure is ours; its notices come after what we noted. */
static int wait_ready(struct vmm_supervisor *supervisor, struct vmm_error *error)
{
	struct vmm_report report;
	struct vmm_end end;
	int status = 0;

	if (read_report(supervisor, &report)) {
		if (report.error.notice[0])
			vmm_notice(error, "%s", report.error.notice);
		if (report.kind == REPORT_READY)
			return 0;
		waitpid(supervisor->pid, NULL, 0);
		return vmm_fail(error, report.error.code, "%s", report.error.text);
	}
	waitpid(supervisor->pid, &status, 0);
	died(status, &end);
	return vmm_fail(error, ECHILD, "%s while it was set up", end.text);
}

static const int forwarded[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };

static void block_signals(sigset_t *old)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		sigaddset(&set, forwarded[i]);
	/* As long as it is blocked a child that ends cannot be missed. */
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, old);
}

/* Until the VMM is gone. Signals to us are signals to it. */
static void wait_end(struct vmm_supervisor *supervisor, struct vmm_end *end)
{
	struct vmm_report report;
	int status = 0, signal;
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		sigaddset(&set, forwarded[i]);
	while (!waitpid(supervisor->pid, &status, WNOHANG)) {
		signal = sigwaitinfo(&set, NULL);
		if (signal > 0 && signal != SIGCHLD)
			kill(supervisor->pid, SIGTERM);
	}
	if (read_report(supervisor, &report) && report.kind == REPORT_ENDED)
		*end = report.end;
	else
		died(status, end);
}

/* --- in the foreground ------------------------------------------------------ */

int vmm_run(const struct vmm_options *options, struct vmm_end *end, struct vmm_error *error)
{
	struct vmm_supervisor supervisor = { .options = options, .foreground = true };
	sigset_t old;
	int ret;

	memset(end, 0, sizeof(*end));
	error->notice[0] = 0;
	if (options_check(options, error))
		return -1;
	if (options->console)
		hull_tty_save(&supervisor.tty);
	block_signals(&old);
	ret = begin(&supervisor, error);
	if (!ret) {
		ret = wait_ready(&supervisor, error);
		if (!ret) {
			hull_tty_raw(&supervisor.tty);
			wait_end(&supervisor, end);
			hull_tty_restore(&supervisor.tty);
		}
		close(supervisor.report[0]);
		cleanup(&supervisor);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ret;
}

/* --- in the background ------------------------------------------------------ */

/* The supervisor of a VM in the background: tells @start how it went, then waits. */
static void __attribute__((noreturn)) background(struct vmm_supervisor *supervisor, int start)
{
	struct vmm_report message = { .kind = REPORT_FAILED };
	struct vmm_end end;
	sigset_t old;

	prctl(PR_SET_NAME, "hull-supervisor");
	hull_fds_close(&start, 1);
	hull_fds_detach();
	block_signals(&old);
	if (begin(supervisor, &message.error)) {
		if (write(start, &message, sizeof(message)) < 0)
			_exit(EXIT_FAILURE);
		_exit(EXIT_FAILURE);
	}
	if (!wait_ready(supervisor, &message.error)) {
		message.kind = REPORT_READY;
		message.pid = supervisor->pid;
	}
	/* Whoever started this may be gone; the VM runs on. */
	if (message.kind == REPORT_FAILED)
		cleanup(supervisor);
	if (write(start, &message, sizeof(message)) < 0)
		message.pid = 0;
	close(start);
	if (message.kind == REPORT_FAILED)
		_exit(EXIT_FAILURE);
	if (chdir("/"))
		message.pid = 0;
	wait_end(supervisor, &end);
	cleanup(supervisor);
	_exit(EXIT_SUCCESS);
}

int vmm_start(const struct vmm_options *options, pid_t *pid, struct vmm_error *error)
{
	struct vmm_supervisor supervisor = { .options = options };
	struct vmm_report message;
	int start;

	error->notice[0] = 0;
	if (options_check(options, error))
		return -1;
	switch (hull_daemon_fork(&start)) {
	case -1:
		return vmm_fail_errno(error, "fork");
	case 0:
		background(&supervisor, start);
	}
	if (hull_daemon_word(start, &message, sizeof(message)))
		return vmm_fail(error, ECHILD, "the supervisor of VM %s died", options->name);
	*error = message.error;
	*pid = message.pid;
	return message.kind == REPORT_READY ? 0 : -1;
}
