// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's calls under each action of a policy, from both ends of the privilege levels,
 * while the policy changes underneath, and what is counted and told of them.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/hull_hypercall.h>
#include "../netlink/vms.h"
#include "hull_tap.h"
#include "machine.h"

#define BASE	HULL_HYPERCALL_BASE
#define NO	UINT32_MAX
#define SWAPS	400
#define FLOOD	3000

/* What the guest does, at MACHINE_RESULT: @n calls, then a port. */
struct orders {
	uint64_t number, arg[4], n, last, one, two;
	volatile uint64_t ones, twos, others;
};

extern const char guest_start[], guest_end[];
__asm__(".pushsection .rodata\n"
	"guest_start:\n"
	"	mov	40(%rdi), %r8\n"
	"1:	mov	(%rdi), %eax\n"
	"	mov	8(%rdi), %rbx\n"
	"	mov	16(%rdi), %rcx\n"
	"	mov	24(%rdi), %rdx\n"
	"	mov	32(%rdi), %rsi\n"
	"	vmcall\n"
	"	mov	%rax, 48(%rdi)\n"
	"	cmp	%rax, 56(%rdi)\n"
	"	jne	2f\n"
	"	incq	72(%rdi)\n"
	"	jmp	4f\n"
	"2:	cmp	%rax, 64(%rdi)\n"
	"	jne	3f\n"
	"	incq	80(%rdi)\n"
	"	jmp	4f\n"
	"3:	incq	88(%rdi)\n"
	"4:	dec	%r8\n"
	"	jnz	1b\n"
	"	out	%al, $0x10\n"
	"	jmp	guest_start\n"
	"guest_end:\n"
	".popsection\n");

static struct nl_message message;
static struct machine machine;
static struct orders *orders;
static uint32_t id;

/* ---- the policy ----------------------------------------------------------- */

struct rule {
	uint32_t first, last, cpls, action, error, rate, burst;
};

#define EVERYTHING(a)	{ NO, NO, NO, HULL_POLICY_##a, NO, NO, NO }
#define ONE(number, a)	{ BASE + (number), NO, NO, HULL_POLICY_##a, NO, NO, NO }

static struct nl_reply rules_set(int fd, const struct rule *rules, size_t n)
{
	size_t outer, nest, i;
	uint16_t type;

	nl_begin(&message, vms_family, HULL_CMD_POLICY_SET, 0);
	outer = nl_nest_begin(&message, HULL_A_VM);
	nl_put_u32(&message, HULL_A_VM_ID, id);
	nl_nest_end(&message, outer);
	outer = nl_nest_begin(&message, HULL_A_POLICY);
	for (i = 0; i < n; i++) {
		const uint32_t *field = (const void *)&rules[i];

		nest = nl_nest_begin(&message, HULL_A_POLICY_RULE);
		for (type = HULL_A_RULE_FIRST; type <= HULL_A_RULE_BURST; type++)
			if (field[type - HULL_A_RULE_FIRST] != NO)
				nl_put_u32(&message, type, field[type - HULL_A_RULE_FIRST]);
		nl_nest_end(&message, nest);
	}
	nl_nest_end(&message, outer);
	return nl_send(fd, &message, 0, NULL, NULL);
}

#define RULES(...)								\
	rules_set(vms_fd, (const struct rule[]){ __VA_ARGS__ },			\
		  sizeof((const struct rule[]){ __VA_ARGS__ }) / sizeof(struct rule))

/* ---- the guest ------------------------------------------------------------ */

static bool attach(void)
{
	if (!machine_try_attach(&machine, "/dev/hull", id))
		return false;
	machine_load(&machine, MACHINE_LONG, guest_start, (size_t)(guest_end - guest_start));
	orders = (void *)(machine.memory + MACHINE_RESULT);
	return true;
}

/* The same code from user mode: its segments, its pages, and ports all the same. */
static void to_cpl3(void)
{
	uint64_t *table = (void *)(machine.memory + MACHINE_TABLES);
	struct kvm_sregs sregs;
	struct kvm_regs regs;
	int i;

	for (i = 0; i < 3 * 512; i++)
		table[i] |= table[i] & 1 ? 4 : 0;
	ioctl(machine.vcpu, KVM_GET_SREGS, &sregs);
	sregs.cs.selector = 0x1b;
	sregs.ss.selector = sregs.ds.selector = sregs.es.selector = 0x23;
	sregs.cs.dpl = sregs.ss.dpl = sregs.ds.dpl = sregs.es.dpl = 3;
	sregs.fs.dpl = sregs.gs.dpl = 3;
	sregs.fs.selector = sregs.gs.selector = 0x23;
	ioctl(machine.vcpu, KVM_SET_SREGS, &sregs);
	ioctl(machine.vcpu, KVM_GET_REGS, &regs);
	regs.rflags |= 3 << 12;
	ioctl(machine.vcpu, KVM_SET_REGS, &regs);
}

/* @n calls of @number; what the last one got, or INT64_MIN when the guest left otherwise. */
static int64_t call_n(uint32_t number, uint64_t n)
{
	*orders = (struct orders){
		.number = BASE + number, .arg = { 1, 2, 3, 4 }, .n = n, .one = 0,
	};
	return machine_run(&machine, 30) == KVM_EXIT_IO ? (int64_t)orders->last : INT64_MIN;
}

static int64_t call(uint32_t number)
{
	return call_n(number, 1);
}

/* ---- what is counted ------------------------------------------------------ */

struct counted {
	uint32_t number;
	uint64_t calls, denied, errors, timed;
};

static void counted_take(const struct nlmsghdr *answer, void *data)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1];
	struct counted *counted = data;
	uint64_t buckets[32] = { 0 };
	int i;

	nl_parse_message(answer, tb);
	if (!tb[HULL_A_HYPERCALL])
		return;
	nl_parse_nest(tb[HULL_A_HYPERCALL], tb);
	if (nl_u32(tb[HULL_A_HYPERCALL_NUMBER]) != counted->number)
		return;
	counted->calls = nl_u64(tb[HULL_A_HYPERCALL_CALLS]);
	counted->denied = nl_u64(tb[HULL_A_HYPERCALL_DENIED]);
	counted->errors = nl_u64(tb[HULL_A_HYPERCALL_ERRORS]);
	if (tb[HULL_A_HYPERCALL_LATENCY] && nl_bytes(tb[HULL_A_HYPERCALL_LATENCY]) == sizeof(buckets))
		memcpy(buckets, nl_data(tb[HULL_A_HYPERCALL_LATENCY]), sizeof(buckets));
	for (i = 0; i < 32; i++)
		counted->timed += buckets[i];
}

static struct counted counted_get(uint32_t number)
{
	struct counted counted = { .number = BASE + number };
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_HYPERCALL_GET, NLM_F_DUMP);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_put_u32(&message, HULL_A_VM_ID, id);
	nl_nest_end(&message, nest);
	nl_send(vms_fd, &message, 0, counted_take, &counted);
	return counted;
}

/* Hits of the last rule. */
static void hits_take(const struct nlmsghdr *answer, void *data)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1];

	nl_parse_message(answer, tb);
	if (!tb[HULL_A_POLICY])
		return;
	nl_parse_nest(tb[HULL_A_POLICY], tb);
	if (!tb[HULL_A_POLICY_RULE])
		return;
	nl_parse_nest(tb[HULL_A_POLICY_RULE], tb);
	*(uint64_t *)data = nl_u64(tb[HULL_A_RULE_HITS]);
}

static uint64_t hits(void)
{
	uint64_t n = UINT64_MAX;

	vms_command(HULL_CMD_POLICY_GET, id, NULL, hits_take, &n);
	return n;
}

/* ---- actions -------------------------------------------------------------- */

static void answers_run(void)
{
	struct counted before, after;

	tap_ok(call(0) == 0 && call(1) == HULL_HYPERCALL_ABI, "nobody gave it a policy: allowed");
	before = counted_get(0);
	RULES(EVERYTHING(ALLOW), { BASE, NO, NO, HULL_POLICY_DENY, EXDEV, NO, NO });
	tap_ok(call(0) == -EXDEV, "deny: the guest gets the rule's error");
	tap_ok(call(1) == HULL_HYPERCALL_ABI, "and only for the rule's calls");
	call_n(0, 99);
	tap_ok(hits() == 100, "100 hits: %llu", (unsigned long long)hits());
	after = counted_get(0);
	tap_ok(after.calls - before.calls == 100 && after.denied - before.denied == 100,
	       "100 calls, 100 denied: %llu, %llu", (unsigned long long)(after.calls - before.calls),
	       (unsigned long long)(after.denied - before.denied));
	tap_ok(after.timed == after.calls, "each is in the histogram");
	RULES({ NO, NO, NO, HULL_POLICY_DENY, EPERM, NO, NO }, ONE(1, ALLOW));
	tap_ok(call(0) == -EPERM && call(1) == HULL_HYPERCALL_ABI && call(0x3ff) == -EPERM &&
	       call(0x123) == -EPERM, "a default that denies");
	RULES(EVERYTHING(ALLOW));
	tap_ok(call(0x3ff) == -ENOSYS && call(0) == 0, "allowed is not answered: -ENOSYS");
}

static void limit_run(void)
{
	RULES(EVERYTHING(ALLOW), { BASE, NO, NO, HULL_POLICY_LIMIT, EBUSY, 1, 5 });
	call_n(0, 50);
	/* A slow machine may earn one more meanwhile, or two. */
	tap_ok(orders->ones >= 5 && orders->ones <= 8 && (int64_t)orders->last == -EBUSY,
	       "limit: %llu of 50 at once", (unsigned long long)orders->ones);
	sleep(2);
	tap_ok(call(0) == 0, "and again after a while");
	tap_ok(call(1) == HULL_HYPERCALL_ABI, "others are not limited");
}

static void forward_run(void)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_EXIT_HYPERCALL, .args = { HULL_EXIT_HYPERCALL },
	};
	int ret;
	bool ok;

	RULES(EVERYTHING(ALLOW), ONE(0x222, FORWARD));
	tap_ok(call(0x222) == -EOPNOTSUPP, "forward: not to a VMM that did not ask for calls");
	tap_ok(!ioctl(machine.vm, KVM_ENABLE_CAP, &cap), "it asks: %s", strerror(errno));
	*orders = (struct orders){ .number = BASE + 0x222, .arg = { 11, 22, 33, ~0ull }, .n = 1 };
	ret = machine_run(&machine, 30);
	ok = ret == KVM_EXIT_HYPERCALL &&
	     machine.run->hypercall.nr == BASE + 0x222 && machine.run->hypercall.args[0] == 11 &&
	     machine.run->hypercall.args[2] == 33 && machine.run->hypercall.args[3] == ~0ull;
	tap_ok(ok, "forward: the VMM gets number and arguments: %d, %#llx", ret,
	       (unsigned long long)machine.run->hypercall.nr);
	machine.run->hypercall.ret = 0x123456789abcdef;
	ok = machine_run(&machine, 30) == KVM_EXIT_IO;
	tap_ok(ok && orders->last == 0x123456789abcdef, "the guest gets its answer");
}

static void levels_run(void)
{
	RULES(EVERYTHING(ALLOW), { BASE, BASE + 1023, 8, HULL_POLICY_DENY, EACCES, NO, NO },
	      { BASE, NO, 8, HULL_POLICY_ALLOW, NO, NO, NO });
	tap_ok(call(0) == 0 && call(1) == HULL_HYPERCALL_ABI, "rules for CPL 3 are not for CPL 0");
	to_cpl3();
	tap_ok(call(0) == 0 && call(1) == -EACCES, "from CPL 3 they are");
	RULES(EVERYTHING(ALLOW));
	tap_ok(call(0) == 0 && call(7) == -EPERM, "a call that is not for CPL 3 is denied anyway");
}

/* ---- audit ---------------------------------------------------------------- */

struct told {
	uint32_t number, cpl, vcpu;
	int64_t result;
	uint64_t arg, dropped;
	char name[32];
};

/* The next event; false: none within the socket's patience */
static bool told_take(int fd, struct told *told)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1];
	static char in[65536];
	struct nlmsghdr *event = (void *)in;

	memset(told, 0, sizeof(*told));
	if (recv(fd, in, sizeof(in), 0) <= 0 || event->nlmsg_type != vms_family ||
	    in[NLMSG_HDRLEN] != HULL_CMD_AUDIT_NTF)
		return false;
	nl_parse_message(event, tb);
	if (nl_u32(tb[HULL_A_EVENT]) != HULL_EVENT_HYPERCALL || !tb[HULL_A_AUDIT])
		return false;
	nl_parse_nest(tb[HULL_A_AUDIT], tb);
	told->number = nl_u32(tb[HULL_A_AUDIT_NUMBER]);
	told->cpl = nl_u32(tb[HULL_A_AUDIT_CPL]);
	told->vcpu = tb[HULL_A_AUDIT_VCPU] ? nl_u32(tb[HULL_A_AUDIT_VCPU]) : NO;
	told->result = (int64_t)nl_u64(tb[HULL_A_AUDIT_RESULT]);
	told->arg = nl_u64(tb[HULL_A_AUDIT_ARG]);	/* the last one */
	told->dropped = nl_u64(tb[HULL_A_AUDIT_DROPPED]);
	if (tb[HULL_A_AUDIT_NAME])
		strncpy(told->name, nl_data(tb[HULL_A_AUDIT_NAME]), sizeof(told->name) - 1);
	return true;
}

static void audit_run(void)
{
	uint32_t group = nl_group(vms_fd, HULL_GENL_NAME, HULL_GENL_MCGRP_AUDIT);
	struct timeval patience = { .tv_sec = 2 };
	int fd = nl_open(), room = 4 << 20, n = 0;
	uint64_t lost = 0;
	struct told told;
	bool ok;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
	RULES(EVERYTHING(ALLOW), ONE(1, AUDIT));
	tap_ok(call(0) == 0 && call(1) == HULL_HYPERCALL_ABI, "audit: it is allowed");
	ok = told_take(fd, &told) && told.number == BASE + 1 && !told.cpl && !told.vcpu &&
	     told.result == HULL_HYPERCALL_ABI && !told.dropped &&
	     !strcmp(told.name, "hull_version");
	tap_ok(ok, "and told: %s = %lld", told.name, (long long)told.result);
	tap_ok(call_n(1, FLOOD) == HULL_HYPERCALL_ABI, "a flood of them");
	while (told_take(fd, &told)) {
		lost += told.dropped;
		n++;
	}
	call(1);
	ok = told_take(fd, &told) && (n == FLOOD || lost + told.dropped > 0);
	tap_ok(ok, "%d of %d told, and that %llu were not", n, FLOOD,
	       (unsigned long long)(lost + told.dropped));
	tap_ok((uint64_t)n + lost + told.dropped == FLOOD, "none is missing in the sum");
	close(fd);
}

/* ---- live ----------------------------------------------------------------- */

static volatile bool over;

static void *guest_thread(void *unused)
{
	(void)unused;
	while (!over)
		if (ioctl(machine.vcpu, KVM_RUN, 0))
			break;
	return NULL;
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

/* What it got between two looks; one call may be on its way to its answer. */
static void swap_run(void)
{
	static const struct rule deny[] = {
		EVERYTHING(ALLOW), { BASE, NO, NO, HULL_POLICY_DENY, EXDEV, NO, NO },
	};
	static const struct rule limit[] = {
		{ NO, NO, NO, HULL_POLICY_LIMIT, EXDEV, 1000000000, 1000000000 },
	};
	uint64_t before;
	int i, late = 0, failed = 0;
	pthread_t thread;

	*orders = (struct orders){ .number = BASE, .n = 10000, .one = 0, .two = (uint64_t)-EXDEV };
	pthread_create(&thread, NULL, guest_thread, NULL);
	for (i = 0; i < SWAPS; i++) {
		failed += rules_set(vms_fd, deny, 2).error != 0;
		before = orders->ones;
		pause_ms(1);
		late += orders->ones > before + 1;
		failed += rules_set(vms_fd, limit, 1).error != 0;
		before = orders->twos;
		pause_ms(1);
		late += orders->twos > before + 1;
	}
	over = true;
	pthread_join(thread, NULL);
	tap_ok(!failed && !late, "%d changes under load: none too late (%d), none refused (%d)", 2 * SWAPS,
	       late, failed);
	tap_ok(orders->ones && orders->twos && !orders->others,
	       "the guest got the one answer or the other: %llu, %llu, %llu",
	       (unsigned long long)orders->ones, (unsigned long long)orders->twos,
	       (unsigned long long)orders->others);
}

/* ---- the end -------------------------------------------------------------- */

static void reason_take(const struct nlmsghdr *answer, void *data)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1];

	nl_parse_message(answer, tb);
	nl_parse_nest(tb[HULL_A_VM], tb);
	if (nl_u32(tb[HULL_A_VM_REASON]) == HULL_STOP_POLICY && tb[HULL_A_VM_REASON_TEXT])
		strncpy(data, nl_data(tb[HULL_A_VM_REASON_TEXT]), HULL_REASON_MAX);
}

static void kill_run(void)
{
	char text[HULL_REASON_MAX + 1] = "";
	int ret;

	RULES(EVERYTHING(ALLOW), ONE(3, KILL));
	*orders = (struct orders){ .number = BASE + 3, .n = 1 };
	ret = machine_run(&machine, 30);
	tap_ok(ret == -EIO, "kill: KVM_RUN fails: %d", ret);
	tap_ok(machine_run(&machine, 30) == -EIO, "and stays so");
	machine_close(&machine);
	vms_command(HULL_CMD_VM_GET, id, NULL, reason_take, text);
	tap_ok(strstr(text, "0x48750003") && strstr(text, "hull_features") && strstr(text, "CPL 0"),
	       "the reason: %s", text);
	tap_ok(attach() && call(0) == 0, "it may start again");
}

static bool judged_new(void)
{
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_VM_NEW, 0);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_put_text(&message, HULL_A_VM_NAME, "judged");
	nl_put_u32(&message, HULL_A_VM_FLAGS, HULL_VM_F_HYPERCALL_CPL3);
	nl_nest_end(&message, nest);
	if (nl_send(vms_fd, &message, 0, NULL, NULL).error)
		return false;
	return !vms_command(HULL_CMD_VM_GET, 0, "judged", vms_id_take, &id).error && id;
}

int main(void)
{
	if (!vms_open())
		return tap_skip_all("the module is not loaded");
	if (!judged_new())
		return tap_skip_all("no VMX here");
	tap_plan(1 + 8 + 3 + 4 + 5 + 2 + 4 + 3);
	if (!tap_ok(attach(), "a guest under a policy"))
		return tap_end();
	answers_run();
	limit_run();
	forward_run();
	audit_run();
	swap_run();
	kill_run();
	levels_run();
	machine_close(&machine);
	vms_command(HULL_CMD_VM_DEL, id, NULL, NULL, NULL);
	return tap_end();
}
