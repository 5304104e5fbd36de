// SPDX-License-Identifier: GPL-2.0-only
/*
 * The instructions that the emulator knows: opcode maps, SDM Vol. 2, appendix A.
 */
#include "emul_private.h"

/* by opcode bits 5:3 below 0x40, by ModRM.reg in 0x80 to 0x83 */
static const struct emul_op alu_group[8] = {
	{ emul_add, F_RMW | F_LOCK },
	{ emul_or, F_RMW | F_LOCK },
	{ emul_adc, F_RMW | F_LOCK },
	{ emul_sbb, F_RMW | F_LOCK },
	{ emul_and, F_RMW | F_LOCK },
	{ emul_sub, F_RMW | F_LOCK },
	{ emul_xor, F_RMW | F_LOCK },
	{ emul_cmp, F_READ },
};

static const struct emul_op unary_group[8] = {
	{ emul_test, F_READ, O_IMM },
	{ emul_test, F_READ, O_IMM },
	{ emul_not, F_RMW | F_LOCK },
	{ emul_neg, F_RMW | F_LOCK },
};

static const struct emul_op byte_step_group[8] = {
	{ emul_inc, F_RMW | F_LOCK },
	{ emul_dec, F_RMW | F_LOCK },
};

static const struct emul_op step_group[8] = {
	{ emul_inc, F_RMW | F_LOCK },
	{ emul_dec, F_RMW | F_LOCK },
	[6] = { emul_push, F_READ | F_STACK },
};

static const struct emul_op pop_group[8] = {
	{ emul_pop, F_WRITE | F_STACK | F_POP },
};

static const struct emul_op mov_group[8] = {
	{ emul_mov, F_WRITE },
};

static const struct emul_op bit_group[8] = {
	[4] = { emul_bt, F_READ },
	[5] = { emul_bts, F_RMW | F_LOCK },
	[6] = { emul_btr, F_RMW | F_LOCK },
	[7] = { emul_btc, F_RMW | F_LOCK },
};

/* 0x00 to 0x3f, by opcode bits 2:0 */
static const struct emul_row alu_rows[8] = {
	{ NULL, alu_group, F_OPCODE_GROUP | F_MODRM | F_BYTE, O_E, O_G },
	{ NULL, alu_group, F_OPCODE_GROUP | F_MODRM, O_E, O_G },
	{ NULL, alu_group, F_OPCODE_GROUP | F_MODRM | F_BYTE, O_G, O_E },
	{ NULL, alu_group, F_OPCODE_GROUP | F_MODRM, O_G, O_E },
	{ NULL, alu_group, F_OPCODE_GROUP | F_BYTE, O_ACC, O_IMM },
	{ NULL, alu_group, F_OPCODE_GROUP, O_ACC, O_IMM },
};

static const struct emul_row one_byte[256] = {
	[0x63] = { emul_movsx, NULL, F_ONLY64 | F_MODRM | F_WRITE, O_G, O_ED },
	[0x6c] = { emul_ins, NULL, F_STRING | F_BYTE, O_NONE, O_DX },
	[0x6d] = { emul_ins, NULL, F_STRING, O_NONE, O_DX },
	[0x6e] = { emul_outs, NULL, F_STRING | F_BYTE, O_DX, O_NONE },
	[0x6f] = { emul_outs, NULL, F_STRING, O_DX, O_NONE },
	[0x80] = { NULL, alu_group, F_MODRM | F_BYTE, O_E, O_IMM },
	[0x81] = { NULL, alu_group, F_MODRM, O_E, O_IMM },
	[0x82] = { NULL, alu_group, F_NOT64 | F_MODRM | F_BYTE, O_E, O_IMM },
	[0x83] = { NULL, alu_group, F_MODRM, O_E, O_IMM8 },
	[0x84] = { emul_test, NULL, F_MODRM | F_BYTE | F_READ, O_E, O_G },
	[0x85] = { emul_test, NULL, F_MODRM | F_READ, O_E, O_G },
	[0x86] = { emul_xchg, NULL, F_MODRM | F_BYTE | F_RMW | F_LOCK, O_E, O_G },
	[0x87] = { emul_xchg, NULL, F_MODRM | F_RMW | F_LOCK, O_E, O_G },
	[0x88] = { emul_mov, NULL, F_MODRM | F_BYTE | F_WRITE, O_E, O_G },
	[0x89] = { emul_mov, NULL, F_MODRM | F_WRITE, O_E, O_G },
	[0x8a] = { emul_mov, NULL, F_MODRM | F_BYTE | F_WRITE, O_G, O_E },
	[0x8b] = { emul_mov, NULL, F_MODRM | F_WRITE, O_G, O_E },
	[0x8f] = { NULL, pop_group, F_MODRM, O_E, O_NONE },
	[0xa0] = { emul_mov, NULL, F_BYTE | F_WRITE, O_ACC, O_MOFFS },
	[0xa1] = { emul_mov, NULL, F_WRITE, O_ACC, O_MOFFS },
	[0xa2] = { emul_mov, NULL, F_BYTE | F_WRITE, O_MOFFS, O_ACC },
	[0xa3] = { emul_mov, NULL, F_WRITE, O_MOFFS, O_ACC },
	[0xa4] = { emul_movs, NULL, F_STRING | F_BYTE },
	[0xa5] = { emul_movs, NULL, F_STRING },
	[0xa6] = { emul_cmps, NULL, F_STRING | F_COMPARE | F_BYTE },
	[0xa7] = { emul_cmps, NULL, F_STRING | F_COMPARE },
	[0xa8] = { emul_test, NULL, F_BYTE | F_READ, O_ACC, O_IMM },
	[0xa9] = { emul_test, NULL, F_READ, O_ACC, O_IMM },
	[0xaa] = { emul_stos, NULL, F_STRING | F_BYTE },
	[0xab] = { emul_stos, NULL, F_STRING },
	[0xac] = { emul_lods, NULL, F_STRING | F_BYTE },
	[0xad] = { emul_lods, NULL, F_STRING },
	[0xae] = { emul_scas, NULL, F_STRING | F_COMPARE | F_BYTE },
	[0xaf] = { emul_scas, NULL, F_STRING | F_COMPARE },
	[0xc6] = { NULL, mov_group, F_MODRM | F_BYTE, O_E, O_IMM },
	[0xc7] = { NULL, mov_group, F_MODRM, O_E, O_IMM },
	[0xe4] = { emul_in_acc, NULL, F_BYTE | F_WRITE, O_ACC, O_PORT },
	[0xe5] = { emul_in_acc, NULL, F_WRITE, O_ACC, O_PORT },
	[0xe6] = { emul_out_acc, NULL, F_BYTE, O_PORT, O_ACC },
	[0xe7] = { emul_out_acc, NULL, 0, O_PORT, O_ACC },
	[0xec] = { emul_in_acc, NULL, F_BYTE | F_WRITE, O_ACC, O_DX },
	[0xed] = { emul_in_acc, NULL, F_WRITE, O_ACC, O_DX },
	[0xee] = { emul_out_acc, NULL, F_BYTE, O_DX, O_ACC },
	[0xef] = { emul_out_acc, NULL, 0, O_DX, O_ACC },
	[0xf6] = { NULL, unary_group, F_MODRM | F_BYTE, O_E, O_NONE },
	[0xf7] = { NULL, unary_group, F_MODRM, O_E, O_NONE },
	[0xfe] = { NULL, byte_step_group, F_MODRM | F_BYTE, O_E, O_NONE },
	[0xff] = { NULL, step_group, F_MODRM, O_E, O_NONE },
};

/* after 0x0f */
static const struct emul_row two_byte[256] = {
	[0xa3] = { emul_bt, NULL, F_MODRM | F_BITS | F_READ, O_E, O_G },
	[0xab] = { emul_bts, NULL, F_MODRM | F_BITS | F_RMW | F_LOCK, O_E, O_G },
	[0xb0] = { emul_cmpxchg, NULL, F_MODRM | F_BYTE | F_RMW | F_LOCK, O_E, O_G },
	[0xb1] = { emul_cmpxchg, NULL, F_MODRM | F_RMW | F_LOCK, O_E, O_G },
	[0xb3] = { emul_btr, NULL, F_MODRM | F_BITS | F_RMW | F_LOCK, O_E, O_G },
	[0xb6] = { emul_mov, NULL, F_MODRM | F_WRITE, O_G, O_EB },
	[0xb7] = { emul_mov, NULL, F_MODRM | F_WRITE, O_G, O_EW },
	[0xba] = { NULL, bit_group, F_MODRM, O_E, O_IMM8 },
	[0xbb] = { emul_btc, NULL, F_MODRM | F_BITS | F_RMW | F_LOCK, O_E, O_G },
	[0xbe] = { emul_movsx, NULL, F_MODRM | F_WRITE, O_G, O_EB },
	[0xbf] = { emul_movsx, NULL, F_MODRM | F_WRITE, O_G, O_EW },
	[0xc0] = { emul_xadd, NULL, F_MODRM | F_BYTE | F_RMW | F_LOCK, O_E, O_G },
	[0xc1] = { emul_xadd, NULL, F_MODRM | F_RMW | F_LOCK, O_E, O_G },
};

const struct emul_row *emul_row_find(u16 opcode)
{
	const struct emul_row *row;

	if (opcode < 0x40)
		row = &alu_rows[opcode & 7];
	else if (opcode < 0x100)
		row = &one_byte[opcode & 0xff];
	else
		row = &two_byte[opcode & 0xff];
	return row->exec || row->group ? row : NULL;
}
