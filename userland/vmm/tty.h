/* SPDX-License-Identifier: GPL-2.0-only */
/* The terminal: raw while a guest has it. */
#ifndef HULL_VMM_TTY_H
#define HULL_VMM_TTY_H

#include <stdbool.h>
#include <termios.h>

struct vmm_tty {
	bool is_tty;			/* stdin is a terminal, @saved is how it was */
	struct termios saved;
};

void tty_save(struct vmm_tty *tty);
void tty_raw(const struct vmm_tty *tty);
void tty_restore(const struct vmm_tty *tty);

#endif
