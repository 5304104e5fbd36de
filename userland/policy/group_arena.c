// SPDX-License-Identifier: GPL-2.0-only
/* Memory of a policy: taken piece by piece, given back at once. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <policy/group_private.h>

#define BLOCK_FIRST	(8u << 10)
#define BLOCK_MOST	(256u << 10)

struct block {
	struct block *next;
	size_t used, size;
	_Alignas(16) char data[];
};

struct group_arena {
	struct block *block;
};

/* The same as a kernel would: without memory there is nothing left to say it with. */
static void *get(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory) {
		fputs("vmctl: out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

struct group_arena *group_arena_new(void)
{
	return get(sizeof(struct group_arena));
}

void group_arena_free(struct group_arena *arena)
{
	struct block *block, *next;

	if (!arena)
		return;
	for (block = arena->block; block; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

void *group_alloc(struct group_arena *arena, size_t size)
{
	struct block *block = arena->block;
	void *memory;

	size = (size + 15) & ~(size_t)15;
	if (!block || block->size - block->used < size) {
		size_t room = block ? 2 * block->size : BLOCK_FIRST;

		if (room > BLOCK_MOST)
			room = BLOCK_MOST;
		if (room < size)
			room = size;
		block = get(sizeof(*block) + room);
		block->size = room;
		block->next = arena->block;
		arena->block = block;
	}
	memory = block->data + block->used;
	block->used += size;
	return memory;
}

char *group_copy(struct group_arena *arena, const char *text, size_t len)
{
	char *copy = group_alloc(arena, len + 1);

	memcpy(copy, text, len);
	return copy;
}

const char *group_print(struct group_arena *arena, const char *format, ...)
{
	va_list args, again;
	char *text;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	text = group_alloc(arena, (size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	va_end(args);
	return text;
}

void *group_grow(struct group_arena *arena, void *array, size_t n, size_t size)
{
	void *larger;

	/* Room for 8, 16, 32, ...: it is full at 0 and at each of these. */
	if (n & (n - 1) || (n && n < 8))
		return array;
	larger = group_alloc(arena, (n ? 2 * n : 8) * size);
	if (n)
		memcpy(larger, array, n * size);
	return larger;
}
