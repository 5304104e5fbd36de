// SPDX-License-Identifier: GPL-2.0-only
/* vmctl group list, group show. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmd/group.h>
#include <cmd/output.h>
#include <group/clean.h>

static int name_width(const struct hull_group_info *groups, size_t n)
{
	size_t i, width = 4;

	for (i = 0; i < n; i++)
		if (strlen(groups[i].name) > width)
			width = strlen(groups[i].name);
	return (int)width;
}

static void list_print(struct hull_group_info *groups, size_t n)
{
	int width = name_width(groups, n);
	char parent[16];
	size_t i;

	printf("%5s  %-*s  %-7s  %6s  %s\n", "ID", width, "NAME", "STATE", "PARENT", "CGROUP");
	for (i = 0; i < n; i++) {
		snprintf(parent, sizeof(parent), "%" PRIu32, groups[i].parent);
		printf("%5" PRIu32 "  %-*s  %-7s  %6s  %s\n", groups[i].id, width, groups[i].name,
		       hull_group_state_name(groups[i].state), groups[i].parent ? parent : "-",
		       text_clean(groups[i].path));
	}
}

static int list_json(const struct hull_group_info *groups, size_t n)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(array, json_group(&groups[i]));
	return json_end(array);
}

int group_list_run(const struct command *command, const struct args *args)
{
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	struct hull_group_info *groups;
	struct hull_error error;
	size_t n;
	int ret;

	if (!client)
		return status;
	/* Those whose keeper was killed are no groups any more. */
	hull_group_sweep();
	ret = hull_group_list(client, &groups, &n, &error);
	hull_client_close(client);
	if (ret)
		return command_fail(command, &error);
	if (!args->json)
		list_print(groups, n);
	else if (list_json(groups, n))
		status = STATUS_FAILURE;
	free(groups);
	return status;
}

int group_show_run(const struct command *command, const struct args *args)
{
	struct hull_group_info group = { 0 };
	enum status status = command_group(command, args, &group);
	char text[TEXT_BYTES];

	if (status != STATUS_OK)
		return status;
	if (args->json)
		return json_end(json_group(&group)) ? STATUS_FAILURE : STATUS_OK;
	row_print("Name", "%s", group.name);
	row_print("Id", "%" PRIu32, group.id);
	row_print("State", "%s", hull_group_state_name(group.state));
	if (group.label[0])
		row_print("Label", "%s", text_clean(group.label));
	row_begin("Flags");
	bits_print(hull_group_flag_names, group.flags, "none");
	printf("\n");
	row_print("Cgroup", "%s", text_clean(group.path));
	if (group.parent)
		row_print("Inside group", "%" PRIu32, group.parent);
	row_print("Created", "%s", text_time(group.created, text));
	row_print("Last start", "%s", group.started ? text_time(group.started, text) : "never");
	return STATUS_OK;
}
