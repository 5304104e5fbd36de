// SPDX-License-Identifier: GPL-2.0-only
#include <sys/ioctl.h>
#include <unistd.h>
#include <base/tty.h>

void hull_tty_save(struct hull_tty *tty)
{
	tty->is_tty = !tcgetattr(STDIN_FILENO, &tty->saved);
}

void hull_tty_raw(const struct hull_tty *tty)
{
	struct termios raw = tty->saved;

	if (!tty->is_tty)
		return;
	cfmakeraw(&raw);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

void hull_tty_restore(const struct hull_tty *tty)
{
	if (tty->is_tty)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &tty->saved);
}

void hull_tty_size_copy(int from, int to)
{
	struct winsize size;

	if (!ioctl(from, TIOCGWINSZ, &size))
		ioctl(to, TIOCSWINSZ, &size);
}
