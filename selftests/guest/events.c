// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels: between VMs of a domain, with the VMM, and what must not go.
 *
 * usage: events [/dev/hull]
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/hull.h>

#include "hull_tap.h"
#include "puppet.h"

#define SETUP	HULL_HYPERCALL_EVENT_SETUP
#define OFFER	HULL_HYPERCALL_EVENT_OFFER
#define CONNECT	HULL_HYPERCALL_EVENT_CONNECT
#define SEND	HULL_HYPERCALL_EVENT_SEND
#define UNMASK	HULL_HYPERCALL_EVENT_UNMASK
#define CLOSE	HULL_HYPERCALL_EVENT_CLOSE
#define FLOOD	20000

static const char *device = "/dev/hull";
static uint32_t ids[4];
static const char *const names[4] = { "ev-a", "ev-b", "ev-other", "ev-alone" };
static const char *const domains[4] = { "ev-blue", "ev-blue", "ev-red", NULL };

static long call(struct machine *m, uint32_t number, uint64_t a)
{
	return puppet_hypercall(m, number, a, 0, 0);
}

static long setup(struct machine *m, uint64_t how, uint64_t what)
{
	return puppet_hypercall(m, SETUP, PUPPET_EVENT_PAGE, how, what);
}

/* Interrupts that came since @before, after the guest had a moment for them. */
static uint64_t interrupts_since(struct machine *m, uint64_t before)
{
	struct kvm_regs regs = { 0 };

	puppet_run(m, puppet_look, &regs);
	return *puppet_interrupts(m) - before;
}

static long poll_page(struct machine *m)
{
	struct kvm_regs regs = { 0 };

	return puppet_run(m, puppet_poll, &regs);
}

static void open_pair(struct machine *a, struct machine *b)
{
	if (!puppet_open(a, device, ids[0]) || !puppet_open(b, device, ids[1])) {
		perror("# open");
		exit(TAP_FAIL);
	}
}

/* --- rules -------------------------------------------------------------------------- */

static void arguments_run(void)
{
	struct machine m;
	bool ok;

	puppet_open(&m, device, ids[0]);
	tap_ok(puppet_named(&m, OFFER, "early") == -ENXIO, "no port before a setup");
	ok = puppet_hypercall(&m, SETUP, PUPPET_EVENT_PAGE + 8, HULL_EVENT_POLL, 0) == -EINVAL;
	ok &= setup(&m, HULL_EVENT_GSI, 4096) == -EINVAL;
	ok &= setup(&m, HULL_EVENT_VECTOR, 15) == -EINVAL;
	ok &= setup(&m, HULL_EVENT_VECTOR, 0x40 | 64 << 8) == -EINVAL;
	ok &= setup(&m, 77, 0) == -EINVAL;
	ok &= setup(&m, 1ULL << 32, 0) == -EINVAL;
	tap_ok(ok, "bad setups are refused");
	ok = puppet_hypercall(&m, SETUP, 1ULL << 40, HULL_EVENT_POLL, 0) == -EFAULT;
	ok &= puppet_hypercall(&m, SETUP, -4096ULL, HULL_EVENT_POLL, 0) == -EFAULT;
	tap_ok(ok, "no event page where no memory is");
	tap_ok(!setup(&m, HULL_EVENT_POLL, 0), "setup");

	ok = puppet_hypercall(&m, OFFER, PUPPET_ARGUMENT, 64, 0) == -EINVAL;
	ok &= puppet_hypercall(&m, OFFER, 1ULL << 35, 4, 0) == -EFAULT;
	ok &= puppet_named(&m, OFFER, "two words") == -EINVAL;
	ok &= puppet_named(&m, OFFER, "tab\t") == -EINVAL;
	ok &= puppet_named(&m, CONNECT, "") == -EINVAL;
	tap_ok(ok, "bad names are refused");
	ok = call(&m, SEND, 0) == -EBADF && call(&m, SEND, 5) == -EBADF;
	ok &= call(&m, SEND, 1024) == -EBADF && call(&m, SEND, -1ULL) == -EBADF;
	ok &= call(&m, UNMASK, 5) == -EBADF && call(&m, UNMASK, 1ULL << 33) == -EBADF;
	ok &= call(&m, CLOSE, 0) == -EBADF && call(&m, CLOSE, 1ULL << 33 | 1) == -EBADF;
	tap_ok(ok, "ports that are none");
	machine_close(&m);
}

static void domains_run(void)
{
	struct machine a, b, other, alone;
	long port;
	bool ok;

	open_pair(&a, &b);
	puppet_open(&other, device, ids[2]);
	puppet_open(&alone, device, ids[3]);
	setup(&a, HULL_EVENT_POLL, 0);
	setup(&b, HULL_EVENT_POLL, 0);
	setup(&other, HULL_EVENT_POLL, 0);
	setup(&alone, HULL_EVENT_POLL, 0);

	port = puppet_named(&a, OFFER, "door");
	tap_ok(port == 1, "an offer is port %ld", port);
	tap_ok(puppet_named(&b, OFFER, "door") == -EEXIST, "a name is taken in its domain");
	tap_ok(puppet_named(&other, OFFER, "door") > 0, "and free in another");
	tap_ok(call(&a, SEND, port) == -ENOTCONN, "nobody has connected yet");
	tap_ok(puppet_named(&alone, CONNECT, "door") == -EPERM, "without a domain: no connect");
	tap_ok(puppet_named(&alone, OFFER, "mine") == -EPERM, "without a domain: no offer");
	port = puppet_hypercall(&alone, OFFER, 0, 0, 0);
	tap_ok(port > 0 && call(&alone, SEND, port) == -ENOTCONN, "but a port without a name");
	tap_ok(puppet_named(&b, CONNECT, "window") == -ENOENT, "a name that nobody offers");
	ok = puppet_named(&b, CONNECT, "door") > 0 && !call(&b, SEND, 1);
	tap_ok(ok && !poll_page(&a) + 1 && puppet_seen(&a, 1), "b connects and a hears of it");
	tap_ok(puppet_named(&b, CONNECT, "door") == -ENOENT, "a name is used up");
	tap_ok(puppet_named(&a, OFFER, "door") == 2, "and may be offered again");
	poll_page(&other);
	tap_ok(!puppet_seen(&other, 1), "the other domain heard nothing");
	machine_close(&alone);
	machine_close(&other);
	machine_close(&b);
	machine_close(&a);
}

static void exhaust_run(void)
{
	struct machine a;
	long port = 0;
	int n;

	puppet_open(&a, device, ids[0]);
	setup(&a, HULL_EVENT_POLL, 0);
	for (n = 0; n < 2000; n++) {
		port = puppet_hypercall(&a, OFFER, 0, 0, 0);
		if (port < 0)
			break;
	}
	tap_ok(n == 1023 && port == -ENOSPC, "%d ports, then %ld", n, port);
	tap_ok(!call(&a, CLOSE, 500) && puppet_hypercall(&a, OFFER, 0, 0, 0) == 500,
	       "a closed one is free again");
	tap_ok(!setup(&a, HULL_EVENT_OFF, 0) && call(&a, CLOSE, 1) == -EBADF, "off closes all");
	tap_ok(puppet_hypercall(&a, OFFER, 0, 0, 0) == -ENXIO, "and takes the page away");
	machine_close(&a);
}

/* --- delivery ------------------------------------------------------------------------ */

/* Connects port 1 of both. */
static void connect_pair(struct machine *a, struct machine *b, uint64_t how, uint64_t what)
{
	if (setup(a, how, what) || setup(b, how, what) ||
	    puppet_named(a, OFFER, "pair") != 1 || puppet_named(b, CONNECT, "pair") != 1)
		tap_note("the two do not connect");
	interrupts_since(a, 0);
	interrupts_since(b, 0);
	poll_page(a);
	puppet_seen(a, 1);
	puppet_seen(b, 1);
}

static void interrupt_run(const char *what_name, uint64_t how, uint64_t what)
{
	struct machine a, b;
	uint64_t before;

	open_pair(&a, &b);
	connect_pair(&a, &b, how, what);
	before = *puppet_interrupts(&b);
	tap_ok(!call(&a, SEND, 1) && !call(&a, SEND, 1), "%s: two sends", what_name);
	tap_ok(interrupts_since(&b, before) == 1 && puppet_seen(&b, 1),
	       "%s: one interrupt", what_name);
	before = *puppet_interrupts(&b);
	call(&a, SEND, 1);
	tap_ok(interrupts_since(&b, before) == 1 && puppet_seen(&b, 1), "%s: and another", what_name);
	before = *puppet_interrupts(&a);
	call(&b, SEND, 1);
	tap_ok(interrupts_since(&a, before) == 1 && puppet_seen(&a, 1), "%s: the other way",
	       what_name);
	machine_close(&b);
	machine_close(&a);
}

static void mask_run(void)
{
	struct machine a, b;
	uint64_t before;

	open_pair(&a, &b);
	connect_pair(&a, &b, HULL_EVENT_VECTOR, PUPPET_VECTOR);
	before = *puppet_interrupts(&b);
	puppet_page(&b)->mask[0] |= 2;
	call(&a, SEND, 1);
	tap_ok(!interrupts_since(&b, before) && (puppet_page(&b)->pending[0] & 2),
	       "masked: pending, no interrupt");
	tap_ok(!call(&b, UNMASK, 1) && interrupts_since(&b, before) == 1 && puppet_seen(&b, 1),
	       "unmasked: the interrupt comes");
	before = *puppet_interrupts(&b);
	tap_ok(!call(&b, UNMASK, 1) && !interrupts_since(&b, before), "nothing pending, nothing comes");

	/* Another page: what was pending is pending there. */
	puppet_page(&b)->mask[0] |= 2;
	call(&a, SEND, 1);
	before = *puppet_interrupts(&b);
	setup(&b, HULL_EVENT_VECTOR, PUPPET_VECTOR);
	tap_ok(interrupts_since(&b, before) == 1 && puppet_seen(&b, 1), "a new setup loses nothing");
	machine_close(&b);
	machine_close(&a);
}

static void close_run(void)
{
	struct machine a, b;
	uint64_t before;

	open_pair(&a, &b);
	connect_pair(&a, &b, HULL_EVENT_VECTOR, PUPPET_VECTOR);
	before = *puppet_interrupts(&b);
	tap_ok(!call(&a, CLOSE, 1) && interrupts_since(&b, before) == 1 && puppet_seen(&b, 1),
	       "a close is an event");
	tap_ok(call(&b, SEND, 1) == -EPIPE, "a send to nobody");
	tap_ok(call(&a, CLOSE, 1) == -EBADF, "closed once");
	tap_ok(puppet_named(&a, OFFER, "again") == 1 && call(&b, SEND, 1) == -EPIPE,
	       "a new port of the number is another one");
	tap_ok(!call(&b, CLOSE, 1) && puppet_named(&b, CONNECT, "again") == 1 && !call(&b, SEND, 1),
	       "and can be connected to");
	machine_close(&a);
	tap_ok(call(&b, SEND, 1) == -EPIPE, "a VM that is gone is a closed port");
	machine_close(&b);
}

/* --- threads --------------------------------------------------------------------------- */

struct run {
	struct machine *m;
	const char *entry;
	struct kvm_regs regs;
	long ret;
	pthread_t thread;
};

static void *run_thread(void *data)
{
	struct run *run = data;
	int reason = ioctl(run->m->vcpu, KVM_RUN, 0) < 0 ? -errno : (int)run->m->run->exit_reason;

	run->ret = reason;
	if (reason == KVM_EXIT_IO) {
		ioctl(run->m->vcpu, KVM_GET_REGS, &run->regs);
		run->ret = run->regs.rax;
	}
	return NULL;
}

static void run_start(struct run *run)
{
	puppet_set(run->m, run->entry, &run->regs);
	pthread_create(&run->thread, NULL, run_thread, run);
}

static bool run_join(struct run *run)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
	return !pthread_timedjoin_np(run->thread, NULL, &until);
}

static void halt_run(const char *what_name, uint64_t how, uint64_t what)
{
	struct run sleeper = { .entry = puppet_wait };
	struct machine a, b;

	open_pair(&a, &b);
	connect_pair(&a, &b, how, what);
	sleeper.m = &b;
	sleeper.regs.r9 = *puppet_interrupts(&b);
	run_start(&sleeper);
	usleep(100000);
	call(&a, SEND, 1);
	tap_ok(run_join(&sleeper) && puppet_seen(&b, 1), "%s wakes a halted vCPU", what_name);
	machine_close(&b);
	machine_close(&a);
}

/* Two VMs, two vCPUs each: all four send as fast as they can, each VM has one channel. */
static void flood_run(void)
{
	struct machine a, b, a2, b2;
	struct run runs[4] = { { .m = &a }, { .m = &b }, { .m = &a2 }, { .m = &b2 } };
	bool ok = true;
	int i;

	open_pair(&a, &b);
	puppet_second(&a2, &a);
	puppet_second(&b2, &b);
	connect_pair(&a, &b, HULL_EVENT_VECTOR, PUPPET_VECTOR);
	for (i = 0; i < 4; i++) {
		runs[i].entry = puppet_flood;
		runs[i].regs = (struct kvm_regs) {
			.r8 = SEND, .rbx = 1, .r9 = FLOOD, .rsp = MACHINE_STACK - 1024 * (i / 2),
		};
		run_start(&runs[i]);
	}
	for (i = 0; i < 4; i++)
		ok &= run_join(&runs[i]) && !runs[i].ret;
	tap_ok(ok, "a flood both ways, from two vCPUs each");
	interrupts_since(&a, 0);
	interrupts_since(&b, 0);
	tap_ok(puppet_seen(&a, 1) && puppet_seen(&b, 1), "the last event is there");
	machine_vcpu_close(&a2);
	machine_vcpu_close(&b2);
	machine_close(&b);
	machine_close(&a);
}

/* Ping and pong: an event lost is a hang. */
static void ping_run(void)
{
	struct run ping = { .entry = puppet_ping }, pong = { .entry = puppet_pong };
	struct machine a, b;

	open_pair(&a, &b);
	connect_pair(&a, &b, HULL_EVENT_VECTOR, PUPPET_VECTOR);
	ping.m = &a;
	pong.m = &b;
	ping.regs = (struct kvm_regs) {
		.r8 = SEND, .r9 = 1000, .r10 = 1, .r12 = *puppet_interrupts(&a),
	};
	pong.regs = (struct kvm_regs) {
		.r8 = SEND, .r9 = 1000, .r10 = 1, .r12 = *puppet_interrupts(&b),
	};
	run_start(&pong);
	run_start(&ping);
	tap_ok(run_join(&ping) && run_join(&pong), "1000 turns of halt and wake-up");
	machine_close(&b);
	machine_close(&a);
}

/* The peer's VMM is killed at a random moment while this one sends to it. */
static void kill_run(unsigned int times)
{
	struct machine a, b;
	unsigned int i, odd = 0;
	struct run flood;
	int ready[2];
	pid_t pid;
	char c;

	for (i = 0; i < times; i++) {
		if (pipe(ready))
			exit(1);
		puppet_open(&a, device, ids[0]);
		setup(&a, HULL_EVENT_VECTOR, PUPPET_VECTOR);
		puppet_named(&a, OFFER, "pair");
		pid = fork();
		if (!pid) {
			struct kvm_regs regs = { .r8 = SEND, .rbx = 1, .r9 = -1ULL };

			if (!puppet_open(&b, device, ids[1]))
				_exit(1);
			setup(&b, HULL_EVENT_VECTOR, PUPPET_VECTOR);
			c = puppet_named(&b, CONNECT, "pair") == 1 ? 'y' : 'n';
			if (write(ready[1], &c, 1) != 1)
				_exit(1);
			puppet_run(&b, puppet_flood, &regs);
			_exit(0);
		}
		if (read(ready[0], &c, 1) != 1 || c != 'y')
			odd++;
		flood = (struct run) { .m = &a, .entry = puppet_flood };
		flood.regs = (struct kvm_regs) { .r8 = SEND, .rbx = 1, .r9 = -1ULL };
		run_start(&flood);
		usleep(i * 700);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		if (!run_join(&flood) || flood.ret != -EPIPE)
			odd++;
		machine_close(&a);
		close(ready[0]);
		close(ready[1]);
	}
	tap_ok(!odd, "%u times a peer was killed under a flood", times);
}

/* --- the VMM --------------------------------------------------------------------------- */

static long vmm(struct machine *m, uint32_t op, uint32_t id, const char *name, int fd)
{
	struct hull_vm_event event = {
		.size = sizeof(event), .op = op, .id = id, .eventfd = fd,
	};
	long ret;

	snprintf(event.name, sizeof(event.name), "%s", name);
	ret = ioctl(m->vm, HULL_VM_EVENT, &event);
	return ret < 0 ? -errno : ret;
}

static uint64_t signalled(int fd)
{
	uint64_t count = 0;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

static void vmm_run(void)
{
	int fd = eventfd(0, EFD_NONBLOCK);
	struct machine m;
	uint64_t before;
	long id, port;

	/* Without a domain. */
	puppet_open(&m, device, 0);
	setup(&m, HULL_EVENT_VECTOR, PUPPET_VECTOR);
	tap_ok(vmm(&m, HULL_VM_EVENT_OFFER, 0, "", fd) == -EINVAL &&
	       vmm(&m, 9, 0, "", fd) == -EINVAL &&
	       vmm(&m, HULL_VM_EVENT_OFFER, 0, "host", 9999) == -EBADF &&
	       vmm(&m, HULL_VM_EVENT_SEND, 1, "", -1) == -EBADF &&
	       vmm(&m, HULL_VM_EVENT_SEND, -1, "", -1) == -EBADF, "the VMM is checked, too");
	id = vmm(&m, HULL_VM_EVENT_OFFER, 0, "host", fd);
	tap_ok(id > 0, "the VMM offers a channel");
	tap_ok(vmm(&m, HULL_VM_EVENT_OFFER, 0, "host", -1) == -EEXIST, "a name once");
	tap_ok(vmm(&m, HULL_VM_EVENT_SEND, id, "", -1) == -ENOTCONN, "nobody is there yet");
	port = puppet_named(&m, CONNECT, "host");
	tap_ok(port > 0 && signalled(fd) == 1, "its guest connects");
	tap_ok(!call(&m, SEND, port) && !call(&m, SEND, port) && signalled(fd) == 2,
	       "the guest's events arrive at the eventfd");
	before = *puppet_interrupts(&m);
	tap_ok(!vmm(&m, HULL_VM_EVENT_SEND, id, "", -1) && interrupts_since(&m, before) == 1 &&
	       puppet_seen(&m, port), "the VMM's arrive in the guest");
	before = *puppet_interrupts(&m);
	tap_ok(!vmm(&m, HULL_VM_EVENT_CLOSE, id, "", -1) && interrupts_since(&m, before) == 1 &&
	       call(&m, SEND, port) == -EPIPE, "the VMM closes");
	id = vmm(&m, HULL_VM_EVENT_OFFER, 0, "host", fd);
	port = puppet_named(&m, CONNECT, "host");
	signalled(fd);
	tap_ok(port > 0 && !call(&m, CLOSE, port) && signalled(fd) == 1 &&
	       vmm(&m, HULL_VM_EVENT_SEND, id, "", -1) == -EPIPE, "the guest closes");
	tap_ok(!vmm(&m, HULL_VM_EVENT_RESET, 0, "", -1) && call(&m, UNMASK, port) == -EBADF &&
	       puppet_named(&m, CONNECT, "host") < 0, "the VMM resets its guest");
	machine_close(&m);
	close(fd);
}

int main(int argc, char **argv)
{
	long pins = puppet_pinned();
	struct machine probe;
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
	tap_plan(58);
	arguments_run();
	domains_run();
	exhaust_run();
	interrupt_run("vector", HULL_EVENT_VECTOR, PUPPET_VECTOR);
	interrupt_run("GSI", HULL_EVENT_GSI, PUPPET_GSI);
	mask_run();
	close_run();
	halt_run("a vector", HULL_EVENT_VECTOR, PUPPET_VECTOR);
	halt_run("a GSI", HULL_EVENT_GSI, PUPPET_GSI);
	flood_run();
	ping_run();
	vmm_run();
	kill_run(20);
	for (i = 0; i < 4; i++)
		puppet_record_delete(names[i]);
	tap_ok(puppet_pinned() == pins, "no page stays pinned (%ld)", puppet_pinned() - pins);
	tap_ok(!puppet_locked(), "no memory stays accounted");
	return tap_end();
}
