// SPDX-License-Identifier: GPL-2.0-only
/* Redirection entries of the I/O APIC: writes, decoding, when a level line is sent. */
#include "hull_tap.h"
#include "irq/ioapic_logic.h"
#include "random.h"

static void test_write(void)
{
	bool halves = true, readonly = true, reserved = true, edges = true;
	unsigned int i;

	for (i = 0; i < 100000; i++) {
		u64 old = random_u64() & HULL_RTE_BITS, new;
		u32 val = random_u64();
		bool upper = random_u64() & 1;

		if (!(old & HULL_RTE_LEVEL))
			old &= ~HULL_RTE_REMOTE_IRR;
		new = hull_rte_write(old, val, upper);
		if (upper)
			halves &= (u32)new == (u32)old && new >> 56 == val >> 24;
		else
			halves &= new >> 32 == old >> 32 && (u8)new == (u8)val;
		reserved &= !(new & ~HULL_RTE_BITS);
		readonly &= (new & HULL_RTE_STATUS) == (old & HULL_RTE_STATUS);
		if (new & HULL_RTE_LEVEL)
			readonly &= (new & HULL_RTE_REMOTE_IRR) == (old & HULL_RTE_REMOTE_IRR);
		else
			edges &= !(new & HULL_RTE_REMOTE_IRR);
	}
	tap_ok(halves, "a write changes its half");
	tap_ok(readonly, "delivery status and remote IRR are the hardware's");
	tap_ok(reserved, "reserved bits read as zero");
	tap_ok(edges, "an edge pin has no remote IRR");
}

static void test_decode(void)
{
	struct hull_irq_msg m;

	hull_rte_decode(0x1200000000008931, &m);
	tap_ok(m.dest == 0x12 && m.vector == 0x31 && m.mode == HULL_IRQ_LOWEST && m.lowest &&
	       m.logical && m.level && !m.wide, "a level entry");
	hull_rte_decode(0xff00000000008431, &m);
	tap_ok(m.mode == HULL_IRQ_NMI && !m.level && m.dest == 0xff, "an NMI is an edge");
}

static void test_level(void)
{
	bool ok = true;
	u64 rte;

	for (rte = 0; rte < 0x20000; rte++) {
		bool want = rte >> 15 & 1;

		want &= (rte >> 8 & 7) < 2;
		want &= !(rte >> 14 & 1);
		want &= !(rte >> 16 & 1);
		ok &= hull_rte_level_ready(rte) == want;
	}
	tap_ok(ok, "a level line is sent when open and not waiting for its EOI");
}

int main(void)
{
	tap_plan(7);
	test_write();
	test_decode();
	test_level();
	return tap_end();
}
