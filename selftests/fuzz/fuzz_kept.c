// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is remembered of a group: any bytes, or a good state in which things were replaced.
 * What is taken can be cleaned up after, and written down again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <group/state.h>
#include <lib/names.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char good[] =
	"{\"name\":\"g\",\"phase\":2,\"id\":7,\"pid\":12,\"keeper\":11,\"status\":-1,\"tty\":false,"
	"\"background\":true,\"remove\":false,\"created\":1700000000000000000,\"started\":1,"
	"\"ended\":0,\"cgroup\":\"/sys/fs/cgroup/hull-groups/g\",\"bridge\":\"hull0\","
	"\"address\":175439874,\"argv\":[\"--rootfs\",\"/r\",\"true\"],\"env\":[\"A=1\"]}";

static const char *const words[] = {
	"\"\"", "-1", "-2", "4294967296", "9223372036854775807", "9223372036854775808", "null",
	"true", "[]", "{}", "[1]", "[\"x\"]", "\"/\"", "\"..\"", "\"/a/../g\"", "\"g/h\"",
	"\"\\u0000\"", "\"g\\u0000h\"", "1.5", "\"aaaaaaaaaaaaaaaaaaaaaaaa\"", "[[[[[[]]]]]]",
};

static void check(const char *text, size_t len)
{
	struct hull_kept state, again;
	char *written;

	if (hull_kept_parse(text, len, &state)) {
		if (state.argv || state.env || state.pid || state.cgroup[0])
			abort();
		return;
	}
	if (state.phase > HULL_PHASE_ENDED || state.pid < 0 || state.keeper < 0 ||
	    !hull_name_valid(state.name) || strchr(state.bridge, '/') ||
	    strstr(state.cgroup, "/../") || !hull_phase_name(state.phase))
		abort();
	written = hull_kept_format(&state);
	if (!written || hull_kept_parse(written, strlen(written), &again) ||
	    strcmp(state.cgroup, again.cgroup) || state.created != again.created)
		abort();
	free(written);
	hull_kept_free(&again);
	hull_kept_free(&state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = sizeof(good) - 1, at, end, new;
	const char *word;
	char *text;

	if (size < 4)
		return 0;
	if (data[0] & 1) {
		text = malloc(size - 1);
		memcpy(text, data + 1, size - 1);
		check(text, size - 1);
		free(text);
		return 0;
	}
	word = words[data[1] % (sizeof(words) / sizeof(words[0]))];
	new = strlen(word);
	text = malloc(len + new);
	memcpy(text, good, len);
	/* A value, or whatever is there. */
	at = ((size_t)data[2] << 8 | data[3]) % len;
	while (data[0] & 2 && at < len && text[at] != ':')
		at++;
	at += at < len && text[at] == ':';
	for (end = at; end < len && !strchr(",]}", text[end]); end++)
		;
	memmove(text + at + new, text + end, len - end);
	memcpy(text + at, word, new);
	len = len - (end - at) + new;
	text = realloc(text, len);
	check(text, len);
	free(text);
	return 0;
}
