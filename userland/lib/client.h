/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hull's control plane for programs: one function per kernel operation.
 *
 * Nothing here prints. A function returns 0, or -1 with *@error filled: an errno and
 * a sentence, which is the kernel's own where it gave one.
 */
#ifndef HULL_LIB_CLIENT_H
#define HULL_LIB_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/hull.h>

#define HULL_ERROR_TEXT_MAX	256

/*
 * @code: errno, positive; ENODEV: hull.ko is not loaded. @text: no full stop at its end.
 * @at: where in the request the kernel found fault, or 0
 */
struct hull_error {
	int code;
	uint32_t at;
	char text[HULL_ERROR_TEXT_MAX];
};

__attribute__((format(printf, 3, 4)))
int hull_error_set(struct hull_error *error, int code, const char *format, ...);

struct hull_client;
struct hull_vm_policy;			/* lib/calls.h */

struct hull_client *hull_client_open(struct hull_error *error);
void hull_client_close(struct hull_client *client);

/* Which VM: by id, by name, or by both when neither is 0. */
struct hull_ref {
	uint32_t id;
	const char *name;
};

struct hull_host {
	char version[32], kernel[72], cpu[72];
	char vmx_why[256], vmx_holder[64];	/* "": available; nobody */
	uint32_t cpus, mitigations, vms, running, vms_max, vcpus_max, features;
	int32_t vmx_error;
	uint64_t memory, vmx_caps;
};

struct hull_vm_new {
	const char *name;
	const char *domain;		/* NULL: none */
	enum hull_engine engine;
	uint64_t memory;		/* 0: no bound */
	uint32_t cpus, cpu_weight, mitigations, flags;
	const struct hull_vm_policy *policy;	/* of its calls; NULL: all are allowed */
};

/* A confined group inside a guest, by the guest's word. */
struct hull_guest_group {
	char name[64];
	uint64_t id, allowed, denied, audited;
};

struct hull_vm_info {
	uint32_t id;
	char name[HULL_NAME_MAX + 1];
	char domain[HULL_NAME_MAX + 1];	/* "": none */
	enum hull_vm_state state;
	enum hull_stop_reason reason;
	char reason_text[HULL_REASON_MAX + 1];
	enum hull_engine engine;
	uint64_t memory;		/* 0: no bound */
	uint32_t cpus, cpu_weight, mitigations, flags, vcpus;
	uint32_t pid;			/* 0: none */
	uint64_t created, started;	/* ns since 1970; started 0: never */
	size_t n_groups;
	struct hull_guest_group groups[HULL_GUEST_GROUPS_MAX];
};

/* What to change: those that are not NULL. */
struct hull_vm_change {
	const uint32_t *cpu_weight, *mitigations, *flags;
};

#define HULL_EXITS_MAX	80

struct hull_exit_count {
	uint32_t reason;
	char name[24];
	uint64_t count;
};

struct hull_vm_stats {
	uint32_t id;
	char name[HULL_NAME_MAX + 1];
	uint64_t exits, guest_ns, user_exits, halts, injected, nmis;
	uint64_t hypercalls, hypercalls_denied;
	uint64_t memory, memory_2m, tables, faults, tlb_flushes, emulated, given;
	size_t n_exit;
	struct hull_exit_count exit[HULL_EXITS_MAX];
};

struct hull_vm_log {
	char *text;			/* free() it */
	uint64_t lines, dropped;
};

int hull_host_get(struct hull_client *client, struct hull_host *host, struct hull_error *error);

int hull_vm_new(struct hull_client *client, const struct hull_vm_new *new,
		struct hull_vm_info *vm, struct hull_error *error);
int hull_vm_get(struct hull_client *client, const struct hull_ref *ref, struct hull_vm_info *vm,
		struct hull_error *error);
/* All VMs, as they were together at one moment; free(*@vms). */
int hull_vm_list(struct hull_client *client, struct hull_vm_info **vms, size_t *n,
		 struct hull_error *error);
int hull_vm_set(struct hull_client *client, const struct hull_ref *ref,
		const struct hull_vm_change *change, struct hull_error *error);
/* HULL_VM_PAUSED, HULL_VM_RUNNING, HULL_VM_KILLED */
int hull_vm_state_set(struct hull_client *client, const struct hull_ref *ref,
		      enum hull_vm_state state, struct hull_error *error);
int hull_vm_delete(struct hull_client *client, const struct hull_ref *ref,
		   struct hull_error *error);
int hull_vm_stats(struct hull_client *client, const struct hull_ref *ref,
		  struct hull_vm_stats *stats, struct hull_error *error);
int hull_vm_stats_list(struct hull_client *client, struct hull_vm_stats **stats, size_t *n,
		       struct hull_error *error);
int hull_vm_log(struct hull_client *client, const struct hull_ref *ref, struct hull_vm_log *log,
		struct hull_error *error);

/* Be told of events from now on; this client is then for nothing else. */
int hull_events_join(struct hull_client *client, struct hull_error *error);

#endif
