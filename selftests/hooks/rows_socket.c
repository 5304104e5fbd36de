// SPDX-License-Identifier: GPL-2.0-only
/* Sockets. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "rows.h"

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
}

static int do_socket(void)
{
	return result(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

static int do_pair(void)
{
	int pair[2];

	return result(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
}

static int listener(int port)
{
	struct sockaddr_in to = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)) || listen(fd, 4))
		return -1;
	return fd;
}

static int do_bind(void)
{
	struct sockaddr_in to = loopback(7001);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return result(bind(fd, (struct sockaddr *)&to, sizeof(to)));
}

static int do_bind6(void)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(7002) };

	return result(bind(socket(AF_INET6, SOCK_DGRAM, 0), (struct sockaddr *)&to, sizeof(to)));
}

static int do_listen(void)
{
	return result(listener(7003));
}

static int do_connect(void)
{
	struct sockaddr_in to = loopback(7004);

	if (listener(7004) < 0)
		return ENODATA;
	return result(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof(to)));
}

static int do_connect_mapped(void)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(7005) };

	if (listener(7005) < 0)
		return ENODATA;
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr);
	return result(connect(socket(AF_INET6, SOCK_STREAM, 0), (struct sockaddr *)&to,
			      sizeof(to)));
}

static int do_fast_open(void)
{
	struct sockaddr_in to = loopback(7006);

	if (listener(7006) < 0)
		return ENODATA;
	return result(sendto(socket(AF_INET, SOCK_STREAM, 0), "x", 1, MSG_FASTOPEN,
			     (struct sockaddr *)&to, sizeof(to)));
}

static int do_accept(void)
{
	struct sockaddr_in to = loopback(7007);
	int fd = listener(7007);

	if (fd < 0 || connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof(to)))
		return ENODATA;
	return result(accept(fd, NULL, NULL));
}

static int do_send(void)
{
	struct sockaddr_in to = loopback(7008);

	return result(sendto(socket(AF_INET, SOCK_DGRAM, 0), "x", 1, 0, (struct sockaddr *)&to,
			     sizeof(to)));
}

static int do_raw(void)
{
	struct sockaddr_in to = loopback(0);

	return result(connect(socket(AF_INET, SOCK_RAW, IPPROTO_UDP), (struct sockaddr *)&to,
			      sizeof(to)));
}

static int do_setsockopt(void)
{
	int one = 1;

	return result(setsockopt(socket(AF_INET, SOCK_DGRAM, 0), SOL_SOCKET, SO_REUSEADDR, &one,
				 sizeof(one)));
}

static socklen_t unix_name(struct sockaddr_un *un, const char *name)
{
	*un = (struct sockaddr_un){ .sun_family = AF_UNIX };
	strcpy(un->sun_path + (*name != '/'), name);
	return offsetof(struct sockaddr_un, sun_path) + strlen(name) + 1;
}

static int unix_listener(const char *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un un;
	socklen_t len = unix_name(&un, name);

	if (bind(fd, (struct sockaddr *)&un, len) || listen(fd, 4))
		return -1;
	return fd;
}

static int unix_connect(const char *name)
{
	struct sockaddr_un un;
	socklen_t len = unix_name(&un, name);

	if (unix_listener(name) < 0)
		return errno == EACCES ? EACCES : ENODATA;
	return result(connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&un, len));
}

static int do_unix_abstract(void)
{
	return unix_connect("hull");
}

static int do_unix_path(void)
{
	unlink("/tmp/h/listener");
	return unix_connect("/tmp/h/listener");
}

static int do_unix_send(void)
{
	int a = socket(AF_UNIX, SOCK_DGRAM, 0), b = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct sockaddr_un un;
	socklen_t len = unix_name(&un, "hulldgram");

	if (bind(a, (struct sockaddr *)&un, len))
		return ENODATA;
	return result(sendto(b, "x", 1, 0, (struct sockaddr *)&un, len));
}

static int do_netlink(void)
{
	struct nlmsghdr message = { sizeof(message), NLMSG_NOOP, NLM_F_REQUEST, 0, 0 };

	return result(send(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), &message, sizeof(message),
			   0));
}

const struct row socket_rows[] = {
	{ "deny socket create inet", do_socket, EPERM },
	{ "deny socket pair unix", do_pair, EPERM },
	{ "deny inet tcp.bind", do_bind, EACCES },
	{ "deny inet tcp.bind port 7001", do_bind, EACCES },
	{ "deny inet udp.bind", do_bind6, EACCES },
	{ "deny inet tcp.listen", do_listen, EACCES },
	{ "deny inet tcp.connect port 7004", do_connect, EACCES },
	{ "deny inet tcp.connect 127.0.0.0/8", do_connect, EACCES },
	{ "deny inet tcp.connect 127.0.0.1", do_connect_mapped, EACCES },
	{ "deny inet tcp.connect port 7006", do_fast_open, EACCES },
	{ "deny inet tcp.accept", do_accept, EACCES },
	{ "deny inet udp.send", do_send, EACCES },
	{ "deny inet raw.connect", do_raw, EACCES },
	{ "deny socket setsockopt inet", do_setsockopt, EPERM },
	{ "deny unix bind", do_unix_abstract, EACCES },
	{ "deny unix connect", do_unix_abstract, EACCES },
	{ "deny unix connect @hull", do_unix_abstract, EACCES },
	{ "deny file connect /tmp/h", do_unix_path, EACCES },
	{ "deny unix send", do_unix_send, EACCES },
	{ "deny netlink send route", do_netlink, EPERM },
};

const unsigned int socket_rows_n = sizeof(socket_rows) / sizeof(socket_rows[0]);
