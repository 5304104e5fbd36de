// SPDX-License-Identifier: GPL-2.0-only
/* Numbers out of the text of a cgroup's files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <lib/group.h>

bool hull_flat_find(const char *text, const char *key, uint64_t *value)
{
	size_t len = strlen(key);
	char *end;

	while (*text) {
		if (!strncmp(text, key, len) && text[len] == ' ') {
			errno = 0;
			*value = strtoull(text + len + 1, &end, 10);
			return end != text + len + 1 && (!*end || *end == '\n') && !errno;
		}
		text = strchr(text, '\n');
		if (!text)
			break;
		text++;
	}
	return false;
}

uint64_t hull_pairs_sum(const char *text, const char *key)
{
	size_t len = strlen(key);
	uint64_t sum = 0;
	const char *at;

	/* "8:0 rbytes=1 wbytes=2 ...", and a key may be the end of another one. */
	for (at = strstr(text, key); at; at = strstr(at + len, key))
		if (at > text && at[-1] == ' ' && at[len] == '=')
			sum += strtoull(at + len + 1, NULL, 10);
	return sum;
}
