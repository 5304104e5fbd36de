// SPDX-License-Identifier: GPL-2.0-only
/* Each row: allowed by a policy without the rule, and denied with it, from inside. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "hull_tap.h"
#include "policies.h"
#include "rows.h"

int result(long ret)
{
	return ret < 0 ? errno : 0;
}

int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), ret;

	if (fd < 0)
		return errno;
	ret = result(write(fd, text, strlen(text)));
	close(fd);
	return ret;
}

void system_run(const char *command)
{
	if (system(command))
		tap_note("%s: failed", command);
}

/* In a mount namespace of its own, so that what it mounts goes with it. */
static int row_do(const struct row *row)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWNS) || cgroup_enter("a"))
			_exit(250);
		_exit(row->act());
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void scene_make(void)
{
	system("umount -l /tmp/h/sub 2>/dev/null; rm -rf /tmp/h/*; mkdir -p /tmp/h/sub; echo x > /tmp/h/a; "
	       "head -c 8192 /dev/zero >> /tmp/h/a; ln -s a /tmp/h/link; "
	       "cp /bin/busybox /tmp/h/x; ln -s x /tmp/h/true");
	if (setxattr("/tmp/h/x", "trusted.hull", "x", 1, 0))
		tap_note("no extended attributes here");
}

static void row_run(const struct row *row)
{
	struct nl_reply reply;
	char text[512];
	int ret;

	reply = confine("a", "default allow\n");
	scene_make();
	ret = row_do(row);
	if (ret == ENOSYS || ret == EPROTONOSUPPORT) {
		tap_skip(row->rule, "this machine has nothing like it");
		return;
	}
	if (reply.error || ret) {
		tap_ok(false, "%s: without it: %s %d", row->rule, reply.sentence, ret);
		return;
	}
	snprintf(text, sizeof(text), "default allow\n%s\n", row->rule);
	scene_make();
	reply = confine("a", text);
	ret = row_do(row);
	tap_ok(!reply.error && ret == row->error, "%s: %s %d, not %d", row->rule, reply.sentence,
	       ret, row->error);
}

static void rows_run(const struct row *rows, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		row_run(&rows[i]);
}

int main(void)
{
	if (!policies_open())
		return tap_skip_all("the module is not loaded");
	tap_plan(file_rows_n + socket_rows_n + kernel_rows_n + net_rows_n + privilege_rows_n);
	unshare(CLONE_NEWNS);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	/* From inside, the kernel loads none. */
	if (system("modprobe vsock_loopback; modprobe sctp; modprobe tun"))
		tap_note("not all modules are here");
	groups_new("a", cgroup_make("a"), 0, NULL);
	rows_run(file_rows, file_rows_n);
	rows_run(socket_rows, socket_rows_n);
	rows_run(kernel_rows, kernel_rows_n);
	rows_run(net_rows, net_rows_n);
	rows_run(privilege_rows, privilege_rows_n);
	confine_fd("a", -1);
	/* Some of what the rows started could not be ended by them. */
	cgroups_remove();
	groups_delete_all();
	system("rm -rf /tmp/h");
	return tap_end();
}
