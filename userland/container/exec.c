// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec - one more process in a running container
 *
 * What is inside may be hostile: it sees the new process as soon as that has joined. Until
 * then, and until its privileges are gone, the process is not dumpable, so that nobody may
 * trace it or look at it through /proc, and it trusts nothing that it reads there.
 *
 * It moves to the container's cgroup as the last thing before it becomes the program: what a
 * policy denies the container, as joining namespaces, must not be denied to whoever enters it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <container/private.h>
#include <container/start/block.h>

struct joining {
	int pidfd;
	int flags;		/* CLONE_NEW* of the namespaces that are not the caller's */
	int host_pid, host_time;	/* the caller's, for its later children; -1 */
};

static int ns_compare(int proc, pid_t pid, enum hull_ct_ns ns, bool *same)
{
	struct stat own, theirs;
	char path[48];

	snprintf(path, sizeof(path), "self/ns/%s", hull_ct_ns_name(ns));
	if (fstatat(proc, path, &own, 0))
		return errno == ENOENT ? (*same = true, 0) : -1;
	snprintf(path, sizeof(path), "%d/ns/%s", pid, hull_ct_ns_name(ns));
	if (fstatat(proc, path, &theirs, 0))
		return -1;
	*same = own.st_ino == theirs.st_ino && own.st_dev == theirs.st_dev;
	return 0;
}

/* Joining one's own user namespace is refused, and joining others is work. */
static int namespaces_find(int proc, pid_t pid, int *flags)
{
	bool same;
	int i;

	*flags = 0;
	for (i = 0; i < HULL_CT_NS_NR; i++) {
		if (ns_compare(proc, pid, (enum hull_ct_ns)i, &same))
			return -1;
		if (!same)
			*flags |= (int)hull_ct_ns_flag((enum hull_ct_ns)i);
	}
	return 0;
}

/* Is @pid still the process that @pidfd is? Then what was read of it was its own. */
static bool alive(int pidfd)
{
	return !syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0);
}

/* Those two are joined by children only. */
static int parent_join(struct hull_ct_run *run, struct joining *j)
{
	j->host_pid = openat(run->proc, "self/ns/pid_for_children", O_RDONLY | O_CLOEXEC);
	j->host_time = openat(run->proc, "self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (j->host_pid < 0)
		return -1;
	/* In a user namespace of its own: only who is in that may. The child does it. */
	if (j->flags & CLONE_NEWUSER)
		return 0;
	if (j->flags & (CLONE_NEWPID | CLONE_NEWTIME) &&
	    setns(j->pidfd, j->flags & (CLONE_NEWPID | CLONE_NEWTIME)))
		return -1;
	return 0;
}

static void parent_leave(struct joining *j)
{
	if (j->host_pid >= 0) {
		if (setns(j->host_pid, CLONE_NEWPID))
			abort();	/* children would be born into the container */
		close(j->host_pid);
	}
	if (j->host_time >= 0) {
		setns(j->host_time, CLONE_NEWTIME);
		close(j->host_time);
	}
}

/* In the container's user namespace the pid namespace takes one more birth. */
static void reborn(struct hull_ct_run *run, const struct joining *j)
{
	struct clone_args args = { .flags = CLONE_PARENT };
	struct hull_ct_message message = { .kind = HULL_CT_REBORN, .step = -1 };
	long pid;

	if (!(j->flags & CLONE_NEWUSER) || !(j->flags & CLONE_NEWPID))
		return;
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		hull_ct_child_fail(run, -1);
	if (!pid) {
		hull_ct_child_wait(run->channel);
		return;
	}
	message.code = (int32_t)pid;
	hull_ct_message_send(run->channel, &message, -1);
	_exit(0);
}

static int child_terminal(struct hull_ct_run *run)
{
	const struct hull_ct_process *p = &run->config->process;
	struct winsize size = { .ws_row = p->rows, .ws_col = p->columns };
	struct hull_ct_message message = { .kind = HULL_CT_TERMINAL, .step = -1 };
	int unlock = 0, ret, master = hull_ct_path_open(run->root, "/dev/pts/ptmx",
							O_RDWR | O_NOCTTY);
	struct stat st;

	if (master < 0)
		return -1;
	/* Whatever the container put there: a pty's master is 5:2 and answers as one. */
	if (fstat(master, &st) || !S_ISCHR(st.st_mode) || st.st_rdev != 0x502 ||
	    ioctl(master, TIOCSPTLCK, &unlock))
		goto fail;
	run->terminal = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (run->terminal < 0)
		goto fail;
	if (p->rows && p->columns)
		ioctl(run->terminal, TIOCSWINSZ, &size);
	ret = hull_ct_message_send(run->channel, &message, master);
	close(master);
	return ret;
fail:
	close(master);
	errno = ENOTTY;
	return -1;
}

/* The rules name paths of the container's root as it is now. */
static int child_landlock(struct hull_ct_run *run)
{
	int ret;

	if (!run->config->landlock.handled)
		return 0;
	run->object = NULL;
	ret = hull_ct_step_landlock.run(run, run->config);
	if (!run->object)
		run->object = hull_ct_step_landlock.name;
	return ret;
}

static _Noreturn void child(struct hull_ct_run *run, struct joining *j, int starter)
{
	struct hull_ct_block *block;
	int rest = j->flags;
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	hull_ct_child_wait(run->channel);
	/* Here it still may, and /proc is the host's. */
	if (hull_ct_settings_apply(run))
		hull_ct_child_fail(run, -1);
	if (!(rest & CLONE_NEWUSER))
		rest &= ~(CLONE_NEWPID | CLONE_NEWTIME);
	run->object = "join its namespaces";
	if (rest && setns(j->pidfd, rest))
		hull_ct_child_fail(run, -1);
	reborn(run, j);
	/* Its own root is where its mount namespace begins. */
	run->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	run->object = "become root of its user namespace";
	if (rest & CLONE_NEWUSER && (setresgid(0, 0, 0) || setresuid(0, 0, 0)))
		hull_ct_child_fail(run, -1);
	prctl(PR_SET_DUMPABLE, 0);
	run->object = "open a terminal";
	if (run->root < 0 || (run->config->process.terminal && child_terminal(run)))
		hull_ct_child_fail(run, -1);
	if (child_landlock(run))
		hull_ct_child_fail(run, -1);
	block = hull_ct_block_make(run->config, run->root, &run->object);
	if (!block)
		hull_ct_child_fail(run, -1);
	hull_ct_become(run, starter, block);
	hull_ct_child_fail(run, -1);
}

static int spawn(struct hull_ct_run *run, struct joining *j, int far, int starter,
		 struct hull_ct *process)
{
	struct clone_args args = {
		.flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD,
		.pidfd = (uintptr_t)&process->pidfd,
	};
	int dumpable = prctl(PR_GET_DUMPABLE);

	/* Inherited: there is no moment at which the child could be traced. */
	prctl(PR_SET_DUMPABLE, 0);
	process->pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (!process->pid) {
		close(run->channel);
		run->channel = far;
		child(run, j, starter);
	}
	prctl(PR_SET_DUMPABLE, dumpable == 1);
	return process->pid < 0 ? -1 : 0;
}

/* The second birth: the first process only carried us over. */
static int follow(struct hull_ct *process, const struct hull_ct_message *message)
{
	struct hull_ct_message go = { .kind = HULL_CT_GO };

	waitpid(process->pid, NULL, 0);
	close(process->pidfd);
	process->pid = message->code;
	process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
	if (process->pidfd < 0)
		return -1;
	return hull_ct_message_send(process->channel, &go, -1);
}

static int parent(struct hull_ct_run *run, struct joining *j, struct hull_ct *process,
		  struct hull_ct_error *error)
{
	struct hull_ct_message message = { .kind = HULL_CT_GO };
	int fd;

	(void)run;
	if (!alive(j->pidfd))
		return hull_ct_fail(error, ESRCH, "the container has ended");
	if (hull_ct_message_send(process->channel, &message, -1))
		return hull_ct_fail(error, errno, "the new process is gone");
	if (j->flags & CLONE_NEWUSER && j->flags & CLONE_NEWPID) {
		if (hull_ct_message_receive(process->channel, &message, &fd) != 1)
			return hull_ct_fail(error, ECHILD, "the new process ended unexpectedly");
		if (message.kind != HULL_CT_REBORN)
			return hull_ct_fail(error, message.code, "%s: %s", message.object,
					    strerror(message.code));
		if (follow(process, &message))
			return hull_ct_fail(error, errno, "the new process is gone");
	}
	return hull_ct_parent_wait(NULL, process, error);
}

static int exec(struct hull_ct_run *run, struct joining *j, struct hull_ct *process,
		struct hull_ct_error *error)
{
	int ends[2], starter = hull_ct_starter_open(), ret = -1;

	if (starter < 0)
		return hull_ct_fail(error, errno, "a starter in memory: %s", strerror(errno));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
		close(starter);
		return hull_ct_fail(error, errno, "socketpair: %s", strerror(errno));
	}
	process->channel = run->channel = ends[0];
	if (!parent_join(run, j))
		ret = spawn(run, j, ends[1], starter, process);
	if (ret)
		hull_ct_fail(error, errno, "enter the container: %s", strerror(errno));
	parent_leave(j);
	close(ends[1]);
	close(starter);
	return ret ? ret : parent(run, j, process, error);
}

static int cgroup_open(struct hull_ct_run *run)
{
	if (run->place->cgroup < 0)
		return 0;
	run->cgroup = openat(run->place->cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	return run->cgroup < 0 ? -1 : 0;
}

int hull_ct_exec(int pidfd, pid_t pid, struct hull_ct_config *config,
		 const struct hull_ct_place *place, struct hull_ct *process,
		 struct hull_ct_error *error)
{
	struct joining j = { .pidfd = pidfd, .host_pid = -1, .host_time = -1 };
	struct hull_ct_run run;
	int ret;

	error->exit_code = 125;
	*process = (struct hull_ct){
		.config = config, .pidfd = -1, .terminal = -1, .channel = -1,
		.seccomp_listener = -1,
	};
	if (hull_ct_run_init(&run, config, place))
		return hull_ct_fail(error, errno, "/proc: %s", strerror(errno));
	if (namespaces_find(run.proc, pid, &j.flags))
		ret = hull_ct_fail(error, errno, "look at the container's namespaces: %s",
				   strerror(errno));
	else if (cgroup_open(&run))
		ret = hull_ct_fail(error, errno, "the container's cgroup: %s", strerror(errno));
	else
		ret = exec(&run, &j, process, error);
	if (run.cgroup >= 0)
		close(run.cgroup);
	close(run.proc);
	if (ret)
		hull_ct_end(process);
	return ret;
}
