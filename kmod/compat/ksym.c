// SPDX-License-Identifier: GPL-2.0-only
/* The kernel looks symbols up for kprobes; so one kprobe finds the function that does it. */

#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <compat/ksym.h>

static DEFINE_MUTEX(lookup_lock);
static unsigned long (*lookup)(const char *name);	/* lookup_lock */

unsigned long hull_ksym(const char *name)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long address = 0;

	mutex_lock(&lookup_lock);
	if (!lookup && !register_kprobe(&probe)) {
		/* With IBT a probe may sit behind the function's ENDBR. */
		lookup = (void *)((unsigned long)probe.addr - probe.offset);
		unregister_kprobe(&probe);
	}
	if (lookup)
		address = lookup(name);
	mutex_unlock(&lookup_lock);
	return address;
}
