/* SPDX-License-Identifier: GPL-2.0-only */
/* Work that a task must do before it enters a guest: reschedule, task work, signals. */
#ifndef HULL_COMPAT_WORK_H
#define HULL_COMPAT_WORK_H

/**
 * hull_work_handle - do what keeps this task from entering a guest
 *
 * Context: process context, may sleep.
 * Return: 0, or -EINTR when a signal is pending.
 */
int hull_work_handle(void);

#endif
