/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes that a rule has put under another policy of their group's set, by a program that
 * they execute: "allow file execute PATH to POLICY".
 */
#ifndef HULL_HOOKS_SUB_H
#define HULL_HOOKS_SUB_H

#include <linux/types.h>

struct hull_rules;
struct task_struct;

/**
 * hull_sub_of - which policy of @rules' set @task is under
 *
 * By name, so that it outlives a swap; where the new set has none of that name it is the
 * first one's again. Context: RCU read side. Return: a number below @rules->set.n_subs.
 */
u32 hull_sub_of(const struct task_struct *task, const struct hull_rules *rules);

/** hull_sub_begin - before a set of several policies is published; again is nothing new */
void hull_sub_begin(void);
/** hull_sub_exit - there is no group any more */
void hull_sub_exit(void);

#endif
