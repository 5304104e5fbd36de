// SPDX-License-Identifier: GPL-2.0-only
/* What this host offers, and what is in the way. */

#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/utsname.h>
#include <asm/processor.h>
#include <hypercall/hypercall.h>
#include <netlink/private.h>
#include <vmx/vmx.h>

static int put_machine(struct sk_buff *skb)
{
	u64 memory = (u64)totalram_pages() << PAGE_SHIFT;

	if (nla_put_string(skb, HULL_A_HOST_VERSION, THIS_MODULE->version) ||
	    nla_put_string(skb, HULL_A_HOST_KERNEL, init_uts_ns.name.release) ||
	    nla_put_string(skb, HULL_A_HOST_CPU, boot_cpu_data.x86_model_id) ||
	    nla_put_u32(skb, HULL_A_HOST_CPUS, num_online_cpus()) ||
	    nla_put_u64_64bit(skb, HULL_A_HOST_MEMORY, memory, HULL_A_HOST_PAD))
		return -EMSGSIZE;
	return 0;
}

static int put_vmx(struct sk_buff *skb)
{
	struct hull_vmx_caps caps;

	hull_vmx_caps_get(&caps);
	if (nla_put_s32(skb, HULL_A_HOST_VMX_ERROR, caps.error) ||
	    (caps.why && nla_put_string(skb, HULL_A_HOST_VMX_WHY, caps.why)) ||
	    (caps.holder && nla_put_string(skb, HULL_A_HOST_VMX_HOLDER, caps.holder)) ||
	    nla_put_u64_64bit(skb, HULL_A_HOST_VMX_CAPS, caps.flags, HULL_A_HOST_PAD) ||
	    nla_put_u32(skb, HULL_A_HOST_MITIGATIONS, caps.mitigations))
		return -EMSGSIZE;
	return 0;
}

static int put_use(struct sk_buff *skb)
{
	if (nla_put_u32(skb, HULL_A_HOST_VMS, hull_subject_count(HULL_SUBJECT_VM)) ||
	    nla_put_u32(skb, HULL_A_HOST_RUNNING, hull_record_running()) ||
	    nla_put_u32(skb, HULL_A_HOST_VMS_MAX, HULL_VMS_MAX) ||
	    nla_put_u32(skb, HULL_A_HOST_VCPUS_MAX, HULL_VCPUS_MAX) ||
	    nla_put_u32(skb, HULL_A_HOST_FEATURES, hull_hypercall_features(NULL)))
		return -EMSGSIZE;
	return 0;
}

int hull_nl_host_get(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	struct nlattr *nest;
	void *hdr;

	reply = hull_nl_reply_new(info, HULL_CMD_HOST_GET, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!reply)
		return -ENOMEM;
	nest = nla_nest_start(reply, HULL_A_HOST);
	if (!nest || put_machine(reply) || put_vmx(reply) || put_use(reply)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	nla_nest_end(reply, nest);
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}
