// SPDX-License-Identifier: GPL-2.0-only
/* init_kmsg - fails a step during which the kernel complained */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"

/* Bits of /proc/sys/kernel/tainted that say "something went wrong". */
#define TAINT_BAD_PAGE		(1UL << 5)
#define TAINT_DIE		(1UL << 7)
#define TAINT_WARN		(1UL << 9)
#define TAINT_SOFTLOCKUP	(1UL << 14)
#define TAINT_TROUBLE	(TAINT_BAD_PAGE | TAINT_DIE | TAINT_WARN | TAINT_SOFTLOCKUP)

static const char *const complaints[] = {
	"WARNING:", "BUG:", "kernel BUG at", "Oops", "general protection fault",
	"unable to handle", "stack segment:", "invalid opcode:", "double fault",
	"divide error:", "detected stall", "self-detected stall", "INFO: rcu",
	"soft lockup", "hard LOCKUP", "blocked for more than",
	"circular locking", "recursive locking", "inconsistent lock state",
	"suspicious RCU usage", "sleeping function called", "scheduling while atomic",
	"Bad page", "bad unlock balance", "unreferenced object", "refcount_t:",
	"list_add corruption", "list_del corruption", "UBSAN:", "KASAN:", "KFENCE:",
	"unchecked MSR access", "stack-protector", "Out of memory", "leaked", "memory leak",
	"nobody cared",
};

static int kmsg = -1;
static unsigned long taint_before;

static unsigned long taint(void)
{
	unsigned long value = 0;
	FILE *f = fopen("/proc/sys/kernel/tainted", "r");

	if (!f)
		return 0;
	if (fscanf(f, "%lu", &value) != 1)
		value = 0;
	fclose(f);
	return value & TAINT_TROUBLE;
}

void open_kernel_log(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg < 0)
		printf("lab: /dev/kmsg: %s\n", strerror(errno));
	else
		lseek(kmsg, 0, SEEK_END);	/* what boot said is not ours */
	taint_before = taint();
}

/* A record is "PRIORITY,SEQUENCE,TIME,FLAGS;TEXT\n"; returns TEXT if it complains. */
static const char *complaint_in(char *record)
{
	char *text = strchr(record, ';');
	unsigned int i;

	/* Facility 0 is the kernel; tests that write to /dev/kmsg have another. */
	if (!text || strtoul(record, NULL, 10) >> 3)
		return NULL;
	*text++ = '\0';
	text[strcspn(text, "\n")] = '\0';
	for (i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++)
		if (strstr(text, complaints[i]))
			return text;
	return NULL;
}

void check_kernel_log(struct outcome *out)
{
	unsigned long taint_now = taint();
	char record[8192];
	const char *text;
	int first = 1;
	ssize_t len;

	for (;;) {
		len = kmsg < 0 ? -1 : read(kmsg, record, sizeof(record) - 1);
		if (len < 0 && errno == EPIPE)
			continue;	/* overwritten before it was read: go on */
		if (len <= 0)
			break;
		record[len] = '\0';
		text = complaint_in(record);
		if (!text)
			continue;
		printf("lab: kernel log: %s\n", text);
		if (first) {
			out->result = RESULT_FAIL;
			snprintf(out->text, sizeof(out->text), "kernel log: %.200s", text);
		}
		first = 0;
	}
	if (first && taint_now & ~taint_before) {
		out->result = RESULT_FAIL;
		snprintf(out->text, sizeof(out->text), "kernel taint became %#lx",
			 taint_now);
	}
	taint_before = taint_now;
}
