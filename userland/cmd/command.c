// SPDX-License-Identifier: GPL-2.0-only
/* What all commands share: options, help, complaints. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmd/command.h>
#include <lib/names.h>

const struct status_row status_rows[] = {
	{ STATUS_OK, "done" },
	{ STATUS_FAILURE, "failed" },
	{ STATUS_USAGE, "the command line is wrong" },
	{ STATUS_NO_VM, "there is no such VM" },
	{ STATUS_UNAVAILABLE,
	  "not available here: the module is not loaded, the machine has no VMX, or somebody "
	  "else holds it" },
	{ STATUS_STATE,
	  "not in this state: the VM is running, or is not, or one of this name exists" },
	{ STATUS_PERMISSION, "not permitted" },
	{ STATUS_TIMEOUT, "it did not happen in time" },
	{ STATUS_NOT_RUN, "vm run: the guest was never started" },
	{ 0, NULL },
};

static const struct {
	int code;
	enum status status;
} statuses[] = {
	{ ENOENT, STATUS_NO_VM },
	{ ENODEV, STATUS_UNAVAILABLE },
	{ EOPNOTSUPP, STATUS_UNAVAILABLE },
	{ EBUSY, STATUS_STATE },
	{ ESRCH, STATUS_STATE },
	{ EEXIST, STATUS_STATE },
	{ EPERM, STATUS_PERMISSION },
	{ EACCES, STATUS_PERMISSION },
	{ ETIMEDOUT, STATUS_TIMEOUT },
};

static bool parse_help(const char *text, struct args *args, const char **why)
{
	(void)text, (void)why;
	return args->help = true;
}

static bool parse_json(const char *text, struct args *args, const char **why)
{
	(void)text, (void)why;
	return args->json = true;
}

static bool parse_log(const char *text, struct args *args, const char **why)
{
	(void)text, (void)why;
	return args->log = true;
}

static bool parse_engine(const char *text, struct args *args, const char **why)
{
	return hull_engine_parse(text, &args->engine, why);
}

static bool parse_memory(const char *text, struct args *args, const char **why)
{
	if (!hull_size_parse(text, &args->memory, why))
		return false;
	*why = "memory is 1M to 64T, in multiples of 4K";
	return args->memory >= VMM_MEMORY_MIN && args->memory <= HULL_MEMORY_MAX &&
	       args->memory % 4096 == 0;
}

static bool parse_cpus(const char *text, struct args *args, const char **why)
{
	bool ok = hull_number_parse(text, 1, HULL_VCPUS_MAX, &args->cpus, why);

	*why = "a VM has 1 to 64 CPUs";
	return ok;
}

static bool parse_cpu_weight(const char *text, struct args *args, const char **why)
{
	bool ok = hull_number_parse(text, 1, HULL_CPU_WEIGHT_MAX, &args->cpu_weight, why);

	*why = "a weight is 1 to 10000";
	return ok;
}

static bool parse_cpu_max(const char *text, struct args *args, const char **why)
{
	bool ok = hull_number_parse(text, 0, 1000000, &args->cpu_max, why);

	*why = "not a percentage of one CPU: 1 to 1000000, or 0 for no limit";
	return ok;
}

static bool parse_mitigations(const char *text, struct args *args, const char **why)
{
	return hull_mitigations_parse(text, &args->mitigations, why);
}

static bool parse_switch(const char *text, bool *on, const char **why)
{
	*on = !text || !strcmp(text, "on");
	*why = "neither on nor off";
	return *on || !strcmp(text, "off");
}

static bool parse_hypercall_cpl3(const char *text, struct args *args, const char **why)
{
	return parse_switch(text, &args->hypercall_cpl3, why);
}

static bool parse_msr_ignore(const char *text, struct args *args, const char **why)
{
	return parse_switch(text, &args->msr_ignore, why);
}

static bool parse_name(const char *text, struct args *args, const char **why)
{
	args->name = text;
	*why = "not a name: 1 to 63 of [A-Za-z0-9_.-], no '.' or '-' first, no number";
	return hull_name_valid(text);
}

static bool parse_path(const char *text, const char **path, const char **why)
{
	*path = text;
	*why = "an empty path";
	return *text;
}

static bool parse_kernel(const char *text, struct args *args, const char **why)
{
	return parse_path(text, &args->kernel, why);
}

static bool parse_initrd(const char *text, struct args *args, const char **why)
{
	return parse_path(text, &args->initrd, why);
}

static bool parse_cmdline(const char *text, struct args *args, const char **why)
{
	(void)why;
	args->cmdline = text;
	return true;
}

static bool parse_timeout(const char *text, struct args *args, const char **why)
{
	bool ok = hull_number_parse(text, 0, 1000000, &args->timeout, why);

	*why = "not a number of seconds: 0 to 1000000";
	return ok;
}

static bool parse_count(const char *text, struct args *args, const char **why)
{
	return hull_number_parse(text, 1, UINT32_MAX, &args->count, why);
}

const struct option_row option_rows[OPTION_N] = {
	[OPTION_HELP] = { "help", 'h', NULL, "this text", COMPLETE_NONE, parse_help },
	[OPTION_JSON] = { "json", 'j', NULL, "print JSON", COMPLETE_NONE, parse_json },
	[OPTION_ENGINE] = { "engine", 0, "hull|kvm", "what runs its vCPUs (hull)", COMPLETE_ENGINE,
			    parse_engine },
	[OPTION_MEMORY] = { "memory", 'm', "SIZE", "memory, with K, M, G or T (128M)",
			    COMPLETE_NONE, parse_memory },
	[OPTION_CPUS] = { "cpus", 'c', "N", "virtual CPUs, 1 to 64 (1)", COMPLETE_NONE,
			  parse_cpus },
	[OPTION_CPU_WEIGHT] = { "cpu-weight", 0, "N",
				"share of busy host CPUs beside other VMs, 1 to 10000 (100)",
				COMPLETE_NONE, parse_cpu_weight },
	[OPTION_CPU_MAX] = { "cpu-max", 0, "PERCENT",
			     "bound of host CPU time, of one CPU; 0: none (100 for each vCPU)",
			     COMPLETE_NONE, parse_cpu_max },
	[OPTION_MITIGATIONS] = { "mitigations", 0, "default|off|LIST",
				 "against leaks between guest and host: what the host needs, none, "
				 "or these of them, with commas between (default)",
				 COMPLETE_MITIGATIONS, parse_mitigations },
	[OPTION_HYPERCALL_CPL3] = { "hypercall-cpl3", 0, "[=on|off]",
				    "extra hypercalls from the guest's user mode (off)",
				    COMPLETE_SWITCH, parse_hypercall_cpl3 },
	[OPTION_MSR_IGNORE] = { "msr-ignore", 0, "[=on|off]",
				"unknown MSRs read 0 and take any value instead of a fault (off)",
				COMPLETE_SWITCH, parse_msr_ignore },
	[OPTION_NAME] = { "name", 'n', "NAME", "name of the VM (run-PID)", COMPLETE_NONE,
			  parse_name },
	[OPTION_KERNEL] = { "kernel", 'k', "FILE", "kernel to boot", COMPLETE_FILE, parse_kernel },
	[OPTION_INITRD] = { "initrd", 'i', "FILE", "initial ramdisk, or multiboot module",
			    COMPLETE_FILE, parse_initrd },
	[OPTION_CMDLINE] = { "cmdline", 'a', "TEXT",
			     "the kernel's command line, instead of one for a serial console",
			     COMPLETE_NONE, parse_cmdline },
	[OPTION_LOG] = { "log", 'l', NULL, "print the kept log instead", COMPLETE_NONE, parse_log },
	[OPTION_TIMEOUT] = { "timeout", 't', "SECONDS", "how long to wait; 0: don't (90)",
			     COMPLETE_NONE, parse_timeout },
	[OPTION_COUNT] = { "count", 0, "N", "end after N of them", COMPLETE_NONE, parse_count },
};

static void command_name(const struct command *command, FILE *to)
{
	fprintf(to, "%s%s%s", command->noun, command->verb ? " " : "",
		command->verb ? command->verb : "");
}

void command_complain(const struct command *command, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "vmctl: ");
	command_name(command, stderr);
	fprintf(stderr, ": ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
}

enum status command_fail(const struct command *command, const struct hull_error *error)
{
	size_t i;

	command_complain(command, "%s", error->text);
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].code == error->code)
			return statuses[i].status;
	return STATUS_FAILURE;
}

struct hull_client *command_client(const struct command *command, enum status *status)
{
	struct hull_error error;
	struct hull_client *client = hull_client_open(&error);

	if (!client)
		*status = command_fail(command, &error);
	return client;
}

struct hull_ref command_ref(const char *word)
{
	struct hull_ref ref = { 0, NULL };

	if (!hull_id_parse(word, &ref.id))
		ref.name = word;
	return ref;
}

static void usage_complain(const struct command *command, const char *what, const char *which,
			   const char *why)
{
	command_complain(command, "%s%s%s%s; see vmctl %s%s%s --help", what, which,
			 why ? ": " : "", why ? why : "", command->noun,
			 command->verb ? " " : "", command->verb ? command->verb : "");
}

/* getopt's tables from our rows. A long option's value is its number + 256. */
static void getopt_tables(const struct command *command, struct option *longs, char *shorts)
{
	uint32_t takes = command->options | TAKES(HELP);
	int i;

	*shorts++ = ':';
	for (i = 0; i < OPTION_N; i++) {
		const struct option_row *row = &option_rows[i];

		if (!(takes & (1u << i)))
			continue;
		longs->name = row->name;
		longs->has_arg = !row->value ? no_argument :
				 row->value[0] == '[' ? optional_argument : required_argument;
		longs->flag = NULL;
		longs->val = 256 + i;
		longs++;
		if (row->letter) {
			*shorts++ = row->letter;
			if (row->value)
				*shorts++ = ':';
		}
	}
	memset(longs, 0, sizeof(*longs));
	*shorts = '\0';
}

static int option_of(int c)
{
	int i;

	if (c >= 256)
		return c - 256;
	for (i = 0; i < OPTION_N; i++)
		if (option_rows[i].letter == c)
			return i;
	return OPTION_N;
}

static bool option_take(const struct command *command, int c, char **argv, struct args *args)
{
	const char *why = NULL;
	int option;

	if (c == '?' || c == ':') {
		char which[3] = { '-', (char)optopt, '\0' };

		/* 0: an unknown long one; 256 and more: a long one that takes no value */
		usage_complain(command, c == ':' ? "no value for " : optopt >= 256 ?
			       "takes no value: " : "unknown option ",
			       optopt && optopt < 256 ? which : argv[optind - 1], NULL);
		return false;
	}
	option = option_of(c);
	if (!option_rows[option].parse(optarg, args, &why)) {
		char what[80];

		snprintf(what, sizeof(what), "--%s ", option_rows[option].name);
		usage_complain(command, what, optarg ? optarg : "", why);
		return false;
	}
	args->given |= 1u << option;
	return true;
}

static bool words_take(const struct command *command, int n, char **words, struct args *args)
{
	int most = command->words[0] ? 1 : 0;
	int least = command->words[0] && command->words[0] != '[';

	if (n > most) {
		usage_complain(command, "one word too many: ", words[most], NULL);
		return false;
	}
	if (n < least) {
		usage_complain(command, "missing: ", command->words, NULL);
		return false;
	}
	args->n_words = n;
	if (n)
		args->words[0] = words[0];
	return true;
}

static bool required_check(const struct command *command, const struct args *args)
{
	int i;

	for (i = 0; i < OPTION_N; i++) {
		if (command->required & ~args->given & (1u << i)) {
			usage_complain(command, "missing: --", option_rows[i].name, NULL);
			return false;
		}
	}
	return true;
}

enum status command_parse(const struct command *command, int argc, char **argv,
			  struct args *args)
{
	struct option longs[OPTION_N + 1];
	char shorts[2 * OPTION_N + 2];
	int c;

	*args = (struct args){
		.engine = HULL_ENGINE_VMX,
		.memory = 128ull << 20,
		.cpus = 1,
		.cpu_weight = 100,
		.mitigations = HULL_MITIGATIONS_ALL,
		.timeout = 90,
	};
	getopt_tables(command, longs, shorts);
	opterr = 0;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1)
		if (!option_take(command, c, argv, args))
			return STATUS_USAGE;
	if (args->help)
		return STATUS_OK;
	if (!words_take(command, argc - optind, argv + optind, args) ||
	    !required_check(command, args))
		return STATUS_USAGE;
	return STATUS_OK;
}

/* @text in lines of at most 80 columns, each after @indent blanks. */
static void text_wrap(const char *text, int indent)
{
	int column = 0;

	while (*text) {
		int len = (int)strcspn(text, " ");

		if (column && column + 1 + len > 80) {
			printf("\n");
			column = 0;
		}
		column += printf("%*s%.*s", column ? 1 : indent, column ? " " : "", len, text);
		text += len + (text[len] == ' ');
	}
	printf("\n");
}

static void option_help(const struct option_row *row)
{
	char left[64], letter[8] = "    ";

	if (row->letter)
		snprintf(letter, sizeof(letter), "-%c, ", row->letter);
	snprintf(left, sizeof(left), "  %s--%s%s%s", letter, row->name,
		 row->value && row->value[0] != '[' ? " " : "", row->value ? row->value : "");
	printf("%s\n", left);
	text_wrap(row->help, 12);
}

void command_help(const struct command *command)
{
	int i;

	printf("usage: vmctl ");
	command_name(command, stdout);
	printf(" [OPTIONS]%s%s\n\n%c%s.\n", command->words[0] ? " " : "", command->words,
	       command->summary[0] >= 'a' && command->summary[0] <= 'z' ?
	       command->summary[0] - 'a' + 'A' : command->summary[0], command->summary + 1);
	if (command->text[0])
		text_wrap(command->text, 0);
	printf("\noptions:\n");
	for (i = 0; i < OPTION_N; i++)
		if ((command->options | TAKES(HELP)) & (1u << i))
			option_help(&option_rows[i]);
}

static void command_line(const struct command *command, FILE *to)
{
	char left[32];

	snprintf(left, sizeof(left), "%s%s%s%s%s", command->noun, command->verb ? " " : "",
		 command->verb ? command->verb : "", command->words[0] ? " " : "", command->words);
	fprintf(to, "  %-18s %s\n", left, command->summary);
}

void command_usage_all(bool to_stderr)
{
	FILE *to = to_stderr ? stderr : stdout;
	const struct command *row;

	fprintf(to, "usage: vmctl COMMAND [OPTIONS] [NAME]\n\n");
	for (row = commands; row->noun; row++)
		command_line(row, to);
	fprintf(to, "\nA VM is named by its name or its id. vmctl COMMAND --help tells more;\n"
		"vmctl --version the version. vmctl(8) has it all.\n");
}

bool command_help_noun(const char *noun)
{
	const struct command *row;
	bool found = false;

	for (row = commands; row->noun; row++) {
		if (strcmp(row->noun, noun))
			continue;
		if (!found)
			printf("usage: vmctl %s VERB [OPTIONS] [NAME]\n\n", noun);
		command_line(row, stdout);
		found = true;
	}
	return found;
}
