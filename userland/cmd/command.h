/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands and options, a row each. What vmctl parses, its help, the manual page and
 * the completion all come from these rows.
 */
#ifndef HULL_CMD_COMMAND_H
#define HULL_CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmd/oci_args.h>
#include <lib/client.h>
#include <vmm/vmm.h>

/* What vmctl exits with. `vm run` has the guest's statuses besides: vmm/vmm.h. */
enum status {
	STATUS_OK = 0,
	STATUS_FAILURE = 1,
	STATUS_USAGE = 2,
	STATUS_NO_VM = 3,		/* no such VM */
	STATUS_UNAVAILABLE = 4,		/* no module, no VMX, or somebody else holds it */
	STATUS_STATE = 5,		/* not in this state: running, not running, exists */
	STATUS_PERMISSION = 6,
	STATUS_TIMEOUT = 7,		/* it did not happen in time */
	STATUS_NOT_RUN = 126,		/* vm run: the guest was never started */
};

struct status_row {
	enum status status;
	const char *text;
};

extern const struct status_row status_rows[];	/* ends with a row without text */

/* Options; a command lists those it takes. */
enum option_id {
	OPTION_HELP,
	OPTION_JSON,
	OPTION_ENGINE,
	OPTION_MEMORY,
	OPTION_CPUS,
	OPTION_CPU_WEIGHT,
	OPTION_CPU_MAX,
	OPTION_MITIGATIONS,
	OPTION_HYPERCALL_CPL3,
	OPTION_MSR_IGNORE,
	OPTION_DOMAIN,
	OPTION_NAME,
	OPTION_KERNEL,
	OPTION_INITRD,
	OPTION_CMDLINE,
	OPTION_LOG,
	OPTION_TIMEOUT,
	OPTION_COUNT,
	OPTION_SAMPLES,
	OPTION_ITERATIONS,
	OPTION_SWEEP,
	OPTION_CSV,
	OPTION_PLOT,
	OPTION_POLICY,
	OPTION_FILE,
	OPTION_DEFAULT,
	OPTION_INTERVAL,
	OPTION_AUDIT,
	OPTION_N,
};

/* A set of options, a bit each. */
__extension__ typedef unsigned __int128 option_set;

#define OPTION_BIT(option)	((option_set)1 << (option))
#define TAKES(option)		OPTION_BIT(OPTION_##option)
#define TAKES_RECORD	(TAKES(MEMORY) | TAKES(CPUS) | TAKES(CPU_WEIGHT) | TAKES(ENGINE) | \
			 TAKES(HYPERCALL_CPL3) | TAKES(MSR_IGNORE) | TAKES(MITIGATIONS) | \
			 TAKES(DOMAIN) | TAKES(POLICY))
#define TAKES_BOOT	(TAKES(KERNEL) | TAKES(INITRD) | TAKES(CMDLINE) | TAKES(CPU_MAX))

struct hull_ct_config;

/* What the options of a group say beside the container's configuration. */
struct group_args {
	struct hull_ct_config *config;	/* NULL: no option has needed one */
	bool tty, interactive, detach, remove, dry_run, all, force, follow, userns, transient;
	bool made;			/* these options are of a group that was made before */
};

/* What the command line says; options that were not given have their defaults. */
struct args {
	option_set given;
	char *const *argv;		/* the verb, and all that follows it */
	int argc;
	char *const *words;		/* of these, what is no option */
	int n_words;
	bool help, json, log;
	enum hull_engine engine;
	uint64_t memory;
	uint32_t cpus, cpu_weight, cpu_max, mitigations, timeout, count;
	uint32_t samples, iterations;
	bool sweep, csv;
	const char *plot;
	bool hypercall_cpl3, msr_ignore;
	const char *name, *kernel, *initrd, *cmdline;
	const char *domain;
	const char *policy, *file, *default_action;
	uint32_t interval_ms;
	bool audit;
	const char *label;
	struct group_args group;
	struct oci_args oci;
};

/* What can stand where a value or a word stands: for the completion. */
enum complete {
	COMPLETE_NONE,
	COMPLETE_FILE,
	COMPLETE_VM,
	COMPLETE_ENGINE,
	COMPLETE_MITIGATIONS,
	COMPLETE_SWITCH,
	COMPLETE_ACTION,
	COMPLETE_GROUP,
};

struct option_row {
	const char *name;
	char letter;			/* 0: none */
	const char *value;		/* "SIZE"; "[=on|off]": may be left out; NULL: none */
	const char *help;
	enum complete complete;
	/* @text: NULL when the value was left out. false and *@why: a phrase */
	bool (*parse)(const char *text, struct args *args, const char **why);
};

extern const struct option_row option_rows[OPTION_N];

/* A noun may have options of its own; the first row is --help. */
struct option_table {
	const char *title;		/* of its section in the manual page */
	const struct option_row *rows;
	int n;
};

extern const struct option_table option_table;	/* option_rows */

struct noun_options {
	const char *noun;
	const struct option_table *table;
};

extern const struct noun_options noun_options[];	/* main.c; ends with a row without noun */

struct command {
	const char *noun, *verb;	/* @verb: NULL when the noun says it all */
	/*
	 * "NAME", "[VM]", "VM [RULE...]", ""; with "[ARG...]" no option follows a word;
	 * COMMAND_ANYTHING is not looked at but for --help
	 */
	const char *words;
	const char *summary;		/* a phrase */
	const char *text;		/* sentences */
	option_set options;		/* TAKES(...); HELP is understood */
	option_set required;		/* of these */
	int (*run)(const struct command *command, const struct args *args);
};

#define COMMAND_ANYTHING	"..."

extern const struct command commands[];		/* main.c; ends with a row without noun */

const struct option_table *command_table(const struct command *command);

/* Parses what follows the command's own words. STATUS_OK or STATUS_USAGE, having said why. */
enum status command_parse(const struct command *command, int argc, char **argv,
			  struct args *args);
/* What options that are not given stand for; and one more command line on top of @args. */
void command_defaults(struct args *args);
enum status command_parse_more(const struct command *command, int argc, char **argv,
			       struct args *args);
void command_help(const struct command *command);
void command_usage_all(bool to_stderr);
/* @noun alone: all its verbs; false when there is no such noun */
bool command_help_noun(const char *noun);

/* "vmctl: vm create: SENTENCE" to stderr */
__attribute__((format(printf, 2, 3)))
void command_complain(const struct command *command, const char *format, ...);
/* likewise for a refusal; returns the status that stands for it */
enum status command_fail(const struct command *command, const struct hull_error *error);

/* The control plane, or NULL, having said why; *@status then. */
struct hull_client *command_client(const struct command *command, enum status *status);
/* A word that names a VM: digits are an id. */
struct hull_ref command_ref(const char *word);
/* The VM that the first word names; what is wrong has been said. */
enum status command_vm(const struct command *command, const struct args *args,
		       struct hull_vm_info *vm);

/* hidden: for bash, and for the manual page at build time */
int complete_run(int argc, char **argv);
int man_run(void);

int host_run(const struct command *command, const struct args *args);
int bench_hypercall_run(const struct command *command, const struct args *args);
int events_run(const struct command *command, const struct args *args);
int vm_create_run(const struct command *command, const struct args *args);
int vm_set_run(const struct command *command, const struct args *args);
int vm_start_run(const struct command *command, const struct args *args);
int vm_run_run(const struct command *command, const struct args *args);
int vm_console_run(const struct command *command, const struct args *args);
int vm_list_run(const struct command *command, const struct args *args);
int vm_show_run(const struct command *command, const struct args *args);
int vm_stats_run(const struct command *command, const struct args *args);
int vm_log_run(const struct command *command, const struct args *args);
int vm_pause_run(const struct command *command, const struct args *args);
int vm_resume_run(const struct command *command, const struct args *args);
int vm_stop_run(const struct command *command, const struct args *args);
int vm_kill_run(const struct command *command, const struct args *args);
int vm_delete_run(const struct command *command, const struct args *args);
int hypercall_list_run(const struct command *command, const struct args *args);
int hypercall_show_run(const struct command *command, const struct args *args);
int hypercall_stats_run(const struct command *command, const struct args *args);
int hypercall_policy_run(const struct command *command, const struct args *args);
int hypercall_watch_run(const struct command *command, const struct args *args);
int group_adopt_run(const struct command *command, const struct args *args);
int group_set_run(const struct command *command, const struct args *args);
int group_list_run(const struct command *command, const struct args *args);
int group_show_run(const struct command *command, const struct args *args);
int group_stats_run(const struct command *command, const struct args *args);
int group_create_run(const struct command *command, const struct args *args);
int group_run_run(const struct command *command, const struct args *args);
int group_start_run(const struct command *command, const struct args *args);
int group_exec_run(const struct command *command, const struct args *args);
int group_attach_run(const struct command *command, const struct args *args);
int group_kill_run(const struct command *command, const struct args *args);
int group_pause_run(const struct command *command, const struct args *args);
int group_resume_run(const struct command *command, const struct args *args);
int group_update_run(const struct command *command, const struct args *args);
int group_ps_run(const struct command *command, const struct args *args);
int group_logs_run(const struct command *command, const struct args *args);
int group_delete_run(const struct command *command, const struct args *args);
int policy_check_run(const struct command *command, const struct args *args);
int policy_compile_run(const struct command *command, const struct args *args);
int policy_explain_run(const struct command *command, const struct args *args);
int policy_test_run(const struct command *command, const struct args *args);
int policy_apply_run(const struct command *command, const struct args *args);
int policy_clear_run(const struct command *command, const struct args *args);
int policy_show_run(const struct command *command, const struct args *args);
int policy_stats_run(const struct command *command, const struct args *args);
int policy_events_run(const struct command *command, const struct args *args);
int policy_supervise_run(const struct command *command, const struct args *args);
int policy_learn_run(const struct command *command, const struct args *args);
int policy_diff_run(const struct command *command, const struct args *args);
int top_run(const struct command *command, const struct args *args);

/* removes what the VMM of @name has left in the run directory, its log among it */
void vm_files_forget(const char *name);
/* what vm create and vm run both make of their options */
struct hull_vm_new args_vm_new(const struct args *args, const char *name);
/* likewise: --policy, read into *@policy; STATUS_OK, or another one, having said why */
enum status args_policy(const struct command *command, const struct args *args,
			struct hull_vm_policy *policy, struct hull_vm_new *new);

#endif
