// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is off here is preemption: an RCU read side as good as any, in two instructions, and
 * that is why pointers are read by rcu_dereference_sched().
 */

#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <core/group_table.h>
#include <hull/policy_find.h>
#include <hooks/check.h>
#include <hooks/quick.h>
#include <hooks/walk.h>

/* Who decides; @rules NULL: nobody here, since there are none or several. */
struct judge {
	struct hull_group *group;
	struct hull_rules *rules;
	const struct hull_blob_class *class;
};

static __always_inline struct hull_rules *rules_only(const struct hull_group *group)
{
	const struct hull_group *outer = rcu_dereference_sched(group->parent);

	for (; unlikely(outer); outer = rcu_dereference_sched(outer->parent))
		if (rcu_access_pointer(outer->rules))
			return NULL;
	return rcu_dereference_sched(group->rules);
}

static __always_inline struct judge judge_find(u32 class)
{
	struct judge judge;
	u32 sub = 0;

	judge.class = NULL;
	judge.rules = NULL;
	judge.group = hull_group_of_sched(current);
	if (likely(judge.group))
		judge.rules = rules_only(judge.group);
	if (unlikely(!judge.rules))
		return judge;
	if (unlikely(judge.rules->set.n_subs != 1))
		sub = hull_sub_of(current, judge.rules);
	judge.class = &judge.rules->set.sub[sub].class[class];
	return judge;
}

/* A rule that does nothing but allow; 0 is none. */
static __always_inline bool allows(const struct hull_rules *rules, u32 rule)
{
	return !rule || rules->set.rule[rule].action == HULL_DO_ALLOW;
}

static __always_inline void settle(const struct judge *judge, u32 rule)
{
	if (rule)
		hull_rules_hit(judge->rules, rule);
	hull_group_count(judge->group, HULL_COUNT_ALLOWED);
}

/* @rule 0: the class's default decides. */
static __always_inline bool settle_if_allowed(const struct judge *judge, u32 rule, u32 bit)
{
	if (!rule)
		rule = hull_find_cell(&judge->rules->set, judge->class->cell, bit);
	if (!allows(judge->rules, rule))
		return false;
	settle(judge, rule);
	return true;
}

/* ---- files ----------------------------------------------------------------------- */

/* The rule about the one permission left of @perms that is decided; negative: ask elsewhere. */
static __always_inline int file_rule(const struct judge *judge, const struct path *path, u32 perms)
{
	if (unlikely(perms & (perms - 1)))
		return -1;
	return hull_walk_quick(&judge->rules->set, judge->class, path, __ffs(perms));
}

static __always_inline bool file_allowed(const struct path *path, u32 perms)
{
	struct judge judge = judge_find(HULL_CLASS_FILE);
	int rule;

	if (unlikely(!judge.rules))
		return false;
	perms &= ~judge.class->plain;
	if (!perms)
		return true;
	rule = file_rule(&judge, path, perms);
	if (rule < 0 || !allows(judge.rules, rule) ||
	    (rule && judge.rules->set.rule[rule].sub != HULL_SUB_SAME))
		return false;
	settle(&judge, rule);
	return true;
}

bool hull_quick_file(const struct path *path, u32 perms)
{
	bool allowed;

	preempt_disable();
	allowed = file_allowed(path, perms);
	preempt_enable();
	return allowed;
}

static __always_inline bool file_may(const struct path *path, u32 perms)
{
	struct judge judge = judge_find(HULL_CLASS_FILE);
	int rule;

	if (unlikely(!judge.rules))
		return false;
	perms &= ~judge.class->plain;
	if (!perms)
		return true;
	rule = file_rule(&judge, path, perms);
	return rule >= 0 && allows(judge.rules, rule);
}

bool hull_quick_may(const struct path *path, u32 perms)
{
	bool may;

	preempt_disable();
	may = file_may(path, perms);
	preempt_enable();
	return may;
}

/* ---- what is described by numbers --------------------------------------------------- */

static __always_inline bool number_allowed(u32 class, u32 perms, u64 number)
{
	struct judge judge = judge_find(class);
	u32 bit, rule;

	if (unlikely(!judge.rules))
		return false;
	perms &= ~judge.class->plain;
	if (!perms)
		return true;
	if (unlikely(perms & (perms - 1)))
		return false;
	bit = __ffs(perms);
	if (!(judge.class->speaks & perms))
		rule = 0;
	else if (judge.class->kind == HULL_KIND_NUMBER)
		rule = hull_find_number(&judge.rules->set, &judge.class->table[0], number, bit);
	else if (judge.class->kind == HULL_KIND_RANGES)
		rule = hull_find_range(&judge.rules->set, &judge.class->table[0], number, bit);
	else
		return false;
	return settle_if_allowed(&judge, rule, bit);
}

bool hull_quick_number(u32 class, u32 perms, u64 number)
{
	bool allowed;

	preempt_disable();
	allowed = number_allowed(class, perms, number);
	preempt_enable();
	return allowed;
}

/* @addr6: of IPv6, else NULL */
static __always_inline bool inet_allowed(const struct judge *judge, u32 perm, u32 addr4,
					 const u32 *addr6, u16 port)
{
	const struct hull_ruleset *set = &judge->rules->set;
	const struct hull_blob_span *table = &judge->class->table[0];
	u32 bit = __ffs(perm), rule = 0;

	if (judge->class->speaks & perm)
		rule = addr6 ? hull_find_inet6(set, table, addr6, port, bit) :
			       hull_find_inet4(set, table, addr4, port, bit);
	return settle_if_allowed(judge, rule, bit);
}

/* Apart, and with what is known by now: so the common way has all the registers. */
static noinline bool inet4_allowed(struct hull_group *group, struct hull_rules *rules,
				   const struct hull_blob_class *class, u32 perm, u32 addr,
				   u16 port)
{
	struct judge judge = { .group = group, .rules = rules, .class = class };

	return inet_allowed(&judge, perm, addr, NULL, port);
}

static __always_inline bool inet4_soon(u32 perm, u32 addr, u16 port)
{
	struct judge judge = judge_find(HULL_CLASS_INET);
	u32 rule;

	if (unlikely(!judge.rules))
		return false;
	if (judge.class->plain & perm)
		return true;
	rule = hull_find_inet4_soon(&judge.rules->set, &judge.class->table[0], addr, __ffs(perm));
	if (!rule)
		return inet4_allowed(judge.group, judge.rules, judge.class, perm, addr, port);
	if (!allows(judge.rules, rule))
		return false;
	settle(&judge, rule);
	return true;
}

bool hull_quick_inet4(u32 perm, u32 addr, u16 port)
{
	bool allowed;

	preempt_disable();
	allowed = inet4_soon(perm, addr, port);
	preempt_enable();
	return allowed;
}

static __always_inline bool inet6_allowed(u32 perm, const u32 addr[4], u16 port)
{
	struct judge judge = judge_find(HULL_CLASS_INET);

	if (unlikely(!judge.rules))
		return false;
	return judge.class->plain & perm || inet_allowed(&judge, perm, 0, addr, port);
}

bool hull_quick_inet6(u32 perm, const u32 addr[4], u16 port)
{
	bool allowed;

	preempt_disable();
	allowed = inet6_allowed(perm, addr, port);
	preempt_enable();
	return allowed;
}

/* ---- other tasks ------------------------------------------------------------------------ */

static __always_inline u32 peer_rule(const struct judge *judge, u32 perm, u32 peer, u64 number)
{
	const struct hull_ruleset *set = &judge->rules->set;
	u32 bit = __ffs(perm), rule = 0;

	if (judge->class->speaks & perm)
		rule = hull_find_peer(set, &judge->class->table[0], peer, number, bit);
	return rule ?: hull_find_cell(set, judge->class->cell, bit);
}

/* In the same group both ways are the same policy's; whoever acts on itself is not acted on. */
static __always_inline bool peer_allowed(const struct task_struct *peer, u32 class, u32 out,
					 u32 in, u64 number)
{
	struct judge judge = judge_find(class);
	bool self = same_thread_group((struct task_struct *)peer, current);
	u32 acts = 0, acted_on = 0, plain;

	/* Whether the group has a name in the policy is looked up elsewhere. */
	if (unlikely(!judge.rules || judge.rules->set.n_peers))
		return false;
	if (!self && (hull_group_of_sched(peer) != judge.group || judge.rules->set.n_subs != 1))
		return false;
	plain = judge.class->plain;
	if (!(plain & out))
		acts = peer_rule(&judge, out, self ? HULL_PEER_SELF : HULL_PEER_SAME, number);
	if (!self && !(plain & in))
		acted_on = peer_rule(&judge, in, HULL_PEER_SAME, number);
	if (!allows(judge.rules, acts) || !allows(judge.rules, acted_on))
		return false;
	if (!(plain & out))
		settle(&judge, acts);
	if (!self && !(plain & in))
		settle(&judge, acted_on);
	return true;
}

bool hull_quick_peer(const struct task_struct *peer, u32 class, u32 out, u32 in, u64 number)
{
	bool allowed;

	preempt_disable();
	allowed = peer_allowed(peer, class, out, in, number);
	preempt_enable();
	return allowed;
}
