// SPDX-License-Identifier: GPL-2.0-only
/*
 * mnl - those of libmnl's functions that vmctl calls, as <libmnl/libmnl.h> declares them
 *
 * vmctl has no shared libraries: to map and link them took longer than a group's whole set-up
 * takes without. Of this one the distribution has nothing else.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <libmnl/libmnl.h>

/* --- messages -------------------------------------------------------------------------- */

static void *tail(const struct nlmsghdr *message)
{
	return (char *)(uintptr_t)message + MNL_ALIGN(message->nlmsg_len);
}

struct nlmsghdr *mnl_nlmsg_put_header(void *buffer)
{
	struct nlmsghdr *message = buffer;

	*message = (struct nlmsghdr){ .nlmsg_len = MNL_NLMSG_HDRLEN };
	return message;
}

void *mnl_nlmsg_put_extra_header(struct nlmsghdr *message, size_t size)
{
	void *extra = tail(message);

	memset(extra, 0, MNL_ALIGN(size));
	message->nlmsg_len += (uint32_t)MNL_ALIGN(size);
	return extra;
}

void *mnl_nlmsg_get_payload(const struct nlmsghdr *message)
{
	return (char *)(uintptr_t)message + MNL_NLMSG_HDRLEN;
}

void *mnl_nlmsg_get_payload_offset(const struct nlmsghdr *message, size_t offset)
{
	return (char *)mnl_nlmsg_get_payload(message) + MNL_ALIGN(offset);
}

size_t mnl_nlmsg_get_payload_len(const struct nlmsghdr *message)
{
	return message->nlmsg_len - MNL_NLMSG_HDRLEN;
}

void *mnl_nlmsg_get_payload_tail(const struct nlmsghdr *message)
{
	return tail(message);
}

bool mnl_nlmsg_ok(const struct nlmsghdr *message, int len)
{
	return len >= (int)sizeof(*message) && message->nlmsg_len >= sizeof(*message) &&
	       message->nlmsg_len <= (uint32_t)len;
}

struct nlmsghdr *mnl_nlmsg_next(const struct nlmsghdr *message, int *len)
{
	*len -= (int)MNL_ALIGN(message->nlmsg_len);
	return tail(message);
}

/* --- attributes ------------------------------------------------------------------------- */

uint16_t mnl_attr_get_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

void *mnl_attr_get_payload(const struct nlattr *attr)
{
	return (char *)(uintptr_t)attr + MNL_ATTR_HDRLEN;
}

uint16_t mnl_attr_get_payload_len(const struct nlattr *attr)
{
	return (uint16_t)(attr->nla_len - MNL_ATTR_HDRLEN);
}

bool mnl_attr_ok(const struct nlattr *attr, int len)
{
	return len >= (int)sizeof(*attr) && attr->nla_len >= sizeof(*attr) &&
	       (int)attr->nla_len <= len;
}

struct nlattr *mnl_attr_next(const struct nlattr *attr)
{
	return (void *)((char *)(uintptr_t)attr + MNL_ALIGN(attr->nla_len));
}

uint16_t mnl_attr_get_u16(const struct nlattr *attr)
{
	uint16_t value;

	memcpy(&value, mnl_attr_get_payload(attr), sizeof(value));
	return value;
}

uint32_t mnl_attr_get_u32(const struct nlattr *attr)
{
	uint32_t value;

	memcpy(&value, mnl_attr_get_payload(attr), sizeof(value));
	return value;
}

uint64_t mnl_attr_get_u64(const struct nlattr *attr)
{
	uint64_t value;

	memcpy(&value, mnl_attr_get_payload(attr), sizeof(value));
	return value;
}

static void put(struct nlmsghdr *message, uint16_t type, const void *data, size_t size)
{
	struct nlattr *attr = tail(message);
	size_t len = MNL_ATTR_HDRLEN + size;

	attr->nla_type = type;
	attr->nla_len = (uint16_t)len;
	memcpy(mnl_attr_get_payload(attr), data, size);
	memset((char *)attr + len, 0, MNL_ALIGN(len) - len);
	message->nlmsg_len += (uint32_t)MNL_ALIGN(len);
}

void mnl_attr_put_u32(struct nlmsghdr *message, uint16_t type, uint32_t value)
{
	put(message, type, &value, sizeof(value));
}

void mnl_attr_put_u64(struct nlmsghdr *message, uint16_t type, uint64_t value)
{
	put(message, type, &value, sizeof(value));
}

void mnl_attr_put_strz(struct nlmsghdr *message, uint16_t type, const char *text)
{
	put(message, type, text, strlen(text) + 1);
}

struct nlattr *mnl_attr_nest_start(struct nlmsghdr *message, uint16_t type)
{
	struct nlattr *nest = tail(message);

	nest->nla_type = NLA_F_NESTED | type;
	message->nlmsg_len += (uint32_t)MNL_ALIGN(sizeof(*nest));
	return nest;
}

void mnl_attr_nest_end(struct nlmsghdr *message, struct nlattr *nest)
{
	nest->nla_len = (uint16_t)((char *)tail(message) - (char *)nest);
}

/* --- sockets ---------------------------------------------------------------------------- */

struct mnl_socket {
	int fd;
	struct sockaddr_nl address;
};

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	struct mnl_socket *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->fd = socket(AF_NETLINK, SOCK_RAW | flags, bus);
	if (s->fd >= 0)
		return s;
	free(s);
	return NULL;
}

int mnl_socket_bind(struct mnl_socket *s, unsigned int groups, pid_t pid)
{
	socklen_t size = sizeof(s->address);

	s->address = (struct sockaddr_nl){
		.nl_family = AF_NETLINK, .nl_groups = groups, .nl_pid = (uint32_t)pid,
	};
	/* The kernel says which number it has given us. */
	if (bind(s->fd, (struct sockaddr *)&s->address, size))
		return -1;
	return getsockname(s->fd, (struct sockaddr *)&s->address, &size);
}

int mnl_socket_close(struct mnl_socket *s)
{
	int ret = close(s->fd);

	free(s);
	return ret;
}

int mnl_socket_get_fd(const struct mnl_socket *s)
{
	return s->fd;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *s)
{
	return s->address.nl_pid;
}

int mnl_socket_setsockopt(const struct mnl_socket *s, int type, void *value, socklen_t size)
{
	return setsockopt(s->fd, SOL_NETLINK, type, value, size);
}

ssize_t mnl_socket_sendto(const struct mnl_socket *s, const void *request, size_t size)
{
	static const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	return sendto(s->fd, request, size, 0, (const struct sockaddr *)&kernel, sizeof(kernel));
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *s, void *buffer, size_t size)
{
	struct sockaddr_nl from;
	struct iovec iov = { .iov_base = buffer, .iov_len = size };
	struct msghdr message = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1,
	};
	ssize_t n;

	/* Other processes may write to the socket, too. */
	do {
		message.msg_namelen = sizeof(from);
		n = recvmsg(s->fd, &message, 0);
	} while (n >= 0 && (message.msg_namelen != sizeof(from) || from.nl_pid));
	if (n < 0 || !(message.msg_flags & MSG_TRUNC))
		return n;
	errno = ENOSPC;
	return -1;
}

/* One message of an answer: MNL_CB_OK to go on. */
static int take(const struct nlmsghdr *message, mnl_cb_t fn, void *data)
{
	const struct nlmsgerr *end = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_type >= NLMSG_MIN_TYPE)
		return fn ? fn(message, data) : MNL_CB_OK;
	if (message->nlmsg_type == NLMSG_DONE)
		return MNL_CB_STOP;
	if (message->nlmsg_type != NLMSG_ERROR)
		return MNL_CB_OK;
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*end)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	if (!end->error)
		return MNL_CB_STOP;
	errno = end->error < 0 ? -end->error : end->error;
	return MNL_CB_ERROR;
}

int mnl_cb_run(const void *buffer, size_t bytes, unsigned int sequence, unsigned int port,
	       mnl_cb_t fn, void *data)
{
	const struct nlmsghdr *message = buffer;
	int len = (int)bytes, ret;

	for (; mnl_nlmsg_ok(message, len); message = mnl_nlmsg_next(message, &len)) {
		if (message->nlmsg_pid != port || message->nlmsg_seq != sequence)
			continue;
		ret = take(message, fn, data);
		if (ret <= MNL_CB_STOP)
			return ret;
	}
	return MNL_CB_OK;
}
