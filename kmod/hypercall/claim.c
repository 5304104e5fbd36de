// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which process answers which number of which VM. A handler may come before its VM
 * runs: it is found when the VM starts. It ends with the VM's run, or with a VM that is
 * deleted before it runs.
 */

#include <linux/nospec.h>
#include <linux/slab.h>
#include <hypercall/claim.h>
#include <run/pending.h>
#include <run/run.h>

/* A call whose vCPU left for userspace because of a signal, before it was answered. */
struct parked {
	struct hull_handler *handler;
	struct hull_handler_slot *slot;
};

/**
 * struct hull_claims - of a VM that runs
 * @node: claims_lock
 * @record: borrowed from the VM
 * @handlers: by number from HULL_CLAIM_FIRST; written under claims_lock
 * @parked: by index of the vCPU, [v]
 */
struct hull_claims {
	struct list_head node;
	struct hull_record *record;
	struct hull_handler __rcu *handlers[HULL_CLAIM_NUMBERS];
	struct parked parked[HULL_VCPUS_MAX];
};

static DEFINE_MUTEX(claims_lock);
static LIST_HEAD(all_handlers);		/* claims_lock */
static LIST_HEAD(all_claims);		/* claims_lock */

/* ---- who has what ----------------------------------------------------------- */

static void numbers_set(struct hull_claims *claims, struct hull_handler *handler,
			struct hull_handler *value)
{
	u32 n;

	lockdep_assert_held(&claims_lock);
	for (n = handler->first; n <= handler->last; n++)
		rcu_assign_pointer(claims->handlers[n - HULL_CLAIM_FIRST], value);
}

static void claims_adopt(struct hull_claims *claims, struct hull_handler *handler)
{
	handler->claims = claims;
	numbers_set(claims, handler, handler);
}

int hull_claim_add(struct hull_handler *handler)
{
	struct hull_handler *other;
	struct hull_claims *claims;
	int ret = -EBUSY;

	mutex_lock(&claims_lock);
	/* Of one that is deleted from now on, hull_claims_delete() ends what was added. */
	if (READ_ONCE(handler->record->deleted)) {
		ret = -ENOENT;
		goto out_unlock;
	}
	list_for_each_entry(other, &all_handlers, node)
		if (other->record == handler->record && other->first <= handler->last &&
		    handler->first <= other->last)
			goto out_unlock;
	refcount_inc(&handler->ref);
	list_add_tail(&handler->node, &all_handlers);
	/* The oldest: a second VMM that tries to start the VM is about to be refused. */
	list_for_each_entry(claims, &all_claims, node) {
		if (claims->record != handler->record)
			continue;
		claims_adopt(claims, handler);
		break;
	}
	ret = 0;
out_unlock:
	mutex_unlock(&claims_lock);
	return ret;
}

static void claim_remove(struct hull_handler *handler)
{
	lockdep_assert_held(&claims_lock);
	if (list_empty(&handler->node))
		return;
	list_del_init(&handler->node);
	if (handler->claims)
		numbers_set(handler->claims, handler, NULL);
	handler->claims = NULL;
	hull_handler_put(handler);
}

void hull_claim_remove(struct hull_handler *handler)
{
	mutex_lock(&claims_lock);
	claim_remove(handler);
	mutex_unlock(&claims_lock);
}

bool hull_claim_name(struct hull_record *record, u32 number, char *name, size_t size)
{
	struct hull_handler *handler;
	bool found = false;

	mutex_lock(&claims_lock);
	list_for_each_entry(handler, &all_handlers, node) {
		if (handler->record != record || number < handler->first ||
		    number > handler->last)
			continue;
		strscpy(name, handler->name, size);
		found = true;
		break;
	}
	mutex_unlock(&claims_lock);
	return found;
}

/* ---- a VM comes and goes ---------------------------------------------------- */

int hull_claims_create(struct hull_vm_calls *calls)
{
	struct hull_claims *claims = kzalloc(sizeof(*claims), GFP_KERNEL_ACCOUNT);
	struct hull_handler *handler;

	if (!claims)
		return -ENOMEM;
	claims->record = calls->vm->record;
	calls->claims = claims;

	mutex_lock(&claims_lock);
	list_add_tail(&claims->node, &all_claims);
	list_for_each_entry(handler, &all_handlers, node)
		if (handler->record == claims->record && !handler->claims)
			claims_adopt(claims, handler);
	mutex_unlock(&claims_lock);
	return 0;
}

void hull_claims_delete(struct hull_record *record)
{
	struct hull_handler *handler, *next;

	mutex_lock(&claims_lock);
	list_for_each_entry_safe(handler, next, &all_handlers, node) {
		if (handler->record != record)
			continue;
		hull_handler_end(handler, -ESHUTDOWN);
		claim_remove(handler);
	}
	mutex_unlock(&claims_lock);
}

static void parked_drop(struct parked *parked)
{
	if (!parked->handler)
		return;
	hull_handler_forget(parked->handler, parked->slot);
	hull_handler_put(parked->handler);
	parked->handler = NULL;
}

/* No vCPU executes any more, so nobody reads the numbers. */
void hull_claims_destroy(struct hull_vm_calls *calls)
{
	struct hull_claims *claims = calls->claims;
	struct hull_handler *handler, *next;
	int i;

	mutex_lock(&claims_lock);
	list_del(&claims->node);
	list_for_each_entry_safe(handler, next, &all_handlers, node) {
		if (handler->claims != claims)
			continue;
		hull_handler_end(handler, -ESHUTDOWN);
		claim_remove(handler);
	}
	mutex_unlock(&claims_lock);
	for (i = 0; i < ARRAY_SIZE(claims->parked); i++)
		parked_drop(&claims->parked[i]);
	calls->claims = NULL;
	kfree(claims);
}

/* ---- a call ----------------------------------------------------------------- */

static struct hull_handler *handler_get(struct hull_claims *claims, u32 number)
{
	struct hull_handler *handler;
	u32 n = number - HULL_CLAIM_FIRST;

	if (n >= HULL_CLAIM_NUMBERS)
		return NULL;
	n = array_index_nospec(n, HULL_CLAIM_NUMBERS);
	rcu_read_lock();
	handler = rcu_dereference(claims->handlers[n]);
	if (handler && !refcount_inc_not_zero(&handler->ref))
		handler = NULL;
	rcu_read_unlock();
	return handler;
}

static int parked_complete(struct hull_vcpu *vcpu);

/* The vCPU leaves for userspace; the call is answered, once, by a later KVM_RUN. */
static void park(struct hull_vcpu *vcpu)
{
	vcpu->pending->complete = parked_complete;
	vcpu->run->exit_reason = KVM_EXIT_INTR;
}

static int parked_complete(struct hull_vcpu *vcpu)
{
	struct parked *parked = &vcpu->vm->calls->claims->parked[vcpu->index];
	long result;

	if (!hull_handler_answer(parked->handler, parked->slot, vcpu, &result)) {
		park(vcpu);
		return -EINTR;
	}
	hull_handler_put(parked->handler);
	parked->handler = NULL;
	vcpu->vmx.regs[HULL_REG_RAX] = result;
	return HULL_EXIT_ENTER;
}

long hull_claim_call(struct hull_call *call)
{
	struct hull_claims *claims = call->vm->calls->claims;
	struct hull_vcpu *vcpu = call->vcpu;
	struct hull_handler_slot *slot;
	struct hull_handler *handler;
	struct parked *parked;
	long ret;

	if (!vcpu)
		return -EOPNOTSUPP;
	parked = &claims->parked[vcpu->index];
	/* A reset in the middle of a call leaves one behind. */
	parked_drop(parked);
	handler = handler_get(claims, call->number);
	if (!handler)
		return -ENOSYS;
	slot = hull_handler_ask(handler, call);
	if (IS_ERR(slot)) {
		ret = PTR_ERR(slot);
	} else if (!hull_handler_answer(handler, slot, vcpu, &ret)) {
		parked->handler = handler;
		parked->slot = slot;
		park(vcpu);
		return HULL_CALL_SIGNAL;
	}
	hull_handler_put(handler);
	return ret;
}
