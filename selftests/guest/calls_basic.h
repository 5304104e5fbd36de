/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of calls_basic share. */
#ifndef HULL_SELFTESTS_CALLS_BASIC_H
#define HULL_SELFTESTS_CALLS_BASIC_H

#include <pthread.h>

#include "puppet.h"

#define BASIC_AREA	0x100000UL	/* of what guest and test say to each other */
#define BASIC_READONLY	0x8000000UL
#define BASIC_MULTI_CASES	18
#define BASIC_USER_CASES	8

extern const char *basic_device;

/* @word is @one, then @other, then @one, ... until the end */
struct basic_change {
	uint64_t *word, one, other;
	bool stop;
	pthread_t thread;
};

/* tap_ok() and tap_note() of one program, whose files are several. */
bool basic_ok(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));
void basic_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

long basic_call(struct machine *m, uint32_t number, uint64_t a, uint64_t b);
void basic_readonly_add(struct machine *m);
void basic_change_start(struct basic_change *change);
void basic_change_end(struct basic_change *change);

void basic_multi_run(struct machine *m);
void basic_user_run(void);

#endif
