/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON to structures by tables: a row a property. Whatever is wrong is said with the path
 * of the value that is: "config.json: linux.resources.memory.limit: not an integer".
 */
#ifndef HULL_OCI_READ_H
#define HULL_OCI_READ_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <container/config.h>
#include <lib/client.h>

#define OCI_DEPTH_MAX		32		/* of nesting in a file */
#define OCI_FILE_MAX		(4u << 20)	/* bytes */
#define OCI_STRING_MAX		(128u << 10)	/* bytes of one string: what execve() takes */

/*
 * @file: what complaints begin with
 * @config: whose memory everything read is in
 * @bundle: absolute; what relative paths begin at; NULL: they are refused
 * @error: filled in by the first failure
 * @warnings: what is not done, and may be left so: properties that nobody knows
 */
struct oci_reader {
	const char *file;
	struct hull_ct_config *config;
	const char *bundle;
	struct hull_error *error;
	struct hull_ct_strings *warnings;
	bool check_memory;		/* of resources: usage may not be above the new limit */
	struct {
		const char *key;	/* NULL: an array's element */
		size_t index;
	} at[OCI_DEPTH_MAX + 1];
	int depth;
};

struct oci_row;
/* @to: the field that the row's offset says, of the structure that the table is for */
typedef bool (*oci_read_fn)(struct oci_reader *reader, const struct oci_row *row,
			    const json_t *value, void *to);

/*
 * @key: NULL in a table's last row
 * @min, @max: of numbers; of strings and arrays @min is the least length
 * @more: a table of rows, an array's description or a list of words, as @read has it
 */
struct oci_row {
	const char *key;
	oci_read_fn read;
	size_t offset;
	const void *more;
	bool required;
	int64_t min, max;
};

#define OCI_AT(type, field)	offsetof(struct type, field)

/* Of an array: elements of @size bytes, their number at @count in the structure. */
struct oci_array {
	size_t size, count;		/* @count: from the structure's beginning */
	size_t offset;			/* of the pointer, likewise */
	oci_read_fn read;		/* of one element */
	const struct oci_row *rows;	/* for oci_read_object */
};

struct oci_word {
	const char *word;		/* NULL in the last one */
	uint64_t value;
};

/* "FILE: PATH: SENTENCE"; is false */
__attribute__((format(printf, 2, 3)))
bool oci_refuse(struct oci_reader *reader, const char *format, ...);
bool oci_no_memory(struct oci_reader *reader);
/* The same words for reader->warnings; false: no memory. */
__attribute__((format(printf, 2, 3)))
bool oci_warn(struct oci_reader *reader, const char *format, ...);

/* One property or element deeper; false: too deep. oci_leave() after success alone. */
bool oci_enter(struct oci_reader *reader, const char *key, size_t index);
void oci_leave(struct oci_reader *reader);

/* All properties of an object by their rows. */
bool oci_read_rows(struct oci_reader *reader, const struct oci_row *rows, const json_t *object,
		   void *to);

/* Reading functions for rows. */
bool oci_read_object(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		     void *to);		/* @more: rows */
bool oci_read_array(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		    void *to);		/* @more: struct oci_array; row's offset 0 */
bool oci_read_string(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		     void *to);		/* const char * */
bool oci_read_strings(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		      void *to);	/* struct hull_ct_strings */
bool oci_read_paths(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		    void *to);		/* likewise, absolute ones */
bool oci_read_path(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		   void *to);		/* const char *, absolute */
bool oci_read_bool(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		   void *to);
bool oci_read_i64(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		  void *to);
bool oci_read_u64(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		  void *to);		/* all 64 bits; the row has no bounds */
bool oci_read_u32(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		  void *to);
bool oci_read_int(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		  void *to);
bool oci_read_word(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		   void *to);		/* int; @more: words */
bool oci_read_flags(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		    void *to);		/* uint64_t, or'ed; @more: words */
/* What cannot be honoured; @more: why. Nothing said is fine: null, 0, false, "", {}, []. */
bool oci_read_never(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		    void *to);

/* Building blocks of those. */
bool oci_integer(struct oci_reader *reader, const json_t *value, int64_t min, int64_t max,
		 int64_t *number);
const char *oci_text(struct oci_reader *reader, const json_t *value);
bool oci_find_word(struct oci_reader *reader, const struct oci_word *words, const json_t *value,
		   uint64_t *number);
/* Each value of a map of strings: @each is inside the property of that name. */
bool oci_read_map(struct oci_reader *reader, const json_t *value,
		  bool (*each)(struct oci_reader *reader, const char *key, const json_t *value,
			       void *to), void *to);

/*
 * The text of a file, parsed: at most OCI_FILE_MAX bytes, OCI_DEPTH_MAX deep, no property
 * twice in one object. Integers above 2^63 - 1 are kept, for oci_read_u64().
 */
json_t *oci_json_parse(const char *file, const char *text, size_t len, struct hull_error *error);
/* @path relative to @dir; AT_FDCWD. A regular file, or a pipe. NULL: standard input. */
json_t *oci_json_load(int dir, const char *path, const char *file, struct hull_error *error);
bool oci_json_wide(const json_t *value, uint64_t *number);

#endif
