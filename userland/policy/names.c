// SPDX-License-Identifier: GPL-2.0-only
/* Names and numbers of calls, ranges, errors. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <policy/language.h>

#define RANGE(n)	(HULL_HYPERCALL_RANGE * (n))
#define ERRNO_MAX	4095

#define HULL_HYPERCALL_ROW(number, NAME, id, arguments, mode, cpl) \
	{ "hull_" #id, number, arguments, cpl, #mode },
const struct policy_call policy_calls[] = {
#include <hull/hypercalls.def>
	{ NULL, 0, 0, 0, NULL },
};
#undef HULL_HYPERCALL_ROW

const struct policy_range policy_ranges[] = {
	{ "own", RANGE(0), RANGE(1) - 1, "Hull" },
	{ "module", RANGE(1), RANGE(2) - 1, "a kernel module" },
	{ "user", RANGE(2), RANGE(3) - 1, "a process" },
	{ "bpf", RANGE(3), RANGE(4) - 1, "a BPF program" },
	{ NULL, 0, 0, NULL },
};

_Static_assert(RANGE(4) == HULL_HYPERCALL_NUMBERS, "the ranges are all there is");

const struct policy_call *policy_call_by_number(uint32_t number)
{
	const struct policy_call *row;

	for (row = policy_calls; row->name; row++)
		if (row->number == number)
			return row;
	return NULL;
}

const struct policy_call *policy_call_by_name(const char *name)
{
	const struct policy_call *row;

	for (row = policy_calls; row->name; row++)
		if (!strcmp(row->name, name) || !strcmp(row->name + strlen("hull_"), name))
			return row;
	return NULL;
}

const struct policy_range *policy_range_of(uint32_t number)
{
	const struct policy_range *row;

	for (row = policy_ranges; row->word; row++)
		if (number >= row->first && number <= row->last)
			return row;
	return policy_ranges;
}

static int digit_of(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	if (isxdigit((unsigned char)c))
		return tolower((unsigned char)c) - 'a' + 10;
	return 16;
}

bool policy_number_parse(const char *text, size_t len, uint64_t *value)
{
	int base = 10;
	size_t i;

	if (len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
		len -= 2;
	}
	*value = 0;
	for (i = 0; i < len; i++)
		if (digit_of(text[i]) >= base || __builtin_mul_overflow(*value, base, value) ||
		    __builtin_add_overflow(*value, digit_of(text[i]), value))
			return false;
	return len;
}

bool policy_call_number(const char *text, size_t len, uint32_t *offset)
{
	uint64_t value;

	if (!policy_number_parse(text, len, &value))
		return false;
	if (value >= HULL_HYPERCALL_BASE)
		value -= HULL_HYPERCALL_BASE;
	*offset = (uint32_t)value;
	return value < HULL_HYPERCALL_NUMBERS;
}

bool policy_errno_parse(const char *text, size_t len, int *error)
{
	uint64_t value;
	const char *name;

	if (policy_number_parse(text, len, &value)) {
		*error = (int)value;
		return value >= 1 && value <= ERRNO_MAX;
	}
	for (*error = 1; *error < 200; ++*error) {
		name = strerrorname_np(*error);
		if (name && strlen(name) == len && !memcmp(name, text, len))
			return true;
	}
	return false;
}
