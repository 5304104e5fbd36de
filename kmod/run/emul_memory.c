// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulator's accesses: segments, canonical addresses, instruction bytes, ports.
 */
#include "emul_private.h"

#define FETCH_PAGE	4096u

/* descriptor types: SDM Vol. 3, table 3-1 */
#define TYPE_CODE		8
#define TYPE_EXPAND_DOWN	4	/* of data */
#define TYPE_WRITABLE		2	/* of data */
#define TYPE_READABLE		2	/* of code */

/* What an access that the outside world answers means for the instruction. */
int emul_result(int err)
{
	switch (err) {
	case 0:
		return 0;
	case -EPERM:
		return HULL_EMUL_FAULT;
	case -EAGAIN:
		return HULL_EMUL_USER;
	default:
		return HULL_EMUL_UNKNOWN;
	}
}

/* An exception of the instruction's own; an error code, where there is one, is 0. */
int emul_fault(struct emul_state *s, u8 vector, bool has_error)
{
	struct hull_emul *ctx = s->ctx;

	ctx->fault_vector = vector;
	/* Real mode pushes no error codes; CPL 3 there is virtual-8086 mode, which does. */
	ctx->fault_has_error = has_error && (ctx->mode != HULL_EMUL_REAL || ctx->cpl == 3);
	ctx->fault_error = 0;
	ctx->fault_address = 0;
	return HULL_EMUL_FAULT;
}

static bool canonical(u64 linear)
{
	return (u64)((s64)(linear << 16) >> 16) == linear;
}

/* May @seg be read or written at all? SDM Vol. 3, 5.5 */
static bool type_allows(const struct hull_emul *ctx, const struct hull_emul_segment *seg,
			bool write)
{
	if (ctx->mode == HULL_EMUL_REAL)
		return true;
	if (!seg->usable)
		return false;
	if (seg->type & TYPE_CODE)
		return !write && (seg->type & TYPE_READABLE);
	return !write || (seg->type & TYPE_WRITABLE);
}

static bool limit_allows(const struct hull_emul_segment *seg, u64 first, u64 last)
{
	if ((seg->type & TYPE_CODE) || !(seg->type & TYPE_EXPAND_DOWN))
		return last <= seg->limit;
	return first > seg->limit && last <= (seg->db ? 0xffffffffu : 0xffffu);
}

int emul_linear(struct emul_state *s, u8 seg, u64 ea, unsigned int size, bool write, u64 *linear)
{
	const struct hull_emul *ctx = s->ctx;
	const struct hull_emul_segment *segment = &ctx->seg[seg];
	u64 last = ea + size - 1;

	if (ctx->mode == HULL_EMUL_64) {
		*linear = seg == S_FS || seg == S_GS ? segment->base + ea : ea;
		if (canonical(*linear) && canonical(*linear + size - 1))
			return 0;
	} else {
		*linear = (u32)(segment->base + ea);
		if (type_allows(ctx, segment, write) && limit_allows(segment, ea, last))
			return 0;
	}
	return emul_fault(s, seg == S_SS ? VECTOR_SS : VECTOR_GP, true);
}

int emul_read(struct emul_state *s, u8 seg, u64 ea, unsigned int size, u64 *val)
{
	u64 linear;
	int ret;

	ret = emul_linear(s, seg, ea, size, false, &linear);
	if (ret)
		return ret;
	*val = 0;
	return emul_result(s->ctx->ops->read(s->ctx, linear, val, size));
}

int emul_write(struct emul_state *s, u8 seg, u64 ea, unsigned int size, u64 val)
{
	u64 linear;
	int ret;

	ret = emul_linear(s, seg, ea, size, true, &linear);
	if (ret)
		return ret;
	return emul_result(s->ctx->ops->write(s->ctx, linear, &val, size));
}

static bool io_allowed(const struct hull_emul *ctx)
{
	return ctx->cpl <= (ctx->rflags & X86_EFLAGS_IOPL) >> X86_EFLAGS_IOPL_BIT;
}

int emul_in(struct emul_state *s, unsigned int size, u64 *val)
{
	struct hull_emul *ctx = s->ctx;

	if (!io_allowed(ctx))
		return emul_fault(s, VECTOR_GP, true);
	*val = 0;
	return emul_result(ctx->ops->in(ctx, s->src.val, val, size));
}

int emul_out(struct emul_state *s, unsigned int size, u64 val)
{
	struct hull_emul *ctx = s->ctx;

	if (!io_allowed(ctx))
		return emul_fault(s, VECTOR_GP, true);
	return emul_result(ctx->ops->out(ctx, s->dst.val, &val, size));
}

/* More instruction bytes, up to the end of the page that the next one is in. */
static int fetch_more(struct emul_state *s)
{
	struct hull_emul *ctx = s->ctx;
	const struct hull_emul_segment *cs = &ctx->seg[S_CS];
	unsigned int size = HULL_INSN_MAX - ctx->insn.have;
	u64 ip = ctx->rip + ctx->insn.have;
	u64 linear = ip;
	int ret;

	if (ctx->mode != HULL_EMUL_64) {
		ip = (u32)ip;
		linear = (u32)(cs->base + ip);
		if (ip > cs->limit)
			return emul_fault(s, VECTOR_GP, true);
		if (size - 1 > cs->limit - ip)
			size = cs->limit - ip + 1;
	} else if (!canonical(linear)) {
		return emul_fault(s, VECTOR_GP, true);
	}
	if (size > FETCH_PAGE - linear % FETCH_PAGE)
		size = FETCH_PAGE - linear % FETCH_PAGE;

	ret = emul_result(ctx->ops->fetch(ctx, linear, ctx->insn.bytes + ctx->insn.have, size));
	if (!ret)
		ctx->insn.have += size;
	return ret;
}

int emul_fetch(struct emul_state *s, unsigned int size, u64 *val)
{
	struct hull_emul *ctx = s->ctx;
	unsigned int i;
	int ret;

	*val = 0;
	for (i = 0; i < size; i++) {
		if (ctx->insn.len == HULL_INSN_MAX)
			return emul_fault(s, VECTOR_GP, true);
		if (ctx->insn.len == ctx->insn.have) {
			ret = fetch_more(s);
			if (ret)
				return ret;
		}
		*val |= (u64)ctx->insn.bytes[ctx->insn.len++] << (8 * i);
	}
	return 0;
}
