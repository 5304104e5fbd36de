/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands on policies of groups share. */
#ifndef HULL_CMD_POLICY_H
#define HULL_CMD_POLICY_H

#include <jansson.h>
#include <lib/confine.h>
#include <policy/group.h>
#include <cmd/command.h>

/* A policy of a file and its blob. */
struct policy_loaded {
	struct group_policy policy;
	void *blob;
	size_t size;
};

/*
 * @file: a path, "-", or the name of a ready policy. STATUS_OK, or another one, having said
 * why. @compile: make the blob, too. policy_unload() in both cases.
 */
enum status policy_load(const struct command *command, const char *file, bool compile,
			struct policy_loaded *loaded);
void policy_unload(struct policy_loaded *loaded);
/* The same, with anchors where their paths say: ready for group_ask(). Takes the blob. */
enum status policy_load_set(const struct command *command, const char *file,
			    struct policy_loaded *loaded, struct group_set *set);
/* The words of a request: "file read /etc/passwd" */
enum status policy_request(const struct command *command, int n, char *const *words,
			   struct group_policy *request);
/* "FILE:LINE:COLUMN: 'FOUND': WHY" */
void policy_complain(const struct command *command, const struct group_error *error);
/* "deny=EACCES", "allow", ... of rule @n */
void policy_does(const struct hull_ruleset *set, uint32_t n, char *text, size_t size);

/* policy_events.c: "file read /etc/shadow", and all of it */
#define POLICY_EVENT_TEXT	1024
void policy_event_text(const struct hull_verdict_info *verdict, char *text, size_t size);
json_t *policy_event_json(const struct hull_verdict_info *verdict);

#endif
