// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <string.h>
#include <linux/hull_hypercall.h>
#include <lib/names.h>

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const char *const states[] = {
	[HULL_VM_CREATED] = "created",
	[HULL_VM_RUNNING] = "running",
	[HULL_VM_PAUSED] = "paused",
	[HULL_VM_STOPPED] = "stopped",
	[HULL_VM_KILLED] = "killed",
};

static const char *const reasons[__HULL_STOP_MAX] = {
	[HULL_STOP_NONE] = "none",
	[HULL_STOP_POWEROFF] = "poweroff",
	[HULL_STOP_RESET] = "reset",
	[HULL_STOP_TRIPLE_FAULT] = "triple-fault",
	[HULL_STOP_EXIT] = "exit",
	[HULL_STOP_KILLED] = "killed",
	[HULL_STOP_VMM_DIED] = "vmm-died",
	[HULL_STOP_VMM_ERROR] = "vmm-error",
	[HULL_STOP_ENGINE_ERROR] = "engine-error",
	[HULL_STOP_STOPPED] = "stopped",
	[HULL_STOP_POLICY] = "policy",
};

static const char *const engines[] = {
	[HULL_ENGINE_VMX] = "hull",
	[HULL_ENGINE_KVM] = "kvm",
};

static const char *const events[] = {
	[HULL_EVENT_VM_CREATED] = "created",
	[HULL_EVENT_VM_STARTED] = "started",
	[HULL_EVENT_VM_PAUSED] = "paused",
	[HULL_EVENT_VM_RESUMED] = "resumed",
	[HULL_EVENT_VM_STOPPED] = "stopped",
	[HULL_EVENT_VM_CHANGED] = "changed",
	[HULL_EVENT_VM_DELETED] = "deleted",
	[HULL_EVENT_HYPERCALL] = "hypercall",
	[HULL_EVENT_GROUP_CREATED] = "created",
	[HULL_EVENT_GROUP_STARTED] = "started",
	[HULL_EVENT_GROUP_EMPTY] = "empty",
	[HULL_EVENT_GROUP_FROZEN] = "frozen",
	[HULL_EVENT_GROUP_THAWED] = "thawed",
	[HULL_EVENT_GROUP_OOM] = "oom",
	[HULL_EVENT_GROUP_CHANGED] = "changed",
	[HULL_EVENT_GROUP_GONE] = "gone",
	[HULL_EVENT_GROUP_DELETED] = "deleted",
	[HULL_EVENT_VERDICT] = "verdict",
};

static const char *const group_states[__HULL_GROUP_STATE_MAX] = {
	[HULL_GROUP_CREATED] = "created",
	[HULL_GROUP_RUNNING] = "running",
	[HULL_GROUP_FROZEN] = "frozen",
	[HULL_GROUP_EMPTY] = "empty",
	[HULL_GROUP_GONE] = "gone",
};

static const char *const actions[__HULL_POLICY_MAX] = {
	[HULL_POLICY_ALLOW] = "allow",
	[HULL_POLICY_DENY] = "deny",
	[HULL_POLICY_AUDIT] = "audit",
	[HULL_POLICY_FORWARD] = "forward",
	[HULL_POLICY_LIMIT] = "limit",
	[HULL_POLICY_KILL] = "kill",
};

const struct hull_bit_name hull_mitigation_names[] = {
	{ HULL_MITIGATION_L1D_FLUSH, "l1d-flush", "flush the L1 data cache before entry (L1TF)" },
	{ HULL_MITIGATION_CPU_BUFFERS, "cpu-buffers",
	  "clear CPU buffers before entry (MDS, TAA, MMIO)" },
	{ HULL_MITIGATION_RSB_FILL, "rsb-fill", "fill the return stack after an exit" },
	{ HULL_MITIGATION_SPEC_CTRL, "spec-ctrl", "switch IA32_SPEC_CTRL" },
	{ HULL_MITIGATION_IBPB, "ibpb", "branch predictor barrier between two guests" },
	{ HULL_MITIGATION_BHB_CLEAR, "bhb-clear", "clear the branch history after an exit" },
	{ HULL_MITIGATION_NX_HUGE, "nx-huge", "no executable large pages (iTLB multihit)" },
	{ 0, NULL, NULL },
};

const struct hull_bit_name hull_cap_names[] = {
	{ HULL_VMX_CAP_EPT, "ept", "extended page tables" },
	{ HULL_VMX_CAP_EPT_2M, "ept-2m", "2 MiB pages" },
	{ HULL_VMX_CAP_EPT_1G, "ept-1g", "1 GiB pages" },
	{ HULL_VMX_CAP_EPT_AD, "ept-ad", "accessed and dirty bits" },
	{ HULL_VMX_CAP_EPT_EXEC_ONLY, "ept-exec-only", "execute-only pages" },
	{ HULL_VMX_CAP_VPID, "vpid", "tagged TLB" },
	{ HULL_VMX_CAP_UNRESTRICTED, "unrestricted-guest", "real mode and unpaged guests" },
	{ HULL_VMX_CAP_PREEMPTION_TIMER, "preemption-timer", "timer that ends a guest's turn" },
	{ HULL_VMX_CAP_MSR_BITMAP, "msr-bitmap", "interception MSR by MSR" },
	{ HULL_VMX_CAP_PAUSE_LOOP, "pause-loop", "exits from spin loops" },
	{ HULL_VMX_CAP_RDTSCP, "rdtscp", "RDTSCP in guests" },
	{ HULL_VMX_CAP_INVPCID, "invpcid", "INVPCID in guests" },
	{ HULL_VMX_CAP_XSAVES, "xsaves", "XSAVES in guests" },
	{ HULL_VMX_CAP_VIRTUAL_NMI, "virtual-nmi", "virtual NMIs" },
	{ HULL_VMX_CAP_TSC_SCALING, "tsc-scaling", "a guest's own TSC frequency" },
	{ HULL_VMX_CAP_PML, "pml", "page-modification log" },
	{ HULL_VMX_CAP_INVEPT_SINGLE, "invept-single", "INVEPT of one context" },
	{ 0, NULL, NULL },
};

const struct hull_bit_name hull_feature_names[] = {
	{ HULL_FEATURE_LOG, "log", "a line to the VM's log" },
	{ HULL_FEATURE_TIME, "time", "the host's clocks" },
	{ HULL_FEATURE_YIELD, "yield", "the CPU to another vCPU" },
	{ HULL_FEATURE_MULTICALL, "multicall", "many calls in one exit" },
	{ HULL_FEATURE_RING, "ring", "calls without an exit" },
	{ HULL_FEATURE_EVENT, "event", "doorbells between VMs" },
	{ HULL_FEATURE_SHARE, "share", "memory shared between VMs" },
	{ HULL_FEATURE_MEMORY, "memory", "memory given back" },
	{ HULL_FEATURE_GROUP, "group", "groups inside a guest" },
	{ HULL_FEATURE_BPF, "bpf",
	  "calls that BPF programs answer: Linux 6.9, and hull.ko built with the kernel's BTF" },
	{ 0, NULL, NULL },
};

const struct hull_bit_name hull_flag_names[] = {
	{ HULL_VM_F_HYPERCALL_CPL3, "hypercall-cpl3", "extra hypercalls from guest user mode" },
	{ HULL_VM_F_MSR_IGNORE, "msr-ignore", "unknown MSRs read 0, writes are dropped" },
	{ 0, NULL, NULL },
};

const struct hull_bit_name hull_group_flag_names[] = {
	{ HULL_GROUP_F_TRANSIENT, "transient", "the record goes with its cgroup" },
	{ 0, NULL, NULL },
};

static const char *name_of(const char *const *names, size_t n, unsigned int value)
{
	return value < n && names[value] ? names[value] : "?";
}

const char *hull_state_name(enum hull_vm_state state)
{
	return name_of(states, COUNT(states), state);
}

const char *hull_reason_name(enum hull_stop_reason reason)
{
	return name_of(reasons, COUNT(reasons), reason);
}

const char *hull_engine_name(enum hull_engine engine)
{
	return name_of(engines, COUNT(engines), engine);
}

const char *hull_event_name(enum hull_event_kind kind)
{
	return name_of(events, COUNT(events), kind);
}

const char *hull_group_state_name(enum hull_group_state state)
{
	return name_of(group_states, COUNT(group_states), state);
}

const char *hull_action_name(enum hull_policy_action action)
{
	return name_of(actions, COUNT(actions), action);
}

/* Digits to @value; where they end, or NULL when there are none or too many. */
static const char *digits_parse(const char *text, uint64_t *value)
{
	*value = 0;
	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++)
		if (__builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, (uint64_t)(*text - '0'), value))
			return NULL;
	return text;
}

bool hull_size_parse(const char *text, uint64_t *bytes, const char **why)
{
	static const char units[] = "KMGT";
	const char *end = digits_parse(text, bytes), *unit;

	*why = "not a size: a number, and one of K M G T after it";
	if (!end)
		return false;
	if (!*end)
		return true;
	unit = strchr(units, toupper((unsigned char)*end));
	if (!unit || end[1])
		return false;
	*why = "too large";
	return !__builtin_mul_overflow(*bytes, 1ull << (10 * (unit - units + 1)), bytes);
}

bool hull_number_parse(const char *text, uint32_t min, uint32_t max, uint32_t *number,
		       const char **why)
{
	uint64_t value;
	const char *end = digits_parse(text, &value);

	*why = "not a number";
	if (!end || *end)
		return false;
	*why = "out of range";
	if (value < min || value > max)
		return false;
	*number = (uint32_t)value;
	return true;
}

bool hull_milliseconds_parse(const char *text, uint32_t min, uint32_t max, uint32_t *ms)
{
	const char *end, *point;
	uint64_t value, part = 0;
	unsigned int unit = 100;

	end = digits_parse(text, &value);
	if (!end || value > max / 1000)
		return false;
	if (*end == '.') {
		for (point = end++; isdigit((unsigned char)*end); end++, unit /= 10)
			part += unit * (unsigned int)(*end - '0');
		if (end == point + 1)
			return false;
	}
	value = value * 1000 + part;
	*ms = (uint32_t)value;
	return !*end && value >= min && value <= max;
}

bool hull_engine_parse(const char *text, enum hull_engine *engine, const char **why)
{
	size_t i;

	for (i = 0; i < COUNT(engines); i++) {
		if (!strcmp(text, engines[i])) {
			*engine = (enum hull_engine)i;
			return true;
		}
	}
	*why = "no such engine: hull or kvm";
	return false;
}

static bool mitigation_find(const char *name, size_t len, uint32_t *bits)
{
	const struct hull_bit_name *row;

	for (row = hull_mitigation_names; row->name; row++) {
		if (strlen(row->name) == len && !strncmp(row->name, name, len)) {
			*bits |= (uint32_t)row->bit;
			return true;
		}
	}
	return false;
}

bool hull_mitigations_parse(const char *text, uint32_t *mitigations, const char **why)
{
	uint32_t bits = 0;
	size_t len;

	*mitigations = strcmp(text, "off") ? HULL_MITIGATIONS_ALL : 0;
	if (!*mitigations || !strcmp(text, "default"))
		return true;
	*why = "no such mitigation: default, off, or names with commas between; see vmctl host";
	for (;; text += len + 1) {
		len = strcspn(text, ",");
		if (!mitigation_find(text, len, &bits))
			return false;
		if (!text[len])
			break;
	}
	*mitigations = bits;
	return true;
}

bool hull_id_parse(const char *text, uint32_t *id)
{
	const char *why;

	return hull_number_parse(text, 1, INT32_MAX, id, &why);
}

bool hull_name_valid(const char *name)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
	size_t len = strlen(name);

	if (!len || len > HULL_NAME_MAX || name[0] == '-' || name[0] == '.')
		return false;
	return strspn(name, allowed) == len && strspn(name, "0123456789") != len;
}
