// SPDX-License-Identifier: GPL-2.0-only
/* message - what vmctl and a container's new process say to each other; errors */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <container/private.h>

int hull_ct_fail(struct hull_ct_error *error, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	error->code = code;
	if (!error->exit_code)
		error->exit_code = 125;
	return -1;
}

int hull_ct_message_send(int channel, const struct hull_ct_message *message, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = { 0 };
	struct iovec iov = {
		.iov_base = (void *)(uintptr_t)message, .iov_len = sizeof(*message),
	};
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (fd >= 0) {
		header.msg_control = control;
		header.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&header);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	return sendmsg(channel, &header, MSG_NOSIGNAL) == (ssize_t)sizeof(*message) ? 0 : -1;
}

int hull_ct_message_receive(int channel, struct hull_ct_message *message, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
	struct iovec iov = { .iov_base = message, .iov_len = sizeof(*message) };
	struct msghdr header = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	ssize_t len;

	*fd = -1;
	do {
		len = recvmsg(channel, &header, MSG_CMSG_CLOEXEC);
	} while (len < 0 && errno == EINTR);
	if (len <= 0)
		return (int)len;
	c = CMSG_FIRSTHDR(&header);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(c), sizeof(int));
	message->object[sizeof(message->object) - 1] = '\0';
	if (len == (ssize_t)sizeof(*message))
		return 1;
	if (*fd >= 0)
		close(*fd);
	errno = EPROTO;
	return -1;
}
