// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioeventfds: a guest's write to a port or an address becomes a signal on an eventfd,
 * without a way through the VMM.
 *
 * Readers are vCPUs on their hottest way out, often with interrupts off: they search a
 * sorted table under RCU. Writers make a changed copy of it.
 */

#include <linux/eventfd.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <compat/eventfd.h>
#include <run/abi.h>

/* @len 0 matches an access of any length, and then any data. */
struct iobus_entry {
	u64 addr;
	u64 datamatch;
	struct eventfd_ctx *eventfd;	/* a reference */
	u32 len;
	bool wildcard;			/* any data */
};

struct iobus_table {
	struct rcu_head rcu;
	struct eventfd_ctx *dropped;	/* lets go of it when no reader is left, or NULL */
	u32 n;
	struct iobus_entry entries[];	/* by address */
};

enum { BUS_MMIO, BUS_PIO, BUSES };

struct hull_iobus {
	struct mutex lock;			/* writers */
	struct iobus_table __rcu *tables[BUSES];/* NULL: nothing there */
};

/* First entry at or behind @addr. */
static u32 table_lower(const struct iobus_table *table, u64 addr)
{
	u32 low = 0, high = table->n, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (table->entries[middle].addr < addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool entry_matches(const struct iobus_entry *entry, unsigned int len, u64 data)
{
	if (!entry->len)
		return true;
	return entry->len == len && (entry->wildcard || entry->datamatch == data);
}

bool hull_iobus_write(struct hull_vm *vm, bool pio, u64 addr, unsigned int len, const void *data)
{
	const struct iobus_table *table;
	bool signalled = false;
	u64 val = 0;
	u32 i;

	if (likely(!rcu_access_pointer(vm->iobus->tables[pio ? BUS_PIO : BUS_MMIO])))
		return false;
	memcpy(&val, data, min_t(unsigned int, len, sizeof(val)));

	rcu_read_lock();
	table = rcu_dereference(vm->iobus->tables[pio ? BUS_PIO : BUS_MMIO]);
	for (i = table ? table_lower(table, addr) : 0; table && i < table->n; i++) {
		if (table->entries[i].addr != addr)
			break;
		if (entry_matches(&table->entries[i], len, val)) {
			hull_compat_eventfd_signal(table->entries[i].eventfd);
			signalled = true;
			break;
		}
	}
	rcu_read_unlock();
	return signalled;
}

static void table_free_rcu(struct rcu_head *rcu)
{
	struct iobus_table *table = container_of(rcu, struct iobus_table, rcu);

	if (table->dropped)
		eventfd_ctx_put(table->dropped);
	kvfree(table);
}

/* Shows @table (NULL: none) to readers; @dropped is put once they are through. */
static void table_publish(struct hull_iobus *bus, int which, struct iobus_table *table,
			  struct eventfd_ctx *dropped)
{
	struct iobus_table *old;

	old = rcu_replace_pointer(bus->tables[which], table, lockdep_is_held(&bus->lock));
	if (old) {
		old->dropped = dropped;
		call_rcu(&old->rcu, table_free_rcu);
	}
}

static struct iobus_table *table_alloc(u32 n)
{
	struct iobus_table *table;

	table = kvzalloc(struct_size(table, entries, n), GFP_KERNEL_ACCOUNT);
	if (table)
		table->n = n;
	return table;
}

/* Would one write signal both? Then the second could never be reached. */
static bool entries_collide(const struct iobus_entry *a, const struct iobus_entry *b)
{
	if (a->addr != b->addr)
		return false;
	if (!a->len || !b->len)
		return true;
	return a->len == b->len &&
	       (a->wildcard || b->wildcard || a->datamatch == b->datamatch);
}

static int entry_add(struct hull_iobus *bus, int which, const struct iobus_entry *entry)
{
	struct iobus_table *old, *table;
	u32 i, at, n;

	lockdep_assert_held(&bus->lock);
	old = rcu_dereference_protected(bus->tables[which], lockdep_is_held(&bus->lock));
	n = old ? old->n : 0;
	if (n >= HULL_IOEVENTFDS_MAX)
		return -ENOSPC;
	at = old ? table_lower(old, entry->addr) : 0;
	for (i = at; i < n && old->entries[i].addr == entry->addr; i++)
		if (entries_collide(&old->entries[i], entry))
			return -EEXIST;

	table = table_alloc(n + 1);
	if (!table)
		return -ENOMEM;
	if (old) {
		memcpy(table->entries, old->entries, at * sizeof(*entry));
		memcpy(table->entries + at + 1, old->entries + at, (n - at) * sizeof(*entry));
	}
	table->entries[at] = *entry;
	table_publish(bus, which, table, NULL);
	return 0;
}

static bool entries_same(const struct iobus_entry *a, const struct iobus_entry *b)
{
	return a->addr == b->addr && a->len == b->len && a->eventfd == b->eventfd &&
	       a->wildcard == b->wildcard && (a->wildcard || a->datamatch == b->datamatch);
}

static int entry_remove(struct hull_iobus *bus, int which, const struct iobus_entry *entry)
{
	struct iobus_table *old, *table = NULL;
	u32 i;

	lockdep_assert_held(&bus->lock);
	old = rcu_dereference_protected(bus->tables[which], lockdep_is_held(&bus->lock));
	if (!old)
		return -ENOENT;
	for (i = table_lower(old, entry->addr); i < old->n; i++)
		if (entries_same(&old->entries[i], entry))
			break;
	if (i == old->n)
		return -ENOENT;

	if (old->n > 1) {
		table = table_alloc(old->n - 1);
		if (!table)
			return -ENOMEM;
		memcpy(table->entries, old->entries, i * sizeof(*entry));
		memcpy(table->entries + i, old->entries + i + 1,
		       (old->n - i - 1) * sizeof(*entry));
	}
	table_publish(bus, which, table, old->entries[i].eventfd);
	return 0;
}

static int ioeventfd_check(const struct kvm_ioeventfd *args)
{
	const u32 known = KVM_IOEVENTFD_FLAG_DATAMATCH | KVM_IOEVENTFD_FLAG_PIO |
			  KVM_IOEVENTFD_FLAG_DEASSIGN;

	if (args->flags & ~known)
		return -EINVAL;
	if (args->len != 0 && args->len != 1 && args->len != 2 && args->len != 4 && args->len != 8)
		return -EINVAL;
	if (args->addr + args->len < args->addr)
		return -EINVAL;
	if (!args->len && (args->flags & KVM_IOEVENTFD_FLAG_DATAMATCH))
		return -EINVAL;
	return 0;
}

int hull_ioeventfd_set(struct hull_vm *vm, const struct kvm_ioeventfd *args)
{
	int which = args->flags & KVM_IOEVENTFD_FLAG_PIO ? BUS_PIO : BUS_MMIO;
	bool deassign = args->flags & KVM_IOEVENTFD_FLAG_DEASSIGN;
	struct hull_iobus *bus = vm->iobus;
	struct iobus_entry entry = {
		.addr = args->addr,
		.len = args->len,
		.wildcard = !(args->flags & KVM_IOEVENTFD_FLAG_DATAMATCH),
		.datamatch = args->datamatch,
	};
	int ret;

	ret = ioeventfd_check(args);
	if (ret)
		return ret;
	entry.eventfd = eventfd_ctx_fdget(args->fd);
	if (IS_ERR(entry.eventfd))
		return PTR_ERR(entry.eventfd);

	mutex_lock(&bus->lock);
	ret = deassign ? entry_remove(bus, which, &entry) : entry_add(bus, which, &entry);
	mutex_unlock(&bus->lock);
	/* An entry that was added keeps the reference. */
	if (ret || deassign)
		eventfd_ctx_put(entry.eventfd);
	return ret;
}

int hull_iobus_create(struct hull_vm *vm)
{
	vm->iobus = kzalloc(sizeof(*vm->iobus), GFP_KERNEL_ACCOUNT);
	if (!vm->iobus)
		return -ENOMEM;
	mutex_init(&vm->iobus->lock);
	return 0;
}

/* No vCPU is left, so nobody reads any more. */
void hull_iobus_destroy(struct hull_vm *vm)
{
	struct iobus_table *table;
	int which;
	u32 i;

	for (which = 0; which < BUSES; which++) {
		table = rcu_dereference_protected(vm->iobus->tables[which], true);
		for (i = 0; table && i < table->n; i++)
			eventfd_ctx_put(table->entries[i].eventfd);
		kvfree(table);
	}
	kfree(vm->iobus);
	vm->iobus = NULL;
}
