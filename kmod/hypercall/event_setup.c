// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a guest wants its events: a page of its memory, pinned, because senders write
 * it from any context. What a VM keeps for event channels comes and goes here, too.
 */

#include <linux/mm.h>
#include <linux/slab.h>
#include <hypercall/event_private.h>

/* --- targets ------------------------------------------------------------------------- */

static int target_pin(struct hull_vm *vm, struct hull_event_target *target)
{
	unsigned long hva = hull_mmu_hva(&vm->mmu, target->gpa, PAGE_SIZE, true);
	int ret;

	if (!hva)
		return -EFAULT;
	ret = account_locked_vm(vm->mm, 1, true);
	if (ret)
		return ret;
	ret = pin_user_pages_fast(hva, 1, FOLL_WRITE | FOLL_LONGTERM, &target->pinned);
	if (ret == 1)
		return 0;
	account_locked_vm(vm->mm, 1, false);
	return ret == -ENOMEM ? ret : -EFAULT;
}

static void target_free(struct hull_vm *vm, struct hull_event_target *target)
{
	if (!target)
		return;
	hull_mmu_dirty_mark(&vm->mmu, target->gpa);
	unpin_user_pages_dirty_lock(&target->pinned, 1, true);
	account_locked_vm(vm->mm, 1, false);
	kfree(target);
}

/* Context: a task of the VMM. */
static struct hull_event_target *target_create(struct hull_vm *vm, u64 gpa, u32 how, u32 what)
{
	struct hull_event_target *target = kzalloc(sizeof(*target), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!target)
		return ERR_PTR(-ENOMEM);
	target->gpa = gpa;
	target->how = how;
	target->what = what;
	ret = target_pin(vm, target);
	if (ret) {
		kfree(target);
		return ERR_PTR(ret);
	}
	target->page = page_address(target->pinned);
	memset(target->page, 0, sizeof(*target->page));
	return target;
}

/* --- setup ---------------------------------------------------------------------------- */

/* Senders see @target (NULL: none) from now on, and nothing else when this returns. */
static void target_replace(struct hull_events *events, struct hull_event_target *target)
{
	struct hull_event_target *old;

	lockdep_assert_held(&events->setup_lock);
	old = rcu_replace_pointer(events->target, target, lockdep_is_held(&events->setup_lock));
	if (!old)
		return;
	/* Not expedited: a guest that does nothing else disturbs nobody by it. */
	synchronize_rcu();
	target_free(events->vm, old);
}

static int events_setup(struct hull_events *events, u64 gpa, u32 how, u32 what)
{
	struct hull_event_target *target = target_create(events->vm, gpa, how, what);

	if (IS_ERR(target))
		return PTR_ERR(target);
	target_replace(events, target);
	/* What was pending in the page before is forgotten there. */
	mutex_lock(&events->domain->lock);
	hull_events_again(events);
	mutex_unlock(&events->domain->lock);
	return 0;
}

static void ends_close(struct hull_events *events, struct hull_event_end __rcu **table, u32 size)
{
	struct hull_event_end *end;
	u32 n;

	lockdep_assert_held(&events->domain->lock);
	for (n = 0; n < size; n++) {
		end = rcu_dereference_protected(table[n],
						lockdep_is_held(&events->domain->lock));
		if (end)
			hull_event_end_close(end);
	}
}

/* Ports need a target: no new one comes between the two. */
static void events_off(struct hull_events *events)
{
	struct hull_event_target *old;

	lockdep_assert_held(&events->setup_lock);
	mutex_lock(&events->domain->lock);
	old = rcu_replace_pointer(events->target, NULL, lockdep_is_held(&events->setup_lock));
	ends_close(events, events->ports, HULL_EVENT_PORTS_MAX);
	mutex_unlock(&events->domain->lock);
	synchronize_rcu();
	target_free(events->vm, old);
}

long hull_hc_event_setup(struct hull_call *call)
{
	u64 gpa = call->arg[0], how = call->arg[1], what = call->arg[2];
	struct hull_events *events = call->vm->calls->events;
	int ret = 0;

	if (how != HULL_EVENT_OFF)
		ret = hull_event_setup_check(gpa, how, what);
	if (ret)
		return ret;
	if ((how == HULL_EVENT_GSI || how == HULL_EVENT_VECTOR) &&
	    !READ_ONCE(call->vm->irqchip))
		return -EOPNOTSUPP;
	if (mutex_lock_killable(&events->setup_lock))
		return -EINTR;
	if (how == HULL_EVENT_OFF)
		events_off(events);
	else
		ret = events_setup(events, gpa, how, what);
	mutex_unlock(&events->setup_lock);
	return ret;
}

void hull_events_reset(struct hull_events *events)
{
	mutex_lock(&events->setup_lock);
	events_off(events);
	mutex_unlock(&events->setup_lock);
}

/* --- life ------------------------------------------------------------------------------ */

int hull_events_create(struct hull_vm_calls *calls)
{
	struct hull_events *events = kvzalloc(sizeof(*events), GFP_KERNEL_ACCOUNT);

	if (!events)
		return -ENOMEM;
	events->vm = calls->vm;
	events->domain = calls->domain;
	mutex_init(&events->setup_lock);
	calls->events = events;
	return 0;
}

void hull_events_destroy(struct hull_vm_calls *calls)
{
	struct hull_events *events = calls->events;

	mutex_lock(&events->domain->lock);
	ends_close(events, events->host, HULL_EVENT_HOST_MAX);
	mutex_unlock(&events->domain->lock);
	/* Waits for senders: after it no other VM reaches this one. */
	hull_events_reset(events);
	kvfree(events);
}
