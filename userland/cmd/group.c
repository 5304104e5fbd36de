// SPDX-License-Identifier: GPL-2.0-only
/* vmctl group adopt, set: records of groups. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmd/group.h>
#include <cmd/group_options.h>
#include <cmd/output.h>

json_t *json_group(const struct hull_group_info *group)
{
	json_t *object = json_object();

	json_put_u64(object, "id", group->id);
	json_put_text(object, "name", group->name);
	json_put_text(object, "state", hull_group_state_name(group->state));
	json_put(object, "flags", json_bits(hull_group_flag_names, group->flags));
	json_put_text(object, "label", group->label);
	json_put_text(object, "cgroup", group->path);
	json_put_u64(object, "cgroup_id", group->cgroup_id);
	json_put(object, "parent", group->parent ? json_integer(group->parent) : json_null());
	json_put_u64(object, "created_ns", group->created);
	json_put(object, "started_ns",
		 group->started ? json_integer((json_int_t)group->started) : json_null());
	return object;
}

enum status command_group(const struct command *command, const struct args *args,
			  struct hull_group_info *group)
{
	struct hull_ref ref = command_ref(args->words[0]);
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	struct hull_error error;

	if (!client)
		return status;
	if (hull_group_get(client, &ref, group, &error))
		status = command_fail(command, &error);
	hull_client_close(client);
	return status;
}

int group_adopt_run(const struct command *command, const struct args *args)
{
	struct hull_group_new new = {
		.name = args->words[0],
		.label = args->label,
		.flags = args->group.transient ? HULL_GROUP_F_TRANSIENT : 0,
	};
	enum status status = STATUS_OK;
	struct hull_group_info group;
	struct hull_client *client;
	struct hull_error error;

	new.cgroup_fd = open(args->words[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (new.cgroup_fd < 0) {
		command_complain(command, "%s: %s", args->words[1], strerror(errno));
		return STATUS_FAILURE;
	}
	client = command_client(command, &status);
	if (client && hull_group_new(client, &new, &group, &error))
		status = command_fail(command, &error);
	hull_client_close(client);
	close(new.cgroup_fd);
	if (status != STATUS_OK)
		return status;
	if (args->json)
		return json_end(json_group(&group)) ? STATUS_FAILURE : STATUS_OK;
	printf("created %s (id %" PRIu32 ")\n", group.name, group.id);
	return STATUS_OK;
}

int group_set_run(const struct command *command, const struct args *args)
{
	struct hull_ref ref = command_ref(args->words[0]);
	uint32_t flags = args->group.transient ? HULL_GROUP_F_TRANSIENT : 0;
	struct hull_group_change change = {
		.flags = args->given & GTAKES(TRANSIENT) ? &flags : NULL,
		.label = args->label,
	};
	enum status status = STATUS_OK;
	struct hull_client *client;
	struct hull_error error;

	if (!change.flags && !change.label) {
		command_complain(command, "nothing to change; see vmctl group set --help");
		return STATUS_USAGE;
	}
	client = command_client(command, &status);
	if (!client)
		return status;
	if (hull_group_set(client, &ref, &change, &error))
		status = command_fail(command, &error);
	hull_client_close(client);
	return status;
}
