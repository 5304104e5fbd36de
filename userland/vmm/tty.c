// SPDX-License-Identifier: GPL-2.0-only
#include <sys/ioctl.h>
#include <unistd.h>

#include "tty.h"

void tty_save(struct vmm_tty *tty)
{
	tty->is_tty = !tcgetattr(STDIN_FILENO, &tty->saved);
}

void tty_raw(const struct vmm_tty *tty)
{
	struct termios raw = tty->saved;

	if (!tty->is_tty)
		return;
	cfmakeraw(&raw);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

void tty_restore(const struct vmm_tty *tty)
{
	if (tty->is_tty)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &tty->saved);
}
