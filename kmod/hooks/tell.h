/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What policies want told, through a bounded queue to whoever subscribed. What happens
 * again while it waits is counted, not told twice.
 */
#ifndef HULL_HOOKS_TELL_H
#define HULL_HOOKS_TELL_H

#include <linux/sched.h>
#include <linux/types.h>
#include <uapi/linux/hull.h>

struct hull_act;
struct hull_group;
struct hull_rules;
struct hull_verdict;

#define HULL_TELL_OBJECT_MAX	255
#define HULL_TELL_FILE_MAX	63

/**
 * struct hull_verdict_event - what arrives above
 * @dropped: events of any group that were lost before this one
 * @count: how often it happened
 * @object: what it was about, in words; may be cut
 * @line, @file: of the rule; 0: none, it is what keeps a group in its place
 */
struct hull_verdict_event {
	u32 group;
	char group_name[HULL_NAME_MAX + 1];
	u64 time_ns;				/* CLOCK_REALTIME, of the first */
	u64 dropped;
	u32 count;
	u32 pid, tid;				/* in the initial namespace */
	char comm[TASK_COMM_LEN];
	char exe[HULL_TELL_FILE_MAX + 1];
	u32 class, perms;
	u32 action, would, error;
	u32 line;
	char file[HULL_TELL_FILE_MAX + 1];
	char object[HULL_TELL_OBJECT_MAX + 1];
};

/** hull_tell_fill - make an event of it; RCU read side */
void hull_tell_fill(struct hull_verdict_event *event, const struct hull_act *act,
		    const struct hull_group *group, const struct hull_rules *rules,
		    const struct hull_verdict *verdict);
/** hull_tell_event - queue an event, or count it as lost; never waits */
void hull_tell_event(const struct hull_verdict_event *event);
/** hull_tell - queue it, or count it as lost; RCU read side, never waits */
void hull_tell(const struct hull_act *act, const struct hull_group *group,
	       const struct hull_rules *rules, const struct hull_verdict *verdict);

/**
 * hull_tell_fn_set - who gets the events, in process context, one after the other
 *
 * When this returns, @fn's predecessor is not running any more.
 */
void hull_tell_fn_set(void (*fn)(const struct hull_verdict_event *event));

int hull_tell_init(void);
void hull_tell_exit(void);

#endif
