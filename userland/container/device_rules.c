// SPDX-License-Identifier: GPL-2.0-only
/*
 * device_rules - which device nodes a cgroup's tasks may open or make: a BPF program of type
 * BPF_PROG_TYPE_CGROUP_DEVICE, as cgroup v2 has no file for it
 *
 * The program gets a struct bpf_cgroup_dev_ctx and returns 1 to allow. Rules are in the
 * configuration's order and later ones override, so it looks from the last to the first.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <container/private.h>

#define PER_RULE	10	/* instructions at most */
#define PROLOGUE	6
#define RULES_MAX	2000

static struct bpf_insn *emit(struct bpf_insn *at, uint8_t code, uint8_t dst, uint8_t src,
			     int16_t off, int32_t imm)
{
	*at = (struct bpf_insn){
		.code = code, .dst_reg = dst & 15u, .src_reg = src & 15u, .off = off, .imm = imm,
	};
	return at + 1;
}

/* r2: type, r3: access, r4: major, r5: minor */
static struct bpf_insn *prologue(struct bpf_insn *at)
{
	const uint8_t load = BPF_LDX | BPF_MEM | BPF_W;

	at = emit(at, load, 2, 1, offsetof(struct bpf_cgroup_dev_ctx, access_type), 0);
	at = emit(at, BPF_ALU64 | BPF_MOV | BPF_X, 3, 2, 0, 0);
	at = emit(at, BPF_ALU64 | BPF_AND | BPF_K, 2, 0, 0, 0xffff);
	at = emit(at, BPF_ALU64 | BPF_RSH | BPF_K, 3, 0, 0, 16);
	at = emit(at, load, 4, 1, offsetof(struct bpf_cgroup_dev_ctx, major), 0);
	return emit(at, load, 5, 1, offsetof(struct bpf_cgroup_dev_ctx, minor), 0);
}

/*
 * An allowing rule decides if it covers all that is asked for, a denying one if it has any of
 * it. Jumps of what doesn't match lead to the next rule.
 */
static struct bpf_insn *rule(struct bpf_insn *at, const struct hull_ct_device_rule *r)
{
	struct bpf_insn *jumps[4], *decided;
	int n = 0, i, type = r->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
	unsigned int access = r->access;

	if (r->type != 'a') {
		jumps[n++] = at;
		at = emit(at, BPF_JMP | BPF_JNE | BPF_K, 2, 0, 0, type);
	}
	if (r->major >= 0) {
		jumps[n++] = at;
		at = emit(at, BPF_JMP | BPF_JNE | BPF_K, 4, 0, 0, (int32_t)r->major);
	}
	if (r->minor >= 0) {
		jumps[n++] = at;
		at = emit(at, BPF_JMP | BPF_JNE | BPF_K, 5, 0, 0, (int32_t)r->minor);
	}
	/* r1 = the part asked for that this rule speaks of, or does not */
	at = emit(at, BPF_ALU64 | BPF_MOV | BPF_X, 1, 3, 0, 0);
	at = emit(at, BPF_ALU64 | BPF_AND | BPF_K, 1, 0, 0,
		  (int32_t)(r->allow ? 7u & ~access : access));
	jumps[n++] = at;
	at = emit(at, BPF_JMP | (r->allow ? BPF_JNE : BPF_JEQ) | BPF_K, 1, 0, 0, 0);
	at = emit(at, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, r->allow);
	decided = emit(at, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	for (i = 0; i < n; i++)
		jumps[i]->off = (int16_t)(decided - jumps[i] - 1);
	return decided;
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
	struct bpf_insn *program, *at;
	int fd, ret = -1;
	size_t i;

	if (run->place->cgroup < 0 || r->n_devices > RULES_MAX) {
		errno = run->place->cgroup < 0 ? EOPNOTSUPP : E2BIG;
		return -1;
	}
	program = calloc(PROLOGUE + PER_RULE * r->n_devices + 2, sizeof(*program));
	if (!program)
		return -1;
	at = prologue(program);
	for (i = r->n_devices; i--;)
		at = rule(at, &r->devices[i]);
	at = emit(at, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
	at = emit(at, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	fd = load(program, (size_t)(at - program));
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
