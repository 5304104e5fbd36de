// SPDX-License-Identifier: GPL-2.0-only
/*
 * supervise - run an emulator: stream its console, end it in time, leave nothing
 *
 *   supervise [-t SECONDS] [-c FILE] [-v FILE] [-p PREFIX] [-l FILE] -- COMMAND...
 *   supervise -i ...          a person types: the terminal is the machine's console
 *
 * The command reads nothing and writes to the file given by -l. With -i it gets a
 * pseudo-terminal for its serial console, named in the environment as LAB_CONSOLE_PTY.
 *   -c  console log that the emulator writes: copied to stdout line by line
 *   -v  verdict log that the emulator writes: its line "end" ends the run
 *   -k  a panic is not the end: another kernel takes over
 * Exit code: 0 the machine ended, 3 kernel panic, 124 time out, 125 own trouble,
 * 128+N by signal N.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS		100
#define GRACE_MS	3000	/* from the last verdict or a panic to the kill */
#define ESCAPE		0x1d	/* Ctrl-] leaves the interactive console */
#define EXIT_PANIC	3
#define EXIT_TIMEOUT	124
#define EXIT_TROUBLE	125

/*
 * With its debugger Bochs shows the machine's screen on a pseudo-terminal that it opens
 * and names on stderr. Unless somebody reads there it stands still when the terminal's
 * buffer is full, after minutes.
 */
#define SCREEN_WORDS	"Bochs connected to screen \""

/* A file that another process appends to, read line by line. */
struct follow {
	const char *path;
	int fd;
	char line[4096];
	size_t used;
	void (*take)(const char *line);
};

static const char *prefix = "";
static int quiet;
static int interactive;
static int console_pty = -1;
static int screen = -1;
static pid_t emulator;
static struct termios saved_terminal;
static volatile sig_atomic_t caught, sender;
static int panicked, ended, crash_kernel;
static long long deadline;

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void trouble(const char *what)
{
	fprintf(stderr, "supervise: %s: %s\n", what, strerror(errno));
	exit(EXIT_TROUBLE);
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	sender = info->si_pid;
	caught = sig;
}

static void shorten_deadline(void)
{
	long long soon = now_ms() + GRACE_MS;

	if (soon < deadline)
		deadline = soon;
}

static void console_line(const char *line)
{
	if (!quiet) {
		printf("%s%s\n", prefix, line);
		fflush(stdout);
	}
	if (!panicked && !crash_kernel && strstr(line, "Kernel panic - not syncing")) {
		panicked = 1;
		shorten_deadline();
	}
}

static void verdict_line(const char *line)
{
	if (!ended && !strcmp(line, "end")) {
		ended = 1;
		shorten_deadline();
	}
}

static void screen_line(const char *line)
{
	struct termios raw;
	char name[64];

	if (screen >= 0 || strncmp(line, SCREEN_WORDS, strlen(SCREEN_WORDS)))
		return;
	if (sscanf(line + strlen(SCREEN_WORDS), "%63[^\"]", name) != 1)
		return;
	screen = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (screen < 0 || tcgetattr(screen, &raw))
		trouble(name);
	cfmakeraw(&raw);
	tcsetattr(screen, TCSANOW, &raw);
}

static void follow(struct follow *f)
{
	char data[4096];
	ssize_t len, i;

	if (!f->path)
		return;
	if (f->fd < 0)
		f->fd = open(f->path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return;		/* the emulator has not made it yet */
	while ((len = read(f->fd, data, sizeof(data))) > 0) {
		for (i = 0; i < len; i++) {
			if (data[i] == '\n' || f->used == sizeof(f->line) - 1) {
				f->line[f->used] = '\0';
				f->used = 0;
				f->take(f->line);
			}
			if (data[i] != '\n' && data[i] != '\r')
				f->line[f->used++] = data[i];
		}
	}
}

/* What came without an end of line at the very end. */
static void follow_rest(struct follow *f)
{
	follow(f);
	if (f->fd >= 0 && f->used) {
		f->line[f->used] = '\0';
		f->used = 0;
		f->take(f->line);
	}
}

static void open_console_pty(void)
{
	char name[64];
	int slave;

	if (openpty(&console_pty, &slave, name, NULL, NULL))
		trouble("openpty");
	/* The slave stays open here, so that the master never reads a hang-up. */
	fcntl(console_pty, F_SETFD, FD_CLOEXEC);
	fcntl(slave, F_SETFD, FD_CLOEXEC);
	setenv("LAB_CONSOLE_PTY", name, 1);
}

static void raw_terminal(void)
{
	struct termios raw;

	if (tcgetattr(0, &saved_terminal))
		return;
	raw = saved_terminal;
	cfmakeraw(&raw);
	tcsetattr(0, TCSANOW, &raw);
}

/* Its standard descriptors: nothing to read, a file to write to. */
static void redirect(const char *log)
{
	int in = open("/dev/null", O_RDONLY);
	int out = open(log ? log : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (in < 0 || out < 0)
		trouble(log ? log : "/dev/null");
	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	close(in);
	close(out);
}

static void start(char **command, const char *log)
{
	pid_t self = getpid();

	emulator = fork();
	if (emulator < 0)
		trouble("fork");
	if (emulator)
		return;
	/* Even if this process is killed hard, the emulator goes too. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != self)
		_exit(EXIT_TROUBLE);
	setsid();
	redirect(log);
	execvp(command[0], command);
	fprintf(stderr, "supervise: %s: %s\n", command[0], strerror(errno));
	_exit(EXIT_TROUBLE);
}

static void copy(int from, int to)
{
	char data[4096];
	ssize_t len = read(from, data, sizeof(data));

	if (len > 0 && to >= 0 && write(to, data, len) != len)
		caught = SIGPIPE;
}

static void typed(void)
{
	char data[256];
	ssize_t len = read(0, data, sizeof(data));

	if (len <= 0 || memchr(data, ESCAPE, len))
		caught = SIGHUP;
	else if (write(console_pty, data, len) != len)
		caught = SIGPIPE;
}

/* One round: moves what there is; returns non-zero when the emulator has ended. */
static int round_trip(int *status)
{
	struct pollfd fds[3] = {
		{ .fd = screen, .events = POLLIN },
		{ .fd = interactive ? console_pty : -1, .events = POLLIN },
		{ .fd = interactive ? 0 : -1, .events = POLLIN },
	};

	if (poll(fds, 3, POLL_MS) > 0) {
		if (fds[0].revents & POLLIN)
			copy(screen, -1);
		else if (fds[0].revents)
			usleep(POLL_MS * 1000);	/* hung up: about to end */
		if (fds[1].revents & POLLIN)
			copy(console_pty, 1);
		if (fds[2].revents)
			typed();
	}
	return waitpid(emulator, status, WNOHANG) == emulator;
}

/* The emulator leads a session; what it started is in its group or was left to us. */
static void kill_everything(int *status)
{
	if (emulator > 0) {
		kill(-emulator, SIGKILL);
		kill(emulator, SIGKILL);
	}
	while (waitpid(-1, status, 0) > 0 || errno == EINTR)
		;
}

static void catch_signals(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	unsigned int i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int supervise(char **command, struct follow *console, struct follow *verdicts,
		     struct follow *messages)
{
	int status = 0, gone = 0;

	if (interactive) {
		open_console_pty();
		raw_terminal();
	}
	start(command, messages->path);
	while (!gone && !caught && now_ms() < deadline) {
		gone = round_trip(&status);
		follow(messages);
		follow(console);
		follow(verdicts);
	}
	if (gone)
		emulator = -1;
	kill_everything(&status);
	follow_rest(console);
	follow_rest(verdicts);
	if (interactive)
		tcsetattr(0, TCSANOW, &saved_terminal);
	if (caught && !interactive)
		fprintf(stderr, "supervise: ended by signal %d from process %d\n", (int)caught,
			(int)sender);
	if (caught)
		return interactive ? 0 : 128 + caught;
	if (panicked)
		return EXIT_PANIC;
	return gone || ended ? 0 : EXIT_TIMEOUT;
}

int main(int argc, char **argv)
{
	struct follow console = { .fd = -1, .take = console_line };
	struct follow verdicts = { .fd = -1, .take = verdict_line };
	struct follow messages = { .fd = -1, .take = screen_line };
	long seconds = 600;
	int c;

	while ((c = getopt(argc, argv, "+t:c:v:p:l:qik")) != -1) {
		switch (c) {
		case 't': seconds = strtol(optarg, NULL, 10); break;
		case 'c': console.path = optarg; break;
		case 'v': verdicts.path = optarg; break;
		case 'p': prefix = optarg; break;
		case 'l': messages.path = optarg; break;
		case 'q': quiet = 1; break;
		case 'k': crash_kernel = 1; break;
		case 'i': interactive = 1; break;
		default: return EXIT_TROUBLE;
		}
	}
	if (optind == argc || seconds <= 0) {
		fprintf(stderr, "supervise: a command and a positive time are needed\n");
		return EXIT_TROUBLE;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_PDEATHSIG, SIGTERM);	/* nobody to report to: end */
	catch_signals();
	deadline = now_ms() + seconds * 1000LL;
	return supervise(argv + optind, &console, &verdicts, &messages);
}
