// SPDX-License-Identifier: GPL-2.0-only
/*
 * The body of KVM_RUN. The outer loop runs as any task does: it may sleep, be
 * preempted, take signals. The inner one has interrupts off from before the last look
 * for work until the guest came out and could not be answered at once.
 */

#include <linux/entry-kvm.h>
#include <linux/rcuwait.h>
#include <linux/sched/signal.h>
#include <linux/vtime.h>
#include <compat/run_page.h>
#include <compat/work.h>
#include <run/loop.h>
#include <run/pending.h>

#define REQ(name)	BIT(HULL_REQ_##name)

/* These are dealt with right before entry, with preemption or interrupts off. */
#define REQS_AT_ENTRY	(REQ(EVENT) | REQ(TLB_FLUSH) | REQ(TLB_FLUSH_GUEST))
/* These end a halt whatever the interrupt state. */
#define REQS_WAKE	(REQ(NMI) | REQ(INIT) | REQ(SIPI) | REQ(TRIPLE_FAULT) | REQ(PAUSE) | \
			 REQ(UNBLOCK) | REQ(EOI_EXIT))

/* ---- halted, waiting ------------------------------------------------------ */

bool hull_vcpu_runnable(struct hull_vcpu *vcpu)
{
	unsigned long requests = READ_ONCE(vcpu->requests);

	if (vcpu->mp_state == KVM_MP_STATE_UNINITIALIZED ||
	    vcpu->mp_state == KVM_MP_STATE_INIT_RECEIVED)
		return requests & (REQS_WAKE & ~(REQ(NMI) | REQ(UNBLOCK)));
	if (vcpu->mp_state != KVM_MP_STATE_HALTED || (requests & REQS_WAKE))
		return true;
	if (vcpu->lapic)
		hull_lapic_timer_sync(vcpu->lapic);
	if (vcpu->nmi_pending && hull_vmx_nmi_allowed(&vcpu->vmx))
		return true;
	if (vcpu->exception.pending || vcpu->reinject.valid)
		return true;
	return hull_intr_pending(vcpu) && hull_vmx_intr_allowed(&vcpu->vmx);
}

/*
 * The preemption timer counts in the guest only, so the local APIC's timer goes back
 * to the host's for the time of the sleep.
 */
static void vcpu_block(struct hull_vcpu *vcpu)
{
	bool slept = false;

	if (vcpu->lapic)
		hull_lapic_timer_offload(vcpu->lapic, false);
	prepare_to_rcuwait(&vcpu->wait);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (hull_vcpu_runnable(vcpu) || signal_pending(current) ||
		    READ_ONCE(vcpu->vm->dead))
			break;
		slept = true;
		schedule();
	}
	finish_rcuwait(&vcpu->wait);
	if (slept)
		vcpu->stats.halts++;
}

void hull_mp_init(struct hull_vcpu *vcpu)
{
	hull_vcpu_reset(vcpu, true);
	/* SDM Vol. 3, 9.4.2: the bootstrap processor starts, others wait for SIPI. */
	vcpu->mp_state = vcpu->id ? KVM_MP_STATE_INIT_RECEIVED : KVM_MP_STATE_RUNNABLE;
}

/* SDM Vol. 3, 9.4.4.2 and the SIPI row of table 10-1. */
static void mp_sipi(struct hull_vcpu *vcpu)
{
	u8 vector = READ_ONCE(vcpu->sipi_vector);
	struct kvm_segment cs;

	if (vcpu->mp_state != KVM_MP_STATE_INIT_RECEIVED)
		return;
	hull_vmx_segment_get(&vcpu->vmx, HULL_SEG_CS, &cs);
	cs.selector = vector << 8;
	cs.base = vector << 12;
	hull_vmx_segment_set(&vcpu->vmx, HULL_SEG_CS, &cs);
	hull_vmx_reg_set(&vcpu->vmx, HULL_REG_RIP, 0);
	vcpu->mp_state = KVM_MP_STATE_RUNNABLE;
}

int hull_mp_state_set(struct hull_vcpu *vcpu, u32 state)
{
	switch (state) {
	case KVM_MP_STATE_RUNNABLE:
		break;
	case KVM_MP_STATE_UNINITIALIZED:
	case KVM_MP_STATE_INIT_RECEIVED:
	case KVM_MP_STATE_HALTED:
		if (!vcpu->lapic)
			return -EINVAL;
		break;
	case KVM_MP_STATE_SIPI_RECEIVED:
		if (!vcpu->lapic)
			return -EINVAL;
		vcpu->mp_state = KVM_MP_STATE_INIT_RECEIVED;
		hull_vcpu_request(vcpu, HULL_REQ_SIPI);
		return 0;
	default:
		return -EINVAL;
	}
	vcpu->mp_state = state;
	hull_vcpu_request(vcpu, HULL_REQ_EVENT);
	return 0;
}

/* ---- requests ------------------------------------------------------------- */

static int pause_wait(struct hull_vcpu *vcpu)
{
	struct hull_vm *vm = vcpu->vm;

	if (READ_ONCE(vm->dead))
		return -EIO;
	if (!READ_ONCE(vm->paused))
		return HULL_EXIT_ENTER;
	if (wait_event_interruptible(vm->pause_wait,
				     !READ_ONCE(vm->paused) || READ_ONCE(vm->dead)))
		return -EINTR;
	return READ_ONCE(vm->dead) ? -EIO : HULL_EXIT_ENTER;
}

/* What changes the processor's state as a whole. */
static void requests_mp(struct hull_vcpu *vcpu)
{
	if (hull_vcpu_request_take(vcpu, HULL_REQ_INIT))
		hull_mp_init(vcpu);
	if (hull_vcpu_request_take(vcpu, HULL_REQ_SIPI))
		mp_sipi(vcpu);
	if (hull_vcpu_request_take(vcpu, HULL_REQ_NMI))
		hull_nmi_queue(vcpu);
	if (hull_vcpu_request_take(vcpu, HULL_REQ_UNBLOCK) &&
	    vcpu->mp_state == KVM_MP_STATE_HALTED)
		vcpu->mp_state = KVM_MP_STATE_RUNNABLE;
}

static noinline int requests_take(struct hull_vcpu *vcpu)
{
	int ret;

	if (hull_vcpu_request_take(vcpu, HULL_REQ_PAUSE)) {
		ret = pause_wait(vcpu);
		if (ret != HULL_EXIT_ENTER) {
			hull_vcpu_request(vcpu, HULL_REQ_PAUSE);
			return ret;
		}
	}
	requests_mp(vcpu);
	if (hull_vcpu_request_take(vcpu, HULL_REQ_TRIPLE_FAULT)) {
		vcpu->run->exit_reason = KVM_EXIT_SHUTDOWN;
		return HULL_EXIT_USER;
	}
	if (hull_vcpu_request_take(vcpu, HULL_REQ_EOI_EXIT)) {
		vcpu->run->exit_reason = KVM_EXIT_IOAPIC_EOI;
		vcpu->run->eoi.vector = vcpu->pending->eoi_vector;
		return HULL_EXIT_USER;
	}
	if (hull_vcpu_request_take(vcpu, HULL_REQ_CLOCK))
		hull_pvclock_write(vcpu);
	if (hull_vcpu_request_take(vcpu, HULL_REQ_STEAL))
		hull_steal_write(vcpu);
	if (hull_vcpu_request_take(vcpu, HULL_REQ_CALLS))
		hull_hypercall_ops_get()->changed(vcpu);
	return HULL_EXIT_ENTER;
}

static int requests_handle(struct hull_vcpu *vcpu)
{
	if (likely(!(READ_ONCE(vcpu->requests) & ~REQS_AT_ENTRY)))
		return HULL_EXIT_ENTER;
	return requests_take(vcpu);
}

/* Until the vCPU may enter: requests, then a halt if it is in one. */
static int vcpu_ready(struct hull_vcpu *vcpu)
{
	int ret;

	for (;;) {
		ret = requests_handle(vcpu);
		if (ret != HULL_EXIT_ENTER || likely(vcpu->mp_state == KVM_MP_STATE_RUNNABLE))
			return ret;
		if (!hull_vcpu_runnable(vcpu)) {
			vcpu_block(vcpu);
			if (signal_pending(current))
				return -EINTR;
			continue;
		}
		if (READ_ONCE(vcpu->requests) & REQS_WAKE)
			continue;
		vcpu->mp_state = KVM_MP_STATE_RUNNABLE;
		return HULL_EXIT_ENTER;
	}
}

/* ---- the inner loop ------------------------------------------------------- */

/* One test for everything that must happen outside. */
static __always_inline bool guest_work_pending(struct hull_vcpu *vcpu)
{
	return READ_ONCE(vcpu->requests) | (read_thread_flags() & XFER_TO_GUEST_MODE_WORK);
}

static void tlb_flush(struct hull_vcpu *vcpu)
{
	if (!(READ_ONCE(vcpu->requests) & (REQ(TLB_FLUSH) | REQ(TLB_FLUSH_GUEST))))
		return;
	vcpu->stats.tlb_flushes++;
	if (hull_vcpu_request_take(vcpu, HULL_REQ_TLB_FLUSH))
		hull_vmx_tlb_flush_ept(&vcpu->vmx, vcpu->vm->mmu.root_pa);
	if (hull_vcpu_request_take(vcpu, HULL_REQ_TLB_FLUSH_GUEST))
		hull_vmx_tlb_flush_guest(&vcpu->vmx);
}

/*
 * The last look before entry. Whoever sets a request after mode was set sends an
 * interrupt, which ends the guest's run at once. A pending event is taken here too:
 * from here on nothing can call the entry off.
 */
static bool entry_allowed(struct hull_vcpu *vcpu)
{
	unsigned long requests;

	xfer_to_guest_mode_prepare();
	if (unlikely(xfer_to_guest_mode_work_pending() || !hull_vmx_usable()))
		return false;
	requests = READ_ONCE(vcpu->requests);
	if (unlikely(requests & ~REQ(EVENT)))
		return false;
	if (requests)
		clear_bit(HULL_REQ_EVENT, &vcpu->requests);
	if (requests || hull_event_waiting(vcpu))
		hull_event_inject(vcpu);
	return true;
}

/* Where the processor cannot watch the deadline, the host's timer keeps doing so. */
void hull_timer_arm(struct hull_vcpu *vcpu)
{
	struct hull_lapic *lapic = vcpu->lapic;

	if (!lapic || unlikely(vcpu->timer_host))
		return;
	if (unlikely(!hull_vmx_timer_arm(&vcpu->vmx, hull_lapic_deadline(lapic)))) {
		vcpu->timer_host = true;
		return;
	}
	hull_lapic_timer_offload(lapic, true);
}

/* Interrupts off. Return: true: the last exit has been answered. */
static bool guest_run(struct hull_vcpu *vcpu)
{
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	u64 start = rdtsc();
	bool answered;

	vtime_account_guest_enter();
	if (unlikely(vcpu->call_open))
		hull_hypercall_ops_get()->entering(vcpu);
	do {
		hull_vmx_enter(v);
		answered = hull_exit_fast(vcpu);
	} while (likely(answered && !guest_work_pending(vcpu)));
	vcpu->stats.guest_cycles += rdtsc() - start;
	return answered;
}

/* This CPU is being taken down: let the scheduler find another one. */
static void cpu_leave(void)
{
	schedule_timeout_interruptible(1);
}

static int vcpu_enter(struct hull_vcpu *vcpu)
{
	bool answered = true, usable = true;

	preempt_disable();
	tlb_flush(vcpu);
	local_irq_disable();
	/* Pairs with the barrier between setting a request and reading mode. */
	smp_store_mb(vcpu->mode, HULL_VCPU_IN_GUEST);
	if (likely(entry_allowed(vcpu))) {
		hull_fpu_load(vcpu);
		hull_dr_load(vcpu);
		hull_timer_arm(vcpu);
		answered = guest_run(vcpu);
		hull_dr_save(vcpu);
		hull_fpu_save(vcpu);
		WRITE_ONCE(vcpu->mode, HULL_VCPU_OUTSIDE);
		if (!answered)
			hull_vmx_exit_irqoff(&vcpu->vmx);
		/* The interrupt that ended the run was still the guest's time. */
		vtime_account_guest_exit();
	} else {
		usable = hull_vmx_usable();
		WRITE_ONCE(vcpu->mode, HULL_VCPU_OUTSIDE);
	}
	local_irq_enable();
	preempt_enable();
	if (unlikely(!usable))
		cpu_leave();
	return answered ? HULL_EXIT_ENTER : hull_exit_handle(vcpu);
}

/* ---- KVM_RUN -------------------------------------------------------------- */

/* Without a chip in the kernel userspace asks to hear when it may inject. */
static bool user_window_open(struct hull_vcpu *vcpu)
{
	return unlikely(READ_ONCE(vcpu->run->request_interrupt_window)) &&
	       !hull_in_kernel_pic(vcpu) && hull_user_irq_ready(vcpu);
}

static int interrupted(struct hull_vcpu *vcpu)
{
	vcpu->run->exit_reason = KVM_EXIT_INTR;
	return -EINTR;
}

static int run_loop(struct hull_vcpu *vcpu)
{
	int ret;

	for (;;) {
		ret = vcpu_ready(vcpu);
		if (likely(ret == HULL_EXIT_ENTER))
			ret = vcpu_enter(vcpu);
		if (ret == -EINTR)
			return interrupted(vcpu);
		if (ret != HULL_EXIT_ENTER)
			return ret;
		if (user_window_open(vcpu)) {
			vcpu->run->exit_reason = KVM_EXIT_IRQ_WINDOW_OPEN;
			return HULL_EXIT_USER;
		}
		if (unlikely(__xfer_to_guest_mode_work_pending()) && hull_work_handle())
			return interrupted(vcpu);
	}
}

/* An application processor that nobody has started: sleep until somebody does. */
static int wait_for_init(struct hull_vcpu *vcpu)
{
	int ret;

	if (hull_run_immediate_exit(vcpu->run))
		return interrupted(vcpu);
	vcpu_block(vcpu);
	if (READ_ONCE(vcpu->vm->dead))
		return -EIO;
	ret = requests_handle(vcpu);
	if (ret < 0)
		return ret == -EINTR ? interrupted(vcpu) : ret;
	return signal_pending(current) ? interrupted(vcpu) : -EAGAIN;
}

static int run_guest(struct hull_vcpu *vcpu)
{
	hull_exit_fn complete = vcpu->pending->complete;
	int ret;

	if (!vcpu->lapic) {
		ret = hull_cr8_set(vcpu, READ_ONCE(vcpu->run->cr8));
		if (ret)
			return ret;
	}
	if (complete) {
		vcpu->pending->complete = NULL;
		ret = complete(vcpu);
		if (ret != HULL_EXIT_ENTER)
			return ret;
	}
	if (hull_run_immediate_exit(vcpu->run))
		return -EINTR;
	return run_loop(vcpu);
}

/* What userspace finds in its page besides the exit's own part. */
static void run_page_fill(struct hull_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	run->if_flag = !!(hull_vmx_rflags_get(&vcpu->vmx) & X86_EFLAGS_IF);
	run->cr8 = hull_cr8_get(vcpu);
	run->apic_base = vcpu->lapic ? hull_lapic_base_get(vcpu->lapic) : vcpu->apic_base;
	run->ready_for_interrupt_injection = hull_in_kernel_pic(vcpu) || hull_user_irq_ready(vcpu);
	run->flags = 0;
}

int hull_run(struct hull_vcpu *vcpu)
{
	int ret;

	lockdep_assert_held(&vcpu->mutex);
	if (vcpu->sigmask_set)
		sigprocmask(SIG_SETMASK, &vcpu->sigmask, &current->real_blocked);
	hull_fpu_enter(vcpu);

	vcpu->run->exit_reason = KVM_EXIT_UNKNOWN;
	if (READ_ONCE(vcpu->vm->dead))
		ret = -EIO;
	else if (vcpu->mp_state == KVM_MP_STATE_UNINITIALIZED)
		ret = wait_for_init(vcpu);
	else
		ret = run_guest(vcpu);
	if (READ_ONCE(vcpu->vm->dead))
		ret = -EIO;

	hull_fpu_leave(vcpu);
	vcpu->stats.user_exits++;
	run_page_fill(vcpu);
	if (vcpu->sigmask_set) {
		sigprocmask(SIG_SETMASK, &current->real_blocked, NULL);
		sigemptyset(&current->real_blocked);
	}
	return ret;
}
