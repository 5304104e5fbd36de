// SPDX-License-Identifier: GPL-2.0-only
/* Call sites: made, decided, forgotten; and calls answered from process context. */

#include <linux/slab.h>
#include <compat/trace.h>
#include <core/audit.h>
#include <hypercall/forward.h>
#include <hypercall/site.h>
#include <run/run.h>
#include <trace.h>

/* What numbers have that nobody has called: it sends them the slow way. */
struct hull_call_site hull_call_site_none;

/* Calls that are refused before any rule is asked. */
static DEFINE_PER_CPU(u64, unruled);

/* ---- tables ----------------------------------------------------------------- */

int hull_call_table_create(struct hull_vm *vm, struct hull_vcpu *vcpu,
			   struct hull_vcpu_calls **result)
{
	struct hull_vcpu_calls *table = kvzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	u32 n;

	if (!table)
		return -ENOMEM;
	table->call.vm = vm;
	table->call.vcpu = vcpu;
	table->call.vm_id = vm->record->subject.id;
	table->call.vcpu_id = vcpu ? vcpu->id : HULL_HYPERCALL_NO_VCPU;
	for (n = 0; n < ARRAY_SIZE(table->sites); n++)
		table->sites[n] = &hull_call_site_none;
	*result = table;
	return 0;
}

static void site_drop(struct hull_call_site *site)
{
	if (!site->row)
		return;
	hull_call_row_put(site->row);
	site->row = NULL;
	memset(site->ways, 0, sizeof(site->ways));
}

void hull_call_table_drop(struct hull_vcpu_calls *table)
{
	u32 n;

	if (!table->policy)
		return;
	for (n = 0; n < ARRAY_SIZE(table->sites); n++)
		if (table->sites[n] != &hull_call_site_none)
			site_drop(table->sites[n]);
	hull_policy_put(table->policy);
	table->policy = NULL;
}

void hull_call_table_free(struct hull_vcpu_calls *table)
{
	u32 n;

	hull_call_table_drop(table);
	for (n = 0; n < ARRAY_SIZE(table->sites); n++)
		if (table->sites[n] != &hull_call_site_none)
			kfree(table->sites[n]);
	kvfree(table);
}

static struct hull_call_site *site_make(struct hull_vcpu_calls *table, u32 number)
{
	struct hull_call_site *site = kzalloc(sizeof(*site), GFP_KERNEL_ACCOUNT);

	if (site)
		/* Statistics may be read at any moment: zeroes before the pointer. */
		smp_store_release(&table->sites[number], site);
	return site;
}

/* ---- decisions -------------------------------------------------------------- */

/* Numbers that want nothing of the policy but what they may not do anyway. */
static bool cpl_allowed(const struct hull_vm *vm, const struct hull_call_row *row, u32 cpl)
{
	return !cpl || ((vm->flags & HULL_VM_F_HYPERCALL_CPL3) && cpl <= row->cpl_max);
}

static long limit_fast(struct hull_call *call);

static void way_decide(struct hull_call_way *way, const struct hull_vm *vm,
		       const struct hull_call_row *row, struct hull_policy *policy,
		       u32 number, u32 cpl)
{
	u32 n = hull_policy_calls_find(&policy->calls, number, cpl);
	const struct hull_policy_rule *rule = &policy->calls.rule[n];

	memset(way, 0, sizeof(*way));
	way->rule = n;
	way->action = rule->action;
	way->error = rule->error;
	way->hits = policy->hits + n;
	way->kind = row->args ? HULL_WAY_FULL : HULL_WAY_PLAIN;
	if (!cpl_allowed(vm, row, cpl)) {
		way->action = HULL_POLICY_DENY;
		way->error = -EPERM;
		way->hits = &unruled;
	}
	switch (way->action) {
	case HULL_POLICY_ALLOW:
		way->fn = row->fast;
		if (row->handler)
			way->kind = HULL_WAY_MODULE;
		break;
	case HULL_POLICY_DENY:
		way->until = U64_MAX;
		break;
	case HULL_POLICY_LIMIT:
		way->fn = row->fast ? limit_fast : NULL;
		way->kind = HULL_WAY_FULL;
		break;
	}
}

static void site_decide(struct hull_vcpu_calls *table, struct hull_call_site *site, u32 number)
{
	struct hull_vm *vm = table->call.vm;
	u32 cpl;

	if (!table->policy)
		table->policy = hull_subject_policy(&vm->record->subject);
	site->row = hull_call_row_get(number);
	for (cpl = 0; cpl < ARRAY_SIZE(site->ways); cpl++)
		way_decide(&site->ways[cpl], vm, site->row, table->policy, number, cpl);
}

struct hull_call_site *hull_call_site_find(struct hull_vcpu_calls *table, u32 number)
{
	struct hull_call_site *site = table->sites[number];

	if (site == &hull_call_site_none)
		site = site_make(table, number);
	if (site && !site->row)
		site_decide(table, site, number);
	return site;
}

/* ---- limits ----------------------------------------------------------------- */

/*
 * Above its limit, a way refuses by itself until there can be another token: a flood
 * costs no more than calls that are allowed. Others may take that token first.
 */
static void way_close(struct hull_call_way *way, struct hull_policy *policy)
{
	way->fn = NULL;
	way->until = rdtsc() + hull_policy_limit_wait(policy, way->rule);
}

void hull_call_way_open(struct hull_call_site *site, struct hull_call_way *way)
{
	if (site->row->fast)
		way->fn = limit_fast;
}

/* Interrupts off, right after the exit. */
static long limit_fast(struct hull_call *call)
{
	struct hull_vcpu_calls *table = call->vcpu->calls;
	struct hull_call_site *site = table->sites[call->number];
	struct hull_call_way *way = &site->ways[call->cpl];

	if (likely(hull_policy_limit(table->policy, way->rule)))
		return site->row->fast(call);
	way_close(way, table->policy);
	site->counters.denied++;
	call->vcpu->stats.hypercalls_denied++;
	return way->error;
}

/* ---- from process context --------------------------------------------------- */

static noinline void audit(const struct hull_call *call, const struct hull_call_row *row,
			   long result)
{
	struct hull_audit_call told = {
		.vcpu = call->vcpu ? call->vcpu->id : HULL_AUDIT_NO_VCPU,
		.number = HULL_HYPERCALL_BASE + call->number,
		.cpl = call->cpl,
		.result = result,
	};

	/* Who leaves for userspace has no result yet. */
	if (result == HULL_CALL_USER || result == HULL_CALL_SIGNAL)
		told.result = -EINPROGRESS;
	if (row->name)
		strscpy(told.name, row->name, sizeof(told.name));
	memcpy(told.arg, call->arg, row->args * sizeof(*told.arg));
	hull_audit_call(call->vm->record, &told);
}

static long row_call(struct hull_call *call, const struct hull_call_row *row)
{
	if (row->leaves && !hull_call_own(call))
		return -EOPNOTSUPP;
	call->row = row;
	return row->call(call);
}

long hull_call_perform(struct hull_call *call, const struct hull_call_row *row,
		       struct hull_call_way *way, struct hull_policy *policy)
{
	long ret;

	call->denied = false;
	this_cpu_inc(*way->hits);
	switch (way->action) {
	case HULL_POLICY_ALLOW:
		return row_call(call, row);
	case HULL_POLICY_AUDIT:
		ret = row_call(call, row);
		audit(call, row, ret);
		return ret;
	case HULL_POLICY_FORWARD:
		return hull_call_forward(call);
	case HULL_POLICY_LIMIT:
		if (hull_policy_limit(policy, way->rule))
			return row_call(call, row);
		way_close(way, policy);
		break;
	case HULL_POLICY_KILL:
		hull_vm_policy_kill(call->vm, HULL_HYPERCALL_BASE + call->number, row->name,
				    call->cpl);
		way->error = -EPERM;
		break;
	}
	call->denied = true;
	return way->error;
}

/* ---- calls from rings, and those of a multicall ------------------------------ */

static void counters_add(struct hull_call_site *site, const struct hull_call *call, u64 cycles,
			 long ret)
{
	hull_call_latency(site, cycles);
	site->counters.bytes += call->bytes;
	site->counters.errors += ret < 0;
	site->counters.denied += call->denied;
}

/* Sites of rings are there to count; each call is decided anew, by whoever serves. */
static struct hull_call_site *ring_site(struct hull_vm_sites *sites, u32 number)
{
	/* pairs with site_make() */
	struct hull_call_site *site = smp_load_acquire(&sites->table->sites[number]);

	if (likely(site != &hull_call_site_none))
		return site;
	mutex_lock(&sites->lock);
	site = sites->table->sites[number];
	if (site == &hull_call_site_none)
		site = site_make(sites->table, number);
	mutex_unlock(&sites->lock);
	return site;
}

long hull_call_ring(struct hull_call *call)
{
	struct hull_vm_sites *sites = call->vm->calls->sites;
	const struct hull_call_row *row;
	struct hull_call_site *site;
	struct hull_policy *policy;
	struct hull_call_way way;
	u64 start;
	long ret;

	if (call->number >= HULL_HYPERCALL_NUMBERS)
		return -ENOSYS;
	call->number = array_index_nospec(call->number, HULL_HYPERCALL_NUMBERS);
	site = ring_site(sites, call->number);
	if (!site)
		return -ENOMEM;
	call->vm_id = call->vm->record->subject.id;
	call->vcpu_id = HULL_HYPERCALL_NO_VCPU;
	start = rdtsc();
	policy = hull_subject_policy(&call->vm->record->subject);
	row = hull_call_row_get(call->number);
	way_decide(&way, call->vm, row, policy, call->number, call->cpl);
	if (trace_hull_hypercall_enter_enabled())
		hull_call_trace_enter(call, row);
	ret = row->ring ? hull_call_perform(call, row, &way, policy) : -EOPNOTSUPP;
	if (trace_hull_hypercall_exit_enabled())
		trace_hull_hypercall_exit(call->vm_id, call->vcpu_id, row->name ?: "unknown",
					  ret);
	hull_call_row_put(row);
	hull_policy_put(policy);

	spin_lock(&sites->counters_lock);
	counters_add(site, call, rdtsc() - start, ret);
	spin_unlock(&sites->counters_lock);
	return ret;
}

long hull_call_nested(struct hull_call *call, u64 *stamp)
{
	struct hull_vcpu_calls *table = call->vcpu->calls;
	struct hull_call_site *site;
	struct hull_call_way *way;
	u64 now;
	long ret;

	if (call->number >= HULL_HYPERCALL_NUMBERS)
		return -ENOSYS;
	call->number = array_index_nospec(call->number, HULL_HYPERCALL_NUMBERS);
	site = hull_call_site_get(table, call->number);
	if (!site)
		return -ENOMEM;
	way = &site->ways[call->cpl];
	if (likely(way->action == HULL_POLICY_ALLOW && way->fn && !site->row->handler)) {
		this_cpu_inc(*way->hits);
		call->denied = false;
		ret = way->fn(call);
	} else {
		call->vm_id = table->call.vm_id;
		call->vcpu_id = table->call.vcpu_id;
		ret = hull_call_perform(call, site->row, way, table->policy);
	}
	now = rdtsc();
	counters_add(site, call, now - *stamp, ret);
	*stamp = now;
	return ret;
}

/* ---- a VM's ------------------------------------------------------------------ */

int hull_sites_create(struct hull_vm_calls *calls)
{
	struct hull_vm_sites *sites = kzalloc(sizeof(*sites), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!sites)
		return -ENOMEM;
	ret = hull_call_table_create(calls->vm, NULL, &sites->table);
	if (ret) {
		kfree(sites);
		return ret;
	}
	sites->vm = calls->vm;
	mutex_init(&sites->lock);
	spin_lock_init(&sites->counters_lock);
	calls->sites = sites;
	hull_registry_vm_add(sites);
	return 0;
}

void hull_sites_destroy(struct hull_vm_calls *calls)
{
	struct hull_vm_sites *sites = calls->sites;

	hull_registry_vm_remove(sites);
	if (sites->table)
		hull_call_table_free(sites->table);
	mutex_destroy(&sites->lock);
	kfree(sites);
	calls->sites = NULL;
}
