// SPDX-License-Identifier: GPL-2.0-only
/* The 8259A pair: initialization, priorities, the end of interrupts, modes, junk. */
#include "hull_tap.h"
#include "irq/i8259.h"
#include "random.h"

static struct hull_i8259 pic;

#define MASTER	false
#define SLAVE	true

static void command(bool slave, u8 val)
{
	hull_i8259_write(&pic, slave, false, val);
}

static void data(bool slave, u8 val)
{
	hull_i8259_write(&pic, slave, true, val);
}

/* As PC firmware does it: vectors 0x20 and 0x28, @icw4 for both, nothing masked. */
static void setup(u8 icw4)
{
	bool slave;

	hull_i8259_reset(&pic);
	for (slave = MASTER; ; slave = SLAVE) {
		command(slave, 0x11);
		data(slave, slave ? 0x28 : 0x20);
		data(slave, slave ? 2 : 4);
		data(slave, icw4);
		data(slave, 0);
		if (slave)
			break;
	}
}

static void pulse(unsigned int irq)
{
	hull_i8259_line(&pic, irq, true);
	hull_i8259_line(&pic, irq, false);
}

/* The vector that is taken now, or -1. */
static int taken(void)
{
	return pic.output ? hull_i8259_intack(&pic) : -1;
}

static void eoi(unsigned int irq)
{
	if (irq >= 8)
		command(SLAVE, 0x20);
	command(MASTER, 0x20);
}

static void test_each_line(void)
{
	bool ok = true, quiet = true;
	unsigned int irq;

	setup(1);
	for (irq = 0; irq < HULL_PIC_PINS; irq++) {
		if (irq == HULL_PIC_CASCADE)
			continue;
		pulse(irq);
		ok &= taken() == (int)(irq < 8 ? 0x20 + irq : 0x28 + irq - 8);
		quiet &= !pic.output;
		eoi(irq);
		ok &= !!(pic.acked & 1 << irq);
		pic.acked = 0;
		quiet &= !pic.output && !pic.chip[0].isr && !pic.chip[1].isr;
	}
	tap_ok(ok, "each line has its vector, and its end is noted");
	tap_ok(quiet, "once");
}

static void test_nesting(void)
{
	setup(1);
	pulse(5);
	tap_ok(taken() == 0x25, "line 5 is taken");
	pulse(6);
	tap_ok(taken() == -1, "line 6 waits for line 5");
	pulse(3);
	tap_ok(taken() == 0x23, "line 3 does not");
	pulse(9);
	tap_ok(taken() == 0x29, "line 9 is above 3, by the cascade");
	eoi(9);
	eoi(3);
	tap_ok(taken() == -1, "line 5 is still in service");
	eoi(5);
	tap_ok(taken() == 0x26, "now line 6");
}

static void test_level(void)
{
	setup(1);
	hull_i8259_elcr_write(&pic, SLAVE, 0xff);
	tap_ok(pic.chip[1].elcr == 0xde, "ELCR keeps lines 8 and 13 edges");
	hull_i8259_line(&pic, 10, true);
	tap_ok(taken() == 0x2a, "a level is taken");
	eoi(10);
	tap_ok(taken() == 0x2a, "and again after its end");
	hull_i8259_line(&pic, 10, false);
	eoi(10);
	tap_ok(taken() == -1, "until the line falls");
	tap_ok(hull_i8259_line(&pic, 11, true) == 1 && hull_i8259_line(&pic, 11, true) == 0,
	       "a second request coalesces");
	hull_i8259_line(&pic, 11, false);
	tap_ok(taken() == -1, "a level that falls before it is taken is gone");
}

static void test_spurious(void)
{
	setup(1);
	hull_i8259_elcr_write(&pic, MASTER, 0xff);
	hull_i8259_line(&pic, 4, true);
	hull_i8259_line(&pic, 4, false);
	tap_ok(hull_i8259_intack(&pic) == 0x27 && !pic.chip[0].isr,
	       "a request that went away reads as line 7, not in service");
}

static void test_masks(void)
{
	setup(1);
	data(MASTER, 0x10);
	tap_ok(hull_i8259_line(&pic, 4, true) == -1 && taken() == -1, "a masked line");
	data(MASTER, 0);
	tap_ok(taken() == 0x24, "an edge is kept while masked");
	data(MASTER, 0x10);
	pulse(6);
	tap_ok(taken() == -1, "in service and masked, it still holds others back");
	command(MASTER, 0x68);
	tap_ok(taken() == 0x26, "but not in special mask mode");
	command(MASTER, 0x20);
	tap_ok(pic.chip[0].isr == 0x10, "whose unspecific EOI ends what is not masked");
	command(MASTER, 0x48);
	command(MASTER, 0x64);
	tap_ok(!pic.chip[0].isr, "specific EOI");
}

static void test_rotation(void)
{
	setup(1);
	command(MASTER, 0xc0 | 4);
	pulse(4);
	pulse(5);
	tap_ok(taken() == 0x25, "priority set: 5 is above 4");
	command(MASTER, 0xa0);
	pulse(5);
	tap_ok(taken() == 0x24, "rotated at its EOI: 5 is last");

	setup(3);
	command(MASTER, 0x80);
	pulse(0);
	pulse(1);
	tap_ok(taken() == 0x20 && !pic.chip[0].isr && (pic.acked & 1), "automatic EOI");
	pulse(0);
	tap_ok(taken() == 0x21 && taken() == 0x20, "with rotation");
}

static void test_fully_nested(void)
{
	setup(0x01);
	pulse(12);
	taken();
	pulse(8);
	tap_ok(taken() == -1, "the slave's second request waits for the master's EOI");
	setup(0x11);
	pulse(12);
	taken();
	pulse(8);
	tap_ok(taken() == 0x28, "but not when fully nested");
}

static void test_reading(void)
{
	setup(1);
	pulse(3);
	tap_ok(hull_i8259_read(&pic, MASTER, false) == 0x08, "IRR");
	command(MASTER, 0x0b);
	tap_ok(hull_i8259_read(&pic, MASTER, false) == 0, "ISR");
	command(MASTER, 0x0c);
	tap_ok(hull_i8259_read(&pic, MASTER, false) == 0x83, "a poll takes the line");
	tap_ok(hull_i8259_read(&pic, MASTER, false) == 0x08, "... once, into service");
	command(MASTER, 0x0c);
	tap_ok(hull_i8259_read(&pic, MASTER, false) == 0x07, "a poll with nothing to take");
	data(MASTER, 0x5a);
	tap_ok(hull_i8259_read(&pic, MASTER, true) == 0x5a, "IMR");
}

/* Whatever is written, the machine's facts hold. */
static void test_junk(void)
{
	bool ok = true;
	unsigned int i;

	hull_i8259_reset(&pic);
	for (i = 0; i < 500000; i++) {
		u64 r = random_u64();
		bool slave = r & 1;

		switch (r >> 1 & 7) {
		case 0:
		case 1:
			hull_i8259_write(&pic, slave, r & 16, r >> 8);
			break;
		case 2:
			hull_i8259_read(&pic, slave, r & 16);
			break;
		case 3:
			hull_i8259_elcr_write(&pic, slave, r >> 8);
			break;
		case 4:
			if (pic.output)
				hull_i8259_intack(&pic);
			break;
		case 5:
			if (!(r >> 16 & 0xff)) {
				memset(&pic.chip[slave], r >> 8, sizeof(pic.chip[0]));
				hull_i8259_sanitize(&pic);
			}
			break;
		default:
			hull_i8259_line(&pic, r >> 8 & 15, r & 16);
		}
		ok &= pic.chip[slave].priority_add < 8 && pic.chip[slave].init_state < 4;
		ok &= !(pic.chip[0].elcr & 7) && !(pic.chip[1].elcr & 0x21);
		ok &= !(pic.chip[slave].irq_base & 7);
	}
	tap_ok(ok, "junk leaves a machine");
}

int main(void)
{
	tap_plan(34);
	test_each_line();
	test_nesting();
	test_level();
	test_spurious();
	test_masks();
	test_rotation();
	test_fully_nested();
	test_reading();
	test_junk();
	return tap_end();
}
