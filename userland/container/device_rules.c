// SPDX-License-Identifier: GPL-2.0-only
/*
 * device_rules - which device nodes a cgroup's tasks may open or make: a BPF program of type
 * BPF_PROG_TYPE_CGROUP_DEVICE, as cgroup v2 has no file for it
 *
 * The program gets a struct bpf_cgroup_dev_ctx and returns 1 to allow. Rules are in the
 * configuration's order and later ones override, so it looks from the last to the first. It
 * is loaded for each container, and the kernel's verifier follows every jump: neighbours that
 * differ in their numbers only share all but one.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <container/private.h>

#define PER_RULE	8	/* instructions at most */
#define PROLOGUE	9
#define MINOR_BITS	20	/* a device number of the kernel has 12 and these */
#define RULES_MAX	2000

static struct bpf_insn *emit(struct bpf_insn *at, uint8_t code, uint8_t dst, uint8_t src,
			     int16_t off, int32_t imm)
{
	*at = (struct bpf_insn){
		.code = code, .dst_reg = dst & 15u, .src_reg = src & 15u, .off = off, .imm = imm,
	};
	return at + 1;
}

/* r2: type, r3: access, r4: major, r5: minor, r0: both as one number */
static struct bpf_insn *prologue(struct bpf_insn *at)
{
	const uint8_t load = BPF_LDX | BPF_MEM | BPF_W;

	at = emit(at, load, 2, 1, offsetof(struct bpf_cgroup_dev_ctx, access_type), 0);
	at = emit(at, BPF_ALU64 | BPF_MOV | BPF_X, 3, 2, 0, 0);
	at = emit(at, BPF_ALU64 | BPF_AND | BPF_K, 2, 0, 0, 0xffff);
	at = emit(at, BPF_ALU64 | BPF_RSH | BPF_K, 3, 0, 0, 16);
	at = emit(at, load, 4, 1, offsetof(struct bpf_cgroup_dev_ctx, major), 0);
	at = emit(at, load, 5, 1, offsetof(struct bpf_cgroup_dev_ctx, minor), 0);
	at = emit(at, BPF_ALU64 | BPF_MOV | BPF_X, 0, 4, 0, 0);
	at = emit(at, BPF_ALU64 | BPF_LSH | BPF_K, 0, 0, 0, MINOR_BITS);
	return emit(at, BPF_ALU64 | BPF_OR | BPF_X, 0, 5, 0, 0);
}

static bool any_device(const struct hull_ct_device_rule *r)
{
	return r->major < 0 && r->minor < 0;
}

/* A jump if the device has this rule's numbers; none can have those that are too large. */
static struct bpf_insn *numbers(struct bpf_insn *at, const struct hull_ct_device_rule *r)
{
	if (r->major >= 1 << (32 - MINOR_BITS) || r->minor >= 1 << MINOR_BITS)
		return at;
	if (r->minor < 0)
		return emit(at, BPF_JMP32 | BPF_JEQ | BPF_K, 4, 0, 0, (int32_t)r->major);
	if (r->major < 0)
		return emit(at, BPF_JMP32 | BPF_JEQ | BPF_K, 5, 0, 0, (int32_t)r->minor);
	return emit(at, BPF_JMP32 | BPF_JEQ | BPF_K, 0, 0, 0,
		    (int32_t)((uint32_t)r->major << MINOR_BITS | (uint32_t)r->minor));
}

static bool alike(const struct hull_ct_device_rule *a, const struct hull_ct_device_rule *b)
{
	return a->allow == b->allow && a->type == b->type && a->access == b->access;
}

static void lead(struct bpf_insn *jump, const struct bpf_insn *to)
{
	jump->off = (int16_t)(to - jump - 1);
}

/*
 * @n rules that are alike, @last and those before it. An allowing rule decides if it covers
 * all that is asked for, a denying one if it has any of it.
 */
static struct bpf_insn *rules(struct bpf_insn *at, const struct hull_ct_device_rule *last,
			      size_t n)
{
	int type = last->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
	struct bpf_insn *others[3], *tests;
	int n_others = 0;
	bool any = false;
	size_t i;

	if (last->type != 'a') {
		others[n_others++] = at;
		at = emit(at, BPF_JMP | BPF_JNE | BPF_K, 2, 0, 0, type);
	}
	/* r1 = the part asked for that these rules speak of, or do not */
	at = emit(at, BPF_ALU64 | BPF_MOV | BPF_X, 1, 3, 0, 0);
	at = emit(at, BPF_ALU64 | BPF_AND | BPF_K, 1, 0, 0,
		  (int32_t)(last->allow ? 7u & ~last->access : last->access));
	others[n_others++] = at;
	at = emit(at, BPF_JMP | (last->allow ? BPF_JNE : BPF_JEQ) | BPF_K, 1, 0, 0, 0);
	for (i = 0; i < n; i++)
		any |= any_device(last - i);
	tests = at;
	for (i = 0; !any && i < n; i++)
		at = numbers(at, last - i);
	if (!any) {
		others[n_others++] = at;
		at = emit(at, BPF_JMP | BPF_JA, 0, 0, 0, 0);
		for (; tests < at - 1; tests++)
			lead(tests, at);
	}
	at = emit(at, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, last->allow);
	at = emit(at, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	while (n_others--)
		lead(others[n_others], at);
	return at;
}

struct bpf_insn *hull_ct_device_program(const struct hull_ct_device_rule *r, size_t n_rules,
					size_t *n_insns)
{
	struct bpf_insn *program = calloc(PROLOGUE + PER_RULE * n_rules + 2, sizeof(*program));
	struct bpf_insn *at = program;
	size_t i, n;

	if (!program)
		return NULL;
	at = prologue(at);
	for (i = n_rules; i; i -= n) {
		n = 1;
		while (n < i && alike(&r[i - 1], &r[i - 1 - n]))
			n++;
		at = rules(at, &r[i - 1], n);
	}
	at = emit(at, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
	at = emit(at, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	*n_insns = (size_t)(at - program);
	return program;
}

static int load(const struct bpf_insn *program, size_t n)
{
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = (uintptr_t)program, .insn_cnt = (uint32_t)n,
		.license = (uintptr_t)"GPL", .prog_name = "hull_devices",
	};

	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int attach(int cgroup, int program)
{
	union bpf_attr attr = {
		.target_fd = (uint32_t)cgroup, .attach_bpf_fd = (uint32_t)program,
		.attach_type = BPF_CGROUP_DEVICE, .attach_flags = BPF_F_ALLOW_MULTI,
	};

	return (int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr));
}

/* It goes with the cgroup. */
static int device_rules(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_config *config = object;
	const struct hull_ct_resources *r = &config->resources;
	struct bpf_insn *program;
	int fd, ret = -1;
	size_t n;

	if (run->place->cgroup < 0 || r->n_devices > RULES_MAX) {
		errno = run->place->cgroup < 0 ? EOPNOTSUPP : E2BIG;
		return -1;
	}
	program = hull_ct_device_program(r->devices, r->n_devices, &n);
	if (!program)
		return -1;
	fd = load(program, n);
	free(program);
	if (fd < 0)
		return -1;
	ret = attach(run->place->cgroup, fd);
	close(fd);
	return ret;
}

const struct hull_ct_step_kind hull_ct_step_device_rules = {
	"set which devices may be opened", HULL_CT_BEFORE, device_rules, NULL, NULL
};
