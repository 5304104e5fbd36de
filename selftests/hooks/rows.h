/* SPDX-License-Identifier: GPL-2.0-only */
/* Something that may be denied, and what it returns then. */
#ifndef HULL_ROWS_H
#define HULL_ROWS_H

/**
 * struct row - a case
 * @rule: that denies it, under "default allow"
 * @act: 0, or an errno
 * @error: what it returns when denied
 */
struct row {
	const char *rule;
	int (*act)(void);
	int error;
};

extern const struct row file_rows[], socket_rows[], kernel_rows[], net_rows[], privilege_rows[];
extern const unsigned int file_rows_n, socket_rows_n, kernel_rows_n, net_rows_n, privilege_rows_n;

/* A system call's result as an errno or 0. */
int result(long ret);
/* Writes @text to a file, which is made if need be: 0, or an errno. */
int write_text(const char *path, const char *text);
/* A command of the shell's. */
void system_run(const char *command);

#endif
