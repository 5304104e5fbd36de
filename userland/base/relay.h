/* SPDX-License-Identifier: GPL-2.0-only */
/* The terminal of a person here, a console there. */
#ifndef HULL_BASE_RELAY_H
#define HULL_BASE_RELAY_H

#include <stdbool.h>

#define HULL_ESCAPE	0x1d	/* Ctrl-] */

enum hull_relay_end {
	HULL_RELAY_DETACHED,		/* the person's side: escape, end of input, a signal */
	HULL_RELAY_ENDED,		/* the console's side */
};

/*
 * @console: what is shown comes from there, what is typed goes there; a terminal's master,
 *   or a socket. Becomes non-blocking.
 * @end: a descriptor that can be read when the other side has ended, for a console that
 *   does not tell so itself; -1: none
 * @escape: Ctrl-] detaches, if stdin is a terminal
 * @eof: what to type when stdin ends, to go on showing what comes; 0: that detaches
 * @resized: the window of the terminal has another size, or may have; may be NULL
 * @signal: one of the signals that ask a process to end; false: do so. NULL: always do
 * @all_signals: USR1, USR2 and CONT are for @signal, too
 */
struct hull_relay {
	int console, end;
	bool escape, all_signals;
	char eof;
	void (*resized)(const struct hull_relay *relay);
	bool (*signal)(const struct hull_relay *relay, int signal);
	void *data;
};

/** hull_relay - stdin to the console, the console to stdout; the terminal is raw meanwhile */
enum hull_relay_end hull_relay(const struct hull_relay *relay);

#endif
