// SPDX-License-Identifier: GPL-2.0-only
/* The terminal while vmctl top has it: the other screen, no cursor, keys one by one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <cmd/calls.h>
#include <cmd/top.h>

static struct termios saved;
static bool taken;

static bool terminal_can(void)
{
	const char *term = getenv("TERM");

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && *term &&
	       strcmp(term, "dumb");
}

bool top_screen_begin(void)
{
	struct termios keys;

	if (!terminal_can() || tcgetattr(STDIN_FILENO, &saved))
		return false;
	keys = saved;
	keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	keys.c_cc[VMIN] = 1;
	keys.c_cc[VTIME] = 0;
	/* Stopped, or dumped, it could not give the terminal back. */
	keys.c_cc[VSUSP] = _POSIX_VDISABLE;
	keys.c_cc[VQUIT] = _POSIX_VDISABLE;
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &keys))
		return false;
	taken = true;
	atexit(top_screen_end);
	printf("\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J");
	fflush(stdout);
	return true;
}

void top_screen_end(void)
{
	if (!taken)
		return;
	taken = false;
	printf("\x1b[?25h\x1b[?1049l");
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
}

void top_screen_size(int *columns, int *lines)
{
	struct winsize size = { 0 };

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	*columns = size.ws_col ? size.ws_col : 80;
	*lines = size.ws_row ? size.ws_row : 24;
}

bool top_wait(uint32_t ms, bool screen)
{
	uint64_t end = interrupt_clock_ns() + (uint64_t)ms * 1000000, now;
	char key;

	while (!interrupt_seen()) {
		now = interrupt_clock_ns();
		if (now >= end)
			return true;
		if (!interrupt_wait(screen ? STDIN_FILENO : -1, (int)((end - now) / 1000000) + 1))
			continue;
		/* The end of input is the terminal's: nobody is there any more. */
		if (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q')
			return false;
	}
	return false;
}
