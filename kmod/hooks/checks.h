/* SPDX-License-Identifier: GPL-2.0-only */
/* The checks of hull_hook rows, by file. Each gets the function's arguments. */
#ifndef HULL_HOOKS_CHECKS_H
#define HULL_HOOKS_CHECKS_H

/* file.c */
int hull_on_file_open(const unsigned long *arg);

/* socket.c */
int hull_on_socket_connect(const unsigned long *arg);

/* task.c */
int hull_on_task_kill(const unsigned long *arg);

#endif
