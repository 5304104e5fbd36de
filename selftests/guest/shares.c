// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that VMs share: what is seen on both sides, what must not be had, how it ends.
 *
 * usage: shares [/dev/hull]
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hull_tap.h"
#include "puppet.h"

#define OFFER	HULL_HYPERCALL_SHARE_OFFER
#define MAP	HULL_HYPERCALL_SHARE_MAP
#define END	HULL_HYPERCALL_SHARE_END

#define PAGE	4096UL
#define RW	(HULL_SHARE_READ | HULL_SHARE_WRITE)
#define RO	HULL_SHARE_READ
#define FROM	(32UL << 20)		/* in the offerer */
#define AT	(128UL << 20)		/* in the mapper: nothing is there */
#define NOTHING	0xffffffffffffffffULL	/* what a VMM without devices answers */

static const char *device = "/dev/hull";
static uint32_t ids[4];
static const char *const names[4] = { "sh-a", "sh-b", "sh-other", "sh-alone" };
static const char *const domains[4] = { "sh-blue", "sh-blue", "sh-red", NULL };

static void open_pair(struct machine *a, struct machine *b)
{
	if (!puppet_open(a, device, ids[0]) || !puppet_open(b, device, ids[1])) {
		perror("# open");
		exit(TAP_FAIL);
	}
}

static long end(struct machine *m, uint64_t handle)
{
	return puppet_hypercall(m, END, handle, 0, 0);
}

static uint64_t *word(struct machine *m, uint64_t gpa)
{
	return (uint64_t *)(m->memory + gpa);
}

/* Whether the guest's access leaves it as one to no memory. */
static bool no_memory(struct machine *m, uint64_t gpa, bool write)
{
	struct kvm_regs regs = { .rdi = gpa, .rsi = 0x5bad };
	int reason;

	puppet_set(m, write ? puppet_poke : puppet_peek, &regs);
	reason = machine_run(m, PUPPET_SECONDS);
	if (reason != KVM_EXIT_MMIO) {
		tap_note("exit reason %d", reason);
		return false;
	}
	memset(m->run->mmio.data, 0xff, sizeof(m->run->mmio.data));
	return m->run->mmio.phys_addr == gpa && m->run->mmio.is_write == write &&
	       machine_run(m, PUPPET_SECONDS) == KVM_EXIT_IO;
}

/* --- use ------------------------------------------------------------------------------ */

static void write_run(void)
{
	struct machine a, b;
	long from, at;

	open_pair(&a, &b);
	*word(&a, FROM) = 0x1111;
	from = puppet_share(&a, OFFER, "pages", FROM, 4 * PAGE, RW);
	at = puppet_share(&b, MAP, "pages", AT, 4 * PAGE, RW);
	tap_ok(from == 1 && at == 1, "offer %ld, map %ld", from, at);
	tap_ok(puppet_peek_at(&b, AT) == 0x1111, "the mapper reads");
	puppet_poke_at(&b, AT + PAGE + 8, 0x2222);
	tap_ok(puppet_peek_at(&a, FROM + PAGE + 8) == 0x2222, "the mapper writes, the offerer reads");
	puppet_poke_at(&a, FROM + 2 * PAGE, 0x3333);
	tap_ok(puppet_peek_at(&b, AT + 2 * PAGE) == 0x3333, "the offerer writes, the mapper reads");
	tap_ok(no_memory(&b, AT + 4 * PAGE, false), "behind it there is nothing");
	tap_ok(puppet_share(&b, MAP, "pages", AT + (1 << 20), PAGE, RW) == -EBUSY, "mapped once");
	tap_ok(!end(&b, at) && no_memory(&b, AT, false) && no_memory(&b, AT + PAGE, true),
	       "the mapper ends it");
	tap_ok(*word(&a, FROM + PAGE + 8) == 0x2222 && puppet_peek_at(&a, FROM) == 0x1111,
	       "the offerer's memory is still its own");
	tap_ok(puppet_share(&b, MAP, "pages", AT, PAGE, RO) == -ENOENT, "it has ended for all");
	tap_ok(!end(&a, from) && end(&a, from) == -EBADF && end(&b, at) == -EBADF,
	       "each handle ends once");
	machine_close(&b);
	machine_close(&a);
}

static void offerer_end_run(void)
{
	struct machine a, b;
	long from, at;

	open_pair(&a, &b);
	from = puppet_share(&a, OFFER, "pages", FROM, 2 * PAGE, RW);
	at = puppet_share(&b, MAP, "pages", AT, 2 * PAGE, RW);
	puppet_poke_at(&b, AT, 7);
	puppet_poke_at(&b, AT + PAGE, 8);
	tap_ok(!end(&a, from) && no_memory(&b, AT, true) && no_memory(&b, AT + PAGE, false),
	       "the offerer ends it");
	tap_ok(*word(&a, FROM) == 7 && *word(&a, FROM + PAGE) == 8, "what was written stays");
	tap_ok(puppet_share(&b, MAP, "pages", AT, PAGE, RO) == -ENOENT, "the name is gone");
	from = puppet_share(&a, OFFER, "pages", FROM, PAGE, RW);
	tap_ok(from == 1 && puppet_share(&b, MAP, "pages", AT, PAGE, RW) == 2 &&
	       puppet_peek_at(&b, AT) == 7, "offered and mapped again, the old handle still there");
	tap_ok(!end(&b, at) && puppet_peek_at(&b, AT) == 7, "the old handle ends nothing new");
	machine_close(&a);
	tap_ok(no_memory(&b, AT, false), "the offerer's end is the end");
	machine_close(&b);
}

static void read_only_run(void)
{
	struct machine a, b;
	long from, at;

	open_pair(&a, &b);
	*word(&a, FROM) = 0x77;
	from = puppet_share(&a, OFFER, "read", FROM, PAGE, RO);
	tap_ok(from > 0 && puppet_share(&b, MAP, "read", AT, PAGE, RW) == -EACCES,
	       "no more rights than were offered");
	at = puppet_share(&b, MAP, "read", AT, PAGE, RO);
	tap_ok(at > 0 && puppet_peek_at(&b, AT) == 0x77, "read only: reads");
	tap_ok(no_memory(&b, AT, true) && puppet_peek_at(&b, AT) == 0x77 && *word(&a, FROM) == 0x77,
	       "read only: writes go nowhere");
	/* Hypercalls that answer into memory are writes, too. */
	tap_ok(puppet_hypercall(&b, HULL_HYPERCALL_EVENT_SETUP, AT, HULL_EVENT_POLL, 0) == -EFAULT,
	       "read only: no event page there");
	end(&b, at);
	end(&a, from);

	from = puppet_share(&a, OFFER, "both", FROM, PAGE, RW);
	at = puppet_share(&b, MAP, "both", AT, PAGE, RO);
	tap_ok(at > 0 && puppet_peek_at(&b, AT) == 0x77 && no_memory(&b, AT, true),
	       "a map may ask for less");
	tap_ok(puppet_share(&b, OFFER, "more", AT, PAGE, RO) == -EFAULT, "nor is it passed on");
	end(&b, at);
	at = puppet_share(&a, OFFER, "mine", FROM + PAGE, PAGE, RW);
	tap_ok(puppet_share(&b, MAP, "mine", AT, PAGE, RW) > 0 &&
	       puppet_share(&b, OFFER, "more", AT, PAGE, RW) == -EFAULT &&
	       puppet_hypercall(&b, HULL_HYPERCALL_EVENT_SETUP, AT, HULL_EVENT_POLL, 0) == -EFAULT,
	       "what is mapped for writing is not passed on either");
	machine_close(&b);
	machine_close(&a);
}

/* --- rules ----------------------------------------------------------------------------- */

static void arguments_run(void)
{
	struct kvm_userspace_memory_region region = { .slot = 5, .memory_size = PAGE };
	struct machine a, b;
	bool ok;

	open_pair(&a, &b);
	ok = puppet_hypercall(&a, OFFER, 1ULL << 35, 0, 0) == -EFAULT;
	ok &= puppet_share(&a, OFFER, "", FROM, PAGE, RW) == -EINVAL;
	ok &= puppet_share(&a, OFFER, "a b", FROM, PAGE, RW) == -EINVAL;
	ok &= puppet_share(&a, OFFER, "x", FROM + 8, PAGE, RW) == -EINVAL;
	ok &= puppet_share(&a, OFFER, "x", FROM, 0, RW) == -EINVAL;
	ok &= puppet_share(&a, OFFER, "x", FROM, PAGE + 1, RW) == -EINVAL;
	ok &= puppet_share(&a, OFFER, "x", FROM, 1025 * PAGE, RW) == -EINVAL;
	ok &= puppet_share(&a, OFFER, "x", FROM, -PAGE, RW) == -EINVAL;
	ok &= puppet_share(&a, OFFER, "x", FROM, PAGE, 0) == -EINVAL;
	ok &= puppet_share(&a, OFFER, "x", FROM, PAGE, HULL_SHARE_WRITE) == -EINVAL;
	ok &= puppet_share(&a, OFFER, "x", FROM, PAGE, 8 | RW) == -EINVAL;
	tap_ok(ok, "bad offers are refused");
	ok = puppet_share(&a, OFFER, "x", AT, PAGE, RW) == -EFAULT;
	ok &= puppet_share(&a, OFFER, "x", MACHINE_MEMORY - PAGE, 2 * PAGE, RW) == -EFAULT;
	tap_ok(ok, "no offer of what is no memory");

	puppet_share(&a, OFFER, "x", FROM, 4 * PAGE, RW);
	tap_ok(puppet_share(&b, OFFER, "x", FROM, PAGE, RW) == -EEXIST, "a name once in a domain");
	ok = puppet_share(&b, MAP, "y", AT, PAGE, RW) == -ENOENT;
	ok &= puppet_share(&b, MAP, "x", AT, 5 * PAGE, RW) == -EINVAL;
	ok &= puppet_share(&b, MAP, "x", AT + 1, PAGE, RW) == -EINVAL;
	ok &= puppet_share(&b, MAP, "x", -PAGE, PAGE, RW) == -EINVAL;
	ok &= puppet_share(&b, MAP, "x", -PAGE, 2 * PAGE, RW) == -EINVAL;
	ok &= puppet_share(&b, MAP, "x", 1ULL << 52, PAGE, RW) == -EINVAL;
	ok &= puppet_share(&b, MAP, "x", 1ULL << 46, PAGE, RW) == -EINVAL;
	tap_ok(ok, "bad maps are refused");
	ok = puppet_share(&b, MAP, "x", FROM, PAGE, RW) == -EEXIST;
	ok &= puppet_share(&b, MAP, "x", MACHINE_MEMORY - PAGE, 2 * PAGE, RW) == -EEXIST;
	tap_ok(ok, "not over memory that is there");
	tap_ok(puppet_share(&b, MAP, "x", MACHINE_MEMORY, 4 * PAGE, RW) > 0, "right behind it is fine");

	region.guest_phys_addr = MACHINE_MEMORY + PAGE;
	region.userspace_addr = (uintptr_t)b.memory;
	ok = ioctl(b.vm, KVM_SET_USER_MEMORY_REGION, &region) < 0 && errno == EEXIST;
	region.guest_phys_addr = AT;
	region.slot = 509;
	ok &= ioctl(b.vm, KVM_SET_USER_MEMORY_REGION, &region) < 0 && errno == EINVAL;
	region.memory_size = 0;
	ok &= ioctl(b.vm, KVM_SET_USER_MEMORY_REGION, &region) < 0 && errno == EINVAL;
	tap_ok(ok, "the VMM can neither overlap nor touch its slot");
	ok = end(&a, 0) == -EBADF && end(&a, 65) == -EBADF && end(&a, -1ULL) == -EBADF;
	tap_ok(ok, "handles that are none");
	machine_close(&b);
	machine_close(&a);
}

static void domains_run(void)
{
	struct machine a, other, alone;

	puppet_open(&a, device, ids[0]);
	puppet_open(&other, device, ids[2]);
	puppet_open(&alone, device, ids[3]);
	puppet_share(&a, OFFER, "x", FROM, PAGE, RW);
	tap_ok(puppet_share(&other, MAP, "x", AT, PAGE, RO) == -ENOENT, "another domain sees nothing");
	tap_ok(puppet_share(&other, OFFER, "x", FROM, PAGE, RO) > 0, "and has names of its own");
	tap_ok(puppet_share(&alone, MAP, "x", AT, PAGE, RO) == -EPERM &&
	       puppet_share(&alone, OFFER, "x", FROM, PAGE, RO) == -EPERM, "without a domain: nothing");
	machine_close(&alone);
	machine_close(&other);
	machine_close(&a);
}

static void exhaust_run(void)
{
	char name[16];
	struct machine a;
	long ret = 0;
	int n;

	puppet_open(&a, device, ids[0]);
	for (n = 0; n < 100; n++) {
		snprintf(name, sizeof(name), "n%d", n);
		ret = puppet_share(&a, OFFER, name, FROM, PAGE, RW);
		if (ret < 0)
			break;
	}
	tap_ok(n == 64 && ret == -ENOSPC, "%d handles, then %ld", n, ret);
	for (n = 1; n <= 64; n++)
		end(&a, n);
	for (n = 0; n < 10; n++) {
		snprintf(name, sizeof(name), "n%d", n);
		ret = puppet_share(&a, OFFER, name, FROM, HULL_SHARE_BYTES_MAX, RW);
		if (ret < 0)
			break;
	}
	tap_ok(n == 4 && ret == -ENOSPC, "%d times 1024 pages, then %ld", n, ret);
	machine_close(&a);
}

/* --- death ------------------------------------------------------------------------------ */

/*
 * A process that maps, or offers, and is killed at some moment. The survivor writes to
 * the pages all the time, by fill_on.
 */
static void child_run(const struct machine *unused, uint32_t number, int said)
{
	struct kvm_regs regs = { .rdi = number == MAP ? AT : FROM, .rcx = 64 * PAGE / 8 };
	struct machine m;
	long ret;
	char c;

	(void)unused;
	if (!puppet_open(&m, device, ids[1]))
		_exit(1);
	ret = puppet_share(&m, number, "pages", regs.rdi, 64 * PAGE, RW);
	c = ret > 0 ? 'y' : 'n';
	if (write(said, &c, 1) != 1)
		_exit(1);
	puppet_set(&m, puppet_fill_on, &regs);
	machine_run(&m, 0);
	_exit(1);
}

static bool kill_once(uint32_t mine, uint32_t theirs, unsigned int us)
{
	struct kvm_regs regs = { .rcx = 64 * PAGE / 8 };
	struct machine m;
	int said[2], got;
	pid_t pid;
	bool ok;
	char c;

	if (pipe(said) || !puppet_open(&m, device, ids[0]))
		return false;
	ok = mine == MAP || puppet_share(&m, OFFER, "pages", FROM, 64 * PAGE, RW) > 0;
	pid = fork();
	if (!pid)
		child_run(&m, theirs, said[1]);
	ok &= read(said[0], &c, 1) == 1 && c == 'y';
	ok &= mine == OFFER || puppet_share(&m, MAP, "pages", AT, 64 * PAGE, RW) > 0;
	regs.rdi = mine == MAP ? AT : FROM;
	puppet_set(&m, puppet_fill_on, &regs);
	/* The guest writes in a loop; meanwhile, from another process, the end comes. */
	if (!fork()) {
		usleep(us);
		kill(pid, SIGKILL);
		_exit(0);
	}
	got = machine_run(&m, 2);
	waitpid(pid, NULL, 0);
	wait(NULL);
	/* A mapper loses its memory; an offerer's is its own and it goes on. */
	if (mine == MAP)
		ok &= got == KVM_EXIT_MMIO && m.run->mmio.is_write;
	else
		ok &= got == -EINTR && !end(&m, 1);
	if (!ok)
		tap_note("got %d after %u us", got, us);
	machine_close(&m);
	close(said[0]);
	close(said[1]);
	return ok;
}

static void kill_run(unsigned int times)
{
	unsigned int i, odd = 0;

	for (i = 0; i < times; i++)
		odd += !kill_once(MAP, OFFER, 1000 + i * 900);
	tap_ok(!odd, "%u offerers killed while the mapper writes", times);
	for (i = odd = 0; i < 3; i++)
		odd += !kill_once(OFFER, MAP, 1000 + i * 9000);
	tap_ok(!odd, "mappers killed while both write");
}

/* Map and end in a loop, killed anywhere in it: half-way through a map, too. */
static void kill_halfway_run(unsigned int times)
{
	unsigned int i, j, odd = 0;
	struct machine m, a;
	pid_t pid;

	puppet_open(&a, device, ids[0]);
	for (i = 0; i < times; i++) {
		pid = fork();
		if (!pid) {
			if (!puppet_open(&m, device, ids[1]))
				_exit(1);
			for (j = 0; ; j++) {
				puppet_share(&m, MAP, "pages", AT, 16 * PAGE, RW);
				end(&m, 1);
			}
		}
		usleep(30000 + i * 1300);
		for (j = 0; j < 20; j++) {
			if (puppet_share(&a, OFFER, "pages", FROM, 16 * PAGE, RW) != 1)
				odd++;
			if (j == 10)
				kill(pid, SIGKILL);
			if (end(&a, 1))
				odd++;
		}
		waitpid(pid, NULL, 0);
	}
	tap_ok(!odd, "%u mappers killed anywhere on the way", times);
	machine_close(&a);
}

/* The VMM gives its files up, but lives: nothing of the memory may be left to it. */
static void closed_run(void)
{
	struct machine a, b;
	char line[256];
	int maps = 0;
	FILE *file;

	open_pair(&a, &b);
	puppet_share(&a, OFFER, "pages", FROM, 2 * PAGE, RW);
	puppet_share(&b, MAP, "pages", AT, 2 * PAGE, RW);
	puppet_poke_at(&b, AT, 9);
	machine_close(&b);
	file = fopen("/proc/self/maps", "r");
	while (file && fgets(line, sizeof(line), file))
		maps += !!strstr(line, "hull-share");
	if (file)
		fclose(file);
	tap_ok(!maps, "no mapping is left in a VMM that has closed its VM");
	tap_ok(!end(&a, 1), "and the offer is over");
	machine_close(&a);
}

/* --- a VMM that keeps others waiting ------------------------------------------------------ */

struct stall {
	struct machine *m;
	int fault;			/* userfaultfd */
	struct uffdio_range range;
	pthread_t guest, relief;
};

/* A page that does not come: the vCPU waits for it in the middle of its slot's use. */
static void *stall_guest(void *arg)
{
	struct kvm_regs regs = { .rdi = MACHINE_FRESH };
	struct stall *stall = arg;

	puppet_set(stall->m, puppet_peek, &regs);
	machine_run(stall->m, 0);
	return NULL;
}

/* So that a test that fails still ends. */
static void *stall_relief(void *arg)
{
	struct stall *stall = arg;
	struct uffdio_zeropage zero = { .range = stall->range };

	sleep(5);
	ioctl(stall->fault, UFFDIO_ZEROPAGE, &zero);
	return NULL;
}

static bool stall_begin(struct stall *stall, struct machine *m)
{
	struct uffdio_register reg = {
		.range = { .start = (uintptr_t)m->memory + MACHINE_FRESH, .len = PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	struct uffdio_api api = { .api = UFFD_API };
	struct uffd_msg msg;

	stall->m = m;
	stall->range = reg.range;
	stall->fault = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (stall->fault < 0 || ioctl(stall->fault, UFFDIO_API, &api) ||
	    ioctl(stall->fault, UFFDIO_REGISTER, &reg))
		return false;
	pthread_create(&stall->guest, NULL, stall_guest, stall);
	if (read(stall->fault, &msg, sizeof(msg)) != sizeof(msg))
		return false;
	pthread_create(&stall->relief, NULL, stall_relief, stall);
	return true;
}

static long ms_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void stall_run(void)
{
	struct machine a, b;
	struct stall stall;
	long from, start, took;
	bool ok;

	open_pair(&a, &b);
	from = puppet_share(&a, OFFER, "pages", FROM, PAGE, RW);
	puppet_share(&b, MAP, "pages", AT, PAGE, RW);
	ok = puppet_poke_at(&b, AT, 5) >= 0 && stall_begin(&stall, &b);
	start = ms_now();
	ok &= !end(&a, from) && puppet_share(&a, OFFER, "pages", FROM, PAGE, RW) > 0;
	took = ms_now() - start;
	machine_close(&a);
	tap_ok(ok && ms_now() - start < 4000, "an end does not wait for the mapper's VMM (%ld ms)",
	       took);
	pthread_join(stall.guest, NULL);
	pthread_join(stall.relief, NULL);
	close(stall.fault);
	tap_ok(no_memory(&b, AT, false) && no_memory(&b, AT, true), "and the mapper has lost it");
	machine_close(&b);
}

int main(int argc, char **argv)
{
	struct machine probe;
	long pins = puppet_pinned();
	int i;

	if (argc > 1)
		device = argv[1];
	if (!machine_try_open(&probe, device))
		return tap_skip_all("%s: no VM to be had: %s", device, strerror(errno));
	machine_close(&probe);
	for (i = 0; i < 4; i++) {
		ids[i] = puppet_record(names[i], domains[i]);
		if (!ids[i])
			return tap_skip_all("vmctl makes no records");
	}
	tap_plan(45);
	write_run();
	offerer_end_run();
	read_only_run();
	arguments_run();
	domains_run();
	exhaust_run();
	closed_run();
	stall_run();
	kill_run(8);
	kill_halfway_run(8);
	for (i = 0; i < 4; i++)
		puppet_record_delete(names[i]);
	tap_ok(puppet_pinned() == pins, "no page stays pinned (%ld)", puppet_pinned() - pins);
	tap_ok(!puppet_locked(), "no memory stays accounted");
	return tap_end();
}
