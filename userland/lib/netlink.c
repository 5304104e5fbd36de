// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <lib/netlink.h>

_Static_assert(HULL_A_MAX <= HULL_TOP_MAX, "room for the family's attributes");
_Static_assert(CTRL_ATTR_MCAST_GROUPS <= HULL_TOP_MAX, "room for the controller's attributes");

struct nlmsghdr *hull_request(struct hull_client *client, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(client->out);
	struct genlmsghdr *header;

	message->nlmsg_type = client->family;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	message->nlmsg_seq = ++client->sequence;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->cmd = cmd;
	header->version = HULL_GENL_VERSION;
	return message;
}

struct nlmsghdr *hull_request_vm(struct hull_client *client, uint8_t cmd,
				 const struct hull_ref *ref, struct nlattr **nest)
{
	struct nlmsghdr *message = hull_request(client, cmd, 0);

	*nest = mnl_attr_nest_start(message, HULL_A_VM);
	if (ref->id)
		mnl_attr_put_u32(message, HULL_A_VM_ID, ref->id);
	if (ref->name)
		mnl_attr_put_strz(message, HULL_A_VM_NAME, ref->name);
	return message;
}

static void attrs_collect(const void *start, size_t bytes, struct nlattr **tb, uint16_t max)
{
	const struct nlattr *attr = start;
	const char *end = (const char *)start + bytes;

	memset(tb, 0, sizeof(*tb) * (max + 1u));
	for (; mnl_attr_ok(attr, (int)(end - (const char *)attr)); attr = mnl_attr_next(attr))
		if (mnl_attr_get_type(attr) <= max)
			tb[mnl_attr_get_type(attr)] = (struct nlattr *)attr;
}

int hull_message_parse(const struct nlmsghdr *message, struct nlattr **tb, uint16_t max)
{
	size_t header = MNL_ALIGN(sizeof(struct genlmsghdr));

	if (mnl_nlmsg_get_payload_len(message) < header)
		return -1;
	attrs_collect(mnl_nlmsg_get_payload_offset(message, header),
		      mnl_nlmsg_get_payload_len(message) - header, tb, max);
	return 0;
}

void hull_nest_parse(const struct nlattr *nest, struct nlattr **tb, uint16_t max)
{
	attrs_collect(mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest), tb, max);
}

uint32_t hull_attr_u32(const struct nlattr *attr)
{
	if (!attr || mnl_attr_get_payload_len(attr) != sizeof(uint32_t))
		return 0;
	return mnl_attr_get_u32(attr);
}

uint64_t hull_attr_u64(const struct nlattr *attr)
{
	if (!attr || mnl_attr_get_payload_len(attr) != sizeof(uint64_t))
		return 0;
	return mnl_attr_get_u64(attr);
}

void hull_attr_text(const struct nlattr *attr, char *text, size_t size)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	if (len > size - 1)
		len = size - 1;
	if (len)
		memcpy(text, mnl_attr_get_payload(attr), len);
	text[len] = '\0';
}

/* A refusal without a sentence of the kernel's. */
static void errno_explain(int code, struct hull_error *error)
{
	if (code == EPERM)
		hull_error_set(error, code, "not permitted: this needs root (CAP_NET_ADMIN)");
	else
		hull_error_set(error, code, "%s", strerror(code));
}

/*
 * How a request ended: an errno, then, where NLM_F_ACK_TLVS says so, attributes with
 * the kernel's sentence. @skip: bytes between the two.
 */
static int end_parse(const struct nlmsghdr *message, size_t skip, struct hull_error *error)
{
	size_t bytes = mnl_nlmsg_get_payload_len(message);
	struct nlattr *tb[NLMSGERR_ATTR_OFFS + 1];
	int32_t code;

	if (bytes < sizeof(code))
		return hull_error_set(error, EPROTO, "the kernel's answer is too short");
	memcpy(&code, mnl_nlmsg_get_payload(message), sizeof(code));
	if (!code)
		return 0;
	errno_explain(-code, error);
	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS) || bytes < skip)
		return -1;
	attrs_collect(mnl_nlmsg_get_payload_offset(message, skip), bytes - skip, tb,
		      NLMSGERR_ATTR_OFFS);
	error->at = hull_attr_u32(tb[NLMSGERR_ATTR_OFFS]);
	if (tb[NLMSGERR_ATTR_MSG])
		hull_attr_text(tb[NLMSGERR_ATTR_MSG], error->text, sizeof(error->text));
	return -1;
}

static size_t error_skip(const struct nlmsghdr *message)
{
	const struct nlmsgerr *end = mnl_nlmsg_get_payload(message);
	size_t skip = sizeof(*end);

	if (!(message->nlmsg_flags & NLM_F_CAPPED) &&
	    mnl_nlmsg_get_payload_len(message) >= sizeof(*end))
		skip += MNL_ALIGN(end->msg.nlmsg_len) - sizeof(end->msg);
	return skip;
}

/* 1: more to come, 0: done, -1: refused */
static int message_handle(const struct nlmsghdr *message, hull_answer_fn fn, void *data,
			  struct hull_error *error)
{
	struct nlattr *tb[HULL_TOP_MAX + 1];

	if (message->nlmsg_type == NLMSG_ERROR)
		return end_parse(message, error_skip(message), error);
	if (message->nlmsg_type == NLMSG_DONE)
		return end_parse(message, sizeof(int32_t), error);
	if (message->nlmsg_type < NLMSG_MIN_TYPE)
		return 1;
	if (hull_message_parse(message, tb, HULL_TOP_MAX))
		return hull_error_set(error, EPROTO, "the kernel's answer is too short");
	return fn && fn(tb, data, error) ? -1 : 1;
}

int hull_transact(struct hull_client *client, struct nlmsghdr *request, hull_answer_fn fn,
		  void *data, bool *torn, struct hull_error *error)
{
	uint32_t sequence = request->nlmsg_seq;
	const struct nlmsghdr *message;
	ssize_t bytes;
	int left, ret;

	if (mnl_socket_sendto(client->socket, request, request->nlmsg_len) < 0)
		return hull_error_set(error, errno, "netlink: %s", strerror(errno));
	for (;;) {
		bytes = mnl_socket_recvfrom(client->socket, client->in, sizeof(client->in));
		if (bytes < 0 && errno == EINTR)
			continue;
		if (bytes < 0)
			return hull_error_set(error, errno, "netlink: %s", strerror(errno));
		left = (int)bytes;
		for (message = (void *)client->in; mnl_nlmsg_ok(message, left);
		     message = mnl_nlmsg_next(message, &left)) {
			if (message->nlmsg_seq != sequence)
				continue;
			if (torn && (message->nlmsg_flags & NLM_F_DUMP_INTR))
				*torn = true;
			ret = message_handle(message, fn, data, error);
			if (ret <= 0)
				return ret;
		}
	}
}

void *hull_array_add(struct hull_array *array)
{
	void *items = realloc(array->items, (array->n + 1) * array->size);
	char *item;

	if (!items)
		return NULL;
	array->items = items;
	item = (char *)items + array->n++ * array->size;
	memset(item, 0, array->size);
	return item;
}

/* A dump that was torn is asked for again; VMs and groups do not come and go all the time. */
#define DUMP_TRIES	20

int hull_dump(struct hull_client *client, uint8_t cmd, hull_answer_fn add,
	      struct hull_array *array, struct hull_error *error)
{
	bool torn = true;
	int try;

	for (try = 0; torn && try < DUMP_TRIES; try++) {
		torn = false;
		array->n = 0;
		if (hull_transact(client, hull_request(client, cmd, NLM_F_DUMP), add, array, &torn,
				  error)) {
			free(array->items);
			return -1;
		}
	}
	return 0;
}
