// SPDX-License-Identifier: GPL-2.0-only
/*
 * The instruction emulator: one instruction from its bytes to its effect. See emul.h.
 */
#include "emul_private.h"

static int operand_read(struct emul_state *s, struct emul_operand *op)
{
	if (op->kind == K_MEM)
		return emul_read(s, op->seg, op->ea, op->size, &op->val);
	if (op->kind == K_REG)
		op->val = (s->regs[op->reg] >> op->shift) & emul_mask(op->size);
	return 0;
}

static int operand_write(struct emul_state *s, const struct emul_operand *op)
{
	if (op->kind == K_MEM)
		return emul_write(s, op->seg, op->ea, op->size, op->val);
	if (op->kind == K_REG)
		emul_operand_set(s, op, op->val);
	return 0;
}

static int execute(struct emul_state *s)
{
	int ret;

	ret = operand_read(s, &s->src);
	if (!ret && (s->flags & F_READ))
		ret = operand_read(s, &s->dst);
	if (!ret)
		ret = s->exec(s);
	if (!ret && (s->flags & F_WRITE)) {
		s->ctx->last = true;
		ret = operand_write(s, &s->dst);
	}
	return ret;
}

static void commit(struct emul_state *s, bool again)
{
	struct hull_emul *ctx = s->ctx;

	memcpy(ctx->regs, s->regs, sizeof(ctx->regs));
	if (again) {
		ctx->rflags = s->rflags;
		return;
	}
	ctx->rflags = s->rflags & ~X86_EFLAGS_RF;
	ctx->rip = s->rip;
}

enum hull_emul_result hull_emul_insn(struct hull_emul *ctx)
{
	struct emul_state s = { .ctx = ctx, .rflags = ctx->rflags };
	bool again = false;
	int ret;

	memcpy(s.regs, ctx->regs, sizeof(s.regs));
	ctx->insn.len = 0;
	if (!ctx->kept)
		ctx->insn.have = 0;
	ctx->kept = false;
	ctx->last = false;

	ret = emul_decode(&s);
	if (!ret && s.lock && (!(s.flags & F_LOCK) || s.dst.kind != K_MEM))
		ret = emul_fault(&s, VECTOR_UD, false);
	if (!ret)
		ret = s.flags & F_STRING ? emul_string(&s, &again) : execute(&s);
	if (ret)
		return ret;
	commit(&s, again);
	return again ? HULL_EMUL_AGAIN : HULL_EMUL_DONE;
}
