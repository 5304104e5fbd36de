// SPDX-License-Identifier: GPL-2.0-only
/* What guests say when they want to meet: edges, then random structures. */
#include "hull_tap.h"
#include "hypercall/meet_logic.h"
#include "random.h"

#define BITS	39

static void names_run(void)
{
	char name[80];

	memset(name, 'x', sizeof(name));
	tap_ok(!hull_guest_name_valid("", 0), "an empty name");
	tap_ok(hull_guest_name_valid("!", 1) && hull_guest_name_valid("~", 1), "first and last");
	tap_ok(!hull_guest_name_valid(" ", 1) && !hull_guest_name_valid("\x7f", 1), "beyond them");
	tap_ok(!hull_guest_name_valid("a\0b", 3), "a NUL inside");
	tap_ok(!hull_guest_name_valid("\x80", 1) && !hull_guest_name_valid("\xff", 1), "no ASCII");
	tap_ok(hull_guest_name_valid(name, 63) && !hull_guest_name_valid(name, 64), "63 bytes");
	tap_ok(!hull_guest_name_valid(name, ~0UL), "no end of bytes");
}

static void setup_run(void)
{
	tap_ok(!hull_event_setup_check(0, HULL_EVENT_POLL, ~0ULL), "poll: what does not matter");
	tap_ok(hull_event_setup_check(1, HULL_EVENT_POLL, 0) == -EINVAL, "no page");
	tap_ok(!hull_event_setup_check(~0xfffULL, HULL_EVENT_GSI, 4095), "GSI 4095");
	tap_ok(hull_event_setup_check(0, HULL_EVENT_GSI, 4096) == -EINVAL, "GSI 4096");
	tap_ok(hull_event_setup_check(0, HULL_EVENT_GSI, 1ULL << 32) == -EINVAL, "GSI 2^32");
	tap_ok(!hull_event_setup_check(0, HULL_EVENT_VECTOR, 16), "vector 16");
	tap_ok(hull_event_setup_check(0, HULL_EVENT_VECTOR, 15) == -EINVAL, "vector 15");
	tap_ok(!hull_event_setup_check(0, HULL_EVENT_VECTOR, 255 | 63 << 8), "APIC 63");
	tap_ok(hull_event_setup_check(0, HULL_EVENT_VECTOR, 255 | 64 << 8) == -EINVAL, "APIC 64");
	tap_ok(hull_event_setup_check(0, HULL_EVENT_VECTOR, 255 | 1ULL << 40) == -EINVAL, "APIC 2^32");
	tap_ok(hull_event_setup_check(0, HULL_EVENT_OFF, 0) == -EINVAL, "off sets nothing up");
	tap_ok(hull_event_setup_check(0, ~0ULL, 0) == -EINVAL, "no such way");
}

static struct hull_share share_of(u64 gpa, u64 bytes, u32 rights)
{
	return (struct hull_share) { .name = "n", .gpa = gpa, .bytes = bytes, .rights = rights };
}

static bool good(u64 gpa, u64 bytes, u32 rights)
{
	struct hull_share share = share_of(gpa, bytes, rights);

	return !hull_share_check(&share, BITS);
}

static void share_run(void)
{
	struct hull_share share = share_of(0, 4096, 1);
	const u64 top = 1ULL << BITS;

	tap_ok(good(0, 4096, 1) && good(0, 4096, 3), "rights");
	tap_ok(!good(0, 4096, 0) && !good(0, 4096, 2) && !good(0, 4096, 5), "no such rights");
	tap_ok(good(top - 4096, 4096, 1) && !good(top - 4096, 8192, 1), "the last page");
	tap_ok(!good(top, 4096, 1) && !good(-4096ULL, 4096, 1) && !good(-4096ULL, 8192, 1), "wrap");
	tap_ok(good(0, 4 << 20, 1) && !good(0, (4 << 20) + 4096, 1), "1024 pages");
	tap_ok(!good(0, 0, 1) && !good(0, 4095, 1) && !good(0, -4096ULL, 1), "bytes");
	tap_ok(!good(8, 4096, 1), "alignment");
	share.flags = 1;
	tap_ok(hull_share_check(&share, BITS) == -EINVAL, "flags");
	share.flags = 0;
	memset(share.name, 'a', sizeof(share.name));
	tap_ok(hull_share_check(&share, BITS) == -EINVAL, "a name without an end");
	share.name[63] = '\0';
	tap_ok(!hull_share_check(&share, BITS), "the longest name");
}

/* Whatever is let through has addresses that can be added up, inside, on pages. */
static void random_run(void)
{
	struct hull_share share = share_of(0, 0, 1);
	unsigned int i, through = 0;
	bool ok = true;

	for (i = 0; i < 1000000; i++) {
		share.gpa = random_u64() >> random_u64() % 64 & ~0xfffULL;
		share.bytes = random_u64() >> random_u64() % 64 & ~0xfffULL;
		if (hull_share_check(&share, BITS))
			continue;
		through++;
		ok &= share.gpa + share.bytes > share.gpa && share.gpa + share.bytes <= 1ULL << BITS;
	}
	tap_ok(ok && through, "%u of a million random shares", through);
}

int main(void)
{
	tap_plan(30);
	names_run();
	setup_run();
	share_run();
	random_run();
	return tap_end();
}
