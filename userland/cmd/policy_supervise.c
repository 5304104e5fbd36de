// SPDX-License-Identifier: GPL-2.0-only
/* vmctl policy supervise: questions of a group, each answered by a run of a program. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmd/calls.h>
#include <cmd/group.h>
#include <cmd/output.h>
#include <cmd/policy.h>

#define RUNS_MAX	64		/* the kernel's questions of one group */

/* A question under way; @pid 0: free */
struct run {
	uint64_t id, end_ns;
	pid_t pid;
	int pidfd;
	struct hull_verdict_info verdict;
};

struct supervisor {
	const struct command *command;
	const struct args *args;
	struct hull_client *questions, *answers;
	int epoll;
	struct run run[RUNS_MAX];
};

static void answer(struct supervisor *supervisor, uint64_t id,
		   const struct hull_verdict_info *verdict, bool allow, const char *why)
{
	char text[POLICY_EVENT_TEXT], comm[sizeof(verdict->comm)];
	struct hull_error error;
	json_t *object;

	if (hull_question_answer(supervisor->answers, id, allow, &error))
		why = error.code == ENOENT ? "too late" : error.text;
	if (supervisor->args->json) {
		object = policy_event_json(verdict);
		json_put_text(object, "answer", allow ? "allow" : "deny");
		json_put_text(object, "why", why);
		json_end(object);
	} else {
		policy_event_text(verdict, text, sizeof(text));
		snprintf(comm, sizeof(comm), "%s", verdict->comm);
		printf("%s %s[%u] %s: %s%s%s\n", verdict->group_name, text_clean(comm),
		       verdict->pid, text_clean(text), allow ? "allow" : "deny", *why ? ", " : "",
		       why);
	}
	fflush(stdout);
}

static void number_export(const char *name, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	setenv(name, text, 1);
}

/* In the child. It goes with this process, whatever ends that. */
static void program_begin(char *const *words, const struct hull_verdict_info *verdict, int input,
			  pid_t parent)
{
	char text[POLICY_EVENT_TEXT];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	setpgid(0, 0);
	policy_event_text(verdict, text, sizeof(text));
	setenv("HULL_GROUP", verdict->group_name, 1);
	setenv("HULL_REQUEST", text, 1);
	setenv("HULL_COMM", verdict->comm, 1);
	setenv("HULL_EXE", verdict->exe, 1);
	number_export("HULL_PID", verdict->pid);
	dup2(input, STDIN_FILENO);
	execvp(words[0], words);
	fprintf(stderr, "vmctl: %s: %s\n", words[0], strerror(errno));
	_exit(127);
}

/* The question as a file to read: the program may, or may not. */
static int question_file(const struct hull_question_info *question)
{
	json_t *object = policy_event_json(&question->verdict);
	FILE *file = tmpfile();
	int fd = -1;

	json_put_u64(object, "question", question->id);
	json_put_u64(object, "timeout_ms", question->timeout_ms);
	if (file && !json_dumpf(object, file, JSON_COMPACT) && fputc('\n', file) != EOF &&
	    !fflush(file)) {
		rewind(file);
		fd = dup(fileno(file));
	}
	if (file)
		fclose(file);
	json_decref(object);
	return fd;
}

static char *const *program_words(const struct args *args)
{
	char *const *words = args->words + 1;

	return !strcmp(*words, "--") && words[1] ? words + 1 : words;
}

static bool run_begin(struct supervisor *supervisor, struct run *run,
		      const struct hull_question_info *question)
{
	uint64_t ms = question->timeout_ms, most = supervisor->args->timeout * 1000ull;
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = run };
	pid_t parent = getpid();
	int input = question_file(question);

	if (supervisor->args->given & TAKES(TIMEOUT) && most < ms)
		ms = most;
	run->id = question->id;
	run->verdict = question->verdict;
	run->end_ns = interrupt_clock_ns() + ms * 1000000;
	run->pid = input < 0 ? -1 : fork();
	if (!run->pid)
		program_begin(program_words(supervisor->args), &run->verdict, input, parent);
	if (input >= 0)
		close(input);
	if (run->pid < 0) {
		run->pid = 0;
		return false;
	}
	setpgid(run->pid, run->pid);
	run->pidfd = pidfd_open(run->pid, 0);
	return run->pidfd >= 0 && !epoll_ctl(supervisor->epoll, EPOLL_CTL_ADD, run->pidfd, &event);
}

/* The program and what it has begun is over. */
static int run_end(struct run *run)
{
	int status = -1;

	kill(-run->pid, SIGKILL);
	waitpid(run->pid, &status, 0);
	if (run->pidfd >= 0)
		close(run->pidfd);
	run->pid = 0;
	return status;
}

static void question_take(struct supervisor *supervisor, const struct hull_question_info *question)
{
	struct run *run = supervisor->run;

	while (run < supervisor->run + RUNS_MAX && run->pid)
		run++;
	if (run == supervisor->run + RUNS_MAX) {
		answer(supervisor, question->id, &question->verdict, false, "too many at once");
	} else if (!run_begin(supervisor, run, question)) {
		if (run->pid)
			run_end(run);
		answer(supervisor, question->id, &question->verdict, false,
		       "the program cannot be started");
	}
}

static void run_ended(struct supervisor *supervisor, struct run *run)
{
	char why[48] = "";
	siginfo_t info = { 0 };
	int status;

	/* It stays to be waited for, so that its number is nobody else's yet. */
	if (waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOHANG | WNOWAIT) || !info.si_pid)
		return;
	status = run_end(run);
	if (WIFSIGNALED(status))
		snprintf(why, sizeof(why), "the program was killed by signal %d", WTERMSIG(status));
	else if (status)
		snprintf(why, sizeof(why), "exit code %d", WEXITSTATUS(status));
	answer(supervisor, run->id, &run->verdict, !status, why);
}

/* Kills what has had its time; until the next one's end, in ms, or -1. */
static int runs_expire(struct supervisor *supervisor)
{
	uint64_t now = interrupt_clock_ns(), next = UINT64_MAX;
	struct run *run;

	for (run = supervisor->run; run < supervisor->run + RUNS_MAX; run++) {
		if (!run->pid)
			continue;
		if (run->end_ns <= now) {
			run_end(run);
			answer(supervisor, run->id, &run->verdict, false, "the program took too long");
		} else if (run->end_ns < next) {
			next = run->end_ns;
		}
	}
	return next == UINT64_MAX ? -1 : (int)((next - now) / 1000000) + 1;
}

static enum status questions_take(struct supervisor *supervisor)
{
	struct hull_question_info question;
	struct hull_error error;
	int ret;

	do {
		ret = hull_question_next(supervisor->questions, &question, &error);
		if (ret < 0 && error.code != ENOBUFS)
			return command_fail(supervisor->command, &error);
		if (ret > 0)
			question_take(supervisor, &question);
	} while (hull_client_pending(supervisor->questions));
	return STATUS_OK;
}

static enum status follow(struct supervisor *supervisor)
{
	enum status status = STATUS_OK;
	struct epoll_event event;

	while (status == STATUS_OK) {
		interrupt_wait(supervisor->epoll, runs_expire(supervisor));
		if (interrupt_seen())
			break;
		if (epoll_wait(supervisor->epoll, &event, 1, 0) != 1)
			continue;
		if (event.data.ptr)
			run_ended(supervisor, event.data.ptr);
		else
			status = questions_take(supervisor);
	}
	return status;
}

static enum status supervise(struct supervisor *supervisor, const struct hull_ref *ref)
{
	struct epoll_event event = { .events = EPOLLIN };
	enum status status = STATUS_OK;
	struct hull_error error;
	struct run *run;

	supervisor->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (supervisor->epoll < 0 ||
	    epoll_ctl(supervisor->epoll, EPOLL_CTL_ADD, hull_client_fd(supervisor->questions),
		      &event)) {
		command_complain(supervisor->command, "epoll: %s", strerror(errno));
		status = STATUS_FAILURE;
	} else if (hull_supervise(supervisor->questions, ref, &error)) {
		status = command_fail(supervisor->command, &error);
	} else {
		status = follow(supervisor);
	}
	for (run = supervisor->run; run < supervisor->run + RUNS_MAX; run++)
		if (run->pid)
			run_end(run);
	if (supervisor->epoll >= 0)
		close(supervisor->epoll);
	return status;
}

int policy_supervise_run(const struct command *command, const struct args *args)
{
	struct supervisor *supervisor = calloc(1, sizeof(*supervisor));
	struct hull_ref ref = command_ref(args->words[0]);
	enum status status = STATUS_FAILURE;

	if (!supervisor)
		return status;
	supervisor->command = command;
	supervisor->args = args;
	supervisor->questions = command_client(command, &status);
	supervisor->answers = supervisor->questions ? command_client(command, &status) : NULL;
	interrupt_catch();
	if (supervisor->answers)
		status = supervise(supervisor, &ref);
	hull_client_close(supervisor->questions);
	hull_client_close(supervisor->answers);
	free(supervisor);
	return status;
}
