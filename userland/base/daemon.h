/* SPDX-License-Identifier: GPL-2.0-only */
/* A process in the background that tells how its start went. */
#ifndef HULL_BASE_DAEMON_H
#define HULL_BASE_DAEMON_H

#include <stddef.h>

/**
 * hull_daemon_fork - a process that is nobody's child and in a session of its own
 *
 * Return: 0 in it, *@report where its word goes; 1 in the caller, *@report where that can
 * be read; -1 and errno.
 */
int hull_daemon_fork(int *report);
/**
 * hull_daemon_word - reads and closes @report
 * Return: 0, or -1: the process has ended without a word of @size bytes
 */
int hull_daemon_word(int report, void *word, size_t size);

#endif
