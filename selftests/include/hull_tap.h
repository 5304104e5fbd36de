/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TAP for our tests, with kselftest's exit codes: 0 pass, 1 fail, 4 skip.
 *
 *	tap_plan(2);
 *	tap_ok(x == 1, "x is %d", x);
 *	tap_skip("y", "no such device");
 *	return tap_end();
 */
#ifndef HULL_TAP_H
#define HULL_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#define TAP_PASS	0
#define TAP_FAIL	1
#define TAP_SKIP	4

static struct {
	unsigned int plan, run, failed, skipped;
} tap;

static inline void tap_plan(unsigned int n)
{
	tap.plan = n;
	printf("TAP version 13\n1..%u\n", n);
	fflush(stdout);
}

/* Returns @ok, so that a test can give up early. */
__attribute__((format(printf, 2, 3)))
static inline bool tap_ok(bool ok, const char *fmt, ...)
{
	va_list args;

	printf("%s %u - ", ok ? "ok" : "not ok", ++tap.run);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	if (!ok)
		tap.failed++;
	return ok;
}

static inline void tap_skip(const char *name, const char *reason)
{
	printf("ok %u - %s # SKIP %s\n", ++tap.run, name, reason);
	fflush(stdout);
	tap.skipped++;
}

__attribute__((format(printf, 1, 2)))
static inline void tap_note(const char *fmt, ...)
{
	va_list args;

	printf("# ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

/* The whole program has nothing to test here; the value is main()'s. */
__attribute__((format(printf, 1, 2)))
static inline int tap_skip_all(const char *fmt, ...)
{
	va_list args;

	printf("TAP version 13\n1..0 # SKIP ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	return TAP_SKIP;
}

static inline int tap_end(void)
{
	printf("# passed %u, failed %u, skipped %u\n", tap.run - tap.failed - tap.skipped,
	       tap.failed, tap.skipped);
	if (tap.failed || tap.run != tap.plan)
		return TAP_FAIL;
	return tap.skipped == tap.run ? TAP_SKIP : TAP_PASS;
}

#endif
