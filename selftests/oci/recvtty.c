// SPDX-License-Identifier: GPL-2.0-only
/*
 * recvtty SOCKET - takes a terminal's master from a runtime, as container engines do, and
 * shows what comes out of it until its end
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int descriptor_receive(int s)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))), text[64];
	struct iovec iov = { text, sizeof(text) };
	struct msghdr header = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	int fd = -1;

	if (recvmsg(s, &header, MSG_CMSG_CLOEXEC) <= 0)
		return -1;
	c = CMSG_FIRSTHDR(&header);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char data[4096];
	ssize_t n;
	int s, fd;

	if (argc != 2 || strlen(argv[1]) >= sizeof(at.sun_path))
		return 2;
	strcpy(at.sun_path, argv[1]);
	s = socket(AF_UNIX, SOCK_STREAM, 0);
	if (s < 0 || bind(s, (struct sockaddr *)&at, sizeof(at)) || listen(s, 1)) {
		perror(argv[1]);
		return 1;
	}
	fd = descriptor_receive(accept(s, NULL, NULL));
	if (fd < 0 || !isatty(fd)) {
		fprintf(stderr, "%s: no terminal came\n", argv[1]);
		return 1;
	}
	/* EIO: the last one who had the other side has closed it. */
	while ((n = read(fd, data, sizeof(data))) > 0)
		if (write(1, data, (size_t)n) != n)
			return 1;
	return n && errno != EIO;
}
