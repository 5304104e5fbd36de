// SPDX-License-Identifier: GPL-2.0-only
/* json - text of a file to a tree, within bounds */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <oci/read.h>

/*
 * The library's integers have a sign; config.json has some of all 64 bits (a limit that is
 * none, a mask of seccomp). Such a one becomes a string that begins with a control
 * character, which no other string here may.
 */
#define WIDE		"\\u0001"
#define WIDE_CHAR	'\1'
#define WIDE_DIGITS	19		/* fewer digits always fit */
#define WIDE_MORE	(sizeof(WIDE "\"\"") - 1)

static const char *string_end(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		at += *at == '\\' && at + 1 < end;
	return at < end ? at + 1 : end;
}

static bool is_wide(const char *digits, size_t len)
{
	char text[24];
	size_t i;

	if (len < WIDE_DIGITS || len > 20 || digits[0] == '0')
		return false;
	for (i = 0; i < len; i++)
		if (!isdigit((unsigned char)digits[i]))
			return false;
	memcpy(text, digits, len);
	text[len] = '\0';
	errno = 0;
	return strtoull(text, NULL, 10) > INT64_MAX && !errno;
}

static size_t number_length(const char *at, const char *end)
{
	size_t len = 0;

	while (at + len < end && (isalnum((unsigned char)at[len]) || strchr("+-.", at[len])))
		len++;
	return len;
}

/* Copies @text to @to with wide integers marked; -1: nested too deep. */
static ssize_t mark(const char *text, size_t len, char *to)
{
	const char *at = text, *end = text + len, *next;
	char *begin = to;
	int depth = 0;

	for (; at < end; at = next) {
		if (*at == '"') {
			next = string_end(at, end);
		} else if (isdigit((unsigned char)*at) || *at == '-') {
			next = at + number_length(at, end);
			if (is_wide(at, (size_t)(next - at))) {
				to += sprintf(to, "\"" WIDE "%.*s\"", (int)(next - at), at);
				continue;
			}
		} else {
			depth += *at == '{' || *at == '[';
			depth -= *at == '}' || *at == ']';
			if (depth > OCI_DEPTH_MAX)
				return -1;
			next = at + 1;
		}
		memcpy(to, at, (size_t)(next - at));
		to += next - at;
	}
	return to - begin;
}

bool oci_json_wide(const json_t *value, uint64_t *number)
{
	const char *text = json_string_value(value);

	if (!text || *text != WIDE_CHAR || !isdigit((unsigned char)text[1]))
		return false;
	*number = strtoull(text + 1, NULL, 10);
	return true;
}

json_t *oci_json_parse(const char *file, const char *text, size_t len, struct hull_error *error)
{
	json_error_t why;
	json_t *json;
	ssize_t marked;
	char *copy;

	if (len > OCI_FILE_MAX) {
		hull_error_set(error, EFBIG, "%s: larger than %u MiB", file, OCI_FILE_MAX >> 20);
		return NULL;
	}
	copy = malloc(len + (len / WIDE_DIGITS + 1) * WIDE_MORE + 1);
	if (!copy) {
		hull_error_set(error, ENOMEM, "%s: no memory", file);
		return NULL;
	}
	marked = mark(text, len, copy);
	if (marked < 0) {
		hull_error_set(error, EINVAL, "%s: nested deeper than %d", file, OCI_DEPTH_MAX);
		free(copy);
		return NULL;
	}
	json = json_loadb(copy, (size_t)marked, JSON_REJECT_DUPLICATES, &why);
	if (!json)
		hull_error_set(error, EINVAL, "%s: line %d, column %d: %s", file, why.line,
			       why.column, why.text);
	free(copy);
	return json;
}

static char *read_all(int fd, size_t *len)
{
	size_t size = 1 << 16;
	char *text = malloc(size), *more;
	ssize_t n;

	*len = 0;
	while (text && *len <= OCI_FILE_MAX) {
		n = read(fd, text + *len, size - *len);
		if (!n)
			return text;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		*len += (size_t)n;
		if (*len < size)
			continue;
		more = realloc(text, size *= 2);
		if (!more)
			break;
		text = more;
	}
	if (text && *len > OCI_FILE_MAX)
		return text;
	free(text);
	return NULL;
}

json_t *oci_json_load(int dir, const char *path, const char *file, struct hull_error *error)
{
	int fd = path ? openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY) :
			fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	json_t *json = NULL;
	struct stat stat;
	size_t len;
	char *text;

	if (fd < 0) {
		hull_error_set(error, errno, "%s: %s", file, strerror(errno));
		return NULL;
	}
	if (path && (fstat(fd, &stat) || (!S_ISREG(stat.st_mode) && !S_ISFIFO(stat.st_mode)))) {
		hull_error_set(error, EINVAL, "%s: not a file", file);
		close(fd);
		return NULL;
	}
	text = read_all(fd, &len);
	if (text)
		json = oci_json_parse(file, text, len, error);
	else
		hull_error_set(error, errno, "%s: cannot be read: %s", file, strerror(errno));
	free(text);
	close(fd);
	return json;
}
