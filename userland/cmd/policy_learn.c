// SPDX-License-Identifier: GPL-2.0-only
/* vmctl policy learn: what policy events --json said to a policy. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmd/policy.h>
#include <policy/group_learn.h>

/* A line of JSON with a request in it, or the request itself. */
static bool line_learn(struct group_learn *learn, char *line, const char **why)
{
	json_t *object = *line == '{' ? json_loads(line, 0, NULL) : NULL;
	const char *request = json_string_value(json_object_get(object, "request"));
	bool ok;

	*why = "neither an event nor a request";
	ok = *line == '{' ? request && group_learn_add(learn, request, why) :
			    group_learn_add(learn, line, why);
	json_decref(object);
	return ok;
}

static enum status file_learn(const struct command *command, struct group_learn *learn,
			      const char *name)
{
	FILE *from = strcmp(name, "-") ? fopen(name, "re") : stdin;
	enum status status = STATUS_OK;
	unsigned int n = 0;
	char *line = NULL;
	const char *why;
	size_t size = 0;
	ssize_t len;

	if (!from) {
		command_complain(command, "%s: %s", name, strerror(errno));
		return STATUS_FAILURE;
	}
	while (status == STATUS_OK && (len = getline(&line, &size, from)) > 0) {
		n++;
		line[strcspn(line, "\r\n")] = '\0';
		if (!*line || *line == '#' || line_learn(learn, line, &why))
			continue;
		command_complain(command, "%s:%u: %s", name, n, why);
		status = STATUS_FAILURE;
	}
	free(line);
	if (from != stdin)
		fclose(from);
	return status;
}

int policy_learn_run(const struct command *command, const struct args *args)
{
	struct group_learn *learn = group_learn_new();
	enum status status = STATUS_OK;
	int i;

	if (!args->n_words)
		status = file_learn(command, learn, "-");
	for (i = 0; i < args->n_words && status == STATUS_OK; i++)
		status = file_learn(command, learn, args->words[i]);
	if (status == STATUS_OK)
		group_learn_write(learn, stdout);
	group_learn_free(learn);
	return status;
}
