/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of `vmctl oci`: those of runc's command line. */
#ifndef HULL_CMD_OCI_ARGS_H
#define HULL_CMD_OCI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

/* A row each in oci_options.c. */
enum oci_option {
	OCI_HELP, OCI_ROOT, OCI_LOG, OCI_LOG_FORMAT, OCI_DEBUG, OCI_SYSTEMD_CGROUP, OCI_ROOTLESS,
	OCI_BUNDLE, OCI_CONSOLE_SOCKET, OCI_PID_FILE, OCI_NO_PIVOT, OCI_NO_NEW_KEYRING,
	OCI_PRESERVE_FDS, OCI_DETACH, OCI_KEEP, OCI_NO_SUBREAPER,
	OCI_ALL, OCI_FORCE, OCI_FORMAT, OCI_QUIET, OCI_STATS, OCI_INTERVAL,
	OCI_PROCESS, OCI_CWD, OCI_ENV, OCI_TTY, OCI_USER, OCI_GIDS, OCI_CAP, OCI_NO_NEW_PRIVS,
	OCI_APPARMOR, OCI_PROCESS_LABEL,
	OCI_RESOURCES, OCI_MEMORY, OCI_MEMORY_RESERVATION, OCI_MEMORY_SWAP, OCI_CPU_PERIOD,
	OCI_CPU_QUOTA, OCI_CPU_BURST, OCI_CPU_SHARE, OCI_CPU_IDLE, OCI_CPUSET_CPUS,
	OCI_CPUSET_MEMS, OCI_PIDS_LIMIT, OCI_BLKIO_WEIGHT,
	OCI_OPTION_N,
};

#define OCI_LIST_MAX	256	/* times that --env or --cap may be given */

struct oci_list {
	const char *at[OCI_LIST_MAX];
	size_t n;
};

struct oci_args {
	bool flag[OCI_OPTION_N];
	const char *text[OCI_OPTION_N];
	struct oci_list env, gids, caps;
};

#endif
