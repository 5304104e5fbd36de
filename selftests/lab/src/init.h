/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of the emulated machine's process 1 and what they tell each other. */
#ifndef LAB_INIT_H
#define LAB_INIT_H

enum step_kind { STEP_TEST, STEP_INSMOD };
enum result { RESULT_PASS, RESULT_FAIL, RESULT_SKIP };

struct step {
	enum step_kind kind;
	char *name;
	unsigned int seconds;
	char *what;
};

struct outcome {
	enum result result;
	char text[256];
};

/* init.c */
void verdict(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
unsigned long long instructions(void);

/* init_steps.c */
void run_test(const struct step *step, struct outcome *out);
void insert_module(const struct step *step, struct outcome *out);

/* init_kmsg.c */
void open_kernel_log(void);
void check_kernel_log(struct outcome *out);

#endif
