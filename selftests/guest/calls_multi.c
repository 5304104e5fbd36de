// SPDX-License-Identifier: GPL-2.0-only
/* Multicalls: each entry's own result, entries anywhere, entries that change. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "calls_basic.h"

#define MULTI		HULL_HYPERCALL_MULTICALL
#define NOP		HULL_HYPERCALL_NOP
#define VERSION		HULL_HYPERCALL_VERSION
#define FEATURES	HULL_HYPERCALL_FEATURES
#define UNTOUCHED	0x7777777777777777LL
#define SIZE		sizeof(struct hull_multicall_entry)

/* 4 KiB pages at a linear address of their own: two that are not neighbours, one read-only. */
#define TABLES		0x200000UL
#define LINEAR		0x40000000UL
#define FIRST		0x305000UL
#define SECOND		0x303000UL

static struct hull_multicall_entry *entries_at(struct machine *m, uint64_t gpa)
{
	return (struct hull_multicall_entry *)(m->memory + gpa);
}

static void fill(struct hull_multicall_entry *entry, unsigned int n, uint32_t number)
{
	unsigned int i;

	memset(entry, 0, n * SIZE);
	for (i = 0; i < n; i++) {
		entry[i].number = number;
		entry[i].result = UNTOUCHED;
	}
}

static bool results_are(const struct hull_multicall_entry *entry, unsigned int n, long long value)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (entry[i].result != value)
			return false;
	return true;
}

/* As hull_multicall_all() does. */
static long all(struct machine *m, uint64_t address, uint64_t n)
{
	uint64_t done = 0;
	long ret = 0;

	while (done < n && ret >= 0) {
		ret = basic_call(m, MULTI, address + done * SIZE, n - done);
		if (ret > 0)
			done += ret;
	}
	return done ? (long)done : ret;
}

/* ---- results ------------------------------------------------------------------ */

static const struct {
	uint32_t number, flags;
	uint64_t arg[2];
	long long result;
} mixed[] = {
	{ NOP, 0, { 0 }, 0 },
	{ VERSION, 0, { 0 }, HULL_HYPERCALL_ABI },
	{ FEATURES, 0, { 7 }, 0 },
	{ HULL_HYPERCALL_BASE + 0xff, 0, { 0 }, -ENOSYS },
	{ 1, 0, { 0 }, -ENOSYS },
	{ 0, 0, { 0 }, -ENOSYS },
	{ ~0u, 0, { 0 }, -ENOSYS },
	{ NOP, 1, { 0 }, -EINVAL },
	{ MULTI, 0, { BASIC_AREA, 1 }, -EINVAL },
	{ HULL_HYPERCALL_YIELD, 0, { 9 }, -ESRCH },
	{ HULL_HYPERCALL_TIME_PAIR, 0, { BASIC_AREA + 0x800 }, 0 },
	{ HULL_HYPERCALL_TIME_PAIR, 0, { MACHINE_MEMORY }, -EFAULT },
	{ HULL_HYPERCALL_MEM_GIVE, 0, { 0x2000000, 4096 }, -EOPNOTSUPP },
	{ HULL_HYPERCALL_USER, 0, { 0 }, -EOPNOTSUPP },
	{ HULL_HYPERCALL_MODULE, 0, { 0 }, -ENOSYS },
	{ VERSION, 0, { 0 }, HULL_HYPERCALL_ABI },
	{ VERSION, 0, { 0 }, HULL_HYPERCALL_ABI },
	{ NOP, 0, { 0 }, 0 },
};

#define MIXED	(sizeof(mixed) / sizeof(mixed[0]))

static bool mixed_right(struct machine *m)
{
	struct hull_multicall_entry *entry = entries_at(m, BASIC_AREA);
	unsigned int i;
	bool ok;

	fill(entry, MIXED, 0);
	for (i = 0; i < MIXED; i++) {
		entry[i].number = mixed[i].number;
		entry[i].flags = mixed[i].flags;
		memcpy(entry[i].arg, mixed[i].arg, sizeof(mixed[i].arg));
	}
	ok = all(m, BASIC_AREA, MIXED) == (long)MIXED;
	for (i = 0; i < MIXED; i++) {
		if (entry[i].result == mixed[i].result)
			continue;
		basic_note("entry %u: %lld", i, entry[i].result);
		ok = false;
	}
	return ok;
}

static void results_run(struct machine *m)
{
	struct hull_multicall_entry *entry = entries_at(m, BASIC_AREA);
	long ret;

	/* The second time the numbers are known, and answered another way. */
	basic_ok(mixed_right(m), "each entry has its own result");
	basic_ok(mixed_right(m), "once more");
	fill(entry, 64, VERSION);
	basic_ok(all(m, BASIC_AREA, 64) == 64 && results_are(entry, 64, HULL_HYPERCALL_ABI),
	       "64 at once");
	fill(entry, 400, NOP);
	ret = basic_call(m, MULTI, BASIC_AREA, 400);
	basic_ok(ret > 0 && ret <= (long)HULL_MULTICALL_MAX && results_are(entry, ret, 0) &&
	       results_are(entry + ret, 400 - ret, UNTOUCHED), "no more than so many: %ld", ret);
	basic_ok(all(m, BASIC_AREA, 400) == 400 && results_are(entry, 400, 0), "400 in parts");
	fill(entry, 400, FEATURES);
	basic_ok(all(m, BASIC_AREA, 400) == 400 && entry[0].result > 0 &&
	       results_are(entry, 400, entry[0].result), "400 with an argument");
	fill(entry, 4, NOP);
	basic_ok(!basic_call(m, MULTI, BASIC_AREA, 0) && results_are(entry, 4, UNTOUCHED), "none");
	basic_ok(basic_call(m, MULTI, BASIC_AREA + 4, 1) == -EINVAL, "not on a multiple of 8");
	ret = basic_call(m, MULTI, BASIC_AREA, ~0ULL);
	basic_ok(ret > 0 && ret <= (long)HULL_MULTICALL_MAX, "as many as one can say: %ld", ret);
}

/* ---- places ------------------------------------------------------------------- */

static void tables_set(struct machine *m)
{
	uint64_t *pdpt = (uint64_t *)(m->memory + MACHINE_TABLES + 0x1000);
	uint64_t *pd = (uint64_t *)(m->memory + TABLES), *pt = pd + 512;

	pdpt[1] = TABLES | 3;
	pd[0] = (TABLES + 0x1000) | 3;
	pt[0] = FIRST | 3;
	pt[1] = SECOND | 3;
	pt[2] = (FIRST + 0x10000) | 1;
}

static void protect(struct machine *m)
{
	struct kvm_sregs sregs;

	ioctl(m->vcpu, KVM_GET_SREGS, &sregs);
	sregs.cr0 |= 1 << 16;
	ioctl(m->vcpu, KVM_SET_SREGS, &sregs);
}

static void pages_run(struct machine *m)
{
	const uint64_t start = LINEAR + 4096 - 10 * SIZE - 24;
	struct hull_multicall_entry copy[20];
	unsigned int i;
	long ret;

	tables_set(m);
	protect(m);
	/* Ten in the first page, one across, nine in the second. */
	fill(copy, 20, VERSION);
	memcpy(m->memory + FIRST + 4096 - 10 * SIZE - 24, copy, 10 * SIZE + 24);
	memcpy(m->memory + SECOND, (uint8_t *)copy + 10 * SIZE + 24, 9 * SIZE + 24);
	ret = all(m, start, 20);
	memcpy(copy, m->memory + FIRST + 4096 - 10 * SIZE - 24, 10 * SIZE + 24);
	memcpy((uint8_t *)copy + 10 * SIZE + 24, m->memory + SECOND, 9 * SIZE + 24);
	basic_ok(ret == 20 && results_are(copy, 20, HULL_HYPERCALL_ABI), "entries across two pages");
	for (i = 0; i < 2; i++) {
		uint64_t *pt = (uint64_t *)(m->memory + TABLES + 0x1000);

		basic_ok((pt[i] & 0x60) == 0x60, "page %u is marked accessed and dirty", i);
	}
	ret = basic_call(m, MULTI, LINEAR + 8192, 1);
	basic_ok(ret == -EFAULT, "a page that may not be written: %ld", ret);
	fill((void *)(m->memory + SECOND + 4096 - 2 * SIZE), 2, NOP);
	basic_ok(all(m, LINEAR + 8192 - 2 * SIZE, 4) == 2, "only those before it");
}

static void edges_run(struct machine *m)
{
	struct hull_multicall_entry *entry = entries_at(m, MACHINE_MEMORY - 3 * SIZE - 8);

	fill(entry, 3, VERSION);
	basic_ok(all(m, MACHINE_MEMORY - 3 * SIZE - 8, 9) == 3 &&
	       results_are(entry, 3, HULL_HYPERCALL_ABI), "up to the end of memory");
	basic_ok(basic_call(m, MULTI, MACHINE_MEMORY - 8, 1) == -EFAULT &&
	       basic_call(m, MULTI, MACHINE_MEMORY, 1) == -EFAULT &&
	       basic_call(m, MULTI, 1ULL << 63, 1) == -EFAULT &&
	       basic_call(m, MULTI, -(uint64_t)SIZE, 2) == -EFAULT &&
	       basic_call(m, MULTI, BASIC_READONLY, 1) == -EFAULT, "and none beyond it");
}

/* ---- entries that change -------------------------------------------------------- */

static void race_run(struct machine *m, bool flags)
{
	struct hull_multicall_entry *entry = entries_at(m, BASIC_AREA);
	struct basic_change change = { .word = (uint64_t *)&entry[1], .one = NOP };
	const long long other = flags ? -EINVAL : (long long)HULL_HYPERCALL_ABI;
	unsigned int i, wrong = 0, ones = 0;
	long ret;

	change.other = flags ? NOP | 1ULL << 32 : VERSION;
	fill(entry, 3, VERSION);
	basic_change_start(&change);
	for (i = 0; i < 500; i++) {
		fill(entry, 1, VERSION);
		ret = all(m, BASIC_AREA, 3);
		if (ret != 3 || entry[0].result != HULL_HYPERCALL_ABI ||
		    entry[2].result != HULL_HYPERCALL_ABI ||
		    (entry[1].result && entry[1].result != other)) {
			wrong++;
			basic_note("%ld done: %lld %lld %lld", ret, entry[0].result, entry[1].result,
				 entry[2].result);
		}
		ones += !entry[1].result;
	}
	basic_change_end(&change);
	basic_ok(!wrong, "%s that change: what was read is what was done (%u and %u)",
	       flags ? "flags" : "numbers", ones, i - ones);
}

void basic_multi_run(struct machine *m)
{
	results_run(m);
	pages_run(m);
	edges_run(m);
	race_run(m, false);
	race_run(m, true);
}
