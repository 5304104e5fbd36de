// SPDX-License-Identifier: GPL-2.0-only
/* Verdicts: asked of each policy around a task, joined, counted, told, carried out. */

#include <linux/cred.h>
#include <linux/sched/signal.h>
#include <hooks/ask.h>
#include <hooks/check.h>
#include <hooks/freeze.h>
#include <hooks/quick.h>
#include <hooks/tell.h>
#include <hooks/walk.h>

/* How whoever is in @other stands to @group: enum hull_peer. */
static u8 peer_of(const struct hull_group *group, const struct hull_group *other)
{
	if (other == group)
		return HULL_PEER_SAME;
	if (!other)
		return HULL_PEER_OUTSIDE;
	if (hull_group_around(group, other))
		return HULL_PEER_BELOW;
	return hull_group_around(other, group) ? HULL_PEER_ABOVE : HULL_PEER_OTHER;
}

static void peer_fill(struct hull_act *act, const struct hull_group *group,
		      const struct hull_ruleset *set)
{
	const struct hull_group *other = act->peer ? hull_group_of(act->peer) :
						     hull_group_of_cgroup(act->peer_cgroup);
	struct task_struct *subject = act->subject ?: current;

	act->request.peer = act->peer && same_thread_group(act->peer, subject) ?
		HULL_PEER_SELF : peer_of(group, other);
	act->request.named = other && set->n_peers ?
		hull_ruleset_peer(set, other->subject.name, strlen(other->subject.name)) : 0;
}

/* What the defaults say does not let a group act on those outside of it. */
static bool floor_applies(const struct hull_act *act, const struct hull_ruleset *set, u32 sub,
			  const struct hull_verdict *verdict)
{
	const struct hull_request *request = &act->request;
	const struct hull_blob_class *class = &set->sub[sub].class[request->class];
	u32 said;

	if (!act->floor || verdict->action >= HULL_DO_DENY)
		return false;
	if (act->peer && request->peer <= HULL_PEER_BELOW)
		return false;
	said = set->cell[class->cell].rule[__ffs(request->perms)];
	return !verdict->rule || verdict->rule == said;
}

static void evaluate(struct hull_act *act, const struct hull_group *group,
		     const struct hull_rules *rules, u32 sub, struct hull_verdict *verdict)
{
	const struct hull_ruleset *set = &rules->set;

	switch (act->request.class) {
	case HULL_CLASS_FILE:
		hull_walk(set, sub, &act->request, &act->path, act->child, verdict);
		return;
	case HULL_CLASS_MOUNT:
		hull_walk_anchors(set, &act->request, &act->path);
		break;
	}
	if (act->peer || act->peer_cgroup)
		peer_fill(act, group, set);
	hull_evaluate(set, sub, &act->request, verdict);
	if (floor_applies(act, set, sub, verdict))
		hull_verdict_floor(set, hull_class_rows[act->request.class].error, verdict);
}

static void count(struct hull_group *group, const struct hull_verdict *verdict)
{
	static const u8 which[__HULL_DO_MAX] = {
		[HULL_DO_ALLOW] = HULL_COUNT_ALLOWED,
		[HULL_DO_AUDIT] = HULL_COUNT_AUDITED,
		[HULL_DO_LIMIT] = HULL_COUNT_LIMITED,
		[HULL_DO_ASK] = HULL_COUNT_ASKED,
		[HULL_DO_DENY] = HULL_COUNT_DENIED,
		[HULL_DO_FREEZE] = HULL_COUNT_KILLED,
		[HULL_DO_KILL] = HULL_COUNT_KILLED,
	};

	hull_group_count(group, which[verdict->action]);
}

static void limit(struct hull_group *group, struct hull_rules *rules,
		  struct hull_verdict *verdict)
{
	if (hull_rules_limit(rules, verdict->rule)) {
		verdict->action = HULL_DO_ALLOW;
		return;
	}
	count(group, verdict);
	verdict->action = HULL_DO_DENY;
	verdict->tell = !verdict->quiet;
}

/* false: nobody can be asked, so it is denied. */
static bool ask(struct hull_act *act, struct hull_group *group, const struct hull_rules *rules,
		struct hull_verdict *verdict)
{
	struct hull_question *question = hull_ask_prepare(act, group, rules, verdict);

	if (question) {
		hull_ask_add(&act->questions, question);
		return true;
	}
	verdict->action = HULL_DO_DENY;
	verdict->tell = !verdict->quiet;
	return false;
}

/* What this policy says, with what only the moment decides. */
static void decide(struct hull_act *act, struct hull_group *group, struct hull_rules *rules,
		   struct hull_verdict *verdict)
{
	evaluate(act, group, rules,
		 unlikely(act->subject) ? hull_sub_of(act->subject, rules) : hull_task_sub(rules),
		 verdict);
	if (verdict->rule)
		hull_rules_hit(rules, verdict->rule);
	if (unlikely(verdict->action == HULL_DO_LIMIT))
		limit(group, rules, verdict);
	else if (unlikely(verdict->action == HULL_DO_ASK) && ask(act, group, rules, verdict))
		return;
	count(group, verdict);
	if (unlikely(verdict->tell))
		hull_tell(act, group, rules, verdict);
}

/* @group: whose verdict it is */
static int carry_out(struct hull_group *group, const struct hull_verdict *verdict)
{
	/* Who is asked comes later. */
	if (likely(verdict->action < HULL_DO_DENY))
		return 0;
	if (verdict->action == HULL_DO_KILL)
		send_sig(SIGKILL, current, 1);
	else if (verdict->action == HULL_DO_FREEZE)
		hull_freeze(group);
	/* Above are those that mean something to the kernel alone: go on, try again ... */
	return verdict->error < ERESTARTSYS ? -(int)verdict->error : -EPERM;
}

static int check_from(struct hull_act *act, struct hull_group *group)
{
	struct hull_verdict verdict = { .action = HULL_DO_ALLOW }, one;
	struct hull_group *decisive = group;
	struct hull_rules *rules;

	for (; group; group = hull_group_outer(group)) {
		rules = hull_group_rules(group);
		if (!rules)
			continue;
		decide(act, group, rules, &one);
		if (hull_verdict_join(&verdict, &one))
			decisive = group;
	}
	return carry_out(decisive, &verdict);
}

int hull_check(struct hull_act *act)
{
	int ret;

	rcu_read_lock();
	ret = check_from(act, hull_group_current());
	rcu_read_unlock();
	if (likely(!act->questions))
		return ret;
	if (ret)
		hull_ask_drop(act->questions);
	else
		ret = hull_ask(act->questions);
	act->questions = NULL;
	return ret;
}

bool hull_may_by(struct hull_act *act, const struct hull_rules *rules)
{
	struct hull_verdict verdict;

	hull_walk(&rules->set, hull_task_sub(rules), &act->request, &act->path, act->child,
		  &verdict);
	return verdict.would < HULL_DO_LIMIT || rules->set.mode != HULL_MODE_ENFORCE;
}

bool hull_may(struct hull_act *act)
{
	const struct hull_group *group;
	const struct hull_rules *rules;
	bool may = true;

	rcu_read_lock();
	for (group = hull_group_current(); group && may; group = hull_group_outer(group)) {
		rules = hull_group_rules(group);
		may = !rules || hull_may_by(act, rules);
	}
	rcu_read_unlock();
	return may;
}

/* Which of its permissions does @rules deny @here and allow @there? 0: none */
static u32 gains(struct hull_act *here, struct hull_act *there, const struct hull_rules *rules)
{
	u32 all = here->request.perms, perms, gain = 0;

	/* All is allowed here: there cannot be more. */
	if (hull_may_by(here, rules))
		return 0;
	perms = all & ~hull_ruleset_plain(&rules->set, hull_task_sub(rules), HULL_CLASS_FILE);
	for (; perms && !gain; perms &= perms - 1) {
		here->request.perms = there->request.perms = perms & -perms;
		if (!hull_may_by(here, rules) && hull_may_by(there, rules))
			gain = here->request.perms;
	}
	here->request.perms = there->request.perms = all;
	return gain;
}

int hull_check_move(struct hull_act *here, struct hull_act *there)
{
	const struct hull_group *group;
	const struct hull_rules *rules;
	u32 gain = 0;

	rcu_read_lock();
	for (group = hull_group_current(); group && !gain; group = hull_group_outer(group)) {
		rules = hull_group_rules(group);
		gain = rules ? gains(here, there, rules) : 0;
	}
	rcu_read_unlock();
	if (!gain)
		return 0;
	here->request.perms = gain;
	return hull_deny_as(here, EXDEV);
}

int hull_deny(struct hull_act *act)
{
	return hull_deny_as(act, hull_class_rows[act->request.class].error);
}

int hull_deny_as(struct hull_act *act, u16 error)
{
	struct hull_verdict verdict = { .action = HULL_DO_ALLOW };
	const struct hull_rules *rules;
	struct hull_group *group;

	rcu_read_lock();
	group = hull_confined_by();
	if (group) {
		rules = hull_group_rules(group);
		hull_verdict_floor(&rules->set, error, &verdict);
		count(group, &verdict);
		hull_tell(act, group, rules, &verdict);
	}
	rcu_read_unlock();
	return carry_out(group, &verdict);
}

/* Of groups that the caller is in as well it is no act from outside. */
int hull_check_of(struct hull_act *act, struct task_struct *task)
{
	struct hull_group *group;
	int ret;

	act->peer = current;
	act->subject = task;
	rcu_read_lock();
	group = hull_group_of(task);
	ret = group ? check_from(act, group) : 0;
	rcu_read_unlock();
	act->subject = NULL;
	return ret;
}

static noinline int check_number(u32 class, u32 perms, u64 number)
{
	struct hull_act act;

	if (!hull_interesting(class, perms))
		return 0;
	hull_act_init(&act, class, perms);
	act.request.number = number;
	return hull_check(&act);
}

int hull_check_simple(u32 class, u32 perms, u64 number)
{
	return likely(hull_quick_number(class, perms, number)) ? 0 :
								 check_number(class, perms, number);
}

bool hull_within_group(struct task_struct *task)
{
	const struct hull_group *group;
	bool within;

	rcu_read_lock();
	group = hull_confined_by();
	within = !group || hull_group_around(group, hull_group_of(task));
	rcu_read_unlock();
	return within;
}
