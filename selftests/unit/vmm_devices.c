// SPDX-License-Identifier: GPL-2.0-only
/* The VMM's devices and buses, driven as a guest would. */
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../../userland/vmm/machine.h"
#include "../../userland/vmm/pc.h"
#include "../include/hull_tap.h"

#define COM1	PC_COM1_PORT

static struct vmm_machine machine;
static bool lines[16];

/* What machine.c would do. */
void vmm_irq_set(struct vmm_machine *owner, unsigned int irq, bool level)
{
	(void)owner;
	lines[irq] = level;
}

void vmm_machine_end(struct vmm_machine *owner, enum hull_stop_reason reason, uint32_t value,
		     const char *format, ...)
{
	(void)format;
	owner->end.reason = reason;
	owner->end.value = value;
}

static uint32_t in(uint16_t port, unsigned int size)
{
	uint32_t value = 0;

	vmm_bus_read(&machine.ports, port, &value, size);
	return value;
}

static void out(uint16_t port, unsigned int size, uint32_t value)
{
	vmm_bus_write(&machine.ports, port, &value, size);
}

static bool ended(enum hull_stop_reason reason, uint32_t value)
{
	bool is = machine.end.reason == reason && machine.end.value == value;

	memset(&machine.end, 0, sizeof(machine.end));
	return is;
}

/* --- buses ----------------------------------------------------------------- */

static uint64_t echo_read(struct vmm_device *device, uint64_t offset, unsigned int size)
{
	(void)device;
	return offset << 4 | size;
}

static const struct vmm_device_ops echo_ops = { .name = "echo", .width = 2, .read = echo_read };
static const struct vmm_device_ops mute_ops = { .name = "mute", .width = 4 };

static void test_bus(void)
{
	struct vmm_bus bus = { .name = "test" };
	struct vmm_device echo, mute;
	struct vmm_error error;
	uint64_t value = 0;
	unsigned int i;
	bool ok = true;

	vmm_device_init(&echo, &echo_ops, &machine);
	vmm_device_init(&mute, &mute_ops, &machine);
	tap_ok(!vmm_bus_claim(&bus, 0x200, 0x10, &echo, &error) &&
	       !vmm_bus_claim(&bus, 0x100, 0x10, &echo, &error) &&
	       !vmm_bus_claim(&bus, 0x110, 0x10, &mute, &error), "ranges side by side");
	tap_ok(vmm_bus_claim(&bus, 0x10f, 1, &mute, &error) &&
	       vmm_bus_claim(&bus, 0xff, 2, &mute, &error) &&
	       vmm_bus_claim(&bus, 0, 0x1000, &mute, &error) &&
	       vmm_bus_claim(&bus, UINT64_MAX, 2, &mute, &error) &&
	       vmm_bus_claim(&bus, 0x300, 0, &mute, &error), "overlap is refused: %s", error.text);
	vmm_bus_read(&bus, 0x204, &value, 4);
	tap_ok(value == 0x00620042, "wide accesses come in pieces");
	vmm_bus_read(&bus, 0x10f, &value, 2);
	tap_ok((value & 0xffff) == 0xffff, "nobody answers across a border");
	vmm_bus_read(&bus, 0x112, &value, 1);
	tap_ok((value & 0xff) == 0xff, "nothing to read reads all-ones");
	for (i = 3; i < VMM_RANGES_MAX; i++)
		ok &= !vmm_bus_claim(&bus, 0x10000 - i * 0x20, 0x10, &echo, &error);
	tap_ok(ok && vmm_bus_claim(&bus, 0x20000, 1, &echo, &error), "%s", error.text);
	for (i = 3; i < VMM_RANGES_MAX; i++) {
		vmm_bus_read(&bus, 0x10000 - i * 0x20 + 0xe, &value, 2);
		ok &= (value & 0xffff) == 0xe2;
		vmm_bus_read(&bus, 0x10000 - i * 0x20 + 0x10, &value, 2);
		ok &= (value & 0xffff) == 0xffff;
	}
	tap_ok(ok, "each is found, gaps are not");
}

/* --- serial port ----------------------------------------------------------- */

static void type(const char *text)
{
	vmm_console_feed(&machine.console, (const uint8_t *)text, strlen(text));
}

static void test_serial_identity(void)
{
	out(COM1 + 3, 1, 0x80);
	out(COM1, 1, 0x34);
	out(COM1 + 1, 1, 0x12);
	tap_ok(in(COM1, 1) == 0x34 && in(COM1 + 1, 1) == 0x12, "divisor");
	out(COM1 + 3, 1, 0x03);
	out(COM1 + 7, 1, 0x5a);
	tap_ok(in(COM1 + 7, 1) == 0x5a && in(COM1 + 3, 1) == 3, "scratch and line control");
	out(COM1 + 1, 1, 0xff);
	tap_ok(in(COM1 + 1, 1) == 0x0f, "interrupt enable has four bits");
	out(COM1 + 1, 1, 0);
	out(COM1 + 2, 1, 0x01);
	tap_ok((in(COM1 + 2, 1) & 0xc0) == 0xc0, "FIFO: a 16550A");
	out(COM1 + 2, 1, 0);
	tap_ok(in(COM1 + 2, 1) == 0x01, "without it an 8250");
	out(COM1 + 4, 1, 0x1a);
	tap_ok((in(COM1 + 6, 1) & 0xf0) == 0x90, "loop: modem lines");
	out(COM1, 1, 'x');
	tap_ok(in(COM1 + 5, 1) & 1 && in(COM1, 1) == 'x', "loop: data");
	out(COM1 + 4, 1, 0x08);
	tap_ok((in(COM1 + 6, 1) & 0xf0) == 0xb0, "lines of the other side");
	tap_ok(!(in(COM1 + 6, 1) & 0x0f), "changes are told once");
}

static void test_serial_output(void)
{
	uint8_t data[64];
	unsigned int n = 0;

	out(COM1, 1, 'h');
	out(COM1, 1, 'i');
	tap_ok(vmm_console_take(&machine.console, data, sizeof(data)) == 2 && data[0] == 'h' &&
	       data[1] == 'i' && in(COM1 + 5, 1) == 0x60, "output");
	out(COM1 + 1, 1, 0x02);
	tap_ok(lines[PC_COM1_IRQ] && (in(COM1 + 2, 1) & 0x0f) == 0x02 && !lines[PC_COM1_IRQ],
	       "empty: an interrupt, gone when looked at");
	out(COM1, 1, 'z');
	tap_ok(lines[PC_COM1_IRQ], "and again after the next character");
	while (in(COM1 + 5, 1) & 0x20 && n++ <= CONSOLE_OUT)
		out(COM1, 1, 'a');
	tap_ok(n == CONSOLE_OUT - 16 && !lines[PC_COM1_IRQ], "a full console makes it wait");
	for (n = 0; n < 15; n++)
		out(COM1, 1, 'b');
	vmm_console_take(&machine.console, data, 15);
	tap_ok(in(COM1 + 5, 1) == 0x00 && !lines[PC_COM1_IRQ], "a burst is still taken");
	vmm_console_take(&machine.console, data, 1);
	tap_ok(in(COM1 + 5, 1) == 0x60 && lines[PC_COM1_IRQ], "until there is room for another");
	while (vmm_console_take(&machine.console, data, sizeof(data)))
		;
	out(COM1 + 1, 1, 0);
}

static void test_serial_input(void)
{
	char text[5001];
	unsigned int n = 0;
	bool ok = true;

	type("q");
	tap_ok(in(COM1 + 5, 1) == 0x61 && in(COM1, 1) == 'q' && in(COM1 + 5, 1) == 0x60, "input");
	out(COM1 + 1, 1, 0x01);
	type("w");
	tap_ok(lines[PC_COM1_IRQ] && (in(COM1 + 2, 1) & 0x0f) == 0x04, "its interrupt");
	in(COM1, 1);
	tap_ok(!lines[PC_COM1_IRQ], "gone when read");
	out(COM1 + 2, 1, 0xc1);
	type("0123");
	tap_ok((in(COM1 + 2, 1) & 0x0f) == 0x0c, "few in the FIFO: timeout");
	type("456789abcdefghij");
	tap_ok((in(COM1 + 2, 1) & 0x0f) == 0x04, "many: trigger level");
	for (n = 0; in(COM1 + 5, 1) & 1; n++)
		in(COM1, 1);
	tap_ok(n == 20, "more than the FIFO holds is kept: %u", n);
	memset(text, 'L', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	n = (unsigned int)vmm_console_feed(&machine.console, (uint8_t *)text, 5000);
	tap_ok(n == CONSOLE_IN && vmm_console_want(&machine.console) == 16,
	       "input is taken as far as there is room");
	while (in(COM1 + 5, 1) & 1)
		ok &= in(COM1, 1) == 'L' && n-- > 0;
	tap_ok(ok && !n, "nothing is lost");
	type("xyz");
	out(COM1 + 2, 1, 0xc3);
	tap_ok(!(in(COM1 + 5, 1) & 1), "FIFO cleared");
	out(COM1 + 4, 1, 0);
	type("k");
	tap_ok(!lines[PC_COM1_IRQ] && (in(COM1 + 2, 1) & 0x0f) == 0x0c,
	       "no interrupt line without OUT2");
}

/* --- the others ------------------------------------------------------------ */

static void test_acpi(void)
{
	uint32_t before;

	tap_ok(in(PC_PM1_CONTROL_PORT, 2) == 1 && in(PC_PM1_EVENT_PORT, 4) == 0, "PM1 blocks");
	acpi_pm_press(machine.power);
	tap_ok(in(PC_PM1_EVENT_PORT, 2) == 0x100 && !lines[PC_SCI_IRQ], "button, not enabled");
	out(PC_PM1_EVENT_PORT + 2, 2, 0x120);
	tap_ok(lines[PC_SCI_IRQ] && in(PC_PM1_EVENT_PORT + 2, 2) == 0x120, "enabled: SCI");
	out(PC_PM1_EVENT_PORT, 2, 0xffff);
	tap_ok(!lines[PC_SCI_IRQ] && in(PC_PM1_EVENT_PORT, 4) == 0x01200000, "status cleared");
	before = in(PC_PM_TIMER_PORT, 4);
	usleep(2000);
	before = (in(PC_PM_TIMER_PORT, 4) - before) & 0xffffff;
	tap_ok(before > 7000 && before < 3579545, "timer: %u ticks in 2 ms or more", before);
	out(PC_PM1_CONTROL_PORT, 2, 1 | 3 << 10 | 1 << 13);
	tap_ok(ended(HULL_STOP_NONE, 0), "no S3");
	out(PC_PM1_CONTROL_PORT, 2, 1 | 5 << 10);
	tap_ok(ended(HULL_STOP_NONE, 0), "S5 only when enabled");
	out(PC_PM1_CONTROL_PORT, 2, 1 | 5 << 10 | 1 << 13);
	tap_ok(ended(HULL_STOP_POWEROFF, 0), "S5");
}

static void test_ends(void)
{
	out(PC_EXIT_PORT, 1, 21);
	tap_ok(ended(HULL_STOP_EXIT, 21), "exit port, a byte");
	out(PC_EXIT_PORT, 4, 0x12345678);
	tap_ok(ended(HULL_STOP_EXIT, 0x12345678), "exit port, 32 bits");
	out(PC_KEYBOARD_STATUS, 1, 0xd1);
	tap_ok(ended(HULL_STOP_NONE, 0) && !in(PC_KEYBOARD_STATUS, 1), "keyboard controller idles");
	out(PC_KEYBOARD_STATUS, 1, 0xfe);
	tap_ok(ended(HULL_STOP_RESET, 0), "its reset");
	out(0x92, 1, 2);
	tap_ok(ended(HULL_STOP_NONE, 0) && in(0x92, 1) == 2, "A20 is on");
	out(0x92, 1, 1);
	tap_ok(ended(HULL_STOP_RESET, 0), "port 0x92");
	out(PC_RESET_PORT, 1, 2);
	tap_ok(ended(HULL_STOP_NONE, 0) && in(PC_RESET_PORT, 1) == 2, "0xcf9: kind of reset");
	out(PC_RESET_PORT, 1, PC_RESET_VALUE);
	tap_ok(ended(HULL_STOP_RESET, 0), "0xcf9: reset");
}

static void test_pci_cmos(void)
{
	unsigned int i, value;
	bool ok = true;

	out(PC_PCI_PORT, 4, 0x80000808);
	tap_ok(in(PC_PCI_PORT, 4) == 0x80000808 && in(PC_PCI_PORT + 4, 4) == 0xffffffff &&
	       in(PC_PCI_PORT + 6, 2) == 0xffff, "PCI: an empty slot");
	out(PC_PCI_PORT, 4, 0x80000008);
	tap_ok(in(PC_PCI_PORT + 4, 4) == 0x06000000 && in(PC_PCI_PORT + 6, 2) == 0x0600 &&
	       in(PC_PCI_PORT + 7, 1) == 0x06, "PCI: the host bridge");
	out(PC_PCI_PORT, 4, 0x800000fc);
	out(PC_PCI_PORT + 4, 4, 0xffffffff);
	tap_ok(!in(PC_PCI_PORT + 4, 4), "PCI: registers that it has not are 0");
	out(PC_PCI_PORT, 4, 8);
	tap_ok(in(PC_PCI_PORT + 4, 4) == 0xffffffff, "PCI: off");
	for (i = 0; i < 10; i++) {
		out(PC_CMOS_PORT, 1, i);
		value = in(PC_CMOS_PORT + 1, 1);
		ok &= i % 2 && i < 6 ? !value : (value & 15) < 10 && value >> 4 < 10;
	}
	tap_ok(ok, "CMOS: time in BCD");
	out(PC_CMOS_PORT, 1, 0x0d);
	out(PC_CMOS_PORT + 1, 1, 0);
	tap_ok(in(PC_CMOS_PORT + 1, 1) == 0x80, "CMOS: valid");
	out(PC_CMOS_PORT, 1, 0x80 | 0x40);
	out(PC_CMOS_PORT + 1, 1, 0x77);
	tap_ok(in(PC_CMOS_PORT, 1) == 0x40 && in(PC_CMOS_PORT + 1, 1) == 0x77, "CMOS: memory");
	tap_ok(in(0x60, 1) == 0xff && in(0x1234, 4) == 0xffffffff, "ports of nobody");
}

int main(void)
{
	static int (*const creates[])(struct vmm_machine *machine, struct vmm_error *error) = {
		acpi_pm_create, cmos_create, exit_port_create, pci_config_create, reset_create,
		serial_create,
	};
	struct vmm_error error = { 0 };
	unsigned int i;

	tap_plan(7 + 9 + 6 + 10 + 8 + 8 + 8);
	machine.ports.name = "port";
	vmm_console_init(&machine.console, eventfd(0, EFD_NONBLOCK));
	for (i = 0; i < sizeof(creates) / sizeof(creates[0]); i++)
		if (creates[i](&machine, &error))
			return TAP_FAIL;
	test_bus();
	test_serial_identity();
	test_serial_output();
	test_serial_input();
	test_acpi();
	test_ends();
	test_pci_cmos();
	return tap_end();
}
