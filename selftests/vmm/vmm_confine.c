// SPDX-License-Identifier: GPL-2.0-only
/* What the process of a running VM has and has not. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hull_tap.h"
#include "life.h"

#define FDS_MAX		16
#define GUEST_KIB	(LIFE_MEMORY >> 10)

/* A field of /proc/PID/status, or of a thread's. */
static bool status_is(const char *path, const char *field, const char *value)
{
	FILE *file = fopen(path, "r");
	size_t len = strlen(field);
	bool is = false;
	char line[256];

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, field, len) && !strcmp(line + len, value))
			is = true;
	}
	fclose(file);
	return is;
}

static unsigned int each(const char *dir_path, bool (*test)(const char *path))
{
	DIR *dir = opendir(dir_path);
	unsigned int n = 0;
	struct dirent *entry;
	char path[512];

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir_path, entry->d_name);
		n += test(path);
	}
	if (dir)
		closedir(dir);
	return n;
}

static bool any(const char *path)
{
	(void)path;
	return true;
}

static bool filtered(const char *path)
{
	char status[600];

	snprintf(status, sizeof(status), "%s/status", path);
	return status_is(status, "Seccomp:\t", "2");
}

static bool is_regular_file(const char *path)
{
	char target[256];
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	target[n > 0 ? n : 0] = 0;
	/* its own log and lock, devices, sockets, pipes */
	return target[0] == '/' && strncmp(target, RUN_DIR, strlen(RUN_DIR)) &&
	       strncmp(target, "/dev/", 5);
}

/* KiB of the VMM that are not the guest's: all but the mapping of its memory. */
static unsigned long overhead_kib(pid_t pid, unsigned long guest_kib)
{
	unsigned long size = 0, rss, total = 0, start, end;
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			size = (end - start) >> 10;
		else if (sscanf(line, "Rss: %lu kB", &rss) == 1 && size != guest_kib)
			total += rss;
	}
	if (file)
		fclose(file);
	return total;
}

static void test(pid_t pid)
{
	static const char *const caps[] = { "CapInh:\t", "CapPrm:\t", "CapEff:\t", "CapBnd:\t",
					    "CapAmb:\t" };
	char status[64], dir[64], cwd[64], target[64] = "";
	unsigned long kib;
	unsigned int n, i;
	bool none = true;

	snprintf(status, sizeof(status), "/proc/%d/status", (int)pid);
	for (i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
		none &= status_is(status, caps[i], "0000000000000000");
	tap_ok(none, "no capability");
	tap_ok(status_is(status, "NoNewPrivs:\t", "1"), "no new privileges");
	snprintf(dir, sizeof(dir), "/proc/%d/task", (int)pid);
	n = each(dir, any);
	/* The kernel's KVM may have one of its own in the process. */
	tap_ok(n == 3 || n == 4, "a thread for each vCPU and one: %u", n);
	tap_ok(each(dir, filtered) == n, "each with a seccomp filter");
	snprintf(dir, sizeof(dir), "/proc/%d/fd", (int)pid);
	n = each(dir, any);
	tap_ok(n && n <= FDS_MAX, "few descriptors: %u", n);
	tap_ok(!each(dir, is_regular_file), "none of a file that is not its own");
	snprintf(cwd, sizeof(cwd), "/proc/%d/cwd", (int)pid);
	tap_ok(readlink(cwd, target, sizeof(target) - 1) == 1 && target[0] == '/',
	       "its directory is /");
	snprintf(dir, sizeof(dir), "/proc/%d/limits", (int)pid);
	tap_ok(status_is(dir, "Max core file size        ",
			 "0                    0                    bytes     "), "no core dump");
	kib = overhead_kib(pid, GUEST_KIB);
	tap_ok(kib && kib < 5 << 10, "at most 5 MiB besides the guest's memory: %lu KiB", kib);
}

int main(void)
{
	struct vmm_options options = life_options("confined", "touch");
	struct vmm_error error = { 0 };
	pid_t pid;

	life_need_kvm();
	tap_plan(9 + 2);
	tap_ok(!vmm_start(&options, &pid, &error) && life_log_has("confined", "ready"),
	       "a VM that has touched its memory: %s", error.text);
	test(pid);
	tap_ok(!vmm_kill(RUN_DIR, "confined", 60000, &error), "ended: %s", error.text);
	return tap_end();
}
