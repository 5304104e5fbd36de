// SPDX-License-Identifier: GPL-2.0-only
/*
 * answer SOCKET ERRNO TIMES - takes TIMES listeners of seccomp, shows what was sent with each,
 * and answers its system calls with ERRNO until nobody can make any more
 */
#include <err.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int listener_take(int s)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))), text[4096];
	struct iovec iov = { text, sizeof(text) };
	struct msghdr header = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	int from = accept(s, NULL, NULL), fd = -1;
	ssize_t n = recvmsg(from, &header, MSG_CMSG_CLOEXEC);

	if (n <= 0)
		err(1, "recvmsg");
	c = CMSG_FIRSTHDR(&header);
	if (!c || c->cmsg_type != SCM_RIGHTS)
		errx(1, "nothing came with the text");
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	printf("%.*s\n", (int)n, text);
	fflush(stdout);
	close(from);
	return fd;
}

static void serve(int fd, int error)
{
	struct pollfd listener = { .fd = fd, .events = POLLIN };
	struct seccomp_notif_resp answer;
	struct seccomp_notif call;

	while (poll(&listener, 1, -1) == 1 && listener.revents & POLLIN) {
		memset(&call, 0, sizeof(call));
		if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &call))
			continue;
		answer = (struct seccomp_notif_resp){ .id = call.id, .error = -error };
		ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM, 0), times, fd;

	if (argc != 4)
		errx(2, "usage: answer SOCKET ERRNO TIMES");
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", argv[1]);
	if (bind(s, (struct sockaddr *)&address, sizeof(address)) || listen(s, 8))
		err(1, "%s", argv[1]);
	for (times = atoi(argv[3]); times > 0; times--) {
		fd = listener_take(s);
		if (!fork()) {
			serve(fd, atoi(argv[2]));
			_exit(0);
		}
		close(fd);
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
