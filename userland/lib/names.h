/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the numbers of <linux/hull.h>, and numbers that people write. */
#ifndef HULL_LIB_NAMES_H
#define HULL_LIB_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/hull.h>

/* "?" for a number that this build does not know */
const char *hull_state_name(enum hull_vm_state state);
const char *hull_reason_name(enum hull_stop_reason reason);
const char *hull_engine_name(enum hull_engine engine);
const char *hull_event_name(enum hull_event_kind kind);
const char *hull_group_state_name(enum hull_group_state state);
const char *hull_action_name(enum hull_policy_action action);

/* Bits with names; a row without a name ends the table. @help: for people */
struct hull_bit_name {
	uint64_t bit;
	const char *name, *help;
};

extern const struct hull_bit_name hull_mitigation_names[];
extern const struct hull_bit_name hull_cap_names[];
extern const struct hull_bit_name hull_flag_names[];
extern const struct hull_bit_name hull_feature_names[];	/* those a host has or has not */
extern const struct hull_bit_name hull_group_flag_names[];

/*
 * Parsers take the whole text or none of it. They return false, and in *@why a
 * phrase that follows "VALUE: ".
 */
/* bytes: a decimal number, then nothing or one of K M G T (powers of 1024) */
bool hull_size_parse(const char *text, uint64_t *bytes, const char **why);
bool hull_number_parse(const char *text, uint32_t min, uint32_t max, uint32_t *number,
		       const char **why);
/* seconds with up to three places after a point, as milliseconds of @min to @max */
bool hull_milliseconds_parse(const char *text, uint32_t min, uint32_t max, uint32_t *ms);
bool hull_engine_parse(const char *text, enum hull_engine *engine, const char **why);
/* "default", "off", or names with commas between */
bool hull_mitigations_parse(const char *text, uint32_t *mitigations, const char **why);
bool hull_name_valid(const char *name);
/* only digits: an id, never a name */
bool hull_id_parse(const char *text, uint32_t *id);

#endif
