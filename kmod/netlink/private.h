/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the netlink room share. */
#ifndef HULL_NETLINK_PRIVATE_H
#define HULL_NETLINK_PRIVATE_H

#include <linux/pid_namespace.h>
#include <net/genetlink.h>
#include <core/audit.h>
#include <core/group.h>
#include <core/record.h>

struct hull_verdict_event;

extern struct genl_family hull_genl_family;

/* genl_ops.internal_flags: pre_doit finds the VM or group, puts its subject into user_ptr[0] */
#define HULL_NL_NEED_VM		BIT(0)
#define HULL_NL_NEED_GROUP	BIT(1)

enum hull_mcgrp { HULL_MCGRP_EVENTS, HULL_MCGRP_AUDIT };

static inline struct hull_record *hull_nl_record(const struct genl_info *info)
{
	return hull_record_of(info->user_ptr[0]);
}

static inline struct hull_group *hull_nl_group(const struct genl_info *info)
{
	return hull_group_from(info->user_ptr[0]);
}

/**
 * hull_nl_refuse - answer with @error and a sentence
 * @why: static, or NULL when the number says it all
 */
int hull_nl_refuse(struct netlink_ext_ack *extack, const char *why, int error);

/**
 * hull_nl_refuse_nth - the same for the @n-th of many, from 0, which @attr is
 *
 * The answer points at @attr; it has the number in words, too, where kernels can.
 */
int hull_nl_refuse_nth(struct netlink_ext_ack *extack, const struct nlattr *attr, u32 n,
		       const char *why, int error);

/**
 * hull_nl_vm_find - the VM that a request's attributes name; a reference
 *
 * Return: ERR_PTR(-EINVAL, -ENOENT), and a sentence in @extack.
 */
struct hull_record *hull_nl_vm_find(struct nlattr **attrs, struct netlink_ext_ack *extack);

/** hull_nl_confined_refuse - -EPERM and a sentence for a caller that is in a group, else 0 */
int hull_nl_confined_refuse(struct netlink_ext_ack *extack);

/** hull_nl_name_whole - a NUL in the middle would make it another name than was sent */
bool hull_nl_name_whole(const struct nlattr *name);

/** hull_nl_reply_new - a buffer for the reply to @info, its header, and @bytes of attributes */
struct sk_buff *hull_nl_reply_new(struct genl_info *info, u8 cmd, size_t bytes, void **hdr);

/* fill.c: each puts one nest. 0 or -EMSGSIZE. */
/** hull_nl_put_vm - all of a VM; record->lock held; @ns: where the VMM's pid is looked at from */
/** hull_nl_put_vm - @groups: with what the guest told of its own */
int hull_nl_put_vm(struct sk_buff *skb, struct hull_record *record, struct pid_namespace *ns,
		   bool groups);
int hull_nl_put_vm_ref(struct sk_buff *skb, const struct hull_record *record);
int hull_nl_put_stats(struct sk_buff *skb, const struct hull_stats_sum *sum);

/* vm.c, counters.c, host.c: the commands */
int hull_nl_host_get(struct sk_buff *skb, struct genl_info *info);
int hull_nl_vm_new(struct sk_buff *skb, struct genl_info *info);
int hull_nl_vm_get(struct sk_buff *skb, struct genl_info *info);
int hull_nl_vm_dump(struct sk_buff *skb, struct netlink_callback *cb);
int hull_nl_vm_set(struct sk_buff *skb, struct genl_info *info);
int hull_nl_vm_del(struct sk_buff *skb, struct genl_info *info);
int hull_nl_stats_get(struct sk_buff *skb, struct genl_info *info);
int hull_nl_stats_dump(struct sk_buff *skb, struct netlink_callback *cb);
int hull_nl_log_get(struct sk_buff *skb, struct genl_info *info);

/* policy.c, hypercall.c: likewise */
int hull_nl_policy_set(struct sk_buff *skb, struct genl_info *info);
int hull_nl_policy_get(struct sk_buff *skb, struct genl_info *info);
int hull_nl_hypercall_dump(struct sk_buff *skb, struct netlink_callback *cb);
int hull_nl_hypercall_done(struct netlink_callback *cb);

/* group.c: likewise */
int hull_nl_group_new(struct sk_buff *skb, struct genl_info *info);
int hull_nl_group_get(struct sk_buff *skb, struct genl_info *info);
int hull_nl_group_dump(struct sk_buff *skb, struct netlink_callback *cb);
int hull_nl_group_set(struct sk_buff *skb, struct genl_info *info);
int hull_nl_group_del(struct sk_buff *skb, struct genl_info *info);
int hull_nl_group_stats_get(struct sk_buff *skb, struct genl_info *info);
int hull_nl_group_stats_dump(struct sk_buff *skb, struct netlink_callback *cb);
int hull_nl_put_group_ref(struct sk_buff *skb, const struct hull_group *group);
/** hull_nl_group_event - to whoever listens; @group->lock held */
void hull_nl_group_event(struct hull_group *group, enum hull_event_kind kind);

/* confine.c: likewise, policies of groups */
int hull_nl_confine_set(struct sk_buff *skb, struct genl_info *info);
int hull_nl_confine_get(struct sk_buff *skb, struct genl_info *info);
/* verdict.c: what an event says of the group and of itself */
int hull_nl_put_verdict(struct sk_buff *skb, const struct hull_verdict_event *event);
/* supervise.c */
int hull_nl_supervise(struct sk_buff *skb, struct genl_info *info);
int hull_nl_answer(struct sk_buff *skb, struct genl_info *info);
int hull_nl_supervise_init(void);
void hull_nl_supervise_exit(void);
/** hull_nl_verdict - to whoever listens */
void hull_nl_verdict(const struct hull_verdict_event *event);

/** hull_nl_policy_parse - a new policy of HULL_A_POLICY; ERR_PTR and a sentence in @extack */
struct hull_policy *hull_nl_policy_parse(const struct nlattr *nest,
					 struct netlink_ext_ack *extack);

/**
 * hull_nl_dump - the body of a dump: one message a subject of @kind, marked when some came or went
 * @put: adds one's attributes; 0 or -EMSGSIZE
 */
int hull_nl_dump(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		 enum hull_subject_kind kind,
		 int (*put)(struct sk_buff *skb, struct hull_subject *subject));

/* event.c */
/** hull_nl_event_send - multicast what @put makes of @subject, if anybody listens */
void hull_nl_event_send(u8 cmd, enum hull_event_kind kind, struct hull_subject *subject,
			int (*put)(struct sk_buff *skb, struct hull_subject *subject));
void hull_nl_event(struct hull_record *record, enum hull_event_kind kind);
/* audit.c */
void hull_nl_audit(const struct hull_audit_event *event);

#endif
