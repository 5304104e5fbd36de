// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways around a policy. A row is a way: it must succeed without a policy, or it would prove
 * nothing, and fail with its errno under the policy that the row gives.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "hull_tap.h"
#include "policies.h"
#include "bypass.h"

#define SECONDS	60

pid_t outside;
int outside_door;
struct inherited inherited;

static const struct {
	const struct bypass *table;
	const unsigned int *n;
} tables[] = {
	{ bypass_paths, &bypass_paths_n },
	{ bypass_mounts, &bypass_mounts_n },
	{ bypass_code, &bypass_code_n },
	{ bypass_nets, &bypass_nets_n },
	{ bypass_fds, &bypass_fds_n },
	{ bypass_tasks, &bypass_tasks_n },
	{ bypass_places, &bypass_places_n },
	{ bypass_rings, &bypass_rings_n },
	{ bypass_helpers, &bypass_helpers_n },
};

#define TABLES	(sizeof(tables) / sizeof(tables[0]))

int result(long ret)
{
	return ret < 0 ? errno : 0;
}

int try_fd(int fd)
{
	char c;

	if (fd < 0)
		return errno;
	return pread(fd, &c, 1, 0) < 0 ? errno : 0;
}

int try_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = try_fd(fd);

	if (fd >= 0)
		close(fd);
	return ret;
}

int try_child(int (*fn)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(fn());
	if (pid < 0)
		return errno;
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		tap_note("%s: %s", path, strerror(errno));
	close(fd);
}

void put_program(int fd, const char *interpreter)
{
	struct {
		Elf64_Ehdr head;
		Elf64_Phdr load, interp;
		unsigned char code[16];
		char name[64];
	} file = {
		.head = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_DYN, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
			.e_entry = offsetof(typeof(file), code), .e_phoff = sizeof(Elf64_Ehdr),
			.e_ehsize = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = interpreter ? 2 : 1,
		},
		.load = {
			.p_type = PT_LOAD, .p_flags = PF_R | PF_W | PF_X, .p_align = 0x1000,
			.p_filesz = sizeof(file), .p_memsz = sizeof(file),
		},
		.interp = {
			.p_type = PT_INTERP, .p_flags = PF_R, .p_align = 1,
			.p_offset = offsetof(typeof(file), name),
		},
		/* xor %edi, %edi; mov $__NR_exit_group, %eax; syscall */
		.code = { 0x31, 0xff, 0xb8, 0xe7, 0, 0, 0, 0x0f, 0x05 },
	};

	if (interpreter) {
		file.interp.p_filesz = strlen(interpreter) + 1;
		file.interp.p_memsz = file.interp.p_filesz;
		snprintf(file.name, sizeof(file.name), "%s", interpreter);
	}
	if (write(fd, &file, sizeof(file)) != sizeof(file))
		tap_note("a program: %s", strerror(errno));
}

void make_program(const char *path, const char *interpreter)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	put_program(fd, interpreter);
	close(fd);
}

static const char *program;

static int exec_program(void)
{
	char *argv[] = { (char *)program, NULL };

	execve(program, argv, argv + 1);
	return errno;
}

int try_exec(const char *path)
{
	program = path;
	return try_child(exec_program);
}

/* ---- the scene ----------------------------------------------------------------- */

static void scene_make(void)
{
	while (!umount2(T, MNT_DETACH))
		;
	mkdir(T, 0755);
	mount("none", T, "tmpfs", 0, NULL);
	mkdir(SECRET, 0755);
	mkdir(OPEN, 0755);
	mkdir(MOUNTED, 0755);
	mkdir(SECRET "/sub", 0755);
	mkdir(SECRET "/sub/deep", 0755);
	mkdir(OPEN "/dir", 0755);
	mkdir(OPEN "/upper", 0755);
	mkdir(OPEN "/work", 0755);
	mkdir(SECRET "/work", 0755);
	write_text(SECRETS, "secret");
	write_text(SECRET "/sub/deep/file", "secret");
	write_text(OPEN "/file", "open");
	if (symlink(SECRETS, OPEN "/link") || symlink("link", OPEN "/chain") ||
	    symlink("../secret", OPEN "/up"))
		tap_note("links: %s", strerror(errno));
	make_program(SECRET "/program", NULL);
	make_program(OPEN "/program", NULL);
	make_program(OPEN "/loaded", SECRET "/program");
	write_text(OPEN "/script", "#!" SECRET "/program\n");
	mount("none", MOUNTED, "tmpfs", 0, NULL);
	write_text(MOUNTED "/file", "secret");
	mkdir(MOUNTED "/dir", 0755);
	write_text(MOUNTED "/dir/file", "secret");
}

/* Is told a path over the door, or none, and sends back a descriptor. */
static void outside_serve(int door)
{
	char path[256] = "", room[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { path, sizeof(path) - 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;
	ssize_t got;
	int fd;

	while ((got = recv(door, path, sizeof(path) - 1, 0)) > 0) {
		path[got] = '\0';
		fd = *path == '/' ? open(path, O_RDWR | O_CLOEXEC) : eventfd(0, EFD_CLOEXEC);
		msg.msg_control = room;
		msg.msg_controllen = sizeof(room);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
		iov.iov_len = 1;
		if (fd < 0)
			msg.msg_controllen = 0;
		sendmsg(door, &msg, 0);
		close(fd);
	}
	for (;;)
		pause();
}

static void outside_begin(void)
{
	int door[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, door))
		return;
	outside = fork();
	if (!outside) {
		signal(SIGTERM, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(door[0]);
		outside_serve(door[1]);
	}
	close(door[1]);
	outside_door = door[0];
}

static void outside_end(void)
{
	close(outside_door);
	kill(outside, SIGKILL);
	waitpid(outside, NULL, 0);
}

static int connected_make(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(5353),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	connect(fd, (struct sockaddr *)&to, sizeof(to));
	return fd;
}

static void inherited_make(void)
{
	inherited.read = open(SECRETS, O_RDONLY);
	inherited.write = open(SECRETS, O_RDWR);
	inherited.directory = open(SECRET, O_RDONLY | O_DIRECTORY);
	inherited.connected = connected_make();
	inherited.procs = open(CGROUPS "/cgroup.procs", O_RDWR);
}

static void inherited_drop(void)
{
	close(inherited.read);
	close(inherited.write);
	close(inherited.directory);
	close(inherited.connected);
	close(inherited.procs);
}

/* ---- one way --------------------------------------------------------------------- */

static void alone(const struct bypass *way, bool inside)
{
	alarm(SECONDS);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		_exit(251);
	/* Its thread would be in the way of others. */
	if (way->act == ring_before)
		inherited.ring = ring_make(IORING_SETUP_SQPOLL);
	if (inside && cgroup_enter("a"))
		_exit(250);
	_exit(way->act());
}

static int way_go(const struct bypass *way, bool inside)
{
	int status = -1;
	pid_t pid;

	inherited_make();
	outside_begin();
	fflush(NULL);
	pid = fork();
	if (!pid)
		alone(way, inside);
	waitpid(pid, &status, 0);
	cgroup_write("a", "cgroup.kill", "1");
	outside_end();
	inherited_drop();
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* What this machine or its kernel does not have at all. */
static bool not_here(int error)
{
	return error == ENOSYS || error == ENODEV || error == EAFNOSUPPORT ||
	       error == EPROTONOSUPPORT || error == EOPNOTSUPP;
}

static void way_run(const struct bypass *way)
{
	struct nl_reply reply;
	char text[1024];
	int ret;

	confine_fd("a", -1);
	scene_make();
	ret = way_go(way, way->rules);
	if (not_here(ret)) {
		tap_skip(way->name, "this machine has nothing like it");
		return;
	}
	if (ret) {
		tap_ok(false, "%s: without a policy: %d %s", way->name, ret, strerror(abs(ret)));
		return;
	}
	scene_make();
	snprintf(text, sizeof(text), "default allow\n%s\n", way->rules ?: "");
	reply = confine("a", text);
	if (reply.error) {
		tap_ok(false, "%s: the policy is refused: %s", way->name, reply.sentence);
		return;
	}
	ret = way_go(way, true);
	tap_ok(ret == way->error, "%s: %d %s", way->name, ret, strerror(abs(ret)));
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : "";
	unsigned int table, i, n = 0;

	if (!policies_open())
		return tap_skip_all("the module is not loaded");
	unshare(CLONE_NEWNS);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	prctl(PR_SET_DUMPABLE, 1);
	if (system("modprobe overlay 2> /dev/null"))
		tap_note("no module overlay");
	groups_new("a", cgroup_make("a"), 0, NULL);
	for (table = 0; table < TABLES; table++)
		for (i = 0; i < *tables[table].n; i++)
			n += !!strstr(tables[table].table[i].name, only);
	tap_plan(n);
	for (table = 0; table < TABLES; table++)
		for (i = 0; i < *tables[table].n; i++)
			if (strstr(tables[table].table[i].name, only))
				way_run(&tables[table].table[i]);
	confine_fd("a", -1);
	cgroups_remove();
	groups_delete_all();
	while (!umount2(T, MNT_DETACH))
		;
	return tap_end();
}
