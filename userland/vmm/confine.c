// SPDX-License-Identifier: GPL-2.0-only
#include <cap-ng.h>
#include <errno.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confine.h"

#define FDS_MAX		128	/* vCPUs, sockets, some clients */

static int drop_capabilities(struct vmm_error *error)
{
	/* The bounding set only goes with the privilege to change it. */
	capng_get_caps_process();
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP)) {
		capng_clear(CAPNG_SELECT_BOUNDS);
		if (capng_apply(CAPNG_SELECT_BOUNDS))
			return vmm_fail(error, EPERM, "cannot empty the capability bounding set");
	}
	capng_clear(CAPNG_SELECT_CAPS);
	if (capng_apply(CAPNG_SELECT_CAPS))
		return vmm_fail(error, EPERM, "cannot drop capabilities");
	capng_clear(CAPNG_SELECT_AMBIENT);
	if (capng_apply(CAPNG_SELECT_AMBIENT))
		return vmm_fail(error, EPERM, "cannot drop ambient capabilities");
	return 0;
}

int confine_process(struct vmm_error *error)
{
	const struct rlimit no_core = { 0, 0 }, fds = { FDS_MAX, FDS_MAX };

	/* A thread that frees memory, if only at its end, must not have to tell the kernel. */
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_TRIM_THRESHOLD, -1);
	umask(077);
	if (chdir("/"))
		return vmm_fail_errno(error, "cannot leave the working directory");
	if (setrlimit(RLIMIT_CORE, &no_core) || setrlimit(RLIMIT_NOFILE, &fds))
		return vmm_fail_errno(error, "resource limits");
	if (drop_capabilities(error))
		return -1;
	if (prctl(PR_SET_DUMPABLE, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return vmm_fail_errno(error, "cannot give up new privileges");
	return 0;
}
