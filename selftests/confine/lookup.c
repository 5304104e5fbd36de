// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which group the kernel takes a task for, asked from inside: selftests/bench/lookup has
 * a file that says what hull_group_current() finds for its reader.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "groups.h"
#include "hull_tap.h"

#define MODULE	"lookup.ko"
#define GROUP	"/sys/module/lookup/parameters/group"

/* Of the calling thread; -1: cannot be read */
static long current_group(void)
{
	int fd = open(GROUP, O_RDONLY | O_CLOEXEC);
	char text[32] = "";

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		text[0] = '\0';
	close(fd);
	return text[0] ? atol(text) : -1;
}

static long *answer;		/* shared with children */

static void ask(void)
{
	*answer = current_group();
}

/* What a child of the test's finds that has gone to @path and then calls @fn. */
static long asked_in(const char *path, void (*fn)(void))
{
	pid_t pid;

	*answer = -2;
	pid = fork();
	if (!pid) {
		if (path && cgroup_enter(path))
			_exit(1);
		fn();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return *answer;
}

static void *thread_body(void *unused)
{
	ask();
	return unused;
}

static void by_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, thread_body, NULL);
	pthread_join(thread, NULL);
}

static void by_grandchild(void)
{
	pid_t pid = fork();

	if (!pid) {
		if (!fork()) {
			ask();
			_exit(0);
		}
		wait(NULL);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

/* One whose parent has ended: it belongs to init, and to the group still. */
static void by_orphan(void)
{
	int done[2];
	char c;

	pipe(done);
	if (!fork()) {
		if (!fork()) {
			while (getppid() != 1)
				sched_yield();
			ask();
			write(done[1], "x", 1);
			_exit(0);
		}
		_exit(0);
	}
	wait(NULL);
	read(done[0], &c, 1);
}

static const char *exec_path;

static void by_exec(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execl(exec_path, exec_path, "ask", NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

static void by_session(void)
{
	setsid();
	unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUSER);
	by_grandchild();
}

/* Born there, without ever having been elsewhere. */
static long born_in(const char *path)
{
	int fd = cgroup_make(path);
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)fd,
	};
	long pid;

	*answer = -2;
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid) {
		ask();
		_exit(0);
	}
	waitpid((pid_t)pid, NULL, 0);
	close(fd);
	return *answer;
}

/* Comes, asks, goes on to @next and asks again. */
static long moved(const char *path, const char *next)
{
	pid_t pid;

	*answer = -2;
	pid = fork();
	if (!pid) {
		if (cgroup_enter(path) || current_group() <= 0 || cgroup_enter(next))
			_exit(1);
		ask();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return *answer;
}

static uint32_t make(const char *name, const char *path)
{
	struct group group = { 0 };
	int fd = cgroup_make(path);

	groups_new(name, fd, 0, &group);
	close(fd);
	return group.id;
}

static void is(long got, long wanted, const char *what)
{
	tap_ok(got == wanted, "%s: group %ld", what, got);
	if (got != wanted)
		tap_note("not %ld", wanted);
}

static void one_level_run(long a)
{
	long b = make("b", "b");

	close(cgroup_make("a/below/further"));
	close(cgroup_make("c"));
	is(current_group(), 0, "the test itself");
	is(asked_in("a", ask), a, "a process in the cgroup");
	is(asked_in("b", ask), b, "in another one");
	is(asked_in("a/below/further", ask), a, "far below");
	is(asked_in("c", ask), 0, "beside");
	is(asked_in("", ask), 0, "above");
	is(asked_in("a", by_thread), a, "a thread");
	is(asked_in("a", by_grandchild), a, "a grandchild");
	is(asked_in("a", by_orphan), a, "an orphan");
	is(asked_in("a", by_exec), a, "an executed program");
	is(asked_in("a", by_session), a, "in a session and namespaces of its own");
	is(born_in("a/below"), a, "born there");
	is(born_in("c"), 0, "born beside");
	is(moved("a", "b"), b, "moved to another one");
	is(moved("a", "a/below"), a, "moved within");
	is(moved("a", "c"), 0, "moved out");
}

static void nested_run(long a)
{
	long inner, middle;
	pid_t sleeper;

	inner = make("inner", "a/below/further");
	is(asked_in("a/below/further", ask), inner, "the inner of two");
	is(asked_in("a/below", ask), a, "between them");
	close(cgroup_make("a/below/further/on/and/on"));
	is(asked_in("a/below/further/on/and/on", ask), inner, "deep below both");
	close(cgroup_make("a/beside/as/deep"));
	is(asked_in("a/beside/as/deep", ask), a, "beside the inner one, as deep");
	middle = make("middle", "a/below");
	is(asked_in("a/below", ask), middle, "a group comes between");
	is(asked_in("a/below/further", ask), inner, "the inner one stays");
	groups_delete("inner");
	is(asked_in("a/below/further/on", ask), middle, "the inner one goes");
	groups_delete("middle");
	groups_delete("b");
	is(asked_in("a/below/further/on", ask), a, "the outer one is left");
	sleeper = cgroup_sleeper("a/below");
	tap_ok(groups_delete("a").error == EBUSY, "not deleted while a process is below");
	sleeper_kill(sleeper);
	tap_ok(groups_wait("a", HULL_GROUP_EMPTY) && !groups_delete("a").error, "deleted");
	is(asked_in("a/below/further/on", ask), 0, "no group is left");
}

/* Another cgroup at the place of one that had a group has none. */
static void replaced_run(void)
{
	long first = make("first", "place");

	is(asked_in("place", ask), first, "a cgroup with a group");
	tap_ok(groups_wait("first", HULL_GROUP_EMPTY), "which is empty again");
	cgroup_remove("place");
	close(cgroup_make("place"));
	is(asked_in("place", ask), 0, "another one at its place");
	groups_delete_all();
}

int main(int argc, char **argv)
{
	static const char shared[] = "/tmp/lookup.answer";
	long a;
	int fd = open(shared, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	(void)!ftruncate(fd, sizeof(*answer));
	answer = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (answer == MAP_FAILED)
		return TAP_FAIL;
	if (argc > 1) {
		ask();
		return 0;
	}
	exec_path = argv[0];
	if (!groups_open())
		return tap_skip_all("the module is not loaded");
	fd = open(MODULE, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST))
		return tap_skip_all("no module that asks (make samples)");
	close(fd);
	groups_delete_all();
	cgroups_remove();
	close(cgroup_make(""));
	tap_plan(16 + 11 + 3);
	a = make("a", "a");
	one_level_run(a);
	nested_run(a);
	cgroups_remove();
	replaced_run();
	cgroups_remove();
	syscall(SYS_delete_module, "lookup", O_NONBLOCK);
	return tap_end();
}
