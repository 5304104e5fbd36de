// SPDX-License-Identifier: GPL-2.0-only
/* Numbers out of a cgroup's files. */
#include <string.h>
#include <lib/group.h>
#include "hull_tap.h"

static const char cpu[] =
	"usage_usec 123\nuser_usec 100\nsystem_usec 23\nnr_periods 0\nnr_throttled 7\n";
static const char io[] =
	"8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0\n"
	"8:0 rbytes=90430464 wbytes=299008000 rios=8950 wios=1252 dbytes=50331648 dios=3021\n"
	"253:0 \n";

static const struct {
	const char *text, *key;
	bool found;
	uint64_t value;
} flat[] = {
	{ cpu, "usage_usec", true, 123 },
	{ cpu, "nr_throttled", true, 7 },
	{ cpu, "usec", false, 0 },		/* only the end of a key */
	{ cpu, "user", false, 0 },		/* only its beginning */
	{ cpu, "absent", false, 0 },
	{ "", "x", false, 0 },
	{ "\n\n", "x", false, 0 },
	{ "x", "x", false, 0 },
	{ "x ", "x", false, 0 },
	{ "x\n1", "x", false, 0 },
	{ "x 5", "x", true, 5 },
	{ "y 1\nx 5", "x", true, 5 },
	{ "x -", "x", false, 0 },
	{ "x 5z\n", "x", false, 0 },
	{ "x max\n", "x", false, 0 },
	{ "x 18446744073709551615\n", "x", true, UINT64_MAX },
	{ "x 18446744073709551616\n", "x", false, 0 },
};

static const struct {
	const char *text, *key;
	uint64_t sum;
} pairs[] = {
	{ io, "rbytes", 1459200 + 90430464 },
	{ io, "wios", 353 + 1252 },
	{ io, "bytes", 0 },
	{ io, "rb", 0 },
	{ "", "rbytes", 0 },
	{ "rbytes=5", "rbytes", 0 },		/* without a device before it */
	{ "8:0 rbytes", "rbytes", 0 },
	{ "8:0 rbytes=", "rbytes", 0 },
	{ "8:0 rbytes=x rbytes=2", "rbytes", 2 },
};

int main(void)
{
	uint64_t value;
	size_t i;
	bool found;

	tap_plan(sizeof(flat) / sizeof(flat[0]) + sizeof(pairs) / sizeof(pairs[0]));
	for (i = 0; i < sizeof(flat) / sizeof(flat[0]); i++) {
		value = 0;
		found = hull_flat_find(flat[i].text, flat[i].key, &value);
		tap_ok(found == flat[i].found && (!found || value == flat[i].value),
		       "line %zu: %s", i, flat[i].key);
	}
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		tap_ok(hull_pairs_sum(pairs[i].text, pairs[i].key) == pairs[i].sum,
		       "pairs %zu: %s", i, pairs[i].key);
	return tap_end();
}
