// SPDX-License-Identifier: GPL-2.0-only
/* The BPF program of device rules decides as the rules do, one after the other. */
#include <linux/bpf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <container/private.h>
#include "hull_tap.h"

#define ROUNDS	4000
#define RULES	12

/* Later rules override; without any that matches it is denied. */
static bool expected(const struct hull_ct_device_rule *r, size_t n,
		     const struct bpf_cgroup_dev_ctx *ctx)
{
	uint32_t type = ctx->access_type & 0xffff, access = ctx->access_type >> 16;

	while (n--) {
		if (r[n].type != 'a' &&
		    type != (r[n].type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR))
			continue;
		if ((r[n].major >= 0 && r[n].major != ctx->major) ||
		    (r[n].minor >= 0 && r[n].minor != ctx->minor))
			continue;
		if (r[n].allow ? !(access & ~r[n].access & 7) : access & r[n].access)
			return r[n].allow;
	}
	return false;
}

/* -1: not a program that ends */
static int run(const struct bpf_insn *program, size_t n, const struct bpf_cgroup_dev_ctx *ctx)
{
	uint64_t r[11] = { 0 };
	uint32_t word;
	size_t pc;

	for (pc = 0; pc < n; pc++) {
		const struct bpf_insn *i = &program[pc];
		uint64_t imm = (uint64_t)(int64_t)i->imm;

		switch (i->code) {
		case BPF_LDX | BPF_MEM | BPF_W:
			memcpy(&word, (const char *)ctx + i->off, sizeof(word));
			r[i->dst_reg] = word;
			break;
		case BPF_ALU64 | BPF_MOV | BPF_X:
			r[i->dst_reg] = r[i->src_reg];
			break;
		case BPF_ALU64 | BPF_MOV | BPF_K:
			r[i->dst_reg] = imm;
			break;
		case BPF_ALU64 | BPF_AND | BPF_K:
			r[i->dst_reg] &= imm;
			break;
		case BPF_ALU64 | BPF_RSH | BPF_K:
			r[i->dst_reg] >>= imm;
			break;
		case BPF_ALU64 | BPF_LSH | BPF_K:
			r[i->dst_reg] <<= imm;
			break;
		case BPF_ALU64 | BPF_OR | BPF_X:
			r[i->dst_reg] |= r[i->src_reg];
			break;
		case BPF_JMP | BPF_JA:
			pc += (size_t)i->off;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += r[i->dst_reg] == imm ? (size_t)i->off : 0;
			break;
		case BPF_JMP | BPF_JNE | BPF_K:
			pc += r[i->dst_reg] != imm ? (size_t)i->off : 0;
			break;
		case BPF_JMP32 | BPF_JEQ | BPF_K:
			pc += (uint32_t)r[i->dst_reg] == (uint32_t)i->imm ? (size_t)i->off : 0;
			break;
		case BPF_JMP | BPF_EXIT:
			return (int)r[0];
		default:
			return -1;
		}
	}
	return -1;
}

static int64_t number(bool major)
{
	static const int64_t majors[] = { -1, 0, 1, 5, 136, 4095, 4096, UINT32_MAX },
			     minors[] = { -1, 0, 3, 5, 255, 0xfffff, 0x100000, INT64_MAX };

	return (major ? majors : minors)[rand() % 8];
}

static void rule_make(struct hull_ct_device_rule *r)
{
	*r = (struct hull_ct_device_rule){
		.allow = rand() % 2, .type = "acb"[rand() % 3], .major = number(true),
		.minor = number(false), .access = (unsigned int)rand() % 8,
	};
}

/* Half of them like the one before, so that some are neighbours. */
static size_t rules_make(struct hull_ct_device_rule *r)
{
	size_t n = (size_t)rand() % (RULES + 1), i;

	for (i = 0; i < n; i++) {
		rule_make(&r[i]);
		if (i && rand() % 2) {
			r[i].allow = r[i - 1].allow;
			r[i].type = r[i - 1].type;
			r[i].access = r[i - 1].access;
		}
	}
	return n;
}

int main(void)
{
	static const uint32_t majors[] = { 0, 1, 5, 136, 4095 }, minors[] = { 0, 3, 5, 255, 0xfffff };
	unsigned int other = 0, endless = 0, allowed = 0, i, j;
	struct hull_ct_device_rule r[RULES];
	struct bpf_insn *program;
	size_t n, n_insns;

	tap_plan(3);
	srand(1);
	for (i = 0; i < ROUNDS; i++) {
		n = rules_make(r);
		program = hull_ct_device_program(r, n, &n_insns);
		for (j = 0; program && j < 2 * 7 * 25; j++) {
			struct bpf_cgroup_dev_ctx ctx = {
				.access_type = (j / 2 % 7 + 1) << 16 | (j % 2 + 1),
				.major = majors[j / 14 % 5], .minor = minors[j / 14 / 5],
			};
			int verdict = run(program, n_insns, &ctx);

			endless += verdict < 0;
			other += verdict != expected(r, n, &ctx);
			allowed += verdict == 1;
		}
		free(program);
	}
	tap_ok(!endless, "programs end");
	tap_ok(!other, "and decide as the rules: %u do not", other);
	tap_ok(allowed > ROUNDS, "some is allowed: %u", allowed);
	return tap_end();
}
