/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the starter. */
#ifndef HULL_CONTAINER_START_H
#define HULL_CONTAINER_START_H

#include <container/start/block.h>

/* struct hull_ct_message without a C library's types */
struct start_message {
	unsigned int kind;
	int step, code;
	char object[192];
};

void start_exit(int status) __attribute__((noreturn));
/* With a descriptor. Negative: -errno */
long start_message_send(int channel, const struct start_message *message, int fd);
/*
 * Stays as the container's first process: returns in its child, which is to become the
 * program, and ends with that one's status.
 */
void start_init(int channel, int terminal);

#endif
