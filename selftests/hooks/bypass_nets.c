// SPDX-License-Identifier: GPL-2.0-only
/* Sockets. A server of the group's own listens on port 7000 and on a path. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "bypass.h"

#define PORT	7000
#define NO_TCP	"deny inet tcp.connect 127.0.0.0/8"
#define NO_UDP	"deny inet udp.connect,udp.send 127.0.0.0/8"
#define SOCKET	SECRET "/socket"
#define NO_SOCKET "deny file connect " SECRET

static const struct sockaddr_in there = {
	.sin_family = AF_INET, .sin_port = 0x581b, .sin_addr = { 0x0100007f },
};

static void serve(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	bind(fd, (const struct sockaddr *)&there, sizeof(there));
	listen(fd, 10);
}

static int dial(int protocol)
{
	int fd = socket(AF_INET, SOCK_STREAM, protocol);

	serve();
	return fd < 0 ? errno : result(connect(fd, (const struct sockaddr *)&there, sizeof(there)));
}

static int do_connect(void)
{
	return dial(0);
}

static int do_mptcp(void)
{
	int ret = dial(262);

	return ret == ENOPROTOOPT ? ENOSYS : ret;
}

static int do_smc(void)
{
	int fd = socket(AF_SMC, SOCK_STREAM, 0);

	if (fd < 0)
		return errno;
	serve();
	return result(connect(fd, (const struct sockaddr *)&there, sizeof(there)));
}

static int do_smc_protocol(void)
{
	return dial(256);
}

static int do_fast_open(void)
{
	serve();
	return result(sendto(socket(AF_INET, SOCK_STREAM, 0), "x", 1, MSG_FASTOPEN,
			     (const struct sockaddr *)&there, sizeof(there)));
}

static int do_fast_open_option(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	serve();
	setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &one, sizeof(one));
	if (connect(fd, (const struct sockaddr *)&there, sizeof(there)))
		return errno;
	return result(send(fd, "x", 1, 0));
}

static int do_mapped(void)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = there.sin_port };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (fd < 0)
		return errno;
	serve();
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr);
	return result(connect(fd, (struct sockaddr *)&to, sizeof(to)));
}

/* An address of IPv4 given to a socket of IPv6. */
static int do_family(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	return fd < 0 ? errno : result(connect(fd, (const struct sockaddr *)&there, sizeof(there)));
}

/* 0.0.0.0 is this machine, too. */
static int do_any(void)
{
	struct sockaddr_in to = there;

	to.sin_addr.s_addr = 0;
	serve();
	return result(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof(to)));
}

static int do_udp_connect(void)
{
	return result(connect(socket(AF_INET, SOCK_DGRAM, 0), (const struct sockaddr *)&there,
			      sizeof(there)));
}

static int send_udp(sa_family_t family)
{
	struct sockaddr_in to = there;

	to.sin_family = family;
	return result(sendto(socket(AF_INET, SOCK_DGRAM, 0), "x", 1, 0, (struct sockaddr *)&to,
			     sizeof(to)));
}

static int do_udp_send(void)
{
	return send_udp(AF_INET);
}

static int do_udp_unspec(void)
{
	return send_udp(AF_UNSPEC);
}

static int do_udp_many(void)
{
	struct iovec iov = { "x", 1 };
	struct mmsghdr msg = {
		.msg_hdr = {
			.msg_name = (void *)&there, .msg_namelen = sizeof(there),
			.msg_iov = &iov, .msg_iovlen = 1,
		},
	};

	return result(sendmmsg(socket(AF_INET, SOCK_DGRAM, 0), &msg, 1, 0));
}

static int do_udp_lite(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);

	return fd < 0 ? errno : result(connect(fd, (const struct sockaddr *)&there, sizeof(there)));
}

/* Packets made by hand, addresses included. */
static int do_raw(void)
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);

	return fd < 0 ? errno : result(sendto(fd, "\x45", 20, 0, (const struct sockaddr *)&there,
					      sizeof(there)));
}

static int do_packet(void)
{
	return result(socket(AF_PACKET, SOCK_RAW, 0));
}

/* Listens without having been bound. */
static int do_listen(void)
{
	return result(listen(socket(AF_INET, SOCK_STREAM, 0), 1));
}

static int do_netlink_write(void)
{
	struct nlmsghdr message = { .nlmsg_len = sizeof(message), .nlmsg_type = NLMSG_NOOP };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	return result(write(fd, &message, sizeof(message)));
}

static socklen_t address_set(struct sockaddr_un *un, const char *path)
{
	un->sun_family = AF_UNIX;
	snprintf(un->sun_path, sizeof(un->sun_path), "%s", path);
	return sizeof(*un);
}

static void unix_serve(int type)
{
	int fd = socket(AF_UNIX, type, 0);
	struct sockaddr_un un = { 0 };

	bind(fd, (struct sockaddr *)&un, address_set(&un, SOCKET));
	listen(fd, 10);
}

static int unix_dial(int type, const char *path)
{
	struct sockaddr_un un = { 0 };

	return result(connect(socket(AF_UNIX, type, 0), (struct sockaddr *)&un,
			      address_set(&un, path)));
}

static int do_unix(void)
{
	unix_serve(SOCK_STREAM);
	return unix_dial(SOCK_STREAM, SOCKET);
}

static int do_unix_link(void)
{
	unix_serve(SOCK_STREAM);
	if (symlink(SOCKET, OPEN "/socket"))
		return ENODATA;
	return unix_dial(SOCK_STREAM, OPEN "/socket");
}

static int do_unix_bind(void)
{
	unix_serve(SOCK_STREAM);
	if (mount(SECRET, OPEN "/dir", NULL, MS_BIND, NULL))
		return ENODATA;
	return unix_dial(SOCK_STREAM, OPEN "/dir/socket");
}

static int do_unix_rename(void)
{
	unix_serve(SOCK_STREAM);
	if (rename(SOCKET, OPEN "/socket"))
		return errno;
	return unix_dial(SOCK_STREAM, OPEN "/socket");
}

static int do_unix_datagram(void)
{
	unix_serve(SOCK_DGRAM);
	return unix_dial(SOCK_DGRAM, SOCKET);
}

static int do_unix_send(void)
{
	struct sockaddr_un un = { 0 };
	socklen_t len = address_set(&un, SOCKET);

	unix_serve(SOCK_DGRAM);
	return result(sendto(socket(AF_UNIX, SOCK_DGRAM, 0), "x", 1, 0, (struct sockaddr *)&un, len));
}

static int do_abstract(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "\0hull" };
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + 5;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	bind(fd, (struct sockaddr *)&un, len);
	listen(fd, 1);
	return result(connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&un, len));
}

const struct bypass bypass_nets[] = {
	{ "connect", NO_TCP, EACCES, do_connect },
	{ "fast open", NO_TCP, EACCES, do_fast_open },
	{ "fast open by an option", NO_TCP, EACCES, do_fast_open_option },
	{ "multipath TCP", NO_TCP, EACCES, do_mptcp },
	{ "SMC, which goes by TCP", NO_TCP, EACCES, do_smc },
	{ "SMC as a protocol of IP", NO_TCP, EACCES, do_smc_protocol },
	{ "IPv4 in IPv6", NO_TCP, EACCES, do_mapped },
	{ "an IPv4 address for a socket of IPv6", NO_UDP, EACCES, do_family },
	{ "connect to the address 0", "deny inet tcp.connect localhost", EACCES, do_any },
	{ "UDP, connected", NO_UDP, EACCES, do_udp_connect },
	{ "UDP, sent", NO_UDP, EACCES, do_udp_send },
	{ "UDP to an address without a family", NO_UDP, EACCES, do_udp_unspec },
	{ "UDP by sendmmsg", NO_UDP, EACCES, do_udp_many },
	{ "UDP-Lite", "deny inet other.connect", EACCES, do_udp_lite },
	{ "raw packets", "deny inet raw.send 127.0.0.1", EACCES, do_raw },
	{ "raw packets of a device", "deny socket create packet", EPERM, do_packet },
	{ "listen without bind", "deny inet tcp.listen", EACCES, do_listen },
	{ "netlink by write", "deny netlink send route", EPERM, do_netlink_write },
	{ "unix socket", NO_SOCKET, EACCES, do_unix },
	{ "unix socket by a symbolic link", NO_SOCKET, EACCES, do_unix_link },
	{ "unix socket by a bind mount", NO_SOCKET, EACCES, do_unix_bind },
	{ "unix socket renamed", NO_SOCKET, EXDEV, do_unix_rename },
	{ "unix datagrams, connected", NO_SOCKET, EACCES, do_unix_datagram },
	{ "unix datagrams, sent", NO_SOCKET, EACCES, do_unix_send },
	{ "abstract unix socket", "deny unix connect @hull", EACCES, do_abstract },
};

const unsigned int bypass_nets_n = sizeof(bypass_nets) / sizeof(bypass_nets[0]);
