// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "nl.h"

#define ALIGN4(n)	(((n) + 3) & ~(size_t)3)

static uint32_t sequence;

int nl_open(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	struct timeval patience = { .tv_sec = 20 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int on = 1;

	if (fd < 0 || bind(fd, (void *)&address, sizeof(address)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		return -1;
	return fd;
}

void nl_begin(struct nl_message *message, uint16_t type, uint8_t cmd, uint16_t flags)
{
	struct genlmsghdr header = { .cmd = cmd, .version = 1 };

	memset(message, 0, sizeof(*message));
	message->header.nlmsg_type = type;
	message->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	message->header.nlmsg_seq = ++sequence;
	message->header.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	memcpy(message->bytes + NLMSG_HDRLEN, &header, sizeof(header));
}

void nl_put(struct nl_message *message, uint16_t type, const void *data, size_t bytes)
{
	size_t at = ALIGN4(message->header.nlmsg_len);
	struct nlattr header = { .nla_len = (uint16_t)(NLA_HDRLEN + bytes), .nla_type = type };

	if (at + NLA_HDRLEN + ALIGN4(bytes) > sizeof(message->bytes))
		return;
	memcpy(message->bytes + at, &header, sizeof(header));
	if (bytes)
		memcpy(message->bytes + at + NLA_HDRLEN, data, bytes);
	message->header.nlmsg_len = (uint32_t)(at + NLA_HDRLEN + ALIGN4(bytes));
}

void nl_put_u32(struct nl_message *message, uint16_t type, uint32_t value)
{
	nl_put(message, type, &value, sizeof(value));
}

void nl_put_u64(struct nl_message *message, uint16_t type, uint64_t value)
{
	nl_put(message, type, &value, sizeof(value));
}

void nl_put_text(struct nl_message *message, uint16_t type, const char *text)
{
	nl_put(message, type, text, strlen(text) + 1);
}

size_t nl_nest_begin(struct nl_message *message, uint16_t type)
{
	size_t at = ALIGN4(message->header.nlmsg_len);

	nl_put(message, type | NLA_F_NESTED, NULL, 0);
	return at;
}

void nl_nest_end(struct nl_message *message, size_t start)
{
	uint16_t bytes = (uint16_t)(message->header.nlmsg_len - start);

	memcpy(message->bytes + start + offsetof(struct nlattr, nla_len), &bytes, sizeof(bytes));
}

void nl_parse(const void *start, size_t bytes, const struct nlattr *tb[NL_ATTRS_MAX + 1])
{
	const unsigned char *at = start, *end = at + bytes;

	memset(tb, 0, sizeof(*tb) * (NL_ATTRS_MAX + 1));
	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attr = (const void *)at;
		unsigned int type = attr->nla_type & NLA_TYPE_MASK;

		if (attr->nla_len < NLA_HDRLEN || at + attr->nla_len > end)
			break;
		if (type <= NL_ATTRS_MAX)
			tb[type] = attr;
		at += ALIGN4(attr->nla_len);
	}
}

void nl_parse_message(const struct nlmsghdr *message, const struct nlattr *tb[NL_ATTRS_MAX + 1])
{
	size_t skip = NLMSG_HDRLEN + GENL_HDRLEN;

	nl_parse((const char *)message + skip,
		 message->nlmsg_len > skip ? message->nlmsg_len - skip : 0, tb);
}

void nl_parse_nest(const struct nlattr *nest, const struct nlattr *tb[NL_ATTRS_MAX + 1])
{
	nl_parse(nl_data(nest), nl_bytes(nest), tb);
}

const void *nl_data(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

size_t nl_bytes(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

uint32_t nl_u32(const struct nlattr *attr)
{
	uint32_t value = 0;

	if (attr && nl_bytes(attr) == sizeof(value))
		memcpy(&value, nl_data(attr), sizeof(value));
	return value;
}

uint64_t nl_u64(const struct nlattr *attr)
{
	uint64_t value = 0;

	if (attr && nl_bytes(attr) == sizeof(value))
		memcpy(&value, nl_data(attr), sizeof(value));
	return value;
}

/* The end of an answer: an errno, and after @skip bytes of it attributes. */
static void end_parse(const struct nlmsghdr *message, size_t skip, struct nl_reply *reply)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1];
	size_t bytes = message->nlmsg_len - NLMSG_HDRLEN;
	const char *data = NLMSG_DATA(message);
	int code;

	memcpy(&code, data, sizeof(code));
	reply->error = -code;
	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS) || bytes <= skip)
		return;
	nl_parse(data + skip, bytes - skip, tb);
	reply->at = nl_u32(tb[NLMSGERR_ATTR_OFFS]);
	if (tb[NLMSGERR_ATTR_MSG])
		strncpy(reply->sentence, nl_data(tb[NLMSGERR_ATTR_MSG]),
			sizeof(reply->sentence) - 1);
}

/* true: that was the last one */
static bool message_take(const struct nlmsghdr *message, struct nl_reply *reply, nl_fn fn,
			 void *data)
{
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		reply->torn = true;
	if (message->nlmsg_type == NLMSG_ERROR) {
		end_parse(message, sizeof(struct nlmsgerr), reply);
		return true;
	}
	if (message->nlmsg_type == NLMSG_DONE) {
		end_parse(message, sizeof(int), reply);
		return true;
	}
	reply->messages++;
	if (fn)
		fn(message, data);
	return false;
}

struct nl_reply nl_send(int fd, struct nl_message *message, size_t bytes, nl_fn fn, void *data)
{
	uint32_t wanted = message->header.nlmsg_seq;
	struct nl_reply reply = { 0 };
	static char in[65536];
	ssize_t got;

	if (send(fd, message->bytes, bytes ? bytes : message->header.nlmsg_len, 0) < 0) {
		reply.error = errno;
		return reply;
	}
	for (;;) {
		struct nlmsghdr *one = (void *)in;

		got = recv(fd, in, sizeof(in), 0);
		if (got < 0) {
			reply.error = errno;	/* EAGAIN: the kernel said nothing at all */
			return reply;
		}
		for (; NLMSG_OK(one, (size_t)got); one = NLMSG_NEXT(one, got))
			if (one->nlmsg_seq == wanted && message_take(one, &reply, fn, data))
				return reply;
	}
}

struct family {
	uint16_t number;
	uint32_t group;
	const char *wanted;		/* NULL: the first group */
};

static void family_take(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1], *groups[NL_ATTRS_MAX + 1];
	struct family *family = data;
	int i;

	nl_parse_message(message, tb);
	if (tb[CTRL_ATTR_FAMILY_ID])
		memcpy(&family->number, nl_data(tb[CTRL_ATTR_FAMILY_ID]), sizeof(family->number));
	if (!tb[CTRL_ATTR_MCAST_GROUPS])
		return;
	nl_parse_nest(tb[CTRL_ATTR_MCAST_GROUPS], groups);
	for (i = 1; i <= NL_ATTRS_MAX && !family->group; i++) {
		if (!groups[i])
			continue;
		nl_parse_nest(groups[i], tb);
		if (!family->wanted || (tb[CTRL_ATTR_MCAST_GRP_NAME] &&
					!strcmp(nl_data(tb[CTRL_ATTR_MCAST_GRP_NAME]), family->wanted)))
			family->group = nl_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
	}
}

static void family_get(int fd, const char *name, struct family *family)
{
	struct nl_message message;

	nl_begin(&message, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	nl_put_text(&message, CTRL_ATTR_FAMILY_NAME, name);
	nl_send(fd, &message, 0, family_take, family);
}

uint32_t nl_group(int fd, const char *name, const char *group)
{
	struct family family = { .wanted = group };

	family_get(fd, name, &family);
	return family.group;
}

uint16_t nl_family(int fd, const char *name, uint32_t *group)
{
	struct family family = { 0 };

	family_get(fd, name, &family);
	if (group)
		*group = family.group;
	return family.number;
}
