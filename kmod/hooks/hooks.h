/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks room: where the kernel asks whether a task in a group may, and the policy of
 * the group answers. Attached only while a policy needs it.
 */
#ifndef HULL_HOOKS_HOOKS_H
#define HULL_HOOKS_HOOKS_H

#include <linux/types.h>

struct hull_group;
struct hull_rules;

/**
 * hull_confine - put @group under @rules, or under none with NULL
 * @rules: the caller's reference is taken, whatever happens
 * @why: on failure a static sentence for people, or NULL
 *
 * Every check sees the old or the new policy. Context: may sleep.
 * Return: 0; -EOPNOTSUPP: this kernel cannot enforce it; -EBUSY: somebody else holds a
 * function; -ENOENT: the group was deleted; -ENOMEM.
 */
int hull_confine(struct hull_group *group, struct hull_rules *rules, const char **why);

/**
 * hull_hooks_device_open - may the calling task open Hull's own device?
 *
 * Of tasks in a group with a policy only those whose policy has a rule for the device.
 * Context: any but NMI. Return: 0, or a negative errno.
 */
int hull_hooks_device_open(dev_t device);
/** hull_hooks_multicast_set - these @n groups of generic netlink are Hull's own */
void hull_hooks_multicast_set(unsigned int first, unsigned int n);

int hull_hooks_init(void);
void hull_hooks_exit(void);

#endif
