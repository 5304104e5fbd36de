/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small instruction emulator for accesses that have no memory behind them.
 *
 * It decodes the integer instructions by which software reaches device memory and
 * string I/O, in 16-, 32- and 64-bit code. It is pure: all state comes and goes by
 * the context, so that it is built, tested and fuzzed in userland as well.
 */
#ifndef HULL_RUN_EMUL_H
#define HULL_RUN_EMUL_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/types.h>
typedef __u8 u8; typedef __u16 u16; typedef __u32 u32; typedef __u64 u64; typedef __s64 s64;
#endif

#define HULL_INSN_MAX	15

/* what became of it */
enum hull_emul_result {
	HULL_EMUL_DONE,		/* executed, rip and registers advanced */
	HULL_EMUL_AGAIN,	/* iterations of REP done, rip unchanged: enter again or go on */
	HULL_EMUL_USER,		/* an access went to userspace: complete, then call again */
	HULL_EMUL_FAULT,	/* ctx->fault_* is to be injected */
	HULL_EMUL_UNKNOWN,	/* an instruction it does not know */
};

enum hull_emul_mode { HULL_EMUL_REAL, HULL_EMUL_16, HULL_EMUL_32, HULL_EMUL_64 };

struct hull_emul;

/**
 * struct hull_emul_ops - the outside world of the emulator
 * @read: linear address to buffer. 0; -EPERM: fault, ctx->fault_* filled by the callee;
 *	-EAGAIN: userspace must provide it, the same call will be made again with the
 *	answer ready; -EFAULT: give up
 * @write: the same, other direction
 * @fetch: instruction bytes at a linear address, the same returns
 * @in: port input of @size 1, 2, 4 bytes; @out: port output; returns as read
 *
 * An instruction that ended in HULL_EMUL_USER is begun anew, and all its accesses are
 * made again in the same order: the callee keeps the answers of those that have side
 * effects until the result is another one. A request to userspace counts only if the
 * result is HULL_EMUL_USER: an iteration of REP that is not the first of its call is
 * given up at -EAGAIN and -EPERM, with the result HULL_EMUL_AGAIN.
 */
struct hull_emul_ops {
	int (*read)(struct hull_emul *ctx, u64 linear, void *buf, unsigned int size);
	int (*write)(struct hull_emul *ctx, u64 linear, const void *buf, unsigned int size);
	int (*fetch)(struct hull_emul *ctx, u64 linear, void *buf, unsigned int size);
	int (*in)(struct hull_emul *ctx, u16 port, void *buf, unsigned int size);
	int (*out)(struct hull_emul *ctx, u16 port, const void *buf, unsigned int size);
};

struct hull_emul_segment {
	u64 base;
	u32 limit;
	u8 type;	/* descriptor type: code/data, writable, expand-down */
	bool usable;
	bool db;	/* D/B: of SS the stack is 32 bits wide; upper bound of expand-down */
};

/**
 * struct hull_emul - one instruction's execution
 *
 * @regs is in the order of enum hull_reg (rax rcx rdx rbx rsp rbp rsi rdi r8..r15).
 * Registers, rip and rflags are changed only when the result is DONE or AGAIN.
 * Segment limits are checked outside 64-bit mode (#GP/#SS), canonical addresses in it.
 * Port I/O with CPL above IOPL is #GP: permission bitmaps are not looked at.
 */
struct hull_emul {
	const struct hull_emul_ops *ops;
	void *opaque;
	enum hull_emul_mode mode;
	unsigned int cpl;
	unsigned long regs[16];
	unsigned long rip;
	unsigned long rflags;
	struct hull_emul_segment seg[6];	/* ES CS SS DS FS GS */

	/*
	 * @last: for the callee: nothing of the instruction follows this access.
	 * @kept: for the caller: begun anew, with the bytes that it began with.
	 */
	bool last, kept;

	/* result of HULL_EMUL_FAULT */
	u8 fault_vector;
	bool fault_has_error;
	u32 fault_error;
	u64 fault_address;			/* CR2 for #PF */

	/* decoding state, private */
	struct {
		u8 bytes[HULL_INSN_MAX];
		u8 len, have;
	} insn;
};

/**
 * hull_emul_insn - decode and execute the instruction at cs:rip
 *
 * Known: MOV (r/m,r; r,r/m; moffs; imm), MOVZX, MOVSX, MOVSXD, MOVBE-less; MOVS, STOS, LODS, CMPS,
 * SCAS with REP; ADD OR ADC SBB AND SUB XOR CMP TEST (r/m forms), NOT, NEG, INC, DEC, XCHG,
 * CMPXCHG, XADD, BT BTS BTR BTC, PUSH/POP r/m, INS, OUTS, IN, OUT; LOCK accepted where legal.
 * SSE MOVUPS/MOVDQA class moves are HULL_EMUL_UNKNOWN.
 */
enum hull_emul_result hull_emul_insn(struct hull_emul *ctx);

#endif
