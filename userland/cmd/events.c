// SPDX-License-Identifier: GPL-2.0-only
/* vmctl events, group events: a line for each change of a VM or a group. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmd/calls.h>
#include <cmd/command.h>
#include <cmd/group.h>
#include <cmd/output.h>

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int event_json(const struct hull_event *event)
{
	json_t *object = json_object();

	json_put_u64(object, "time_ns", now_ns());
	json_put_text(object, "event", hull_event_name(event->kind));
	if (event->of_group)
		json_put(object, "group", json_group(&event->group));
	else
		json_put(object, "vm", json_vm(&event->vm));
	return json_end(object);
}

static void event_print(struct hull_event *event)
{
	char text[TEXT_BYTES];

	if (event->of_group) {
		printf("%s  %-8s group %s (id %" PRIu32 ")\n", text_time(now_ns(), text),
		       hull_event_name(event->kind), event->group.name, event->group.id);
		return;
	}
	printf("%s  %-8s %s (id %" PRIu32 ")", text_time(now_ns(), text),
	       hull_event_name(event->kind), event->vm.name, event->vm.id);
	if (event->vm.reason_text[0])
		printf(": %s", text_clean(event->vm.reason_text));
	printf("\n");
}

/* group events: of groups, or of the one that the word names; it need not exist yet. */
static bool event_wanted(const struct hull_event *event, const struct command *command,
			 const struct args *args)
{
	struct hull_ref ref;

	if (!command->verb)
		return true;
	if (!event->of_group || !args->n_words)
		return event->of_group;
	ref = command_ref(args->words[0]);
	return ref.name ? !strcmp(ref.name, event->group.name) : ref.id == event->group.id;
}

static int events_follow(const struct command *command, const struct args *args,
			 struct hull_client *client)
{
	struct hull_event event = { 0 };
	struct hull_error error;
	uint32_t n = 0;
	int ret;

	for (;;) {
		if (!hull_client_pending(client))
			interrupt_wait(hull_client_fd(client), -1);
		if (interrupt_seen())
			break;
		ret = hull_events_next(client, &event, &error);
		if (ret < 0 && error.code == ENOBUFS) {
			command_complain(command, "%s: this listener is too slow", error.text);
			continue;
		}
		if (ret < 0)
			return command_fail(command, &error);
		if (!ret || !event_wanted(&event, command, args))
			continue;
		if (!args->json)
			event_print(&event);
		else if (event_json(&event))
			return STATUS_FAILURE;
		if (fflush(stdout))
			return STATUS_FAILURE;
		if (args->count && ++n == args->count)
			break;
	}
	return STATUS_OK;
}

int events_run(const struct command *command, const struct args *args)
{
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	struct hull_error error;

	if (!client)
		return status;
	interrupt_catch();
	if (hull_events_join(client, &error))
		status = command_fail(command, &error);
	else
		status = events_follow(command, args, client);
	hull_client_close(client);
	return status;
}
