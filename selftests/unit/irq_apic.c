// SPDX-License-Identifier: GPL-2.0-only
/*
 * Local APIC arithmetic against the rules as the SDM states them (Vol. 3, chapter 11),
 * by brute force where the space is small.
 */
#include "hull_tap.h"
#include "irq/apic_logic.h"
#include "random.h"

static void test_scale(void)
{
	bool ok = true, full = true;
	unsigned int i;

	for (i = 0; i < 100000; i++) {
		u64 a = random_u64() >> (random_u64() % 64);
		u32 mul = (u32)random_u64() | 1, div = (u32)random_u64() | 1;
		unsigned __int128 exact = (unsigned __int128)a * mul / div;

		if (exact < (1ULL << 63))
			ok &= hull_scale(a, mul, div) == (u64)exact;
		else if (exact >> 64)
			full &= hull_scale(a, mul, div) == ~0ULL;
	}
	tap_ok(ok, "scaling is exact");
	tap_ok(full, "scaling saturates");
}

static void test_highest(void)
{
	unsigned long set[4] = {};
	bool ok = true;
	int v;

	tap_ok(hull_apic_highest(set) == -1, "nothing is highest in an empty set");
	for (v = 0; v < 256; v++) {
		set[v / 64] |= 1UL << v % 64;
		ok &= hull_apic_highest(set) == v;
	}
	tap_ok(ok, "the highest of a growing set");
}

/* 11.8.3.1: PPR[7:4] is the maximum; PPR[3:0] is TPR's where TPR's class is not below. */
static void test_priority(void)
{
	bool ppr = true, above = true;
	int tpr, isrv, v;

	for (tpr = 0; tpr < 256; tpr++) {
		for (isrv = -1; isrv < 256; isrv++) {
			int t = tpr >> 4, s = isrv < 0 ? 0 : isrv >> 4;
			int want = t >= s ? tpr : s << 4;

			ppr &= hull_apic_ppr(tpr, isrv) == want;
		}
		for (v = -1; v < 256; v++)
			above &= hull_apic_above(v, tpr) == (v >= 0 && v / 16 > tpr / 16);
	}
	tap_ok(ppr, "processor priority from every task priority and vector in service");
	tap_ok(above, "a vector is delivered when its class is above the priority's");
}

static void test_divide(void)
{
	/* figure 11-10 */
	static const struct { u32 tdcr; unsigned int by; } rows[] = {
		{ 0x0, 2 }, { 0x1, 4 }, { 0x2, 8 }, { 0x3, 16 },
		{ 0x8, 32 }, { 0x9, 64 }, { 0xa, 128 }, { 0xb, 1 },
	};
	bool ok = true;
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok &= 1U << hull_apic_divide_shift(rows[i].tdcr) == rows[i].by;
	tap_ok(ok, "divide configuration");
}

/* --- destinations -------------------------------------------------------------- */

static bool match(struct hull_apic_target t, u32 dest, bool logical, bool wide)
{
	struct hull_irq_msg m = { .dest = dest, .logical = logical, .wide = wide };

	return hull_apic_match(&t, &m);
}

static void test_xapic_logical(void)
{
	struct hull_apic_target t = { .id = 3 };
	bool flat = true, cluster = true, other = true;
	int ldr, dest;

	for (ldr = 0; ldr < 256; ldr++) {
		t.ldr = (u32)ldr << 24;
		for (dest = 0; dest < 255; dest++) {
			t.dfr = ~0U;
			flat &= match(t, dest, true, false) == !!(ldr & dest);
			t.dfr = 0x0fffffff;
			cluster &= match(t, dest, true, false) ==
				   (ldr / 16 == dest / 16 && (ldr & dest & 15));
			t.dfr = 0x5fffffff;
			other &= !match(t, dest, true, false);
		}
	}
	tap_ok(flat, "xAPIC flat model");
	tap_ok(cluster, "xAPIC cluster model");
	tap_ok(other, "no model, no match");
	t.dfr = ~0U;
	t.ldr = 0xff000000;
	tap_ok(!match(t, 0x101, true, true), "32-bit logical destination is not cut for an xAPIC");
}

static void test_x2apic(void)
{
	struct hull_apic_target t = { .x2apic = true };
	bool physical = true, logical = true;
	u32 id, other;

	for (id = 0; id < 600; id++) {
		t.id = id;
		for (other = 0; other < 600; other++) {
			u32 dest = (other / 16) << 16 | 1U << other % 16;

			physical &= match(t, other, false, true) == (id == other);
			logical &= match(t, dest, true, true) == (id == other);
		}
		logical &= match(t, (id / 16) << 16 | 0xffff, true, true);
	}
	tap_ok(physical, "x2APIC physical destinations");
	tap_ok(logical, "x2APIC logical destinations");
}

static void test_broadcast(void)
{
	struct hull_apic_target x = { .id = 1, .ldr = 1 << 24, .dfr = ~0U };
	struct hull_apic_target x2 = { .id = 1, .x2apic = true };
	struct hull_apic_target x2_255 = { .id = 255, .x2apic = true };

	tap_ok(match(x, 0xff, false, false) && match(x, 0xff, true, false),
	       "0xff from an 8-bit sender reaches an xAPIC");
	tap_ok(match(x2, 0xff, false, false), "... and an x2APIC");
	tap_ok(!match(x2, 0xff, false, true), "0xff from a 32-bit sender is an ID");
	tap_ok(match(x2_255, 0xff, false, true), "... that of x2APIC 255");
	tap_ok(match(x, ~0U, false, true) && match(x2, ~0U, true, true),
	       "~0 from a 32-bit sender reaches all");
	x.id = 257;
	tap_ok(!match(x, 1, false, false), "an ID above 255 is not cut to 8 bits");
}

/* --- commands -------------------------------------------------------------------- */

static void test_icr(void)
{
	struct hull_irq_msg m;
	bool ok;

	ok = hull_apic_icr_decode(0x000c40f7 & ~0xc0000, 5, true, &m);
	tap_ok(ok && m.vector == 0xf7 && m.mode == HULL_IRQ_FIXED && m.dest == 5 && m.wide &&
	       !m.logical && !m.lowest && !m.level, "fixed, physical");
	ok = hull_apic_icr_decode(0x00000d30, 6, false, &m);
	tap_ok(ok && m.mode == HULL_IRQ_INIT && m.logical && !m.wide, "INIT, logical");
	ok = hull_apic_icr_decode(0x00000130, 6, false, &m);
	tap_ok(ok && m.lowest, "lowest priority");
	tap_ok(!hull_apic_icr_decode(0x00008500, 1, false, &m), "INIT level de-assert is nothing");
	tap_ok(hull_apic_icr_decode(0x0000c500, 1, false, &m), "INIT level assert is INIT");
	tap_ok(!hull_apic_icr_decode(0x00040500, 0, false, &m) &&
	       !hull_apic_icr_decode(0x00080600, 0, false, &m) &&
	       hull_apic_icr_decode(0x000c0600, 0, false, &m) &&
	       m.shorthand == HULL_IRQ_TO_OTHERS, "INIT and SIPI never to oneself");
	tap_ok(!hull_apic_icr_decode(0x00000200, 0, false, &m) &&
	       !hull_apic_icr_decode(0x00000300, 0, false, &m) &&
	       !hull_apic_icr_decode(0x00000700, 0, false, &m), "no SMI, reserved, ExtINT");
	hull_apic_icr_decode(0x0000c030, 0, false, &m);
	tap_ok(!m.level, "a fixed IPI is an edge");
}

static void test_msi(void)
{
	struct hull_irq_msg m;

	hull_apic_msi_decode(0xfee05004, 0x4131, false, &m);
	tap_ok(m.dest == 5 && m.logical && m.lowest && m.mode == HULL_IRQ_LOWEST &&
	       m.vector == 0x31 && !m.level && !m.wide, "MSI");
	hull_apic_msi_decode(0xfee0500c, 0xc031, false, &m);
	tap_ok(m.lowest && m.level && m.mode == HULL_IRQ_FIXED, "redirection hint, level");
	hull_apic_msi_decode(0xfee05008, 0x31, false, &m);
	tap_ok(!m.lowest, "the hint has no meaning for physical destinations");
	hull_apic_msi_decode(0x123400fee05000, 0x31, true, &m);
	tap_ok(m.dest == 0x123405, "32-bit destination: %#x", m.dest);
	hull_apic_msi_decode(0x123400fee05000, 0x31, false, &m);
	tap_ok(m.dest == 5, "the upper half counts only when asked for");
}

/* --- IA32_APIC_BASE ----------------------------------------------------------------- */

static void test_base(void)
{
	/* may go from [mode] to [mode]: disabled, invalid, xAPIC, x2APIC (figure 11-27) */
	static const bool guest[4][4] = {
		{ 1, 0, 1, 0 }, { 0, 0, 0, 0 }, { 1, 0, 1, 1 }, { 1, 0, 0, 1 },
	};
	u64 page = 0xfee00000;
	bool by_guest = true, by_host = true;
	u64 from, to;

	for (from = 0; from < 4; from++) {
		if (from == 1)
			continue;
		for (to = 0; to < 4; to++) {
			u64 old = page | from << 10, new = page | to << 10;

			by_guest &= hull_apic_base_check(old, new, 40, true, false) ==
				    guest[from][to];
			by_host &= hull_apic_base_check(old, new, 40, true, true) == (to != 1);
		}
	}
	tap_ok(by_guest, "transitions that a guest may make");
	tap_ok(by_host, "transitions that userspace may make");
	tap_ok(!hull_apic_base_check(page | 0x800, page | 0xc00, 40, false, false),
	       "no x2APIC mode without the feature");
	tap_ok(!hull_apic_base_check(page | 0x800, page | 0x801, 40, true, true) &&
	       !hull_apic_base_check(page | 0x800, page | 0xa00, 40, true, true) &&
	       !hull_apic_base_check(page | 0x800, 1ULL << 40 | 0x800, 40, true, true),
	       "reserved bits");
	tap_ok(hull_apic_base_check(page | 0x900, 1ULL << 39 | 0x900, 40, true, false),
	       "the page can move");
}

int main(void)
{
	tap_plan(38);
	test_scale();
	test_highest();
	test_priority();
	test_divide();
	test_xapic_logical();
	test_x2apic();
	test_broadcast();
	test_icr();
	test_msi();
	test_base();
	tap_ok(hull_apic_lvt_bits(HULL_LVT_TIMER, false) == 0x300ff &&
	       hull_apic_lvt_bits(HULL_LVT_TIMER, true) == 0x700ff &&
	       hull_apic_lvt_bits(HULL_LVT_ERROR, true) == 0x100ff, "writable bits of LVTs");
	return tap_end();
}
