/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note OR MIT */
/*
 * Hull: control plane (generic netlink family "hull") and the one ioctl of its own
 * on /dev/hull. The data plane is the KVM ioctl ABI of <linux/kvm.h>.
 *
 * Described in Documentation/netlink/specs/hull.yaml; a test holds the two together.
 */
#ifndef _UAPI_LINUX_HULL_H
#define _UAPI_LINUX_HULL_H

#include <linux/types.h>
#include <linux/ioctl.h>

#define HULL_GENL_NAME		"hull"
#define HULL_GENL_VERSION	1
#define HULL_GENL_MCGRP_EVENTS	"events"
#define HULL_GENL_MCGRP_AUDIT	"audit"		/* what policies want told */

/* Names: 1 to HULL_NAME_MAX bytes of [A-Za-z0-9_.-], the first no - or ., not all digits */
#define HULL_NAME_MAX		63
#define HULL_REASON_MAX		127	/* bytes of a stop reason's text */
#define HULL_VCPUS_MAX		64	/* vCPUs of one VM */
#define HULL_VMS_MAX		4096	/* VM records on one host */
#define HULL_GROUPS_MAX		10000	/* group records on one host */
#define HULL_GROUP_LEVEL_MAX	63	/* how deep below the root a group's cgroup may be */
#define HULL_GROUP_PATH_MAX	1023	/* bytes of its path */
#define HULL_GROUP_LABEL_MAX	255	/* bytes of what a group says about itself */
#define HULL_MEMORY_MAX		(1ULL << 46)	/* bytes of one VM */
#define HULL_CPU_WEIGHT_MAX	10000

/*
 * Commands. All of them, and joining a group, need CAP_NET_ADMIN in the
 * initial user namespace; the family exists in the initial network namespace alone.
 * What is refused comes with an extack sentence and changes nothing. A VM is named
 * by HULL_A_VM_ID or HULL_A_VM_NAME in HULL_A_VM; with both they must agree. A dump
 * takes no attributes and shows NLM_F_DUMP_INTR when VMs or groups came or went meanwhile;
 * HULL_CMD_HYPERCALL_GET is a dump of one VM, which it takes. A group is named likewise, by
 * HULL_A_GROUP_ID or HULL_A_GROUP_NAME in HULL_A_GROUP. A process in a group is refused.
 */
enum hull_cmd {
	HULL_CMD_HOST_GET = 1,		/* do: what this host offers */
	HULL_CMD_VM_NEW,		/* do: create a record; replies with the VM */
	HULL_CMD_VM_GET,		/* do, dump */
	HULL_CMD_VM_SET,		/* do: change settings, or the state: pause, resume, kill */
	HULL_CMD_VM_DEL,		/* do: delete a record that is not running */
	HULL_CMD_VM_STATS_GET,		/* do, dump: the VM's id and name, and its counters */
	HULL_CMD_VM_LOG_GET,		/* do: what the guest said by hull_log */
	HULL_CMD_VM_NTF,		/* event: HULL_A_EVENT and the VM */
	HULL_CMD_POLICY_SET,		/* do: another policy for a VM's calls, at once and whole */
	HULL_CMD_POLICY_GET,		/* do: the VM's id and name, its policy with hits */
	HULL_CMD_HYPERCALL_GET,		/* dump of a VM: calls by number */
	HULL_CMD_AUDIT_NTF,		/* event in group audit: HULL_A_EVENT, the VM, HULL_A_AUDIT */
	HULL_CMD_GROUP_NEW,		/* do: make a record for a cgroup; replies with the group */
	HULL_CMD_GROUP_GET,		/* do, dump */
	HULL_CMD_GROUP_SET,		/* do: change settings */
	HULL_CMD_GROUP_DEL,		/* do: delete a record whose cgroup has no processes */
	HULL_CMD_GROUP_STATS_GET,	/* do, dump: the group's id and name, and its counters */
	HULL_CMD_GROUP_NTF,		/* event: HULL_A_EVENT and the group */
	HULL_CMD_CONFINE_SET,		/* do: a group is under another policy, at once; none without HULL_A_CONFINE */
	HULL_CMD_CONFINE_GET,		/* do: the group's id and name, HULL_A_CONFINE unless there is no policy */
	HULL_CMD_VERDICT_NTF,		/* event in group audit: HULL_A_EVENT, the group, HULL_A_VERDICT */
	HULL_CMD_SUPERVISE,		/* do: this socket is told a group's questions until it is closed */
	HULL_CMD_ANSWER,		/* do: HULL_A_QUESTION: id, allow */
	HULL_CMD_QUESTION_NTF,		/* to the supervisor: the group, HULL_A_QUESTION, HULL_A_VERDICT */
	__HULL_CMD_MAX,
};
#define HULL_CMD_MAX	(__HULL_CMD_MAX - 1)

/* Top-level attributes */
enum hull_attr {
	HULL_A_HOST = 1,		/* nest, enum hull_attr_host */
	HULL_A_VM,			/* nest, enum hull_attr_vm */
	HULL_A_STATS,			/* nest, enum hull_attr_stats */
	HULL_A_EVENT,			/* u32, enum hull_event_kind */
	HULL_A_LOG,			/* nest, enum hull_attr_log */
	HULL_A_PAD,
	HULL_A_POLICY,			/* nest, enum hull_attr_policy */
	HULL_A_HYPERCALL,		/* nest, enum hull_attr_hypercall */
	HULL_A_AUDIT,			/* nest, enum hull_attr_audit */
	HULL_A_GROUP,			/* nest, enum hull_attr_group */
	HULL_A_GROUP_STATS,		/* nest, enum hull_attr_group_stats */
	HULL_A_CONFINE,			/* nest, enum hull_attr_confine */
	HULL_A_VERDICT,			/* nest, enum hull_attr_verdict */
	HULL_A_QUESTION,		/* nest, enum hull_attr_question */
	__HULL_A_MAX,
};
#define HULL_A_MAX	(__HULL_A_MAX - 1)

enum hull_attr_host {
	HULL_A_HOST_VERSION = 1,	/* string: module version */
	HULL_A_HOST_KERNEL,		/* string: release */
	HULL_A_HOST_CPU,		/* string: model name */
	HULL_A_HOST_CPUS,		/* u32: online CPUs */
	HULL_A_HOST_MEMORY,		/* u64: bytes */
	HULL_A_HOST_VMX_ERROR,		/* s32: 0, or -errno that Hull's engine would refuse with */
	HULL_A_HOST_VMX_WHY,		/* string: sentence; absent without an error */
	HULL_A_HOST_VMX_HOLDER,		/* string: who holds VMX; absent when nobody else */
	HULL_A_HOST_VMX_CAPS,		/* u64: HULL_VMX_CAP_* */
	HULL_A_HOST_MITIGATIONS,	/* u32: HULL_MITIGATION_* needed and on */
	HULL_A_HOST_VMS,		/* u32: VM records */
	HULL_A_HOST_RUNNING,		/* u32: VMs with a VMM attached */
	HULL_A_HOST_VMS_MAX,		/* u32 */
	HULL_A_HOST_VCPUS_MAX,		/* u32 */
	HULL_A_HOST_PAD,
	HULL_A_HOST_FEATURES,		/* u32: HULL_FEATURE_* of linux/hull_hypercall.h */
	__HULL_A_HOST_MAX,
};
#define HULL_A_HOST_MAX	(__HULL_A_HOST_MAX - 1)

enum hull_attr_vm {
	HULL_A_VM_ID = 1,		/* u32, never 0 */
	HULL_A_VM_NAME,			/* string, 1 to HULL_NAME_MAX bytes, unique */
	HULL_A_VM_STATE,		/* u32, enum hull_vm_state; SET: paused, running, killed */
	HULL_A_VM_REASON,		/* u32, enum hull_stop_reason: why it is stopped */
	HULL_A_VM_REASON_TEXT,		/* string: the same for people */
	HULL_A_VM_ENGINE,		/* u32, enum hull_engine */
	HULL_A_VM_MEMORY,		/* u64: bytes, n * 4096; absent: no bound */
	HULL_A_VM_CPUS,			/* u32: 1 to HULL_VCPUS_MAX */
	HULL_A_VM_CPU_WEIGHT,		/* u32: 1 to 10000, as cgroup's cpu.weight */
	HULL_A_VM_MITIGATIONS,		/* u32: HULL_MITIGATION_* it has where needed */
	HULL_A_VM_FLAGS,		/* u32: HULL_VM_F_* */
	HULL_A_VM_PID,			/* u32: VMM, as the caller sees it (events: as init does) */
	HULL_A_VM_CREATED,		/* u64: CLOCK_REALTIME, ns */
	HULL_A_VM_STARTED,		/* u64: likewise; absent before the first start */
	HULL_A_VM_VCPUS,		/* u32: vCPUs that exist now */
	HULL_A_VM_DOMAIN,		/* string, a name: VMs of one domain may meet; absent: none */
	HULL_A_VM_GROUP,		/* nest, repeated, in HULL_CMD_VM_GET: enum hull_attr_guest_group */
	HULL_A_VM_PAD,
	__HULL_A_VM_MAX,
};
#define HULL_A_VM_MAX	(__HULL_A_VM_MAX - 1)

/* A confined group inside the guest: the guest's word, the last HULL_GUEST_GROUPS_MAX ids. */
#define HULL_GUEST_GROUPS_MAX	16
enum hull_attr_guest_group {
	HULL_A_GUEST_GROUP_NAME = 1,	/* string: 1 to 63 of ! to ~ */
	HULL_A_GUEST_GROUP_ID,		/* u64: in the guest */
	HULL_A_GUEST_GROUP_ALLOWED,	/* u64: verdicts */
	HULL_A_GUEST_GROUP_DENIED,	/* u64 */
	HULL_A_GUEST_GROUP_AUDITED,	/* u64 */
	HULL_A_GUEST_GROUP_PAD,
	__HULL_A_GUEST_GROUP_MAX,
};
#define HULL_A_GUEST_GROUP_MAX	(__HULL_A_GUEST_GROUP_MAX - 1)

/* Counters of a VM, summed over its vCPUs and over its runs. */
enum hull_attr_stats {
	HULL_A_STATS_EXITS = 1,		/* u64: VM exits */
	HULL_A_STATS_EXIT,		/* nest, repeated: enum hull_attr_exit */
	HULL_A_STATS_GUEST_NS,		/* u64: in guest and in exits handled without leaving it */
	HULL_A_STATS_USER_EXITS,	/* u64: exits to the VMM */
	HULL_A_STATS_HALTS,		/* u64: HLT and waits that blocked */
	HULL_A_STATS_INJECTED,		/* u64: interrupts delivered */
	HULL_A_STATS_NMIS,		/* u64 */
	HULL_A_STATS_HYPERCALLS,	/* u64: extra hypercalls */
	HULL_A_STATS_HYPERCALLS_DENIED,	/* u64 */
	HULL_A_STATS_MEMORY,		/* u64: bytes mapped in the EPT now */
	HULL_A_STATS_MEMORY_2M,		/* u64: of which by 2 MiB pages */
	HULL_A_STATS_TABLES,		/* u64: bytes of EPT tables */
	HULL_A_STATS_FAULTS,		/* u64: EPT faults resolved */
	HULL_A_STATS_TLB_FLUSHES,	/* u64 */
	HULL_A_STATS_EMULATED,		/* u64: instructions emulated */
	HULL_A_STATS_GIVEN,		/* u64: bytes that the guest says it gave back and did not take again */
	HULL_A_STATS_PAD,
	__HULL_A_STATS_MAX,
};
#define HULL_A_STATS_MAX	(__HULL_A_STATS_MAX - 1)

enum hull_attr_exit {
	HULL_A_EXIT_REASON = 1,		/* u32: basic exit reason, SDM Vol. 3, appendix C */
	HULL_A_EXIT_NAME,		/* string */
	HULL_A_EXIT_COUNT,		/* u64 */
	HULL_A_EXIT_PAD,
	__HULL_A_EXIT_MAX,
};
#define HULL_A_EXIT_MAX	(__HULL_A_EXIT_MAX - 1)

enum hull_attr_log {
	HULL_A_LOG_TEXT = 1,		/* string: the lines that are kept, oldest first */
	HULL_A_LOG_LINES,		/* u64: lines the guest wrote so far */
	HULL_A_LOG_DROPPED,		/* u64: lines refused by the rate limit */
	HULL_A_LOG_PAD,
	__HULL_A_LOG_MAX,
};
#define HULL_A_LOG_MAX	(__HULL_A_LOG_MAX - 1)

enum hull_attr_policy {
	HULL_A_POLICY_RULE = 1,		/* nest, repeated: enum hull_attr_rule */
	__HULL_A_POLICY_MAX,
};
#define HULL_A_POLICY_MAX	(__HULL_A_POLICY_MAX - 1)

/*
 * A rule on calls. The first one is the default: for all numbers, from all privilege
 * levels. A later one is over earlier ones where it applies.
 */
#define HULL_RULES_MAX		64	/* of one policy, the default among them */

enum hull_attr_rule {
	HULL_A_RULE_FIRST = 1,		/* u32: number as the guest says it; not in a default */
	HULL_A_RULE_LAST,		/* u32: likewise; absent: only the first */
	HULL_A_RULE_CPLS,		/* u32: bit n: from CPL n; absent: all */
	HULL_A_RULE_ACTION,		/* u32, enum hull_policy_action */
	HULL_A_RULE_ERRNO,		/* u32: with deny and limit, 1 to 4095 */
	HULL_A_RULE_RATE,		/* u32: with limit: calls a second, 1 and up */
	HULL_A_RULE_BURST,		/* u32: with limit: calls at once, 1 and up */
	HULL_A_RULE_HITS,		/* u64: calls it applied to; absent: not counted */
	HULL_A_RULE_PAD,
	__HULL_A_RULE_MAX,
};
#define HULL_A_RULE_MAX	(__HULL_A_RULE_MAX - 1)

/* Calls of one number, summed over vCPUs and over runs. */
enum hull_attr_hypercall {
	HULL_A_HYPERCALL_NUMBER = 1,	/* u32: as the guest says it */
	HULL_A_HYPERCALL_NAME,		/* string: absent: nobody answers it now */
	HULL_A_HYPERCALL_CALLS,		/* u64: all, those refused included */
	HULL_A_HYPERCALL_DENIED,	/* u64: refused by privilege level or policy */
	HULL_A_HYPERCALL_ERRORS,	/* u64: with a negative result */
	HULL_A_HYPERCALL_BYTES,		/* u64: moved to and from the guest */
	HULL_A_HYPERCALL_LATENCY,	/* u64[]: item n: calls of 2^n TSC cycles and more */
	HULL_A_HYPERCALL_PAD,
	__HULL_A_HYPERCALL_MAX,
};
#define HULL_A_HYPERCALL_MAX	(__HULL_A_HYPERCALL_MAX - 1)

enum hull_attr_audit {
	HULL_A_AUDIT_TIME = 1,		/* u64: CLOCK_REALTIME, ns */
	HULL_A_AUDIT_NUMBER,		/* u32: as the guest said it */
	HULL_A_AUDIT_NAME,		/* string: absent: it has none */
	HULL_A_AUDIT_VCPU,		/* u32: absent: a call from a ring */
	HULL_A_AUDIT_CPL,		/* u32 */
	HULL_A_AUDIT_ARG,		/* u64, repeated: rbx, rcx, rdx, rsi */
	HULL_A_AUDIT_RESULT,		/* s64: what the guest got */
	HULL_A_AUDIT_DROPPED,		/* u64: events of this VM lost right before; absent: none */
	HULL_A_AUDIT_PAD,
	__HULL_A_AUDIT_MAX,
};
#define HULL_A_AUDIT_MAX	(__HULL_A_AUDIT_MAX - 1)

/*
 * A group: the tasks in one cgroup of the v2 hierarchy and in the cgroups below it. Groups
 * nest as their cgroups do.
 */
enum hull_attr_group {
	HULL_A_GROUP_ID = 1,		/* u32, never 0; one id space with VMs */
	HULL_A_GROUP_NAME,		/* string, 1 to HULL_NAME_MAX bytes, unique among groups */
	HULL_A_GROUP_CGROUP_FD,		/* u32, NEW: the caller's descriptor of the cgroup's directory */
	HULL_A_GROUP_STATE,		/* u32, enum hull_group_state */
	HULL_A_GROUP_FLAGS,		/* u32: HULL_GROUP_F_* */
	HULL_A_GROUP_LABEL,		/* string: whatever its maker wants shown; absent: none */
	HULL_A_GROUP_CGROUP_ID,		/* u64: inode number of the directory, never used again */
	HULL_A_GROUP_PATH,		/* string: from the root of the v2 hierarchy, begins with / */
	HULL_A_GROUP_PARENT,		/* u32: id of the group around it; absent: none */
	HULL_A_GROUP_CREATED,		/* u64: CLOCK_REALTIME, ns */
	HULL_A_GROUP_STARTED,		/* u64: last time it got its first task; absent: never */
	HULL_A_GROUP_PAD,
	__HULL_A_GROUP_MAX,
};
#define HULL_A_GROUP_MAX	(__HULL_A_GROUP_MAX - 1)

/* Counters of a group, from its creation on; those of groups inside are in it. */
enum hull_attr_group_stats {
	HULL_A_GROUP_STATS_FORKS = 1,	/* u64: processes begun */
	HULL_A_GROUP_STATS_THREADS,	/* u64: threads begun, beside those */
	HULL_A_GROUP_STATS_EXECS,	/* u64 */
	HULL_A_GROUP_STATS_EXITS,	/* u64: processes ended, by all that follows */
	HULL_A_GROUP_STATS_FAILED,	/* u64: of which with a status other than 0 */
	HULL_A_GROUP_STATS_SIGNAL,	/* nest, repeated: enum hull_attr_group_signal */
	HULL_A_GROUP_STATS_OOM_KILLS,	/* u64: victims that the kernel chose when memory was out */
	HULL_A_GROUP_STATS_ALLOWED,	/* u64: verdicts of policy, like those that follow */
	HULL_A_GROUP_STATS_DENIED,	/* u64 */
	HULL_A_GROUP_STATS_AUDITED,	/* u64: allowed, and told */
	HULL_A_GROUP_STATS_ASKED,	/* u64: put to a supervisor */
	HULL_A_GROUP_STATS_LIMITED,	/* u64: denied for being too many a second */
	HULL_A_GROUP_STATS_KILLED,	/* u64: ended the task, or froze the group */
	HULL_A_GROUP_STATS_PAD,
	__HULL_A_GROUP_STATS_MAX,
};
#define HULL_A_GROUP_STATS_MAX	(__HULL_A_GROUP_STATS_MAX - 1)

/* The policy that a group is under. */
enum hull_attr_confine {
	HULL_A_CONFINE_BLOB_FD = 1,	/* u32: the caller's descriptor of a file */
	HULL_A_CONFINE_ROOT_FD,		/* u32, SET: the directory that paths begin at; absent: the caller's root */
	HULL_A_CONFINE_SIZE,		/* u32: bytes of the blob */
	HULL_A_CONFINE_HITS,		/* u64[]: item n: what rule n + 1 decided */
	HULL_A_CONFINE_PAD,
	__HULL_A_CONFINE_MAX,
};
#define HULL_A_CONFINE_MAX	(__HULL_A_CONFINE_MAX - 1)

/* What a policy of a group decided; numbers are those of hull/policy_blob.h. */
enum hull_attr_verdict {
	HULL_A_VERDICT_TIME = 1,	/* u64: CLOCK_REALTIME, ns, of the first */
	HULL_A_VERDICT_COUNT,		/* u32: how often the same has happened */
	HULL_A_VERDICT_PID,		/* u32 */
	HULL_A_VERDICT_TID,		/* u32 */
	HULL_A_VERDICT_COMM,		/* string: the task's name */
	HULL_A_VERDICT_EXE,		/* string: its program's path, maybe cut */
	HULL_A_VERDICT_CLASS,		/* u32 */
	HULL_A_VERDICT_PERMS,		/* u32: bits */
	HULL_A_VERDICT_ACTION,		/* u32: what was done */
	HULL_A_VERDICT_WOULD,		/* u32: what is done in mode enforce */
	HULL_A_VERDICT_ERRNO,		/* u32: of a denial */
	HULL_A_VERDICT_LINE,		/* u32: of the rule; absent: none, the group is kept in its place */
	HULL_A_VERDICT_FILE,		/* string: that it is in */
	HULL_A_VERDICT_OBJECT,		/* string: in words, maybe cut */
	HULL_A_VERDICT_DROPPED,		/* u64: events lost right before; absent: none */
	HULL_A_VERDICT_PAD,
	__HULL_A_VERDICT_MAX,
};
#define HULL_A_VERDICT_MAX	(__HULL_A_VERDICT_MAX - 1)

/* What a rule with the action "ask" wants to be decided. */
enum hull_attr_question {
	HULL_A_QUESTION_ID = 1,		/* u64, never 0 and never used again */
	HULL_A_QUESTION_TIMEOUT,	/* u32: ms until the answer is no */
	HULL_A_QUESTION_ALLOW,		/* u32, ANSWER: 1: yes, 0: no */
	HULL_A_QUESTION_PAD,
	__HULL_A_QUESTION_MAX,
};
#define HULL_A_QUESTION_MAX	(__HULL_A_QUESTION_MAX - 1)

enum hull_attr_group_signal {
	HULL_A_GROUP_SIGNAL_NUMBER = 1,	/* u32 */
	HULL_A_GROUP_SIGNAL_COUNT,	/* u64: processes that it ended */
	HULL_A_GROUP_SIGNAL_PAD,
	__HULL_A_GROUP_SIGNAL_MAX,
};
#define HULL_A_GROUP_SIGNAL_MAX	(__HULL_A_GROUP_SIGNAL_MAX - 1)

enum hull_group_state {
	HULL_GROUP_CREATED,		/* never had a task */
	HULL_GROUP_RUNNING,
	HULL_GROUP_FROZEN,		/* no task of it runs */
	HULL_GROUP_EMPTY,		/* its last task has ended */
	HULL_GROUP_GONE,		/* its cgroup was removed: only the record is left */
	__HULL_GROUP_STATE_MAX,
};

/* HULL_A_GROUP_FLAGS */
#define HULL_GROUP_F_TRANSIENT	(1U << 0)	/* the record goes with its cgroup */
#define HULL_GROUP_F_ALL	HULL_GROUP_F_TRANSIENT

enum hull_engine {
	HULL_ENGINE_VMX,		/* Hull's own */
	HULL_ENGINE_KVM,		/* the VMM drives /dev/kvm; Hull keeps the record */
};

enum hull_vm_state {
	HULL_VM_CREATED,		/* a record, never started */
	HULL_VM_RUNNING,		/* a VMM is attached */
	HULL_VM_PAUSED,			/* a VMM is attached, vCPUs don't run */
	HULL_VM_STOPPED,		/* the VMM is gone; see the reason */
	HULL_VM_KILLED,			/* in SET only: end it now */
};

enum hull_stop_reason {
	HULL_STOP_NONE,
	HULL_STOP_POWEROFF,		/* the guest powered off */
	HULL_STOP_RESET,		/* the guest asked for a reset and the VMM ended */
	HULL_STOP_TRIPLE_FAULT,
	HULL_STOP_EXIT,			/* the guest wrote the exit port */
	HULL_STOP_KILLED,		/* vm kill */
	HULL_STOP_VMM_DIED,		/* the VMM went away without saying why */
	HULL_STOP_VMM_ERROR,		/* the VMM gave up: see the text */
	HULL_STOP_ENGINE_ERROR,		/* unexpected exit or failed VM entry */
	HULL_STOP_STOPPED,		/* vm stop */
	HULL_STOP_POLICY,		/* a call that the policy of calls ends the VM for */
	__HULL_STOP_MAX,
};

enum hull_event_kind {
	HULL_EVENT_VM_CREATED = 1,
	HULL_EVENT_VM_STARTED,
	HULL_EVENT_VM_PAUSED,
	HULL_EVENT_VM_RESUMED,
	HULL_EVENT_VM_STOPPED,
	HULL_EVENT_VM_CHANGED,
	HULL_EVENT_VM_DELETED,
	HULL_EVENT_HYPERCALL,		/* in group audit: a call with action audit */
	HULL_EVENT_GROUP_CREATED,
	HULL_EVENT_GROUP_STARTED,	/* got its first task */
	HULL_EVENT_GROUP_EMPTY,		/* lost its last one */
	HULL_EVENT_GROUP_FROZEN,
	HULL_EVENT_GROUP_THAWED,
	HULL_EVENT_GROUP_OOM,		/* the kernel ended a task because memory was out */
	HULL_EVENT_GROUP_CHANGED,
	HULL_EVENT_GROUP_GONE,		/* its cgroup was removed */
	HULL_EVENT_GROUP_DELETED,
	HULL_EVENT_VERDICT,		/* in group audit: what a policy of a group wants told */
};

/* What a policy does with a call. */
enum hull_policy_action {
	HULL_POLICY_ALLOW,
	HULL_POLICY_DENY,		/* the guest gets an errno */
	HULL_POLICY_AUDIT,		/* allow, and tell the group audit */
	HULL_POLICY_FORWARD,		/* the VMM answers: KVM_EXIT_HYPERCALL */
	HULL_POLICY_LIMIT,		/* allow so many a second, an errno above */
	HULL_POLICY_KILL,		/* end the VM */
	__HULL_POLICY_MAX,
};

/* HULL_A_VM_FLAGS */
#define HULL_VM_F_HYPERCALL_CPL3	(1U << 0)	/* extra hypercalls from guest user mode */
#define HULL_VM_F_MSR_IGNORE		(1U << 1)	/* unknown MSRs: read 0, drop writes */
#define HULL_VM_F_ALL			(HULL_VM_F_HYPERCALL_CPL3 | HULL_VM_F_MSR_IGNORE)

/*
 * Mitigations around the world switch. A host's value says which of them this CPU
 * needs and the kernel's own settings ask for; a VM may run with a subset.
 */
#define HULL_MITIGATION_L1D_FLUSH	(1U << 0)	/* L1TF: flush L1D before entry */
#define HULL_MITIGATION_CPU_BUFFERS	(1U << 1)	/* MDS, TAA, MMIO: VERW before entry */
#define HULL_MITIGATION_RSB_FILL	(1U << 2)	/* fill the return stack after exit */
#define HULL_MITIGATION_SPEC_CTRL	(1U << 3)	/* switch IA32_SPEC_CTRL */
#define HULL_MITIGATION_IBPB		(1U << 4)	/* barrier between two guests */
#define HULL_MITIGATION_BHB_CLEAR	(1U << 5)	/* clear branch history after exit */
#define HULL_MITIGATION_NX_HUGE		(1U << 6)	/* iTLB multihit: no large code pages */
#define HULL_MITIGATIONS_ALL		0x7fU

/* HULL_A_HOST_VMX_CAPS: what the processor's VMX offers */
#define HULL_VMX_CAP_EPT		(1ULL << 0)
#define HULL_VMX_CAP_EPT_2M		(1ULL << 1)
#define HULL_VMX_CAP_EPT_1G		(1ULL << 2)
#define HULL_VMX_CAP_EPT_AD		(1ULL << 3)
#define HULL_VMX_CAP_EPT_EXEC_ONLY	(1ULL << 4)
#define HULL_VMX_CAP_VPID		(1ULL << 5)
#define HULL_VMX_CAP_UNRESTRICTED	(1ULL << 6)
#define HULL_VMX_CAP_PREEMPTION_TIMER	(1ULL << 7)
#define HULL_VMX_CAP_MSR_BITMAP		(1ULL << 8)
#define HULL_VMX_CAP_PAUSE_LOOP		(1ULL << 9)
#define HULL_VMX_CAP_RDTSCP		(1ULL << 10)
#define HULL_VMX_CAP_INVPCID		(1ULL << 11)
#define HULL_VMX_CAP_XSAVES		(1ULL << 12)
#define HULL_VMX_CAP_VIRTUAL_NMI	(1ULL << 13)
#define HULL_VMX_CAP_TSC_SCALING	(1ULL << 14)
#define HULL_VMX_CAP_PML		(1ULL << 15)
#define HULL_VMX_CAP_INVEPT_SINGLE	(1ULL << 16)

/* --- /dev/hull ------------------------------------------------------------- */

/**
 * struct hull_vm_attach - make a VM of a record
 * @size: sizeof(struct hull_vm_attach), in
 * @id: VM id, in
 * @flags: 0
 * @reserved: 0
 */
struct hull_vm_attach {
	__u32 size;
	__u32 id;
	__u64 flags;
	__u64 reserved[2];
};

/**
 * struct hull_vm_stop - the VMM says why it is about to close the VM
 * @size: sizeof(struct hull_vm_stop), in
 * @reason: enum hull_stop_reason
 * @text: NUL-terminated, for people
 */
struct hull_vm_stop {
	__u32 size;
	__u32 reason;
	char text[HULL_REASON_MAX + 1];
};

/* --- handlers in userspace: Documentation/device.rst ------------------------ */

#define HULL_HANDLER_TIMEOUT_MAX	60000u	/* ms */
#define HULL_HANDLER_ENTRIES_MAX	256u
#define HULL_HANDLER_NAME_MAX		31
#define HULL_HANDLER_COPY_MAX		4096u	/* bytes of one HULL_HANDLER_READ, _WRITE */

/**
 * struct hull_handler_open - a process claims numbers of a VM, and answers them
 * @size: sizeof(struct hull_handler_open), in
 * @id: VM; on a VM file: 0
 * @first, @last: HULL_HYPERCALL_USER and up, see linux/hull_hypercall.h
 * @timeout_ms: the guest gets -ETIMEDOUT after so long, 1 to HULL_HANDLER_TIMEOUT_MAX
 * @entries: requests that may be under way: a power of two up to HULL_HANDLER_ENTRIES_MAX
 * @name: NUL-terminated: what statistics and traces call it
 * @flags: 0
 */
struct hull_handler_open {
	__u32 size;
	__u32 id;
	__u32 first;
	__u32 last;
	__u32 timeout_ms;
	__u32 entries;
	char name[HULL_HANDLER_NAME_MAX + 1];
	__u64 flags;
};

/*
 * What the handler's file maps, from offset 0. The indices run freely; an index modulo
 * the number of entries is a place. Each is written by one side.
 */
struct hull_handler_ring {
	__u32 request_tail;		/* kernel: requests made */
	__u32 pad0[15];
	__u32 request_head;		/* process: requests taken */
	__u32 pad1[15];
	__u32 reply_tail;		/* process: replies written */
	__u32 polling;			/* process: not 0: it looks at the ring all the time */
	__u32 pad2[14];
	__u32 reply_head;		/* kernel: replies taken */
	__u32 sleepers;			/* kernel: callers that sleep: HULL_HANDLER_REPLY wakes them */
	__u32 entries;			/* kernel */
	__u32 late;			/* kernel: replies to nothing: too late, or made up */
	__u32 pad3[12];
};

struct hull_handler_request {
	__u64 id;			/* goes back with the reply */
	__u32 number;
	__u32 vcpu;
	__u64 arg[4];
	__u32 cpl;
	__u32 reserved[3];
};

/* @result: 0 and above, or -1 to -4095; the guest gets -EIO for anything else */
struct hull_handler_reply {
	__u64 id;
	__s64 result;
};

#define HULL_HANDLER_REQUESTS		4096u
#define HULL_HANDLER_REPLIES(entries)	\
	(HULL_HANDLER_REQUESTS + (entries) * (unsigned int)sizeof(struct hull_handler_request))
#define HULL_HANDLER_BYTES(entries)	\
	((HULL_HANDLER_REPLIES(entries) + \
	  (entries) * (unsigned int)sizeof(struct hull_handler_reply) + 4095u) & ~4095u)

/**
 * struct hull_handler_copy - the caller's memory, while its request has no reply
 * @size: sizeof(struct hull_handler_copy), in
 * @bytes: 1 to HULL_HANDLER_COPY_MAX
 * @id: the request's
 * @address: linear, with the rights of the guest's code that called
 * @buffer: in this process
 */
struct hull_handler_copy {
	__u32 size;
	__u32 bytes;
	__u64 id;
	__u64 address;
	__u64 buffer;
};

/**
 * struct hull_vm_event - the VMM's ends of event channels of its guest
 * @size: sizeof(struct hull_vm_event), in
 * @op: HULL_VM_EVENT_*
 * @id: of an end: what OFFER returned; 0 with OFFER and RESET
 * @eventfd: OFFER: signalled when the guest connects, sends or closes; -1: none
 * @name: OFFER: NUL-terminated, what the guest asks for by hull_event_connect()
 * @flags: 0
 */
struct hull_vm_event {
	__u32 size;
	__u32 op;
	__u32 id;
	__s32 eventfd;
	__u64 flags;
	char name[64];
};

#define HULL_VM_EVENT_OFFER	0	/* one guest's port may connect; returns the id, above 0 */
#define HULL_VM_EVENT_SEND	1	/* as hull_event_send() of a guest */
#define HULL_VM_EVENT_CLOSE	2	/* the guest's port is broken then */
/* for a VMM that resets its guest: close the guest's ports, end the memory it shares */
#define HULL_VM_EVENT_RESET	3

/**
 * struct hull_vm_serve - a thread of the VMM executes what the guest puts into its rings
 * @size: sizeof(struct hull_vm_serve), in
 * @reserved: 0
 * @flags: 0: serve, until a signal comes (EINTR) or the VM is killed (EIO); any number
 *	of threads may. HULL_VM_SERVE_OFFER: return at once, a thread will serve: from now
 *	on the guest finds rings and may set them up. HULL_VM_SERVE_RESET: end all rings and
 *	return, for a VMM that resets its guest
 */
struct hull_vm_serve {
	__u32 size;
	__u32 reserved0;
	__u64 flags;
	__u64 reserved[2];
};
#define HULL_VM_SERVE_OFFER	(1ULL << 0)
#define HULL_VM_SERVE_RESET	(1ULL << 1)

/*
 * KVM_CAP_EXIT_HYPERCALL, KVM_ENABLE_CAP on a VM file, args[0]: this VMM answers extra
 * hypercalls. Then what a policy forwards, and hull_mem_give() and hull_mem_take(), come
 * as KVM_EXIT_HYPERCALL: run->hypercall has nr as the guest said it, args[0..3], and
 * whether the caller was in 64-bit mode; what KVM_RUN finds in ret goes to rax.
 * Without it the guest gets -EOPNOTSUPP. (KVM's own bits are numbers of its hypercalls.)
 */
#define HULL_EXIT_HYPERCALL	(1u << 30)

/* Numbers 0xf0 and up of KVM's type are not used by KVM. */
#define HULL_IOC_TYPE		0xAE
/* on /dev/hull: returns a VM file descriptor. Closing it ends the VM. */
#define HULL_VM_ATTACH		_IOW(HULL_IOC_TYPE, 0xf0, struct hull_vm_attach)
/* on a VM file descriptor */
#define HULL_VM_STOP		_IOW(HULL_IOC_TYPE, 0xf1, struct hull_vm_stop)
#define HULL_VM_SERVE		_IOW(HULL_IOC_TYPE, 0xf8, struct hull_vm_serve)
#define HULL_VM_EVENT		_IOW(HULL_IOC_TYPE, 0xf9, struct hull_vm_event)
/* on /dev/hull or a VM file descriptor: returns a handler's file descriptor */
#define HULL_HANDLER_OPEN	_IOW(HULL_IOC_TYPE, 0xf2, struct hull_handler_open)
/* on a handler's: take the replies there are */
#define HULL_HANDLER_REPLY	_IO(HULL_IOC_TYPE, 0xf3)
/* and then wait for a request; returns how many there are */
#define HULL_HANDLER_WAIT	_IO(HULL_IOC_TYPE, 0xf4)
#define HULL_HANDLER_READ	_IOW(HULL_IOC_TYPE, 0xf5, struct hull_handler_copy)
#define HULL_HANDLER_WRITE	_IOW(HULL_IOC_TYPE, 0xf6, struct hull_handler_copy)

#endif
