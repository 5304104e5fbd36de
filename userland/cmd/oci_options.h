/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HULL_CMD_OCI_OPTIONS_H
#define HULL_CMD_OCI_OPTIONS_H

#include <cmd/command.h>

extern const struct option_table oci_table;

#define OTAKES(option)	OPTION_BIT(OCI_##option)
/* Before or behind the verb. */
#define OTAKES_SPEC	(OTAKES(ROOT) | OTAKES(LOG) | OTAKES(LOG_FORMAT) | OTAKES(DEBUG) | \
			 OTAKES(SYSTEMD_CGROUP) | OTAKES(CRIU))
#define OTAKES_ALL	(OTAKES_SPEC | OTAKES(ROOTLESS))
#define OTAKES_CREATE	(OTAKES_ALL | OTAKES(BUNDLE) | OTAKES(CONSOLE_SOCKET) | \
			 OTAKES(PID_FILE) | OTAKES(NO_PIVOT) | OTAKES(NO_NEW_KEYRING) | \
			 OTAKES(PRESERVE_FDS))
#define OTAKES_EXEC	(OTAKES_ALL | OTAKES(CONSOLE_SOCKET) | OTAKES(PID_FILE) | \
			 OTAKES(DETACH) | OTAKES(PROCESS) | OTAKES(CWD) | OTAKES(ENV) | \
			 OTAKES(TTY) | OTAKES(USER) | OTAKES(GIDS) | OTAKES(CAP) | \
			 OTAKES(NO_NEW_PRIVS) | OTAKES(APPARMOR) | OTAKES(PROCESS_LABEL) | \
			 OTAKES(PRESERVE_FDS) | OTAKES(CGROUP) | OTAKES(IGNORE_PAUSED))
#define OTAKES_UPDATE	(OTAKES_ALL | OTAKES(RESOURCES) | OTAKES(MEMORY) | \
			 OTAKES(MEMORY_RESERVATION) | OTAKES(MEMORY_SWAP) | OTAKES(CPU_PERIOD) | \
			 OTAKES(CPU_QUOTA) | OTAKES(CPU_BURST) | OTAKES(CPU_SHARE) | \
			 OTAKES(CPU_IDLE) | OTAKES(CPUSET_CPUS) | OTAKES(CPUSET_MEMS) | \
			 OTAKES(PIDS_LIMIT) | OTAKES(BLKIO_WEIGHT) | OTAKES(CPU_RT_PERIOD) | \
			 OTAKES(CPU_RT_RUNTIME) | OTAKES(KERNEL_MEMORY) | \
			 OTAKES(KERNEL_MEMORY_TCP) | OTAKES(L3_CACHE_SCHEMA) | \
			 OTAKES(MEM_BW_SCHEMA))

int oci_create_run(const struct command *command, const struct args *args);
int oci_run_run(const struct command *command, const struct args *args);
int oci_start_run(const struct command *command, const struct args *args);
int oci_state_run(const struct command *command, const struct args *args);
int oci_kill_run(const struct command *command, const struct args *args);
int oci_delete_run(const struct command *command, const struct args *args);
int oci_exec_run(const struct command *command, const struct args *args);
int oci_list_run(const struct command *command, const struct args *args);
int oci_ps_run(const struct command *command, const struct args *args);
int oci_pause_run(const struct command *command, const struct args *args);
int oci_resume_run(const struct command *command, const struct args *args);
int oci_update_run(const struct command *command, const struct args *args);
int oci_events_run(const struct command *command, const struct args *args);
int oci_spec_run(const struct command *command, const struct args *args);
int oci_features_run(const struct command *command, const struct args *args);
int oci_checkpoint_run(const struct command *command, const struct args *args);

/* --preserve-fds; 0: not given */
bool oci_preserve(const struct args *args, unsigned int *n, struct hull_error *error);
/* --root and --log are looked at by every command first; NULL: what is wrong has been said. */
const char *oci_begin(const struct command *command, const struct args *args);
/* The sentence to stderr and to the log; is STATUS_FAILURE. */
int oci_fail(const struct hull_error *error);

/*
 * "hull-runc OPTIONS VERB ..." as "vmctl oci VERB OPTIONS ...". Return: false: there is no
 * verb; *@argc, *@argv then as they were.
 */
#define OCI_PROGRAM	"hull-runc"
bool oci_rewrite(int *argc, char ***argv);
int oci_version(const char *version);

#endif
