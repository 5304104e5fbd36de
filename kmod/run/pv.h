/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM's paravirtual interface to a guest: clock, wall clock, steal time. */
#ifndef HULL_RUN_PV_H
#define HULL_RUN_PV_H

#include <linux/types.h>

struct hull_vcpu;
struct hull_vm;

/* [v] everything here, but for what sched_out and sched_in touch in the vCPU's own thread */
struct hull_pv {
	u64 system_time;	/* MSR: address of the clock page | enabled */
	u64 steal_time;		/* MSR: address | enabled */
	u32 clock_version;
	bool clock_stopped;	/* tell the guest at the next write: KVM_KVMCLOCK_CTRL */
	bool unhalted;		/* KVM_HC_KICK_CPU came while it was not halted */

	u64 steal_last;		/* run_delay at the last write */
	u64 steal_ns;		/* what the guest has been told */
	u32 steal_version;
	unsigned long steal_hva;/* where sched_out marks it preempted; 0: nowhere */
	u32 steal_generation;	/* of the memory slots when @steal_hva was found */
};

int hull_pv_create(struct hull_vcpu *vcpu);
void hull_pv_destroy(struct hull_vcpu *vcpu);
void hull_pv_reset(struct hull_vcpu *vcpu);

/* MSRs 0x11, 0x12, 0x4b564d00.. */
int hull_pv_msr_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host);
int hull_pv_msr_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host);

/* HULL_REQ_CLOCK, HULL_REQ_STEAL; may sleep */
void hull_pvclock_write(struct hull_vcpu *vcpu);
void hull_steal_write(struct hull_vcpu *vcpu);
/** hull_steal_preempted - the guest's other vCPUs may see that this one waits; no sleeping */
void hull_steal_preempted(struct hull_vcpu *vcpu);

void hull_clock_create(struct hull_vm *vm);

/* the guest's TSC */
u64 hull_guest_tsc(struct hull_vcpu *vcpu);
void hull_guest_tsc_set(struct hull_vcpu *vcpu, u64 tsc);
void hull_guest_tsc_offset_set(struct hull_vcpu *vcpu, u64 offset);
/* A new vCPU's TSC is as far as the others'. */
void hull_guest_tsc_start(struct hull_vcpu *vcpu);
/* The host's TSC began anew while the machine slept: the guest's goes on. */
void hull_guest_tsc_recover(struct hull_vcpu *vcpu);

#endif
