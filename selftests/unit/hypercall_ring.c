// SPDX-License-Identifier: GPL-2.0-only
/* Index arithmetic of rings, against queues that are kept in plain 64-bit numbers. */
#include "hypercall/ring_logic.h"
#include "hull_tap.h"
#include "random.h"

#define ROUNDS	200000

static void test_edges(void)
{
	tap_ok(hull_ring_filled(5, 5, 8) == 0 && hull_ring_filled(13, 5, 8) == 8, "empty, full");
	tap_ok(hull_ring_filled(14, 5, 8) == -EINVAL && hull_ring_filled(4, 5, 8) == -EINVAL,
	       "too many, less than none");
	tap_ok(hull_ring_filled(3, 0xfffffffd, 8) == 6 &&
	       hull_ring_filled(0, 0xfffffff8, 8) == 8 &&
	       hull_ring_filled(1, 0xfffffff8, 8) == -EINVAL, "across zero");
	tap_ok(hull_ring_takeable(4, 0, 8, 0, 8) == 0 && hull_ring_takeable(4, 0, 7, 0, 8) == 1 &&
	       hull_ring_takeable(4, 0, 2, 0, 8) == 4, "no more than there is room for");
	tap_ok(hull_ring_takeable(9, 0, 0, 0, 8) == -EINVAL &&
	       hull_ring_takeable(0, 0, 0, 1, 8) == -EINVAL, "either queue may be absurd");
	tap_ok(hull_ring_straight(0, 8, 8) == 8 && hull_ring_straight(7, 8, 8) == 1 &&
	       hull_ring_straight(0xffffffff, 2, 4096) == 1 && hull_ring_straight(6, 1, 8) == 1,
	       "up to the end of the array");
}

/* A queue with a history: what it holds is known, whatever its indices have become. */
static void test_history(void)
{
	u32 entries = 2u << (random_u64() % 12), start = random_u64(), wrong = 0;
	u64 submitted = start, taken = start, written = start, reaped = start;
	unsigned int i;
	int n;

	for (i = 0; i < ROUNDS; i++) {
		submitted += random_u64() % (entries - (submitted - taken) + 1);
		reaped += random_u64() % (written - reaped + 1);
		n = hull_ring_takeable(submitted, taken, written, reaped, entries);
		wrong += n < 0 || taken + n > submitted || written + n > reaped + entries ||
			 (taken + n != submitted && written + n != reaped + entries);
		if (n <= 0)
			continue;
		n = 1 + random_u64() % n;
		wrong += (u32)taken % entries +
			 hull_ring_straight(taken, n, entries) > entries;
		taken += n;
		written += n;
	}
	tap_ok(!wrong, "queues of %u entries from %#x on", entries, start);
}

/* Whatever a guest writes: never more than the entries there are. */
static void test_absurd(void)
{
	u32 entries, index, wrong = 0;
	unsigned int i;
	int n;

	for (i = 0; i < ROUNDS; i++) {
		entries = 2u << (random_u64() % 12);
		n = hull_ring_takeable(random_u64(), random_u64(), random_u64(), random_u64(),
				       entries);
		wrong += n != -EINVAL && (n < 0 || n > (int)entries);
		index = random_u64();
		n = hull_ring_straight(index, entries, entries);
		wrong += n < 1 || (index & (entries - 1)) + n != entries;
	}
	tap_ok(!wrong, "any index");
}

int main(void)
{
	unsigned int i;

	tap_plan(15);
	test_edges();
	for (i = 0; i < 8; i++)
		test_history();
	test_absurd();
	return tap_end();
}
