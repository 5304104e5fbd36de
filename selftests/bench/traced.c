// SPDX-License-Identifier: GPL-2.0-only
/*
 * One call for ./trace to look at, after others like it.
 *
 * usage: traced NUMBER [VM]
 *	VM: the id of a record, whose policy applies; calls may go to the VMM, which is us
 */
#include <err.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include <linux/hull.h>

#include "measure.h"

int main(int argc, char **argv)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_EXIT_HYPERCALL, .args = { HULL_EXIT_HYPERCALL },
	};
	struct machine m;

	if (argc < 2 || argc > 3)
		errx(2, "usage: traced NUMBER [VM]");
	if (argc == 2)
		machine_open(&m, "/dev/hull");
	else if (!machine_try_attach(&m, "/dev/hull", atoi(argv[2])))
		err(1, "VM %s", argv[2]);
	if (ioctl(m.vm, KVM_ENABLE_CAP, &cap))
		err(1, "calls to the VMM");
	measure_load(&m);
	measure_run(&m, bench_traced, 100, strtoul(argv[1], NULL, 0));
	machine_close(&m);
	return 0;
}
