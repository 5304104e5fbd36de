/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What handlers of the extra hypercalls see: a call, guest memory, and what a VM keeps
 * for them.
 *
 * A handler is a row of hull/hypercalls.def and a function. It returns what the guest
 * finds in rax: 0 or more, or a negative errno.
 */
#ifndef HULL_HYPERCALL_CALLS_H
#define HULL_HYPERCALL_CALLS_H

#include <linux/err.h>
#include <core/vm.h>
#include <hull/hypercall.h>

struct hull_call_row;

/**
 * struct hull_call - one call
 * @vm: whose
 * @vcpu: who called, loaded; NULL for a call from a ring, which a worker executes
 * @row: who answers
 * @denied: by hull_call_perform(): refused by privilege level or policy
 * @vm_id, @vcpu_id: as users know them
 * @number: offset from HULL_HYPERCALL_BASE, below HULL_HYPERCALL_NUMBERS
 * @cpl: 0 to 3; 0 for a call from a ring
 * @bytes: bytes moved to or from the guest; the handler adds, statistics count it
 * @arg: rbx, rcx, rdx, rsi; cut to 32 bits outside 64-bit mode
 * @module: from @vm_id on: what handlers in other modules see
 *
 * A FAST handler without arguments finds @vm, @vcpu and @number alone, and calls nothing
 * that could be probed or fault.
 */
struct hull_call {
	struct hull_vm *vm;
	struct hull_vcpu *vcpu;
	const struct hull_call_row *row;
	bool denied;
	union {
		struct {
			u32 vm_id;
			u32 vcpu_id;
			u32 number;
			u32 cpl;
			u64 bytes;
			u64 arg[4];
		};
		struct hull_hypercall module;
	};
};

static_assert(offsetof(struct hull_call, number) == offsetof(struct hull_call, module.number));
static_assert(offsetof(struct hull_call, cpl) == offsetof(struct hull_call, module.cpl));
static_assert(offsetof(struct hull_call, bytes) == offsetof(struct hull_call, module.bytes));
static_assert(offsetof(struct hull_call, arg) == offsetof(struct hull_call, module.arg));

/*
 * A handler's answer when userspace has to complete the call: the run page and
 * vcpu->pending->complete are filled, and rax is set by the latter. Only with a vCPU,
 * and not from a multicall (@vcpu of its entries' calls is set, so see there).
 */
#define HULL_CALL_USER		LONG_MIN
/* Likewise when a signal came while it slept: KVM_RUN returns -EINTR, a later one goes on. */
#define HULL_CALL_SIGNAL	(LONG_MIN + 1)

/* A brief handler's answer when it has done nothing: ask the one that may sleep. */
#define HULL_CALL_SLOW		(LONG_MIN + 2)

/* What others answer, in modules or processes, is a result or an errno, and none of these. */
static __always_inline long hull_call_result(s64 result)
{
	return unlikely(result < -MAX_ERRNO) ? -EIO : result;
}

/**
 * hull_call_read - copy from the caller's memory
 * @address: linear, read with the caller's rights; from a ring guest-physical
 *
 * Crosses pages and slots. Nothing is promised about @buf on failure.
 * Context: may sleep. Return: 0, -EFAULT.
 */
int hull_call_read(struct hull_call *call, u64 address, void *buf, size_t bytes);
/** hull_call_write - likewise to the caller's memory, which must be writable for it */
int hull_call_write(struct hull_call *call, u64 address, const void *buf, size_t bytes);

/**
 * hull_call_ring - a call that no vCPU makes: policy, handler, statistics
 * @call: vm, number, arg; the rest zero
 *
 * Context: process context, may sleep. Return: what the guest gets.
 */
long hull_call_ring(struct hull_call *call);
/**
 * hull_call_nested - likewise one of the calls of a multicall
 * @call: vm, vcpu, number, cpl, arg; the rest zero
 * @stamp: the host's TSC when the previous one ended; out: when this one did
 *
 * Context: the vCPU's thread, loaded, may sleep. Return: what the guest gets.
 */
long hull_call_nested(struct hull_call *call, u64 *stamp);

#define HULL_HYPERCALL_ROW(number, NAME, id, arguments, mode, cpl) \
	long hull_hc_##id(struct hull_call *call);
#include <hull/hypercalls.def>
#undef HULL_HYPERCALL_ROW
long hull_hc_multicall_brief(struct hull_call *call);

/**
 * struct hull_vm_calls - what a running VM keeps for its calls, vm->calls
 *
 * Each family of calls has one pointer here, set by its row of vm_parts in vm_calls.c
 * before the first vCPU exists, and taken away after the last one is gone.
 */
struct hull_vm_calls {
	struct hull_vm *vm;			/* [I] */
	struct hull_vm_sites *sites;		/* [I] site.h */
	struct hull_rings *rings;		/* [I] ring.h */
	struct hull_claims *claims;		/* [I] claim.c */
	struct hull_domain *domain;		/* [I] domain.h */
	struct hull_events *events;		/* [I] event_private.h */
	struct hull_shares *shares;		/* [I] share_private.h */
};

#endif
