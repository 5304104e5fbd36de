/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the serial port, used by vCPU threads, and the loop that moves bytes.
 *
 * A vCPU thread only ever touches a ring in memory. It wakes the loop when that
 * has been idle; a loop that is busy looks again by itself a little later, so that
 * a stream of characters costs no system call per character.
 */
#ifndef HULL_VMM_CONSOLE_H
#define HULL_VMM_CONSOLE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONSOLE_OUT	(32u << 10)	/* powers of two */
#define CONSOLE_IN	(4u << 10)
#define CONSOLE_BURST	16u		/* what a port sends that was told it may */

struct vmm_ring {
	uint8_t *data;
	unsigned int size, head, tail;	/* running counts: tail is where to read */
};

/*
 * @ready: called by the loop, without @lock, after it took output where there was no room
 *   or put input into an empty one
 */
struct vmm_console {
	pthread_mutex_t lock;
	struct vmm_ring out, in;
	bool busy;			/* the loop will look by itself */
	bool starved;			/* the loop waits for room in @in */
	int wake_fd;			/* [I] eventfd */
	void (*ready)(void *device);	/* [I] */
	void *device;			/* [I] */
	uint8_t out_data[CONSOLE_OUT], in_data[CONSOLE_IN];
};

void vmm_console_init(struct vmm_console *console, int wake_fd);

/* --- the device's side ----------------------------------------------------- */

/** vmm_console_put - Return: false when there is no room for another CONSOLE_BURST */
bool vmm_console_put(struct vmm_console *console, uint8_t byte);
/** vmm_console_room - is there room for CONSOLE_BURST bytes */
bool vmm_console_room(struct vmm_console *console);
/** vmm_console_get - Return: false when there is no input */
bool vmm_console_get(struct vmm_console *console, uint8_t *byte);

/* --- the loop's side ------------------------------------------------------- */

size_t vmm_console_take(struct vmm_console *console, uint8_t *data, size_t room);
/** vmm_console_feed - Return: how much was taken; vmm_console_want() says how much can be */
size_t vmm_console_feed(struct vmm_console *console, const uint8_t *data, size_t len);
size_t vmm_console_want(struct vmm_console *console);
/** vmm_console_idle - Return: false when there is output after all */
bool vmm_console_idle(struct vmm_console *console);

#endif
