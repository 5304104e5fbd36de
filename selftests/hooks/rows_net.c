// SPDX-License-Identifier: GPL-2.0-only
/* Sockets of other families, and other ways to use those of IP. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/sctp.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>
#include "rows.h"

#ifndef SOL_SCTP
#define SOL_SCTP	132
#endif

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
}

static int do_udp_connect(void)
{
	struct sockaddr_in to = loopback(7101);

	return result(connect(socket(AF_INET, SOCK_DGRAM, 0), (struct sockaddr *)&to, sizeof(to)));
}

static int do_ping_bind(void)
{
	struct sockaddr_in to = loopback(0);
	int fd;

	write_text("/proc/sys/net/ipv4/ping_group_range", "0 100");
	fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	return fd < 0 ? errno : result(bind(fd, (struct sockaddr *)&to, sizeof(to)));
}

static int do_ping_connect(void)
{
	struct sockaddr_in to = loopback(0);
	int fd;

	write_text("/proc/sys/net/ipv4/ping_group_range", "0 100");
	fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	return fd < 0 ? errno : result(connect(fd, (struct sockaddr *)&to, sizeof(to)));
}

static int do_ping_send(void)
{
	struct sockaddr_in to = loopback(0);
	char echo[8] = { 8 };
	int fd;

	write_text("/proc/sys/net/ipv4/ping_group_range", "0 100");
	fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	return fd < 0 ? errno : result(sendto(fd, echo, sizeof(echo), 0, (struct sockaddr *)&to,
					      sizeof(to)));
}

static int do_raw_bind(void)
{
	struct sockaddr_in to = loopback(0);

	return result(bind(socket(AF_INET, SOCK_RAW, IPPROTO_UDP), (struct sockaddr *)&to,
			   sizeof(to)));
}

static int do_raw_send(void)
{
	struct sockaddr_in to = loopback(0);

	return result(sendto(socket(AF_INET, SOCK_RAW, 253), "x", 1, 0, (struct sockaddr *)&to,
			     sizeof(to)));
}

static int do_lite_bind(void)
{
	struct sockaddr_in to = loopback(0);

	return result(bind(socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE), (struct sockaddr *)&to,
			   sizeof(to)));
}

static struct sockaddr_ll device(void)
{
	return (struct sockaddr_ll){
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = if_nametoindex("lo"), .sll_halen = ETH_ALEN,
	};
}

static int do_packet_create(void)
{
	return result(socket(AF_PACKET, SOCK_DGRAM, 0));
}

static int do_packet_bind(void)
{
	struct sockaddr_ll to = device();

	return result(bind(socket(AF_PACKET, SOCK_DGRAM, 0), (struct sockaddr *)&to, sizeof(to)));
}

static int do_packet_send(void)
{
	struct sockaddr_ll to = device();

	return result(sendto(socket(AF_PACKET, SOCK_DGRAM, 0), "x", 1, 0, (struct sockaddr *)&to,
			     sizeof(to)));
}

static int unix_listener(void)
{
	struct sockaddr_un un = { AF_UNIX, "\0hullrows" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&un, sizeof(sa_family_t) + 9))
		return -1;
	return fd;
}

static int do_unix_listen(void)
{
	return result(listen(unix_listener(), 1));
}

static int do_unix_accept(void)
{
	struct sockaddr_un un = { AF_UNIX, "\0hullrows" };
	int fd = unix_listener();

	if (listen(fd, 1) || connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&un,
				     sizeof(sa_family_t) + 9))
		return ENODATA;
	return result(accept(fd, NULL, NULL));
}

static struct sockaddr_vm vsock(unsigned int cid)
{
	return (struct sockaddr_vm){ .svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = 7200 };
}

static int vsock_bound(void)
{
	struct sockaddr_vm to = vsock(VMADDR_CID_ANY);
	int fd = socket(AF_VSOCK, SOCK_STREAM, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&to, sizeof(to)))
		return -1;
	return fd;
}

static int do_vsock_bind(void)
{
	return result(vsock_bound());
}

static int do_vsock_listen(void)
{
	int fd = vsock_bound();

	return fd < 0 ? errno : result(listen(fd, 1));
}

static int do_vsock_connect(void)
{
	struct sockaddr_vm to = vsock(VMADDR_CID_LOCAL);
	int fd = vsock_bound();

	if (fd < 0 || listen(fd, 1))
		return errno;
	return result(connect(socket(AF_VSOCK, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof(to)));
}

static int do_vsock_accept(void)
{
	struct sockaddr_vm to = vsock(VMADDR_CID_LOCAL);
	int fd = vsock_bound();

	if (fd < 0 || listen(fd, 1) ||
	    connect(socket(AF_VSOCK, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof(to)))
		return errno;
	return result(accept(fd, NULL, NULL));
}

static int sctp_listener(int type)
{
	struct sockaddr_in to = loopback(7300);
	int fd = socket(AF_INET, type, IPPROTO_SCTP);

	if (fd >= 0 && (bind(fd, (struct sockaddr *)&to, sizeof(to)) || listen(fd, 1)))
		return -1;
	return fd;
}

static int do_sctp_bind(void)
{
	return result(sctp_listener(SOCK_STREAM));
}

static int do_sctp_add(void)
{
	struct sockaddr_in to = loopback(7301);
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);

	return fd < 0 ? errno : result(setsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_BINDX_ADD, &to,
						  sizeof(to)));
}

static int do_sctp_connect(void)
{
	struct sockaddr_in to = loopback(7300);

	if (sctp_listener(SOCK_STREAM) < 0)
		return errno;
	return result(connect(socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP), (struct sockaddr *)&to,
			      sizeof(to)));
}

static int do_sctp_connectx(void)
{
	struct sockaddr_in to = loopback(7300);

	if (sctp_listener(SOCK_STREAM) < 0)
		return errno;
	return result(setsockopt(socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP), SOL_SCTP,
				 SCTP_SOCKOPT_CONNECTX, &to, sizeof(to)));
}

/* A message connects. */
static int do_sctp_message(void)
{
	struct sockaddr_in to = loopback(7300);

	if (sctp_listener(SOCK_STREAM) < 0)
		return errno;
	return result(sendto(socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP), "x", 1, 0,
			     (struct sockaddr *)&to, sizeof(to)));
}

static int tun_make(void)
{
	struct ifreq name = { .ifr_name = "hulltun", .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd;

	mknod("/tmp/tun", S_IFCHR | 0600, makedev(10, 200));
	fd = open("/tmp/tun", O_RDWR);
	if (fd < 0)
		return errno == ENXIO || errno == ENODEV ? ENOSYS : errno;
	return result(ioctl(fd, TUNSETIFF, &name));
}

static int do_tun(void)
{
	return tun_make();
}

static int do_tun_again(void)
{
	struct ifreq name = { .ifr_name = "hulltun", .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd;

	mknod("/tmp/tun", S_IFCHR | 0600, makedev(10, 200));
	fd = open("/tmp/tun", O_RDWR);
	if (fd < 0)
		return errno == ENXIO || errno == ENODEV ? ENOSYS : errno;
	if (ioctl(fd, TUNSETIFF, &name) || ioctl(fd, TUNSETPERSIST, 1))
		return errno;
	close(fd);
	fd = open("/tmp/tun", O_RDWR);
	if (ioctl(fd, TUNSETIFF, &name)) {
		int error = errno;

		system_run("ip link del hulltun 2>/dev/null");
		return error;
	}
	ioctl(fd, TUNSETPERSIST, 0);
	return 0;
}

const struct row net_rows[] = {
	{ "deny inet udp.connect", do_udp_connect, EACCES },
	{ "deny inet icmp.bind", do_ping_bind, EACCES },
	{ "deny inet icmp.connect", do_ping_connect, EACCES },
	{ "deny inet icmp.send", do_ping_send, EACCES },
	{ "deny inet raw.bind", do_raw_bind, EACCES },
	{ "deny inet raw.send", do_raw_send, EACCES },
	{ "deny inet other.bind", do_lite_bind, EACCES },
	{ "deny socket create packet", do_packet_create, EPERM },
	{ "deny socket bind packet", do_packet_bind, EPERM },
	{ "deny socket send packet", do_packet_send, EPERM },
	{ "deny unix listen", do_unix_listen, EACCES },
	{ "deny unix accept", do_unix_accept, EACCES },
	{ "deny vsock bind", do_vsock_bind, EACCES },
	{ "deny vsock listen", do_vsock_listen, EACCES },
	{ "deny vsock connect", do_vsock_connect, EACCES },
	{ "deny vsock accept", do_vsock_accept, EACCES },
	{ "deny inet sctp.bind", do_sctp_bind, EACCES },
	{ "deny inet sctp.bind port 7301", do_sctp_add, EACCES },
	{ "deny inet sctp.listen", do_sctp_bind, EACCES },
	{ "deny inet sctp.connect", do_sctp_connect, EACCES },
	{ "deny inet sctp.connect port 7300", do_sctp_connectx, EACCES },
	{ "deny inet sctp.connect port 7300", do_sctp_message, EACCES },
	{ "deny tun create", do_tun, EPERM },
	{ "deny tun attach", do_tun_again, EPERM },
};

const unsigned int net_rows_n = sizeof(net_rows) / sizeof(net_rows[0]);
