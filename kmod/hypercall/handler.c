// SPDX-License-Identifier: GPL-2.0-only
/* Requests to a process and its replies: slots, the two rings, the time limit. */

#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/rcuwait.h>
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <compat/run_page.h>
#include <hypercall/claim.h>

/* The low bits of a request's id are its slot's index. */
#define ID_INDEX_BITS	8
static_assert(HULL_HANDLER_ENTRIES_MAX == 1 << ID_INDEX_BITS);

/* How long a caller waits for a process that polls before it sleeps. */
#define SPIN_NS		(50 * NSEC_PER_USEC)

/* ---- copies of the caller's memory -------------------------------------------- */

void hull_handler_op_put(struct hull_handler_op *op)
{
	if (refcount_dec_and_test(&op->ref))
		kfree(op);
}

static struct hull_handler_op *op_take(struct hull_handler *handler,
				       struct hull_handler_slot *slot)
{
	struct hull_handler_op *op = slot->op;

	lockdep_assert_held(&handler->lock);
	WRITE_ONCE(slot->op, NULL);
	return op;
}

static void op_finish(struct hull_handler *handler, struct hull_handler_op *op, int ret)
{
	op->ret = ret;
	/* pairs with the acquire of the process that waits for it */
	smp_store_release(&op->done, true);
	wake_up_interruptible(&handler->op_wait);
	hull_handler_op_put(op);
}

/* In the vCPU's thread: what user memory the VMM has there may take its time. */
static void op_do(struct hull_handler *handler, struct hull_handler_slot *slot,
		  struct hull_vcpu *vcpu)
{
	struct hull_call call = { .vm = vcpu->vm, .vcpu = vcpu };
	struct hull_handler_op *op;
	int ret;

	spin_lock(&handler->lock);
	op = op_take(handler, slot);
	spin_unlock(&handler->lock);
	if (!op)
		return;
	ret = op->write ? hull_call_write(&call, op->address, op->data, op->bytes) :
			  hull_call_read(&call, op->address, op->data, op->bytes);
	op_finish(handler, op, ret);
}

/* ---- slots ------------------------------------------------------------------- */

static void slot_finish(struct hull_handler *handler, struct hull_handler_slot *slot, long result)
{
	struct hull_handler_op *op = op_take(handler, slot);

	if (op)
		op_finish(handler, op, -ESTALE);
	slot->result = result;
	/* pairs with the acquire in slot_news() */
	smp_store_release(&slot->done, true);
	rcuwait_wake_up(&slot->vcpu->wait);
}

static void slot_free(struct hull_handler *handler, struct hull_handler_slot *slot)
{
	struct hull_handler_op *op = op_take(handler, slot);

	if (op)
		op_finish(handler, op, -ESTALE);
	slot->vcpu = NULL;
	__set_bit(slot - handler->slots, handler->free);
}

/* The slot of a request that still waits, or NULL: @id is what a process says. */
static struct hull_handler_slot *slot_find(struct hull_handler *handler, u64 id)
{
	u32 index = id & (BIT(ID_INDEX_BITS) - 1);
	struct hull_handler_slot *slot;

	lockdep_assert_held(&handler->lock);
	if (index >= handler->entries)
		return NULL;
	slot = &handler->slots[array_index_nospec(index, handler->entries)];
	return slot->vcpu && slot->id == id && !slot->done ? slot : NULL;
}

/* ---- the time limit ------------------------------------------------------------ */

/* One timer a handler, not one a call: a call only has to see that it is there. */
static void watch(struct hull_handler *handler)
{
	lockdep_assert_held(&handler->lock);
	if (likely(handler->watched))
		return;
	handler->watched = true;
	schedule_delayed_work(&handler->watchdog, max(handler->timeout / 4, 1UL));
}

void hull_handler_watch(struct work_struct *work)
{
	struct hull_handler *handler = container_of(to_delayed_work(work), struct hull_handler,
						    watchdog);
	struct hull_handler_slot *slot;
	bool busy = false;
	u32 i;

	spin_lock(&handler->lock);
	for (i = 0; i < handler->entries; i++) {
		slot = &handler->slots[i];
		if (!slot->vcpu || slot->done)
			continue;
		if (time_after_eq(jiffies, slot->deadline))
			slot_finish(handler, slot, -ETIMEDOUT);
		else
			busy = true;
	}
	handler->watched = false;
	if (busy && !handler->ended)
		watch(handler);
	spin_unlock(&handler->lock);
}

/* ---- the vCPU's side ------------------------------------------------------------ */

static void request_write(struct hull_handler *handler, const struct hull_call *call, u64 id)
{
	const struct hull_handler_request request = {
		.id = id,
		.number = HULL_HYPERCALL_BASE + call->number,
		.vcpu = call->vcpu->id,
		.arg = { call->arg[0], call->arg[1], call->arg[2], call->arg[3] },
		.cpl = call->cpl,
	};

	handler->requests[handler->request_tail & (handler->entries - 1)] = request;
	/* The process sees the request before the index that counts it. */
	smp_store_release(&handler->ring->request_tail, ++handler->request_tail);
}

static struct hull_handler_slot *ask(struct hull_handler *handler, const struct hull_call *call)
{
	struct hull_handler_slot *slot;
	unsigned long index;

	lockdep_assert_held(&handler->lock);
	if (handler->ended)
		return ERR_PTR(-ESHUTDOWN);
	/* Requests that timed out untaken are in the ring still, though not in slots. */
	if (hull_handler_waiting(handler) >= handler->entries)
		return ERR_PTR(-EBUSY);
	index = find_first_bit(handler->free, handler->entries);
	if (index >= handler->entries)
		return ERR_PTR(-EBUSY);
	__clear_bit(index, handler->free);
	slot = &handler->slots[index];
	slot->id = ++handler->sequence << ID_INDEX_BITS | index;
	slot->vcpu = call->vcpu;
	slot->deadline = jiffies + handler->timeout;
	slot->done = false;
	request_write(handler, call, slot->id);
	watch(handler);
	return slot;
}

struct hull_handler_slot *hull_handler_ask(struct hull_handler *handler,
					   const struct hull_call *call)
{
	struct hull_handler_slot *slot;

	spin_lock(&handler->lock);
	slot = ask(handler, call);
	spin_unlock(&handler->lock);
	/* This thread is about to sleep: the process may as well run here. */
	if (!IS_ERR(slot) && wq_has_sleeper(&handler->wait))
		wake_up_interruptible_sync_poll(&handler->wait, EPOLLIN | EPOLLRDNORM);
	return slot;
}

enum slot_news { SLOT_NOTHING, SLOT_OP, SLOT_DONE, SLOT_LEAVE };

static enum slot_news slot_news(struct hull_handler_slot *slot, struct hull_vcpu *vcpu)
{
	/* pairs with slot_finish() */
	if (smp_load_acquire(&slot->done))
		return SLOT_DONE;
	if (READ_ONCE(slot->op))
		return SLOT_OP;
	if (signal_pending(current) || hull_run_immediate_exit(vcpu->run))
		return SLOT_LEAVE;
	return READ_ONCE(vcpu->vm->dead) ? SLOT_DONE : SLOT_NOTHING;
}

/*
 * A process on another CPU that watches the ring answers sooner than this thread could
 * go to sleep and come back.
 */
static enum slot_news slot_spin(struct hull_handler *handler, struct hull_handler_slot *slot,
				struct hull_vcpu *vcpu)
{
	u64 end = local_clock() + SPIN_NS;
	enum slot_news news;

	do {
		if (READ_ONCE(handler->ring->reply_tail) != READ_ONCE(handler->reply_head))
			hull_handler_replies(handler);
		news = slot_news(slot, vcpu);
		if (news != SLOT_NOTHING)
			break;
		cpu_relax();
	} while (!need_resched() && local_clock() < end);
	return news;
}

static void sleepers_add(struct hull_handler *handler, int n)
{
	spin_lock(&handler->lock);
	handler->sleepers += n;
	WRITE_ONCE(handler->ring->sleepers, handler->sleepers);
	spin_unlock(&handler->lock);
}

/* Kicks wake it as well as the answer: a kill of the VM is one. */
static enum slot_news slot_sleep(struct hull_handler_slot *slot, struct hull_vcpu *vcpu)
{
	enum slot_news news;

	prepare_to_rcuwait(&vcpu->wait);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		news = slot_news(slot, vcpu);
		if (news != SLOT_NOTHING)
			break;
		schedule();
	}
	finish_rcuwait(&vcpu->wait);
	return news;
}

static enum slot_news slot_wait(struct hull_handler *handler, struct hull_handler_slot *slot,
				struct hull_vcpu *vcpu)
{
	enum slot_news news = SLOT_NOTHING;

	if (READ_ONCE(handler->ring->polling))
		news = slot_spin(handler, slot, vcpu);
	if (news != SLOT_NOTHING)
		return news;
	sleepers_add(handler, 1);
	/* The process replies, then looks for sleepers; this is the other way round. */
	smp_mb();
	hull_handler_replies(handler);
	news = slot_sleep(slot, vcpu);
	sleepers_add(handler, -1);
	return news;
}

bool hull_handler_answer(struct hull_handler *handler, struct hull_handler_slot *slot,
			 struct hull_vcpu *vcpu, long *result)
{
	enum slot_news news;

	for (;;) {
		news = slot_wait(handler, slot, vcpu);
		if (news == SLOT_LEAVE)
			return false;
		if (news == SLOT_DONE)
			break;
		op_do(handler, slot, vcpu);
	}
	spin_lock(&handler->lock);
	/* Of a VM that was killed nobody reads it. */
	*result = slot->done ? slot->result : -ESHUTDOWN;
	slot_free(handler, slot);
	spin_unlock(&handler->lock);
	return true;
}

void hull_handler_forget(struct hull_handler *handler, struct hull_handler_slot *slot)
{
	spin_lock(&handler->lock);
	slot_free(handler, slot);
	spin_unlock(&handler->lock);
}

/* ---- the process's side ----------------------------------------------------------- */

u32 hull_handler_waiting(const struct hull_handler *handler)
{
	/* A head that makes no sense makes a number above all entries: a full ring. */
	return READ_ONCE(handler->request_tail) - READ_ONCE(handler->ring->request_head);
}

static void reply_take(struct hull_handler *handler, const struct hull_handler_reply *shared)
{
	u64 id = READ_ONCE(shared->id);
	s64 result = READ_ONCE(shared->result);
	struct hull_handler_slot *slot = slot_find(handler, id);

	if (slot)
		slot_finish(handler, slot, hull_call_result(result));
	else
		WRITE_ONCE(handler->ring->late, ++handler->late);
}

int hull_handler_replies(struct hull_handler *handler)
{
	u32 tail, n, i;

	/* pairs with the process's store after it wrote the replies */
	tail = smp_load_acquire(&handler->ring->reply_tail);
	spin_lock(&handler->lock);
	n = tail - handler->reply_head;
	/* Another thread may have taken these already, and more. */
	if ((s32)n <= 0)
		n = 0;
	if (n > handler->entries) {
		spin_unlock(&handler->lock);
		return -EINVAL;
	}
	for (i = 0; i < n; i++, handler->reply_head++)
		reply_take(handler,
			   &handler->replies[handler->reply_head & (handler->entries - 1)]);
	WRITE_ONCE(handler->ring->reply_head, handler->reply_head);
	spin_unlock(&handler->lock);
	return n;
}

void hull_handler_end(struct hull_handler *handler, int error)
{
	u32 i;

	spin_lock(&handler->lock);
	WRITE_ONCE(handler->ended, true);
	for (i = 0; i < handler->entries; i++)
		if (handler->slots[i].vcpu && !handler->slots[i].done)
			slot_finish(handler, &handler->slots[i], error);
	spin_unlock(&handler->lock);
	wake_up_all(&handler->wait);
}

int hull_handler_op_start(struct hull_handler *handler, u64 id, struct hull_handler_op *op)
{
	struct hull_handler_slot *slot;
	int ret = -ESTALE;

	spin_lock(&handler->lock);
	slot = slot_find(handler, id);
	if (slot) {
		ret = slot->op ? -EBUSY : 0;
		if (!ret) {
			refcount_inc(&op->ref);
			WRITE_ONCE(slot->op, op);
			rcuwait_wake_up(&slot->vcpu->wait);
		}
	}
	spin_unlock(&handler->lock);
	return ret;
}

void hull_handler_op_cancel(struct hull_handler *handler, u64 id, struct hull_handler_op *op)
{
	struct hull_handler_slot *slot;

	spin_lock(&handler->lock);
	slot = slot_find(handler, id);
	if (slot && slot->op == op)
		op_finish(handler, op_take(handler, slot), -EINTR);
	spin_unlock(&handler->lock);
}
