/* SPDX-License-Identifier: GPL-2.0-only */
/* The terminal of a person here, a console there. */
#ifndef HULL_BASE_RELAY_H
#define HULL_BASE_RELAY_H

#define HULL_ESCAPE	0x1d	/* Ctrl-] */

/**
 * hull_relay_console - stdin to @fd, @fd to stdout, the terminal raw meanwhile
 *
 * Ends by Ctrl-], the end of the input, or a signal that asks to end.
 * Return: 0: detached, 1: the other side has ended.
 */
int hull_relay_console(int fd);

#endif
