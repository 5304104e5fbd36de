// SPDX-License-Identifier: GPL-2.0-only
/* Options of vmctl oci, a row each, and the name hull-runc. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmd/oci_options.h>
#include <oci/config.h>

static bool parse_help(const char *text, struct args *args, const char **why)
{
	(void)text;
	(void)why;
	return args->help = true;
}

#define FLAG(option, name)							\
static bool parse_##name(const char *text, struct args *args, const char **why)	\
{										\
	(void)text;								\
	(void)why;								\
	return args->oci.flag[OCI_##option] = true;				\
}

#define TEXT(option, name)							\
static bool parse_##name(const char *text, struct args *args, const char **why)	\
{										\
	*why = "empty";								\
	args->oci.text[OCI_##option] = text;					\
	return *text;								\
}

#define LIST(list, name)							\
static bool parse_##name(const char *text, struct args *args, const char **why)	\
{										\
	*why = "too many of them";						\
	if (args->oci.list.n == OCI_LIST_MAX)					\
		return false;							\
	args->oci.list.at[args->oci.list.n++] = text;				\
	return true;								\
}

/* For what others have: an error that says why it is none here. */
#define NEVER(name, reason)							\
static bool parse_##name(const char *text, struct args *args, const char **why)	\
{										\
	(void)text;								\
	(void)args;								\
	*why = reason;								\
	return false;								\
}

#define NO_RESCTRL	"not offered: resctrl is not supported"

TEXT(ROOT, root)
TEXT(LOG, log)
FLAG(DEBUG, debug)
FLAG(SYSTEMD_CGROUP, systemd_cgroup)
FLAG(SPEC_ROOTLESS, spec_rootless)
NEVER(criu, "not offered: there is neither checkpoint nor restore")
TEXT(BUNDLE, bundle)
TEXT(CONSOLE_SOCKET, console_socket)
TEXT(PID_FILE, pid_file)
FLAG(NO_PIVOT, no_pivot)
FLAG(NO_NEW_KEYRING, no_new_keyring)
TEXT(PRESERVE_FDS, preserve_fds)
FLAG(DETACH, detach)
FLAG(KEEP, keep)
FLAG(NO_SUBREAPER, no_subreaper)
FLAG(ALL, all)
FLAG(FORCE, force)
FLAG(QUIET, quiet)
FLAG(STATS, stats)
TEXT(INTERVAL, interval)
TEXT(PROCESS, process)
TEXT(CWD, cwd)
LIST(env, env)
FLAG(TTY, tty)
TEXT(USER, user)
LIST(gids, gids)
LIST(caps, cap)
FLAG(NO_NEW_PRIVS, no_new_privs)
TEXT(APPARMOR, apparmor)
TEXT(PROCESS_LABEL, process_label)
TEXT(CGROUP, cgroup)
FLAG(IGNORE_PAUSED, ignore_paused)
TEXT(RESOURCES, resources)
TEXT(MEMORY, memory)
TEXT(MEMORY_RESERVATION, memory_reservation)
TEXT(MEMORY_SWAP, memory_swap)
TEXT(CPU_PERIOD, cpu_period)
TEXT(CPU_QUOTA, cpu_quota)
TEXT(CPU_BURST, cpu_burst)
TEXT(CPU_SHARE, cpu_share)
TEXT(CPU_IDLE, cpu_idle)
TEXT(CPUSET_CPUS, cpuset_cpus)
TEXT(CPUSET_MEMS, cpuset_mems)
TEXT(PIDS_LIMIT, pids_limit)
TEXT(BLKIO_WEIGHT, blkio_weight)
TEXT(CPU_RT_PERIOD, cpu_rt_period)
TEXT(CPU_RT_RUNTIME, cpu_rt_runtime)
TEXT(KERNEL_MEMORY, kernel_memory)
TEXT(KERNEL_MEMORY_TCP, kernel_memory_tcp)
NEVER(l3_cache_schema, NO_RESCTRL)
NEVER(mem_bw_schema, NO_RESCTRL)

static bool parse_rootless(const char *text, struct args *args, const char **why)
{
	args->oci.text[OCI_ROOTLESS] = text;
	*why = "neither true nor false nor auto";
	return !strcmp(text, "true") || !strcmp(text, "false") || !strcmp(text, "auto");
}

static bool parse_log_format(const char *text, struct args *args, const char **why)
{
	args->oci.text[OCI_LOG_FORMAT] = text;
	*why = "neither text nor json";
	return !strcmp(text, "text") || !strcmp(text, "json");
}

static bool parse_format(const char *text, struct args *args, const char **why)
{
	args->oci.text[OCI_FORMAT] = text;
	*why = "neither table nor json";
	return !strcmp(text, "table") || !strcmp(text, "json");
}

#define ROW(option, name, letter, value, complete, parse, help)	\
	[OCI_##option] = { name, letter, value, help, COMPLETE_##complete, parse }

static const struct option_row oci_rows[OCI_OPTION_N] = {
	ROW(HELP, "help", 'h', NULL, NONE, parse_help, "this text"),
	ROW(ROOT, "root", 0, "DIR", FILE, parse_root,
	    "where containers are remembered (/run/hull/oci)"),
	ROW(LOG, "log", 0, "FILE", FILE, parse_log, "where errors and warnings go besides"),
	ROW(LOG_FORMAT, "log-format", 0, "text|json", NONE, parse_log_format, "of that (text)"),
	ROW(DEBUG, "debug", 0, NULL, NONE, parse_debug, "log more"),
	ROW(SYSTEMD_CGROUP, "systemd-cgroup", 0, NULL, NONE, parse_systemd_cgroup,
	    "cgroupsPath is SLICE:PREFIX:NAME; systemd itself is not asked"),
	ROW(ROOTLESS, "rootless", 0, "true|false|auto", NONE, parse_rootless,
	    "go without a cgroup where none may be made (auto: if not root)"),
	ROW(SPEC_ROOTLESS, "rootless", 0, NULL, NONE, parse_spec_rootless,
	    "for who is not root; that is the default for them"),
	ROW(CRIU, "criu", 0, "FILE", NONE, parse_criu, "refused: there is no checkpoint"),
	ROW(BUNDLE, "bundle", 'b', "DIR", FILE, parse_bundle, "where config.json is (.)"),
	ROW(CONSOLE_SOCKET, "console-socket", 0, "SOCKET", FILE, parse_console_socket,
	    "who listens there gets the terminal's master"),
	ROW(PID_FILE, "pid-file", 0, "FILE", FILE, parse_pid_file, "for the process's id"),
	ROW(NO_PIVOT, "no-pivot", 0, NULL, NONE, parse_no_pivot,
	    "for hosts whose root is an initramfs, which cannot be pivoted away"),
	ROW(NO_NEW_KEYRING, "no-new-keyring", 0, NULL, NONE, parse_no_new_keyring,
	    "the caller's session keyring instead of one of its own"),
	ROW(PRESERVE_FDS, "preserve-fds", 0, "N", NONE, parse_preserve_fds,
	    "descriptors from 3 on that go in (0)"),
	ROW(DETACH, "detach", 'd', NULL, NONE, parse_detach, "return when it has started"),
	ROW(KEEP, "keep", 0, NULL, NONE, parse_keep, "delete nothing at the end"),
	ROW(NO_SUBREAPER, "no-subreaper", 0, NULL, NONE, parse_no_subreaper,
	    "taken for runc's sake: there is none"),
	ROW(ALL, "all", 'a', NULL, NONE, parse_all, "every process, not the first alone"),
	ROW(FORCE, "force", 'f', NULL, NONE, parse_force,
	    "also one that runs; none that is not there is none to complain of"),
	ROW(FORMAT, "format", 'f', "table|json", NONE, parse_format, "how to print (table)"),
	ROW(QUIET, "quiet", 'q', NULL, NONE, parse_quiet, "ids alone"),
	ROW(STATS, "stats", 0, NULL, NONE, parse_stats, "one look, and the end"),
	ROW(INTERVAL, "interval", 0, "SECONDS", NONE, parse_interval, "between two looks (5s)"),
	ROW(PROCESS, "process", 'p', "FILE", FILE, parse_process,
	    "a process as config.json has it, as JSON"),
	ROW(CWD, "cwd", 0, "DIR", NONE, parse_cwd, "its working directory"),
	ROW(ENV, "env", 'e', "NAME=VALUE", NONE, parse_env, "in its environment, too; many times"),
	ROW(TTY, "tty", 't', NULL, NONE, parse_tty, "on a terminal of its own"),
	ROW(USER, "user", 'u', "UID[:GID]", NONE, parse_user, "as whom"),
	ROW(GIDS, "additional-gids", 'g', "GID", NONE, parse_gids,
	    "also of this group; many times"),
	ROW(CAP, "cap", 'c', "CAP", NONE, parse_cap, "with this capability, too; many times"),
	ROW(NO_NEW_PRIVS, "no-new-privs", 0, NULL, NONE, parse_no_new_privs,
	    "set-user-id programs give it no rights"),
	ROW(APPARMOR, "apparmor", 0, "PROFILE", NONE, parse_apparmor, "AppArmor profile"),
	ROW(PROCESS_LABEL, "process-label", 0, "LABEL", NONE, parse_process_label,
	    "SELinux label"),
	ROW(CGROUP, "cgroup", 0, "DIR", NONE, parse_cgroup,
	    "in this cgroup, one that is there below the container's"),
	ROW(IGNORE_PAUSED, "ignore-paused", 0, NULL, NONE, parse_ignore_paused,
	    "also if it is paused: waits until it is resumed"),
	ROW(RESOURCES, "resources", 'r', "FILE", FILE, parse_resources,
	    "linux.resources as config.json has it; - is standard input"),
	ROW(MEMORY, "memory", 0, "BYTES", NONE, parse_memory, "memory; -1: no bound"),
	ROW(MEMORY_RESERVATION, "memory-reservation", 0, "BYTES", NONE, parse_memory_reservation,
	    "memory that is not taken away before others' is"),
	ROW(MEMORY_SWAP, "memory-swap", 0, "BYTES", NONE, parse_memory_swap,
	    "memory and swap together; -1: no bound"),
	ROW(CPU_PERIOD, "cpu-period", 0, "US", NONE, parse_cpu_period,
	    "period of the quota, in microseconds"),
	ROW(CPU_QUOTA, "cpu-quota", 0, "US", NONE, parse_cpu_quota,
	    "CPU time in a period; -1: no bound"),
	ROW(CPU_BURST, "cpu-burst", 0, "US", NONE, parse_cpu_burst,
	    "CPU time that may be saved up"),
	ROW(CPU_SHARE, "cpu-share", 0, "N", NONE, parse_cpu_share,
	    "share of busy CPUs, 2 to 262144"),
	ROW(CPU_IDLE, "cpu-idle", 0, "0|1", NONE, parse_cpu_idle, "runs only on idle CPUs"),
	ROW(CPUSET_CPUS, "cpuset-cpus", 0, "LIST", NONE, parse_cpuset_cpus, "CPUs, as 0-3,7"),
	ROW(CPUSET_MEMS, "cpuset-mems", 0, "LIST", NONE, parse_cpuset_mems, "memory nodes"),
	ROW(PIDS_LIMIT, "pids-limit", 0, "N", NONE, parse_pids_limit, "tasks; -1: no bound"),
	ROW(BLKIO_WEIGHT, "blkio-weight", 0, "N", NONE, parse_blkio_weight,
	    "share of busy discs, 10 to 1000"),
	ROW(CPU_RT_PERIOD, "cpu-rt-period", 0, "US", NONE, parse_cpu_rt_period,
	    "refused: cgroup v2 has none"),
	ROW(CPU_RT_RUNTIME, "cpu-rt-runtime", 0, "US", NONE, parse_cpu_rt_runtime,
	    "refused: cgroup v2 has none"),
	ROW(KERNEL_MEMORY, "kernel-memory", 0, "BYTES", NONE, parse_kernel_memory,
	    "only -1: it is part of memory"),
	ROW(KERNEL_MEMORY_TCP, "kernel-memory-tcp", 0, "BYTES", NONE, parse_kernel_memory_tcp,
	    "only -1: it is part of memory"),
	ROW(L3_CACHE_SCHEMA, "l3-cache-schema", 0, "TEXT", NONE, parse_l3_cache_schema,
	    "refused: resctrl is not supported"),
	ROW(MEM_BW_SCHEMA, "mem-bw-schema", 0, "TEXT", NONE, parse_mem_bw_schema,
	    "refused: resctrl is not supported"),
};

_Static_assert(OCI_OPTION_N <= 8 * sizeof(option_set), "a bit for each option");

const struct option_table oci_table = { "OPTIONS OF OCI", oci_rows, OCI_OPTION_N };

static bool takes_value(const char *word)
{
	size_t i;

	for (i = 0; i < OCI_OPTION_N; i++)
		if (oci_rows[i].value && !strcmp(word + 2, oci_rows[i].name))
			return true;
	return false;
}

bool oci_rewrite(int *argc, char ***argv)
{
	static char vmctl[] = "vmctl", oci[] = "oci";
	char **old = *argv, **new;
	int verb = 1, i, n = 0;

	while (verb < *argc && old[verb][0] == '-')
		verb += !strncmp(old[verb], "--", 2) && takes_value(old[verb]) ? 2 : 1;
	if (verb >= *argc)
		return false;
	new = calloc((size_t)*argc + 2, sizeof(*new));
	if (!new)
		return false;
	new[n++] = vmctl;
	new[n++] = oci;
	new[n++] = old[verb];
	for (i = 1; i < *argc; i++)
		if (i != verb)
			new[n++] = old[i];
	*argc = n;
	*argv = new;
	return true;
}

int oci_version(const char *version)
{
	printf("hull-runc version %s\nspec: %s\n", version, OCI_VERSION);
	return STATUS_OK;
}
