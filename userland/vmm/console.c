// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include "console.h"

static unsigned int used(const struct vmm_ring *ring)
{
	return ring->head - ring->tail;
}

static unsigned int room(const struct vmm_ring *ring)
{
	return ring->size - used(ring);
}

static void push(struct vmm_ring *ring, uint8_t byte)
{
	ring->data[ring->head++ & (ring->size - 1)] = byte;
}

static uint8_t pull(struct vmm_ring *ring)
{
	return ring->data[ring->tail++ & (ring->size - 1)];
}

static void wake(const struct vmm_console *console)
{
	uint64_t one = 1;

	/* Fails only when it is awake 2^64 times already. */
	if (write(console->wake_fd, &one, sizeof(one)) < 0)
		return;
}

void vmm_console_init(struct vmm_console *console, int wake_fd)
{
	pthread_mutex_init(&console->lock, NULL);
	console->wake_fd = wake_fd;
	console->out = (struct vmm_ring){ .data = console->out_data, .size = CONSOLE_OUT };
	console->in = (struct vmm_ring){ .data = console->in_data, .size = CONSOLE_IN };
}

bool vmm_console_put(struct vmm_console *console, uint8_t byte)
{
	bool idle, more;

	pthread_mutex_lock(&console->lock);
	if (room(&console->out))
		push(&console->out, byte);
	more = room(&console->out) >= CONSOLE_BURST;
	idle = !console->busy;
	console->busy = true;
	pthread_mutex_unlock(&console->lock);
	if (idle)
		wake(console);
	return more;
}

bool vmm_console_room(struct vmm_console *console)
{
	bool more;

	pthread_mutex_lock(&console->lock);
	more = room(&console->out) >= CONSOLE_BURST;
	pthread_mutex_unlock(&console->lock);
	return more;
}

bool vmm_console_get(struct vmm_console *console, uint8_t *byte)
{
	bool got, starved;

	pthread_mutex_lock(&console->lock);
	got = used(&console->in);
	if (got)
		*byte = pull(&console->in);
	starved = console->starved && used(&console->in) <= CONSOLE_IN / 2;
	if (starved)
		console->starved = false;
	pthread_mutex_unlock(&console->lock);
	if (starved)
		wake(console);
	return got;
}

size_t vmm_console_take(struct vmm_console *console, uint8_t *data, size_t len)
{
	bool full;
	size_t n;

	pthread_mutex_lock(&console->lock);
	full = room(&console->out) < CONSOLE_BURST;
	for (n = 0; n < len && used(&console->out); n++)
		data[n] = pull(&console->out);
	pthread_mutex_unlock(&console->lock);
	if (full && n && console->ready)
		console->ready(console->device);
	return n;
}

size_t vmm_console_feed(struct vmm_console *console, const uint8_t *data, size_t len)
{
	size_t n;

	pthread_mutex_lock(&console->lock);
	for (n = 0; n < len && room(&console->in); n++)
		push(&console->in, data[n]);
	pthread_mutex_unlock(&console->lock);
	if (n && console->ready)
		console->ready(console->device);
	return n;
}

size_t vmm_console_want(struct vmm_console *console)
{
	size_t want;

	pthread_mutex_lock(&console->lock);
	want = room(&console->in);
	console->starved = !want;
	pthread_mutex_unlock(&console->lock);
	return want;
}

bool vmm_console_idle(struct vmm_console *console)
{
	bool idle;

	pthread_mutex_lock(&console->lock);
	idle = !used(&console->out);
	if (idle)
		console->busy = false;
	pthread_mutex_unlock(&console->lock);
	return idle;
}
