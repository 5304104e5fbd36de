// SPDX-License-Identifier: GPL-2.0-only
/* Questions under way, and who answers them. */

#include <linux/completion.h>
#include <linux/hashtable.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <hooks/ask.h>
#include <hooks/backend.h>
#include <hooks/check.h>
#include <hooks/tell.h>

#define GROUP_BITS	6

struct supervisor {
	struct hlist_node by_group;
	struct list_head questions;
	u32 group, port, n;
};

/*
 * @next: of the same act
 * @group: a reference
 * @by: who is asked; NULL: gone, or not to be waited for any more
 */
struct hull_question {
	struct hull_question *next;
	struct hull_group *group;
	struct hull_verdict_event event;
	u32 ms;
	bool quiet;
	u64 id;				/* [I] */
	struct list_head node;		/* ask_lock, as what follows */
	struct supervisor *by;
	bool allowed;
	struct completion answered;
};

static DEFINE_SPINLOCK(ask_lock);
static DEFINE_HASHTABLE(supervisors, GROUP_BITS);	/* ask_lock */
static u64 last_id;					/* ask_lock */
static hull_ask_fn ask_fn;				/* ask_lock to write */

static struct supervisor *supervisor_find(u32 group)
{
	struct supervisor *supervisor;

	lockdep_assert_held(&ask_lock);
	hash_for_each_possible(supervisors, supervisor, by_group, group)
		if (supervisor->group == group)
			return supervisor;
	return NULL;
}

/* Nobody is asked any more; an answer that has come stays. */
static void question_end(struct hull_question *question)
{
	lockdep_assert_held(&ask_lock);
	if (!question->by)
		return;
	question->by->n--;
	question->by = NULL;
	list_del(&question->node);
	complete(&question->answered);
}

static bool question_begin(struct hull_question *question, u32 group)
{
	struct supervisor *supervisor;
	bool any;

	spin_lock(&ask_lock);
	supervisor = supervisor_find(group);
	any = supervisor && supervisor->n < HULL_ASK_MAX;
	if (any) {
		supervisor->n++;
		question->id = ++last_id;
		question->by = supervisor;
		list_add_tail(&question->node, &supervisor->questions);
	}
	spin_unlock(&ask_lock);
	return any;
}

static void question_free(struct hull_question *question)
{
	spin_lock(&ask_lock);
	question_end(question);
	spin_unlock(&ask_lock);
	hull_subject_put(&question->group->subject);
	kfree(question);
}

struct hull_question *hull_ask_prepare(const struct hull_act *act, struct hull_group *group,
				       const struct hull_rules *rules,
				       const struct hull_verdict *verdict)
{
	struct hull_question *question;

	if (act->request.perms & ~hull_class_asks(act->request.class))
		return NULL;
	question = kzalloc(sizeof(*question), GFP_NOWAIT | __GFP_NOWARN | __GFP_ACCOUNT);
	if (!question)
		return NULL;
	init_completion(&question->answered);
	if (!hull_subject_get_unless_gone(&group->subject)) {
		kfree(question);
		return NULL;
	}
	question->group = group;
	question->ms = rules->set.rule[verdict->rule].rate;
	question->quiet = verdict->quiet;
	hull_tell_fill(&question->event, act, group, rules, verdict);
	if (question_begin(question, group->subject.id))
		return question;
	question_free(question);
	return NULL;
}

void hull_ask_add(struct hull_question **list, struct hull_question *question)
{
	while (*list)
		list = &(*list)->next;
	*list = question;
}

void hull_ask_drop(struct hull_question *list)
{
	struct hull_question *next;

	for (; list; list = next) {
		next = list->next;
		question_free(list);
	}
}

/* The socket's number, if it is there still. */
static bool port_of(struct hull_question *question, u32 *port, hull_ask_fn *fn)
{
	bool there;

	spin_lock(&ask_lock);
	there = question->by && ask_fn;
	if (there)
		*port = question->by->port;
	*fn = ask_fn;
	spin_unlock(&ask_lock);
	return there;
}

static bool question_ask(struct hull_question *question)
{
	hull_ask_fn fn;
	bool allowed;
	u32 port;

	hull_group_count(question->group, HULL_COUNT_ASKED);
	if (!port_of(question, &port, &fn) ||
	    fn(port, question->id, question->ms, &question->event))
		return false;
	wait_for_completion_killable_timeout(&question->answered,
					     msecs_to_jiffies(question->ms));
	spin_lock(&ask_lock);
	question_end(question);
	allowed = question->allowed;
	spin_unlock(&ask_lock);
	return allowed;
}

static int question_denied(struct hull_question *question)
{
	question->event.action = HULL_DO_DENY;
	hull_group_count(question->group, HULL_COUNT_DENIED);
	if (!question->quiet)
		hull_tell_event(&question->event);
	return -(int)question->event.error;
}

int hull_ask(struct hull_question *list)
{
	struct hull_question *question;
	int ret = 0;

	hull_backend_sleep_begin();
	for (question = list; question && !ret; question = question->next) {
		if (question_ask(question))
			hull_group_count(question->group, HULL_COUNT_ALLOWED);
		else
			ret = question_denied(question);
	}
	hull_ask_drop(list);
	hull_backend_sleep_end();
	return ret;
}

/* ---- supervisors -------------------------------------------------------------- */

int hull_supervise(const struct hull_group *group, u32 port, const char **why)
{
	struct supervisor *supervisor = kzalloc(sizeof(*supervisor), GFP_KERNEL_ACCOUNT);
	int ret = 0;

	*why = NULL;
	if (!supervisor)
		return -ENOMEM;
	INIT_LIST_HEAD(&supervisor->questions);
	supervisor->group = group->subject.id;
	supervisor->port = port;
	spin_lock(&ask_lock);
	if (supervisor_find(supervisor->group)) {
		*why = "the group has a supervisor already; end that one first";
		ret = -EBUSY;
	} else {
		hash_add(supervisors, &supervisor->by_group, supervisor->group);
	}
	spin_unlock(&ask_lock);
	if (ret)
		kfree(supervisor);
	return ret;
}

static void supervisor_end(struct supervisor *supervisor)
{
	struct hull_question *question, *next;

	lockdep_assert_held(&ask_lock);
	list_for_each_entry_safe(question, next, &supervisor->questions, node)
		question_end(question);
	hash_del(&supervisor->by_group);
	kfree(supervisor);
}

/* @all: or only those that are @port's */
static void supervisors_end(u32 port, bool all)
{
	struct supervisor *supervisor;
	struct hlist_node *next;
	int at;

	lockdep_assert_held(&ask_lock);
	hash_for_each_safe(supervisors, at, next, supervisor, by_group)
		if (all || supervisor->port == port)
			supervisor_end(supervisor);
}

void hull_supervise_end(u32 port)
{
	spin_lock(&ask_lock);
	supervisors_end(port, false);
	spin_unlock(&ask_lock);
}

static struct hull_question *question_find(u64 id)
{
	struct hull_question *question;
	struct supervisor *supervisor;
	int at;

	lockdep_assert_held(&ask_lock);
	hash_for_each(supervisors, at, supervisor, by_group)
		list_for_each_entry(question, &supervisor->questions, node)
			if (question->id == id)
				return question;
	return NULL;
}

int hull_supervise_answer(u64 id, bool allow)
{
	struct hull_question *question;

	spin_lock(&ask_lock);
	question = question_find(id);
	if (question) {
		question->allowed = allow;
		question_end(question);
	}
	spin_unlock(&ask_lock);
	return question ? 0 : -ENOENT;
}

void hull_ask_fn_set(hull_ask_fn fn)
{
	spin_lock(&ask_lock);
	ask_fn = fn;
	if (!fn)
		supervisors_end(0, true);
	spin_unlock(&ask_lock);
}
