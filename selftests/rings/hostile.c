// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings that no honest guest makes. After each the next one must work.
 *
 * usage: hostile [/dev/hull]
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rings.h"

#define ENTRIES		8
#define FAR_GPA		(1UL << 30)
#define FAR_BYTES	(1UL << 16)
#define ROUNDS		3000

/* The ring was given up for this reason, and can be ended. */
static bool broken(struct vm *vm, struct view *v, int why)
{
	bool good = view_wait((volatile uint32_t *)&v->ring->broken, why) && v->ring->sleeping;

	return good && vm_call(vm, HULL_HYPERCALL_RING_DOORBELL, v->id, 0, 0) == -EIO &&
	       view_end(vm, v) == 0;
}

static void test_indices(struct vm *vm)
{
	static const struct {
		const char *name;
		uint32_t call_tail, result_head;
	} cases[] = {
		{ "more calls than entries", 100 + ENTRIES + 1, 50 },
		{ "calls taken back", 99, 50 },
		{ "calls far away", 100 + 0x80000000u, 50 },
		{ "results taken that were not there", 100, 51 },
		{ "results given back", 101, 50 - ENTRIES - 1 },
	};
	struct view v;
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		view_init(vm, &v, 0, ENTRIES, 100, 50);
		view_setup(vm, &v);
		v.ring->call_tail = cases[i].call_tail;
		v.ring->result_head = cases[i].result_head;
		view_submit(vm, &v);
		tap_ok(broken(vm, &v, -EINVAL), "%s", cases[i].name);
	}
}

static bool slot_set(struct vm *vm, void *memory, uint64_t bytes)
{
	struct kvm_userspace_memory_region region = {
		.slot = 1, .guest_phys_addr = FAR_GPA, .memory_size = bytes,
		.userspace_addr = (uintptr_t)memory,
	};

	return !ioctl(vm->machine.vm, KVM_SET_USER_MEMORY_REGION, &region);
}

/* A ring in memory of its own, in the middle of its work. */
static uint8_t *far_begin(struct vm *vm, struct view *v)
{
	uint8_t *far = mmap(NULL, FAR_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	if (far == MAP_FAILED || !slot_set(vm, far, FAR_BYTES))
		err(1, "second slot");
	view_init(vm, v, 0, ENTRIES, 100, 100);
	v->setup.gpa = FAR_GPA;
	v->setup.idle_us = 50000;
	v->ring = (struct hull_ring *)far;
	v->calls = (struct hull_ring_call *)(far + HULL_RING_CALLS);
	v->results = (struct hull_ring_result *)(far + HULL_RING_RESULTS(ENTRIES));
	v->ring->call_tail = 100;
	v->ring->result_head = 100;
	if (view_setup(vm, v) < 0)
		errx(1, "ring in the second slot: %ld", v->id);
	view_put(v, HULL_HYPERCALL_NOP, 1, 0, 0);
	view_submit(vm, v);
	view_wait(&v->ring->result_tail, 101);
	return far;
}

/* Rings are broken when they are looked at: the doorbell says so then. */
static bool gives_up(struct vm *vm, long id)
{
	long ret = 0;
	int i;

	for (i = 0; i < 20000 && ret != -EIO; i++) {
		ret = vm_call(vm, HULL_HYPERCALL_RING_DOORBELL, id, 0, 0);
		usleep(1000);
	}
	if (ret != -EIO)
		tap_note("the doorbell says %ld", ret);
	ret = vm_call(vm, HULL_HYPERCALL_RING_END, id, 0, 0);
	if (ret)
		tap_note("its end says %ld", ret);
	return i < 20000 && !ret;
}

static void test_memory(struct vm *vm)
{
	struct view v;
	uint8_t *far = far_begin(vm, &v);

	slot_set(vm, far, 0);
	tap_ok(gives_up(vm, v.id), "its memory slot is removed");
	munmap(far, FAR_BYTES);

	far = far_begin(vm, &v);
	madvise(far, FAR_BYTES, MADV_DONTNEED);
	tap_ok(gives_up(vm, v.id), "its pages are thrown away");
	slot_set(vm, far, 0);
	munmap(far, FAR_BYTES);

	far = far_begin(vm, &v);
	munmap(far, FAR_BYTES);
	tap_ok(gives_up(vm, v.id), "its memory is unmapped in the VMM");
	slot_set(vm, far, 0);

	far = far_begin(vm, &v);
	mprotect(far, FAR_BYTES, PROT_READ);
	tap_ok(gives_up(vm, v.id), "its memory becomes read-only");
	slot_set(vm, far, 0);
	munmap(far, FAR_BYTES);
}

/* Ended with calls under way: from then on the memory is the guest's alone. */
static void test_end_busy(struct vm *vm)
{
	uint8_t *copy = malloc(HULL_RING_BYTES(64));
	unsigned int round, i, touched = 0;
	struct view v;

	for (round = 0; copy && round < 50; round++) {
		view_init(vm, &v, 0, 64, 0, 0);
		view_setup(vm, &v);
		for (i = 0; i < 64; i++)
			view_put(&v, i & 1 ? HULL_HYPERCALL_NOP : HULL_HYPERCALL_LOG, i,
				 MACHINE_FRESH, 4);
		view_submit(vm, &v);
		if (view_end(vm, &v))
			break;
		memcpy(copy, (void *)v.ring, HULL_RING_BYTES(64));
		usleep(2000);
		touched += !!memcmp(copy, (void *)v.ring, HULL_RING_BYTES(64));
	}
	free(copy);
	tap_ok(round == 50 && !touched, "ended while busy");
}

static uint32_t random_number(void)
{
	static const uint32_t numbers[] = {
		HULL_HYPERCALL_NOP, HULL_HYPERCALL_VERSION, HULL_HYPERCALL_LOG,
		HULL_HYPERCALL_RING_DOORBELL, HULL_HYPERCALL_RING_END, HULL_HYPERCALL_BASE + 0x105,
	};

	return random() & 7 ? numbers[random() % (sizeof(numbers) / sizeof(numbers[0]))] :
			      (uint32_t)random();
}

static uint32_t random_index(uint32_t near)
{
	return random() & 7 ? near + random() % (ENTRIES + 2) : (uint32_t)random() * 3;
}

static void random_ring(struct view *v)
{
	unsigned int i, j;

	for (i = 0; i < ENTRIES; i++) {
		v->calls[i].number = random_number();
		v->calls[i].flags = random() & 15 ? 0 : random();
		for (j = 0; j < 4; j++)
			v->calls[i].arg[j] = random() & 1 ? random() & 0xffff :
						(uint64_t)random() << 33 | random();
	}
	v->ring->result_head = random_index(v->ring->result_tail - ENTRIES);
	v->ring->call_tail = random_index(v->ring->call_head);
	if (!(random() & 15))
		v->ring->call_head = random();
}

/* Any number anywhere, while two threads serve. Rings overlap each other. */
static void test_random(struct vm *vm)
{
	unsigned int i, rings = 0, ended = 0;
	struct view v;
	long id;

	srandom(1);
	for (i = 0; i < ROUNDS; i++) {
		id = random() % 18;
		if (!(random() & 3)) {
			view_init(vm, &v, random() & 3, ENTRIES, random(), random());
			v.setup.gpa += (random() & 3) << 12;
			v.setup.idle_us = random() & 1 ? 1 : 1000;
			rings += view_setup(vm, &v) >= 0;
		} else if (random() & 1) {
			view_init(vm, &v, random() & 3, ENTRIES, 0, 0);
			random_ring(&v);
			vm_call(vm, HULL_HYPERCALL_RING_DOORBELL, id, 0, 0);
		} else {
			ended += !vm_call(vm, HULL_HYPERCALL_RING_END, id, 0, 0);
		}
	}
	tap_note("%u rings set up, %u ended", rings, ended);
	tap_ok(rings && !vm_serve(vm, HULL_VM_SERVE_RESET), "random rings, random calls");
}

int main(int argc, char **argv)
{
	struct machine m;
	struct view v;
	struct vm vm;

	if (argc > 1)
		device = argv[1];
	if (!machine_try_open(&m, device))
		return tap_skip_all("%s: no device, or no VMX", device);
	machine_close(&m);

	tap_plan(12);
	vm_open(&vm);
	servers_start(&vm, 2);
	vm_serve(&vm, HULL_VM_SERVE_OFFER);
	test_indices(&vm);
	test_memory(&vm);
	test_end_busy(&vm);
	test_random(&vm);
	view_init(&vm, &v, 0, ENTRIES, 0, 0);
	view_setup(&vm, &v);
	view_put(&v, HULL_HYPERCALL_VERSION, 1, 0, 0);
	view_submit(&vm, &v);
	tap_ok(view_wait(&v.ring->result_tail, 1) && v.results[0].result == HULL_HYPERCALL_ABI,
	       "an honest ring after all that");
	vm_close(&vm);
	return tap_end();
}
