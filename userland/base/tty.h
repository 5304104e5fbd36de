/* SPDX-License-Identifier: GPL-2.0-only */
/* The terminal on stdin: raw while somebody else has it. */
#ifndef HULL_BASE_TTY_H
#define HULL_BASE_TTY_H

#include <stdbool.h>
#include <termios.h>

struct hull_tty {
	bool is_tty;			/* stdin is a terminal, @saved is how it was */
	struct termios saved;
};

void hull_tty_save(struct hull_tty *tty);
void hull_tty_raw(const struct hull_tty *tty);
void hull_tty_restore(const struct hull_tty *tty);

/** hull_tty_size_copy - the window of terminal @to becomes as large as that of @from */
void hull_tty_size_copy(int from, int to);

#endif
