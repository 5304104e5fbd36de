/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that processes answer. A handler is an open file; it claims numbers of one VM
 * until the file is closed or the VM ends. Requests and replies go through memory that
 * both sides map; of what the process writes there nothing is believed.
 *
 * Lock order: claims_lock > handler->lock. A vCPU waits on vcpu->wait, holding neither.
 */
#ifndef HULL_HYPERCALL_CLAIM_H
#define HULL_HYPERCALL_CLAIM_H

#include <linux/bitmap.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <hypercall/calls.h>

/* Numbers that can be claimed: offsets from HULL_HYPERCALL_BASE. */
#define HULL_CLAIM_FIRST	(HULL_HYPERCALL_USER - HULL_HYPERCALL_BASE)
#define HULL_CLAIM_NUMBERS	HULL_HYPERCALL_RANGE

/*
 * A copy of the caller's memory that the process asked for: the vCPU's own thread does
 * it. Both hold it, so that neither needs to wait for the other to let go.
 */
struct hull_handler_op {
	refcount_t ref;
	bool write;			/* [I] */
	bool done;			/* set last, by whoever took it out of its slot */
	int ret;
	u32 bytes;			/* [I] */
	u64 address;			/* [I] */
	u8 data[];
};

/* One request under way. Everything is under handler->lock; the vCPU peeks at @done, @op. */
struct hull_handler_slot {
	u64 id;				/* never used twice */
	struct hull_vcpu *vcpu;		/* who waits; alive until it frees the slot */
	unsigned long deadline;		/* jiffies */
	long result;
	bool done;
	struct hull_handler_op *op;
};

struct hull_handler {
	refcount_t ref;				/* file, list, each call */
	struct rcu_head rcu;
	struct hull_record *record;		/* [I] a reference */
	struct list_head node;			/* claims_lock; empty: claims nothing any more */
	struct hull_claims *claims;		/* claims_lock; of the VM while it runs */
	u32 first, last;			/* [I] offsets from HULL_HYPERCALL_BASE */
	u32 entries;				/* [I] power of two */
	unsigned long timeout;			/* [I] jiffies */
	char name[HULL_HANDLER_NAME_MAX + 1];	/* [I] */

	struct page **pages;			/* [I] */
	u32 pages_n;				/* [I] */
	struct hull_handler_ring *ring;		/* [I] shared: written, never believed */
	struct hull_handler_request *requests;	/* [I] likewise */
	struct hull_handler_reply *replies;	/* [I] likewise */

	wait_queue_head_t wait;			/* the process: requests, the end */
	wait_queue_head_t op_wait;		/* likewise: copies */
	struct delayed_work watchdog;		/* ends what took too long */

	spinlock_t lock;			/* what follows */
	bool ended;				/* also read without it */
	bool watched;				/* the watchdog is queued */
	u32 request_tail, reply_head;
	u32 late, sleepers;
	u64 sequence;
	DECLARE_BITMAP(free, HULL_HANDLER_ENTRIES_MAX);
	struct hull_handler_slot slots[];
};

/* claim.c: whose number is it? */
int hull_claims_create(struct hull_vm_calls *calls);
void hull_claims_destroy(struct hull_vm_calls *calls);
/** hull_claims_delete - @record will never run (again): its handlers end; may sleep */
void hull_claims_delete(struct hull_record *record);

/** hull_claim_call - handler of every number of the range: -ENOSYS where nobody claims it */
long hull_claim_call(struct hull_call *call);
/** hull_claim_name - what the process that claims @number calls itself; copies */
bool hull_claim_name(struct hull_record *record, u32 number, char *name, size_t size);

/** hull_claim_add - Return: 0, -EBUSY: somebody has one of these numbers, -ENOENT: VM deleted */
int hull_claim_add(struct hull_handler *handler);
/** hull_claim_remove - nobody finds it any more; drops the list's reference. May be repeated */
void hull_claim_remove(struct hull_handler *handler);

/* handler.c: requests, replies */

/** hull_handler_ask - a request for a call. Return: its slot; ERR_PTR(-EBUSY, -ESHUTDOWN) */
struct hull_handler_slot *hull_handler_ask(struct hull_handler *handler,
					   const struct hull_call *call);
/**
 * hull_handler_answer - sleep until the slot has an answer
 * @result: out
 *
 * Context: the vCPU's thread, loaded. Return: true: the slot is free again; false: a
 * signal came first.
 */
bool hull_handler_answer(struct hull_handler *handler, struct hull_handler_slot *slot,
			 struct hull_vcpu *vcpu, long *result);
/** hull_handler_forget - nobody waits for the answer any more */
void hull_handler_forget(struct hull_handler *handler, struct hull_handler_slot *slot);
/** hull_handler_end - no more requests; those under way get @error */
void hull_handler_end(struct hull_handler *handler, int error);
/** hull_handler_replies - take what the process has written. Return: how many, -EINVAL */
int hull_handler_replies(struct hull_handler *handler);
/** hull_handler_waiting - requests that the process has not taken */
u32 hull_handler_waiting(const struct hull_handler *handler);
/** hull_handler_op_start - have the vCPU of request @id do @op. Return: 0, -ESTALE, -EBUSY */
int hull_handler_op_start(struct hull_handler *handler, u64 id, struct hull_handler_op *op);
/** hull_handler_op_cancel - the process does not wait for it any more */
void hull_handler_op_cancel(struct hull_handler *handler, u64 id, struct hull_handler_op *op);
void hull_handler_op_put(struct hull_handler_op *op);
void hull_handler_watch(struct work_struct *work);

/* handler_file.c: the process's side */

/**
 * hull_handler_open - HULL_HANDLER_OPEN, for a VM that runs or will run
 *
 * Return: a descriptor; -EINVAL, -EBUSY, -ENOMEM, ...
 */
int hull_handler_open(struct hull_record *record, const struct hull_handler_open *args);
void hull_handler_put(struct hull_handler *handler);

#endif
