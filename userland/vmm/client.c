// SPDX-License-Identifier: GPL-2.0-only
/* What talks to a VMM from outside: its console and its control socket. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <base/relay.h>

#include "control.h"
#include "run_dir.h"

#define CLEANUP_MS	5000
#define ANSWER_MS	5000

/* --- console --------------------------------------------------------------- */

int vmm_console(const char *run_dir, const char *name, struct vmm_error *error)
{
	int fd = run_dir_connect(run_dir, name, CONSOLE_FILE, SOCK_STREAM, error);
	struct hull_relay relay = { .console = fd, .end = -1, .escape = true };
	enum hull_relay_end end;

	if (fd < 0)
		return -1;
	end = hull_relay(&relay);
	close(fd);
	return end == HULL_RELAY_ENDED;
}

/* --- control --------------------------------------------------------------- */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Return: bytes of a message, 0: the VMM is gone, -1: not in time */
static ssize_t receive(int fd, char *text, size_t room, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms, left = timeout_ms;
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	ssize_t n;

	while (poll(&poll_fd, 1, timeout_ms < 0 ? -1 : (int)left) < 0 && errno == EINTR)
		left = end > now_ms() ? end - now_ms() : 0;
	if (!poll_fd.revents)
		return -1;
	n = recv(fd, text, room - 1, 0);
	text[n > 0 ? n : 0] = 0;
	return n > 0 ? n : 0;
}

static int command(const char *run_dir, const char *name, const char *word, int timeout_ms,
		   struct vmm_error *error)
{
	int fd = run_dir_connect(run_dir, name, CONTROL_FILE, SOCK_SEQPACKET, error);
	char answer[VMM_TEXT_MAX / 2];
	ssize_t n = -1;

	if (fd < 0)
		return -1;
	if (send(fd, word, strlen(word), MSG_NOSIGNAL) > 0)
		n = receive(fd, answer, sizeof(answer), ANSWER_MS);
	if (n > 0 && strcmp(answer, CONTROL_OK)) {
		close(fd);
		return vmm_fail(error, EPROTO, "VM %s: %s", name, answer);
	}
	if (n < 0) {
		close(fd);
		return vmm_fail(error, ETIMEDOUT, "VM %s: its VMM does not answer", name);
	}
	/* Then the end of the VM, when it is asked for. */
	if (n > 0 && timeout_ms)
		n = receive(fd, answer, sizeof(answer), timeout_ms);
	close(fd);
	if (n < 0)
		return vmm_fail(error, ETIMEDOUT, "VM %s did not power off in time", name);
	if (timeout_ms)
		vmm_gone(run_dir, name);
	return 0;
}

void vmm_gone(const char *run_dir, const char *name)
{
	run_dir_wait(run_dir, name, CLEANUP_MS);
}

int vmm_stop(const char *run_dir, const char *name, int timeout_ms, struct vmm_error *error)
{
	return command(run_dir, name, CONTROL_POWER_BUTTON, timeout_ms, error);
}

int vmm_kill(const char *run_dir, const char *name, int timeout_ms, struct vmm_error *error)
{
	return command(run_dir, name, CONTROL_KILL, timeout_ms, error);
}
