// SPDX-License-Identifier: GPL-2.0-only
/* vmctl policy events: what policies tell, in words that a policy could have. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <lib/confine.h>
#include <cmd/calls.h>
#include <cmd/group.h>
#include <cmd/output.h>
#include <cmd/policy.h>

#define OBJECT	600

/* "10.0.0.1:80", "[::1]:80" */
static void inet_take(char *text, struct group_item *item)
{
	char *colon = strrchr(text, ':');

	if (!colon)
		return;
	*colon = '\0';
	item->first = strtoull(colon + 1, NULL, 10);
	item->last = item->first;
	item->inet.family = *text == '[' ? 6 : 4;
	item->inet.len = *text == '[' ? 128 : 32;
	if (*text == '[') {
		text[strlen(text) - 1] = '\0';
		text++;
	}
	if (inet_pton(item->inet.family == 4 ? AF_INET : AF_INET6, text, item->inet.addr) != 1)
		item->any = true;
}

static char *value_take(char *text, const char *key, const char *end)
{
	char *at = strstr(text, key), *stop;

	if (!at)
		return NULL;
	at = strdup(at + strlen(key));
	stop = at && *end ? strstr(at, end) : NULL;
	if (stop)
		*stop = '\0';
	return at;
}

/* The object of an event as an item, so that the language's own words tell it. */
static void item_make(const struct hull_verdict_info *verdict, char *object,
		      struct group_item *item)
{
	const char *number;

	*item = (struct group_item){
		.class = (uint8_t)verdict->class, .perms = verdict->perms, .peer = -1,
	};
	switch (hull_class_rows[item->class].kind) {
	case HULL_KIND_FILE:
		item->path.anchor = object;
		break;
	case HULL_KIND_INET:
		inet_take(object, item);
		break;
	case HULL_KIND_UNIX:
		item->any = !object[0] || !object[1];
		item->name = item->any ? NULL : object + 1;
		break;
	case HULL_KIND_NUMBER:
	case HULL_KIND_RANGES:
		item->first = strtoull(object, NULL, 10);
		item->last = item->first;
		break;
	case HULL_KIND_MOUNT:
		item->mount.type = value_take(object, "type ", ", ");
		item->mount.source = value_take(object, "source ", ", ");
		item->mount.target = value_take(object, "target ", "");
		break;
	case HULL_KIND_PEER:
		number = strstr(object, "number ");
		item->first = number ? strtoull(number + strlen("number "), NULL, 10) : 0;
		item->last = item->first;
		item->any = !item->first;
		break;
	default:
		item->any = true;
	}
}

void policy_event_text(const struct hull_verdict_info *verdict, char *text, size_t size)
{
	const struct group_policy none = { 0 };
	char perms[256], object[OBJECT], copy[sizeof(verdict->object)];
	struct group_item item;

	if (verdict->class >= HULL_CLASSES) {
		snprintf(text, size, "?");
		return;
	}
	snprintf(copy, sizeof(copy), "%s", verdict->object);
	item_make(verdict, copy, &item);
	group_perms_text(verdict->class, verdict->perms, perms, sizeof(perms));
	group_item_text(&none, &item, object, sizeof(object));
	if (item.any)
		snprintf(object, sizeof(object), "%s", "");
	snprintf(text, size, "%s %s%s%s", hull_class_rows[verdict->class].name, perms,
		 *object ? " " : "", object);
	if (item.class == HULL_CLASS_MOUNT) {
		free((void *)item.mount.type);
		free((void *)item.mount.source);
		free((void *)item.mount.target);
	}
}

static const char *action_name(uint32_t action)
{
	return action < __HULL_DO_MAX ? group_actions[action] : "?";
}

static void event_print(struct hull_verdict_info *verdict)
{
	const char *error = strerrorname_np((int)verdict->error);
	char time[TEXT_BYTES], text[POLICY_EVENT_TEXT];

	policy_event_text(verdict, text, sizeof(text));
	if (verdict->dropped)
		printf("... %" PRIu64 " lost\n", verdict->dropped);
	printf("%s  %s %s[%" PRIu32 "] %s", text_time(verdict->time_ns, time),
	       verdict->group_name, text_clean(verdict->comm), verdict->pid,
	       action_name(verdict->action));
	if (verdict->action != verdict->would)
		printf("(%s)", action_name(verdict->would));
	else if (error && verdict->error)
		printf("=%s", error);
	printf("  %s", text_clean(text));
	if (verdict->object[0] && hull_class_rows[verdict->class % HULL_CLASSES].kind ==
	    HULL_KIND_PEER)
		printf(" (%s)", text_clean(verdict->object));
	if (verdict->line)
		printf("  # %s:%" PRIu32, text_clean(verdict->file), verdict->line);
	else
		printf("  # what keeps a group in its place");
	if (verdict->count > 1)
		printf(", %" PRIu32 " times", verdict->count);
	printf("\n");
}

json_t *policy_event_json(const struct hull_verdict_info *verdict)
{
	json_t *object = json_object();
	char text[POLICY_EVENT_TEXT];

	policy_event_text(verdict, text, sizeof(text));
	json_put_u64(object, "time_ns", verdict->time_ns);
	json_put_text(object, "group", verdict->group_name);
	json_put_u64(object, "group_id", verdict->group);
	json_put_u64(object, "pid", verdict->pid);
	json_put_u64(object, "tid", verdict->tid);
	json_put_text(object, "comm", verdict->comm);
	json_put_text(object, "exe", verdict->exe);
	json_put_text(object, "action", action_name(verdict->action));
	json_put_text(object, "would", action_name(verdict->would));
	json_put_u64(object, "errno", verdict->error);
	json_put_text(object, "request", text);
	json_put_text(object, "object", verdict->object);
	json_put_text(object, "file", verdict->file);
	json_put_u64(object, "line", verdict->line);
	json_put_u64(object, "count", verdict->count);
	json_put_u64(object, "dropped", verdict->dropped);
	return object;
}

/* @group 0: of all groups */
static enum status follow(const struct command *command, const struct args *args,
			  struct hull_client *client, uint32_t group)
{
	struct hull_verdict_info verdict;
	struct hull_error error;
	uint32_t n = 0;
	int ret;

	if (hull_audit_join(client, &error))
		return command_fail(command, &error);
	for (;;) {
		if (!hull_client_pending(client))
			interrupt_wait(hull_client_fd(client), -1);
		if (interrupt_seen())
			break;
		ret = hull_verdict_next(client, &verdict, &error);
		if (ret < 0 && error.code == ENOBUFS) {
			command_complain(command, "%s: this listener is too slow", error.text);
			continue;
		}
		if (ret < 0)
			return command_fail(command, &error);
		if (!ret || (group && verdict.group != group))
			continue;
		if (!args->json)
			event_print(&verdict);
		else if (json_end(policy_event_json(&verdict)))
			return STATUS_FAILURE;
		if (fflush(stdout))
			return STATUS_FAILURE;
		if (args->count && ++n == args->count)
			break;
	}
	return STATUS_OK;
}

int policy_events_run(const struct command *command, const struct args *args)
{
	enum status status = STATUS_OK;
	struct hull_client *client;
	struct hull_group_info group = { 0 };

	if (args->n_words)
		status = command_group(command, args, &group);
	if (status != STATUS_OK)
		return status;
	client = command_client(command, &status);
	if (!client)
		return status;
	interrupt_catch();
	status = follow(command, args, client, group.id);
	hull_client_close(client);
	return status;
}
