// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulator against the processor: random instructions are executed by both, on the
 * same registers and memory, in 64-bit, 32-bit and 16-bit code, and must leave the same
 * registers, flags and memory behind.
 *
 * The processor runs them in a page of code at a low address, reached by far jumps; for
 * 16-bit code and data the LDT has segments.
 */
#include <asm/ldt.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hull_tap.h"
#include "emul_machine.h"
#include "random.h"

#define CODE		0x10000000UL
#define STATE		0x10010000UL
#define REGION		0x10020000UL
#define REGION_SIZE	0x10000UL
#define MIDDLE		(REGION + REGION_SIZE / 2)

#define FLAGS_ARITH	0x8d5UL
#define FLAGS_KEPT	(FLAGS_ARITH | 0x400)	/* and DF */
#define AF		0x10UL
#define ROUNDS		20000

/* What the code in native.S works on, at STATE. */
struct native {
	u64 regs[16];
	u64 rflags;
	u64 host_rsp;
	u32 entry;		/* far pointer to the instruction */
	u16 cs;
	u16 ds, ss;
};

extern const u8 native_begin[], native_end[], native_insn[];
extern const u8 native_back32[], native_back16[], native_back64[];

static struct native *const native = (struct native *)STATE;
static u8 *const region = (u8 *)REGION;
static u8 shadow[REGION_SIZE];
static struct hull_emul ctx;

/* An instruction to make random ones of. */
struct form {
	const char *name;
	u16 opcode;		/* 0x0f00 and up: the second map */
	s64 group;		/* ModRM.reg, or one of the below */
	u8 immediate;		/* bytes, or IMM_Z */
	u8 flags;
	u16 undefined;		/* flags that the processor may leave as it likes */
};

#define ANY_REG		(-1)
#define NO_MODRM	(-2)
#define IMM_Z		0xff	/* as wide as the operand, 4 at most */
#define IMM_A		0xfe	/* an address */

#define LOCK		1	/* LOCK may stand before it */
#define BITS		2	/* register is a bit offset */
#define STRING		4
#define COMPARE		8	/* REP by ZF */
#define ONLY64		16
#define STACK		32
#define BYTES		64
#define NOT64		128

#define BT_UNDEFINED	0x894	/* OF SF AF PF */

static const struct form forms[] = {
	{ "mov", 0x88, ANY_REG, 0, BYTES }, { "mov", 0x89, ANY_REG },
	{ "mov", 0x8a, ANY_REG, 0, BYTES }, { "mov", 0x8b, ANY_REG },
	{ "mov", 0xc6, 0, 1, BYTES }, { "mov", 0xc7, 0, IMM_Z },
	{ "mov moffs", 0xa0, NO_MODRM, IMM_A, BYTES }, { "mov moffs", 0xa1, NO_MODRM, IMM_A },
	{ "mov moffs", 0xa2, NO_MODRM, IMM_A, BYTES }, { "mov moffs", 0xa3, NO_MODRM, IMM_A },
	{ "movzx", 0x0fb6, ANY_REG }, { "movzx", 0x0fb7, ANY_REG },
	{ "movsx", 0x0fbe, ANY_REG }, { "movsx", 0x0fbf, ANY_REG },
	{ "movsxd", 0x63, ANY_REG, 0, ONLY64 },
	{ "alu80", 0x80, 0, 1, BYTES | LOCK }, { "alu80", 0x80, 1, 1, BYTES | LOCK, AF },
	{ "alu80", 0x80, 2, 1, BYTES | LOCK }, { "alu80", 0x80, 3, 1, BYTES | LOCK },
	{ "alu80", 0x80, 4, 1, BYTES | LOCK, AF }, { "alu80", 0x80, 5, 1, BYTES | LOCK },
	{ "alu80", 0x80, 6, 1, BYTES | LOCK, AF }, { "alu80", 0x80, 7, 1, BYTES },
	{ "alu81", 0x81, 0, IMM_Z, LOCK }, { "alu81", 0x81, 1, IMM_Z, LOCK, AF },
	{ "alu81", 0x81, 2, IMM_Z, LOCK }, { "alu81", 0x81, 3, IMM_Z, LOCK },
	{ "alu81", 0x81, 4, IMM_Z, LOCK, AF }, { "alu81", 0x81, 5, IMM_Z, LOCK },
	{ "alu81", 0x81, 6, IMM_Z, LOCK, AF }, { "alu81", 0x81, 7, IMM_Z },
	{ "alu82", 0x82, 0, 1, BYTES | LOCK | NOT64 },
	{ "alu83", 0x83, 0, 1, LOCK }, { "alu83", 0x83, 1, 1, LOCK, AF },
	{ "alu83", 0x83, 2, 1, LOCK }, { "alu83", 0x83, 3, 1, LOCK },
	{ "alu83", 0x83, 4, 1, LOCK, AF }, { "alu83", 0x83, 5, 1, LOCK },
	{ "alu83", 0x83, 6, 1, LOCK, AF }, { "alu83", 0x83, 7, 1 },
	{ "test", 0x84, ANY_REG, 0, BYTES, AF }, { "test", 0x85, ANY_REG, 0, 0, AF },
	{ "test", 0xa8, NO_MODRM, 1, BYTES, AF }, { "test", 0xa9, NO_MODRM, IMM_Z, 0, AF },
	{ "test", 0xf6, 0, 1, BYTES, AF }, { "test", 0xf7, 0, IMM_Z, 0, AF },
	{ "test", 0xf6, 1, 1, BYTES, AF },
	{ "not", 0xf6, 2, 0, BYTES | LOCK }, { "not", 0xf7, 2, 0, LOCK },
	{ "neg", 0xf6, 3, 0, BYTES | LOCK }, { "neg", 0xf7, 3, 0, LOCK },
	{ "inc", 0xfe, 0, 0, BYTES | LOCK }, { "inc", 0xff, 0, 0, LOCK },
	{ "dec", 0xfe, 1, 0, BYTES | LOCK }, { "dec", 0xff, 1, 0, LOCK },
	{ "push", 0xff, 6, 0, STACK }, { "pop", 0x8f, 0, 0, STACK },
	{ "xchg", 0x86, ANY_REG, 0, BYTES | LOCK }, { "xchg", 0x87, ANY_REG, 0, LOCK },
	{ "cmpxchg", 0x0fb0, ANY_REG, 0, BYTES | LOCK }, { "cmpxchg", 0x0fb1, ANY_REG, 0, LOCK },
	{ "xadd", 0x0fc0, ANY_REG, 0, BYTES | LOCK }, { "xadd", 0x0fc1, ANY_REG, 0, LOCK },
	{ "bt", 0x0fa3, ANY_REG, 0, BITS, BT_UNDEFINED },
	{ "bts", 0x0fab, ANY_REG, 0, BITS | LOCK, BT_UNDEFINED },
	{ "btr", 0x0fb3, ANY_REG, 0, BITS | LOCK, BT_UNDEFINED },
	{ "btc", 0x0fbb, ANY_REG, 0, BITS | LOCK, BT_UNDEFINED },
	{ "bt imm", 0x0fba, 4, 1, 0, BT_UNDEFINED },
	{ "bts imm", 0x0fba, 5, 1, LOCK, BT_UNDEFINED },
	{ "btr imm", 0x0fba, 6, 1, LOCK, BT_UNDEFINED },
	{ "btc imm", 0x0fba, 7, 1, LOCK, BT_UNDEFINED },
	{ "movs", 0xa4, NO_MODRM, 0, STRING | BYTES }, { "movs", 0xa5, NO_MODRM, 0, STRING },
	{ "cmps", 0xa6, NO_MODRM, 0, STRING | COMPARE | BYTES },
	{ "cmps", 0xa7, NO_MODRM, 0, STRING | COMPARE },
	{ "stos", 0xaa, NO_MODRM, 0, STRING | BYTES }, { "stos", 0xab, NO_MODRM, 0, STRING },
	{ "lods", 0xac, NO_MODRM, 0, STRING | BYTES }, { "lods", 0xad, NO_MODRM, 0, STRING },
	{ "scas", 0xae, NO_MODRM, 0, STRING | COMPARE | BYTES },
	{ "scas", 0xaf, NO_MODRM, 0, STRING | COMPARE },
};

#define NR_FORMS	(sizeof(forms) / sizeof(forms[0]))
#define NR_ALU		(8 * 6)		/* opcodes 0x00 to 0x3d are made, not listed */

/* The instruction in the making. */
static u8 insn[16];
static unsigned int insn_len;
static enum hull_emul_mode mode;
static bool opsize, addrsize, rex_w;
static u64 data_base;			/* address of offset 0 of the data segments */

static void emit(u64 val, unsigned int size)
{
	memcpy(insn + insn_len, &val, size);
	insn_len += size;
}

static unsigned int address_size(void)
{
	if (mode == HULL_EMUL_64)
		return addrsize ? 4 : 8;
	return addrsize != (mode == HULL_EMUL_32) ? 4 : 2;
}

static unsigned int operand_size(void)
{
	if (mode == HULL_EMUL_64)
		return rex_w ? 8 : opsize ? 2 : 4;
	return opsize != (mode == HULL_EMUL_32) ? 4 : 2;
}

/* A register whose @size low bytes address the region, and anything above. */
static u64 pointer(unsigned int size)
{
	u64 val = MIDDLE - data_base + random_below(256);

	if (size == 4)
		val |= random_u64() << 32;
	else if (size == 2)
		val = (val & 0xffff) | random_u64() << 16;
	return val;
}

static u64 small(void)
{
	return random_below(128) - 64;
}

static void modrm16(unsigned int mod, unsigned int reg, unsigned int rm)
{
	static const u8 base[] = { 3, 3, 5, 5, 6, 7, 5, 3 };
	static const u8 index[] = { 6, 7, 6, 7, 0xff, 0xff, 0xff, 0xff };

	emit(mod << 6 | reg << 3 | rm, 1);
	if (mod == 0 && rm == 6) {
		emit(MIDDLE - data_base, 2);
		return;
	}
	ctx.regs[base[rm]] = pointer(2);
	if (index[rm] != 0xff)
		ctx.regs[index[rm]] = (ctx.regs[index[rm]] & ~0xffffULL) | (small() & 0xffff);
	emit(small(), mod);
}

static void modrm_sib(unsigned int mod, unsigned int reg, u8 rex)
{
	unsigned int index, base = random_below(8);

	do
		index = random_below(8);
	while ((index | (rex & 2 ? 8 : 0)) == (base | (rex & 1 ? 8 : 0)));
	emit(mod << 6 | reg << 3 | 4, 1);
	emit(random_below(4) << 6 | index << 3 | base, 1);
	index |= rex & 2 ? 8 : 0;
	if (index != 4)
		ctx.regs[index] = address_size() == 4 ? (u32)small() | random_u64() << 32 : small();
	if (mod == 0 && base == 5) {
		emit(MIDDLE - data_base + random_below(64), 4);
		return;
	}
	ctx.regs[base | (rex & 1 ? 8 : 0)] = pointer(address_size());
	emit(small(), mod == 2 ? 4 : mod);
}

/* @tail: bytes that follow, which a RIP-relative address has to count */
static void modrm(unsigned int reg, u8 rex, unsigned int tail)
{
	unsigned int mod = random_below(4), rm = random_below(8);

	reg &= 7;
	if (mod == 3) {
		emit(mod << 6 | reg << 3 | rm, 1);
	} else if (address_size() == 2) {
		modrm16(mod, reg, rm);
	} else if (rm == 4) {
		modrm_sib(mod, reg, rex);
	} else if (mod == 0 && rm == 5) {
		emit(mod << 6 | reg << 3 | rm, 1);
		if (mode == HULL_EMUL_64)
			emit(MIDDLE - (ctx.rip + insn_len + 4 + tail), 4);
		else
			emit(MIDDLE - data_base, 4);
	} else {
		emit(mod << 6 | reg << 3 | rm, 1);
		ctx.regs[rm | (rex & 1 ? 8 : 0)] = pointer(address_size());
		emit(small(), mod == 2 ? 4 : mod);
	}
}

static void random_registers(void)
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		ctx.regs[i] = random_below(4) ? random_u64() : (u64)small();
	ctx.rflags = 0x202 | (random_u64() & FLAGS_KEPT);
}

static bool prefixes(const struct form *f, u8 *rex)
{
	static const u8 overrides[] = { 0x26, 0x36, 0x3e };
	bool may_lock = f->flags & LOCK && random_below(8) == 0;

	opsize = random_below(3) == 0;
	addrsize = random_below(6) == 0;
	*rex = mode == HULL_EMUL_64 && random_below(2) ? 0x40 | random_below(16) : 0;
	rex_w = *rex & 8;
	if (may_lock)
		emit(0xf0, 1);
	if (random_below(8) == 0)
		emit(overrides[random_below(3)], 1);
	if (f->flags & STRING && random_below(3))
		emit(random_below(2) ? 0xf3 : 0xf2, 1);
	if (opsize)
		emit(0x66, 1);
	if (addrsize)
		emit(0x67, 1);
	if (*rex)
		emit(*rex, 1);
	return may_lock;
}

static bool insn_make(const struct form *f)
{
	unsigned int imm, tail, at, reg;
	bool locked;
	u8 rex;

	insn_len = 0;
	reg = f->group == ANY_REG ? random_below(8) : (u64)f->group;
	random_registers();
	locked = prefixes(f, &rex);
	imm = f->immediate == IMM_Z ? (f->flags & BYTES ? 1 : operand_size()) : f->immediate;
	imm = f->immediate == IMM_Z && imm > 4 ? 4 : imm;
	tail = f->immediate == IMM_A ? 0 : imm;
	if (f->opcode > 0xff)
		emit(0x0f, 1);
	emit(f->opcode, 1);

	if (f->flags & STRING) {
		ctx.regs[6] = pointer(address_size());
		ctx.regs[7] = pointer(address_size());
		ctx.regs[1] = random_below(200) | (address_size() == 8 ? 0 :
						   random_u64() << (8 * address_size()));
	}
	at = insn_len;
	if (f->group != NO_MODRM)
		modrm(reg, rex, tail);
	if (locked && insn[at] >> 6 == 3)
		return false;
	if (f->flags & STACK)
		ctx.regs[4] = MIDDLE - data_base + random_below(64) * 8;
	if (f->flags & BITS && insn[at] >> 6 != 3) {
		reg |= rex & 4 ? 8 : 0;
		/* the offset must not be part of the address, which it would lead astray */
		if (mode == HULL_EMUL_64 && !(rex & 4))
			return false;
		if (mode == HULL_EMUL_64 && (rex & 3))
			return false;
		if (mode != HULL_EMUL_64)
			return false;
		ctx.regs[reg] = random_below(8192) - 4096;
	}
	if (f->immediate == IMM_A)
		emit(MIDDLE - data_base + random_below(64), address_size());
	else
		emit(random_u64(), imm);
	return insn_len <= HULL_INSN_MAX;
}

static enum hull_emul_result emulate(void)
{
	enum hull_emul_result result;
	unsigned int calls = 0;

	memcpy(shadow, region, REGION_SIZE);
	do
		result = hull_emul_insn(&ctx);
	while (result == HULL_EMUL_AGAIN && ++calls < 1000);
	return result;
}

static void run_native(void)
{
	void (*code)(void) = (void (*)(void))CODE;
	u8 *at = (u8 *)CODE + (native_insn - native_begin);
	const u8 *back = native_back64;
	unsigned int size = 8;

	if (mode == HULL_EMUL_32) {
		back = native_back32;
		size = 7;
	} else if (mode == HULL_EMUL_16) {
		back = native_back16;
	}
	memset(at, 0x90, 32);
	memcpy(at, insn, insn_len);
	if (mode != HULL_EMUL_64)
		memcpy(at + insn_len, back, size);
	code();
}

static void dump(const char *what, const struct hull_emul *before)
{
	char text[64];
	unsigned int i, n = 0;

	for (i = 0; i < insn_len; i++)
		n += sprintf(text + n, "%02x ", insn[i]);
	tap_note("%s: %s", what, text);
	for (i = 0; i < 16; i++)
		tap_note("r%-2u was %016lx emulated %016lx native %016llx%s", i, before->regs[i],
			 ctx.regs[i], (unsigned long long)native->regs[i],
			 ctx.regs[i] == native->regs[i] ? "" : " <---");
	tap_note("flags were %lx emulated %lx native %llx", before->rflags, ctx.rflags,
		 (unsigned long long)native->rflags);
	for (i = 0; i < REGION_SIZE; i++)
		if (shadow[i] != region[i]) {
			tap_note("memory differs at %lx: emulated %02x native %02x", REGION + i,
				 shadow[i], region[i]);
			break;
		}
}

static bool same(const struct form *f)
{
	unsigned int i, nr = mode == HULL_EMUL_64 ? 16 : 8;
	u64 mask = mode == HULL_EMUL_64 ? ~0ULL : 0xffffffff;

	for (i = 0; i < nr; i++)
		if ((ctx.regs[i] ^ native->regs[i]) & mask)
			return false;
	if ((ctx.rflags ^ native->rflags) & FLAGS_KEPT & ~f->undefined)
		return false;
	return !memcmp(shadow, region, REGION_SIZE);
}

/* One random instruction; false when it went another way than in the processor. */
static bool try_form(const struct form *f)
{
	struct hull_emul before;
	unsigned int i;

	ctx.rip = CODE + (native_insn - native_begin);
	if (mode == HULL_EMUL_16)
		ctx.rip -= CODE;
	if (!insn_make(f))
		return true;
	for (i = 0; i < 512; i++)
		region[MIDDLE - REGION - 256 + i] = random_below(3) ? random_u64() : 0;
	machine.code = (u8 *)CODE;
	before = ctx;
	memcpy(native->regs, ctx.regs, sizeof(native->regs));
	native->rflags = ctx.rflags;
	native->entry = ctx.rip;

	memset((u8 *)CODE + (native_insn - native_begin), 0x90, 32);
	memcpy((u8 *)CODE + (native_insn - native_begin), insn, insn_len);
	if (emulate() != HULL_EMUL_DONE) {
		dump(f->name, &before);
		return false;
	}
	run_native();
	if (!same(f) || ctx.rip != before.rip + insn_len) {
		dump(f->name, &before);
		return false;
	}
	return true;
}

static void alu_form(struct form *f, unsigned int n)
{
	static const char * const names[] = { "add", "or", "adc", "sbb", "and", "sub", "xor",
	"cmp" };
	unsigned int op = n / 6, shape = n % 6;

	*f = (struct form) { .name = names[op], .opcode = op << 3 | shape, .group = ANY_REG };
	if (!(shape & 1))
		f->flags |= BYTES;
	if (shape < 2 && op != 7)
		f->flags |= LOCK;
	if (shape >= 4) {
		f->group = NO_MODRM;
		f->immediate = IMM_Z;
	}
	if (op == 1 || op == 4 || op == 6)
		f->undefined = AF;
}

static void test_mode(const char *name)
{
	unsigned int i, bad = 0;

	for (i = 0; i < ROUNDS && bad < 3; i++) {
		unsigned int n = random_below(NR_FORMS + NR_ALU);
		struct form f;

		if (n < NR_FORMS)
			f = forms[n];
		else
			alu_form(&f, n - NR_FORMS);
		if (f.flags & (mode == HULL_EMUL_64 ? NOT64 : ONLY64))
			continue;
		bad += !try_form(&f);
	}
	tap_ok(!bad, "%u instructions in %s code", i, name);
}

/* Data and stack begin at @base; @wide: the stack has 32 bits. */
static void segments(u64 base, u64 limit, bool wide)
{
	static const unsigned int data[] = { 0, 2, 3 };
	unsigned int i;

	for (i = 0; i < 6; i++)
		ctx.seg[i] = (struct hull_emul_segment) {
			.limit = 0xffffffff, .type = i == 1 ? 11 : 3, .usable = true, .db = true,
		};
	for (i = 0; i < 3; i++) {
		ctx.seg[data[i]].base = base;
		ctx.seg[data[i]].limit = limit;
	}
	ctx.seg[2].db = wide;
	data_base = base;
}

/* Entries 0: 16-bit code, 1: data from the region on, 2: the same as 16-bit stack. */
static bool ldt_set(void)
{
	struct user_desc entry[] = {
		{ .entry_number = 0, .base_addr = CODE, .limit = 0xffff,
		  .contents = MODIFY_LDT_CONTENTS_CODE },
		{ .entry_number = 1, .base_addr = REGION, .limit = 0xffff, .seg_32bit = 1 },
		{ .entry_number = 2, .base_addr = REGION, .limit = 0xffff },
	};
	unsigned int i;

	for (i = 0; i < 3; i++)
		if (syscall(SYS_modify_ldt, 0x11, &entry[i], sizeof(entry[i])))
			return false;
	return true;
}

static void test_64(void)
{
	mode = ctx.mode = HULL_EMUL_64;
	segments(0, 0xffffffff, true);
	native->cs = 0;
	test_mode("64-bit");
}

static void test_32(void)
{
	mode = ctx.mode = HULL_EMUL_32;
	segments(REGION, 0xffff, true);
	native->cs = 0x23;
	native->ds = 0x0f;
	native->ss = 0x0f;
	test_mode("32-bit");
}

static void test_16(void)
{
	mode = ctx.mode = HULL_EMUL_16;
	segments(REGION, 0xffff, false);
	ctx.seg[1].base = CODE;
	native->cs = 0x07;
	native->ds = 0x0f;
	native->ss = 0x17;
	test_mode("16-bit");
}

static bool low_memory(unsigned long at, size_t size, int prot)
{
	return mmap((void *)at, size, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
		    0) == (void *)at;
}

int main(void)
{
	if (!low_memory(CODE, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) ||
	    !low_memory(STATE, 4096, PROT_READ | PROT_WRITE) ||
	    !low_memory(REGION, REGION_SIZE, PROT_READ | PROT_WRITE))
		return tap_skip_all("no memory at low addresses");
	tap_plan(3);
	memcpy((void *)CODE, native_begin, native_end - native_begin);
	machine = (struct machine) { .base = REGION, .memory = shadow, .size = REGION_SIZE,
				     .code_base = CODE, .code_size = 4096 };
	ctx.ops = &machine_ops;
	ctx.cpl = 3;
	test_64();
	if (ldt_set()) {
		test_32();
		test_16();
	} else {
		tap_skip("instructions in 32-bit code", "no modify_ldt");
		tap_skip("instructions in 16-bit code", "no modify_ldt");
	}
	return tap_end();
}
