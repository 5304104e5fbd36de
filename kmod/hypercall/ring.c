// SPDX-License-Identifier: GPL-2.0-only
/* Rings: set up, doorbell, end. They are served in ring_worker.c. */

#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <hypercall/event.h>
#include <hypercall/ring.h>

#define IDLE_US_DEFAULT		100

static_assert(HULL_RINGS_MAX <= BITS_PER_LONG);
static_assert(sizeof(struct hull_ring) == 5 * 64);
static_assert(sizeof(struct hull_ring_call) == 64);
static_assert(sizeof(struct hull_ring_result) == 16);

int hull_ring_word_read(struct hull_vm *vm, const struct hull_vm_ring *ring, size_t at, u32 *word)
{
	lockdep_assert_held(&ring->lock);
	return hull_mmu_word_read(&vm->mmu, ring->gpa + at, word);
}

int hull_ring_word_write(struct hull_vm *vm, const struct hull_vm_ring *ring, size_t at, u32 word)
{
	lockdep_assert_held(&ring->lock);
	return hull_mmu_word_write(&vm->mmu, ring->gpa + at, word);
}

bool hull_rings_offered(const struct hull_vm *vm)
{
	return READ_ONCE(vm->calls->rings->offered);
}

void hull_rings_wake(struct hull_vm *vm)
{
	/* Threads wait where vCPUs of a paused VM do: pause and kill wake them as well. */
	if (wq_has_sleeper(&vm->pause_wait))
		wake_up_all(&vm->pause_wait);
}

/* ---- set-up --------------------------------------------------------------- */

/* Ports are looked at last, by whoever knows them. */
static int setup_check(struct hull_vm *vm, const struct hull_ring_setup *setup)
{
	if (setup->entries < 2 || setup->entries > HULL_RING_ENTRIES_MAX ||
	    !is_power_of_2(setup->entries))
		return -EINVAL;
	if (!PAGE_ALIGNED(setup->gpa) || setup->gpa >= BIT_ULL(HULL_GPA_BITS_MAX))
		return -EINVAL;
	if (setup->flags & ~HULL_RING_F_EVENT || setup->idle_us > HULL_RING_IDLE_US_MAX ||
	    memchr_inv(setup->reserved, 0, sizeof(setup->reserved)))
		return -EINVAL;
	if (!(setup->flags & HULL_RING_F_EVENT))
		return setup->port ? -EINVAL : 0;
	return hull_event_port_exists(vm, setup->port) ? 0 : -EBADF;
}

/* For guests that err; what becomes of the memory later is looked at with each access. */
static bool memory_there(struct hull_vm *vm, const struct hull_ring_setup *setup)
{
	u64 at, end = setup->gpa + HULL_RING_BYTES(setup->entries);

	for (at = setup->gpa; at < end; at += PAGE_SIZE)
		if (!hull_mmu_hva(&vm->mmu, at, PAGE_SIZE, true))
			return false;
	return true;
}

static int ring_begin(struct hull_vm *vm, struct hull_vm_ring *ring,
		      const struct hull_ring_setup *setup)
{
	ring->gpa = setup->gpa;
	ring->entries = setup->entries;
	ring->flags = setup->flags;
	ring->port = setup->port;
	ring->idle_us = setup->idle_us ?: IDLE_US_DEFAULT;
	ring->awake = false;
	if (hull_ring_word_read(vm, ring, offsetof(struct hull_ring, call_tail),
				&ring->call_head) ||
	    hull_ring_word_read(vm, ring, offsetof(struct hull_ring, result_head),
				&ring->result_tail) ||
	    hull_ring_word_write(vm, ring, offsetof(struct hull_ring, call_head),
				 ring->call_head) ||
	    hull_ring_word_write(vm, ring, offsetof(struct hull_ring, result_tail),
				 ring->result_tail) ||
	    hull_ring_word_write(vm, ring, offsetof(struct hull_ring, broken), 0) ||
	    hull_ring_word_write(vm, ring, offsetof(struct hull_ring, sleeping), 0))
		return -EFAULT;
	return 0;
}

static long ring_setup(struct hull_vm *vm, const struct hull_ring_setup *setup)
{
	struct hull_rings *rings = vm->calls->rings;
	struct hull_vm_ring *ring;
	u32 id;
	int ret;

	lockdep_assert_held(&rings->lock);
	id = ffz(READ_ONCE(rings->used));
	if (id >= HULL_RINGS_MAX)
		return -ENOSPC;
	ring = &rings->ring[id];
	mutex_lock(&ring->lock);
	ret = ring_begin(vm, ring, setup);
	if (!ret) {
		clear_bit(id, &rings->broken);
		set_bit(id, &rings->rung);
		set_bit(id, &rings->used);
	}
	mutex_unlock(&ring->lock);
	if (ret)
		return ret;
	atomic_inc(&rings->changes);
	hull_rings_wake(vm);
	return id;
}

long hull_hc_ring_setup(struct hull_call *call)
{
	struct hull_vm *vm = call->vm;
	struct hull_rings *rings = vm->calls->rings;
	struct hull_ring_setup setup;
	long ret;

	if (!hull_rings_offered(vm))
		return -EOPNOTSUPP;
	if (hull_call_read(call, call->arg[0], &setup, sizeof(setup)))
		return -EFAULT;
	ret = setup_check(vm, &setup);
	if (ret)
		return ret;
	if (!memory_there(vm, &setup))
		return -EFAULT;
	if (mutex_lock_killable(&rings->lock))
		return -EINTR;
	ret = ring_setup(vm, &setup);
	mutex_unlock(&rings->lock);
	return ret;
}

/* ---- doorbell, end --------------------------------------------------------- */

/* Interrupts may be off: nothing of the ring itself is looked at. */
long hull_hc_ring_doorbell(struct hull_call *call)
{
	struct hull_rings *rings = call->vm->calls->rings;
	u64 id = call->arg[0];

	if (id >= HULL_RINGS_MAX)
		return -EBADF;
	id = array_index_nospec(id, HULL_RINGS_MAX);
	if (!test_bit(id, &rings->used))
		return -EBADF;
	if (test_bit(id, &rings->broken))
		return -EIO;
	/* A bit that is set already is on its way to a thread that is awake. */
	if (!test_and_set_bit(id, &rings->rung))
		hull_rings_wake(call->vm);
	return 0;
}

long hull_rings_end(struct hull_vm *vm, u32 id)
{
	struct hull_rings *rings = vm->calls->rings;
	struct hull_vm_ring *ring = &rings->ring[id];
	long ret;

	if (!test_bit(id, &rings->used))
		return -EBADF;
	atomic_inc(&ring->enders);
	ret = mutex_lock_killable(&ring->lock);
	atomic_dec(&ring->enders);
	if (ret) {
		/* Who served let the ring be meanwhile, and goes on. */
		atomic_inc(&rings->changes);
		hull_rings_wake(vm);
		return -EINTR;
	}
	ret = -EBADF;
	if (test_bit(id, &rings->used)) {
		clear_bit(id, &rings->rung);
		clear_bit(id, &rings->broken);
		clear_bit(id, &rings->used);
		ret = 0;
	}
	mutex_unlock(&ring->lock);
	return ret;
}

long hull_hc_ring_end(struct hull_call *call)
{
	u64 id = call->arg[0];

	if (id >= HULL_RINGS_MAX)
		return -EBADF;
	return hull_rings_end(call->vm, array_index_nospec(id, HULL_RINGS_MAX));
}

/* ---- life ------------------------------------------------------------------ */

int hull_rings_create(struct hull_vm_calls *calls)
{
	struct hull_rings *rings = kzalloc(sizeof(*rings), GFP_KERNEL_ACCOUNT);
	int i;

	if (!rings)
		return -ENOMEM;
	mutex_init(&rings->lock);
	for (i = 0; i < HULL_RINGS_MAX; i++)
		mutex_init(&rings->ring[i].lock);
	calls->rings = rings;
	return 0;
}

/* The last file of the VM is closed: nobody serves. */
void hull_rings_destroy(struct hull_vm_calls *calls)
{
	kfree(calls->rings);
}
