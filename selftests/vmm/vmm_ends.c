// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each way in which the engine ends a VM, or fails: the VMM says which it was and leaves by
 * itself, with no system call that its confinement forbids. Only the engine is a fake: what
 * the VMM opens and asks of /dev/hull comes to __wrap_open() and __wrap_ioctl() (ld --wrap),
 * which let the kernel see each call first.
 */
#include <errno.h>
#include <pty.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/kvm.h>

#include "hull_tap.h"
#include "life.h"

#define CPUS		2
#define RUN_BYTES	8192
#define IO_DATA		4096	/* where in the run page */
#define RIP		0x1234
#define COM1_IER	0x3f9	/* then FCR, LCR, MCR */
#define UART_INTERRUPT	0x08000002	/* THR empty; OUT2: the line is connected */
#define EXIT_PORT	0xf4
#define ENTRY_REASON	0x80000021

/* @error: of KVM_RUN; 0: it leaves @run; @line_error: of KVM_IRQ_LINE; @data: of port I/O */
static const struct ending {
	const char *name;
	int error, line_error;
	uint32_t data;
	enum hull_stop_reason reason;
	const char *text;
	struct kvm_run run;
} endings[] = {
	{ "failed entry", .reason = HULL_STOP_ENGINE_ERROR,
	  .text = "VM entry failed, reason 0x80000021, rip 0x1234",
	  .run = { .exit_reason = KVM_EXIT_FAIL_ENTRY,
		   .fail_entry.hardware_entry_failure_reason = ENTRY_REASON } },
	{ "internal error", .reason = HULL_STOP_ENGINE_ERROR,
	  .text = "internal error of the engine, suberror 0x1, rip 0x1234",
	  .run = { .exit_reason = KVM_EXIT_INTERNAL_ERROR,
		   .internal.suberror = KVM_INTERNAL_ERROR_EMULATION } },
	{ "unknown exit", .reason = HULL_STOP_ENGINE_ERROR,
	  .text = "unexpected exit, reason 0xff, rip 0x1234", .run.exit_reason = 255 },
	{ "exit without a row", .reason = HULL_STOP_ENGINE_ERROR,
	  .text = "unexpected exit, reason 0x4", .run.exit_reason = KVM_EXIT_DEBUG },
	{ "shutdown", .reason = HULL_STOP_TRIPLE_FAULT, .text = "rip 0x1234",
	  .run.exit_reason = KVM_EXIT_SHUTDOWN },
	{ "power-off", .reason = HULL_STOP_POWEROFF, .text = "powered off",
	  .run = { .exit_reason = KVM_EXIT_SYSTEM_EVENT,
		   .system_event.type = KVM_SYSTEM_EVENT_SHUTDOWN } },
	{ "crash", .reason = HULL_STOP_RESET, .text = "reset",
	  .run = { .exit_reason = KVM_EXIT_SYSTEM_EVENT,
		   .system_event.type = KVM_SYSTEM_EVENT_CRASH } },
	{ "exit port", .data = 5, .reason = HULL_STOP_EXIT, .text = "",
	  .run = { .exit_reason = KVM_EXIT_IO,
		   .io = { .direction = KVM_EXIT_IO_OUT, .size = 1, .port = EXIT_PORT,
			   .count = 1, .data_offset = IO_DATA } } },
	{ "refused interrupt line", .data = UART_INTERRUPT, .line_error = EINVAL,
	  .reason = HULL_STOP_ENGINE_ERROR, .text = "interrupt line 4: Invalid argument",
	  .run = { .exit_reason = KVM_EXIT_IO,
		   .io = { .direction = KVM_EXIT_IO_OUT, .size = 4, .port = COM1_IER,
			   .count = 1, .data_offset = IO_DATA } } },
	{ "killed", .error = EIO, .reason = HULL_STOP_KILLED, .text = "killed" },
	{ "no memory", .error = ENOMEM, .reason = HULL_STOP_ENGINE_ERROR,
	  .text = "Cannot allocate memory" },
	{ "an error that has no name", .error = 4000, .reason = HULL_STOP_ENGINE_ERROR,
	  .text = "unknown error" },
};

static const struct ending *ending;

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);

/* --- the engine ------------------------------------------------------------ */

static struct {
	int fd;
	struct kvm_run *run;
} vcpus[CPUS];
static int count;

static int engine_file(void)
{
	int fd = memfd_create("engine", MFD_CLOEXEC);

	return ftruncate(fd, RUN_BYTES) ? -1 : fd;
}

int __wrap_open(const char *path, int flags, ...)
{
	va_list args;
	int mode;

	va_start(args, flags);
	mode = va_arg(args, int);
	va_end(args);
	return strcmp(path, "/dev/hull") ? __real_open(path, flags, mode) : engine_file();
}

static int vcpu_create(void)
{
	vcpus[count].fd = engine_file();
	vcpus[count].run = mmap(NULL, RUN_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
				vcpus[count].fd, 0);
	return vcpus[count++].fd;
}

/* All vCPUs at once: the first one counts. */
static int vcpu_run(int fd)
{
	struct kvm_run *run = vcpus[fd == vcpus[1].fd].run;
	__u8 immediate = run->immediate_exit;

	if (immediate || ending->error) {
		errno = immediate ? EINTR : ending->error;
		return -1;
	}
	memcpy(run, &ending->run, sizeof(*run));
	memcpy((uint8_t *)run + IO_DATA, &ending->data, sizeof(ending->data));
	return 0;
}

static int answer(int fd, unsigned long request, void *data)
{
	switch (request) {
	case KVM_GET_API_VERSION:
		return KVM_API_VERSION;
	case KVM_CHECK_EXTENSION:
		return CPUS;
	case KVM_GET_VCPU_MMAP_SIZE:
		return RUN_BYTES;
	case HULL_VM_ATTACH:
		return engine_file();
	case KVM_CREATE_VCPU:
		return vcpu_create();
	case KVM_GET_SUPPORTED_CPUID:
		((struct kvm_cpuid2 *)data)->nent = 0;
		return 0;
	case KVM_SET_MSRS:
		return (int)((struct kvm_msrs *)data)->nmsrs;
	case KVM_GET_REGS:
		((struct kvm_regs *)data)->rip = RIP;
		return 0;
	case KVM_IRQ_LINE:
		errno = ending->line_error;
		return errno ? -1 : 0;
	case KVM_RUN:
		return vcpu_run(fd);
	default:
		return 0;
	}
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *data;
	long ret;

	va_start(args, request);
	data = va_arg(args, void *);
	va_end(args);
	ret = syscall(SYS_ioctl, fd, request, data);
	return ret < 0 && errno == ENOTTY ? answer(fd, request, data) : (int)ret;
}

/* --- the VMM --------------------------------------------------------------- */

int main(void)
{
	struct vmm_options options = life_options("ends", "hello");
	struct vmm_error error = { 0 };
	struct vmm_end end;
	int master, slave;
	size_t i;
	bool ok;

	/* On a terminal, which is restored at the end. */
	if (openpty(&master, &slave, NULL, NULL, NULL) || dup2(slave, STDIN_FILENO))
		return TAP_FAIL;
	options.console = true;
	options.engine = VMM_ENGINE_HULL;
	options.id = 1;
	tap_plan(sizeof(endings) / sizeof(endings[0]));
	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		ending = &endings[i];
		ok = !vmm_run(&options, &end, &error) && end.reason == ending->reason &&
		     end.value == (end.reason == HULL_STOP_EXIT ? ending->data : 0) &&
		     strstr(end.text, ending->text);
		tap_ok(ok, "%s: %s%s", ending->name, error.text, end.text);
	}
	return tap_end();
}
