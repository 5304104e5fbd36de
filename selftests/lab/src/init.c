// SPDX-License-Identifier: GPL-2.0-only
/*
 * init - process 1 of the emulated machine: runs the tests, reports, powers off
 *
 * /lab/plan says what to do, a line a step:
 *   insmod NAME SECONDS FILE [PARAMETER...]
 *   test   NAME SECONDS SHELL-COMMAND
 *
 * What a test prints goes to the console. Verdicts go to the second serial port,
 * where nothing else writes, so that no noise can be taken for a verdict:
 *   begin STEPS
 *   run NAME
 *   case NAME pass|fail|skip TEXT           one for each TAP line of the test
 *   result NAME pass|fail|skip COUNT UNIT TEXT
 *   end
 *
 * Kernel command line: lab.mode=run|shell lab.count=insns|ns|none lab.machine=NAME
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "init.h"

#define PLAN_FILE	"/lab/plan"
#define MAX_STEPS	512
#define VERDICT_PORT	"/dev/ttyS1"

/* Writing "Shutdown" to this port ends Bochs at once, without the help of ACPI. */
#define BOCHS_SHUTDOWN_PORT	0x8900

static FILE *verdicts;
static char count_mode[16] = "none";
static char lab_mode[16] = "run";
static char machine[16] = "unknown";

void verdict(const char *fmt, ...)
{
	va_list ap;

	if (!verdicts)
		return;
	va_start(ap, fmt);
	vfprintf(verdicts, fmt, ap);
	va_end(ap);
	fputc('\n', verdicts);
	fflush(verdicts);
	/* Out of the UART before anything else happens: a verdict survives a crash. */
	tcdrain(fileno(verdicts));
}

static void mount_one(const char *type, const char *where, const char *options)
{
	mkdir(where, 0755);
	if (mount(type, where, type, 0, options) && errno != EBUSY)
		printf("lab: cannot mount %s: %s\n", where, strerror(errno));
}

/*
 * The kernel unpacks into a root that nothing can be under, from which nobody can pivot.
 * The same files once more, mounted on it, are a root as every machine has one. The chroot
 * is the kernel threads' as well: they share their root with process 1.
 */
static void root_move(void)
{
	mkdir("/root", 0700);
	if (mount("/", "/root", NULL, MS_BIND, NULL) || chdir("/root") ||
	    mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		printf("lab: cannot move to another root: %s\n", strerror(errno));
}

static void mount_all(void)
{
	root_move();
	mount_one("devtmpfs", "/dev", "");
	mount_one("proc", "/proc", "");
	mount_one("sysfs", "/sys", "");
	mount_one("tmpfs", "/tmp", "");
	mount_one("tmpfs", "/run", "");
	mount_one("devpts", "/dev/pts", "");
	mount_one("tmpfs", "/dev/shm", "");
	mount_one("cgroup2", "/sys/fs/cgroup", "");
	mount_one("debugfs", "/sys/kernel/debug", "");
	mount_one("tracefs", "/sys/kernel/tracing", "");
}

static void cmdline_value(const char *cmdline, const char *key, char *value,
			  size_t size)
{
	const char *at = strstr(cmdline, key);
	size_t len;

	if (!at)
		return;
	at += strlen(key);
	len = strcspn(at, " \n");
	if (len >= size)
		len = size - 1;
	memcpy(value, at, len);
	value[len] = '\0';
}

static void read_cmdline(void)
{
	char text[4096] = "";
	FILE *f = fopen("/proc/cmdline", "r");

	if (!f)
		return;
	if (fgets(text, sizeof(text), f)) {
		cmdline_value(text, "lab.mode=", lab_mode, sizeof(lab_mode));
		cmdline_value(text, "lab.count=", count_mode, sizeof(count_mode));
		cmdline_value(text, "lab.machine=", machine, sizeof(machine));
	}
	fclose(f);
}

/*
 * What has been executed so far. In Bochs the TSC advances by one an instruction;
 * in QEMU with -icount it is virtual nanoseconds that do.
 */
unsigned long long instructions(void)
{
	struct timespec ts;

	if (!strcmp(count_mode, "insns"))
		return __rdtsc();
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static const char *count_unit(void)
{
	return strcmp(count_mode, "none") ? "insns" : "ns";
}

static void open_verdicts(void)
{
	struct termios tio;
	int fd = open(VERDICT_PORT, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || tcgetattr(fd, &tio)) {
		printf("lab: no verdict port: %s\n", strerror(errno));
		return;
	}
	cfmakeraw(&tio);
	cfsetspeed(&tio, B115200);
	tcsetattr(fd, TCSANOW, &tio);
	verdicts = fdopen(fd, "w");
}

static void power_off(void)
{
	const char *word = "Shutdown";

	fflush(stdout);
	tcdrain(1);
	sync();
	if (!strcmp(machine, "bochs") && !iopl(3))
		while (*word)
			outb(*word++, BOCHS_SHUTDOWN_PORT);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

/* A step has ended: whatever it left running would disturb the next one. */
static void kill_leftovers(void)
{
	int tries;

	for (tries = 0; tries < 50; tries++) {
		kill(-1, SIGKILL);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
			return;
		usleep(100000);
	}
	printf("lab: processes that cannot be killed are left\n");
}

static void run_step(struct step *step)
{
	struct outcome out = { .result = RESULT_FAIL };
	unsigned long long before, used;
	static const char *const names[] = { "pass", "fail", "skip" };

	printf("lab: --- %s\n", step->name);
	verdict("run %s", step->name);
	before = instructions();
	if (step->kind == STEP_INSMOD)
		insert_module(step, &out);
	else
		run_test(step, &out);
	used = instructions() - before;
	kill_leftovers();
	check_kernel_log(&out);
	printf("lab: %s: %s, %llu %s%s%s\n", names[out.result], step->name, used,
	       count_unit(), out.text[0] ? ", " : "", out.text);
	verdict("result %s %s %llu %s %s", step->name, names[out.result], used,
		count_unit(), out.text);
}

/* Splits "KIND NAME SECONDS REST" in place; returns -1 for a line that is none. */
static int parse_step(char *line, struct step *step)
{
	char *kind = strtok(line, " ");
	char *seconds;

	step->name = strtok(NULL, " ");
	seconds = strtok(NULL, " ");
	step->what = strtok(NULL, "\n");
	if (!kind || !step->name || !seconds || !step->what)
		return -1;
	step->seconds = strtoul(seconds, NULL, 10);
	step->kind = strcmp(kind, "insmod") ? STEP_TEST : STEP_INSMOD;
	return 0;
}

static unsigned int read_plan(struct step *steps)
{
	FILE *f = fopen(PLAN_FILE, "r");
	unsigned int nr = 0;
	char *line = NULL;
	size_t size = 0;

	if (!f) {
		printf("lab: %s: %s\n", PLAN_FILE, strerror(errno));
		return 0;
	}
	while (nr < MAX_STEPS && getline(&line, &size, f) > 0) {
		if (parse_step(line, &steps[nr]))
			continue;
		nr++;
		line = NULL;	/* the step's strings point into it */
	}
	fclose(f);
	return nr;
}

static void run_shell(void)
{
	pid_t child = fork();
	int status;

	if (!child) {
		setsid();
		/* The open made it the controlling terminal: job control works. */
		ioctl(0, TIOCSCTTY, 1);
		chdir("/root");
		execl("/bin/sh", "-sh", NULL);
		_exit(127);
	}
	while (waitpid(-1, &status, 0) != child)
		;
}

static void console_terminal(void)
{
	int fd = open("/dev/ttyS0", O_RDWR | O_NOCTTY);

	if (fd < 0)
		return;
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	if (fd > 2)
		close(fd);
}

static void child_changed(int sig)
{
	(void)sig;	/* its only work is to end poll() early */
}

static void set_environment(void)
{
	setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
	setenv("HOME", "/root", 1);
	setenv("TERM", "linux", 1);
	setenv("LAB_MACHINE", machine, 1);
	setenv("LAB_COUNT", count_mode, 1);
}

int main(void)
{
	static struct step steps[MAX_STEPS];
	struct sigaction wake = { .sa_handler = child_changed };
	unsigned int nr, i;
	int shell;

	mount_all();
	console_terminal();
	setlinebuf(stdout);
	read_cmdline();
	set_environment();
	sigaction(SIGCHLD, &wake, NULL);
	open_kernel_log();
	printf("lab: machine is up, %llu %s since power-on\n", instructions(),
	       count_unit());

	shell = !strcmp(lab_mode, "shell");
	if (!shell)
		open_verdicts();
	nr = read_plan(steps);
	verdict("begin %u", nr);
	for (i = 0; i < nr; i++)
		if (!shell || steps[i].kind == STEP_INSMOD)
			run_step(&steps[i]);
	if (shell)
		run_shell();
	verdict("end");
	power_off();
}
