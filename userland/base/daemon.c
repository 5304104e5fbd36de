// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <base/daemon.h>

int hull_daemon_fork(int *report)
{
	int fds[2], saved;
	pid_t middle;

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	fflush(NULL);
	/* Two forks: it is nobody's child here and no zombie later. */
	middle = fork();
	if (!middle) {
		if (fork())
			_exit(EXIT_SUCCESS);
		setsid();
		close(fds[0]);
		*report = fds[1];
		return 0;
	}
	saved = errno;
	close(fds[1]);
	if (middle < 0) {
		close(fds[0]);
		errno = saved;
		return -1;
	}
	waitpid(middle, NULL, 0);
	*report = fds[0];
	return 1;
}

int hull_daemon_word(int report, void *word, size_t size)
{
	ssize_t n;

	do {
		n = read(report, word, size);
	} while (n < 0 && errno == EINTR);
	close(report);
	return n == (ssize_t)size ? 0 : -1;
}
