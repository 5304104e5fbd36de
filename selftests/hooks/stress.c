// SPDX-License-Identifier: GPL-2.0-only
/* Policies swapped under load, and many of them: SWAPS=10000, GROUPS=1000. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "hull_tap.h"
#include "policies.h"

#define WORKERS		2
#define RULES		1000
/* A leak in a swap is of a policy: a page of the kernel's at least. */
#define LEAK_KIB	(8 * 1024)

/* What a policy denies, the other one allows: a mixture, or none, would be seen. */
static const char one[] =
	"default allow\n"
	"deny=EHOSTDOWN file read /proc/version\n"
	"deny=EDOM inet udp.connect\n"
	"deny=EL2HLT task fork\n"
	"deny=EBADE file execute /bin/true\n";
static const char other[] =
	"default allow\n"
	"deny=EXDEV file read /proc/version\n"
	"deny=ERANGE inet udp.connect\n"
	"deny=EL3HLT task fork\n"
	"deny=EBADR file execute /bin/true\n";

static int do_open(void)
{
	int fd = open("/proc/version", O_RDONLY), ret = fd < 0 ? errno : 0;

	close(fd);
	return ret;
}

static int do_connect(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(5353),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int ret = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;

	close(fd);
	return ret;
}

static int do_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	if (pid < 0)
		return errno;
	waitpid(pid, NULL, 0);
	return 0;
}

static int do_exec(void)
{
	execl("/bin/true", "true", NULL);
	return errno;
}

static const struct {
	const char *name;
	int (*fn)(void);
	int verdict[2];
} acts[] = {
	{ "open", do_open, { EHOSTDOWN, EXDEV } },
	{ "connect", do_connect, { EDOM, ERANGE } },
	{ "fork", do_fork, { EL2HLT, EL3HLT } },
	{ "exec", do_exec, { EBADE, EBADR } },
};

#define N_ACTS	(sizeof(acts) / sizeof(acts[0]))

static struct {
	bool stop;
	unsigned long seen[WORKERS][N_ACTS][2], wrong[WORKERS];
	int last_wrong;
} *shared;

/* An exec that is allowed ends the worker: that is seen, too. */
static void work(unsigned int worker)
{
	unsigned int i;
	int ret;

	while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
		for (i = 0; i < N_ACTS; i++) {
			ret = acts[i].fn();
			if (ret == acts[i].verdict[0] || ret == acts[i].verdict[1]) {
				shared->seen[worker][i][ret == acts[i].verdict[1]]++;
			} else {
				shared->wrong[worker]++;
				shared->last_wrong = ret;
			}
		}
	}
	_exit(99);
}

static long kernel_memory(void)
{
	char line[128];
	long sum = 0, n;
	FILE *file = fopen("/proc/meminfo", "r");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Slab: %ld", &n) == 1 || sscanf(line, "Percpu: %ld", &n) == 1 ||
		    sscanf(line, "VmallocUsed: %ld", &n) == 1)
			sum += n;
	if (file)
		fclose(file);
	return sum;
}

/* What caches keep is nobody's leak. */
static long memory_without_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

	if (write(fd, "3", 1) < 0)
		tap_note("the caches stay: %s", strerror(errno));
	close(fd);
	return kernel_memory();
}

/* What was freed is so after a grace period. */
static bool settles(long before, long *after)
{
	unsigned int i;

	for (i = 0; i < 100; i++) {
		*after = memory_without_caches();
		if (*after - before < LEAK_KIB)
			return true;
		usleep(100000);
	}
	return false;
}

static unsigned int number(const char *name, unsigned int otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 0) : otherwise;
}

static void test_swap(void)
{
	unsigned int n = number("SWAPS", 10000), i, failed = 0;
	int fds[2] = { policy_compile(one), policy_compile(other) }, status;
	bool ended = true, both = true;
	pid_t pids[WORKERS];
	long before, after = 0;

	confine_fd("a", fds[0]);
	for (i = 0; i < WORKERS; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			cgroup_enter("a");
			work(i);
		}
	}
	usleep(500000);
	before = kernel_memory();
	for (i = 1; i <= n; i++)
		failed += !!confine_fd("a", fds[i % 2]).error;
	shared->stop = true;
	for (i = 0; i < WORKERS; i++)
		ended &= waitpid(pids[i], &status, 0) == pids[i] && WIFEXITED(status) &&
			 WEXITSTATUS(status) == 99;
	tap_ok(!failed, "%u swaps, %u failed", n, failed);
	tap_ok(ended, "nobody got through by a swap, and nobody hangs");
	for (i = 0; i < N_ACTS * WORKERS; i++) {
		const unsigned long *seen = shared->seen[i % WORKERS][i / WORKERS];

		tap_note("worker %u, %s: %lu %lu", i % WORKERS, acts[i / WORKERS].name, seen[0],
			 seen[1]);
		both &= seen[0] && seen[1];
	}
	tap_ok(!shared->wrong[0] && !shared->wrong[1], "each verdict is one of the two: %d",
	       shared->last_wrong);
	tap_ok(both, "and each of the two was seen");
	ended = settles(before, &after);
	tap_ok(ended, "no memory is lost: %ld KiB, then %ld", before, after);
	confine_fd("a", -1);
	close(fds[0]);
	close(fds[1]);
}

/* A policy of many rules, of which the last is the group's own. */
static int policy_of(unsigned int error)
{
	static char text[RULES * 64];
	size_t n = sprintf(text, "default allow\n");
	unsigned int i;
	char path[64];

	mkdir("/tmp/many", 0700);
	for (i = 1; i < RULES; i++) {
		sprintf(path, "/tmp/many/%u", i);
		if (!(i % 10))
			n += sprintf(text + n, "deny inet tcp.connect 10.1.%u.%u port %u\n",
				     i / 256, i % 256, i);
		else if (!mkdir(path, 0700) || errno == EEXIST)
			n += sprintf(text + n, "deny file write %s\n", path);
	}
	sprintf(text + n, "deny=%u file read /proc/version\n", error);
	return policy_compile(text);
}

static void test_many(void)
{
	unsigned int n = number("GROUPS", 1000), i, made = 0, right = 0, asked = 0;
	long before, with, after;
	struct nl_reply reply;
	int fds[10], fd;
	bool settled;
	char name[32];

	for (i = 0; i < 10; i++)
		fds[i] = policy_of(EHOSTDOWN - i);
	before = memory_without_caches();
	for (i = 0; i < n; i++) {
		sprintf(name, "m%u", i);
		fd = cgroup_make(name);
		reply = groups_new(name, fd, 0, NULL);
		close(fd);
		if (!reply.error)
			reply = confine_fd(name, fds[i % 10]);
		if (!reply.error)
			made++;
		else if (i == made)
			tap_note("group %u: %s", i, reply.sentence);
	}
	with = kernel_memory();
	tap_ok(made == n, "%u groups of %u have a policy of %u rules", made, n, RULES);
	for (i = 0; i < n; i += 37, asked++) {
		sprintf(name, "m%u", i);
		right += confined(name, do_open) == EHOSTDOWN - (int)(i % 10);
	}
	tap_ok(right == asked, "each by its own: %u of %u", right, asked);
	groups_delete_all();
	cgroups_remove();
	tap_ok(!groups_count(), "all go");
	settled = settles(before, &after);
	tap_ok(settled, "with their memory: %ld KiB, %ld with them, %ld after",
	       before, with, after);
	for (i = 0; i < 10; i++)
		close(fds[i]);
}

int main(void)
{
	if (!policies_open())
		return tap_skip_all("the module is not loaded");
	tap_plan(10);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	groups_new("a", cgroup_make("a"), 0, NULL);
	test_swap();
	test_many();
	tap_ok(module_unused(), "nothing holds the module");
	return tap_end();
}
