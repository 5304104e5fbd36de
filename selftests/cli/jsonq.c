// SPDX-License-Identifier: GPL-2.0-only
/*
 * jsonq [KEY...]: is each line of stdin JSON? With keys: what is there, a number being
 * an index. Strings come without quotes. Exits with 1 when it is not, or not there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <jansson.h>

static json_t *child(json_t *value, const char *key)
{
	if (json_is_array(value))
		return json_array_get(value, strtoul(key, NULL, 10));
	return json_object_get(value, key);
}

int main(int argc, char **argv)
{
	static char line[1 << 20];
	int lines = 0;

	while (fgets(line, sizeof(line), stdin)) {
		json_error_t error;
		json_t *root = json_loads(line, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
		json_t *value = root;
		int i;

		if (!root) {
			fprintf(stderr, "not JSON: %s\n", error.text);
			return 1;
		}
		for (i = 1; i < argc && value; i++)
			value = child(value, argv[i]);
		if (!value)
			return 1;
		if (json_is_string(value))
			puts(json_string_value(value));
		else if (argc > 1 && !json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY))
			puts("");
		json_decref(root);
		lines++;
	}
	return lines ? 0 : 1;
}
