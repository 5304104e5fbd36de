/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptors of a process that goes its own way. */
#ifndef HULL_BASE_FDS_H
#define HULL_BASE_FDS_H

#include <stdbool.h>
#include <stddef.h>

/** hull_fds_close - close every descriptor above 2 but these; sorts @keep, -1 is none */
void hull_fds_close(int *keep, size_t n);
/** hull_fds_detach - stdin, stdout and stderr become /dev/null */
void hull_fds_detach(void);
/** hull_write_all - all of it, through interruptions; Return: false and errno */
bool hull_write_all(int fd, const void *data, size_t len);

#endif
