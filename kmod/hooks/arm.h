/* SPDX-License-Identifier: GPL-2.0-only */
/* Which hooks are attached. */
#ifndef HULL_HOOKS_ARM_H
#define HULL_HOOKS_ARM_H

struct hull_rules;

/**
 * hull_arm - see that every hook that @rules needs is attached, as long as they live
 * @why: on failure a static sentence, or NULL
 *
 * Context: may sleep; takes a while when something has to be attached.
 * Return: 0; -EOPNOTSUPP, -EBUSY, -ENOMEM: nothing changed.
 */
int hull_arm(struct hull_rules *rules, const char **why);
/** hull_disarm_all - at the end; nobody is in a hook when it returns */
void hull_disarm_all(void);

#endif
