// SPDX-License-Identifier: GPL-2.0-only
/* The 8254: modes over time, latches, byte order, BCD, port 0x61, junk. */
#include "hull_tap.h"
#include "irq/i8254.h"
#include "random.h"

#define SEC	1000000000LL

static struct hull_i8254 pit;

/* The first ns at which @ticks of the PIT's clock have gone by. */
static s64 at(u64 ticks)
{
	return (ticks * SEC + HULL_PIT_HZ - 1) / HULL_PIT_HZ;
}

static bool program(unsigned int counter, unsigned int mode, bool bcd, u16 count)
{
	hull_i8254_write(&pit, 3, counter << 6 | 0x30 | mode << 1 | bcd, 0);
	hull_i8254_write(&pit, counter, count, 0);
	return hull_i8254_write(&pit, counter, count >> 8, 0);
}

static void test_count_down(void)
{
	const struct kvm_pit_channel_state *c = &pit.ch[0];
	bool down = true, rate = true, square = true;
	u64 t;

	program(0, 0, false, 1000);
	for (t = 0; t < 3000; t++)
		down &= hull_i8254_count(c, at(t)) == (u16)(1000 - t) &&
			hull_i8254_out(c, at(t)) == (t >= 1000);
	tap_ok(down, "mode 0 counts down, its output rises at the end, and it goes on");

	program(0, 2, false, 1000);
	for (t = 0; t < 3000; t++)
		rate &= hull_i8254_count(c, at(t)) == 1000 - t % 1000 &&
			hull_i8254_out(c, at(t)) == (t % 1000 != 999);
	tap_ok(rate, "mode 2 starts again, low for one tick");

	program(0, 3, false, 1000);
	for (t = 0; t < 3000; t++)
		square &= hull_i8254_count(c, at(t)) == 1000 - 2 * t % 1000 &&
			  hull_i8254_out(c, at(t)) == (t % 1000 < 500);
	tap_ok(square, "mode 3 counts in twos, half of the time high");
}

static void test_full_range(void)
{
	const struct kvm_pit_channel_state *c = &pit.ch[0];
	bool periodic, ok = true;
	u64 t;

	tap_ok(program(0, 2, false, 0), "counter 0 starts anew when its count is whole");
	tap_ok(c->count == 0x10000 && hull_i8254_interval(c, &periodic) == 54925401 && periodic,
	       "0 is 65536: 18.2 Hz");
	program(0, 0, false, 0);
	tap_ok(hull_i8254_interval(c, &periodic) && !periodic, "mode 0 ends once");
	program(0, 1, false, 0);
	tap_ok(!hull_i8254_interval(c, &periodic), "mode 1 waits for a gate that never rises");

	program(0, 0, true, 0x1234);
	for (t = 0; t < 1234; t++) {
		u16 left = 1234 - t;

		ok &= hull_i8254_count(c, at(t)) ==
		      (left / 1000 << 12 | left / 100 % 10 << 8 | left / 10 % 10 << 4 | left % 10);
	}
	tap_ok(ok, "BCD");
	tap_ok(hull_i8254_count(c, at(1235)) == 0x9999, "BCD below zero");
	program(0, 2, true, 0);
	tap_ok(c->count == 10000, "0 is 10000 in BCD");
}

static void test_access(void)
{
	u8 low, high;

	program(0, 2, false, 0x1234);
	low = hull_i8254_read(&pit, 0, 0);
	high = hull_i8254_read(&pit, 0, 0);
	tap_ok(low == 0x34 && high == 0x12, "low byte, then high");
	hull_i8254_write(&pit, 3, 0x00, 0);
	hull_i8254_write(&pit, 3, 0x00, at(100));
	low = hull_i8254_read(&pit, 0, at(200));
	high = hull_i8254_read(&pit, 0, at(300));
	tap_ok(low == 0x34 && high == 0x12, "a latched count stays until it is read");
	low = hull_i8254_read(&pit, 0, at(0x100));
	high = hull_i8254_read(&pit, 0, at(0x100));
	tap_ok(low == 0x34 && high == 0x11, "then it counts on");

	hull_i8254_write(&pit, 3, 0x10 | 2 << 1, 0);
	tap_ok(hull_i8254_write(&pit, 0, 0x55, 0) && pit.ch[0].count == 0x55, "low byte alone");
	hull_i8254_write(&pit, 3, 0x20 | 2 << 1, 0);
	tap_ok(hull_i8254_write(&pit, 0, 0x55, 0) && pit.ch[0].count == 0x5500, "high byte alone");
	hull_i8254_write(&pit, 3, 0x00, 0);
	tap_ok(hull_i8254_read(&pit, 0, 0) == 0x55, "its latch too");

	program(1, 3, false, 100);
	hull_i8254_write(&pit, 3, 0xc0 | 0x04, 0);
	tap_ok(hull_i8254_read(&pit, 1, 0) == (0x80 | 0x30 | 3 << 1), "read-back: status");
	low = hull_i8254_read(&pit, 1, at(10));
	tap_ok(low == 100, "then the count latched with it");
	hull_i8254_read(&pit, 1, at(10));
	tap_ok(hull_i8254_read(&pit, 1, at(10)) == 80, "then the count");
	tap_ok(hull_i8254_read(&pit, 3, 0) == 0xff, "the control port cannot be read");
	hull_i8254_write(&pit, 3, 0x30 | 7 << 1, 0);
	tap_ok(pit.ch[0].mode == 3, "mode 7 is mode 3");
}

static void test_port61(void)
{
	bool toggles = false;
	u8 first;
	s64 t;

	hull_i8254_reset(&pit, 0);
	hull_i8254_port61_write(&pit, 1, 0);
	program(2, 0, false, 100);
	tap_ok((hull_i8254_port61_read(&pit, at(99)) & 0x21) == 0x01, "counter 2 runs: out is low");
	tap_ok((hull_i8254_port61_read(&pit, at(100)) & 0x21) == 0x21, "it ends: out is high");
	hull_i8254_port61_write(&pit, 2, at(100));
	tap_ok((hull_i8254_port61_read(&pit, at(100)) & 0x03) == 0x02, "gate and speaker");
	program(2, 1, false, 100);
	hull_i8254_port61_write(&pit, 1, at(500));
	tap_ok(!(hull_i8254_port61_read(&pit, at(590)) & 0x20) &&
	       (hull_i8254_port61_read(&pit, at(610)) & 0x20), "a rising gate starts mode 1");
	first = hull_i8254_port61_read(&pit, 1);
	for (t = 1; t < 100000; t += 1000)
		toggles |= (hull_i8254_port61_read(&pit, t) ^ first) & 0x10;
	tap_ok(toggles, "refresh toggles");
}

static void test_junk(void)
{
	bool ok = true, periodic;
	unsigned int i, j;
	s64 now = 0;

	hull_i8254_reset(&pit, 0);
	for (i = 0; i < 500000; i++) {
		u64 r = random_u64();

		now += r >> 40 & 0xffffff;
		switch (r & 7) {
		case 0 ... 3:
			hull_i8254_write(&pit, r >> 8 & 3, r >> 16, now);
			break;
		case 4:
			hull_i8254_port61_write(&pit, r >> 8, now);
			break;
		case 5:
			hull_i8254_port61_read(&pit, now);
			break;
		default:
			hull_i8254_read(&pit, r >> 8 & 3, now);
		}
		for (j = 0; j < 3; j++)
			ok &= hull_i8254_valid(&pit.ch[j]);
		hull_i8254_interval(&pit.ch[0], &periodic);
	}
	tap_ok(ok, "junk leaves a machine that userspace could have set");
	tap_ok(!hull_i8254_valid(&(struct kvm_pit_channel_state){ .mode = 2 }) &&
	       !hull_i8254_valid(&(struct kvm_pit_channel_state){ .mode = 6, .count = 1 }) &&
	       !hull_i8254_valid(&(struct kvm_pit_channel_state){ .count = 0x10001 }),
	       "states that cannot be");
}

int main(void)
{
	hull_i8254_reset(&pit, 0);
	tap_plan(28);
	test_count_down();
	test_full_range();
	test_access();
	test_port61();
	test_junk();
	return tap_end();
}
