// SPDX-License-Identifier: GPL-2.0-only
/* Programs that the kernel starts outside of the group on behalf of those inside. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bypass.h"

#define HELPER	"/tmp/helper"
#define HELPED	"/tmp/helped"

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = fd < 0 ? errno : result(write(fd, text, strlen(text)));

	close(fd);
	return ret;
}

static void helper_make(const char *path)
{
	unlink(HELPED);
	mkdir("/sbin", 0755);
	write_text(path, "#!/bin/busybox sh\n/bin/busybox touch " HELPED "\n");
}

/* 0: the program ran; it may take its time */
static int helped(void)
{
	int i;

	for (i = 0; i < 20 && access(HELPED, F_OK); i++)
		usleep(100000);
	return access(HELPED, F_OK) ? EPERM : 0;
}

static int crash(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_CORE, &limit);
	abort();
	return 0;
}

static int do_core(void)
{
	int ret;

	helper_make(HELPER);
	/* Written where nobody inside may. */
	if (put("/proc/sys/kernel/core_pattern", "|" HELPER))
		return errno;
	try_child(crash);
	ret = helped();
	put("/proc/sys/kernel/core_pattern", "core");
	return ret;
}

static int do_request_key(void)
{
	helper_make("/sbin/request-key");
	syscall(SYS_request_key, "user", "hull:test", "x", -3);
	return helped();
}

static int do_modprobe(void)
{
	helper_make(HELPER);
	if (put("/proc/sys/kernel/modprobe", HELPER))
		return errno;
	socket(42, SOCK_STREAM, 0);
	return helped();
}

static int do_core_pattern(void)
{
	return put("/proc/sys/kernel/core_pattern", "core");
}

static int do_modprobe_path(void)
{
	return put("/proc/sys/kernel/modprobe", "/sbin/modprobe");
}

/* The agent of an old hierarchy is started by a thread of the kernel's own. */
static int do_release_agent(void)
{
	if (mount("none", OPEN "/dir", "cgroup", 0, "none,name=hull"))
		return errno;
	return put(OPEN "/dir/release_agent", HELPER);
}

const struct bypass bypass_helpers[] = {
	{ "helper for a core", "deny module helper", EPERM, do_core },
	{ "helper for a key", "deny module helper", EPERM, do_request_key },
	{ "helper for a module", "deny module helper", EPERM, do_modprobe },
	{ "helper for a module, asked for", "deny module request", EPERM, do_modprobe },
	{ "core_pattern", "deny file write /proc/sys", EACCES, do_core_pattern },
	{ "path of modprobe", "deny file write /proc/sys", EACCES, do_modprobe_path },
	{ "release agent", "deny mount mount type cgroup", EPERM, do_release_agent },
};

const unsigned int bypass_helpers_n = sizeof(bypass_helpers) / sizeof(bypass_helpers[0]);
