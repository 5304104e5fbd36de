// SPDX-License-Identifier: GPL-2.0-only
/* A guest that does one thing, chosen by the first word of its command line. */
#include <stdint.h>
#include <linux/hull_hypercall.h>

#define COM1		0x3f8
#define LSR		(COM1 + 5)
#define LSR_READY	0x01
#define LSR_SENT	0x20
#define EXIT_PORT	0xf4
#define PM1_STATUS	0x600
#define PM1_CONTROL	0x604
#define POWER_BUTTON	0x100
#define SLEEP_S5	(1 << 13 | 5 << 10)
#define FLOOD_BURSTS	20000
#define BURST		16		/* what may be sent when the port is empty */

#define MARKED		0x400000	/* to twice that */
#define MARK_PASSES	64		/* between two signs of life */

struct multiboot_info {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline;
};

void triple_fault(void);
void guest_main(const struct multiboot_info *info);

static void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void out16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static uint16_t in16(uint16_t port)
{
	uint16_t value;

	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void put(char c)
{
	while (!(in8(LSR) & LSR_SENT))
		;
	out8(COM1, c);
}

static void print(const char *text)
{
	while (*text)
		put(*text++);
}

static void power_off(void)
{
	out16(PM1_CONTROL, SLEEP_S5);
}

static void do_hello(void)
{
	print("hello from the guest\n");
	out8(EXIT_PORT, 5);
}

static void do_reset(void)
{
	out8(0xcf9, 6);
}

static void do_keyboard_reset(void)
{
	out8(0x64, 0xfe);
}

static void do_spin(void)
{
	print("spinning\n");
	for (;;)
		;
}

/* Echoes in capitals, obeys the power button. */
static void do_echo(void)
{
	uint8_t c;

	print("ready\n");
	for (;;) {
		if (in16(PM1_STATUS) & POWER_BUTTON)
			power_off();
		if (!(in8(LSR) & LSR_READY))
			continue;
		c = in8(COM1);
		put(c >= 'a' && c <= 'z' ? c - 32 : c);
	}
}

static void do_flood(void)
{
	const char *text;
	unsigned int i, n;

	for (i = 0; i < FLOOD_BURSTS; i++) {
		while (!(in8(LSR) & LSR_SENT))
			;
		text = "0123456789abcde\n";
		n = BURST;
		__asm__ volatile("rep outsb" : "+S"(text), "+c"(n) : "d"(COM1) : "memory");
	}
	print("the end\n");
	out8(EXIT_PORT, 0);
}

/* Touches every page of 64 MiB. */
static void do_touch(void)
{
	volatile uint8_t *page;

	for (page = (uint8_t *)0x400000; page < (uint8_t *)0x4000000; page += 4096)
		*page = 1;
	do_echo();
}

/* Its memory is its own: empty at first, then what it writes and nothing else. */
static void do_mark(uint8_t mark)
{
	volatile uint32_t *word;
	unsigned int pass;
	char line[] = "mark .";

	line[5] = (char)mark;
	if (hull_present())
		hull_log(line, sizeof(line) - 1);
	for (word = (uint32_t *)MARKED; word < (uint32_t *)(2 * MARKED); word += 1024) {
		if (*word)
			print("stranger");
		*word = mark;
	}
	for (pass = 0;; pass++) {
		for (word = (uint32_t *)MARKED; word < (uint32_t *)(2 * MARKED); word += 1024)
			if (*word != mark)
				print("stranger");
		if (pass % MARK_PASSES == 0)
			put((char)mark);
	}
}

static void do_mark_a(void)
{
	do_mark('a');
}

static void do_mark_b(void)
{
	do_mark('b');
}

static const struct {
	const char *word;
	void (*run)(void);
} actions[] = {
	{ "hello", do_hello },
	{ "off", power_off },
	{ "reset", do_reset },
	{ "keyboard", do_keyboard_reset },
	{ "triple", triple_fault },
	{ "spin", do_spin },
	{ "echo", do_echo },
	{ "flood", do_flood },
	{ "touch", do_touch },
	{ "mark a", do_mark_a },
	{ "mark b", do_mark_b },
};

static int same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

void guest_main(const struct multiboot_info *info)
{
	const char *cmdline = (const char *)info->cmdline;
	unsigned int i;

	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (same(cmdline, actions[i].word))
			actions[i].run();
	out8(EXIT_PORT, 127);
}
