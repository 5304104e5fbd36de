// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmctl __complete WORD...: what the last word may become, a line each. The words
 * are those after "vmctl". "@file" stands for names of files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmd/command.h>
#include <lib/group.h>
#include <lib/names.h>
#include <policy/language.h>

static void offer(const char *candidate, const char *start)
{
	if (!strncmp(candidate, start, strlen(start)))
		printf("%s\n", candidate);
}

static void offer_vms(const char *start)
{
	struct hull_error error;
	struct hull_client *client = hull_client_open(&error);
	struct hull_vm_info *vms;
	size_t i, n;

	if (client && !hull_vm_list(client, &vms, &n, &error)) {
		for (i = 0; i < n; i++)
			offer(vms[i].name, start);
		free(vms);
	}
	hull_client_close(client);
}

static void offer_groups(const char *start)
{
	struct hull_error error;
	struct hull_client *client = hull_client_open(&error);
	struct hull_group_info *groups;
	size_t i, n;

	if (client && !hull_group_list(client, &groups, &n, &error)) {
		for (i = 0; i < n; i++)
			offer(groups[i].name, start);
		free(groups);
	}
	hull_client_close(client);
}

static void offer_mitigations(const char *start)
{
	const struct hull_bit_name *row;

	offer("default", start);
	offer("off", start);
	for (row = hull_mitigation_names; row->name; row++)
		offer(row->name, start);
}

static void offer_actions(const char *start)
{
	static const char *const actions[] = {
		"allow", "deny", "deny=", "audit", "forward", "limit=", "kill",
	};
	size_t i;

	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		offer(actions[i], start);
}

static void offer_calls(const char *start)
{
	const struct policy_range *range;
	const struct policy_call *call;

	for (call = policy_calls; call->name; call++)
		offer(call->name, start);
	for (range = policy_ranges; range->word; range++)
		offer(range->word, start);
	offer("all", start);
}

static void offer_value(enum complete complete, const char *start)
{
	switch (complete) {
	case COMPLETE_FILE:
		printf("@file\n");
		break;
	case COMPLETE_VM:
		offer_vms(start);
		break;
	case COMPLETE_GROUP:
		offer_groups(start);
		break;
	case COMPLETE_ENGINE:
		offer("hull", start);
		offer("kvm", start);
		break;
	case COMPLETE_MITIGATIONS:
		offer_mitigations(start);
		break;
	case COMPLETE_SWITCH:
		offer("on", start);
		offer("off", start);
		break;
	case COMPLETE_ACTION:
		offer_actions(start);
		break;
	case COMPLETE_NONE:
		break;
	}
}

/* The option that @word is, if it takes a value that must follow. */
static const struct option_row *waiting_option(const struct option_table *table, const char *word)
{
	int i;

	for (i = 0; i < table->n; i++) {
		const struct option_row *row = &table->rows[i];
		char letter[3] = { '-', row->letter, '\0' };

		if (!row->value || row->value[0] == '[')
			continue;
		if ((!strncmp(word, "--", 2) && !strcmp(word + 2, row->name)) ||
		    (row->letter && !strcmp(word, letter)))
			return row;
	}
	return NULL;
}

static void offer_options(const struct command *command, const char *start)
{
	const struct option_table *table = command_table(command);
	char text[64];
	int i;

	for (i = 0; i < table->n; i++) {
		if (!((command->options | TAKES(HELP)) & OPTION_BIT(i)))
			continue;
		snprintf(text, sizeof(text), "--%s", table->rows[i].name);
		offer(text, start);
	}
}

static void offer_first(const char *start)
{
	const struct command *row;

	for (row = commands; row->noun; row++)
		if (row == commands || strcmp(row->noun, row[-1].noun))
			offer(row->noun, start);
	offer("--help", start);
	offer("--version", start);
}

static void offer_verbs(const char *noun, const char *start)
{
	const struct command *row;

	for (row = commands; row->noun; row++)
		if (!strcmp(row->noun, noun) && row->verb)
			offer(row->verb, start);
}

static const struct command *command_of(int argc, char **argv)
{
	const struct command *row;

	for (row = commands; row->noun; row++)
		if (!strcmp(row->noun, argv[0]) &&
		    (!row->verb || (argc > 2 && !strcmp(row->verb, argv[1]))))
			return row;
	return NULL;
}

/* What word @n of a command may be, from 0. */
static void offer_word(const struct command *command, int n, const char *start)
{
	const char *word = command->words;

	for (; n && strchr(word, ' '); n--)
		word = strchr(word, ' ') + 1;
	if (n && !strstr(word, "..."))
		return;
	if (!strncmp(word, "VM", 2) || !strncmp(word, "[VM", 3))
		offer_vms(start);
	if (!strncmp(word, "GROUP", 5) || !strncmp(word, "[GROUP", 6))
		offer_groups(start);
	if (!strncmp(word, "CGROUP", 6) || !strncmp(word, "FILE", 4) ||
	    !strncmp(word, "TESTS", 5) || !strncmp(word, "BLOB", 4))
		printf("@file\n");
	if (!strncmp(word, "[CALL", 5) || !strncmp(word, "[RULE", 5))
		offer_calls(start);
	if (!strncmp(word, "[RULE", 5)) {
		offer_actions(start);
		offer("cpl=", start);
	}
}

int complete_run(int argc, char **argv)
{
	const char *last = argc ? argv[argc - 1] : "";
	const struct option_table *table = &option_table;
	const struct option_row *waiting;
	const struct command *command;
	int i, words = 0;

	if (argc < 2) {
		offer_first(last);
		return STATUS_OK;
	}
	command = command_of(argc, argv);
	if (command)
		table = command_table(command);
	waiting = waiting_option(table, argv[argc - 2]);
	/* Those before the last one that are neither options nor values of such. */
	for (i = command && command->verb ? 2 : 1; i < argc - 1; i++)
		words += argv[i][0] != '-' && !waiting_option(table, argv[i - 1]);
	if (!command)
		offer_verbs(argv[0], last);
	else if (waiting)
		offer_value(waiting->complete, last);
	else if (last[0] == '-')
		offer_options(command, last);
	else
		offer_word(command, words, last);
	return STATUS_OK;
}
