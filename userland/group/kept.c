// SPDX-License-Identifier: GPL-2.0-only
/* kept - what is remembered of a group as text: JSON, in which nothing is taken for granted */
#include <stdlib.h>
#include <string.h>
#include <group/state.h>
#include <lib/names.h>

static const char *const phase_names[] = {
	[HULL_PHASE_MAKING] = "making",
	[HULL_PHASE_CREATED] = "created",
	[HULL_PHASE_STARTED] = "started",
	[HULL_PHASE_ENDED] = "ended",
};

const char *hull_phase_name(enum hull_phase phase)
{
	return phase < sizeof(phase_names) / sizeof(phase_names[0]) ? phase_names[phase] : "?";
}

static json_t *state_json(const struct hull_kept *state)
{
	return json_pack("{s:s s:i s:I s:i s:i s:i s:b s:b s:b s:I s:I s:I s:s s:s s:I s:O* s:O*}",
			 "name", state->name, "phase", (int)state->phase,
			 "id", (json_int_t)state->id, "pid", (int)state->pid,
			 "keeper", (int)state->keeper, "status", state->status,
			 "tty", state->tty, "background", state->background,
			 "remove", state->remove, "created", (json_int_t)state->created,
			 "started", (json_int_t)state->started, "ended", (json_int_t)state->ended,
			 "cgroup", state->cgroup, "bridge", state->bridge,
			 "address", (json_int_t)state->address, "argv", state->argv,
			 "env", state->env);
}

char *hull_kept_format(const struct hull_kept *state)
{
	json_t *json = state_json(state);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return text;
}

/* A string that has room, or "" */
static bool text_get(json_t *json, const char *key, char *text, size_t size)
{
	json_t *value = json_object_get(json, key);
	size_t len = value ? json_string_length(value) : 0;

	text[0] = '\0';
	if (!value || !json_is_string(value) || len >= size)
		return !value;
	memcpy(text, json_string_value(value), len + 1);
	return strlen(text) == len;
}

static bool number_get(json_t *json, const char *key, json_int_t min, json_int_t max,
		       json_int_t *number)
{
	json_t *value = json_object_get(json, key);

	*number = json_integer_value(value);
	return json_is_integer(value) && *number >= min && *number <= max;
}

/* An array of strings, or nothing at all */
static bool words_get(json_t *json, const char *key, json_t **words)
{
	json_t *value = json_object_get(json, key), *word;
	size_t i;

	if (value && !json_is_array(value))
		return false;
	json_array_foreach(value, i, word)
		if (!json_is_string(word))
			return false;
	*words = json_incref(value);
	return true;
}

/* It is removed with all below: a cgroup's path, and of a group of this name. */
static bool cgroup_good(const struct hull_kept *state)
{
	const char *last = strrchr(state->cgroup, '/');

	return !state->cgroup[0] || (state->cgroup[0] == '/' && !strstr(state->cgroup, "/../") &&
				     !strcmp(last + 1, state->name));
}

static bool numbers_get(json_t *json, struct hull_kept *state)
{
	json_int_t phase, id, pid, keeper, status, address, created, started, ended;

	if (!number_get(json, "phase", HULL_PHASE_MAKING, HULL_PHASE_ENDED, &phase) ||
	    !number_get(json, "id", 0, UINT32_MAX, &id) ||
	    !number_get(json, "pid", 0, INT32_MAX, &pid) ||
	    !number_get(json, "keeper", 0, INT32_MAX, &keeper) ||
	    !number_get(json, "status", -1, 255, &status) ||
	    !number_get(json, "address", 0, UINT32_MAX, &address) ||
	    !number_get(json, "created", 0, INT64_MAX, &created) ||
	    !number_get(json, "started", 0, INT64_MAX, &started) ||
	    !number_get(json, "ended", 0, INT64_MAX, &ended))
		return false;
	state->phase = (enum hull_phase)phase;
	state->id = (uint32_t)id;
	state->pid = (pid_t)pid;
	state->keeper = (pid_t)keeper;
	state->status = (int)status;
	state->address = (uint32_t)address;
	state->created = (uint64_t)created;
	state->started = (uint64_t)started;
	state->ended = (uint64_t)ended;
	return true;
}

static bool all_get(json_t *json, struct hull_kept *state)
{
	state->tty = json_is_true(json_object_get(json, "tty"));
	state->background = json_is_true(json_object_get(json, "background"));
	state->remove = json_is_true(json_object_get(json, "remove"));
	return numbers_get(json, state) &&
	       text_get(json, "name", state->name, sizeof(state->name)) &&
	       hull_name_valid(state->name) &&
	       text_get(json, "cgroup", state->cgroup, sizeof(state->cgroup)) &&
	       cgroup_good(state) &&
	       text_get(json, "bridge", state->bridge, sizeof(state->bridge)) &&
	       !strchr(state->bridge, '/') && state->bridge[0] != '.' &&
	       words_get(json, "argv", &state->argv) && words_get(json, "env", &state->env);
}

int hull_kept_parse(const char *text, size_t len, struct hull_kept *state)
{
	json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	bool good;

	memset(state, 0, sizeof(*state));
	good = json_is_object(json) && all_get(json, state);
	json_decref(json);
	if (good)
		return 0;
	hull_kept_free(state);
	memset(state, 0, sizeof(*state));
	return -1;
}

void hull_kept_free(struct hull_kept *state)
{
	json_decref(state->argv);
	json_decref(state->env);
	state->argv = NULL;
	state->env = NULL;
}
