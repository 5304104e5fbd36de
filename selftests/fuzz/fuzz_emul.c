// SPDX-License-Identifier: GPL-2.0-only
/*
 * The instruction emulator on any bytes in any state: it ends, keeps its accesses within
 * what its callers were promised, and changes nothing that it should not.
 *
 * Input: a struct input, then what memory, ports and userspace answer.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/emul.h"

struct input {
	uint8_t insn[HULL_INSN_MAX + 1];
	uint8_t mode;		/* and the CPL */
	uint8_t fetch_limit;	/* bytes after which a fetch fails */
	uint64_t regs[16];
	uint64_t rip, rflags;
	struct {
		uint64_t base;
		uint32_t limit;
		uint8_t type, flags;
	} seg[6];
};

static struct input input;
static const uint8_t *answers;
static size_t answers_left;
static unsigned int accesses;

#define EXPECT(what) do { \
	if (!(what)) { \
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what); \
		abort(); \
	} \
} while (0)

static uint8_t answer(void)
{
	if (!answers_left)
		return 0;
	answers_left--;
	return *answers++;
}

/* Most accesses succeed. */
static int verdict(struct hull_emul *ctx)
{
	uint8_t byte = answer();

	accesses++;
	EXPECT(accesses <= 200);	/* two for each of 64 iterations, and the bytes */
	switch (byte) {
	case 1:
		ctx->fault_vector = 14;
		return -EPERM;
	case 2:
		return -EAGAIN;
	case 3:
		return -EFAULT;
	default:
		return 0;
	}
}

static void linear_check(const struct hull_emul *ctx, u64 linear, unsigned int size)
{
	if (ctx->mode == HULL_EMUL_64) {
		EXPECT((u64)((s64)(linear << 16) >> 16) == linear);
		linear += size - 1;
		EXPECT((u64)((s64)(linear << 16) >> 16) == linear);
	} else {
		EXPECT(linear <= 0xffffffff);
	}
}

static void size_check(unsigned int size, unsigned int most)
{
	EXPECT(size && size <= most && !(size & (size - 1)));
}

static int fuzz_read(struct hull_emul *ctx, u64 linear, void *buf, unsigned int size)
{
	unsigned int i;

	size_check(size, 8);
	linear_check(ctx, linear, size);
	for (i = 0; i < size; i++)
		((uint8_t *)buf)[i] = answer();
	return verdict(ctx);
}

static int fuzz_write(struct hull_emul *ctx, u64 linear, const void *buf, unsigned int size)
{
	volatile uint8_t sink;
	unsigned int i;

	size_check(size, 8);
	linear_check(ctx, linear, size);
	for (i = 0; i < size; i++)
		sink = ((const uint8_t *)buf)[i];
	(void)sink;
	return verdict(ctx);
}

static int fuzz_fetch(struct hull_emul *ctx, u64 linear, void *buf, unsigned int size)
{
	EXPECT(size && ctx->insn.have + size <= HULL_INSN_MAX);
	EXPECT(linear % 4096 + size <= 4096);
	linear_check(ctx, linear, 1);
	if (ctx->insn.have > input.fetch_limit)
		return verdict(ctx);
	memcpy(buf, input.insn + ctx->insn.have, size);
	return 0;
}

static int fuzz_in(struct hull_emul *ctx, u16 port, void *buf, unsigned int size)
{
	EXPECT(ctx->cpl <= (ctx->rflags >> 12 & 3));
	size_check(size, 4);
	memset(buf, answer(), size);
	return verdict(ctx);
}

static int fuzz_out(struct hull_emul *ctx, u16 port, const void *buf, unsigned int size)
{
	uint32_t val = 0;

	EXPECT(ctx->cpl <= (ctx->rflags >> 12 & 3));
	size_check(size, 4);
	memcpy(&val, buf, size);
	return verdict(ctx);
}

static const struct hull_emul_ops ops = {
	.read = fuzz_read, .write = fuzz_write, .fetch = fuzz_fetch,
	.in = fuzz_in, .out = fuzz_out,
};

static void context_fill(struct hull_emul *ctx)
{
	unsigned int i;

	*ctx = (struct hull_emul) {
		.ops = &ops, .mode = input.mode & 3, .cpl = (input.mode >> 2) & 3,
		.rip = input.rip, .rflags = input.rflags,
	};
	if (ctx->mode != HULL_EMUL_64)
		ctx->rip = (uint32_t)ctx->rip;
	memcpy(ctx->regs, input.regs, sizeof(ctx->regs));
	for (i = 0; i < 6; i++)
		ctx->seg[i] = (struct hull_emul_segment) {
			.base = input.seg[i].base, .limit = input.seg[i].limit,
			.type = input.seg[i].type & 15, .usable = input.seg[i].flags & 1,
			.db = input.seg[i].flags & 2,
		};
}

static void outcome_check(const struct hull_emul *before, const struct hull_emul *ctx,
			  enum hull_emul_result result)
{
	u64 next;

	EXPECT(result <= HULL_EMUL_UNKNOWN);
	EXPECT(ctx->insn.len <= HULL_INSN_MAX && ctx->insn.len <= ctx->insn.have);
	EXPECT(!memcmp(before->seg, ctx->seg, sizeof(ctx->seg)));
	switch (result) {
	case HULL_EMUL_DONE:
		next = before->rip + ctx->insn.len;
		if (ctx->mode != HULL_EMUL_64)
			next = (uint32_t)next;
		EXPECT(ctx->insn.len && ctx->rip == next);
		break;
	case HULL_EMUL_AGAIN:
		EXPECT(ctx->rip == before->rip && ctx->regs[1] != before->regs[1]);
		break;
	default:
		EXPECT(ctx->rip == before->rip && ctx->rflags == before->rflags);
		EXPECT(!memcmp(ctx->regs, before->regs, sizeof(ctx->regs)));
		break;
	}
	/* only arithmetic flags change, and RF ends */
	EXPECT(!((ctx->rflags ^ before->rflags) & ~0x108d5UL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hull_emul ctx, before;

	memset(&input, 0, sizeof(input));
	memcpy(&input, data, size < sizeof(input) ? size : sizeof(input));
	answers = data + sizeof(input);
	answers_left = size > sizeof(input) ? size - sizeof(input) : 0;
	accesses = 0;
	context_fill(&ctx);
	before = ctx;
	outcome_check(&before, &ctx, hull_emul_insn(&ctx));
	return 0;
}
