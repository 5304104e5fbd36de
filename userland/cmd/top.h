/* SPDX-License-Identifier: GPL-2.0-only */
/* vmctl top: what it looks at, what it shows, and the terminal. */
#ifndef HULL_CMD_TOP_H
#define HULL_CMD_TOP_H

#include <lib/client.h>

#define TOP_REASONS	3

/* A VM at one moment. @cpu_ns: of its VMM; @memory: bytes that are there */
struct top_vm {
	struct hull_vm_info info;
	struct hull_vm_stats stats;
	uint64_t cpu_ns, memory;
};

struct top_look {
	uint64_t ns;			/* CLOCK_MONOTONIC */
	struct top_vm *vms;
	size_t n;
};

/* 0, or -1 and *@error. top_look_free() in both cases. */
int top_look_take(struct hull_client *client, struct top_look *look, struct hull_error *error);
void top_look_free(struct top_look *look);

/* What changed of a VM, a second. @cpu: percent of one CPU; reasons with rate 0 are none */
struct top_row {
	const struct top_vm *vm;
	double cpu, exits, hypercalls;
	struct {
		char name[24];
		double rate;
	} reason[TOP_REASONS];
};

/* top_show.c: each prints one look; 0, or 1 when it cannot */
int top_table(const struct top_row *rows, size_t n, bool screen);
int top_json(const struct top_row *rows, size_t n, double seconds);

/* top_screen.c */

/* Takes the terminal, if that can show a screen; else false. */
bool top_screen_begin(void);
/* Gives it back as it was. Does nothing when it was not taken, or was given back. */
void top_screen_end(void);
/* false: it is time to leave, a key or a signal said so */
bool top_wait(uint32_t ms, bool screen);
void top_screen_size(int *columns, int *lines);

#endif
