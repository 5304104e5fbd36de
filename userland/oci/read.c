// SPDX-License-Identifier: GPL-2.0-only
/* read - values of JSON to fields */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <oci/read.h>

#define KEY_SHOWN	60	/* bytes of a key in a complaint */

/* Keys of others, for a terminal and in bounds. */
static size_t key_put(char *text, size_t size, const char *key)
{
	size_t n;

	for (n = 0; key[n] && n < KEY_SHOWN && n + 1 < size; n++)
		text[n] = (unsigned char)key[n] < ' ' || key[n] == 127 ? '?' : key[n];
	text[n] = '\0';
	return n;
}

static void path_put(const struct oci_reader *reader, char *text, size_t size)
{
	size_t len = 0;
	int i;

	text[0] = '\0';
	for (i = 0; i < reader->depth && len + 24 < size; i++) {
		if (!reader->at[i].key) {
			len += (size_t)snprintf(text + len, size - len, "[%zu]",
						reader->at[i].index);
			continue;
		}
		if (len)
			text[len++] = '.';
		len += key_put(text + len, size - len, reader->at[i].key);
	}
}

bool oci_refuse(struct oci_reader *reader, const char *format, ...)
{
	char path[160], why[160];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	path_put(reader, path, sizeof(path));
	hull_error_set(reader->error, EINVAL, "%s: %s%s%s", reader->file, path,
		       path[0] ? ": " : "", why);
	return false;
}

bool oci_warn(struct oci_reader *reader, const char *format, ...)
{
	char path[160], why[160];
	char *warning;
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	path_put(reader, path, sizeof(path));
	warning = hull_ct_printf(reader->config, "%s: %s: %s", reader->file, path, why);
	if (!warning || !hull_ct_strings_add(reader->config, reader->warnings, warning))
		return oci_no_memory(reader);
	return true;
}

bool oci_no_memory(struct oci_reader *reader)
{
	hull_error_set(reader->error, ENOMEM, "%s: no memory", reader->file);
	return false;
}

bool oci_enter(struct oci_reader *reader, const char *key, size_t index)
{
	if (reader->depth > OCI_DEPTH_MAX)
		return oci_refuse(reader, "nested deeper than %d", OCI_DEPTH_MAX);
	reader->at[reader->depth].key = key;
	reader->at[reader->depth++].index = index;
	return true;
}

void oci_leave(struct oci_reader *reader)
{
	reader->depth--;
}

/* The runtime-spec wants unknown properties ignored; they are told of, not passed over. */
static bool unknown(struct oci_reader *reader, const struct oci_row *rows, const char *key)
{
	const struct oci_row *row;

	/* Readers that match without regard to case would have taken it. */
	for (row = rows; row->key; row++)
		if (!strcasecmp(row->key, key))
			return oci_refuse(reader, "unknown; is it '%s'?", row->key);
	return oci_warn(reader, "unknown, and ignored");
}

static bool read_property(struct oci_reader *reader, const struct oci_row *rows, const char *key,
			  const json_t *value, void *to)
{
	const struct oci_row *row;
	bool ok;

	if (!oci_enter(reader, key, 0))
		return false;
	for (row = rows; row->key && strcmp(row->key, key); row++)
		;
	if (!row->key)
		ok = unknown(reader, rows, key);
	else if (json_is_null(value))
		ok = true;
	else
		ok = row->read(reader, row, value, (char *)to + row->offset);
	if (ok)
		oci_leave(reader);
	return ok;
}

bool oci_read_rows(struct oci_reader *reader, const struct oci_row *rows, const json_t *object,
		   void *to)
{
	const struct oci_row *row;
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		return oci_refuse(reader, "not an object");
	json_object_foreach((json_t *)object, key, value)
		if (!read_property(reader, rows, key, value, to))
			return false;
	for (row = rows; row->key; row++) {
		value = row->required ? json_object_get(object, row->key) : NULL;
		if (row->required && (!value || json_is_null(value)))
			return oci_refuse(reader, "%s is missing", row->key);
	}
	return true;
}

bool oci_read_object(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		     void *to)
{
	return oci_read_rows(reader, row->more, value, to);
}

bool oci_read_array(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		    void *to)
{
	const struct oci_array *array = row->more;
	struct oci_row element = { .read = array->read, .more = array->rows };
	size_t i, n = json_array_size(value), count;
	char *field = to;
	void *new;

	if (!json_is_array(value))
		return oci_refuse(reader, "not an array");
	for (i = 0; i < n; i++) {
		if (!oci_enter(reader, NULL, i))
			return false;
		memcpy(&count, field + array->count, sizeof(count));
		new = hull_ct_append(reader->config, field + array->offset, &count, array->size);
		if (!new)
			return oci_no_memory(reader);
		memcpy(field + array->count, &count, sizeof(count));
		if (!array->read(reader, &element, json_array_get(value, i), new))
			return false;
		oci_leave(reader);
	}
	return true;
}

const char *oci_text(struct oci_reader *reader, const json_t *value)
{
	uint64_t wide;
	char *copy;

	if (!json_is_string(value) || oci_json_wide(value, &wide)) {
		oci_refuse(reader, "not a string");
		return NULL;
	}
	if (json_string_length(value) > OCI_STRING_MAX) {
		oci_refuse(reader, "longer than %u KiB", OCI_STRING_MAX >> 10);
		return NULL;
	}
	copy = hull_ct_strdup(reader->config, json_string_value(value));
	if (!copy)
		oci_no_memory(reader);
	return copy;
}

bool oci_read_string(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		     void *to)
{
	const char *text = oci_text(reader, value);

	if (!text)
		return false;
	if ((int64_t)strlen(text) < row->min)
		return oci_refuse(reader, "empty");
	if (row->max && (int64_t)strlen(text) > row->max)
		return oci_refuse(reader, "longer than %lld bytes", (long long)row->max);
	memcpy(to, &text, sizeof(text));
	return true;
}

bool oci_read_path(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		   void *to)
{
	const char *text = oci_text(reader, value);

	(void)row;
	if (!text)
		return false;
	if (text[0] != '/')
		return oci_refuse(reader, "not an absolute path");
	if (strlen(text) >= PATH_MAX)
		return oci_refuse(reader, "longer than a path may be");
	memcpy(to, &text, sizeof(text));
	return true;
}

static bool strings_read(struct oci_reader *reader, const json_t *value, bool absolute,
			 struct hull_ct_strings *strings)
{
	const char *text;
	size_t i;

	if (!json_is_array(value))
		return oci_refuse(reader, "not an array");
	for (i = 0; i < json_array_size(value); i++) {
		if (!oci_enter(reader, NULL, i))
			return false;
		text = oci_text(reader, json_array_get(value, i));
		if (!text)
			return false;
		if (absolute && (text[0] != '/' || strlen(text) >= PATH_MAX))
			return oci_refuse(reader, "not an absolute path");
		if (!hull_ct_strings_add(reader->config, strings, text))
			return oci_no_memory(reader);
		oci_leave(reader);
	}
	return true;
}

bool oci_read_strings(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		      void *to)
{
	(void)row;
	return strings_read(reader, value, false, to);
}

bool oci_read_paths(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		    void *to)
{
	(void)row;
	return strings_read(reader, value, true, to);
}

bool oci_read_bool(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		   void *to)
{
	(void)row;
	if (!json_is_boolean(value))
		return oci_refuse(reader, "neither true nor false");
	*(bool *)to = json_is_true(value);
	return true;
}

bool oci_integer(struct oci_reader *reader, const json_t *value, int64_t min, int64_t max,
		 int64_t *number)
{
	uint64_t wide;

	if (oci_json_wide(value, &wide))
		return oci_refuse(reader, "not in %lld..%lld", (long long)min, (long long)max);
	if (!json_is_integer(value))
		return oci_refuse(reader, "not an integer");
	*number = json_integer_value(value);
	if (*number < min || *number > max)
		return oci_refuse(reader, "not in %lld..%lld", (long long)min, (long long)max);
	return true;
}

bool oci_read_i64(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		  void *to)
{
	return oci_integer(reader, value, row->min, row->max ? row->max : INT64_MAX, to);
}

bool oci_read_u64(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		  void *to)
{
	int64_t number;

	(void)row;
	if (oci_json_wide(value, to))
		return true;
	if (!oci_integer(reader, value, 0, INT64_MAX, &number))
		return false;
	*(uint64_t *)to = (uint64_t)number;
	return true;
}

bool oci_read_u32(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		  void *to)
{
	int64_t number;

	if (!oci_integer(reader, value, row->min, row->max ? row->max : UINT32_MAX, &number))
		return false;
	*(uint32_t *)to = (uint32_t)number;
	return true;
}

bool oci_read_int(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		  void *to)
{
	int64_t number;

	if (!oci_integer(reader, value, row->min, row->max ? row->max : INT_MAX, &number))
		return false;
	*(int *)to = (int)number;
	return true;
}

bool oci_find_word(struct oci_reader *reader, const struct oci_word *words, const json_t *value,
		   uint64_t *number)
{
	const char *text = oci_text(reader, value);
	char shown[KEY_SHOWN + 1];

	if (!text)
		return false;
	for (; words->word; words++) {
		if (!strcmp(words->word, text)) {
			*number = words->value;
			return true;
		}
	}
	key_put(shown, sizeof(shown), text);
	return oci_refuse(reader, "'%s' is not known", shown);
}

bool oci_read_word(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		   void *to)
{
	uint64_t number;

	if (!oci_find_word(reader, row->more, value, &number))
		return false;
	*(int *)to = (int)number;
	return true;
}

bool oci_read_flags(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		    void *to)
{
	uint64_t number;
	size_t i;

	if (!json_is_array(value))
		return oci_refuse(reader, "not an array");
	for (i = 0; i < json_array_size(value); i++) {
		if (!oci_enter(reader, NULL, i) ||
		    !oci_find_word(reader, row->more, json_array_get(value, i), &number))
			return false;
		*(uint64_t *)to |= number;
		oci_leave(reader);
	}
	return true;
}

bool oci_read_never(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		    void *to)
{
	(void)to;
	if (json_is_false(value) || (json_is_integer(value) && !json_integer_value(value)) ||
	    (json_is_string(value) && !json_string_length(value)) ||
	    (json_is_array(value) && !json_array_size(value)) ||
	    (json_is_object(value) && !json_object_size(value)))
		return true;
	return oci_refuse(reader, "cannot be honoured: %s", (const char *)row->more);
}

bool oci_read_map(struct oci_reader *reader, const json_t *value,
		  bool (*each)(struct oci_reader *reader, const char *key, const json_t *value,
			       void *to), void *to)
{
	const char *key;
	json_t *element;

	if (!json_is_object(value))
		return oci_refuse(reader, "not an object");
	json_object_foreach((json_t *)value, key, element) {
		if (!oci_enter(reader, key, 0) || !each(reader, key, element, to))
			return false;
		oci_leave(reader);
	}
	return true;
}
