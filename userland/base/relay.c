// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <base/relay.h>
#include <base/tty.h>

#define PIECE		4096
#define TTY_PIECE	256		/* a terminal that can be written takes so much */
#define DRAIN_MS	1000		/* for a reader of stdout that is slow */

/* What was read here and is not yet written there. @from -1: nothing more comes. */
struct flow {
	int from, to;
	size_t len, at;
	char data[PIECE];
};

struct relay_state {
	const struct hull_relay *relay;
	struct flow in, out;
	int signal_fd;
	bool escape;
};

/* What is polled, in this order. */
enum { POLL_OUT_FROM, POLL_OUT_TO, POLL_IN_FROM, POLL_IN_TO, POLL_SIGNAL, POLL_END, POLL_MAX };

static void flow_fill(const struct flow *flow, struct pollfd *from, struct pollfd *to)
{
	*from = (struct pollfd){ .fd = flow->len ? -1 : flow->from, .events = POLLIN };
	*to = (struct pollfd){ .fd = flow->len ? flow->to : -1, .events = POLLOUT };
}

/* false: the source has ended */
static bool flow_read(struct flow *flow)
{
	ssize_t n = read(flow->from, flow->data, sizeof(flow->data));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0) {
		flow->from = -1;
		return false;
	}
	flow->len = (size_t)n;
	flow->at = 0;
	return true;
}

/* false: nobody takes it any more */
static bool flow_write(struct flow *flow)
{
	size_t len = flow->len - flow->at;
	ssize_t n = write(flow->to, flow->data + flow->at, len < TTY_PIECE ? len : TTY_PIECE);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	flow->at += (size_t)n;
	if (flow->at == flow->len)
		flow->len = flow->at = 0;
	return true;
}

/* What the console has shown before it ended, unless nobody reads it. */
static void drain(struct flow *flow)
{
	struct pollfd from, to;

	for (;;) {
		flow_fill(flow, &from, &to);
		if (flow->len) {
			if (poll(&to, 1, DRAIN_MS) <= 0 || !flow_write(flow))
				return;
		} else if (flow->from < 0 || poll(&from, 1, 0) <= 0 || !flow_read(flow)) {
			return;
		}
	}
}

/* false: the person wants no more */
static bool typed(struct relay_state *state)
{
	struct flow *in = &state->in;
	char *escape;

	if (!flow_read(in)) {
		if (!state->relay->eof)
			return false;
		in->data[0] = state->relay->eof;
		in->len = 1;
		return true;
	}
	escape = state->escape && in->len ? memchr(in->data, HULL_ESCAPE, in->len) : NULL;
	if (!escape)
		return true;
	in->len = (size_t)(escape - in->data);
	if (in->len)
		flow_write(in);
	return false;
}

/* false: it asks to end */
static bool signalled(struct relay_state *state)
{
	const struct hull_relay *relay = state->relay;
	struct signalfd_siginfo info;

	if (read(state->signal_fd, &info, sizeof(info)) != sizeof(info))
		return true;
	if (info.ssi_signo == SIGWINCH) {
		if (relay->resized)
			relay->resized(relay);
		return true;
	}
	return relay->signal && relay->signal(relay, (int)info.ssi_signo);
}

static enum hull_relay_end pass(struct relay_state *state)
{
	struct pollfd fds[POLL_MAX];

	for (;;) {
		flow_fill(&state->out, &fds[POLL_OUT_FROM], &fds[POLL_OUT_TO]);
		flow_fill(&state->in, &fds[POLL_IN_FROM], &fds[POLL_IN_TO]);
		fds[POLL_SIGNAL] = (struct pollfd){ state->signal_fd, POLLIN, 0 };
		fds[POLL_END] = (struct pollfd){ state->relay->end, POLLIN, 0 };
		if (poll(fds, POLL_MAX, -1) < 0 && errno != EINTR)
			return HULL_RELAY_DETACHED;
		if (fds[POLL_SIGNAL].revents && !signalled(state))
			return HULL_RELAY_DETACHED;
		if (fds[POLL_OUT_TO].revents && !flow_write(&state->out))
			return HULL_RELAY_DETACHED;
		/* A console that has gone may be all that goes: then @end tells when to. */
		if (fds[POLL_OUT_FROM].revents && !flow_read(&state->out) && state->relay->end < 0)
			return HULL_RELAY_ENDED;
		if (fds[POLL_IN_TO].revents && !flow_write(&state->in))
			state->in.len = 0;
		if (fds[POLL_IN_FROM].revents && !typed(state))
			return HULL_RELAY_DETACHED;
		if (fds[POLL_END].revents) {
			drain(&state->out);
			return HULL_RELAY_ENDED;
		}
	}
}

static void signals_of(const struct hull_relay *relay, sigset_t *set)
{
	static const int ending[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGWINCH };
	static const int others[] = { SIGUSR1, SIGUSR2, SIGCONT };
	size_t i;

	sigemptyset(set);
	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		sigaddset(set, ending[i]);
	for (i = 0; relay->all_signals && i < sizeof(others) / sizeof(others[0]); i++)
		sigaddset(set, others[i]);
}

enum hull_relay_end hull_relay(const struct hull_relay *relay)
{
	struct relay_state state = {
		.relay = relay,
		.in = { .from = STDIN_FILENO, .to = relay->console },
		.out = { .from = relay->console, .to = STDOUT_FILENO },
	};
	struct signalfd_siginfo info;
	enum hull_relay_end end;
	struct hull_tty tty;
	sigset_t set, old;

	signals_of(relay, &set);
	sigprocmask(SIG_BLOCK, &set, &old);
	state.signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	fcntl(relay->console, F_SETFL, fcntl(relay->console, F_GETFL) | O_NONBLOCK);
	hull_tty_save(&tty);
	state.escape = relay->escape && tty.is_tty;
	if (relay->resized)
		relay->resized(relay);
	hull_tty_raw(&tty);
	end = pass(&state);
	hull_tty_restore(&tty);
	/* What came meanwhile has been obeyed. */
	while (state.signal_fd >= 0 && read(state.signal_fd, &info, sizeof(info)) > 0)
		;
	if (state.signal_fd >= 0)
		close(state.signal_fd);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return end;
}
