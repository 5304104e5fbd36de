/* SPDX-License-Identifier: GPL-2.0-only */
/* What a guest has told of its own confined groups: the last few, kept on the record. */
#ifndef HULL_CORE_GUEST_GROUP_H
#define HULL_CORE_GUEST_GROUP_H

#include <uapi/linux/hull.h>
#include <linux/mutex.h>
#include <linux/types.h>

#define HULL_GUEST_GROUP_NAME_MAX	63

/**
 * struct hull_guest_group - the guest's word, believed by nobody
 * @name: printable
 * @id: in the guest
 * @age: when it was reported last, in reports
 */
struct hull_guest_group {
	char name[HULL_GUEST_GROUP_NAME_MAX + 1];
	u64 id;
	u64 allowed, denied, audited;
	u64 age;
};

/* @group has room for HULL_GUEST_GROUPS_MAX once there is one. */
struct hull_guest_groups {
	struct mutex lock;			/* everything here */
	struct hull_guest_group *group;
	u32 n;
	u64 reports;
};

void hull_guest_groups_init(struct hull_guest_groups *groups);
/** hull_guest_groups_clear - forget them all: the guest is gone, or a new one comes */
void hull_guest_groups_clear(struct hull_guest_groups *groups);

/**
 * hull_guest_group_set - a group, new or known by its id
 *
 * The one that was not heard of for the longest time makes room.
 * Context: may sleep. Return: 0, -ENOMEM.
 */
int hull_guest_group_set(struct hull_guest_groups *groups, const struct hull_guest_group *group);
/** hull_guest_group_get - copy the one at @index; false: there are fewer; may sleep */
bool hull_guest_group_get(struct hull_guest_groups *groups, u32 index,
			  struct hull_guest_group *group);

#endif
