// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include "vms.h"

int vms_fd;
uint16_t vms_family;
uint32_t vms_group;

bool vms_open(void)
{
	vms_fd = nl_open();
	vms_family = vms_fd < 0 ? 0 : nl_family(vms_fd, HULL_GENL_NAME, &vms_group);
	return vms_family != 0;
}

struct nl_reply vms_command(uint8_t cmd, uint32_t id, const char *name, nl_fn fn, void *data)
{
	struct nl_message message;
	size_t nest;

	nl_begin(&message, vms_family, cmd, 0);
	nest = nl_nest_begin(&message, HULL_A_VM);
	if (id)
		nl_put_u32(&message, HULL_A_VM_ID, id);
	if (name)
		nl_put_text(&message, HULL_A_VM_NAME, name);
	nl_nest_end(&message, nest);
	return nl_send(vms_fd, &message, 0, fn, data);
}

void vms_id_take(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1];

	nl_parse_message(message, tb);
	if (!tb[HULL_A_VM])
		return;
	nl_parse_nest(tb[HULL_A_VM], tb);
	*(uint32_t *)data = nl_u32(tb[HULL_A_VM_ID]);
}

struct nl_reply vms_new(const char *name, uint32_t *id)
{
	struct nl_message message;
	uint32_t unwanted;
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_VM_NEW, 0);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_put_text(&message, HULL_A_VM_NAME, name);
	nl_put_u32(&message, HULL_A_VM_ENGINE, HULL_ENGINE_KVM);
	nl_nest_end(&message, nest);
	return nl_send(vms_fd, &message, 0, vms_id_take, id ? id : &unwanted);
}

int vms_count(void)
{
	struct nl_message message;
	struct nl_reply reply;

	nl_begin(&message, vms_family, HULL_CMD_VM_GET, NLM_F_DUMP);
	reply = nl_send(vms_fd, &message, 0, NULL, NULL);
	return reply.error ? -1 : reply.messages;
}

struct ids {
	uint32_t id[64];
	int n;
};

static void ids_take(const struct nlmsghdr *message, void *data)
{
	struct ids *ids = data;

	if (ids->n < 64)
		vms_id_take(message, &ids->id[ids->n++]);
}

void vms_delete_all(void)
{
	struct nl_message message;
	struct ids ids;
	int i;

	do {
		ids.n = 0;
		nl_begin(&message, vms_family, HULL_CMD_VM_GET, NLM_F_DUMP);
		nl_send(vms_fd, &message, 0, ids_take, &ids);
		for (i = 0; i < ids.n; i++)
			if (vms_command(HULL_CMD_VM_DEL, ids.id[i], NULL, NULL, NULL).error)
				return;
	} while (ids.n);
}
