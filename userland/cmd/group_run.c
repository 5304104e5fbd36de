// SPDX-License-Identifier: GPL-2.0-only
/* vmctl group run, create, start, exec, attach. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmd/group_options.h>
#include <container/container.h>
#include <group/clean.h>
#include <group/group.h>

static json_t *words_json(const char *const *words, size_t n)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(array, json_string_nocheck(words[i]));
	return array;
}

static int dry_run(const struct command *command, struct hull_ct_config *config)
{
	struct hull_ct_error error = { 0 };
	struct hull_ct_plan *plan = hull_ct_plan_make(config, &error);

	if (!plan) {
		command_complain(command, "%s", error.text);
		return HULL_GROUP_FAILED;
	}
	hull_ct_plan_print(plan, stdout);
	hull_ct_plan_free(plan);
	return STATUS_OK;
}

enum mode { FOREGROUND, BACKGROUND, CREATED };

static int make(const struct command *command, const struct args *args,
		struct hull_ct_config *config, enum mode mode)
{
	char name[32], notice[HULL_ERROR_TEXT_MAX] = "";
	struct hull_group_make group = {
		.name = args->name ? args->name : name,
		.config = config,
		.tty = args->group.tty,
		.interactive = args->group.interactive,
		.remove = args->group.remove,
		.notice = notice,
		.argv = words_json((const char *const *)args->argv, (size_t)args->argc),
		.env = words_json(config->process.env.at, config->process.env.n),
	};
	struct hull_error error = { 0 };
	int status, ret;

	snprintf(name, sizeof(name), "run-%d", (int)getpid());
	config->name = group.name;
	if (!config->hostname && config->ns[HULL_CT_UTS].mode == HULL_CT_NS_PRIVATE)
		config->hostname = strlen(group.name) <= 64 ? group.name : NULL;
	fflush(stdout);
	ret = mode == FOREGROUND ? hull_group_run(&group, &status, &error) :
	      hull_group_background(&group, mode == BACKGROUND, &status, &error);
	if (notice[0])
		command_complain(command, "note: %s", notice);
	if (ret)
		command_complain(command, "%s", error.text);
	else if (mode != FOREGROUND)
		printf("%s\n", group.name);
	json_decref(group.argv);
	json_decref(group.env);
	return status;
}

static int make_of(const struct command *command, const struct args *args, enum mode mode)
{
	struct hull_ct_config *config = group_config(args, args->words, args->n_words);
	const char *why = "no memory";
	int status = HULL_GROUP_FAILED;

	if (!config || !hull_ct_config_check(config, &why))
		command_complain(command, "%s", why);
	else if (args->group.dry_run)
		status = dry_run(command, config);
	else
		status = make(command, args, config, mode);
	hull_ct_config_free(config);
	return status;
}

int group_run_run(const struct command *command, const struct args *args)
{
	return make_of(command, args, args->group.detach ? BACKGROUND : FOREGROUND);
}

int group_create_run(const struct command *command, const struct args *args)
{
	return make_of(command, args, CREATED);
}

int group_start_run(const struct command *command, const struct args *args)
{
	struct hull_error error = { 0 };
	int status;

	if (hull_group_start(args->words[0], &status, &error))
		command_complain(command, "%s", error.text);
	return status;
}

/* --- exec ----------------------------------------------------------------------------- */

/* Words of a state as getopt wants them; free() it. */
static char **words_of(json_t *array, int *n)
{
	char **words = calloc(json_array_size(array) + 1, sizeof(*words));
	size_t i;

	*n = 0;
	for (i = 0; words && i < json_array_size(array); i++) {
		const char *word = json_string_value(json_array_get(array, i));

		if (word)
			words[(*n)++] = (char *)word;
	}
	return words;
}

static bool env_has(const struct hull_ct_strings *env, const char *variable)
{
	size_t i, len = strcspn(variable, "=") + 1;

	for (i = 0; i < env->n; i++)
		if (!strncmp(env->at[i], variable, len))
			return true;
	return false;
}

/* What the group's first program was given, unless exec gives it, too. */
static bool env_add(struct hull_ct_config *config, json_t *env)
{
	size_t i;

	for (i = 0; i < json_array_size(env); i++) {
		const char *variable = json_string_value(json_array_get(env, i));

		if (variable && !env_has(&config->process.env, variable) &&
		    !hull_ct_strings_add(config, &config->process.env, variable))
			return false;
	}
	return true;
}

/* *@config: what the group @state was made of, for another program with other options */
static enum status exec_config(const struct command *command, const struct args *args,
			       const struct hull_kept *state, struct args *both,
			       struct hull_ct_config **config)
{
	const char *why = "no memory";
	enum status status;
	char **made;
	int n;

	made = words_of(state->argv, &n);
	if (!made || !n) {
		free(made);
		command_complain(command, "%s", made ? "its options are not known" : why);
		return HULL_GROUP_FAILED;
	}
	status = group_options_again(command, args, made, n, both);
	if (status != STATUS_OK) {
		free(made);
		return status;
	}
	/* A terminal is for one of them. */
	both->group.tty = args->group.tty;
	if (both->group.config && !env_add(both->group.config, state->env))
		*config = NULL;
	else
		*config = group_config(both, args->words + 1, args->n_words - 1);
	free(made);
	if (*config && hull_ct_config_check(*config, &why))
		return STATUS_OK;
	command_complain(command, "%s", why);
	hull_ct_config_free(*config);
	return HULL_GROUP_FAILED;
}

int group_exec_run(const struct command *command, const struct args *args)
{
	struct hull_ct_config *config = NULL;
	struct hull_error error = { 0 };
	struct hull_kept state;
	struct hull_group_dir dir;
	struct args both;
	int status;

	/* What was parsed from @args alone is parsed again. */
	hull_ct_config_free(args->group.config);
	if (hull_group_find(&dir, args->words[0], &state, &error)) {
		command_complain(command, "%s", error.text);
		return HULL_GROUP_FAILED;
	}
	hull_group_dir_close(&dir);
	status = exec_config(command, args, &state, &both, &config);
	hull_kept_free(&state);
	if (status != STATUS_OK)
		return status;
	fflush(stdout);
	if (hull_group_exec(args->words[0], config, args->group.tty, &status, &error))
		command_complain(command, "%s", error.text);
	hull_ct_config_free(config);
	return status;
}

/* --- attach ---------------------------------------------------------------------------- */

/* The supervisor writes it down just after it lets go of the console. */
static int status_of(const char *name)
{
	struct hull_kept state;
	struct hull_group_dir dir;
	struct hull_error error;
	int status, tries = 200;

	do {
		if (hull_group_find(&dir, name, &state, &error))
			return STATUS_OK;
		hull_group_dir_close(&dir);
		hull_kept_free(&state);
		status = state.status;
		if (state.phase != HULL_PHASE_ENDED)
			usleep(10000);
	} while (state.phase != HULL_PHASE_ENDED && tries--);
	return status < 0 ? HULL_GROUP_FAILED : status;
}

int group_attach_run(const struct command *command, const struct args *args)
{
	struct hull_error error = { 0 };
	bool ended;

	if (hull_group_attach(args->words[0], &ended, &error))
		return command_fail(command, &error);
	return ended ? status_of(args->words[0]) : STATUS_OK;
}
