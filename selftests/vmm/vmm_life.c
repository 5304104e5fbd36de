// SPDX-License-Identifier: GPL-2.0-only
/* The VMM from its start to its end, with guests of a few hundred bytes on /dev/kvm. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "hull_tap.h"
#include "life.h"

#define KILLS		20
#define LOG_LIMIT	(256 << 10)

static struct vmm_error error;
static struct vmm_end end;

static bool exists(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), RUN_DIR "/%s", name);
	return !access(path, F_OK);
}

/* Waits for what happens soon. */
static bool gone(pid_t pid)
{
	int i;

	for (i = 0; i < 9000 && !kill(pid, 0); i++)
		usleep(10000);
	return kill(pid, 0) && errno == ESRCH;
}

static bool vanishes(const char *name)
{
	int i;

	for (i = 0; i < 500 && exists(name); i++)
		usleep(10000);
	return !exists(name);
}

/* --- in the foreground ------------------------------------------------------ */

static int run(const char *action)
{
	struct vmm_options options = life_options("fore", action);

	memset(&end, 0, sizeof(end));
	memset(&error, 0, sizeof(error));
	return vmm_run(&options, &end, &error);
}

static void test_ends(void)
{
	static const struct {
		const char *action;
		enum hull_stop_reason reason;
		int status;
	} rows[] = {
		{ "hello", HULL_STOP_EXIT, 11 },
		{ "off", HULL_STOP_POWEROFF, 0 },
		{ "reset", HULL_STOP_RESET, 100 },
		{ "keyboard", HULL_STOP_RESET, 100 },
		{ "triple", HULL_STOP_TRIPLE_FAULT, 102 },
		{ "nonsense", HULL_STOP_EXIT, 255 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tap_ok(!run(rows[i].action) && end.reason == rows[i].reason &&
		       vmm_end_status(&end) == rows[i].status, "%s: %s%s", rows[i].action,
		       error.text, end.text);
}

static void test_refusals(void)
{
	struct vmm_options options = life_options("fore", "hello");

	options.kernel = "/dev/null";
	tap_ok(vmm_run(&options, &end, &error) && strstr(error.text, "regular"), "%s", error.text);
	options.kernel = "/proc/cpuinfo";
	tap_ok(vmm_run(&options, &end, &error) && strstr(error.text, "empty"), "%s", error.text);
	options = life_options("../up", "hello");
	tap_ok(vmm_run(&options, &end, &error) && strstr(error.text, "name"), "%s", error.text);
	options = life_options("fore", "hello");
	options.cpus = 10000;
	tap_ok(vmm_run(&options, &end, &error) && strstr(error.text, "CPUs"), "%s", error.text);
	options.cpus = 1;
	options.memory = 1ull << 45;
	tap_ok(vmm_run(&options, &end, &error) && strstr(error.text, "the host has"), "%s",
	       error.text);
	options.memory = (64 << 20) + 1;
	tap_ok(vmm_run(&options, &end, &error) && strstr(error.text, "multiple"), "%s", error.text);
	tap_ok(!exists("fore/control"), "nothing is left of them");
}

/* The guest's output arrives on a stdout that is read slowly, whole. */
static void test_slow_reader(void)
{
	struct vmm_options options = life_options("fore", "flood");
	unsigned long total = 0;
	char data[65536];
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe(fds))
		exit(TAP_FAIL);
	options.console = true;
	pid = fork();
	if (!pid) {
		dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		_exit(vmm_run(&options, &end, &error) ? 99 : vmm_end_status(&end));
	}
	close(fds[1]);
	sleep(1);
	while ((n = read(fds[0], data, sizeof(data))) > 0)
		total += (unsigned long)n;
	close(fds[0]);
	waitpid(pid, &status, 0);
	tap_ok(total == 20000 * 16 + 8 && WEXITSTATUS(status) == 1,
	       "a slow reader gets everything: %lu bytes, status %d", total, WEXITSTATUS(status));
}

/* On a terminal: raw while it runs, as before afterwards, also when the VMM is killed. */
static pid_t run_on_terminal(int *master, const char *action)
{
	struct vmm_options options = life_options("fore", action);
	pid_t shell = forkpty(master, NULL, NULL, NULL), pid;
	int status;

	if (shell)
		return shell;
	pid = fork();
	if (!pid) {
		options.console = true;
		_exit(vmm_run(&options, &end, &error) ? 99 : vmm_end_status(&end));
	}
	/* The session goes on, so that the other side can look at its terminal. */
	waitpid(pid, &status, 0);
	dprintf(STDOUT_FILENO, "status %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	pause();
	_exit(0);
}

static bool terminal_says(int master, const char *text)
{
	static char seen[4096];
	struct pollfd fd = { .fd = master, .events = POLLIN };
	size_t len = 0;
	ssize_t n;

	seen[0] = 0;
	while (!strstr(seen, text) && len < sizeof(seen) - 1 && poll(&fd, 1, 60000) > 0) {
		n = read(master, seen + len, sizeof(seen) - 1 - len);
		if (n <= 0)
			break;
		len += (size_t)n;
		seen[len] = 0;
	}
	if (strstr(seen, text))
		return true;
	tap_note("'%s' and not '%s' is on the terminal", seen, text);
	return false;
}

static bool is_raw(int master)
{
	struct termios now;

	return !tcgetattr(master, &now) && !(now.c_lflag & (ICANON | ECHO | ISIG));
}

static pid_t child_of(pid_t parent)
{
	char path[64], text[64] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent, (int)parent);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		text[0] = 0;
	close(fd);
	return atoi(text);
}

static void leave_terminal(int master, pid_t shell)
{
	kill(shell, SIGKILL);
	waitpid(shell, NULL, 0);
	close(master);
}

static void test_terminal(void)
{
	pid_t shell, supervisor, vmm;
	int master;

	shell = run_on_terminal(&master, "echo");
	tap_ok(terminal_says(master, "ready") && is_raw(master), "the terminal is raw");
	tap_ok(write(master, "abc\003", 4) == 4 && terminal_says(master, "ABC\003"),
	       "what is typed goes to the guest, Ctrl-C too");
	tap_ok(write(master, "\035", 1) == 1 && terminal_says(master, "status 0") &&
	       !is_raw(master), "Ctrl-] ends it, the terminal is as it was");
	leave_terminal(master, shell);

	shell = run_on_terminal(&master, "spin");
	terminal_says(master, "spinning");
	vmm = child_of(child_of(shell));
	tap_ok(vmm > 0 && !kill(vmm, SIGKILL) && terminal_says(master, "status 104") &&
	       !is_raw(master), "killed VMM: the terminal is as it was");
	leave_terminal(master, shell);

	shell = run_on_terminal(&master, "spin");
	terminal_says(master, "spinning");
	supervisor = child_of(shell);
	vmm = child_of(supervisor);
	tap_ok(vmm > 0 && !kill(supervisor, SIGKILL) && terminal_says(master, "status -1") &&
	       gone(vmm) && !is_raw(master), "killed supervisor: so it is");
	leave_terminal(master, shell);
}

/* --- in the background ------------------------------------------------------ */

static pid_t start(const char *name, const char *action)
{
	struct vmm_options options = life_options(name, action);
	pid_t pid = 0;

	memset(&error, 0, sizeof(error));
	if (vmm_start(&options, &pid, &error))
		tap_note("%s", error.text);
	return pid;
}

/* vmm_console() in a process of its own; what is typed, and what is expected. */
static bool console_says(const char *name, const char *type, const char *text)
{
	int master;
	pid_t pid = forkpty(&master, NULL, NULL, NULL);
	bool said;

	if (!pid)
		_exit(vmm_console(RUN_DIR, name, &error) & 0xff);
	/* raw first: then it is connected */
	while (!is_raw(master))
		usleep(1000);
	said = write(master, type, strlen(type)) > 0 && terminal_says(master, text);
	if (write(master, "\035", 1) != 1)
		said = false;
	waitpid(pid, NULL, 0);
	close(master);
	return said;
}

static void test_background(void)
{
	struct vmm_options again = life_options("back", "echo");
	pid_t pid = start("back", "echo"), other;

	tap_ok(pid > 0 && life_log_has("back", "ready"), "a VM in the background: %s", error.text);
	tap_ok(exists("back/control") && exists("back/console"), "its sockets");
	tap_ok(vmm_start(&again, &other, &error) && error.code == EBUSY, "%s", error.text);
	tap_ok(console_says("back", "one", "ONE"), "console");
	tap_ok(console_says("back", "two", "TWO"), "attached to once more");
	tap_ok(life_log_has("back", "ONETWO"), "the log has both");
	tap_ok(!vmm_stop(RUN_DIR, "back", 60000, &error), "power button: %s", error.text);
	tap_ok(gone(pid) && !exists("back/control") && !exists("back/console") &&
	       exists("back/console.log"), "the log is kept, the rest is gone");
	tap_ok(vmm_stop(RUN_DIR, "back", 0, &error) && error.code == ENOENT, "%s", error.text);
	tap_ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "no zombie");
}

static void test_stop_kill(void)
{
	pid_t pid = start("spin", "spin");

	life_log_has("spin", "spinning");
	tap_ok(vmm_stop(RUN_DIR, "spin", 300, &error) && error.code == ETIMEDOUT, "%s", error.text);
	tap_ok(vmm_console("/nonexistent", "spin", &error) < 0, "%s", error.text);
	tap_ok(!vmm_kill(RUN_DIR, "spin", 60000, &error) && gone(pid), "killed over its socket");
	pid = start("spin", "flood");
	tap_ok(pid > 0 && gone(pid) && vanishes("spin/control"), "a guest that floods its console");
}

static void test_log_limit(void)
{
	struct stat new = { 0 }, old = { 0 };

	if (stat(RUN_DIR "/spin/console.log", &new) || stat(RUN_DIR "/spin/console.log.1", &old))
		tap_note("no log");
	tap_ok(new.st_size && new.st_size <= LOG_LIMIT && old.st_size > LOG_LIMIT / 2 &&
	       old.st_size <= LOG_LIMIT, "a bounded log: %ld and %ld bytes", (long)new.st_size,
	       (long)old.st_size);
}

static void test_kills(void)
{
	bool ok = true;
	pid_t pid;
	int i;

	for (i = 0; i < KILLS && ok; i++) {
		pid = start("victim", i % 2 ? "spin" : "echo");
		usleep((unsigned int)(i * 700));
		ok = pid > 0 && !kill(pid, SIGKILL) && gone(pid) && vanishes("victim/control");
	}
	tap_ok(ok, "killed %d times, started again each time", i);
	/* Files as a killed supervisor leaves them. */
	pid = start("victim", "spin");
	tap_ok(pid > 0 && !kill(pid, SIGSTOP) && exists("victim/control"), "running");
	kill(pid, SIGKILL);
	gone(pid);
	vanishes("victim/control");
	close(open(RUN_DIR "/victim/control", O_CREAT | O_WRONLY, 0600));
	close(open(RUN_DIR "/victim/console", O_CREAT | O_WRONLY, 0600));
	pid = start("victim", "echo");
	tap_ok(pid > 0 && console_says("victim", "x", "X"), "stale files are replaced: %s",
	       error.text);
	tap_ok(!vmm_kill(RUN_DIR, "victim", 60000, &error), "and the end");
}

int main(void)
{
	life_need_kvm();
	tap_plan(6 + 7 + 1 + 5 + 10 + 4 + 1 + 4);
	test_ends();
	test_refusals();
	test_slow_reader();
	test_terminal();
	test_background();
	test_stop_kill();
	test_log_limit();
	test_kills();
	return tap_end();
}
