// SPDX-License-Identifier: GPL-2.0-only
/* vmctl __man: the sections of vmctl(8) that come from the rows, in mdoc(7). */
#include <stdio.h>
#include <cmd/command.h>

/* A line of text may not begin with what mdoc takes for a request, nor lose its backslashes. */
static void text_put(const char *text)
{
	if (*text == '.' || *text == '\'')
		printf("\\&");
	for (; *text; text++) {
		if (*text == '\\')
			printf("\\e");
		else if (*text == '-')
			printf("\\-");
		else
			putchar(*text);
	}
	putchar('\n');
}

static void option_put(const struct option_row *row, bool optional_value)
{
	printf(".It ");
	if (row->letter)
		printf("Fl %c , ", row->letter);
	printf("Fl \\-%s", row->name);
	if (row->value && optional_value)
		printf("%s", row->value);
	else if (row->value)
		printf(" Ar %s", row->value);
	printf("\n");
	text_put(row->help);
}

static void options_put(const struct option_table *table)
{
	int i;

	printf(".Sh %s\n.Bl -tag -width Ds\n", table->title);
	for (i = 0; i < table->n; i++)
		option_put(&table->rows[i], table->rows[i].value && table->rows[i].value[0] == '[');
	printf(".El\n");
}

static void command_put(const struct command *row)
{
	const struct option_table *table = command_table(row);
	int i;

	printf(".It Ic %s%s%s", row->noun, row->verb ? " " : "", row->verb ? row->verb : "");
	printf(" Oo Ar options Oc");
	if (row->words[0])
		printf(" Ar %s", row->words);
	printf("\n");
	text_put(row->summary);
	if (row->text[0]) {
		printf(".Pp\n");
		text_put(row->text);
	}
	if (!row->options)
		return;
	printf(".Pp\nOptions:");
	for (i = 0; i < table->n; i++)
		if (row->options & OPTION_BIT(i))
			printf("\n.Fl \\-%s", table->rows[i].name);
	printf("\n");
}

int man_run(void)
{
	const struct status_row *status;
	const struct noun_options *noun;
	const struct command *row;

	printf(".Sh COMMANDS\n.Bl -tag -width Ds\n");
	for (row = commands; row->noun; row++)
		command_put(row);
	printf(".El\n");
	options_put(&option_table);
	for (noun = noun_options; noun->noun; noun++)
		options_put(noun->table);
	printf(".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
	for (status = status_rows; status->text; status++) {
		printf(".It %d\n", status->status);
		text_put(status->text);
	}
	printf(".El\n");
	return STATUS_OK;
}
