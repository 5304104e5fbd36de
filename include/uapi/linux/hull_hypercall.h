/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note OR MIT */
/*
 * Hull's extra hypercalls: the guest's side of the ABI.
 *
 * Usable in a guest kernel, in guest user space and in freestanding code; it needs
 * nothing but a compiler for x86. Documentation/hypercalls/abi.rst tells it in prose.
 *
 * Discovery: CPUID leaf HULL_CPUID_SIGNATURE answers "HullHullHull" in ebx, ecx, edx
 * and the highest Hull leaf in eax; leaf HULL_CPUID_FEATURES answers the ABI version
 * in eax, feature bits in ebx, the first number in ecx, how many there are in edx.
 *
 * Call: VMCALL with the number in eax, arguments in rbx, rcx, rdx, rsi; the result
 * comes in rax, negative errno for an error. No other register changes. This is
 * KVM's convention; the number ranges do not meet.
 */
#ifndef _UAPI_LINUX_HULL_HYPERCALL_H
#define _UAPI_LINUX_HULL_HYPERCALL_H

#define HULL_CPUID_SIGNATURE	0x40000100u
#define HULL_CPUID_FEATURES	0x40000101u
#define HULL_CPUID_EBX		0x6c6c7548u	/* "Hull" */
#define HULL_CPUID_ECX		0x6c6c7548u
#define HULL_CPUID_EDX		0x6c6c7548u

#define HULL_HYPERCALL_ABI	1u

#define HULL_HYPERCALL_BASE	0x48750000u	/* "Hu" */
/* Four ranges of HULL_HYPERCALL_RANGE numbers each: who answers them on the host */
#define HULL_HYPERCALL_RANGE	0x100u
#define HULL_HYPERCALL_MODULE	(HULL_HYPERCALL_BASE + 0x100)	/* kernel modules */
#define HULL_HYPERCALL_USER	(HULL_HYPERCALL_BASE + 0x200)	/* processes */
#define HULL_HYPERCALL_BPF	(HULL_HYPERCALL_BASE + 0x300)	/* BPF programs */
#define HULL_HYPERCALL_NUMBERS	0x400u		/* of all ranges */

/*
 * Feature bits, CPUID leaf HULL_CPUID_FEATURES, ebx, and word 0 of hull_features().
 * HULL_FEATURE_CPL3: guest user mode may call; otherwise it gets -EPERM.
 */
#define HULL_FEATURE_LOG	(1u << 0)
#define HULL_FEATURE_CPL3	(1u << 1)
#define HULL_FEATURE_TIME	(1u << 2)
#define HULL_FEATURE_YIELD	(1u << 3)
#define HULL_FEATURE_MULTICALL	(1u << 4)
#define HULL_FEATURE_RING	(1u << 5)
#define HULL_FEATURE_EVENT	(1u << 6)	/* event channels */
#define HULL_FEATURE_SHARE	(1u << 7)	/* memory shared between VMs */
#define HULL_FEATURE_MEMORY	(1u << 8)	/* hull_mem_give, hull_mem_take */
#define HULL_FEATURE_GROUP	(1u << 9)	/* hull_group_report */
#define HULL_FEATURE_BPF	(1u << 10)	/* this host can answer by BPF programs */

/* The numbers. Addresses are linear ones of the caller, but in a ring: see there. */
#define HULL_HYPERCALL_NOP		(HULL_HYPERCALL_BASE + 0)	/* () -> 0 */
#define HULL_HYPERCALL_VERSION		(HULL_HYPERCALL_BASE + 1)	/* () -> ABI version */
#define HULL_HYPERCALL_LOG		(HULL_HYPERCALL_BASE + 2)	/* (address, bytes) -> bytes */
#define HULL_HYPERCALL_FEATURES		(HULL_HYPERCALL_BASE + 3)	/* (word) -> bits */
#define HULL_HYPERCALL_TIME_PAIR	(HULL_HYPERCALL_BASE + 4)	/* (address) -> 0 */
#define HULL_HYPERCALL_YIELD		(HULL_HYPERCALL_BASE + 5)	/* (APIC id) -> 0 */
#define HULL_HYPERCALL_MULTICALL	(HULL_HYPERCALL_BASE + 6)	/* (address, n) -> done */
#define HULL_HYPERCALL_RING_SETUP	(HULL_HYPERCALL_BASE + 7)	/* (address) -> ring */
#define HULL_HYPERCALL_RING_DOORBELL	(HULL_HYPERCALL_BASE + 8)	/* (ring) -> 0 */
#define HULL_HYPERCALL_RING_END		(HULL_HYPERCALL_BASE + 9)	/* (ring) -> 0 */
#define HULL_HYPERCALL_EVENT_SETUP	(HULL_HYPERCALL_BASE + 10)	/* (gpa, how, what) -> 0 */
#define HULL_HYPERCALL_EVENT_OFFER	(HULL_HYPERCALL_BASE + 11)	/* (name, bytes) -> port */
#define HULL_HYPERCALL_EVENT_CONNECT	(HULL_HYPERCALL_BASE + 12)	/* (name, bytes) -> port */
#define HULL_HYPERCALL_EVENT_SEND	(HULL_HYPERCALL_BASE + 13)	/* (port) -> 0 */
#define HULL_HYPERCALL_EVENT_UNMASK	(HULL_HYPERCALL_BASE + 14)	/* (port) -> 0 */
#define HULL_HYPERCALL_EVENT_CLOSE	(HULL_HYPERCALL_BASE + 15)	/* (port) -> 0 */
#define HULL_HYPERCALL_SHARE_OFFER	(HULL_HYPERCALL_BASE + 16)	/* (address) -> handle */
#define HULL_HYPERCALL_SHARE_MAP	(HULL_HYPERCALL_BASE + 17)	/* (address) -> handle */
#define HULL_HYPERCALL_SHARE_END	(HULL_HYPERCALL_BASE + 18)	/* (handle) -> 0 */
#define HULL_HYPERCALL_MEM_GIVE		(HULL_HYPERCALL_BASE + 19)	/* (gpa, bytes) -> bytes */
#define HULL_HYPERCALL_MEM_TAKE		(HULL_HYPERCALL_BASE + 20)	/* (gpa, bytes) -> bytes */
#define HULL_HYPERCALL_GROUP_REPORT	(HULL_HYPERCALL_BASE + 21)	/* (address) -> 0 */

#define HULL_LOG_MAX		256u	/* bytes of one hull_log line */
#define HULL_MULTICALL_MAX	256u	/* entries of one multicall */
#define HULL_RING_ENTRIES_MAX	4096u	/* a power of two */
#define HULL_RINGS_MAX		16u	/* of one VM */
#define HULL_EVENT_PORTS_MAX	1024u	/* ports of a VM are numbered 1 to 1023 */
#define HULL_GUEST_NAME_MAX	63u	/* bytes of the names that guests give to things */
#define HULL_SHARES_MAX		64u	/* handles of one VM, offers and maps together */
#define HULL_SHARE_BYTES_MAX	0x400000u	/* of one offer; of all of a VM four times that */

/* Fixed-width names without any header: this one stands alone. */
#define HULL_U32	unsigned int
#define HULL_U64	unsigned long long
#define HULL_S32	int
#define HULL_S64	long long

/**
 * struct hull_time - the host's clocks and the guest's, read together
 * @guest_tsc: what RDTSC would have said in the guest
 * @host_tsc: what it said on the host
 * @realtime_ns: CLOCK_REALTIME of the host
 * @boottime_ns: CLOCK_BOOTTIME of the host
 */
struct hull_time {
	HULL_U64 guest_tsc;
	HULL_U64 host_tsc;
	HULL_U64 realtime_ns;
	HULL_U64 boottime_ns;
};

/**
 * struct hull_multicall_entry - one call of many
 * @number: as in eax
 * @flags: 0
 * @arg: rbx, rcx, rdx, rsi
 * @result: out
 */
struct hull_multicall_entry {
	HULL_U32 number;
	HULL_U32 flags;
	HULL_U64 arg[4];
	HULL_S64 result;
};

/**
 * struct hull_ring_setup - where a ring lies and how it is served
 * @gpa: guest-physical address of struct hull_ring and what follows it, on a page
 * @entries: power of two, 2 to HULL_RING_ENTRIES_MAX
 * @flags: HULL_RING_F_*
 * @port: with HULL_RING_F_EVENT: event channel port that completions ring; else 0
 * @idle_us: how long the host polls an empty ring at most before it wants a doorbell,
 *	up to HULL_RING_IDLE_US_MAX; 0: the host chooses
 * @reserved: 0
 *
 * Memory: a page with struct hull_ring, @entries of struct hull_ring_call, @entries of
 * struct hull_ring_result, each on a page boundary: HULL_RING_BYTES(). The guest sets
 * call_tail and result_head to where it begins, 0 or another number, and the host takes
 * that for call_head and result_tail. linux/hull_ring.h has the guest's code for all this.
 */
struct hull_ring_setup {
	HULL_U64 gpa;
	HULL_U32 entries;
	HULL_U32 flags;
	HULL_U32 port;
	HULL_U32 idle_us;
	HULL_U64 reserved[2];
};
#define HULL_RING_F_EVENT	(1u << 0)
#define HULL_RING_IDLE_US_MAX	1000000u

/*
 * The indices run freely; an index modulo the number of entries is a place. Each
 * is written by one side and lies on a cache line of its own.
 */
struct hull_ring {
	HULL_U32 call_tail;		/* guest: calls submitted */
	HULL_U32 pad0[15];
	HULL_U32 call_head;		/* host: calls executed */
	HULL_U32 pad1[15];
	HULL_U32 result_tail;		/* host: results written */
	HULL_U32 pad2[15];
	HULL_U32 result_head;		/* guest: results taken */
	HULL_U32 quiet;			/* guest: not 0: no event for results now */
	HULL_U32 pad3[14];
	HULL_U32 sleeping;		/* host: not 0: ring the doorbell after submitting */
	HULL_S32 broken;		/* host: not 0: -errno why it serves the ring no more */
	HULL_U32 pad4[14];
};

/* Addresses in the arguments of a ring's calls are guest-physical ones. */
struct hull_ring_call {
	HULL_U32 number;
	HULL_U32 flags;			/* 0 */
	HULL_U64 cookie;		/* comes back with the result */
	HULL_U64 arg[4];		/* rbx, rcx, rdx, rsi */
	HULL_U64 reserved[2];		/* 0 */
};

struct hull_ring_result {
	HULL_U64 cookie;
	HULL_S64 result;
};

#define HULL_RING_CALLS		4096u	/* where struct hull_ring_call begin */
#define HULL_RING_RESULTS(entries)	/* and struct hull_ring_result */ \
	(HULL_RING_CALLS + (((entries) * 64u + 4095u) & ~4095u))
#define HULL_RING_BYTES(entries)	\
	(HULL_RING_RESULTS(entries) + (((entries) * 16u + 4095u) & ~4095u))

/**
 * struct hull_event_page - what event channels write into a guest's memory
 * @any: set to 1 by the host before it interrupts; the guest clears it before it looks
 * @words: bit n: pending[n] may have news
 * @pending: a bit a port, set by the host, cleared by the guest
 * @mask: a bit a port, set by the guest: no interrupt for it (it still becomes pending);
 *	hull_event_unmask() clears it
 *
 * Both sides change it by atomic operations, each a full barrier. The guest looks in
 * this order: @any to 0, exchange @words with 0, exchange each word of @pending that
 * @words names with 0; or clear single bits of it.
 */
struct hull_event_page {
	HULL_U32 any;
	HULL_U32 reserved0;
	HULL_U64 words;
	HULL_U64 reserved1[6];
	HULL_U64 pending[HULL_EVENT_PORTS_MAX / 64];
	HULL_U64 mask[HULL_EVENT_PORTS_MAX / 64];
};

/* hull_event_setup(): how the guest is told */
#define HULL_EVENT_POLL		0u	/* not at all: it looks */
#define HULL_EVENT_GSI		1u	/* what: an edge on this I/O APIC input */
#define HULL_EVENT_VECTOR	2u	/* what: vector | APIC id << 8 */
#define HULL_EVENT_OFF		3u	/* close all ports, let go of the page */

/**
 * struct hull_share - memory that one VM offers and another maps
 * @name: NUL-terminated, 1 to HULL_GUEST_NAME_MAX of ! to ~; unique among the VMs of a
 *	domain
 * @gpa: where it is (offer), where it shall appear (map); on a page
 * @bytes: n * 4096, up to HULL_SHARE_BYTES_MAX; a map takes no more than was offered,
 *	from its beginning
 * @rights: HULL_SHARE_READ, perhaps with HULL_SHARE_WRITE; a map asks for no more than
 *	was offered
 * @flags: 0
 */
struct hull_share {
	char name[HULL_GUEST_NAME_MAX + 1];
	HULL_U64 gpa;
	HULL_U64 bytes;
	HULL_U32 rights;
	HULL_U32 flags;
};
#define HULL_SHARE_READ		(1u << 0)
#define HULL_SHARE_WRITE	(1u << 1)

/**
 * struct hull_group_report - a confined group inside the guest, told to the host
 * @name: NUL-terminated
 * @id: the group's id in the guest, not 0
 * @allowed, @denied, @audited: verdicts so far
 */
struct hull_group_report {
	char name[HULL_GUEST_NAME_MAX + 1];
	HULL_U64 id;
	HULL_U64 allowed;
	HULL_U64 denied;
	HULL_U64 audited;
};

#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))

static inline long hull_hypercall4(unsigned long nr, unsigned long a, unsigned long b,
				   unsigned long c, unsigned long d)
{
	long ret;

	__asm__ __volatile__("vmcall"
			     : "=a"(ret)
			     : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d)
			     : "memory");
	return ret;
}

static inline long hull_hypercall(unsigned long nr)
{
	return hull_hypercall4(nr, 0, 0, 0, 0);
}

static inline void hull_cpuid_leaf(unsigned int leaf, unsigned int *eax, unsigned int *ebx,
				   unsigned int *ecx, unsigned int *edx)
{
	*eax = leaf;
	*ecx = 0;
	__asm__ __volatile__("cpuid" : "+a"(*eax), "=b"(*ebx), "+c"(*ecx), "=d"(*edx));
}

/* 1 when this machine is a guest of Hull; VMCALL faults where there is no hypervisor */
static inline int hull_present(void)
{
	unsigned int a, b, c, d;

	hull_cpuid_leaf(HULL_CPUID_SIGNATURE, &a, &b, &c, &d);
	return a >= HULL_CPUID_FEATURES && b == HULL_CPUID_EBX && c == HULL_CPUID_ECX &&
	       d == HULL_CPUID_EDX;
}

/* hull_nop: nothing, as quickly as possible. Any CPL the VM allows. Never fails. */
static inline long hull_nop(void)
{
	return hull_hypercall(HULL_HYPERCALL_NOP);
}

/* hull_version: the ABI version, HULL_HYPERCALL_ABI of the host. */
static inline long hull_version(void)
{
	return hull_hypercall(HULL_HYPERCALL_VERSION);
}

/* hull_features: 32 feature bits, HULL_FEATURE_*; @word: 0, others are 0 so far. */
static inline long hull_features(unsigned long word)
{
	return hull_hypercall4(HULL_HYPERCALL_FEATURES, word, 0, 0, 0);
}

/*
 * hull_log: a line of text to the VM's log on the host.
 * @text: linear address, readable by the caller; @bytes: 1 to HULL_LOG_MAX
 * Returns @bytes; -EINVAL: length; -EFAULT: not readable now (touch it and try
 * again); -EAGAIN: too many lines in a short time, the line is dropped and counted.
 */
static inline long hull_log(const void *text, unsigned long bytes)
{
	return hull_hypercall4(HULL_HYPERCALL_LOG, (unsigned long)text, bytes, 0, 0);
}

/*
 * hull_ring_setup: the host serves calls from a queue in memory. CPL 0.
 * @setup: linear address, readable by the caller
 * Returns the ring, 0 to HULL_RINGS_MAX - 1; -EOPNOTSUPP: the VMM has no thread for it;
 * -EINVAL: a field; -EFAULT: @setup is not readable now, or no writable memory where the
 * ring shall be; -EBADF: no such port; -ENOSPC: HULL_RINGS_MAX rings are there.
 */
static inline long hull_ring_setup(const struct hull_ring_setup *setup)
{
	return hull_hypercall4(HULL_HYPERCALL_RING_SETUP, (unsigned long)setup, 0, 0, 0);
}

/*
 * hull_ring_doorbell: there is something in a ring whose `sleeping` is set. CPL 0.
 * Returns 0; -EBADF: no such ring; -EIO: the host serves it no more, see `broken`.
 */
static inline long hull_ring_doorbell(unsigned long ring)
{
	return hull_hypercall4(HULL_HYPERCALL_RING_DOORBELL, ring, 0, 0, 0);
}

/*
 * hull_ring_end: the host forgets the ring, broken or not; calls that it has not begun
 * are not executed. CPL 0. When this returns the host touches its memory no more.
 * Returns 0; -EBADF: no such ring; -EINTR: the VM ends.
 */
static inline long hull_ring_end(unsigned long ring)
{
	return hull_hypercall4(HULL_HYPERCALL_RING_END, ring, 0, 0, 0);
}

/*
 * hull_event_setup: where events are written and how the guest is told of them. CPL 0.
 * @gpa: guest-physical address of struct hull_event_page, on a page of ordinary memory
 * that the host pins; @how: HULL_EVENT_*; @what: see there
 * Again: another page or way; then every open port may be pending once more. Interrupts
 * for events that were pending already may come at once.
 * Returns 0; -EINVAL: @gpa, @how or @what; -EFAULT: no memory there; -EOPNOTSUPP: no
 * interrupt chip; -ENOMEM: also the VMM's bound on locked memory; -EINTR: try again.
 */
static inline long hull_event_setup(unsigned long gpa, unsigned long how, unsigned long what)
{
	return hull_hypercall4(HULL_HYPERCALL_EVENT_SETUP, gpa, how, what, 0);
}

/*
 * hull_event_offer: a port that waits for one peer, which asks for it by name. CPL 0.
 * @name: linear address, readable by the caller; @bytes: 1 to HULL_GUEST_NAME_MAX of
 * ! to ~, without NUL. @bytes 0: a port that only the host raises (of a ring).
 * Returns the port; -ENXIO: no hull_event_setup() yet; -EPERM: the VM is in no domain;
 * -EINVAL: name; -EFAULT: not readable now; -EEXIST: somebody in the domain offers it;
 * -ENOSPC: no port is left; -ENOMEM; -EINTR: try again.
 */
static inline long hull_event_offer(const char *name, unsigned long bytes)
{
	return hull_hypercall4(HULL_HYPERCALL_EVENT_OFFER, (unsigned long)name, bytes, 0, 0);
}

/*
 * hull_event_connect: a port whose peer is the one that waits under @name: the VMM's
 * own, else another VM's. CPL 0. The name is free again then.
 * Returns the port; -ENOENT: nobody offers it; -EPERM: likewise, and the VM is in no
 * domain; others as hull_event_offer().
 */
static inline long hull_event_connect(const char *name, unsigned long bytes)
{
	return hull_hypercall4(HULL_HYPERCALL_EVENT_CONNECT, (unsigned long)name, bytes, 0, 0);
}

/*
 * hull_event_send: make the peer's port pending. CPL 0. Never sleeps. Events that the
 * peer has not taken yet and this one become one; none is lost.
 * Returns 0; -EBADF: no such port; -ENOTCONN: no peer yet; -EPIPE: the peer is gone.
 */
static inline long hull_event_send(unsigned long port)
{
	return hull_hypercall4(HULL_HYPERCALL_EVENT_SEND, port, 0, 0, 0);
}

/*
 * hull_event_unmask: clear the port's bit in mask[]; when it is pending, interrupt
 * again, whatever `any` says. CPL 0.
 * Returns 0; -EBADF: no such port.
 */
static inline long hull_event_unmask(unsigned long port)
{
	return hull_hypercall4(HULL_HYPERCALL_EVENT_UNMASK, port, 0, 0, 0);
}

/*
 * hull_event_close: the number is free again. The peer's port becomes pending one last
 * time, and sends to it fail with -EPIPE until it is closed too. CPL 0.
 * Returns 0; -EBADF: no such port; -EINTR: try again.
 */
static inline long hull_event_close(unsigned long port)
{
	return hull_hypercall4(HULL_HYPERCALL_EVENT_CLOSE, port, 0, 0, 0);
}

/*
 * hull_share_offer: let one other VM of the domain map pages of this one. CPL 0.
 * @share: linear address, readable by the caller. The pages stay where they are and
 * are pinned on the host until the offer ends.
 * Returns a handle, 1 to HULL_SHARES_MAX; -EPERM: the VM is in no domain; -EINVAL: a
 * field; -EFAULT: @share is not readable now, or no writable memory at its gpa;
 * -EEXIST: name; -ENOSPC: handles, or pages offered by this VM; -ENOMEM: also the VMM's
 * bound on locked memory; -EINTR: try again.
 */
static inline long hull_share_offer(const struct hull_share *share)
{
	return hull_hypercall4(HULL_HYPERCALL_SHARE_OFFER, (unsigned long)share, 0, 0, 0);
}

/*
 * hull_share_map: have offered memory appear at guest-physical addresses where nothing
 * is. CPL 0. Without HULL_SHARE_WRITE a write there is one to no memory at all.
 * Returns a handle; -ENOENT: nobody offers it; -EACCES: more rights than were offered;
 * -EBUSY: somebody maps it; -EEXIST: there is memory at the address; -EINVAL: a field,
 * more bytes than were offered, or addresses beyond the guest's physical ones; -EPERM,
 * -EFAULT, -ENOSPC, -ENOMEM, -EINTR as above.
 */
static inline long hull_share_map(const struct hull_share *share)
{
	return hull_hypercall4(HULL_HYPERCALL_SHARE_MAP, (unsigned long)share, 0, 0, 0);
}

/*
 * hull_share_end: end what is shared, whichever side it is. CPL 0. When this returns the
 * mapping side has lost it, its addresses hold nothing any more, the name and this handle
 * are free. The other side's handle stays, meaning nothing, until it ends it too; while
 * the offering side's does, the pages are pinned. A VM that dies does all this to its
 * handles. Returns 0; -EBADF: no such handle; -EINTR: try again.
 */
static inline long hull_share_end(unsigned long handle)
{
	return hull_hypercall4(HULL_HYPERCALL_SHARE_END, handle, 0, 0, 0);
}

/*
 * hull_time_pair: the host's clocks and the guest's TSC of one moment.
 * @time: linear address, writable by the caller
 * Returns 0; -EFAULT: not writable now. *@time is filled.
 */
static inline long hull_time_pair(struct hull_time *time)
{
	return hull_hypercall4(HULL_HYPERCALL_TIME_PAIR, (unsigned long)time, 0, 0, 0);
}

/*
 * hull_yield: the caller waits for another vCPU; the host may run that one instead.
 * @apic_id: whose turn it is; ~0: anybody's who has work and waits for a processor
 * Returns 0, also when there was nobody to help; -ESRCH: no vCPU has this id.
 */
static inline long hull_yield(unsigned long apic_id)
{
	return hull_hypercall4(HULL_HYPERCALL_YIELD, apic_id, 0, 0, 0);
}

/*
 * hull_multicall: @n calls in one exit, in order, each with its own result.
 * @entries: linear address, on a multiple of 8, readable and writable by the caller
 * Returns how many were done, which may be fewer: the host had something else to do, or
 * takes no more at once (HULL_MULTICALL_MAX); go on with the rest, as
 * hull_multicall_all() does. -EINVAL: address; -EFAULT: the first entry is not there now.
 * Results of single calls are those of the call made alone, and -EINVAL: flags, or a
 * multicall; -EOPNOTSUPP: what a process outside the kernel would have to answer.
 */
static inline long hull_multicall(struct hull_multicall_entry *entries, unsigned long n)
{
	return hull_hypercall4(HULL_HYPERCALL_MULTICALL, (unsigned long)entries, n, 0, 0);
}

/* hull_multicall_all: until all are done, or one is not there. Returns as hull_multicall(). */
static inline long hull_multicall_all(struct hull_multicall_entry *entries, unsigned long n)
{
	unsigned long done = 0;
	long ret = 0;

	while (done < n && ret >= 0) {
		ret = hull_multicall(entries + done, n - done);
		if (ret > 0)
			done += ret;
	}
	return done ? (long)done : ret;
}

/*
 * hull_mem_give: the guest does without this memory until it takes it again.
 * @gpa, @bytes: whole pages of guest-physical memory
 * Returns the bytes that went; -EINVAL: not whole pages; -EFAULT: not memory;
 * -EOPNOTSUPP: this VMM takes nothing. What is given reads as 0 afterwards, and costs
 * the host memory again as soon as it is touched. CPL 0.
 */
static inline long hull_mem_give(unsigned long gpa, unsigned long bytes)
{
	return hull_hypercall4(HULL_HYPERCALL_MEM_GIVE, gpa, bytes, 0, 0);
}

/* hull_mem_take: the guest is about to use it again; likewise. Changes the sums alone. */
static inline long hull_mem_take(unsigned long gpa, unsigned long bytes)
{
	return hull_hypercall4(HULL_HYPERCALL_MEM_TAKE, gpa, bytes, 0, 0);
}

/*
 * hull_group_report: tell the host of a confined group inside the guest.
 * @report: linear address, readable by the caller
 * Returns 0; -EINVAL: id 0, or a name that is not 1 to 63 printable characters without
 * blanks; -EFAULT; -ENOMEM. The host shows the last 16 groups, by id. CPL 0.
 */
static inline long hull_group_report(const struct hull_group_report *report)
{
	return hull_hypercall4(HULL_HYPERCALL_GROUP_REPORT, (unsigned long)report, 0, 0, 0);
}

#endif
#endif
