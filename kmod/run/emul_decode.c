// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulator's decoder: prefixes, opcode, ModRM, SIB, immediates. SDM Vol. 2, chapter 2.
 */
#include "emul_private.h"

#define REX_B	1
#define REX_X	2
#define REX_R	4
#define REX_W	8

/* 16-bit addresses, by ModRM.rm. SDM Vol. 2, table 2-1 */
static const struct { u8 base, index; } address16[8] = {
	{ R_BX, R_SI }, { R_BX, R_DI }, { R_BP, R_SI }, { R_BP, R_DI },
	{ R_SI, R_NONE }, { R_DI, R_NONE }, { R_BP, R_NONE }, { R_BX, R_NONE },
};

static bool mode64(const struct emul_state *s)
{
	return s->ctx->mode == HULL_EMUL_64;
}

/* One byte that may be a prefix; *@more says whether it was. */
static void prefix(struct emul_state *s, u8 byte, bool *more)
{
	*more = true;
	switch (byte) {
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
		s->seg = (byte >> 3) & 3;
		break;
	case 0x64:
	case 0x65:
		s->seg = byte - 0x64 + S_FS;
		break;
	case 0x66:
		s->opsize = true;
		break;
	case 0x67:
		s->addrsize = true;
		break;
	case 0xf0:
		s->lock = true;
		break;
	case 0xf2:
	case 0xf3:
		s->rep = byte;
		break;
	default:
		*more = mode64(s) && (byte & 0xf0) == 0x40;
		s->rex = *more ? byte : s->rex;
		return;
	}
	s->rex = 0;	/* REX counts only right before the opcode */
}

static int decode_opcode(struct emul_state *s)
{
	u64 byte;
	bool more;
	int ret;

	do {
		ret = emul_fetch(s, 1, &byte);
		if (ret)
			return ret;
		prefix(s, byte, &more);
	} while (more);

	s->opcode = byte;
	if (byte != 0x0f)
		return 0;
	ret = emul_fetch(s, 1, &byte);
	s->opcode = 0x0f00 | byte;
	return ret;
}

static void decode_sizes(struct emul_state *s)
{
	bool wide = s->ctx->mode == HULL_EMUL_32;

	if (mode64(s)) {
		s->addr_size = s->addrsize ? 4 : 8;
		s->op_size = s->opsize ? 2 : s->flags & F_STACK ? 8 : 4;
		if (s->rex & REX_W)
			s->op_size = 8;
	} else {
		s->addr_size = s->addrsize != wide ? 4 : 2;
		s->op_size = s->opsize != wide ? 4 : 2;
	}
	if (s->flags & F_BYTE)
		s->op_size = 1;
}

static int decode_disp(struct emul_state *s, unsigned int size)
{
	int ret;

	ret = emul_fetch(s, size, &s->disp);
	s->disp = emul_sign_extend(s->disp, size);
	return ret;
}

static int decode_address16(struct emul_state *s)
{
	u8 rm = s->rm & 7;

	s->scale = 0;
	s->base = address16[rm].base;
	s->index = address16[rm].index;
	if (s->mod == 0 && rm == 6) {
		s->base = R_NONE;
		return decode_disp(s, 2);
	}
	s->ea_seg = s->base == R_BP ? S_SS : S_DS;
	return s->mod ? decode_disp(s, s->mod) : 0;
}

static int decode_sib(struct emul_state *s)
{
	u64 sib;
	int ret;

	ret = emul_fetch(s, 1, &sib);
	if (ret)
		return ret;
	s->scale = sib >> 6;
	s->index = ((sib >> 3) & 7) | (s->rex & REX_X ? 8 : 0);
	if (s->index == R_SP)
		s->index = R_NONE;
	s->base = (sib & 7) | (s->rex & REX_B ? 8 : 0);
	return 0;
}

static int decode_address32(struct emul_state *s)
{
	int ret;

	s->base = s->rm;
	if ((s->rm & 7) == R_SP) {
		ret = decode_sib(s);
		if (ret)
			return ret;
	}
	if (s->mod == 0 && (s->base & 7) == R_BP) {
		s->rip_relative = mode64(s) && (s->rm & 7) == R_BP;
		s->base = R_NONE;
		return decode_disp(s, 4);
	}
	if (s->base == R_SP || s->base == R_BP)
		s->ea_seg = S_SS;
	return s->mod ? decode_disp(s, s->mod == 1 ? 1 : 4) : 0;
}

static int decode_modrm(struct emul_state *s)
{
	u64 modrm;
	int ret;

	ret = emul_fetch(s, 1, &modrm);
	if (ret)
		return ret;
	s->mod = modrm >> 6;
	s->reg = ((modrm >> 3) & 7) | (s->rex & REX_R ? 8 : 0);
	s->rm = (modrm & 7) | (s->rex & REX_B ? 8 : 0);
	return 0;
}

/* A group member decides what is done, and its flags come on top of the row's. */
static int decode_row(struct emul_state *s)
{
	const struct emul_row *row = emul_row_find(s->opcode);
	const struct emul_op *op;
	int ret;

	if (!row)
		return HULL_EMUL_UNKNOWN;
	s->exec = row->exec;
	s->flags = row->flags;
	s->dst_encoding = row->dst;
	s->src_encoding = row->src;
	if ((s->flags & F_NOT64) && mode64(s))
		return emul_fault(s, VECTOR_UD, false);
	if ((s->flags & F_ONLY64) && !mode64(s))
		return HULL_EMUL_UNKNOWN;
	if (s->flags & F_MODRM) {
		ret = decode_modrm(s);
		if (ret)
			return ret;
	}
	if (row->group) {
		op = &row->group[(s->flags & F_OPCODE_GROUP ? s->opcode >> 3 : s->reg) & 7];
		if (!op->exec)
			return HULL_EMUL_UNKNOWN;
		s->exec = op->exec;
		s->flags |= op->flags;
		if (op->src)
			s->src_encoding = op->src;
	}
	return 0;
}

static bool is_encoded(const struct emul_state *s, u8 encoding)
{
	return s->src_encoding == encoding || s->dst_encoding == encoding;
}

/* An instruction has one immediate, or one address in its place. */
static int decode_immediate(struct emul_state *s)
{
	unsigned int size = 0;
	int ret;

	if (is_encoded(s, O_IMM))
		size = s->op_size > 4 ? 4 : s->op_size;
	else if (is_encoded(s, O_IMM8) || is_encoded(s, O_PORT))
		size = 1;
	else if (is_encoded(s, O_MOFFS))
		size = s->addr_size;
	if (!size)
		return 0;
	ret = emul_fetch(s, size, &s->imm);
	if (!ret && (is_encoded(s, O_IMM) || is_encoded(s, O_IMM8)))
		s->imm = emul_sign_extend(s->imm, size);
	return ret;
}

static u64 effective_address(const struct emul_state *s)
{
	u64 ea = s->disp;

	if (s->base != R_NONE)
		ea += s->regs[s->base];
	if (s->index != R_NONE)
		ea += (u64)s->regs[s->index] << s->scale;
	if (s->rip_relative)
		ea += s->rip;
	return ea & emul_mask(s->addr_size);
}

static void operand_memory(const struct emul_state *s, struct emul_operand *op, u64 ea, u8 seg)
{
	op->kind = K_MEM;
	op->ea = ea;
	op->seg = s->seg == S_NONE ? seg : s->seg;
}

static void operand_register(const struct emul_state *s, struct emul_operand *op, u8 reg)
{
	bool high = op->size == 1 && !s->rex && reg >= 4 && reg < 8;

	op->kind = K_REG;
	op->reg = high ? reg - 4 : reg;
	op->shift = high ? 8 : 0;
}

static void operand_value(struct emul_operand *op, u64 val)
{
	op->kind = K_VAL;
	op->val = val;
}

static void operand_decode(const struct emul_state *s, struct emul_operand *op, u8 encoding)
{
	op->size = s->op_size;
	switch (encoding) {
	case O_EB:
	case O_EW:
	case O_ED:
		/* 1, 2, 4 bytes; none is wider than the operation */
		op->size = 1 << (encoding - O_EB);
		if (op->size > s->op_size)
			op->size = s->op_size;
		fallthrough;
	case O_E:
		if (s->mod == 3)
			operand_register(s, op, s->rm);
		else
			operand_memory(s, op, effective_address(s), s->ea_seg);
		break;
	case O_G:
		operand_register(s, op, s->reg);
		break;
	case O_ACC:
		operand_register(s, op, R_AX);
		break;
	case O_IMM:
	case O_IMM8:
		operand_value(op, s->imm & emul_mask(op->size));
		break;
	case O_PORT:
		operand_value(op, s->imm);
		break;
	case O_DX:
		operand_value(op, emul_reg_get(s, R_DX, 2));
		break;
	case O_MOFFS:
		operand_memory(s, op, s->imm, S_DS);
		break;
	}
}

/* A bit offset in a register reaches beyond a memory operand, either way. */
static void operand_bits(struct emul_state *s)
{
	unsigned int bits = 8 * s->op_size;
	u64 offset = emul_sign_extend(emul_reg_get(s, s->src.reg, s->op_size), s->op_size);

	if (s->dst.kind != K_MEM)
		return;
	offset &= ~(u64)(bits - 1);
	s->dst.ea = (s->dst.ea + (u64)((s64)offset >> 3)) & emul_mask(s->addr_size);
}

int emul_decode(struct emul_state *s)
{
	int ret;

	s->seg = S_NONE;
	s->base = R_NONE;
	s->index = R_NONE;
	s->ea_seg = S_DS;

	ret = decode_opcode(s);
	if (!ret)
		ret = decode_row(s);
	if (ret)
		return ret;
	/* ES, CS, SS and DS overrides mean nothing in 64-bit code. */
	if (mode64(s) && s->seg != S_FS && s->seg != S_GS)
		s->seg = S_NONE;
	decode_sizes(s);
	if ((s->flags & F_MODRM) && s->mod != 3)
		ret = s->addr_size == 2 ? decode_address16(s) : decode_address32(s);
	if (!ret)
		ret = decode_immediate(s);
	if (ret)
		return ret;

	s->rip = s->ctx->rip + s->ctx->insn.len;
	if (!mode64(s))
		s->rip = (u32)s->rip;
	if (s->flags & F_POP)
		emul_reg_set(s, R_SP, emul_stack_size(s), s->regs[R_SP] + s->op_size);
	operand_decode(s, &s->dst, s->dst_encoding);
	operand_decode(s, &s->src, s->src_encoding);
	if (s->flags & F_BITS)
		operand_bits(s);
	return 0;
}
