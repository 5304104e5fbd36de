// SPDX-License-Identifier: GPL-2.0-only
/* What all commands share: options, help, complaints. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmd/command.h>
#include <cmd/oci_options.h>
#include <lib/names.h>

#define OPTIONS_MAX	128	/* bits of an option_set */

const struct status_row status_rows[] = {
	{ STATUS_OK, "done" },
	{ STATUS_FAILURE, "failed" },
	{ STATUS_USAGE, "the command line is wrong" },
	{ STATUS_NO_VM, "there is no such VM or group" },
	{ STATUS_UNAVAILABLE,
	  "not available here: the module is not loaded, the machine has no VMX, or somebody "
	  "else holds it" },
	{ STATUS_STATE,
	  "not in this state: the VM or group is running, or is not, or one of this name exists" },
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
	{ ESTALE, STATUS_STATE },
	{ EPERM, STATUS_PERMISSION },
	{ EACCES, STATUS_PERMISSION },
	{ ETIMEDOUT, STATUS_TIMEOUT },
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

enum status command_vm(const struct command *command, const struct args *args,
		       struct hull_vm_info *vm)
{
	struct hull_ref ref = command_ref(args->words[0]);
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	struct hull_error error;

	if (!client)
		return status;
	if (hull_vm_get(client, &ref, vm, &error))
		status = command_fail(command, &error);
	hull_client_close(client);
	return status;
}

static void usage_complain(const struct command *command, const char *what, const char *which,
			   const char *why)
{
	command_complain(command, "%s%s%s%s; see vmctl %s%s%s --help", what, which,
			 why ? ": " : "", why ? why : "", command->noun,
			 command->verb ? " " : "", command->verb ? command->verb : "");
}

const struct option_table *command_table(const struct command *command)
{
	const struct noun_options *row;

	for (row = noun_options; row->noun; row++)
		if (!strcmp(row->noun, command->noun))
			return row->table;
	return &option_table;
}

/* getopt's tables from our rows. A long option's value is its number + 256. */
static void getopt_tables(const struct command *command, struct option *longs, char *shorts)
{
	const struct option_table *table = command_table(command);
	option_set takes = command->options | TAKES(HELP);
	int i;

	if (strstr(command->words, "[ARG...]"))
		*shorts++ = '+';
	*shorts++ = ':';
	for (i = 0; i < table->n; i++) {
		const struct option_row *row = &table->rows[i];

		if (!(takes & OPTION_BIT(i)))
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

/* A letter may stand for one option here, for another one there. */
static int option_of(const struct command *command, int c)
{
	const struct option_table *table = command_table(command);
	option_set takes = command->options | TAKES(HELP);
	int i;

	if (c >= 256)
		return c - 256;
	for (i = 0; i < table->n; i++)
		if ((takes & OPTION_BIT(i)) && table->rows[i].letter == c)
			return i;
	return table->n;
}

static bool option_take(const struct command *command, int c, char **argv, struct args *args)
{
	const struct option_row *row;
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
	option = option_of(command, c);
	row = &command_table(command)->rows[option];
	if (!row->parse(optarg, args, &why)) {
		char what[80];

		snprintf(what, sizeof(what), "--%s ", row->name);
		usage_complain(command, what, optarg ? optarg : "", why);
		return false;
	}
	args->given |= OPTION_BIT(option);
	return true;
}

/* "VM [CALL]": one or two; "VM [RULE...]": one and more */
static void words_count(const char *words, int *least, int *most)
{
	*least = *most = 0;
	while (*words) {
		*least += *words != '[';
		++*most;
		words += strcspn(words, " ");
		if (words[-1] == ']' && words[-2] == '.')
			*most = INT_MAX;
		words += *words == ' ';
	}
}

static bool words_take(const struct command *command, int n, char **words, struct args *args)
{
	int least, most;

	words_count(command->words, &least, &most);
	if (n > most) {
		usage_complain(command, "one word too many: ", words[most], NULL);
		return false;
	}
	if (n < least) {
		usage_complain(command, "missing: ", command->words, NULL);
		return false;
	}
	args->n_words = n;
	args->words = words;
	return true;
}

static bool required_check(const struct command *command, const struct args *args)
{
	const struct option_table *table = command_table(command);
	int i;

	for (i = 0; i < table->n; i++) {
		if (command->required & ~args->given & OPTION_BIT(i)) {
			usage_complain(command, "missing: --", table->rows[i].name, NULL);
			return false;
		}
	}
	return true;
}

void command_defaults(struct args *args)
{
	*args = (struct args){
		.engine = HULL_ENGINE_VMX,
		.memory = 128ull << 20,
		.cpus = 1,
		.cpu_weight = 100,
		.mitigations = HULL_MITIGATIONS_ALL,
		.timeout = 90,
		.interval_ms = 1000,
	};
}

enum status command_parse_more(const struct command *command, int argc, char **argv,
			       struct args *args)
{
	struct option longs[OPTIONS_MAX + 1];
	char shorts[2 * OPTIONS_MAX + 3];
	int c;

	args->argv = argv;
	args->argc = argc;
	if (!strcmp(command->words, COMMAND_ANYTHING)) {
		args->help = argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));
		return STATUS_OK;
	}
	getopt_tables(command, longs, shorts);
	opterr = 0;
	optind = 0;
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

enum status command_parse(const struct command *command, int argc, char **argv,
			  struct args *args)
{
	command_defaults(args);
	return command_parse_more(command, argc, argv, args);
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

/* The name it was called by has "vmctl oci" in it. */
static bool is_runc(const char *noun)
{
	return !strcmp(program_invocation_short_name, OCI_PROGRAM) && !strcmp(noun, "oci");
}

void command_help(const struct command *command)
{
	const struct option_table *table = command_table(command);
	int i;

	if (is_runc(command->noun)) {
		printf("usage: " OCI_PROGRAM " %s", command->verb);
	} else {
		printf("usage: vmctl ");
		command_name(command, stdout);
	}
	printf(" [OPTIONS]%s%s\n\n%c%s.\n", command->words[0] ? " " : "", command->words,
	       command->summary[0] >= 'a' && command->summary[0] <= 'z' ?
	       command->summary[0] - 'a' + 'A' : command->summary[0], command->summary + 1);
	if (command->text[0])
		text_wrap(command->text, 0);
	printf("\noptions:\n");
	for (i = 0; i < table->n; i++)
		if ((command->options | TAKES(HELP)) & OPTION_BIT(i))
			option_help(&table->rows[i]);
}

static void command_line(const struct command *command, FILE *to)
{
	char left[48];

	snprintf(left, sizeof(left), "%s%s%s%s%s", is_runc(command->noun) ? "" : command->noun,
		 command->verb && !is_runc(command->noun) ? " " : "",
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
		if (!found && is_runc(noun))
			printf("usage: " OCI_PROGRAM " [OPTIONS] VERB [OPTIONS] [NAME]\n\n");
		else if (!found)
			printf("usage: vmctl %s VERB [OPTIONS] [NAME]\n\n", noun);
		command_line(row, stdout);
		found = true;
	}
	return found;
}
