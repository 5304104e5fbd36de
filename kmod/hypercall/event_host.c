// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMM's ends of event channels: HULL_VM_EVENT. Its guest connects to them by name,
 * before any name of the domain is looked at.
 */

#include <linux/nospec.h>
#include <hypercall/event_host.h>
#include <hypercall/event_private.h>
#include <hypercall/share.h>

static int host_offer(struct hull_event_end *end)
{
	struct hull_events *events = end->events;
	struct hull_event_end *other;
	int id;

	lockdep_assert_held(&events->domain->lock);
	hlist_for_each_entry(other, &events->host_offers, offer)
		if (!strcmp(other->name, end->name))
			return -EEXIST;
	id = hull_event_end_publish(end, events->host, 1, HULL_EVENT_HOST_MAX);
	if (id > 0)
		hlist_add_head(&end->offer, &events->host_offers);
	return id;
}

static long op_offer(struct hull_vm *vm, const struct hull_vm_event *args)
{
	struct hull_events *events = vm->calls->events;
	struct eventfd_ctx *eventfd = NULL;
	struct hull_event_end *end;
	int id;

	if (args->id || !hull_guest_name_valid(args->name,
					       strnlen(args->name, sizeof(args->name))))
		return -EINVAL;
	if (args->eventfd >= 0) {
		eventfd = eventfd_ctx_fdget(args->eventfd);
		if (IS_ERR(eventfd))
			return PTR_ERR(eventfd);
	}
	end = hull_event_end_alloc(events, args->name);
	if (!end) {
		if (eventfd)
			eventfd_ctx_put(eventfd);
		return -ENOMEM;
	}
	end->host = true;
	end->eventfd = eventfd;
	mutex_lock(&events->domain->lock);
	id = host_offer(end);
	mutex_unlock(&events->domain->lock);
	if (id < 0)
		hull_event_end_free(end);
	return id;
}

static long op_send(struct hull_vm *vm, const struct hull_vm_event *args)
{
	struct hull_events *events = vm->calls->events;
	struct hull_event_end *end;
	int ret = -EBADF;
	u32 id = args->id;

	if (id >= HULL_EVENT_HOST_MAX)
		return -EBADF;
	rcu_read_lock();
	end = rcu_dereference(events->host[array_index_nospec(id, HULL_EVENT_HOST_MAX)]);
	if (end)
		ret = hull_event_end_send(end);
	rcu_read_unlock();
	return ret;
}

static long op_close(struct hull_vm *vm, const struct hull_vm_event *args)
{
	struct hull_events *events = vm->calls->events;
	struct hull_event_end *end;
	u32 id = args->id;

	if (id >= HULL_EVENT_HOST_MAX)
		return -EBADF;
	id = array_index_nospec(id, HULL_EVENT_HOST_MAX);
	mutex_lock(&events->domain->lock);
	end = rcu_dereference_protected(events->host[id],
					lockdep_is_held(&events->domain->lock));
	if (end)
		hull_event_end_close(end);
	mutex_unlock(&events->domain->lock);
	return end ? 0 : -EBADF;
}

static long op_reset(struct hull_vm *vm, const struct hull_vm_event *args)
{
	hull_events_reset(vm->calls->events);
	hull_shares_reset(vm->calls->shares);
	return 0;
}

static long (*const ops[])(struct hull_vm *vm, const struct hull_vm_event *args) = {
	[HULL_VM_EVENT_OFFER] = op_offer,
	[HULL_VM_EVENT_SEND] = op_send,
	[HULL_VM_EVENT_CLOSE] = op_close,
	[HULL_VM_EVENT_RESET] = op_reset,
};

long hull_event_host(struct hull_vm *vm, const struct hull_vm_event *args)
{
	u32 op = args->op;

	if (op >= ARRAY_SIZE(ops) || args->flags)
		return -EINVAL;
	return ops[array_index_nospec(op, ARRAY_SIZE(ops))](vm, args);
}
