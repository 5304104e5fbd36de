// SPDX-License-Identifier: GPL-2.0-only
/* What was counted of a VM's calls, and calls that are told. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <lib/calls.h>
#include <lib/netlink.h>

static int call_add(struct nlattr *const *tb, void *data, struct hull_error *error)
{
	struct nlattr *sub[HULL_A_HYPERCALL_MAX + 1], *latency;
	struct hull_vm_call *call;
	size_t bytes;

	if (!tb[HULL_A_HYPERCALL])
		return hull_error_set(error, EPROTO, "the kernel's answer has no hypercall");
	call = hull_array_add(data);
	if (!call)
		return hull_error_set(error, ENOMEM, "out of memory");
	hull_nest_parse(tb[HULL_A_HYPERCALL], sub, HULL_A_HYPERCALL_MAX);
	call->number = hull_attr_u32(sub[HULL_A_HYPERCALL_NUMBER]);
	hull_attr_text(sub[HULL_A_HYPERCALL_NAME], call->name, sizeof(call->name));
	call->calls = hull_attr_u64(sub[HULL_A_HYPERCALL_CALLS]);
	call->denied = hull_attr_u64(sub[HULL_A_HYPERCALL_DENIED]);
	call->errors = hull_attr_u64(sub[HULL_A_HYPERCALL_ERRORS]);
	call->bytes = hull_attr_u64(sub[HULL_A_HYPERCALL_BYTES]);
	latency = sub[HULL_A_HYPERCALL_LATENCY];
	bytes = latency ? mnl_attr_get_payload_len(latency) : 0;
	if (bytes > sizeof(call->latency))
		bytes = sizeof(call->latency);
	if (bytes)
		memcpy(call->latency, mnl_attr_get_payload(latency), bytes);
	return 0;
}

int hull_vm_calls(struct hull_client *client, const struct hull_ref *ref,
		  struct hull_vm_call **calls, size_t *n, struct hull_error *error)
{
	struct hull_array array = { .size = sizeof(**calls) };
	struct nlmsghdr *request;
	struct nlattr *nest;

	request = hull_request_vm(client, HULL_CMD_HYPERCALL_GET, ref, &nest);
	request->nlmsg_flags |= NLM_F_DUMP;
	mnl_attr_nest_end(request, nest);
	if (hull_transact(client, request, call_add, &array, NULL, error)) {
		free(array.items);
		return -1;
	}
	*calls = array.items;
	*n = array.n;
	return 0;
}

static void args_take(const struct nlattr *nest, struct hull_audit *audit)
{
	const struct nlattr *attr;
	size_t n = 0;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == HULL_A_AUDIT_ARG && n < 4)
			audit->arg[n++] = hull_attr_u64(attr);
}

static int audit_parse(const struct nlmsghdr *message, struct hull_audit *audit,
		       struct hull_error *error)
{
	struct nlattr *tb[HULL_A_MAX + 1], *sub[HULL_A_AUDIT_MAX + 1];
	struct hull_vm_info vm;

	if (hull_message_parse(message, tb, HULL_A_MAX) || !tb[HULL_A_VM] || !tb[HULL_A_AUDIT] ||
	    hull_vm_parse(tb[HULL_A_VM], &vm, error))
		return hull_error_set(error, EPROTO, "an event without a VM or a call");
	memset(audit, 0, sizeof(*audit));
	audit->kind = hull_attr_u32(tb[HULL_A_EVENT]);
	audit->vm = vm.id;
	memcpy(audit->vm_name, vm.name, sizeof(audit->vm_name));
	hull_nest_parse(tb[HULL_A_AUDIT], sub, HULL_A_AUDIT_MAX);
	audit->time_ns = hull_attr_u64(sub[HULL_A_AUDIT_TIME]);
	audit->number = hull_attr_u32(sub[HULL_A_AUDIT_NUMBER]);
	hull_attr_text(sub[HULL_A_AUDIT_NAME], audit->name, sizeof(audit->name));
	audit->vcpu = HULL_AUDIT_RING;
	if (sub[HULL_A_AUDIT_VCPU])
		audit->vcpu = hull_attr_u32(sub[HULL_A_AUDIT_VCPU]);
	audit->cpl = hull_attr_u32(sub[HULL_A_AUDIT_CPL]);
	args_take(tb[HULL_A_AUDIT], audit);
	audit->result = (int64_t)hull_attr_u64(sub[HULL_A_AUDIT_RESULT]);
	audit->dropped = hull_attr_u64(sub[HULL_A_AUDIT_DROPPED]);
	return 0;
}

int hull_audit_join(struct hull_client *client, struct hull_error *error)
{
	return hull_group_join(client, client->audit_group, error);
}

int hull_audit_next(struct hull_client *client, struct hull_audit *audit,
		    struct hull_error *error)
{
	const struct nlmsghdr *message;
	int ret = hull_message_next(client, &message, error);

	if (ret != 1)
		return ret;
	return audit_parse(message, audit, error) ? -1 : 1;
}

bool hull_client_pending(const struct hull_client *client)
{
	return client->at < client->pending;
}

int hull_client_fd(const struct hull_client *client)
{
	return mnl_socket_get_fd(client->socket);
}
