// SPDX-License-Identifier: GPL-2.0-only
/* Ends of event channels: made by offering and connecting, gone by closing. */

#include <linux/jhash.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <hypercall/event_private.h>

/* --- ends -------------------------------------------------------------------------- */

struct hull_event_end *hull_event_end_alloc(struct hull_events *events, const char *name)
{
	struct hull_event_end *end = kzalloc(sizeof(*end), GFP_KERNEL_ACCOUNT);

	if (!end)
		return NULL;
	end->events = events;
	INIT_HLIST_NODE(&end->offer);
	strscpy(end->name, name, sizeof(end->name));
	return end;
}

void hull_event_end_free(struct hull_event_end *end)
{
	if (end->eventfd)
		eventfd_ctx_put(end->eventfd);
	kfree(end);
}

static void end_free_rcu(struct rcu_head *rcu)
{
	hull_event_end_free(container_of(rcu, struct hull_event_end, rcu));
}

int hull_event_end_publish(struct hull_event_end *end, struct hull_event_end __rcu **table,
			   u32 first, u32 size)
{
	u32 n;

	lockdep_assert_held(&end->events->domain->lock);
	for (n = first; n < size; n++) {
		if (rcu_access_pointer(table[n]))
			continue;
		end->number = n;
		rcu_assign_pointer(table[n], end);
		return n;
	}
	return -ENOSPC;
}

void hull_event_end_close(struct hull_event_end *end)
{
	struct hull_events *events = end->events;
	struct hull_event_end *peer;

	lockdep_assert_held(&events->domain->lock);
	RCU_INIT_POINTER((end->host ? events->host : events->ports)[end->number], NULL);
	hlist_del_init(&end->offer);
	peer = rcu_dereference_protected(end->peer, lockdep_is_held(&events->domain->lock));
	if (peer && peer != HULL_EVENT_BROKEN) {
		rcu_assign_pointer(peer->peer, HULL_EVENT_BROKEN);
		rcu_read_lock();
		hull_event_end_raise(peer);
		rcu_read_unlock();
	}
	call_rcu(&end->rcu, end_free_rcu);
}

/* --- names ------------------------------------------------------------------------- */

static u32 name_hash(const char *name)
{
	return jhash(name, strlen(name), 0);
}

static struct hull_event_end *offer_find(struct hull_events *events, const char *name)
{
	struct hull_event_end *end;

	lockdep_assert_held(&events->domain->lock);
	hash_for_each_possible(events->domain->offers, end, offer, name_hash(name))
		if (!strcmp(end->name, name))
			return end;
	return NULL;
}

static struct hull_event_end *offer_find_host(struct hull_events *events, const char *name)
{
	struct hull_event_end *end;

	lockdep_assert_held(&events->domain->lock);
	hlist_for_each_entry(end, &events->host_offers, offer)
		if (!strcmp(end->name, name))
			return end;
	return NULL;
}

/* Return: bytes of the name that is in @name now, ended by a NUL; 0: none was given. */
static int name_read(struct hull_call *call, char name[HULL_GUEST_NAME_MAX + 1])
{
	u64 bytes = call->arg[1];

	name[0] = '\0';
	if (!bytes)
		return 0;
	if (bytes > HULL_GUEST_NAME_MAX)
		return -EINVAL;
	if (hull_call_read(call, call->arg[0], name, bytes))
		return -EFAULT;
	name[bytes] = '\0';
	return hull_guest_name_valid(name, bytes) ? bytes : -EINVAL;
}

/* --- the guest's ports ---------------------------------------------------------------- */

/* What an earlier port of this number left pending is not this one's. */
static void pending_clear(struct hull_events *events, u32 port)
{
	const struct hull_event_target *target;

	rcu_read_lock();
	target = rcu_dereference(events->target);
	if (target)
		clear_bit(port, (unsigned long *)target->page->pending);
	rcu_read_unlock();
}

static int port_publish(struct hull_event_end *end)
{
	int port;

	if (!rcu_access_pointer(end->events->target))
		return -ENXIO;
	port = hull_event_end_publish(end, end->events->ports, 1, HULL_EVENT_PORTS_MAX);
	if (port > 0)
		pending_clear(end->events, port);
	return port;
}

static int port_offer(struct hull_event_end *end)
{
	struct hull_events *events = end->events;
	int port;

	lockdep_assert_held(&events->domain->lock);
	if (*end->name && offer_find(events, end->name))
		return -EEXIST;
	port = port_publish(end);
	if (port > 0 && *end->name)
		hash_add(events->domain->offers, &end->offer, name_hash(end->name));
	return port;
}

static int port_connect(struct hull_event_end *end)
{
	struct hull_events *events = end->events;
	struct hull_event_end *peer;
	int port;

	lockdep_assert_held(&events->domain->lock);
	peer = offer_find_host(events, end->name) ?: offer_find(events, end->name);
	if (!peer)
		return hull_domain_shared(events->domain) ? -ENOENT : -EPERM;
	port = port_publish(end);
	if (port < 0)
		return port;
	hlist_del_init(&peer->offer);
	rcu_assign_pointer(end->peer, peer);
	rcu_assign_pointer(peer->peer, end);
	/* It may send from now on. */
	rcu_read_lock();
	hull_event_end_raise(peer);
	rcu_read_unlock();
	return port;
}

static long port_make(struct hull_events *events, const char *name,
		      int (*make)(struct hull_event_end *end))
{
	struct hull_event_end *end = hull_event_end_alloc(events, name);
	int port;

	if (!end)
		return -ENOMEM;
	if (mutex_lock_killable(&events->domain->lock)) {
		hull_event_end_free(end);
		return -EINTR;
	}
	port = make(end);
	mutex_unlock(&events->domain->lock);
	if (port < 0)
		hull_event_end_free(end);
	return port;
}

long hull_hc_event_offer(struct hull_call *call)
{
	struct hull_events *events = call->vm->calls->events;
	char name[HULL_GUEST_NAME_MAX + 1];
	int ret = name_read(call, name);

	if (ret < 0)
		return ret;
	if (ret && !hull_domain_shared(events->domain))
		return -EPERM;
	return port_make(events, name, port_offer);
}

long hull_hc_event_connect(struct hull_call *call)
{
	char name[HULL_GUEST_NAME_MAX + 1];
	int ret = name_read(call, name);

	if (ret <= 0)
		return ret ?: -EINVAL;
	return port_make(call->vm->calls->events, name, port_connect);
}

long hull_hc_event_close(struct hull_call *call)
{
	struct hull_events *events = call->vm->calls->events;
	struct hull_event_end *end;
	u64 port = call->arg[0];

	if (port >= HULL_EVENT_PORTS_MAX)
		return -EBADF;
	port = array_index_nospec(port, HULL_EVENT_PORTS_MAX);
	if (mutex_lock_killable(&events->domain->lock))
		return -EINTR;
	end = rcu_dereference_protected(events->ports[port],
					lockdep_is_held(&events->domain->lock));
	if (end)
		hull_event_end_close(end);
	mutex_unlock(&events->domain->lock);
	return end ? 0 : -EBADF;
}
