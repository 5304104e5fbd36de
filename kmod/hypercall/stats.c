// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of calls: those of vCPUs that live, and of earlier runs, which stay with the
 * record. No memory is needed when a VM ends: its sites themselves are kept.
 */

#include <linux/slab.h>
#include <core/vm.h>
#include <hypercall/bpf.h>
#include <hypercall/claim.h>
#include <hypercall/site.h>

static struct hull_call_site *table_site(const struct hull_vcpu_calls *table, u32 number)
{
	/* pairs with site_make() */
	struct hull_call_site *site = table ? smp_load_acquire(&table->sites[number]) : NULL;

	return site == &hull_call_site_none ? NULL : site;
}

/* Words are read whole; together they may be a call or two apart. */
static bool site_sum(struct hull_call_stats *sum, const struct hull_call_site *site)
{
	const struct hull_call_counters *from;
	u64 calls;
	u32 i;

	if (!site)
		return false;
	from = &site->counters;
	sum->denied += READ_ONCE(from->denied);
	sum->errors += READ_ONCE(from->errors);
	sum->bytes += READ_ONCE(from->bytes);
	for (i = 0; i < HULL_LATENCY_BUCKETS; i++) {
		calls = READ_ONCE(from->latency[i]);
		sum->latency[i] += calls;
		sum->calls += calls;
	}
	return true;
}

static void live_sum(struct hull_call_stats *sum, struct hull_vm *vm, u32 number)
{
	struct hull_vcpu *vcpu;
	u32 i;

	hull_vm_for_each_vcpu(i, vcpu, vm)
		site_sum(sum, table_site(vcpu->calls, number));
	site_sum(sum, table_site(vm->calls->sites->table, number));
}

bool hull_call_stats_get(struct hull_record *record, u32 number, struct hull_call_stats *sum)
{
	memset(sum, 0, sizeof(*sum));
	mutex_lock(&record->lock);
	site_sum(sum, table_site(record->calls, number));
	if (record->vm)
		live_sum(sum, record->vm, number);
	mutex_unlock(&record->lock);
	return sum->calls;
}

bool hull_call_name(struct hull_record *record, u32 number, bool called, char *name,
		    size_t size)
{
	const struct hull_call_row *row = hull_call_row_get(number);
	bool found = row->name;

	if (found)
		strscpy(name, row->name, size);
	hull_call_row_put(row);
	/* All processes share one row. */
	if (number - HULL_CLAIM_FIRST < HULL_CLAIM_NUMBERS)
		found = hull_claim_name(record, number, name, size);
	/* Which of its numbers a program looks at only it knows. */
	if (number - HULL_BPF_FIRST < HULL_BPF_NUMBERS)
		found = found && called;
	return found;
}

/* ---- a VM ends --------------------------------------------------------------- */

static void site_merge(struct hull_call_site *into, const struct hull_call_site *from)
{
	u64 *to = (u64 *)&into->counters;
	const u64 *add = (const u64 *)&from->counters;
	u32 i;

	for (i = 0; i < sizeof(into->counters) / sizeof(*to); i++)
		to[i] += add[i];
}

static void table_keep(struct hull_record *record, struct hull_vcpu_calls **table)
{
	struct hull_vcpu_calls *from = *table, *past = record->calls;
	u32 n;

	*table = NULL;
	hull_call_table_drop(from);
	if (!past) {
		record->calls = from;
		return;
	}
	for (n = 0; n < ARRAY_SIZE(from->sites); n++) {
		if (from->sites[n] == &hull_call_site_none)
			continue;
		if (past->sites[n] == &hull_call_site_none)
			swap(past->sites[n], from->sites[n]);
		else
			site_merge(past->sites[n], from->sites[n]);
	}
	hull_call_table_free(from);
}

/* The last file is closed: nobody calls, nobody serves a ring. */
void hull_call_counters_keep(struct hull_vm *vm)
{
	struct hull_vcpu *vcpu;
	u32 i;

	lockdep_assert_held(&vm->record->lock);
	hull_vm_for_each_vcpu(i, vcpu, vm) {
		hull_call_entering(vcpu);
		table_keep(vm->record, &vcpu->calls);
	}
	table_keep(vm->record, &vm->calls->sites->table);
}

void hull_call_counters_free(struct hull_record *record)
{
	if (record->calls)
		hull_call_table_free(record->calls);
}
