/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the instruction emulator.
 *
 * An instruction is worked on in a copy of the registers, which goes back to the
 * context only when all its accesses were made. Functions return 0 to go on, or the
 * enum hull_emul_result that ends the instruction.
 */
#ifndef HULL_RUN_EMUL_PRIVATE_H
#define HULL_RUN_EMUL_PRIVATE_H

#ifdef __KERNEL__
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <string.h>
#define BIT(n)		(1UL << (n))
#define fallthrough	__attribute__((__fallthrough__))
#endif
#include <asm/processor-flags.h>

#include "emul.h"

enum emul_reg { R_AX, R_CX, R_DX, R_BX, R_SP, R_BP, R_SI, R_DI, R_NONE = 0xff };
enum emul_seg { S_ES, S_CS, S_SS, S_DS, S_FS, S_GS, S_NONE = 0xff };

/* How an instruction names an operand; letters as in the SDM's opcode map. */
enum emul_encoding {
	O_NONE,
	O_E,		/* ModRM.rm */
	O_EB,		/* ModRM.rm, 1 byte */
	O_EW,		/* ModRM.rm, 2 bytes */
	O_ED,		/* ModRM.rm, 4 bytes at most */
	O_G,		/* ModRM.reg */
	O_ACC,		/* AL, AX, EAX, RAX */
	O_IMM,		/* immediate, 4 bytes at most, sign extended */
	O_IMM8,		/* immediate byte, sign extended */
	O_PORT,		/* immediate byte, a port */
	O_DX,		/* DX, a port */
	O_MOFFS,	/* memory at an immediate address */
};

/* flags of a row or of a member of a group */
#define F_MODRM		BIT(0)
#define F_BYTE		BIT(1)	/* operands are bytes */
#define F_READ		BIT(2)	/* destination is read */
#define F_WRITE		BIT(3)	/* destination is written */
#define F_RMW		(F_READ | F_WRITE)
#define F_LOCK		BIT(4)	/* LOCK may stand before a memory destination */
#define F_STACK		BIT(5)	/* 64-bit operands in 64-bit code */
#define F_POP		BIT(6)	/* the stack pointer moves before an address is made */
#define F_STRING	BIT(7)
#define F_COMPARE	BIT(8)	/* string instruction that REP ends by ZF */
#define F_BITS		BIT(9)	/* source is a bit offset, may leave the operand */
#define F_NOT64		BIT(10)
#define F_ONLY64	BIT(11)
#define F_OPCODE_GROUP	BIT(12)	/* group member by opcode bits 5:3, not by ModRM.reg */

struct emul_state;

typedef int (*emul_fn)(struct emul_state *s);

/* A member of a group: an encoding of its own where it has one. */
struct emul_op {
	emul_fn exec;
	u16 flags;
	u8 src;
};

/* A row of an opcode map. */
struct emul_row {
	emul_fn exec;
	const struct emul_op *group;	/* 8 of them; NULL: exec */
	u16 flags;
	u8 dst, src;			/* enum emul_encoding */
};

enum emul_kind { K_NONE, K_REG, K_MEM, K_VAL };

struct emul_operand {
	u8 kind;
	u8 size;
	u8 reg;
	u8 shift;	/* 8 for AH, CH, DH, BH */
	u8 seg;
	u64 ea;
	u64 val;
};

struct emul_state {
	struct hull_emul *ctx;
	unsigned long regs[16];
	u64 rip;
	unsigned long rflags;

	/* prefixes */
	u8 rep;			/* 0, 0xf2, 0xf3 */
	u8 rex;
	u8 seg;			/* override or S_NONE */
	bool lock, opsize, addrsize;

	/* opcode */
	u16 opcode;		/* 0x0f00 and up: the second map */
	emul_fn exec;
	u16 flags;
	u8 dst_encoding, src_encoding;
	u8 op_size, addr_size;

	/* ModRM, SIB, displacement, immediate */
	u8 mod, reg, rm;
	u8 base, index, scale;	/* registers, or R_NONE */
	bool rip_relative;
	u8 ea_seg;		/* segment that the address is in without an override */
	u64 disp;
	u64 imm;

	struct emul_operand dst, src;
};

/* emul_table.c */
const struct emul_row *emul_row_find(u16 opcode);

/* emul_decode.c */
int emul_decode(struct emul_state *s);

/* emul_memory.c: accesses; all fill ctx->fault_* when they return HULL_EMUL_FAULT */
int emul_fault(struct emul_state *s, u8 vector, bool has_error);
int emul_fetch(struct emul_state *s, unsigned int size, u64 *val);
int emul_linear(struct emul_state *s, u8 seg, u64 ea, unsigned int size, bool write, u64 *linear);
int emul_read(struct emul_state *s, u8 seg, u64 ea, unsigned int size, u64 *val);
int emul_write(struct emul_state *s, u8 seg, u64 ea, unsigned int size, u64 val);
int emul_in(struct emul_state *s, unsigned int size, u64 *val);
int emul_out(struct emul_state *s, unsigned int size, u64 val);
int emul_result(int err);

/* emul_string.c */
int emul_string(struct emul_state *s, bool *again);
int emul_movs(struct emul_state *s);
int emul_cmps(struct emul_state *s);
int emul_stos(struct emul_state *s);
int emul_lods(struct emul_state *s);
int emul_scas(struct emul_state *s);
int emul_ins(struct emul_state *s);
int emul_outs(struct emul_state *s);

/* emul_alu.c */
int emul_add(struct emul_state *s);
int emul_or(struct emul_state *s);
int emul_adc(struct emul_state *s);
int emul_sbb(struct emul_state *s);
int emul_and(struct emul_state *s);
int emul_sub(struct emul_state *s);
int emul_xor(struct emul_state *s);
int emul_cmp(struct emul_state *s);
int emul_test(struct emul_state *s);
int emul_not(struct emul_state *s);
int emul_neg(struct emul_state *s);
int emul_inc(struct emul_state *s);
int emul_dec(struct emul_state *s);
int emul_bt(struct emul_state *s);
int emul_bts(struct emul_state *s);
int emul_btr(struct emul_state *s);
int emul_btc(struct emul_state *s);
int emul_xadd(struct emul_state *s);
int emul_cmpxchg(struct emul_state *s);
void emul_compare(struct emul_state *s, u64 a, u64 b, unsigned int size);

/* emul_data.c */
int emul_mov(struct emul_state *s);
int emul_movsx(struct emul_state *s);
int emul_xchg(struct emul_state *s);
int emul_push(struct emul_state *s);
int emul_pop(struct emul_state *s);
int emul_in_acc(struct emul_state *s);
int emul_out_acc(struct emul_state *s);

#define VECTOR_UD	6
#define VECTOR_SS	12
#define VECTOR_GP	13

static inline u64 emul_mask(unsigned int size)
{
	return size >= 8 ? ~0ULL : (1ULL << (8 * size)) - 1;
}

static inline u64 emul_sign_extend(u64 val, unsigned int size)
{
	unsigned int shift = 64 - 8 * size;

	return (u64)((s64)(val << shift) >> shift);
}

static inline u64 emul_reg_get(const struct emul_state *s, u8 reg, unsigned int size)
{
	return s->regs[reg] & emul_mask(size);
}

/* A write of 32 bits clears the upper half, a narrower one leaves the rest alone. */
static inline void emul_reg_set(struct emul_state *s, u8 reg, unsigned int size, u64 val)
{
	u64 keep = size == 4 ? 0 : ~emul_mask(size);

	s->regs[reg] = (s->regs[reg] & keep) | (val & emul_mask(size));
}

static inline void emul_operand_set(struct emul_state *s, const struct emul_operand *op, u64 val)
{
	if (op->shift)
		s->regs[op->reg] = (s->regs[op->reg] & ~0xff00UL) | (val & 0xff) << 8;
	else
		emul_reg_set(s, op->reg, op->size, val);
}

static inline unsigned int emul_stack_size(const struct emul_state *s)
{
	if (s->ctx->mode == HULL_EMUL_64)
		return 8;
	return s->ctx->seg[S_SS].db ? 4 : 2;
}

#endif
