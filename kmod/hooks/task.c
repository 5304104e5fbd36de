// SPDX-License-Identifier: GPL-2.0-only
/* What tasks do to tasks. */

#include <linux/sched/signal.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>

static int check_peer(struct task_struct *peer, u32 class, u32 out, u32 in, u64 number)
{
	struct hull_act act;
	int ret;

	hull_act_init(&act, class, out);
	act.request.number = number;
	act.peer = peer;
	act.floor = true;
	ret = hull_check(&act);
	if (ret || same_thread_group(peer, current))
		return ret;
	act.request.perms = in;
	act.floor = false;
	return hull_check_of(&act, peer);
}

/* int security_task_kill(struct task_struct *p, struct kernel_siginfo *info, int sig, cred) */
int hull_on_task_kill(const unsigned long *arg)
{
	struct task_struct *peer = HULL_HOOK_ARG(struct task_struct *, arg, 0);
	int signal = HULL_HOOK_ARG(int, arg, 2);

	return check_peer(peer, HULL_CLASS_SIGNAL, HULL_SIGNAL_SEND, HULL_SIGNAL_RECEIVE, signal);
}
