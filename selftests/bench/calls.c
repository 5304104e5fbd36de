// SPDX-License-Identifier: GPL-2.0-only
/*
 * What Hull's own calls cost by who answers and what the policy says. Lines as of exits;
 * policies are set by vmctl while the VM runs.
 *
 * usage: calls [MODULE]: MODULE is handler_module.ko
 */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "measure.h"

#include <linux/hull_hypercall.h>

#define ITERATIONS	100

static struct machine m;
static double empty;

static void call_report(const char *name, uint64_t number)
{
	measure_report(name, measure_median(&m, bench_vmcall, ITERATIONS, number, 0) - empty);
}

/* The VM is named after this process. */
static void under(const char *rule, const char *name)
{
	char line[128];

	snprintf(line, sizeof(line), "vmctl hypercall policy calls '%s'", rule);
	if (system(line))
		errx(1, "%s", line);
	call_report(name, HULL_HYPERCALL_NOP);
}

static bool module_load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && !syscall(SYS_finit_module, fd, "", 0);
}

int main(int argc, char **argv)
{
	machine_open(&m, "/dev/hull");
	measure_load(&m);
	empty = measure_median(&m, bench_empty, ITERATIONS, 0, 0);
	call_report("call-nop", HULL_HYPERCALL_NOP);
	call_report("call-arguments", HULL_HYPERCALL_FEATURES);
	call_report("call-unknown", HULL_HYPERCALL_MODULE - 1);
	call_report("call-sleeping", HULL_HYPERCALL_TIME_PAIR);
	if (argc > 1) {
		if (!module_load(argv[1]))
			err(1, "%s", argv[1]);
		call_report("call-module", HULL_HYPERCALL_MODULE);
		call_report("call-module-sleeping", HULL_HYPERCALL_MODULE + 1);
		syscall(SYS_delete_module, "handler_module", 0);
	}
	under("0 deny", "call-denied");
	under("0 limit=1/1", "call-above-limit");
	under("0 limit=100000000/100000000", "call-below-limit");
	under("0 audit", "call-audited");
	under("0 forward", "call-forwarded");
	machine_close(&m);
	return 0;
}
