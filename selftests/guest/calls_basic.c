// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time pairs, yields, group reports, memory hints and multicalls: what they do, what they
 * refuse, and what a guest gets that lies about addresses or changes what it has said.
 *
 * usage: calls_basic [/dev/hull]
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <x86intrin.h>

#include <linux/hull.h>

#include "calls_basic.h"
#include "hull_tap.h"

#define TIME	HULL_HYPERCALL_TIME_PAIR
#define YIELD	HULL_HYPERCALL_YIELD
#define GROUP	HULL_HYPERCALL_GROUP_REPORT
#define GIVE	HULL_HYPERCALL_MEM_GIVE
#define TAKE	HULL_HYPERCALL_MEM_TAKE

const char *basic_device = "/dev/hull";

bool basic_ok(bool ok, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return tap_ok(ok, "%s", text);
}

void basic_note(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tap_note("%s", text);
}

long basic_call(struct machine *m, uint32_t number, uint64_t a, uint64_t b)
{
	return puppet_hypercall(m, number, a, b, 0);
}

/* Memory that the guest can read and no more. */
void basic_readonly_add(struct machine *m)
{
	struct kvm_userspace_memory_region region = {
		.slot = 1, .flags = KVM_MEM_READONLY, .guest_phys_addr = BASIC_READONLY,
		.memory_size = 4096,
	};
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	region.userspace_addr = (uintptr_t)page;
	if (page == MAP_FAILED || ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &region)) {
		perror("# read-only slot");
		exit(TAP_FAIL);
	}
}

static uint64_t realtime_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static void time_run(struct machine *m)
{
	struct hull_time *time = (void *)(m->memory + BASIC_AREA), first;
	uint64_t tsc = __rdtsc(), ns = realtime_ns();
	bool ok;

	ok = !basic_call(m, TIME, BASIC_AREA, 0);
	first = *time;
	tap_ok(ok && first.host_tsc > tsc && first.host_tsc < __rdtsc() &&
	       first.realtime_ns >= ns && first.realtime_ns <= realtime_ns(),
	       "a time pair lies between the host's times before and after");
	ok = !basic_call(m, TIME, BASIC_AREA, 0);
	tap_ok(ok && time->guest_tsc - time->host_tsc == first.guest_tsc - first.host_tsc &&
	       time->boottime_ns > first.boottime_ns, "another one has the same TSC offset");
	/* What the clocks and the TSC say of the time between the two: 2 %, and 20 us. */
	tsc = (time->host_tsc - first.host_tsc) * 1000000 /
	      ioctl(m->vcpu, KVM_GET_TSC_KHZ, 0);
	ns = time->boottime_ns - first.boottime_ns;
	tap_ok(tsc < ns + ns / 50 + 20000 && ns < tsc + tsc / 50 + 20000,
	       "clock and TSC agree on the time between: %lu and %lu ns", ns, tsc);
}

static void addresses_run(struct machine *m)
{
	static const struct {
		uint64_t address;
		const char *what;
	} bad[] = {
		{ 1ULL << 63, "not canonical" },
		{ 0x0000800000000000ULL, "not canonical by one bit" },
		{ 0x4000000000ULL, "without tables" },
		{ MACHINE_MEMORY, "without memory" },
		{ MACHINE_MEMORY - 16, "across the end of memory" },
		{ ~0ULL - 7, "around the end of all addresses" },
		{ BASIC_READONLY, "read-only memory" },
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		tap_ok(basic_call(m, TIME, bad[i].address, 0) == -EFAULT,
		       "a time pair to %s", bad[i].what);
	tap_ok(!basic_call(m, TIME, BASIC_AREA + 4096 - 16, 0), "a time pair across two pages");
}

static void yield_run(struct machine *m)
{
	tap_ok(!basic_call(m, YIELD, 0, 0) && !basic_call(m, YIELD, ~0ULL, 0) &&
	       !basic_call(m, YIELD, UINT32_MAX, 0), "yield to itself, and to anybody");
	tap_ok(basic_call(m, YIELD, 5, 0) == -ESRCH &&
	       basic_call(m, YIELD, 1ULL << 32, 0) == -ESRCH, "yield to nobody there");
}

static long report(struct machine *m, const char *name, uint64_t id)
{
	struct hull_group_report *group = (void *)(m->memory + BASIC_AREA);

	memset(group, 0, sizeof(*group));
	memcpy(group->name, name, strnlen(name, sizeof(group->name)));
	group->id = id;
	return basic_call(m, GROUP, BASIC_AREA, 0);
}

static void group_run(struct machine *m)
{
	char name[HULL_GUEST_NAME_MAX + 2];
	bool ok = true;
	uint64_t id;

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	tap_ok(report(m, name, 1) == -EINVAL && report(m, "", 1) == -EINVAL &&
	       report(m, "a b", 1) == -EINVAL && report(m, "\033[2J", 1) == -EINVAL &&
	       report(m, "web", 0) == -EINVAL, "reports of groups that are none");
	tap_ok(basic_call(m, GROUP, MACHINE_MEMORY, 0) == -EFAULT &&
	       basic_call(m, GROUP, BASIC_READONLY, 0) == -EINVAL,
	       "reports that cannot be read, and that can");
	for (id = 1; id <= 3 * HULL_GUEST_GROUPS_MAX; id++)
		ok &= !report(m, "web", id);
	tap_ok(ok, "more groups than are kept");
}

/* Runs a call that the VMM is to answer; false: it did not come. */
static bool forwarded(struct machine *m, uint32_t number, uint64_t gpa, uint64_t bytes)
{
	struct kvm_regs regs = { .rax = number, .rbx = gpa, .rcx = bytes };
	struct kvm_run *run = m->run;

	puppet_set(m, puppet_call, &regs);
	return machine_run(m, PUPPET_SECONDS) == KVM_EXIT_HYPERCALL && run->hypercall.nr == number &&
	       run->hypercall.args[0] == gpa && run->hypercall.args[1] == bytes &&
	       !run->hypercall.args[4] && run->hypercall.longmode == 1;
}

/* Answers it; rax as the guest found it. */
static long answered(struct machine *m, long value)
{
	struct kvm_regs regs;

	m->run->hypercall.ret = value;
	if (machine_run(m, PUPPET_SECONDS) != KVM_EXIT_IO || ioctl(m->vcpu, KVM_GET_REGS, &regs))
		return -EIO;
	return regs.rax;
}

static void memory_run(struct machine *m)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_EXIT_HYPERCALL, .args = { HULL_EXIT_HYPERCALL },
	};
	uint64_t features, at = 32UL << 20;

	features = basic_call(m, HULL_HYPERCALL_FEATURES, 0, 0);
	tap_ok(!(features & HULL_FEATURE_MEMORY) && basic_call(m, GIVE, at, 8192) == -EOPNOTSUPP,
	       "nothing is given to a VMM that did not ask");
	cap.args[0] = 1;
	tap_ok(ioctl(m->vm, KVM_ENABLE_CAP, &cap) && errno == EINVAL &&
	       ioctl(m->vm, KVM_CHECK_EXTENSION, KVM_CAP_EXIT_HYPERCALL) == HULL_EXIT_HYPERCALL,
	       "it may ask for what there is");
	cap.args[0] = HULL_EXIT_HYPERCALL;
	tap_ok(!ioctl(m->vm, KVM_ENABLE_CAP, &cap), "so it asks");
	features = basic_call(m, HULL_HYPERCALL_FEATURES, 0, 0);
	tap_ok(features & HULL_FEATURE_MEMORY, "and the guest finds it");
	tap_ok(basic_call(m, GIVE, at + 1, 4096) == -EINVAL && basic_call(m, GIVE, at, 0) == -EINVAL &&
	       basic_call(m, GIVE, at, 4095) == -EINVAL &&
	       basic_call(m, GIVE, MACHINE_MEMORY, 4096) == -EFAULT &&
	       basic_call(m, GIVE, MACHINE_MEMORY - 4096, 8192) == -EFAULT &&
	       basic_call(m, GIVE, at, -4096ULL) == -EFAULT &&
	       basic_call(m, GIVE, -4096ULL, 8192) == -EFAULT &&
	       basic_call(m, TAKE, BASIC_READONLY, 4096) == -EFAULT, "what is no memory to give");
	memset(m->memory + at, 0x5a, 8192);
	tap_ok(puppet_peek_at(m, at) == 0x5a5a5a5a5a5a5a5aULL && forwarded(m, GIVE, at, 8192) &&
	       !madvise(m->memory + at, 8192, MADV_DONTNEED) && answered(m, 8192) == 8192,
	       "given: the VMM gets the range, the guest its answer");
	tap_ok(!puppet_peek_at(m, at), "and reads zero there");
	tap_ok(forwarded(m, TAKE, at, 4096) && answered(m, -ENOSYS) == -ENOSYS &&
	       forwarded(m, TAKE, at, 4096) && answered(m, 1L << 40) == 1L << 40,
	       "any answer is the guest's");
}

/* The guest changes what it says while the host reads it. */
static void *changing(void *data)
{
	struct basic_change *change = data;

	while (!__atomic_load_n(&change->stop, __ATOMIC_RELAXED)) {
		__atomic_store_n(change->word, change->one, __ATOMIC_RELAXED);
		__atomic_store_n(change->word, change->other, __ATOMIC_RELAXED);
	}
	return NULL;
}

void basic_change_start(struct basic_change *change)
{
	change->stop = false;
	*change->word = change->one;
	if (pthread_create(&change->thread, NULL, changing, change))
		exit(TAP_FAIL);
}

void basic_change_end(struct basic_change *change)
{
	__atomic_store_n(&change->stop, true, __ATOMIC_RELAXED);
	pthread_join(change->thread, NULL);
}

static void group_race_run(struct machine *m)
{
	struct hull_group_report *group = (void *)(m->memory + BASIC_AREA);
	struct basic_change change = { .word = (uint64_t *)group->name };
	unsigned int i, others = 0;
	long ret;

	memcpy(&change.one, "good\0\0\0", 8);
	memcpy(&change.other, "\033[2J\0\0\0", 8);
	memset(group, 0, sizeof(*group));
	group->id = 1;
	basic_change_start(&change);
	for (i = 0; i < 300; i++) {
		ret = basic_call(m, GROUP, BASIC_AREA, 0);
		others += ret && ret != -EINVAL;
	}
	basic_change_end(&change);
	tap_ok(!others, "a name that changes is good or bad");
}

int main(int argc, char **argv)
{
	struct machine m;

	if (argc > 1)
		basic_device = argv[1];
	if (!puppet_open(&m, basic_device, 0)) {
		printf("1..0 # SKIP no VMX, or no module\n");
		return TAP_SKIP;
	}
	tap_plan(25 + BASIC_MULTI_CASES + BASIC_USER_CASES);
	basic_readonly_add(&m);
	time_run(&m);
	addresses_run(&m);
	yield_run(&m);
	group_run(&m);
	memory_run(&m);
	group_race_run(&m);
	basic_multi_run(&m);
	machine_close(&m);
	basic_user_run();
	return tap_end();
}
