// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many calls in one exit. Each entry is read once: header, then the arguments its row
 * looks at, and what was read is what is judged and executed. The guest may change the
 * rest meanwhile.
 *
 * Entries that a policy allows and that need not sleep are answered one after another
 * in the VMM's mapping of the page they are in. The others, those that lie across two
 * pages, and all while calls are traced, go by copies.
 */

#include <linux/entry-kvm.h>
#include <linux/uaccess.h>
#include <compat/trace.h>
#include <hypercall/site.h>
#include <run/run.h>
#include <trace.h>

#define MULTICALL		(HULL_HYPERCALL_MULTICALL - HULL_HYPERCALL_BASE)
#define ENTRY_SIZE		sizeof(struct hull_multicall_entry)
/* Entries between two looks at what else there is to do. */
#define BATCH			32

static_assert(ENTRY_SIZE == 48);
static_assert(!offsetof(struct hull_multicall_entry, number));
static_assert(offsetof(struct hull_multicall_entry, flags) == sizeof(u32));

/**
 * struct multicall - one under way
 * @call: the entry at hand
 * @mask: how wide arguments are
 * @address: linear, of the next entry
 * @left: entries
 * @stamp: host's TSC when the last entry was done
 */
struct multicall {
	struct hull_call call;
	u64 mask;
	u64 address;
	u32 left;
	u64 stamp;
};

static bool must_leave(const struct hull_vcpu *vcpu)
{
	return READ_ONCE(vcpu->requests) || (read_thread_flags() & XFER_TO_GUEST_MODE_WORK);
}

static bool traced(void)
{
	return trace_hull_hypercall_enter_enabled() || trace_hull_hypercall_exit_enabled();
}

static void advance(struct multicall *m, u32 n)
{
	m->address += n * ENTRY_SIZE;
	m->left -= n;
}

/* ---- in place ----------------------------------------------------------------- */

/* The site and the way of a header that is answered in place, or NULL. */
static struct hull_call_site *site_quick(struct multicall *m, u64 header)
{
	struct hull_call_site *site;
	u64 n = header - HULL_HYPERCALL_BASE;

	/* Flags are in the upper half. */
	if (n >= HULL_HYPERCALL_NUMBERS)
		return NULL;
	n = array_index_nospec(n, HULL_HYPERCALL_NUMBERS);
	site = m->call.vcpu->calls->sites[n];
	if (site->ways[m->call.cpl].action != HULL_POLICY_ALLOW || !site->ways[m->call.cpl].fn)
		return NULL;
	/* Who unregisters waits for vCPUs with interrupts off, and for calls that count. */
	if (site->row->handler)
		return NULL;
	m->call.number = n;
	m->call.row = site->row;
	return site;
}

static void bytes_count(struct hull_call_site *site, struct hull_call *call)
{
	site->counters.bytes += call->bytes;
	call->bytes = 0;
}

/*
 * Entries from @entry on that have @header. The section with access to user memory is
 * left for each handler. Return: how many were done.
 */
static u32 entries_same(struct multicall *m, struct hull_multicall_entry __user *entry, u32 n,
			u64 header, struct hull_call_site *site)
{
	struct hull_call_way *way = &site->ways[m->call.cpl];
	long (*fn)(struct hull_call *call) = way->fn;
	u32 args = site->row->args, done = 0, start = m->stamp, now, a;
	u64 next = header;
	long ret;

	__uaccess_begin();
	do {
		for (a = 0; a < args; a++)
			unsafe_get_user(m->call.arg[a], &entry->arg[a], out);
		__uaccess_end();

		for (a = 0; a < args; a++)
			m->call.arg[a] &= m->mask;
		ret = fn(&m->call);
		if (ret < 0)
			site->counters.errors++;
		if (args)
			bytes_count(site, &m->call);
		now = rdtsc();
		/* None that is answered in place takes 2^32 cycles. */
		site->counters.latency[__fls((now - start) | 1)]++;
		start = now;

		__uaccess_begin();
		unsafe_put_user(ret, &entry->result, out);
		if (++done == n)
			break;
		entry++;
		unsafe_get_user(next, (u64 __user *)entry, out);
	} while (next == header);
out:
	__uaccess_end();
	m->stamp += start - (u32)m->stamp;
	this_cpu_add(*way->hits, done);
	return done;
}

/* What can be answered in place of @n entries that are in one page. */
static void entries_quick(struct multicall *m, struct hull_multicall_entry __user *entry, u32 n)
{
	struct hull_call_site *site;
	u64 header;
	u32 done;

	while (n) {
		if (get_user(header, (u64 __user *)entry))
			return;
		site = site_quick(m, header);
		if (!site)
			return;
		done = entries_same(m, entry, n, header, site);
		advance(m, done);
		if (!done)
			return;
		entry += done;
		n -= done;
	}
}

/* Return: false: nothing was done in place. */
static bool page_quick(struct multicall *m)
{
	struct hull_mmu *mmu = &m->call.vm->mmu;
	u32 n = (PAGE_SIZE - offset_in_page(m->address)) / ENTRY_SIZE, left = m->left;
	unsigned long hva;
	u64 gpa;
	int idx;

	n = min3(n, left, (u32)BATCH);
	if (!n || traced() ||
	    hull_guest_linear_gpa(m->call.vcpu, m->address, HULL_ACCESS_WRITE, &gpa))
		return false;
	idx = hull_mmu_hold(mmu);
	hva = hull_mmu_hva(mmu, gpa, n * ENTRY_SIZE, true);
	if (hva && access_ok((void __user *)hva, n * ENTRY_SIZE)) {
		entries_quick(m, (struct hull_multicall_entry __user *)hva, n);
		hull_mmu_dirty_mark(mmu, gpa);
	}
	hull_mmu_release(mmu, idx);
	return m->left != left;
}

/* ---- by copies ---------------------------------------------------------------- */

static void trace_enter(const struct hull_call *call, const char *name)
{
	unsigned long args[4] = { call->arg[0], call->arg[1], call->arg[2], call->arg[3] };

	if (trace_hull_hypercall_enter_enabled())
		trace_hull_hypercall_enter(call->vm_id, call->vcpu_id, name, call->cpl, args);
}

static long entry_perform(struct multicall *m, const struct hull_multicall_entry *entry)
{
	struct hull_vcpu_calls *table = m->call.vcpu->calls;
	u32 n = entry->number - HULL_HYPERCALL_BASE, a;
	struct hull_call_site *site;
	const char *name;
	long ret;

	if (entry->flags || n == MULTICALL)
		return -EINVAL;
	if (n >= HULL_HYPERCALL_NUMBERS)
		return -ENOSYS;
	n = array_index_nospec(n, HULL_HYPERCALL_NUMBERS);
	site = hull_call_site_get(table, n);
	if (!site)
		return -ENOMEM;
	name = site->row->name ?: "unknown";
	m->call.number = n;
	m->call.bytes = 0;
	for (a = 0; a < ARRAY_SIZE(m->call.arg); a++)
		m->call.arg[a] = entry->arg[a] & m->mask;
	trace_enter(&m->call, name);
	ret = hull_call_nested(&m->call, &m->stamp);
	if (trace_hull_hypercall_exit_enabled())
		trace_hull_hypercall_exit(m->call.vm_id, m->call.vcpu_id, name, ret);
	return ret;
}

static int entry_slow(struct multicall *m, struct hull_call *own)
{
	struct hull_multicall_entry entry;
	s64 result;

	if (hull_call_read(own, m->address, &entry, offsetof(struct hull_multicall_entry, result)))
		return -EFAULT;
	result = entry_perform(m, &entry);
	if (hull_call_write(own, m->address + offsetof(struct hull_multicall_entry, result),
			    &result, sizeof(result)))
		return -EFAULT;
	advance(m, 1);
	return 0;
}

long hull_hc_multicall(struct hull_call *call)
{
	u32 n = min_t(u64, call->arg[1], HULL_MULTICALL_MAX);
	struct multicall m = {
		.call = {
			.vm = call->vm, .vcpu = call->vcpu, .cpl = call->cpl,
			.vm_id = call->vm_id, .vcpu_id = call->vcpu_id,
		},
		.mask = hull_vmx_is_long_mode(&call->vcpu->vmx) ? ~0ULL : U32_MAX,
		.address = call->arg[0], .left = n, .stamp = rdtsc(),
	};
	int ret = 0;

	if (!IS_ALIGNED(m.address, sizeof(u64)))
		return -EINVAL;
	while (m.left) {
		if (!page_quick(&m))
			ret = entry_slow(&m, call);
		if (ret || must_leave(call->vcpu))
			break;
	}
	return m.left == n ? ret : n - m.left;
}
