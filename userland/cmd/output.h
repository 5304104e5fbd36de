/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables for people, JSON for programs. */
#ifndef HULL_CMD_OUTPUT_H
#define HULL_CMD_OUTPUT_H

#include <jansson.h>
#include <lib/client.h>
#include <lib/names.h>

#define TEXT_BYTES	64

/* "1.5 GiB", "128 MiB" */
const char *text_bytes(uint64_t bytes, char text[TEXT_BYTES]);
/* "12.345 s" */
const char *text_ns(uint64_t ns, char text[TEXT_BYTES]);
/* local time, "2026-01-31 12:00:00" */
const char *text_time(uint64_t ns, char text[TEXT_BYTES]);
/* names with ", " between; @none when there are none */
void bits_print(const struct hull_bit_name *names, uint64_t bits, const char *none);

/* "Name            value" */
void row_begin(const char *name);
__attribute__((format(printf, 2, 3)))
void row_print(const char *name, const char *format, ...);

/* Text of others for a terminal: control characters become '?'. In place. */
char *text_clean(char *text);

/* These take over the reference to @value; a failure ends in a failure to print. */
void json_put(json_t *object, const char *key, json_t *value);
void json_put_u64(json_t *object, const char *key, uint64_t value);
void json_put_text(json_t *object, const char *key, const char *text);
json_t *json_bits(const struct hull_bit_name *names, uint64_t bits);
json_t *json_vm(const struct hull_vm_info *vm);

/* One line to stdout; frees it. 0, or 1 when there was no memory. */
int json_end(json_t *value);

#endif
