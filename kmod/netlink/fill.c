// SPDX-License-Identifier: GPL-2.0-only
/* Nests of replies and events. */

#include <core/vm.h>
#include <netlink/private.h>

int hull_nl_put_vm_ref(struct sk_buff *skb, const struct hull_record *record)
{
	struct nlattr *nest = nla_nest_start(skb, HULL_A_VM);

	if (!nest ||
	    nla_put_u32(skb, HULL_A_VM_ID, record->subject.id) ||
	    nla_put_string(skb, HULL_A_VM_NAME, record->subject.name))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_config(struct sk_buff *skb, const struct hull_vm_config *config)
{
	if (nla_put_u32(skb, HULL_A_VM_ENGINE, config->engine) ||
	    (config->domain[0] && nla_put_string(skb, HULL_A_VM_DOMAIN, config->domain)) ||
	    (config->memory &&
	     nla_put_u64_64bit(skb, HULL_A_VM_MEMORY, config->memory, HULL_A_VM_PAD)) ||
	    nla_put_u32(skb, HULL_A_VM_CPUS, config->cpus) ||
	    nla_put_u32(skb, HULL_A_VM_CPU_WEIGHT, config->cpu_weight) ||
	    nla_put_u32(skb, HULL_A_VM_MITIGATIONS, config->mitigations) ||
	    nla_put_u32(skb, HULL_A_VM_FLAGS, config->flags))
		return -EMSGSIZE;
	return 0;
}

static int put_reason(struct sk_buff *skb, struct hull_record *record)
{
	int ret = 0;

	spin_lock(&record->reason_lock);
	if (nla_put_u32(skb, HULL_A_VM_REASON, record->reason) ||
	    (record->reason_text[0] &&
	     nla_put_string(skb, HULL_A_VM_REASON_TEXT, record->reason_text)))
		ret = -EMSGSIZE;
	spin_unlock(&record->reason_lock);
	return ret;
}

static int put_progress(struct sk_buff *skb, struct hull_record *record, struct pid_namespace *ns)
{
	u32 pid = record->pid ? pid_nr_ns(record->pid, ns) : 0;
	u32 vcpus = record->vm ? READ_ONCE(record->vm->vcpus_online) : 0;

	if (nla_put_u32(skb, HULL_A_VM_STATE, record->state) ||
	    put_reason(skb, record) ||
	    (pid && nla_put_u32(skb, HULL_A_VM_PID, pid)) ||
	    nla_put_u64_64bit(skb, HULL_A_VM_CREATED, record->created, HULL_A_VM_PAD) ||
	    (record->started &&
	     nla_put_u64_64bit(skb, HULL_A_VM_STARTED, record->started, HULL_A_VM_PAD)) ||
	    nla_put_u32(skb, HULL_A_VM_VCPUS, vcpus))
		return -EMSGSIZE;
	return 0;
}

static int put_group(struct sk_buff *skb, const struct hull_guest_group *group)
{
	const struct { u32 attr; u64 value; } rows[] = {
		{ HULL_A_GUEST_GROUP_ID, group->id },
		{ HULL_A_GUEST_GROUP_ALLOWED, group->allowed },
		{ HULL_A_GUEST_GROUP_DENIED, group->denied },
		{ HULL_A_GUEST_GROUP_AUDITED, group->audited },
	};
	struct nlattr *nest = nla_nest_start(skb, HULL_A_VM_GROUP);
	unsigned int i;

	if (!nest || nla_put_string(skb, HULL_A_GUEST_GROUP_NAME, group->name))
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (nla_put_u64_64bit(skb, rows[i].attr, rows[i].value, HULL_A_GUEST_GROUP_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_groups(struct sk_buff *skb, struct hull_record *record)
{
	struct hull_guest_group group;
	u32 i;

	for (i = 0; hull_guest_group_get(&record->groups, i, &group); i++)
		if (put_group(skb, &group))
			return -EMSGSIZE;
	return 0;
}

int hull_nl_put_vm(struct sk_buff *skb, struct hull_record *record, struct pid_namespace *ns,
		   bool groups)
{
	struct nlattr *nest;

	lockdep_assert_held(&record->lock);
	nest = nla_nest_start(skb, HULL_A_VM);
	if (!nest ||
	    nla_put_u32(skb, HULL_A_VM_ID, record->subject.id) ||
	    nla_put_string(skb, HULL_A_VM_NAME, record->subject.name) ||
	    put_config(skb, &record->config) ||
	    put_progress(skb, record, ns) ||
	    (groups && put_groups(skb, record)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_exit(struct sk_buff *skb, u32 reason, u64 count)
{
	struct nlattr *nest = nla_nest_start(skb, HULL_A_STATS_EXIT);

	if (!nest ||
	    nla_put_u32(skb, HULL_A_EXIT_REASON, reason) ||
	    nla_put_string(skb, HULL_A_EXIT_NAME, hull_exit_name(reason)) ||
	    nla_put_u64_64bit(skb, HULL_A_EXIT_COUNT, count, HULL_A_EXIT_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_exits(struct sk_buff *skb, const u64 *exits)
{
	u64 total = 0;
	u32 i;

	for (i = 0; i < HULL_EXIT_REASONS; i++) {
		total += exits[i];
		if (exits[i] && put_exit(skb, i, exits[i]))
			return -EMSGSIZE;
	}
	return nla_put_u64_64bit(skb, HULL_A_STATS_EXITS, total, HULL_A_STATS_PAD);
}

int hull_nl_put_stats(struct sk_buff *skb, const struct hull_stats_sum *sum)
{
	const struct { u32 attr; u64 value; } rows[] = {
		{ HULL_A_STATS_GUEST_NS, hull_stats_ns(sum->vcpu.guest_cycles) },
		{ HULL_A_STATS_USER_EXITS, sum->vcpu.user_exits },
		{ HULL_A_STATS_HALTS, sum->vcpu.halts },
		{ HULL_A_STATS_INJECTED, sum->vcpu.injected },
		{ HULL_A_STATS_NMIS, sum->vcpu.nmis },
		{ HULL_A_STATS_HYPERCALLS, sum->vcpu.hypercalls },
		{ HULL_A_STATS_HYPERCALLS_DENIED, sum->vcpu.hypercalls_denied },
		{ HULL_A_STATS_MEMORY, sum->memory },
		{ HULL_A_STATS_MEMORY_2M, sum->memory_2m },
		{ HULL_A_STATS_TABLES, sum->tables },
		{ HULL_A_STATS_FAULTS, sum->faults },
		{ HULL_A_STATS_TLB_FLUSHES, sum->vcpu.tlb_flushes },
		{ HULL_A_STATS_EMULATED, sum->vcpu.emulated },
		{ HULL_A_STATS_GIVEN, sum->given },
	};
	struct nlattr *nest = nla_nest_start(skb, HULL_A_STATS);
	unsigned int i;

	if (!nest || put_exits(skb, sum->vcpu.exits))
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (nla_put_u64_64bit(skb, rows[i].attr, rows[i].value, HULL_A_STATS_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}
