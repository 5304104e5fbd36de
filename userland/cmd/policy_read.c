// SPDX-License-Identifier: GPL-2.0-only
/* Policies from files and from the command line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmd/calls.h>

#define FILE_MAX	(64u << 10)

/* Where a text is from: a file's name, or NULL for the command line. */
static enum status complain(const struct command *command, const char *file,
			    const struct policy_error *error)
{
	const char *word = error->word[0] ? error->word : "at the end";
	const char *quote = error->word[0] ? "'" : "";

	if (!file) {
		command_complain(command, "%s%s%s: %s", quote, word, quote, error->why);
		return STATUS_USAGE;
	}
	command_complain(command, "%s:%u: %s%s%s: %s", file, error->line, quote, word, quote,
			 error->why);
	return STATUS_FAILURE;
}

static char *file_read(const struct command *command, const char *file, size_t *size)
{
	bool is_stdin = !strcmp(file, "-");
	FILE *from = is_stdin ? stdin : fopen(file, "re");
	char *text = malloc(FILE_MAX + 1);
	bool ok = from && text;

	if (!from)
		command_complain(command, "%s: %s", file, strerror(errno));
	else if (!text)
		command_complain(command, "out of memory");
	if (ok) {
		*size = fread(text, 1, FILE_MAX + 1, from);
		if (ferror(from))
			command_complain(command, "%s: %s", file, strerror(errno));
		else if (*size > FILE_MAX)
			command_complain(command, "%s: longer than 64 KiB: no policy", file);
		ok = !ferror(from) && *size <= FILE_MAX;
	}
	if (from && !is_stdin)
		fclose(from);
	if (ok)
		return text;
	free(text);
	return NULL;
}

static char *words_join(int n, char *const *words)
{
	size_t size = 1;
	char *text;
	int i;

	for (i = 0; i < n; i++)
		size += strlen(words[i]) + 1;
	text = calloc(1, size);
	for (i = 0; text && i < n; i++) {
		strcat(text, words[i]);
		strcat(text, " ");
	}
	return text;
}

/* @more's rules behind those of @rules, its default over theirs. */
static enum status rules_add(const struct command *command, struct policy_rules *rules,
			     const struct policy_rules *more)
{
	if (rules->n + more->n - 1 > HULL_POLICY_RULES_MAX) {
		command_complain(command,
				 "too many rules: 64, the default among them, is the most");
		return STATUS_USAGE;
	}
	if (more->line[0])
		rules->rule[0] = more->rule[0];
	memcpy(&rules->rule[rules->n], &more->rule[1], (more->n - 1) * sizeof(more->rule[0]));
	rules->n += more->n - 1;
	return STATUS_OK;
}

static enum status text_add(const struct command *command, const char *file, const char *text,
			    size_t size, const struct policy_names *names,
			    struct policy_rules *rules)
{
	struct policy_rules more;
	struct policy_error error;

	if (!policy_parse(text, size, names, &more, &error))
		return complain(command, file, &error);
	return rules_add(command, rules, &more);
}

static enum status file_add(const struct command *command, const char *file,
			    const struct policy_names *names, struct policy_rules *rules)
{
	enum status status = STATUS_FAILURE;
	size_t size = 0;
	char *text = file_read(command, file, &size);

	if (text)
		status = text_add(command, file, text, size, names, rules);
	free(text);
	return status;
}

static enum status words_add(const struct command *command, int n, char *const *words,
			     const struct policy_names *names, struct policy_rules *rules)
{
	enum status status = STATUS_FAILURE;
	char *text = words_join(n, words);

	if (text)
		status = text_add(command, NULL, text, strlen(text), names, rules);
	else
		command_complain(command, "out of memory");
	free(text);
	return status;
}

enum status policy_read(const struct command *command, const char *file, int n_words,
			char *const *words, const char *default_action,
			const struct policy_names *names, struct hull_vm_policy *policy)
{
	char *const of_default[] = { "default", (char *)default_action };
	enum status status = STATUS_OK;
	struct policy_rules rules;
	struct policy_error error;

	policy_parse("", 0, NULL, &rules, &error);
	if (file)
		status = file_add(command, file, names, &rules);
	if (status == STATUS_OK)
		status = words_add(command, n_words, words, names, &rules);
	if (status == STATUS_OK && default_action)
		status = words_add(command, 2, of_default, names, &rules);
	memset(policy, 0, sizeof(*policy));
	policy->n = rules.n;
	memcpy(policy->rule, rules.rule, sizeof(policy->rule));
	return status;
}
