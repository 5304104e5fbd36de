// SPDX-License-Identifier: GPL-2.0-only
/* vmctl: the commands, a row each, and the way to them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmd/command.h>
#include <cmd/group_options.h>
#include <cmd/oci_options.h>

#ifndef VERSION
#define VERSION "unknown"
#endif

const struct command commands[] = {
	{ "host", NULL, "", "what this machine offers and what is missing",
	  "Exits with 0 when VMs can be run by Hull's own engine now, else with 4.",
	  TAKES(JSON), 0, host_run },
	{ "events", NULL, "", "tell of each change of a VM or group as it happens",
	  "A line an event, until interrupted or until --count of them have come.",
	  TAKES(JSON) | TAKES(COUNT), 0, events_run },
	{ "vm", "create", "NAME", "make a VM: its record, not yet running",
	  "The record stays until it is deleted. A name has 1 to 63 letters, digits, '_', '.' "
	  "and '-', begins with neither '.' nor '-', and is no number. Memory and CPUs bound "
	  "what the VMM may use, too.",
	  TAKES(JSON) | TAKES_RECORD, 0, vm_create_run },
	{ "vm", "set", "VM", "change settings of a VM",
	  "They are in force from its next start on; the CPU weight at once.",
	  TAKES(CPU_WEIGHT) | TAKES(MITIGATIONS) | TAKES(HYPERCALL_CPL3) | TAKES(MSR_IGNORE), 0,
	  vm_set_run },
	{ "vm", "start", "VM", "boot a kernel in the background",
	  "Returns when the guest runs. Its console can be reached with vm console and is kept "
	  "in a log. The kernel is a bzImage, an ELF vmlinux or a multiboot 1 image.",
	  TAKES(JSON) | TAKES_BOOT, TAKES(KERNEL), vm_start_run },
	{ "vm", "run", "", "create, start, attach to the console, and delete at the end",
	  "Ctrl-] ends the VM. Exits with the guest's status: 0 after power-off, "
	  "(value << 1 | 1) & 255 after a write to the exit port, 100 after a reset, 102 after a "
	  "triple fault, 104 when killed, 106 when engine or VMM failed; with 126 when the guest "
	  "was never started. With --engine kvm it works without the module, too.",
	  TAKES_RECORD | TAKES_BOOT | TAKES(NAME), TAKES(KERNEL), vm_run_run },
	{ "vm", "console", "VM", "attach to the console of a VM in the background",
	  "Ctrl-] detaches; the VM goes on. With --log: what it has shown so far, also of a VM "
	  "that has stopped.",
	  TAKES(LOG), 0, vm_console_run },
	{ "vm", "list", "", "all VMs", "", TAKES(JSON), 0, vm_list_run },
	{ "vm", "show", "VM", "one VM in full", "", TAKES(JSON), 0, vm_show_run },
	{ "vm", "stats", "[VM]", "what a VM, or every VM, has counted",
	  "Sums over its vCPUs and over its runs; memory and tables are those of the moment.",
	  TAKES(JSON), 0, vm_stats_run },
	{ "vm", "log", "VM", "lines that its guest has sent by the hypercall hull_log", "",
	  TAKES(JSON), 0, vm_log_run },
	{ "vm", "pause", "VM", "stop its vCPUs for a while", "", 0, 0, vm_pause_run },
	{ "vm", "resume", "VM", "let a paused VM go on", "", 0, 0, vm_resume_run },
	{ "vm", "stop", "VM", "press the power button and wait for the end",
	  "Exits with 7 when the guest does not power off in time.",
	  TAKES(TIMEOUT), 0, vm_stop_run },
	{ "vm", "kill", "VM", "end a VM at once and wait for it",
	  "A VMM that does not go by itself is killed.", TAKES(TIMEOUT), 0, vm_kill_run },
	{ "vm", "delete", "VM", "delete the record of a VM that is not running",
	  "Its console log goes, too.", 0, 0, vm_delete_run },
	{ "group", "run", "COMMAND [ARG...]", "run a program in a group of its own",
	  "Its root is --rootfs; all its namespaces but user and time are its own; it has the "
	  "capabilities, system calls and devices that docker's containers have. In the foreground "
	  "the group is deleted when the program ends, and vmctl exits with its status: 128 and the "
	  "signal's number for one that a signal has ended; 125 when there was no group, 126 when "
	  "the program cannot be executed, 127 when there is none. Signals go to the program; one "
	  "that it neither handles nor ignores ends the group. With --detach: in the background, "
	  "until group delete, with a log.",
	  GTAKES_GROUP | GTAKES(DETACH), GTAKES(ROOTFS), group_run_run },
	{ "group", "create", "COMMAND [ARG...]", "make a group, its program waiting to be started",
	  "Everything is set up; group start lets the program go. As group run --detach.",
	  GTAKES_GROUP, GTAKES(ROOTFS) | GTAKES(NAME), group_create_run },
	{ "group", "start", "GROUP", "start the program of a group that was created", "", 0, 0,
	  group_start_run },
	{ "group", "exec", "GROUP COMMAND [ARG...]", "run one more program in a group",
	  "With what the group was made with, its environment and its rights included; options "
	  "change that. Exits as group run.",
	  GTAKES_PROGRAM | GTAKES_RIGHTS, 0, group_exec_run },
	{ "group", "attach", "GROUP", "be at the terminal of a group in the background",
	  "Ctrl-] detaches; the group goes on. Without --tty and --interactive, when it was made, "
	  "there is only its output to see. Exits with the program's status if it ends meanwhile.",
	  0, 0, group_attach_run },
	{ "group", "kill", "GROUP [SIGNAL]", "send a signal to a group's first process",
	  "SIGNAL is a name or a number (KILL). With --all: to all of its processes; KILL then "
	  "misses none, those included that are just being forked.",
	  GTAKES(ALL), 0, group_kill_run },
	{ "group", "pause", "GROUP", "stop all its processes for a while", "", 0, 0,
	  group_pause_run },
	{ "group", "resume", "GROUP", "let them go on", "", 0, 0, group_resume_run },
	{ "group", "update", "GROUP", "change its limits, live", "", GTAKES_LIMITS, 0,
	  group_update_run },
	{ "group", "ps", "GROUP", "its processes", "", GTAKES(JSON), 0, group_ps_run },
	{ "group", "logs", "GROUP", "what a group in the background has written",
	  "The last 256 to 512 KiB of it.", GTAKES(FOLLOW), 0, group_logs_run },
	{ "group", "adopt", "NAME CGROUP", "make a group of a cgroup that exists",
	  "CGROUP is a directory below /sys/fs/cgroup. All processes in it and in the cgroups below "
	  "it are in the group, those that run already and those to come. The record stays until it "
	  "is deleted; with --transient until the cgroup is removed.",
	  GTAKES(JSON) | GTAKES(LABEL) | GTAKES(TRANSIENT), 0, group_adopt_run },
	{ "group", "set", "GROUP", "change what the kernel keeps of a group", "",
	  GTAKES(LABEL) | GTAKES(TRANSIENT), 0, group_set_run },
	{ "group", "list", "", "all groups", "", GTAKES(JSON), 0, group_list_run },
	{ "group", "show", "GROUP", "one group in full", "", GTAKES(JSON), 0, group_show_run },
	{ "group", "stats", "[GROUP]", "what a group, or every group, has counted and uses",
	  "Counters of the kernel module since the record was made, those of groups inside "
	  "included; then what the files of its cgroup say, where their controllers are on.",
	  GTAKES(JSON), 0, group_stats_run },
	{ "group", "events", "[GROUP]", "tell of each change of groups, or of one",
	  "created, started (first process), empty (last one gone), frozen, thawed, oom (memory was "
	  "out), changed, gone (the cgroup was removed), deleted. Changes that follow each other at "
	  "once may be told as one. Until interrupted or until --count of them have come.",
	  GTAKES(JSON) | GTAKES(COUNT), 0, events_run },
	{ "group", "delete", "GROUP", "delete a group that has no processes",
	  "With its log, if vmctl has made it. Of one that was adopted the record goes, the cgroup "
	  "stays. With --force what runs in it is killed first.",
	  GTAKES(FORCE), 0, group_delete_run },
	{ "policy", "check", "FILE", "is this a policy of groups, and if not, why",
	  "FILE is a file, - or the name of a ready policy. Says where a mistake is: file, line, "
	  "column, and what was expected.", TAKES(JSON), 0, policy_check_run },
	{ "policy", "compile", "FILE BLOB", "the binary form that the module takes", "", 0, 0,
	  policy_compile_run },
	{ "policy", "explain", "FILE CLASS [WORD...]", "which rule decides about an action, and why",
	  "A request is a class, maybe permissions, and an object, as a rule has them: file read "
	  "/etc/passwd, inet tcp.connect 10.0.0.1 port 80, signal send KILL peer outside. What VMs "
	  "may call: hypercall CALLS [cpl=LEVEL,...]. Asked of the evaluator that the module has, "
	  "without a kernel.", TAKES(JSON), 0, policy_explain_run },
	{ "policy", "test", "FILE TESTS", "does a policy do what a table expects",
	  "TESTS is written as a policy; each rule is an expectation about each object it names: "
	  "deny file read /etc/shadow. With an error the error must be that one. Each line of its "
	  "block of hypercalls is one about all calls that it is for. Exits with 1 when something "
	  "is not as expected.", 0, 0, policy_test_run },
	{ "policy", "diff", "FILE FILE", "what another policy would decide differently",
	  "Both are asked about everything that either mentions, and about each class's default. "
	  "Exits with 1 when they differ.", 0, 0, policy_diff_run },
	{ "policy", "apply", "GROUP FILE [ROOT]", "put a group under a policy, at once and whole",
	  "The group may be running; what was open stays open, what is done next is asked about. "
	  "Paths begin at ROOT, a directory as /proc/PID/root, or at this process's root. Of a VM: "
	  "what the file's block of hypercalls says.", 0, 0, policy_apply_run },
	{ "policy", "clear", "GROUP", "put a group under no policy", "", 0, 0, policy_clear_run },
	{ "policy", "show", "GROUP", "the policy in force, and what each rule decided", "",
	  TAKES(JSON), 0, policy_show_run },
	{ "policy", "stats", "GROUP", "how much was allowed, denied, told", "", TAKES(JSON), 0,
	  policy_stats_run },
	{ "policy", "events", "[GROUP]", "tell of denials and of what is audited, as it happens",
	  "A line an event, until interrupted or until --count of them have come. Each tells the "
	  "action in the words that a rule would have.", TAKES(JSON) | TAKES(COUNT), 0,
	  policy_events_run },
	{ "policy", "supervise", "GROUP COMMAND [ARG...]", "answer the questions of a group",
	  "What a rule with the action ask is about is put to COMMAND: run once a question, as JSON "
	  "on its standard input, and in HULL_GROUP, HULL_REQUEST, HULL_PID, HULL_COMM and HULL_EXE. "
	  "If it exits with 0 the answer is yes. Anything else is no, and so is --timeout or the "
	  "rule's own time, whichever is shorter; then COMMAND is killed. When this ends the "
	  "answer is no, at once.", TAKES(TIMEOUT) | TAKES(JSON), 0, policy_supervise_run },
	{ "policy", "learn", "[FILE...]", "a policy that allows what was done",
	  "From lines of policy events --json, or lines as 'file read /etc/passwd'; without a FILE "
	  "from standard input. It is general where many things are alike, and says so. Read it "
	  "before use.", 0, 0, policy_learn_run },
	{ "hypercall", "list", "[VM]", "the numbers there are and who answers them",
	  "With a VM: those that kernel modules, processes and BPF programs answer for it, too.",
	  TAKES(JSON), 0, hypercall_list_run },
	{ "hypercall", "show", "VM", "the policy of its calls, with hits", "", TAKES(JSON), 0,
	  hypercall_show_run },
	{ "hypercall", "policy", "VM [RULE...]", "give it another policy, live",
	  "It replaces the old one whole; a call made after this has returned is under it. A rule "
	  "is CALLS [cpl=LEVEL,...] ACTION. CALLS is a number, NUMBER-NUMBER, a name, own, module, "
	  "user, bpf or all. ACTION is allow, deny[=ERRNO] (EPERM), audit, forward, "
	  "limit=RATE[/BURST][,ERRNO] (calls a second, EAGAIN), or kill. Later rules are over "
	  "earlier ones, those given as words over those of a file. In a file a rule may stand on "
	  "a line of its own, the default as 'default ACTION', and # begins a comment.",
	  TAKES(FILE) | TAKES(DEFAULT), 0, hypercall_policy_run },
	{ "hypercall", "stats", "VM [CALL]", "calls by number: how many, how long",
	  "min, median and p99 are estimates from a histogram of TSC cycles on the host, from exit "
	  "to entry, whose steps are powers of two. With a number or a name: the histogram.",
	  TAKES(JSON), 0, hypercall_stats_run },
	{ "hypercall", "watch", "VM", "calls a second by number, as they happen",
	  "A table a look, until interrupted. With --audit: a line for each call under the action "
	  "audit.",
	  TAKES(JSON) | TAKES(INTERVAL) | TAKES(COUNT) | TAKES(AUDIT), 0, hypercall_watch_run },
	{ "oci", "create", "ID", "make a container of an OCI bundle, up to its gate",
	  "Its process waits for oci start. It has the caller's stdin, stdout and stderr, or a "
	  "terminal whose master goes to --console-socket. What config.json asks for and cannot be "
	  "had is refused.",
	  OTAKES_CREATE, 0, oci_create_run },
	{ "oci", "run", "ID", "create, start, wait, and delete at the end",
	  "Exits with the program's status, 128 and the signal's number if one ended it.",
	  OTAKES_CREATE | OTAKES(DETACH) | OTAKES(KEEP) | OTAKES(NO_SUBREAPER), 0, oci_run_run },
	{ "oci", "start", "ID", "start the program of a container that was created", "",
	  OTAKES_ALL, 0, oci_start_run },
	{ "oci", "state", "ID", "what a container is and does, as the runtime-spec has it", "",
	  OTAKES_ALL, 0, oci_state_run },
	{ "oci", "kill", "ID [SIGNAL]", "send a signal to a container's first process (TERM)", "",
	  OTAKES_ALL | OTAKES(ALL), 0, oci_kill_run },
	{ "oci", "delete", "ID", "remove what is left of a container",
	  "Its cgroup and its state go, and hooks after its end are run.",
	  OTAKES_ALL | OTAKES(FORCE), 0, oci_delete_run },
	{ "oci", "exec", "ID [COMMAND] [ARG...]", "run one more program in a container",
	  "With --process its description comes from a file; else it has the environment and the "
	  "rights of the container's first process.",
	  OTAKES_EXEC, 0, oci_exec_run },
	{ "oci", "list", "", "all containers of this --root", "",
	  OTAKES_ALL | OTAKES(FORMAT) | OTAKES(QUIET), 0, oci_list_run },
	{ "oci", "ps", "ID", "a container's processes", "", OTAKES_ALL | OTAKES(FORMAT), 0,
	  oci_ps_run },
	{ "oci", "pause", "ID", "stop all processes of a container for a while", "", OTAKES_ALL, 0,
	  oci_pause_run },
	{ "oci", "resume", "ID", "let a container that was paused go on", "", OTAKES_ALL, 0,
	  oci_resume_run },
	{ "oci", "update", "ID", "change bounds of a container that runs", "", OTAKES_UPDATE, 0,
	  oci_update_run },
	{ "oci", "events", "ID", "what a container uses, as JSON, every few seconds",
	  "And a line when it ran out of memory.",
	  OTAKES_ALL | OTAKES(STATS) | OTAKES(INTERVAL), 0, oci_events_run },
	{ "oci", "spec", "", "write a config.json to begin with", "",
	  OTAKES_SPEC | OTAKES(SPEC_ROOTLESS) | OTAKES(BUNDLE), 0, oci_spec_run },
	{ "oci", "features", "", "what of the runtime-spec is there, as JSON", "", OTAKES_ALL, 0,
	  oci_features_run },
	{ "oci", "checkpoint", COMMAND_ANYTHING, "refused: a container cannot be saved to a file", "",
	  0, 0, oci_checkpoint_run },
	{ "oci", "restore", COMMAND_ANYTHING, "refused: nor made from one", "",
	  0, 0, oci_checkpoint_run },
	{ "top", NULL, "", "live table of VMs: CPU, exits, hypercalls, memory",
	  "On a terminal q leaves. Elsewhere, and with --count, a table a look.",
	  TAKES(JSON) | TAKES(INTERVAL) | TAKES(COUNT), 0, top_run },
	{ "bench", "hypercall", "[TRANSPORT]", "time each way out of a guest, in a guest",
	  "Makes VMs of its own and removes them. Without --engine on Hull and, where it is, on "
	  "KVM; on Hull with the host's mitigations and without any. In Bochs the figures are "
	  "instructions.",
	  TAKES(JSON) | TAKES(ENGINE) | TAKES(SAMPLES) | TAKES(ITERATIONS) | TAKES(SWEEP) |
	  TAKES(CSV) | TAKES(PLOT), 0, bench_hypercall_run },
	{ NULL, NULL, NULL, NULL, NULL, 0, 0, NULL },
};

const struct noun_options noun_options[] = {
	{ "group", &group_table },
	{ "oci", &oci_table },
	{ NULL, NULL },
};

static const struct command *command_find(int argc, char **argv)
{
	const struct command *row;

	for (row = commands; row->noun; row++)
		if (!strcmp(row->noun, argv[1]) &&
		    (!row->verb || (argc > 2 && !strcmp(row->verb, argv[2]))))
			return row;
	return NULL;
}

static bool is_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help");
}

/* Neither noun nor verb stand for a command: help, a noun alone, or a mistake. */
static int no_command(int argc, char **argv)
{
	if (is_help(argv[1]) && argc > 2) {
		const struct command *command = command_find(argc - 1, argv + 1);

		if (command)
			command_help(command);
		if (command || command_help_noun(argv[2]))
			return STATUS_OK;
		fprintf(stderr, "vmctl: no command '%s'; see vmctl --help\n", argv[2]);
		return STATUS_USAGE;
	}
	if (is_help(argv[1])) {
		command_usage_all(false);
		return STATUS_OK;
	}
	if (argc > 2 && is_help(argv[2]) && command_help_noun(argv[1]))
		return STATUS_OK;
	fprintf(stderr, "vmctl: no command '%s%s%s'; see vmctl --help\n", argv[1],
		argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
	return STATUS_USAGE;
}

/* What was printed must have arrived: a full disk is a failure. */
static int output_end(int status)
{
	if ((fflush(stdout) || ferror(stdout)) && status == STATUS_OK) {
		fprintf(stderr, "vmctl: cannot write the output\n");
		return STATUS_FAILURE;
	}
	return status;
}

/* hull-runc without a verb */
static int oci_alone(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--version") || !strcmp(argv[i], "-v"))
			return oci_version(VERSION);
	command_help_noun("oci");
	return argc > 1 && is_help(argv[argc - 1]) ? STATUS_OK : STATUS_USAGE;
}

int main(int argc, char **argv)
{
	const struct command *command;
	struct args args;
	int words;

	if (!strcmp(program_invocation_short_name, OCI_PROGRAM) && !oci_rewrite(&argc, &argv))
		return output_end(oci_alone(argc, argv));
	if (argc < 2) {
		command_usage_all(true);
		return STATUS_USAGE;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("vmctl %s\n", VERSION);
		return output_end(STATUS_OK);
	}
	if (!strcmp(argv[1], "__complete"))
		return output_end(complete_run(argc - 2, argv + 2));
	if (!strcmp(argv[1], "__man"))
		return output_end(man_run());

	command = command_find(argc, argv);
	if (!command)
		return output_end(no_command(argc, argv));
	words = command->verb ? 2 : 1;
	if (command_parse(command, argc - words, argv + words, &args) != STATUS_OK)
		return STATUS_USAGE;
	if (args.help) {
		command_help(command);
		return output_end(STATUS_OK);
	}
	return output_end(command->run(command, &args));
}
