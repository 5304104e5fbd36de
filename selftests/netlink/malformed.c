// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages that are wrong: too short, too long, with lengths that lie, with unknown,
 * doubled and misplaced attributes. Each gets an error, and changes nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "hull_tap.h"
#include "vms.h"

static struct nl_message message;

/* A good request for a new VM; the cases spoil it. */
static size_t good_new(void)
{
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_VM_NEW, 0);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_put_text(&message, HULL_A_VM_NAME, "spoiled");
	nl_put_u32(&message, HULL_A_VM_ENGINE, HULL_ENGINE_KVM);
	return nest;
}

static void set_u16(size_t at, uint16_t value)
{
	memcpy(message.bytes + at, &value, sizeof(value));
}

static void no_attributes(void)
{
	nl_begin(&message, vms_family, HULL_CMD_VM_NEW, 0);
}

static void empty_nest(void)
{
	nl_begin(&message, vms_family, HULL_CMD_VM_NEW, 0);
	nl_nest_end(&message, nl_nest_begin(&message, HULL_A_VM));
}

static void nest_not_flagged(void)
{
	size_t nest = good_new();

	nl_nest_end(&message, nest);
	set_u16(nest + 2, HULL_A_VM);
}

static void nest_too_long(void)
{
	size_t nest = good_new();

	nl_nest_end(&message, nest);
	set_u16(nest, 60000);
}

static void nest_too_short(void)
{
	size_t nest = good_new();

	nl_nest_end(&message, nest);
	set_u16(nest, 2);
}

static void inner_too_long(void)
{
	size_t nest = good_new();

	nl_nest_end(&message, nest);
	set_u16(nest + NLA_HDRLEN, 200);
}

static void inner_zero_length(void)
{
	size_t nest = good_new();

	nl_nest_end(&message, nest);
	set_u16(nest + NLA_HDRLEN, 0);
}

static void unknown_top(void)
{
	nl_nest_end(&message, good_new());
	nl_put_u32(&message, 1000, 1);
}

static void unknown_inner(void)
{
	size_t nest = good_new();

	nl_put_u32(&message, 1000, 1);
	nl_nest_end(&message, nest);
}

static void reply_only_inner(void)
{
	size_t nest = good_new();

	nl_put_u64(&message, HULL_A_VM_CREATED, 1);
	nl_nest_end(&message, nest);
}

static void other_top(void)
{
	nl_nest_end(&message, good_new());
	nl_nest_end(&message, nl_nest_begin(&message, HULL_A_STATS));
}

static void type_zero(void)
{
	size_t nest = good_new();

	nl_put_u32(&message, 0, 1);
	nl_nest_end(&message, nest);
}

static void u32_of_two_bytes(void)
{
	size_t nest = good_new();

	nl_put(&message, HULL_A_VM_CPUS, "\1", 2);
	nl_nest_end(&message, nest);
}

static void u32_of_eight_bytes(void)
{
	size_t nest = good_new();

	nl_put_u64(&message, HULL_A_VM_CPUS, 1);
	nl_nest_end(&message, nest);
}

static void u64_of_four_bytes(void)
{
	size_t nest = good_new();

	nl_put_u32(&message, HULL_A_VM_MEMORY, 4096);
	nl_nest_end(&message, nest);
}

static void name_without_nul(void)
{
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_VM_NEW, 0);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_put(&message, HULL_A_VM_NAME, "spoiled", 7);
	nl_nest_end(&message, nest);
}

static void name_with_nul_inside(void)
{
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_VM_NEW, 0);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_put(&message, HULL_A_VM_NAME, "spo\0led", 8);
	nl_put_u32(&message, HULL_A_VM_ENGINE, HULL_ENGINE_KVM);
	nl_nest_end(&message, nest);
}

static void name_empty_attribute(void)
{
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_VM_NEW, 0);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_put(&message, HULL_A_VM_NAME, NULL, 0);
	nl_nest_end(&message, nest);
}

static void name_is_a_nest(void)
{
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_VM_NEW, 0);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_nest_end(&message, nl_nest_begin(&message, HULL_A_VM_NAME));
	nl_nest_end(&message, nest);
}

static void header_reserved(void)
{
	nl_nest_end(&message, good_new());
	message.bytes[NLMSG_HDRLEN + 2] = 1;
}

static void header_flags(void)
{
	nl_nest_end(&message, good_new());
	message.header.nlmsg_flags |= 0x8000;
}

static void command_zero(void)
{
	nl_nest_end(&message, good_new());
	message.bytes[NLMSG_HDRLEN] = 0;
}

static void command_unknown(void)
{
	nl_nest_end(&message, good_new());
	message.bytes[NLMSG_HDRLEN] = 200;
}

static void command_is_the_event(void)
{
	nl_nest_end(&message, good_new());
	message.bytes[NLMSG_HDRLEN] = HULL_CMD_VM_NTF;
}

static void dump_of_new(void)
{
	nl_nest_end(&message, good_new());
	message.header.nlmsg_flags |= NLM_F_DUMP;
}

static void dump_with_vm(void)
{
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_VM_GET, NLM_F_DUMP);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_put_u32(&message, HULL_A_VM_ID, 1);
	nl_nest_end(&message, nest);
}

static void host_with_vm(void)
{
	nl_nest_end(&message, good_new());
	message.bytes[NLMSG_HDRLEN] = HULL_CMD_HOST_GET;
}

static void get_without_vm(void)
{
	nl_begin(&message, vms_family, HULL_CMD_VM_GET, 0);
}

static void get_of_nothing(void)
{
	nl_begin(&message, vms_family, HULL_CMD_VM_GET, 0);
	nl_nest_end(&message, nl_nest_begin(&message, HULL_A_VM));
}

static void delete_with_setting(void)
{
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_VM_DEL, 0);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_put_text(&message, HULL_A_VM_NAME, "bystander");
	nl_put_u32(&message, HULL_A_VM_CPU_WEIGHT, 100);
	nl_nest_end(&message, nest);
}

static void delete_by_name_with_nul(void)
{
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_VM_DEL, 0);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_put(&message, HULL_A_VM_NAME, "bystander\0x", 12);
	nl_nest_end(&message, nest);
}

static void deep_nests(void)
{
	size_t nests[64];
	int i;

	nl_begin(&message, vms_family, HULL_CMD_VM_NEW, 0);
	for (i = 0; i < 64; i++)
		nests[i] = nl_nest_begin(&message, HULL_A_VM);
	while (i--)
		nl_nest_end(&message, nests[i]);
}

/* @sentence: there is one; unknown commands are refused by the core without */
static const struct {
	const char *name;
	void (*make)(void);
	int error;
	bool sentence;
} cases[] = {
	{ "new without attributes", no_attributes, EINVAL, true },
	{ "new with an empty nest", empty_nest, EINVAL, true },
	{ "nest without its flag", nest_not_flagged, EINVAL, true },
	{ "nest longer than the message", nest_too_long, EINVAL, true },
	{ "nest shorter than its header", nest_too_short, EINVAL, true },
	{ "inner attribute longer than its nest", inner_too_long, EINVAL, true },
	{ "inner attribute of length 0", inner_zero_length, EINVAL, true },
	{ "unknown attribute", unknown_top, EINVAL, true },
	{ "unknown attribute of a VM", unknown_inner, EINVAL, true },
	{ "attribute that only replies have", reply_only_inner, EINVAL, true },
	{ "another command's attribute", other_top, EINVAL, true },
	{ "attribute type 0", type_zero, EINVAL, true },
	{ "u32 of 2 bytes", u32_of_two_bytes, EINVAL, true },
	{ "u32 of 8 bytes", u32_of_eight_bytes, EINVAL, true },
	{ "u64 of 4 bytes", u64_of_four_bytes, EINVAL, true },
	{ "name without a NUL", name_without_nul, EINVAL, true },
	{ "name with a NUL inside", name_with_nul_inside, EINVAL, true },
	{ "name of no bytes", name_empty_attribute, EINVAL, true },
	{ "name that is a nest", name_is_a_nest, EINVAL, true },
	{ "reserved header field", header_reserved, EINVAL, true },
	{ "unknown header flags", header_flags, EINVAL, true },
	{ "command 0", command_zero, EOPNOTSUPP, false },
	{ "unknown command", command_unknown, EOPNOTSUPP, false },
	{ "the event as a command", command_is_the_event, EOPNOTSUPP, false },
	{ "dump of vm-new", dump_of_new, EOPNOTSUPP, false },
	{ "dump of one VM", dump_with_vm, EINVAL, true },
	{ "host-get with attributes", host_with_vm, EINVAL, true },
	{ "vm-get without a VM", get_without_vm, EINVAL, true },
	{ "vm-get of nothing", get_of_nothing, EINVAL, true },
	{ "vm-del with a setting", delete_with_setting, EINVAL, true },
	{ "vm-del of a name with a NUL inside", delete_by_name_with_nul, EINVAL, true },
	{ "64 nests", deep_nests, EINVAL, true },
};

#define N_CASES	(sizeof(cases) / sizeof(cases[0]))

static void case_run(size_t i)
{
	struct nl_reply reply;
	bool ok;

	cases[i].make();
	reply = nl_send(vms_fd, &message, 0, NULL, NULL);
	ok = reply.error == cases[i].error && !reply.messages &&
	     (!cases[i].sentence || reply.sentence[0]);
	tap_ok(ok, "%s: %s (%s)", cases[i].name, strerror(reply.error), reply.sentence);
}

/* A message that says it is @bytes long, and is: cut off at each of them. */
static void truncation_run(void)
{
	uint32_t whole, bytes;
	int wrong = 0;

	nl_nest_end(&message, good_new());
	whole = message.header.nlmsg_len;
	for (bytes = NLMSG_HDRLEN; bytes < whole; bytes++) {
		nl_nest_end(&message, good_new());
		message.header.nlmsg_len = bytes;
		if (!nl_send(vms_fd, &message, 0, NULL, NULL).error)
			wrong++;
	}
	tap_ok(!wrong && vms_count() == 1, "cut off at each of %u bytes", whole);
}

/*
 * The header says more than was sent, or less than a header: the kernel skips such
 * bytes without an answer.
 */
static void lying_header_run(void)
{
	static const uint32_t lengths[] = { 0, 1, 15, 200, 65536, 0x7fffffff, 0xffffffff };
	uint32_t whole;
	size_t i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		nl_nest_end(&message, good_new());
		whole = message.header.nlmsg_len;
		message.header.nlmsg_len = lengths[i];
		send(vms_fd, message.bytes, whole, 0);
	}
	tap_ok(vms_count() == 1, "lengths that lie");
}

/* Whatever bytes: no answer but an error, and no VM. */
static void noise_run(void)
{
	uint32_t whole;
	int i, n, made = 0;

	srand(1);
	for (i = 0; i < 20000; i++) {
		nl_nest_end(&message, good_new());
		whole = message.header.nlmsg_len;
		/* Not the header, which is the core's; and never a name that is good. */
		memcpy(message.bytes + NLMSG_HDRLEN + GENL_HDRLEN + 2 * NLA_HDRLEN, "-", 1);
		for (n = 1 + rand() % 4; n; n--)
			message.bytes[NLMSG_HDRLEN + (size_t)rand() % (whole - NLMSG_HDRLEN)] ^=
				(unsigned char)(1 << rand() % 8);
		message.bytes[NLMSG_HDRLEN] = HULL_CMD_VM_NEW;
		if (!nl_send(vms_fd, &message, 0, NULL, NULL).error)
			made++;
	}
	tap_ok(vms_count() == 1 + made, "20000 messages with flipped bits: %d made a VM", made);
}

int main(void)
{
	size_t i;

	if (!vms_open())
		return tap_skip_all("the module is not loaded");
	vms_delete_all();
	tap_plan(N_CASES + 5);
	tap_ok(!vms_new("bystander", NULL).error && vms_count() == 1, "a VM stands by");
	for (i = 0; i < N_CASES; i++)
		case_run(i);
	tap_ok(vms_count() == 1, "still one VM");
	truncation_run();
	lying_header_run();
	noise_run();
	vms_delete_all();
	return tap_end();
}
