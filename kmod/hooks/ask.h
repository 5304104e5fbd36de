/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Questions: what a rule with "ask" is about is put to a process outside of all groups,
 * the group's supervisor, and the task waits. Without one, without an answer in time, and
 * when it goes away the answer is no.
 */
#ifndef HULL_HOOKS_ASK_H
#define HULL_HOOKS_ASK_H

#include <linux/types.h>

struct hull_act;
struct hull_group;
struct hull_question;
struct hull_rules;
struct hull_verdict;
struct hull_verdict_event;

/* How many tasks of a group may wait at once. */
#define HULL_ASK_MAX	64u

/**
 * hull_ask_prepare - a question for @group's supervisor
 *
 * Context: RCU read side; never waits.
 * Return: for hull_ask() or hull_ask_drop(); NULL: nobody can be asked, or too many wait.
 */
struct hull_question *hull_ask_prepare(const struct hull_act *act, struct hull_group *group,
				       const struct hull_rules *rules,
				       const struct hull_verdict *verdict);
/** hull_ask_add - @question is asked after those in @list */
void hull_ask_add(struct hull_question **list, struct hull_question *question);
/** hull_ask_drop - never mind */
void hull_ask_drop(struct hull_question *list);
/**
 * hull_ask - put all questions, one after the other, as long as the answer is yes
 *
 * Context: may sleep, not under RCU; the task can be killed. Frees @list.
 * Return: 0, or a negative errno.
 */
int hull_ask(struct hull_question *list);

/**
 * hull_supervise - @port answers @group's questions from now on, until it is closed
 * @port: of a netlink socket
 * @why: on failure a static sentence, or NULL
 *
 * Context: may sleep. Return: 0; -EBUSY: somebody else does; -ENOMEM.
 */
int hull_supervise(const struct hull_group *group, u32 port, const char **why);
/** hull_supervise_end - @port was closed: whoever waits for it is told no */
void hull_supervise_end(u32 port);
/** hull_supervise_answer - Return: 0; -ENOENT: nobody waits for this answer any more */
int hull_supervise_answer(u64 question, bool allow);

/* How a question gets to a supervisor; an errno when it does not. */
typedef int (*hull_ask_fn)(u32 port, u64 question, u32 ms, const struct hull_verdict_event *event);
/** hull_ask_fn_set - with NULL whoever waits is told no, and nobody is asked any more */
void hull_ask_fn_set(hull_ask_fn fn);

#endif
