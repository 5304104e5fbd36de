// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulator's moves: registers, stack, ports.
 */
#include "emul_private.h"

/* Also MOVZX: values are kept zero extended. */
int emul_mov(struct emul_state *s)
{
	s->dst.val = s->src.val;
	return 0;
}

int emul_movsx(struct emul_state *s)
{
	s->dst.val = emul_sign_extend(s->src.val, s->src.size);
	return 0;
}

int emul_xchg(struct emul_state *s)
{
	u64 old = s->dst.val;

	s->dst.val = s->src.val;
	emul_operand_set(s, &s->src, old);
	return 0;
}

int emul_push(struct emul_state *s)
{
	unsigned int stack = emul_stack_size(s);
	u64 sp = (s->regs[R_SP] - s->op_size) & emul_mask(stack);
	int ret;

	ret = emul_write(s, S_SS, sp, s->op_size, s->dst.val);
	if (!ret)
		emul_reg_set(s, R_SP, stack, sp);
	return ret;
}

/* The stack pointer has moved already: see F_POP. */
int emul_pop(struct emul_state *s)
{
	u64 sp = (s->regs[R_SP] - s->op_size) & emul_mask(emul_stack_size(s));

	return emul_read(s, S_SS, sp, s->op_size, &s->dst.val);
}

/* There is no port access of 8 bytes. */
static unsigned int port_size(const struct emul_state *s)
{
	return s->op_size == 8 ? 4 : s->op_size;
}

int emul_in_acc(struct emul_state *s)
{
	s->dst.size = port_size(s);
	return emul_in(s, s->dst.size, &s->dst.val);
}

int emul_out_acc(struct emul_state *s)
{
	return emul_out(s, port_size(s), s->src.val);
}
