// SPDX-License-Identifier: GPL-2.0-only
/*
 * HULL_VM_SERVE: a thread of the VMM executes what the guest put into its rings.
 *
 * It goes round the rings, a bounded number of calls each. A ring without calls is
 * looked at again and again for a while, during which the guest need not exit; then
 * `sleeping` is set in it, and its doorbell is awaited. Guest memory is copied before
 * it is looked at, and a call is taken only when there is room for its result.
 */

#include <linux/entry-kvm.h>
#include <linux/nospec.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/stat.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <compat/work.h>
#include <hypercall/event.h>
#include <hypercall/ring.h>
#include <hypercall/ring_logic.h>
#include <run/run.h>

#define RING_BATCH	16	/* calls copied at once */
#define RING_TURN	64	/* calls of one ring before the next ring's turn */

#define WORD(name)	offsetof(struct hull_ring, name)

/* What became of a look at a ring, or at all of them; the most urgent is the lowest. */
enum ring_state { RING_WORKED, RING_POLLED, RING_ASLEEP };

/*
 * @changes: rings->changes before it looked at the rings
 * @busy: a bit a ring: another thread is at it, and will see to it
 * @hurry: others want this CPU: no more polling
 */
struct ring_server {
	struct hull_vm *vm;
	struct hull_rings *rings;
	int changes;
	unsigned long busy;
	bool hurry;
	struct hull_ring_call calls[RING_BATCH];
	struct hull_ring_result results[RING_BATCH];
};

/* ---- calls ------------------------------------------------------------------ */

/* Rows that never sleep: their results may wait for one another. */
#define QUICK_FAST	true
#define QUICK_SLOW	false
#define QUICK_RING	false
#define QUICK_BRIEF	false

#define HULL_HYPERCALL_ROW(number, NAME, id, arguments, mode, cpl)	\
	[number] = QUICK_##mode,
static const bool quick[] = {
#include <hull/hypercalls.def>
};

#undef HULL_HYPERCALL_ROW

static bool call_quick(const struct hull_ring_call *from)
{
	u32 n = from->number - HULL_HYPERCALL_BASE;

	return n < ARRAY_SIZE(quick) && quick[array_index_nospec(n, ARRAY_SIZE(quick))];
}

static long call_execute(struct hull_vm *vm, const struct hull_ring_call *from)
{
	struct hull_call call = { .vm = vm, .number = from->number - HULL_HYPERCALL_BASE };

	if (from->flags || from->reserved[0] || from->reserved[1])
		return -EINVAL;
	memcpy(call.arg, from->arg, sizeof(call.arg));
	return hull_call_ring(&call);
}

/* ---- one ring --------------------------------------------------------------- */

static bool ring_interrupted(const struct hull_vm *vm, const struct hull_vm_ring *ring)
{
	return atomic_read(&ring->enders) || READ_ONCE(vm->dead) || READ_ONCE(vm->paused) ||
	       signal_pending(current);
}

static int ring_takeable(struct hull_vm *vm, const struct hull_vm_ring *ring)
{
	u32 call_tail, result_head;

	if (hull_ring_word_read(vm, ring, WORD(call_tail), &call_tail))
		return -EFAULT;
	/*
	 * Calls, then room: a guest that makes room and then submits is never seen to
	 * have submitted without room. Also keeps the entries from being read before.
	 */
	smp_rmb();
	if (hull_ring_word_read(vm, ring, WORD(result_head), &result_head))
		return -EFAULT;
	return hull_ring_takeable(call_tail, ring->call_head, ring->result_tail, result_head,
				  ring->entries);
}

static void ring_event(struct hull_vm *vm, const struct hull_vm_ring *ring)
{
	u32 quiet;

	if (!(ring->flags & HULL_RING_F_EVENT))
		return;
	/* The guest clears `quiet`, then looks for results; here it is the other way round. */
	smp_mb();
	/* A port that the guest closed meanwhile is the guest's business. */
	if (!hull_ring_word_read(vm, ring, WORD(quiet), &quiet) && !quiet)
		hull_event_port_raise(vm, ring->port);
}

/* Show the guest the first @n results, of as many calls. */
static int ring_results(struct ring_server *s, struct hull_vm_ring *ring, u32 n)
{
	u64 base = ring->gpa + HULL_RING_RESULTS(ring->entries);
	u32 at = ring->result_tail & (ring->entries - 1);
	u32 first = hull_ring_straight(ring->result_tail, n, ring->entries);

	if (hull_mmu_write(&s->vm->mmu, base + at * sizeof(*s->results), s->results,
			   first * sizeof(*s->results)) ||
	    hull_mmu_write(&s->vm->mmu, base, s->results + first,
			   (n - first) * sizeof(*s->results)))
		return -EFAULT;
	ring->call_head += n;
	ring->result_tail += n;
	/* Results before the index that shows them. */
	smp_wmb();
	if (hull_ring_word_write(s->vm, ring, WORD(call_head), ring->call_head) ||
	    hull_ring_word_write(s->vm, ring, WORD(result_tail), ring->result_tail))
		return -EFAULT;
	ring_event(s->vm, ring);
	return 0;
}

/* A call that may sleep, and nothing that waits for it. Return: 1, -EFAULT. */
static int ring_execute_slow(struct ring_server *s, struct hull_vm_ring *ring)
{
	s->results[0].cookie = s->calls[0].cookie;
	s->results[0].result = call_execute(s->vm, &s->calls[0]);
	return ring_results(s, ring, 1) ?: 1;
}

/* Return: how many of @n calls were executed, up to the first that may sleep; -EFAULT. */
static int ring_execute(struct ring_server *s, struct hull_vm_ring *ring, u32 n)
{
	u32 i;

	if (!call_quick(&s->calls[0]))
		return ring_execute_slow(s, ring);
	for (i = 0; i < n && call_quick(&s->calls[i]); i++) {
		s->results[i].cookie = s->calls[i].cookie;
		s->results[i].result = call_execute(s->vm, &s->calls[i]);
	}
	return ring_results(s, ring, i) ?: i;
}

/* Return: how many calls were executed; -EINVAL: indices; -EFAULT: the memory is gone. */
static int ring_turn(struct ring_server *s, struct hull_vm_ring *ring)
{
	u64 base = ring->gpa + HULL_RING_CALLS;
	int n, ret, done = 0;
	u32 at;

	while (done < RING_TURN && !ring_interrupted(s->vm, ring)) {
		n = ring_takeable(s->vm, ring);
		if (n <= 0)
			return n ? n : done;
		n = hull_ring_straight(ring->call_head, min(n, RING_BATCH), ring->entries);
		at = ring->call_head & (ring->entries - 1);
		if (hull_mmu_read(&s->vm->mmu, base + at * sizeof(*s->calls), s->calls,
				  n * sizeof(*s->calls)))
			return -EFAULT;
		ret = ring_execute(s, ring, n);
		if (ret < 0)
			return ret;
		done += ret;
	}
	return done;
}

static int ring_rouse(struct hull_vm *vm, struct hull_vm_ring *ring)
{
	ring->idle_until = 0;
	ring->awake = true;
	return hull_ring_word_write(vm, ring, WORD(sleeping), 0);
}

/* Return: calls that came in the last moment, after which it stays awake; or -errno. */
static int ring_doze(struct hull_vm *vm, struct hull_vm_ring *ring)
{
	int n;

	if (hull_ring_word_write(vm, ring, WORD(sleeping), 1))
		return -EFAULT;
	/* The guest submits, then looks at `sleeping`; here it is the other way round. */
	smp_mb();
	n = ring_takeable(vm, ring);
	if (n > 0)
		return hull_ring_word_write(vm, ring, WORD(sleeping), 0) ?: n;
	ring->awake = false;
	return n;
}

/* Nothing to do. Return: 0: it sleeps now; above: not yet; -errno. */
static int ring_idle(struct ring_server *s, struct hull_vm_ring *ring)
{
	ktime_t now = ktime_get();

	if (!ring->idle_until)
		ring->idle_until = ktime_add_us(now, ring->idle_us);
	if (!s->hurry && ktime_before(now, ring->idle_until))
		return 1;
	return ring_doze(s->vm, ring);
}

/* A guest that looks at `sleeping` gets to know by its doorbell, the others by the event. */
static void ring_break(struct ring_server *s, struct hull_vm_ring *ring, u32 id, int err)
{
	set_bit(id, &s->rings->broken);
	ring->awake = false;
	/* Where its memory is gone, nobody needs to hear of it. */
	if (hull_ring_word_write(s->vm, ring, WORD(broken), err) ||
	    hull_ring_word_write(s->vm, ring, WORD(sleeping), 1))
		return;
	ring_event(s->vm, ring);
}

static enum ring_state ring_look(struct ring_server *s, struct hull_vm_ring *ring, u32 id)
{
	int ret = 0;

	if (test_and_clear_bit(id, &s->rings->rung))
		ret = ring_rouse(s->vm, ring);
	if (!ret && !ring->awake)
		return RING_ASLEEP;
	if (!ret)
		ret = ring_turn(s, ring);
	if (ret > 0) {
		ring->idle_until = 0;
		return RING_WORKED;
	}
	if (!ret)
		ret = ring_idle(s, ring);
	if (ret < 0)
		ring_break(s, ring, id, ret);
	return ret > 0 ? RING_POLLED : RING_ASLEEP;
}

/* ---- all rings -------------------------------------------------------------- */

static unsigned long rings_served(const struct hull_rings *rings)
{
	return READ_ONCE(rings->used) & ~READ_ONCE(rings->broken);
}

static enum ring_state rings_look(struct ring_server *s)
{
	struct hull_rings *rings = s->rings;
	enum ring_state state = RING_ASLEEP;
	unsigned long ids, bit;
	struct hull_vm_ring *ring;
	u32 id;

	s->busy = 0;
	s->changes = atomic_read(&rings->changes);
	/* Who changes something after this is heard by @changes or @rung. */
	smp_mb();
	ids = rings_served(rings);
	for_each_set_bit(id, &ids, HULL_RINGS_MAX) {
		ring = &rings->ring[id];
		bit = BIT(id);
		if (atomic_read(&ring->enders) || !mutex_trylock(&ring->lock)) {
			s->busy |= bit;
			continue;
		}
		if (rings_served(rings) & bit)
			state = min(state, ring_look(s, ring, id));
		mutex_unlock(&ring->lock);
	}
	s->hurry = false;
	return state;
}

static bool server_wanted(struct ring_server *s)
{
	unsigned long rung = READ_ONCE(s->rings->rung) & ~s->busy;

	return (rung & rings_served(s->rings)) || READ_ONCE(s->vm->dead) ||
	       READ_ONCE(s->vm->paused) || atomic_read(&s->rings->changes) != s->changes;
}

/*
 * Between two looks. Polling pays while this CPU has nothing else to do. When a vCPU of
 * the VM waits for the CPU, it is the one to submit or to reap: let it. When somebody
 * else does, polling has been long enough.
 */
static void server_relax(struct ring_server *s)
{
	if (single_task_running())
		cpu_relax();
	else
		s->hurry = !hull_yield_to_vm(s->vm);
}

/* Return: -EINTR, -EIO: no more; 0: look at the rings. */
static int server_ready(struct hull_vm *vm)
{
	cond_resched();
	if (__xfer_to_guest_mode_work_pending() && hull_work_handle())
		return -EINTR;
	if (READ_ONCE(vm->paused) &&
	    wait_event_interruptible(vm->pause_wait,
				     !READ_ONCE(vm->paused) || READ_ONCE(vm->dead)))
		return -EINTR;
	return READ_ONCE(vm->dead) ? -EIO : 0;
}

static int server_run(struct ring_server *s)
{
	int ret;

	for (;;) {
		ret = server_ready(s->vm);
		if (ret)
			return ret;
		switch (rings_look(s)) {
		case RING_WORKED:
			break;
		case RING_POLLED:
			server_relax(s);
			break;
		case RING_ASLEEP:
			if (wait_event_interruptible(s->vm->pause_wait, server_wanted(s)))
				return -EINTR;
		}
	}
}

static long server_serve(struct hull_vm *vm)
{
	struct ring_server *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!s)
		return -ENOMEM;
	s->vm = vm;
	s->rings = vm->calls->rings;
	ret = server_run(s);
	kfree(s);
	/* Others take over what this one was polling. */
	atomic_inc(&vm->calls->rings->changes);
	hull_rings_wake(vm);
	return ret;
}

static long rings_reset(struct hull_vm *vm)
{
	u32 id;

	for (id = 0; id < HULL_RINGS_MAX; id++)
		if (hull_rings_end(vm, id) == -EINTR)
			return -EINTR;
	return 0;
}

long hull_rings_serve(struct hull_vm *vm, u64 flags)
{
	if (flags == HULL_VM_SERVE_RESET)
		return rings_reset(vm);
	if (flags & ~HULL_VM_SERVE_OFFER)
		return -EINVAL;
	WRITE_ONCE(vm->calls->rings->offered, true);
	return flags ? 0 : server_serve(vm);
}
