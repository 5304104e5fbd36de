// SPDX-License-Identifier: GPL-2.0-only
/* Event channels and shared memory: two guests that answer each other. */
#include <linux/hull_hypercall.h>

#include "guest.h"

#define MSR_APIC_BASE		0x1b
#define APIC_BASE_X2APIC	(1u << 11 | 1u << 10)
#define MSR_X2APIC_ID		0x802
#define MSR_X2APIC_SPURIOUS	0x80f
#define APIC_ENABLE		0x1ffu

#define NAME			"bench"

struct gate {
	uint16_t offset_low, selector;
	uint16_t type, offset_middle;
	uint32_t offset_high, reserved;
};

uint32_t events;
static uint64_t port;

void event_entry(void);

static uint64_t msr_read(uint32_t msr)
{
	uint32_t low, high;

	__asm__ __volatile__("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static void msr_write(uint32_t msr, uint64_t value)
{
	__asm__ __volatile__("wrmsr" : : "c"(msr), "a"((uint32_t)value),
			     "d"((uint32_t)(value >> 32)));
}

static void interrupts_init(void)
{
	struct gate *gate = (struct gate *)(uintptr_t)BENCH_IDT + BENCH_VECTOR;
	uint64_t entry = (uintptr_t)event_entry;
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) idt = { 4095, BENCH_IDT };

	*gate = (struct gate){ .offset_low = (uint16_t)entry, .selector = BENCH_CS, .type = 0x8e00,
			       .offset_middle = (uint16_t)(entry >> 16),
			       .offset_high = (uint32_t)(entry >> 32) };
	__asm__ __volatile__("lidt %0" : : "m"(idt));
	msr_write(MSR_APIC_BASE, msr_read(MSR_APIC_BASE) | APIC_BASE_X2APIC);
	msr_write(MSR_X2APIC_SPURIOUS, APIC_ENABLE);
}

/* arg[0]: 1: offer, 0: connect */
void op_event_setup(struct bench_job *job)
{
	uint64_t number = job->arg[0] ? HULL_HYPERCALL_EVENT_OFFER : HULL_HYPERCALL_EVENT_CONNECT;
	int64_t result;

	interrupts_init();
	result = hull_hypercall4(HULL_HYPERCALL_EVENT_SETUP, BENCH_EVENT_PAGE, HULL_EVENT_VECTOR,
				 BENCH_VECTOR | msr_read(MSR_X2APIC_ID) << 8, 0);
	if (!result)
		result = hull_hypercall4(number, (uintptr_t)NAME, sizeof(NAME) - 1, 0, 0);
	if (result < 0)
		job->error = result;
	else
		port = (uint64_t)result;
}

/* Halts until the port has news, and takes it. */
static void event_wait(void)
{
	struct hull_event_page *page = (void *)(uintptr_t)BENCH_EVENT_PAGE;
	volatile HULL_U64 *pending = &page->pending[port / 64];

	while (!(*pending & 1ull << port % 64)) {
		/* STI lets one more instruction through: no interrupt is lost before HLT. */
		__asm__ __volatile__("cli" : : : "memory");
		*(volatile HULL_U32 *)&page->any = 0;
		if (*pending & 1ull << port % 64)
			break;
		__asm__ __volatile__("sti; hlt" : : : "memory");
	}
	__atomic_fetch_and(pending, ~(1ull << port % 64), __ATOMIC_SEQ_CST);
}

static void event_send(struct bench_job *job)
{
	long result = hull_hypercall4(HULL_HYPERCALL_EVENT_SEND, port, 0, 0, 0);

	if (result)
		job->error = result;
}

void op_event_ping(struct bench_job *job)
{
	struct hull_event_page *page = (void *)(uintptr_t)BENCH_EVENT_PAGE;

	/* That the peer has connected was an event, too. */
	__atomic_fetch_and(&page->pending[port / 64], ~(1ull << port % 64), __ATOMIC_SEQ_CST);
	SAMPLE(job, event_send(job); event_wait());
}

void op_event_pong(struct bench_job *job)
{
	uint64_t left = (uint64_t)job->samples * job->iterations;

	for (; left; left--) {
		event_wait();
		event_send(job);
	}
}

/* arg[0]: call; the structure is the host's, at BENCH_CALLS */
void op_share(struct bench_job *job)
{
	long result = hull_hypercall4(job->arg[0], BENCH_CALLS, 0, 0, 0);

	if (result < 0)
		job->error = result;
}

/* Two words, each on a cache line of its own and written by one side. */
static volatile uint64_t *share_word(uintptr_t page, int which)
{
	return (volatile uint64_t *)(page + which * 64);
}

/* Hands word @n over and waits for the other side's. */
static void share_turn(uint64_t n)
{
	*share_word(BENCH_SHARED, 0) = n;
	while (*share_word(BENCH_SHARED, 1) != n)
		__builtin_ia32_pause();
}

void op_share_ping(struct bench_job *job)
{
	uint64_t n = *share_word(BENCH_SHARED, 0);

	SAMPLE(job, share_turn(++n));
}

void op_share_pong(struct bench_job *job)
{
	uint64_t n = *share_word(BENCH_SHARED_AT, 1);
	uint64_t end = n + (uint64_t)job->samples * job->iterations;

	while (n++ < end) {
		while (*share_word(BENCH_SHARED_AT, 0) != n)
			__builtin_ia32_pause();
		*share_word(BENCH_SHARED_AT, 1) = n;
	}
}
