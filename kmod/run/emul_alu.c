// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulator's arithmetic: results and flags, SDM Vol. 1, 3.4.3.
 */
#include "emul_private.h"

#define CARRY_AF	BIT(3)	/* out of the low digit */
#define FLAGS_ARITH	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF | \
			 X86_EFLAGS_SF | X86_EFLAGS_OF)

static bool top_bit(u64 val, unsigned int size)
{
	return (val >> (8 * size - 1)) & 1;
}

static bool parity_even(u64 val)
{
	return !((0x6996u >> ((val ^ (val >> 4)) & 15)) & 1);
}

/*
 * @carry: bits carried (or borrowed) out of each position; @overflow: in its top bit
 * that the sign is wrong.
 */
static void flags_set(struct emul_state *s, u64 result, u64 carry, u64 overflow,
		      unsigned int size)
{
	unsigned long flags = 0;

	result &= emul_mask(size);
	if (top_bit(carry, size))
		flags |= X86_EFLAGS_CF;
	if (parity_even(result))
		flags |= X86_EFLAGS_PF;
	if (carry & CARRY_AF)
		flags |= X86_EFLAGS_AF;
	if (!result)
		flags |= X86_EFLAGS_ZF;
	if (top_bit(result, size))
		flags |= X86_EFLAGS_SF;
	if (top_bit(overflow, size))
		flags |= X86_EFLAGS_OF;
	s->rflags = (s->rflags & ~FLAGS_ARITH) | flags;
}

static u64 add(struct emul_state *s, u64 a, u64 b, unsigned int carry, unsigned int size)
{
	u64 result = a + b + carry;

	flags_set(s, result, (a & b) | ((a | b) & ~result), (a ^ result) & (b ^ result), size);
	return result;
}

static u64 subtract(struct emul_state *s, u64 a, u64 b, unsigned int borrow, unsigned int size)
{
	u64 result = a - b - borrow;

	flags_set(s, result, (~a & b) | ((~a | b) & result), (a ^ b) & (a ^ result), size);
	return result;
}

static unsigned int carry_flag(const struct emul_state *s)
{
	return s->rflags & X86_EFLAGS_CF;
}

static int logic(struct emul_state *s, u64 result)
{
	flags_set(s, result, 0, 0, s->dst.size);
	s->dst.val = result;
	return 0;
}

void emul_compare(struct emul_state *s, u64 a, u64 b, unsigned int size)
{
	subtract(s, a, b, 0, size);
}

int emul_add(struct emul_state *s)
{
	s->dst.val = add(s, s->dst.val, s->src.val, 0, s->dst.size);
	return 0;
}

int emul_adc(struct emul_state *s)
{
	s->dst.val = add(s, s->dst.val, s->src.val, carry_flag(s), s->dst.size);
	return 0;
}

int emul_sub(struct emul_state *s)
{
	s->dst.val = subtract(s, s->dst.val, s->src.val, 0, s->dst.size);
	return 0;
}

int emul_sbb(struct emul_state *s)
{
	s->dst.val = subtract(s, s->dst.val, s->src.val, carry_flag(s), s->dst.size);
	return 0;
}

int emul_cmp(struct emul_state *s)
{
	emul_compare(s, s->dst.val, s->src.val, s->dst.size);
	return 0;
}

int emul_neg(struct emul_state *s)
{
	s->dst.val = subtract(s, 0, s->dst.val, 0, s->dst.size);
	return 0;
}

int emul_or(struct emul_state *s)
{
	return logic(s, s->dst.val | s->src.val);
}

int emul_and(struct emul_state *s)
{
	return logic(s, s->dst.val & s->src.val);
}

int emul_xor(struct emul_state *s)
{
	return logic(s, s->dst.val ^ s->src.val);
}

int emul_test(struct emul_state *s)
{
	return logic(s, s->dst.val & s->src.val);
}

int emul_not(struct emul_state *s)
{
	s->dst.val = ~s->dst.val;
	return 0;
}

/* INC and DEC leave CF alone. */
int emul_inc(struct emul_state *s)
{
	unsigned long carry = s->rflags & X86_EFLAGS_CF;

	s->dst.val = add(s, s->dst.val, 1, 0, s->dst.size);
	s->rflags = (s->rflags & ~X86_EFLAGS_CF) | carry;
	return 0;
}

int emul_dec(struct emul_state *s)
{
	unsigned long carry = s->rflags & X86_EFLAGS_CF;

	s->dst.val = subtract(s, s->dst.val, 1, 0, s->dst.size);
	s->rflags = (s->rflags & ~X86_EFLAGS_CF) | carry;
	return 0;
}

/* The bit that the source names goes to CF. */
static u64 bit_test(struct emul_state *s)
{
	unsigned int bit = s->src.val & (8 * s->dst.size - 1);

	s->rflags &= ~X86_EFLAGS_CF;
	if ((s->dst.val >> bit) & 1)
		s->rflags |= X86_EFLAGS_CF;
	return 1ULL << bit;
}

int emul_bt(struct emul_state *s)
{
	bit_test(s);
	return 0;
}

int emul_bts(struct emul_state *s)
{
	s->dst.val |= bit_test(s);
	return 0;
}

int emul_btr(struct emul_state *s)
{
	s->dst.val &= ~bit_test(s);
	return 0;
}

int emul_btc(struct emul_state *s)
{
	s->dst.val ^= bit_test(s);
	return 0;
}

/* The source register takes the old value first: if both are the same, the sum stays. */
int emul_xadd(struct emul_state *s)
{
	u64 old = s->dst.val;

	s->dst.val = add(s, old, s->src.val, 0, s->dst.size);
	emul_operand_set(s, &s->src, old);
	return 0;
}

/* Memory is written in either case, as the processor does. */
int emul_cmpxchg(struct emul_state *s)
{
	unsigned int size = s->dst.size;
	u64 acc = emul_reg_get(s, R_AX, size);

	emul_compare(s, acc, s->dst.val, size);
	if (acc == s->dst.val) {
		s->dst.val = s->src.val;
		return 0;
	}
	emul_reg_set(s, R_AX, size, s->dst.val);
	if (s->dst.kind == K_REG)
		s->dst.kind = K_NONE;
	return 0;
}
