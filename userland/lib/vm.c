// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <lib/netlink.h>

static void group_take(const struct nlattr *nest, struct hull_vm_info *vm)
{
	struct nlattr *tb[HULL_A_GUEST_GROUP_MAX + 1];
	struct hull_guest_group *group;

	if (vm->n_groups == HULL_GUEST_GROUPS_MAX)
		return;
	group = &vm->groups[vm->n_groups++];
	hull_nest_parse(nest, tb, HULL_A_GUEST_GROUP_MAX);
	hull_attr_text(tb[HULL_A_GUEST_GROUP_NAME], group->name, sizeof(group->name));
	group->id = hull_attr_u64(tb[HULL_A_GUEST_GROUP_ID]);
	group->allowed = hull_attr_u64(tb[HULL_A_GUEST_GROUP_ALLOWED]);
	group->denied = hull_attr_u64(tb[HULL_A_GUEST_GROUP_DENIED]);
	group->audited = hull_attr_u64(tb[HULL_A_GUEST_GROUP_AUDITED]);
}

int hull_vm_parse(const struct nlattr *nest, struct hull_vm_info *vm, struct hull_error *error)
{
	struct nlattr *tb[HULL_A_VM_MAX + 1], *attr;

	hull_nest_parse(nest, tb, HULL_A_VM_MAX);
	vm->id = hull_attr_u32(tb[HULL_A_VM_ID]);
	if (!vm->id)
		return hull_error_set(error, EPROTO, "the kernel's answer has no VM id");
	hull_attr_text(tb[HULL_A_VM_NAME], vm->name, sizeof(vm->name));
	hull_attr_text(tb[HULL_A_VM_DOMAIN], vm->domain, sizeof(vm->domain));
	hull_attr_text(tb[HULL_A_VM_REASON_TEXT], vm->reason_text, sizeof(vm->reason_text));
	vm->state = hull_attr_u32(tb[HULL_A_VM_STATE]);
	vm->reason = hull_attr_u32(tb[HULL_A_VM_REASON]);
	vm->engine = hull_attr_u32(tb[HULL_A_VM_ENGINE]);
	vm->memory = hull_attr_u64(tb[HULL_A_VM_MEMORY]);
	vm->cpus = hull_attr_u32(tb[HULL_A_VM_CPUS]);
	vm->cpu_weight = hull_attr_u32(tb[HULL_A_VM_CPU_WEIGHT]);
	vm->mitigations = hull_attr_u32(tb[HULL_A_VM_MITIGATIONS]);
	vm->flags = hull_attr_u32(tb[HULL_A_VM_FLAGS]);
	vm->vcpus = hull_attr_u32(tb[HULL_A_VM_VCPUS]);
	vm->pid = hull_attr_u32(tb[HULL_A_VM_PID]);
	vm->created = hull_attr_u64(tb[HULL_A_VM_CREATED]);
	vm->started = hull_attr_u64(tb[HULL_A_VM_STARTED]);
	vm->n_groups = 0;
	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == HULL_A_VM_GROUP)
			group_take(attr, vm);
	return 0;
}

static int vm_take(struct nlattr *const *tb, void *data, struct hull_error *error)
{
	if (!tb[HULL_A_VM])
		return hull_error_set(error, EPROTO, "the kernel's answer has no VM");
	return hull_vm_parse(tb[HULL_A_VM], data, error);
}

static int vm_add(struct nlattr *const *tb, void *data, struct hull_error *error)
{
	struct hull_vm_info *vm = hull_array_add(data);

	if (!vm)
		return hull_error_set(error, ENOMEM, "out of memory");
	return vm_take(tb, vm, error);
}

int hull_vm_new(struct hull_client *client, const struct hull_vm_new *new,
		struct hull_vm_info *vm, struct hull_error *error)
{
	struct nlmsghdr *request = hull_request(client, HULL_CMD_VM_NEW, 0);
	struct nlattr *nest = mnl_attr_nest_start(request, HULL_A_VM);

	mnl_attr_put_strz(request, HULL_A_VM_NAME, new->name);
	mnl_attr_put_u32(request, HULL_A_VM_ENGINE, new->engine);
	if (new->domain)
		mnl_attr_put_strz(request, HULL_A_VM_DOMAIN, new->domain);
	if (new->memory)
		mnl_attr_put_u64(request, HULL_A_VM_MEMORY, new->memory);
	mnl_attr_put_u32(request, HULL_A_VM_CPUS, new->cpus);
	mnl_attr_put_u32(request, HULL_A_VM_CPU_WEIGHT, new->cpu_weight);
	mnl_attr_put_u32(request, HULL_A_VM_MITIGATIONS, new->mitigations);
	mnl_attr_put_u32(request, HULL_A_VM_FLAGS, new->flags);
	mnl_attr_nest_end(request, nest);
	if (new->policy)
		hull_policy_put_nest(request, new->policy);
	if (!hull_transact(client, request, vm_take, vm, NULL, error))
		return 0;
	hull_policy_error(request, error);
	return -1;
}

int hull_vm_get(struct hull_client *client, const struct hull_ref *ref, struct hull_vm_info *vm,
		struct hull_error *error)
{
	struct nlattr *nest;
	struct nlmsghdr *request = hull_request_vm(client, HULL_CMD_VM_GET, ref, &nest);

	mnl_attr_nest_end(request, nest);
	return hull_transact(client, request, vm_take, vm, NULL, error);
}

int hull_vm_list(struct hull_client *client, struct hull_vm_info **vms, size_t *n,
		 struct hull_error *error)
{
	struct hull_array array = { .size = sizeof(**vms) };

	if (hull_dump(client, HULL_CMD_VM_GET, vm_add, &array, error))
		return -1;
	*vms = array.items;
	*n = array.n;
	return 0;
}

int hull_vm_set(struct hull_client *client, const struct hull_ref *ref,
		const struct hull_vm_change *change, struct hull_error *error)
{
	struct nlattr *nest;
	struct nlmsghdr *request = hull_request_vm(client, HULL_CMD_VM_SET, ref, &nest);

	if (change->cpu_weight)
		mnl_attr_put_u32(request, HULL_A_VM_CPU_WEIGHT, *change->cpu_weight);
	if (change->mitigations)
		mnl_attr_put_u32(request, HULL_A_VM_MITIGATIONS, *change->mitigations);
	if (change->flags)
		mnl_attr_put_u32(request, HULL_A_VM_FLAGS, *change->flags);
	mnl_attr_nest_end(request, nest);
	return hull_transact(client, request, NULL, NULL, NULL, error);
}

int hull_vm_state_set(struct hull_client *client, const struct hull_ref *ref,
		      enum hull_vm_state state, struct hull_error *error)
{
	struct nlattr *nest;
	struct nlmsghdr *request = hull_request_vm(client, HULL_CMD_VM_SET, ref, &nest);

	mnl_attr_put_u32(request, HULL_A_VM_STATE, state);
	mnl_attr_nest_end(request, nest);
	return hull_transact(client, request, NULL, NULL, NULL, error);
}

int hull_vm_delete(struct hull_client *client, const struct hull_ref *ref,
		   struct hull_error *error)
{
	struct nlattr *nest;
	struct nlmsghdr *request = hull_request_vm(client, HULL_CMD_VM_DEL, ref, &nest);

	mnl_attr_nest_end(request, nest);
	return hull_transact(client, request, NULL, NULL, NULL, error);
}

static void exit_take(const struct nlattr *nest, struct hull_vm_stats *stats)
{
	struct nlattr *tb[HULL_A_EXIT_MAX + 1];
	struct hull_exit_count *exit;

	if (stats->n_exit == HULL_EXITS_MAX)
		return;
	exit = &stats->exit[stats->n_exit++];
	hull_nest_parse(nest, tb, HULL_A_EXIT_MAX);
	exit->reason = hull_attr_u32(tb[HULL_A_EXIT_REASON]);
	exit->count = hull_attr_u64(tb[HULL_A_EXIT_COUNT]);
	hull_attr_text(tb[HULL_A_EXIT_NAME], exit->name, sizeof(exit->name));
}

static int stats_take(struct nlattr *const *tb, void *data, struct hull_error *error)
{
	struct nlattr *sub[HULL_A_STATS_MAX + 1], *attr;
	struct hull_vm_stats *stats = data;
	struct hull_vm_info vm;

	if (!tb[HULL_A_VM] || !tb[HULL_A_STATS])
		return hull_error_set(error, EPROTO, "the kernel's answer has no counters");
	if (hull_vm_parse(tb[HULL_A_VM], &vm, error))
		return -1;
	*stats = (struct hull_vm_stats){ .id = vm.id };
	__builtin_memcpy(stats->name, vm.name, sizeof(stats->name));

	hull_nest_parse(tb[HULL_A_STATS], sub, HULL_A_STATS_MAX);
	stats->exits = hull_attr_u64(sub[HULL_A_STATS_EXITS]);
	stats->guest_ns = hull_attr_u64(sub[HULL_A_STATS_GUEST_NS]);
	stats->user_exits = hull_attr_u64(sub[HULL_A_STATS_USER_EXITS]);
	stats->halts = hull_attr_u64(sub[HULL_A_STATS_HALTS]);
	stats->injected = hull_attr_u64(sub[HULL_A_STATS_INJECTED]);
	stats->nmis = hull_attr_u64(sub[HULL_A_STATS_NMIS]);
	stats->hypercalls = hull_attr_u64(sub[HULL_A_STATS_HYPERCALLS]);
	stats->hypercalls_denied = hull_attr_u64(sub[HULL_A_STATS_HYPERCALLS_DENIED]);
	stats->memory = hull_attr_u64(sub[HULL_A_STATS_MEMORY]);
	stats->memory_2m = hull_attr_u64(sub[HULL_A_STATS_MEMORY_2M]);
	stats->tables = hull_attr_u64(sub[HULL_A_STATS_TABLES]);
	stats->faults = hull_attr_u64(sub[HULL_A_STATS_FAULTS]);
	stats->tlb_flushes = hull_attr_u64(sub[HULL_A_STATS_TLB_FLUSHES]);
	stats->emulated = hull_attr_u64(sub[HULL_A_STATS_EMULATED]);
	stats->given = hull_attr_u64(sub[HULL_A_STATS_GIVEN]);
	mnl_attr_for_each_nested(attr, tb[HULL_A_STATS])
		if (mnl_attr_get_type(attr) == HULL_A_STATS_EXIT)
			exit_take(attr, stats);
	return 0;
}

static int stats_add(struct nlattr *const *tb, void *data, struct hull_error *error)
{
	struct hull_vm_stats *stats = hull_array_add(data);

	if (!stats)
		return hull_error_set(error, ENOMEM, "out of memory");
	return stats_take(tb, stats, error);
}

int hull_vm_stats(struct hull_client *client, const struct hull_ref *ref,
		  struct hull_vm_stats *stats, struct hull_error *error)
{
	struct nlattr *nest;
	struct nlmsghdr *request = hull_request_vm(client, HULL_CMD_VM_STATS_GET, ref, &nest);

	mnl_attr_nest_end(request, nest);
	return hull_transact(client, request, stats_take, stats, NULL, error);
}

int hull_vm_stats_list(struct hull_client *client, struct hull_vm_stats **stats, size_t *n,
		       struct hull_error *error)
{
	struct hull_array array = { .size = sizeof(**stats) };

	if (hull_dump(client, HULL_CMD_VM_STATS_GET, stats_add, &array, error))
		return -1;
	*stats = array.items;
	*n = array.n;
	return 0;
}

static int log_take(struct nlattr *const *tb, void *data, struct hull_error *error)
{
	struct nlattr *sub[HULL_A_LOG_MAX + 1];
	struct hull_vm_log *log = data;
	size_t bytes;

	if (!tb[HULL_A_LOG])
		return hull_error_set(error, EPROTO, "the kernel's answer has no log");
	hull_nest_parse(tb[HULL_A_LOG], sub, HULL_A_LOG_MAX);
	bytes = sub[HULL_A_LOG_TEXT] ? mnl_attr_get_payload_len(sub[HULL_A_LOG_TEXT]) : 0;
	log->text = malloc(bytes + 1);
	if (!log->text)
		return hull_error_set(error, ENOMEM, "out of memory");
	hull_attr_text(sub[HULL_A_LOG_TEXT], log->text, bytes + 1);
	log->lines = hull_attr_u64(sub[HULL_A_LOG_LINES]);
	log->dropped = hull_attr_u64(sub[HULL_A_LOG_DROPPED]);
	return 0;
}

int hull_vm_log(struct hull_client *client, const struct hull_ref *ref, struct hull_vm_log *log,
		struct hull_error *error)
{
	struct nlattr *nest;
	struct nlmsghdr *request = hull_request_vm(client, HULL_CMD_VM_LOG_GET, ref, &nest);

	mnl_attr_nest_end(request, nest);
	return hull_transact(client, request, log_take, log, NULL, error);
}
