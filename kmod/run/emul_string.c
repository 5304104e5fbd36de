// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulator's string instructions, and REP.
 *
 * Each function is one iteration: it makes its accesses, and only then moves the
 * registers, so that an iteration that fails has changed nothing.
 */
#include "emul_private.h"

/* Iterations in one call, so that interrupts get their turn. */
#define REP_MAX		64
#define REP_PAGE	4096u

static u64 source_ea(const struct emul_state *s)
{
	return emul_reg_get(s, R_SI, s->addr_size);
}

static u64 dest_ea(const struct emul_state *s)
{
	return emul_reg_get(s, R_DI, s->addr_size);
}

static u8 source_seg(const struct emul_state *s)
{
	return s->seg == S_NONE ? S_DS : s->seg;
}

static unsigned int io_size(const struct emul_state *s)
{
	return s->op_size == 8 ? 4 : s->op_size;
}

static void advance(struct emul_state *s, u8 reg, unsigned int size)
{
	u64 step = s->rflags & X86_EFLAGS_DF ? -(u64)size : size;

	emul_reg_set(s, reg, s->addr_size, s->regs[reg] + step);
}

static int source_read(struct emul_state *s, unsigned int size, u64 *val)
{
	return emul_read(s, source_seg(s), source_ea(s), size, val);
}

int emul_movs(struct emul_state *s)
{
	u64 val;
	int ret;

	ret = source_read(s, s->op_size, &val);
	if (!ret)
		ret = emul_write(s, S_ES, dest_ea(s), s->op_size, val);
	if (ret)
		return ret;
	advance(s, R_SI, s->op_size);
	advance(s, R_DI, s->op_size);
	return 0;
}

int emul_cmps(struct emul_state *s)
{
	u64 a, b;
	int ret;

	ret = source_read(s, s->op_size, &a);
	if (!ret)
		ret = emul_read(s, S_ES, dest_ea(s), s->op_size, &b);
	if (ret)
		return ret;
	emul_compare(s, a, b, s->op_size);
	advance(s, R_SI, s->op_size);
	advance(s, R_DI, s->op_size);
	return 0;
}

int emul_stos(struct emul_state *s)
{
	int ret;

	ret = emul_write(s, S_ES, dest_ea(s), s->op_size, emul_reg_get(s, R_AX, s->op_size));
	if (!ret)
		advance(s, R_DI, s->op_size);
	return ret;
}

int emul_lods(struct emul_state *s)
{
	u64 val;
	int ret;

	ret = source_read(s, s->op_size, &val);
	if (ret)
		return ret;
	emul_reg_set(s, R_AX, s->op_size, val);
	advance(s, R_SI, s->op_size);
	return 0;
}

int emul_scas(struct emul_state *s)
{
	u64 val;
	int ret;

	ret = emul_read(s, S_ES, dest_ea(s), s->op_size, &val);
	if (ret)
		return ret;
	emul_compare(s, emul_reg_get(s, R_AX, s->op_size), val, s->op_size);
	advance(s, R_DI, s->op_size);
	return 0;
}

int emul_ins(struct emul_state *s)
{
	unsigned int size = io_size(s);
	u64 val, linear;
	int ret;

	/* What the segment forbids must not cost the device a datum. */
	ret = emul_linear(s, S_ES, dest_ea(s), size, true, &linear);
	if (!ret)
		ret = emul_in(s, size, &val);
	if (!ret)
		ret = emul_write(s, S_ES, dest_ea(s), size, val);
	if (!ret)
		advance(s, R_DI, size);
	return ret;
}

int emul_outs(struct emul_state *s)
{
	unsigned int size = io_size(s);
	u64 val;
	int ret;

	ret = source_read(s, size, &val);
	if (!ret)
		ret = emul_out(s, size, val);
	if (!ret)
		advance(s, R_SI, size);
	return ret;
}

/* Does REP end here, after an iteration? SDM Vol. 2, REP, table 4-17 */
static bool rep_over(const struct emul_state *s)
{
	bool zf = s->rflags & X86_EFLAGS_ZF;

	if (!emul_reg_get(s, R_CX, s->addr_size))
		return true;
	return (s->flags & F_COMPARE) && zf == (s->rep == 0xf2);
}

static bool page_left(const struct emul_state *s, u64 si, u64 di)
{
	return si / REP_PAGE != source_ea(s) / REP_PAGE || di / REP_PAGE != dest_ea(s) / REP_PAGE;
}

int emul_string(struct emul_state *s, bool *again)
{
	u64 si = source_ea(s), di = dest_ea(s);
	unsigned int n;
	int ret;

	if (!s->rep)
		return s->exec(s);
	if (!emul_reg_get(s, R_CX, s->addr_size))
		return 0;

	*again = true;
	for (n = 0; n < REP_MAX && !page_left(s, si, di); n++) {
		ret = s->exec(s);
		if (ret)
			return n ? 0 : ret;	/* keep what was done; it comes again alone */
		emul_reg_set(s, R_CX, s->addr_size, s->regs[R_CX] - 1);
		if (rep_over(s)) {
			*again = false;
			return 0;
		}
	}
	return 0;
}
