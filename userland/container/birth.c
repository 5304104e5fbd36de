// SPDX-License-Identifier: GPL-2.0-only
/*
 * birth - the new process, in namespaces of its own
 *
 * They belong to the user namespace of who makes them, and who enters one that was there before
 * can't come back. So it is a helper that enters; what that gives birth to is the caller's child.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <container/private.h>

/* The helper's answer. It has the caller's descriptors, not its memory. */
struct answer {
	int pidfd, code;
};

static pid_t clone_by(const struct clone_args *args)
{
	return (pid_t)syscall(SYS_clone3, args, sizeof(*args));
}

/* By the caller's count: the helper may have been born into another pid namespace. */
static pid_t pid_of(const struct hull_ct_run *run, int pidfd)
{
	char path[48], line[64];
	pid_t pid = -1;
	FILE *file;
	int fd;

	snprintf(path, sizeof(path), "self/fdinfo/%d", pidfd);
	fd = openat(run->proc, path, O_RDONLY | O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "Pid: %d", &pid) == 1)
			break;
	fclose(file);
	errno = ESRCH;
	return pid > 0 ? pid : -1;
}

/* Return: 0 in the new process; the helper ends here. */
static pid_t help(int user_ns, struct clone_args *args, struct answer *answer)
{
	pid_t pid = -1;

	args->flags |= CLONE_PARENT;
	args->exit_signal = 0;		/* the helper's */
	args->pidfd = (uintptr_t)&answer->pidfd;
	if (!setns(user_ns, CLONE_NEWUSER))
		pid = clone_by(args);
	if (!pid)
		return 0;
	answer->code = pid < 0 ? errno : 0;
	_exit(0);
}

static pid_t birth_by_helper(struct hull_ct_run *run, struct clone_args *args,
			     struct answer *answer, int *pidfd)
{
	struct clone_args helper = { .flags = CLONE_FILES, .exit_signal = SIGCHLD };
	pid_t pid;

	*answer = (struct answer){ .pidfd = -1, .code = ECHILD };
	pid = clone_by(&helper);
	if (!pid)
		return help(run->user_ns_fd, args, answer);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		return -1;
	if (answer->code) {
		errno = answer->code;
		return -1;
	}
	*pidfd = answer->pidfd;
	return pid_of(run, *pidfd);
}

pid_t hull_ct_birth(struct hull_ct_run *run, struct clone_args *args, int *pidfd)
{
	struct answer *answer;
	pid_t pid;

	if (run->user_ns_fd < 0) {
		args->pidfd = (uintptr_t)pidfd;
		return clone_by(args);
	}
	answer = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (answer == MAP_FAILED)
		return -1;
	pid = birth_by_helper(run, args, answer, pidfd);
	munmap(answer, sizeof(*answer));
	return pid;
}
