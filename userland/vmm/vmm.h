/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The built-in VMM: a PC without legacy graphics, on /dev/hull or /dev/kvm.
 *
 * A VM is two processes. The VMM is confined and runs the guest; its supervisor
 * is what called (vmm_run) or a process of its own (vmm_start), and undoes what a
 * confined process cannot: terminal, cgroup, files in the run directory.
 *
 * Nothing in here prints, except that vmm_run() and vmm_console() pass on what
 * the guest writes to its console. Failures are sentences in struct vmm_error.
 */
#ifndef HULL_VMM_H
#define HULL_VMM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/hull.h>

#define VMM_RUN_DIR		"/run/hull/vms"
#define VMM_TEXT_MAX		256
#define VMM_MEMORY_MIN		(1ull << 20)
#define VMM_MEMORY_MAX		(1ull << 46)

/* What a guest that is told nothing else gets: a console, and no time wasted on a slow host. */
#define VMM_CMDLINE \
	"console=ttyS0 quiet panic=-1 tsc=reliable no_timer_check cryptomgr.notests " \
	"8250.nr_uarts=1"

enum vmm_engine {
	VMM_ENGINE_HULL,		/* /dev/hull */
	VMM_ENGINE_KVM,			/* /dev/kvm; the record, if any, is marked running */
};

/*
 * @name: of the VM, as in its record; names the run directory and the cgroup
 * @id: of its record; may be 0 (no record) with VMM_ENGINE_KVM only
 * @kernel: path: bzImage, ELF vmlinux (PVH or 64-bit entry), multiboot 1
 * @initrd: path or NULL; with multiboot the first module
 * @cmdline: NULL: VMM_CMDLINE
 * @memory: bytes, multiple of 4096
 * @cpu_weight: cgroup's cpu.weight, 1 to 10000; 0: not set
 * @cpu_max_percent: of one host CPU, may be above 100; 0: no limit
 * @console: vmm_run() only: the console is stdin and stdout; else it is only logged
 * @run_dir: where NAME/ is made; NULL: VMM_RUN_DIR
 */
struct vmm_options {
	const char *name;
	uint32_t id;
	enum vmm_engine engine;
	const char *kernel, *initrd, *cmdline;
	uint64_t memory;
	unsigned int cpus, cpu_weight, cpu_max_percent;
	bool console;
	const char *run_dir;
};

/*
 * @code: errno-like, positive
 * @text: what went wrong, one sentence without a full stop
 * @notice: set also on success: what is weaker than usual on this host, or ""
 */
struct vmm_error {
	int code;
	char text[VMM_TEXT_MAX];
	char notice[VMM_TEXT_MAX];
};

/* How a VM ended. @value: what the guest wrote, with HULL_STOP_EXIT. */
struct vmm_end {
	enum hull_stop_reason reason;
	uint32_t value;
	char text[HULL_REASON_MAX + 1];
};

/*
 * What `vm run` exits with. The exit port's statuses are odd, all others even:
 * power-off and `vm stop` 0, exit port (value << 1 | 1) & 255, reset 100,
 * triple fault 102, killed 104, failure of engine or VMM 106.
 */
int vmm_end_status(const struct vmm_end *end);

/**
 * vmm_run - run a VM until it ends
 *
 * The terminal is raw meanwhile and restored in any case; Ctrl-] ends the VM.
 * Return: 0 and *@end; -1 and *@error: it was never started.
 */
int vmm_run(const struct vmm_options *options, struct vmm_end *end, struct vmm_error *error);

/**
 * vmm_start - run a VM in the background
 *
 * Returns when the guest runs; *@pid is the VMM's. It is no child of the caller.
 * In the run directory are then: control, console (sockets), console.log.
 */
int vmm_start(const struct vmm_options *options, pid_t *pid, struct vmm_error *error);

/**
 * vmm_console - connect stdin and stdout to the console of a VM in the background
 *
 * Return: 0: detached (Ctrl-] or end of input), 1: the VM ended, -1 and *@error.
 */
int vmm_console(const char *run_dir, const char *name, struct vmm_error *error);

/**
 * vmm_stop - press the power button
 * @timeout_ms: how long to wait for the end of the VM; 0: don't wait, -1: for ever
 *
 * Return: 0: ended, or pressed with @timeout_ms 0; -1 and *@error, code ETIMEDOUT
 * when the guest did not power off in time.
 */
int vmm_stop(const char *run_dir, const char *name, int timeout_ms, struct vmm_error *error);

/** vmm_kill - end the VM at once, reason HULL_STOP_KILLED; else as vmm_stop() */
int vmm_kill(const char *run_dir, const char *name, int timeout_ms, struct vmm_error *error);

/** vmm_gone - wait for a VM that has ended until its VMM has cleaned up behind it */
void vmm_gone(const char *run_dir, const char *name);

/** vmm_cpu_weight_set - cpu.weight of a VM that runs, 1 to 10000 */
int vmm_cpu_weight_set(const char *name, unsigned int weight, struct vmm_error *error);

/** vmm_log_path - where the console log of a VM is; Return: length, as snprintf() */
int vmm_log_path(const char *run_dir, const char *name, char *path, size_t size);

#endif
