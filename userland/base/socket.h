/* SPDX-License-Identifier: GPL-2.0-only */
/* UNIX sockets in a directory that is open: paths of any length, and no race for it. */
#ifndef HULL_BASE_SOCKET_H
#define HULL_BASE_SOCKET_H

/** hull_socket_listen - non-blocking, for the owner alone; Return: a socket, or -1 and errno */
int hull_socket_listen(int dir, const char *file, int type);
/** hull_socket_connect - Return: a socket, or -1 and errno */
int hull_socket_connect(int dir, const char *file, int type);
/**
 * hull_socket_give - @fd with @text, to a stream socket at @path that somebody listens on
 *
 * Return: 0, or -1 and errno.
 */
int hull_socket_give(const char *path, int fd, const char *text);

#endif
