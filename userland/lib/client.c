// SPDX-License-Identifier: GPL-2.0-only
/* Opening the control plane, and its events. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>
#include <lib/netlink.h>

static void group_take(struct hull_client *client, const struct nlattr *group)
{
	struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];
	char name[GENL_NAMSIZ];

	hull_nest_parse(group, tb, CTRL_ATTR_MCAST_GRP_MAX);
	hull_attr_text(tb[CTRL_ATTR_MCAST_GRP_NAME], name, sizeof(name));
	if (!strcmp(name, HULL_GENL_MCGRP_EVENTS))
		client->events_group = hull_attr_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
	if (!strcmp(name, HULL_GENL_MCGRP_AUDIT))
		client->audit_group = hull_attr_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
}

/* The controller's answer about the family. */
static int family_take(struct nlattr *const *tb, void *data, struct hull_error *error)
{
	struct hull_client *client = data;
	struct nlattr *group;

	if (!tb[CTRL_ATTR_FAMILY_ID])
		return hull_error_set(error, EPROTO, "the kernel does not name the family's number");
	client->family = mnl_attr_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
	if (tb[CTRL_ATTR_MCAST_GROUPS])
		mnl_attr_for_each_nested(group, tb[CTRL_ATTR_MCAST_GROUPS])
			group_take(client, group);
	return 0;
}

static int family_find(struct hull_client *client, struct hull_error *error)
{
	struct nlmsghdr *request;

	client->family = GENL_ID_CTRL;
	request = hull_request(client, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, HULL_GENL_NAME);
	if (!hull_transact(client, request, family_take, client, NULL, error))
		return 0;
	if (error->code == ENOENT)
		hull_error_set(error, ENODEV, "the module is not loaded: modprobe hull");
	return -1;
}

struct hull_client *hull_client_open(struct hull_error *error)
{
	struct hull_client *client = calloc(1, sizeof(*client));
	int on = 1;

	if (!client) {
		hull_error_set(error, ENOMEM, "out of memory");
		return NULL;
	}
	client->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!client->socket || mnl_socket_bind(client->socket, 0, MNL_SOCKET_AUTOPID)) {
		hull_error_set(error, errno, "netlink: %s", strerror(errno));
		hull_client_close(client);
		return NULL;
	}
	/* Sentences with refusals; without them the numbers have to do. */
	mnl_socket_setsockopt(client->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(client->socket, NETLINK_CAP_ACK, &on, sizeof(on));
	if (family_find(client, error)) {
		hull_client_close(client);
		return NULL;
	}
	return client;
}

void hull_client_close(struct hull_client *client)
{
	if (client && client->socket)
		mnl_socket_close(client->socket);
	free(client);
}

int hull_group_join(struct hull_client *client, uint32_t group, struct hull_error *error)
{
	if (!mnl_socket_setsockopt(client->socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		return 0;
	if (errno == EPERM)
		return hull_error_set(error, EPERM, "not permitted: this needs root (CAP_NET_ADMIN)");
	return hull_error_set(error, errno, "netlink: %s", strerror(errno));
}

int hull_events_join(struct hull_client *client, struct hull_error *error)
{
	return hull_group_join(client, client->events_group, error);
}

static int event_parse(const struct nlmsghdr *message, struct hull_event *event,
		       struct hull_error *error)
{
	struct nlattr *tb[HULL_A_MAX + 1];

	if (hull_message_parse(message, tb, HULL_A_MAX) || (!tb[HULL_A_VM] && !tb[HULL_A_GROUP]))
		return hull_error_set(error, EPROTO, "an event without a VM or a group");
	event->kind = hull_attr_u32(tb[HULL_A_EVENT]);
	event->of_group = tb[HULL_A_GROUP];
	if (event->of_group)
		return hull_group_parse(tb[HULL_A_GROUP], &event->group, error);
	return hull_vm_parse(tb[HULL_A_VM], &event->vm, error);
}

int hull_message_next(struct hull_client *client, const struct nlmsghdr **next,
		      struct hull_error *error)
{
	const struct nlmsghdr *message;
	ssize_t bytes;
	int left;

	for (;;) {
		message = (void *)(client->in + client->at);
		left = (int)(client->pending - client->at);
		if (mnl_nlmsg_ok(message, left)) {
			client->at += MNL_ALIGN(message->nlmsg_len);
			if (message->nlmsg_type != client->family)
				continue;
			*next = message;
			return 1;
		}
		client->at = client->pending = 0;
		bytes = mnl_socket_recvfrom(client->socket, client->in, sizeof(client->in));
		if (bytes < 0 && errno == EINTR)
			return 0;
		if (bytes < 0 && errno == ENOBUFS)
			return hull_error_set(error, ENOBUFS, "events were lost");
		if (bytes < 0)
			return hull_error_set(error, errno, "netlink: %s", strerror(errno));
		client->pending = (size_t)bytes;
	}
}

int hull_events_next(struct hull_client *client, struct hull_event *event,
		     struct hull_error *error)
{
	const struct nlmsghdr *message;
	int ret = hull_message_next(client, &message, error);

	if (ret != 1)
		return ret;
	return event_parse(message, event, error) ? -1 : 1;
}
