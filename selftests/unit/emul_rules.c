// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the emulator does that a process cannot compare with its processor: segments and
 * their faults, real mode, ports, accesses that wait for userspace, REP in portions.
 */
#include <stdlib.h>

#include "hull_tap.h"
#include "emul_machine.h"

#define BASE	0x100000UL
#define SIZE	0x4000
#define UD	6
#define SS	12
#define GP	13

enum { ES, CS, SS_, DS, FS, GS };
enum { AX, CX, DX, BX, SP, BP, SI, DI };

static u8 memory[SIZE], code[4096];
static struct hull_emul ctx;

/* @mode's usual segments, memory from BASE on, code at BASE + 0x1000000. */
static void start(enum hull_emul_mode mode)
{
	unsigned int i;

	memset(memory, 0, sizeof(memory));
	machine = (struct machine) { .base = BASE, .memory = memory, .size = SIZE,
				     .code_base = BASE + 0x1000000, .code = code,
				     .code_size = sizeof(code) };
	ctx = (struct hull_emul) { .ops = &machine_ops, .mode = mode, .rflags = 2 };
	for (i = 0; i < 6; i++)
		ctx.seg[i] = (struct hull_emul_segment) {
			.base = mode == HULL_EMUL_64 ? 0 : BASE, .usable = true,
			.limit = mode == HULL_EMUL_32 ? 0xffffffff : 0xffff,
			.type = i == CS ? 11 : 3, .db = mode == HULL_EMUL_32,
		};
	ctx.seg[CS].base = machine.code_base;
	if (mode == HULL_EMUL_64)
		ctx.rip = machine.code_base;
}

static enum hull_emul_result run(const char *bytes, size_t len)
{
	memset(code, 0x90, sizeof(code));
	memcpy(code, bytes, len);
	ctx.rip = ctx.mode == HULL_EMUL_64 ? machine.code_base : 0;
	return hull_emul_insn(&ctx);
}

#define RUN(bytes)	run(bytes, sizeof(bytes) - 1)

/* Does @bytes fault with @vector, and an error code of 0 or none? */
static bool faults(const char *bytes, size_t len, u8 vector, bool has_error)
{
	return run(bytes, len) == HULL_EMUL_FAULT && ctx.fault_vector == vector &&
	       ctx.fault_has_error == has_error && !ctx.fault_error && !machine.accesses;
}

#define FAULTS(bytes, vector, has_error) faults(bytes, sizeof(bytes) - 1, vector, has_error)

static void test_real(void)
{
	start(HULL_EMUL_REAL);
	ctx.regs[BX] = 0x100;
	ctx.regs[SI] = 0x20;
	memory[0x125] = 0x5a;
	tap_ok(RUN("\x8a\x40\x05") == HULL_EMUL_DONE && (ctx.regs[AX] & 0xff) == 0x5a &&
	       ctx.rip == 3, "real mode: mov al, [bx+si+5]");
	start(HULL_EMUL_REAL);
	ctx.regs[BX] = 0xffff;
	tap_ok(FAULTS("\x8b\x07", GP, false), "a word beyond the limit: #GP without an error code");
	tap_ok(FAULTS("\x36\x8b\x07", SS, false), "in the stack segment: #SS");
	ctx.cpl = 3;
	tap_ok(FAULTS("\x8b\x07", GP, true), "virtual-8086 mode has an error code");
	ctx.regs[BX] = 0x10;
	ctx.seg[DS].type = 1;
	tap_ok(RUN("\x88\x07") == HULL_EMUL_DONE, "but no types");
	start(HULL_EMUL_REAL);
	ctx.seg[CS].limit = 1;
	tap_ok(FAULTS("\x8a\x40\x05", GP, false), "the code segment ends inside an instruction");
	tap_ok(RUN("\x8a\x07") == HULL_EMUL_DONE, "or behind one");
}

static void test_segments(void)
{
	start(HULL_EMUL_32);
	ctx.regs[BX] = 0x100;
	ctx.seg[DS].type = 1;
	tap_ok(FAULTS("\x89\x03", GP, true), "write to read-only data");
	tap_ok(RUN("\x8b\x03") == HULL_EMUL_DONE, "read of it");
	start(HULL_EMUL_32);
	ctx.seg[DS].type = 9;
	tap_ok(FAULTS("\x8b\x03", GP, true), "read of execute-only code");
	ctx.seg[DS].type = 11;
	tap_ok(RUN("\x8b\x03") == HULL_EMUL_DONE, "of readable code");
	machine.accesses = 0;
	tap_ok(FAULTS("\x89\x03", GP, true), "write to it");
	ctx.seg[DS].usable = false;
	tap_ok(FAULTS("\x8b\x03", GP, true), "null selector");
	start(HULL_EMUL_32);
	ctx.regs[BX] = 0xffe;
	ctx.seg[DS].limit = 0x1000;
	tap_ok(FAULTS("\x8b\x03", GP, true), "one byte too many");
	ctx.regs[BX] = 0xffd;
	tap_ok(RUN("\x8b\x03") == HULL_EMUL_DONE, "up to the limit");
	start(HULL_EMUL_32);
	ctx.seg[DS].type = 7;
	ctx.seg[DS].limit = 0xfff;
	ctx.regs[BX] = 0xfff;
	tap_ok(FAULTS("\x8b\x03", GP, true), "expand-down: below");
	ctx.regs[BX] = 0x1000;
	tap_ok(RUN("\x8b\x03") == HULL_EMUL_DONE, "above");
	start(HULL_EMUL_32);
	ctx.seg[DS].type = 7;
	ctx.seg[DS].limit = 0xfff;
	ctx.seg[DS].db = false;
	ctx.regs[BX] = 0xfffd;
	tap_ok(FAULTS("\x8b\x03", GP, true), "beyond 64 KiB if it is a small one");
	start(HULL_EMUL_32);
	ctx.regs[BP] = 0x100;
	ctx.seg[SS_].limit = 0x80;
	tap_ok(FAULTS("\x8b\x45\x00", SS, true), "EBP is in the stack segment");
	tap_ok(RUN("\x3e\x8b\x45\x00") == HULL_EMUL_DONE, "unless said otherwise");
	start(HULL_EMUL_32);
	ctx.seg[DS].base = 0xfffff000;
	ctx.regs[BX] = BASE + 0x1000;
	tap_ok(RUN("\x8b\x03") == HULL_EMUL_DONE, "linear addresses wrap at 4 GiB");
}

static void test_64(void)
{
	start(HULL_EMUL_64);
	ctx.regs[BX] = 0x800000000000;
	tap_ok(FAULTS("\x48\x8b\x03", GP, true), "not canonical: #GP");
	ctx.regs[BX] = 0x7ffffffffffe;
	tap_ok(FAULTS("\x8b\x03", GP, true), "its end not canonical");
	ctx.regs[SP] = 0x800000000000;
	tap_ok(FAULTS("\x8b\x04\x24", SS, true), "by RSP: #SS");
	start(HULL_EMUL_64);
	ctx.seg[FS].base = BASE;
	ctx.seg[DS].base = 0x1000;
	ctx.seg[DS].usable = false;
	ctx.regs[BX] = 0x40;
	memory[0x40] = 0x77;
	tap_ok(RUN("\x64\x8b\x03") == HULL_EMUL_DONE && ctx.regs[AX] == 0x77, "FS has a base");
	ctx.regs[BX] = BASE + 0x40;
	tap_ok(RUN("\x3e\x8b\x03") != HULL_EMUL_FAULT, "DS has none, and no limit");
	start(HULL_EMUL_64);
	tap_ok(FAULTS("\x82\xc0\x01", UD, false), "opcode 82 is #UD");
	ctx.regs[SI] = BASE + 8;
	tap_ok(RUN("\x48\x66\x8b\x06") == HULL_EMUL_DONE && !strcmp(machine.log, "r100008/2 "),
	       "REX before another prefix is void: %s", machine.log);
}

static void test_decode(void)
{
	start(HULL_EMUL_64);
	ctx.regs[BX] = BASE;
	tap_ok(FAULTS("\xf0\x8b\x03", UD, false), "LOCK MOV: #UD");
	tap_ok(FAULTS("\xf0\x01\xc3", UD, false), "LOCK before a register: #UD");
	tap_ok(FAULTS("\xf0\x3b\x03", UD, false) && FAULTS("\xf0\x39\x03", UD, false),
	       "LOCK CMP: #UD");
	tap_ok(FAULTS("\xf0\x03\x03", UD, false), "LOCK ADD to a register: #UD");
	tap_ok(FAULTS("\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x8b\x03", GP, true),
	       "16 bytes: #GP");
	tap_ok(RUN("\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x8b\x03") ==
	       HULL_EMUL_DONE, "15 bytes");
	start(HULL_EMUL_64);
	tap_ok(RUN("\x0f\x0b") == HULL_EMUL_UNKNOWN &&
	       RUN("\xc5\xf8\x28\x03") == HULL_EMUL_UNKNOWN &&
	       RUN("\x0f\x10\x03") == HULL_EMUL_UNKNOWN &&
	       RUN("\xff\x13") == HULL_EMUL_UNKNOWN && ctx.rip == machine.code_base,
	       "others are unknown");

	start(HULL_EMUL_64);
	ctx.rip += 4096 - 2;
	ctx.regs[BX] = BASE;
	memcpy(code + 4094, "\x8b\x03", 2);
	tap_ok(hull_emul_insn(&ctx) == HULL_EMUL_DONE, "no byte is fetched from a page not needed");
	ctx.rip -= 1;
	memcpy(code + 4095, "\x8b", 1);
	tap_ok(hull_emul_insn(&ctx) == HULL_EMUL_UNKNOWN, "one that is needed is");
	start(HULL_EMUL_64);
	ctx.rflags |= 1 << 16;
	ctx.regs[BX] = BASE;
	tap_ok(RUN("\x8b\x03") == HULL_EMUL_DONE && !(ctx.rflags & 1 << 16), "RF ends");
}

static void test_ports(void)
{
	start(HULL_EMUL_32);
	ctx.regs[AX] = 0x11223344;
	ctx.regs[DX] = 0xabcd03f8;
	machine.port_data = 0xa1;
	tap_ok(RUN("\xe4\x60") == HULL_EMUL_DONE && ctx.regs[AX] == 0x112233a1, "in al, 0x60");
	tap_ok(RUN("\x66\xed") == HULL_EMUL_DONE && ctx.regs[AX] == 0x1122a3a2, "in ax, dx");
	tap_ok(RUN("\xef") == HULL_EMUL_DONE && RUN("\xe6\x80") == HULL_EMUL_DONE &&
	       !strcmp(machine.log, "i60/1 i3f8/2 o1122a3a2:3f8/4 oa2:80/1 "),
	       "out: %s", machine.log);
	start(HULL_EMUL_64);
	ctx.regs[AX] = ~0UL;
	tap_ok(RUN("\x48\xed") == HULL_EMUL_DONE && ctx.regs[AX] == 0x03020100,
	       "no port has 64 bits");

	start(HULL_EMUL_32);
	ctx.cpl = 3;
	ctx.rflags |= 2 << 12;
	tap_ok(FAULTS("\xe4\x60", GP, true), "CPL above IOPL: #GP");
	ctx.rflags |= 3 << 12;
	tap_ok(RUN("\xe4\x60") == HULL_EMUL_DONE, "IOPL is enough");
	start(HULL_EMUL_32);
	ctx.seg[ES].type = 1;
	tap_ok(FAULTS("\x6d", GP, true), "INS asks the segment before the device");

	start(HULL_EMUL_32);
	ctx.regs[DX] = 0x1f0;
	ctx.regs[CX] = 3;
	ctx.regs[DI] = 0x10;
	tap_ok(RUN("\xf3\x66\x6d") == HULL_EMUL_DONE && ctx.regs[DI] == 0x16 && !ctx.regs[CX] &&
	       !memcmp(memory + 0x10, "\0\1\2\3\4\5\0", 7), "rep insw");
	ctx.regs[SI] = 0x10;
	ctx.regs[CX] = 2;
	machine.logged = 0;
	tap_ok(RUN("\xf3\x6e") == HULL_EMUL_DONE && ctx.regs[SI] == 0x12 &&
	       !strcmp(machine.log, "r100010/1 o0:1f0/1 r100011/1 o1:1f0/1 "), "rep outsb");
}

static void test_rep(void)
{
	unsigned int calls = 1;

	start(HULL_EMUL_64);
	ctx.regs[CX] = 200;
	ctx.regs[DI] = BASE;
	ctx.regs[AX] = 0xee;
	tap_ok(RUN("\xf3\xaa") == HULL_EMUL_AGAIN && ctx.regs[CX] == 136 &&
	       ctx.rip == machine.code_base && memory[63] == 0xee && !memory[64], "64 at a time");
	while (hull_emul_insn(&ctx) == HULL_EMUL_AGAIN)
		calls++;
	tap_ok(calls == 3 && ctx.regs[CX] == 0 && ctx.rip == machine.code_base + 2 &&
	       memory[199] == 0xee && !memory[200], "to the end");
	start(HULL_EMUL_64);
	ctx.regs[CX] = 20;
	ctx.regs[DI] = BASE + 4096 - 8;
	tap_ok(RUN("\xf3\xaa") == HULL_EMUL_AGAIN && ctx.regs[DI] == BASE + 4096,
	       "a page at a time");
	start(HULL_EMUL_64);
	tap_ok(RUN("\xf3\xaa") == HULL_EMUL_DONE && !machine.accesses &&
	       ctx.rip == machine.code_base + 2, "none if RCX is 0");
	ctx.regs[CX] = 0x700000000;
	tap_ok(RUN("\x67\xf3\xaa") == HULL_EMUL_DONE && !machine.accesses, "or ECX");
	start(HULL_EMUL_64);
	ctx.regs[CX] = 10;
	ctx.regs[DI] = BASE;
	memory[3] = 1;
	tap_ok(RUN("\xf3\xae") == HULL_EMUL_DONE && ctx.regs[CX] == 6 && !(ctx.rflags & 0x40),
	       "repe scasb ends at the difference");
	start(HULL_EMUL_64);
	ctx.regs[CX] = 10;
	ctx.regs[DI] = BASE;
	machine.fail_at = 5;
	machine.fail_with = -EPERM;
	tap_ok(RUN("\xf3\xaa") == HULL_EMUL_AGAIN && ctx.regs[CX] == 6 && ctx.regs[DI] == BASE + 4,
	       "a fault keeps what was done before it");
	machine.accesses = 0;
	machine.fail_at = 1;
	tap_ok(hull_emul_insn(&ctx) == HULL_EMUL_FAULT && ctx.regs[CX] == 6,
	       "and shows at the next call");
}

/* Instructions with one to three accesses; SI, DI and BX point into memory, SP too. */
static const struct { const char *name, *bytes; size_t len; } waits[] = {
#define W(name, bytes) { name, bytes, sizeof(bytes) - 1 }
	W("mov eax, [rbx]", "\x8b\x03"), W("mov [rbx], rax", "\x48\x89\x03"),
	W("add [rbx], eax", "\x01\x03"), W("lock xadd [rbx], eax", "\xf0\x0f\xc1\x03"),
	W("xchg [rbx], al", "\x86\x03"), W("lock cmpxchg [rbx], ecx", "\xf0\x0f\xb1\x0b"),
	W("push qword [rbx]", "\xff\x33"), W("pop qword [rbx]", "\x8f\x03"),
	W("movsq", "\x48\xa5"), W("cmpsb", "\xa6"), W("rep movsd", "\xf3\xa5"),
	W("insd", "\x6d"), W("outsw", "\x66\x6f"), W("in al, dx", "\xec"), W("out dx, eax", "\xef"),
	W("bts [rbx], eax", "\x0f\xab\x03"), W("not byte [rbx]", "\xf6\x13"),
};

static void start_wait(void)
{
	unsigned int i;

	start(HULL_EMUL_64);
	for (i = 0; i < SIZE; i++)
		memory[i] = i * 7;
	ctx.regs[AX] = 0x123;
	ctx.regs[BX] = BASE + 0x1000;
	ctx.regs[SI] = BASE + 0x2000;
	ctx.regs[DI] = BASE + 0x3000;
	ctx.regs[SP] = BASE + 0x800;
	ctx.regs[CX] = 1;
}

static bool unchanged(const struct hull_emul *before)
{
	return !memcmp(before->regs, ctx.regs, sizeof(ctx.regs)) && before->rip == ctx.rip &&
	       before->rflags == ctx.rflags;
}

/* Fail access @n with @err; the instruction then runs to its end as if nothing had been. */
static bool wait_at(unsigned int i, unsigned int n, int err, const struct hull_emul *after,
		    const u8 *memory_after)
{
	enum hull_emul_result want = err == -EAGAIN ? HULL_EMUL_USER :
				     err == -EPERM ? HULL_EMUL_FAULT : HULL_EMUL_UNKNOWN;
	struct hull_emul before;
	char log[MACHINE_LOG];

	start_wait();
	before = ctx;
	machine.fail_at = n;
	machine.fail_with = err;
	if (run(waits[i].bytes, waits[i].len) != want || !unchanged(&before))
		return false;
	memcpy(log, machine.log, sizeof(log));
	log[machine.logged] = '\0';
	machine.logged = 0;
	machine.accesses = 0;
	machine.port_data = 0;
	machine.fail_at = 0;
	if (hull_emul_insn(&ctx) != HULL_EMUL_DONE || strncmp(log, machine.log, strlen(log)))
		return false;
	return !memcmp(after->regs, ctx.regs, sizeof(ctx.regs)) && after->rip == ctx.rip &&
	       after->rflags == ctx.rflags && !memcmp(memory, memory_after, SIZE);
}

static void test_waits(void)
{
	static u8 memory_after[SIZE];
	unsigned int i, n, accesses, bad;

	for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		struct hull_emul after;

		start_wait();
		bad = run(waits[i].bytes, waits[i].len) != HULL_EMUL_DONE;
		after = ctx;
		memcpy(memory_after, memory, SIZE);
		accesses = machine.accesses;
		for (n = 1; n <= accesses; n++) {
			bad += !wait_at(i, n, -EAGAIN, &after, memory_after);
			bad += !wait_at(i, n, -EPERM, &after, memory_after);
			bad += !wait_at(i, n, -EFAULT, &after, memory_after);
		}
		tap_ok(!bad, "%s: %u accesses, each may wait or fail", waits[i].name, accesses);
	}
}

int main(void)
{
	tap_plan(72);
	test_real();
	test_segments();
	test_64();
	test_decode();
	test_ports();
	test_rep();
	test_waits();
	return tap_end();
}
