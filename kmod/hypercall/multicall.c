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
/* Entries that are done with interrupts off. */
#define BRIEF_MAX		64

static_assert(ENTRY_SIZE == 48);
static_assert(!offsetof(struct hull_multicall_entry, number));
static_assert(offsetof(struct hull_multicall_entry, flags) == sizeof(u32));

/**
 * struct multicall - one under way
 * @call: the entry at hand
 * @address: linear, of the next entry
 * @left: entries
 * @stamp: host's TSC when the last entry was done
 */
struct multicall {
	struct hull_call *call;
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

/* How wide the caller's arguments are. */
static u64 arg_mask(const struct hull_call *call)
{
	return hull_vmx_is_long_mode(&call->vcpu->vmx) ? ~0ULL : U32_MAX;
}

static void advance(struct multicall *m, u32 n)
{
	m->address += n * ENTRY_SIZE;
	m->left -= n;
}

/* ---- in place ----------------------------------------------------------------- */

/*
 * struct run - entries of one number, one after another
 * @header: of all of them
 * @left: how many may belong to it; how many were not done
 * @stamp: lower half of the host's TSC when the last entry was done
 */
struct run {
	struct hull_call *call;
	struct hull_call_site *site;
	struct hull_call_way *way;
	long (*fn)(struct hull_call *call);
	u64 header;
	u64 mask;
	u32 args;
	u32 left;
	u32 stamp;
};

/* The upper half is not looked at; this says so to the compiler. */
static __always_inline u32 tsc_low(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a" (low), "=d" (high));
	return low;
}

/*
 * The section with access to user memory is left for each handler. Whatever many calls in
 * one exit cost, they cost here.
 */
static __always_inline void run_entries(struct run *r, struct hull_multicall_entry __user *entry,
					const bool args)
{
	struct hull_call_site *site = r->site;
	struct hull_call *call = r->call;
	long (*fn)(struct hull_call *call) = r->fn;
	const u64 header = r->header;
	u32 left = r->left, stamp = r->stamp, now, a;
	long ret;
	u64 next;

	__uaccess_begin();
	do {
		for (a = 0; args && a < r->args; a++)
			unsafe_get_user(call->arg[a], &entry->arg[a], out);
		__uaccess_end();

		for (a = 0; args && a < r->args; a++)
			call->arg[a] &= r->mask;
		if (args)
			call->bytes = 0;
		ret = fn(call);
		if (unlikely(ret < 0))
			site->counters.errors++;
		if (args)
			site->counters.bytes += call->bytes;
		now = tsc_low();
		/* None that is answered in place takes 2^32 cycles. */
		site->counters.latency[__fls((now - stamp) | 1)]++;
		stamp = now;

		__uaccess_begin();
		unsafe_put_user(ret, &entry->result, out);
		if (!--left)
			break;
		entry++;
		unsafe_get_user(next, (u64 __user *)entry, out);
	} while (next == header);
out:
	__uaccess_end();
	r->stamp = stamp;
	r->left = left;
}

/* Two functions, so that the compiler spares its registers for each. */
static noinline void run_plain(struct run *r, struct hull_multicall_entry __user *entry)
{
	run_entries(r, entry, false);
}

static noinline void run_args(struct run *r, struct hull_multicall_entry __user *entry)
{
	r->mask = arg_mask(r->call);
	run_entries(r, entry, true);
}

/* The first entry's header. Return: false: it is not there, or not to be answered in place. */
static __always_inline bool run_begin(struct run *r,
				      const struct hull_multicall_entry __user *entry)
{
	struct hull_call *call = r->call;
	u64 n;

	__uaccess_begin_nospec();
	unsafe_get_user(r->header, (const u64 __user *)entry, efault);
	__uaccess_end();
	/* Flags are in the upper half. */
	n = r->header - HULL_HYPERCALL_BASE;
	if (n >= HULL_HYPERCALL_NUMBERS)
		return false;
	n = array_index_nospec(n, HULL_HYPERCALL_NUMBERS);
	r->site = call->vcpu->calls->sites[n];
	r->way = &r->site->ways[call->cpl];
	r->fn = r->way->fn;
	if (r->way->action != HULL_POLICY_ALLOW || !r->fn)
		return false;
	/* Who unregisters waits for vCPUs with interrupts off, and for calls that count. */
	if (r->site->row->handler)
		return false;
	call->number = n;
	call->row = r->site->row;
	r->args = call->row->args;
	return true;
efault:
	__uaccess_end();
	return false;
}

/* What can be answered in place of @n entries that are in one page. */
static void entries_quick(struct multicall *m, struct hull_multicall_entry __user *entry, u32 n)
{
	struct run r __uninitialized;
	u32 done;

	r.call = m->call;
	r.left = n;
	r.stamp = m->stamp;
	while (run_begin(&r, entry)) {
		if (r.args)
			run_args(&r, entry);
		else
			run_plain(&r, entry);
		done = n - r.left;
		this_cpu_add(*r.way->hits, done);
		advance(m, done);
		if (!done || !r.left || must_leave(m->call->vcpu))
			break;
		entry += done;
		n = r.left;
	}
	m->stamp += r.stamp - (u32)m->stamp;
}

/* Return: false: nothing was done in place. */
static bool page_quick(struct multicall *m)
{
	u32 n = (PAGE_SIZE - offset_in_page(m->address)) / ENTRY_SIZE, left = m->left;
	struct hull_vcpu *vcpu = m->call->vcpu;
	struct hull_mmu_window window __uninitialized;
	int idx;

	n = min(n, left);
	if (!n || traced())
		return false;
	idx = hull_mmu_hold(&vcpu->vm->mmu);
	if (!hull_guest_window_find(vcpu, m->address, HULL_ACCESS_WRITE, &window)) {
		entries_quick(m, window.user, n);
		hull_mmu_window_written(&window);
	}
	hull_mmu_release(&vcpu->vm->mmu, idx);
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
	struct hull_vcpu_calls *table = m->call->vcpu->calls;
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
	m->call->number = n;
	m->call->bytes = 0;
	for (a = 0; a < ARRAY_SIZE(m->call->arg); a++)
		m->call->arg[a] = entry->arg[a] & arg_mask(m->call);
	trace_enter(m->call, name);
	ret = hull_call_nested(m->call, &m->stamp);
	if (trace_hull_hypercall_exit_enabled())
		trace_hull_hypercall_exit(m->call->vm_id, m->call->vcpu_id, name, ret);
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

static __always_inline void begin(struct multicall *m, const struct hull_call *call, u32 n)
{
	m->address = call->arg[0];
	m->left = n;
	m->stamp = rdtsc();
}

/* Of those that are few, in one page, and can be answered in place: at once. */
long hull_hc_multicall_brief(struct hull_call *call)
{
	u64 n = call->arg[1], address = call->arg[0];
	struct multicall m __uninitialized;

	if (!n || n > BRIEF_MAX || !IS_ALIGNED(address, sizeof(u64)) ||
	    offset_in_page(address) + n * ENTRY_SIZE > PAGE_SIZE)
		return HULL_CALL_SLOW;
	begin(&m, call, n);
	/* Its own arguments are not needed any more. */
	m.call = call;
	pagefault_disable();
	page_quick(&m);
	pagefault_enable();
	return m.left == n ? HULL_CALL_SLOW : n - m.left;
}

long hull_hc_multicall(struct hull_call *call)
{
	u32 n = min_t(u64, call->arg[1], HULL_MULTICALL_MAX);
	/* Not the vCPU's own: what is in it cannot leave for userspace. */
	struct hull_call entry = {
		.vm = call->vm, .vcpu = call->vcpu, .cpl = call->cpl,
		.vm_id = call->vm_id, .vcpu_id = call->vcpu_id,
	};
	struct multicall m __uninitialized;
	long ret = 0;

	if (!IS_ALIGNED(call->arg[0], sizeof(u64)))
		return -EINVAL;
	begin(&m, call, n);
	m.call = &entry;
	while (m.left) {
		if (!page_quick(&m))
			ret = entry_slow(&m, call);
		if (ret || must_leave(call->vcpu))
			break;
	}
	return m.left == n ? ret : (long)(n - m.left);
}
