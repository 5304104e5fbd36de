// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk of a guest's tables: every combination of rights against the rules as the
 * SDM states them (Vol. 3, 4.6 and 4.7), and the shapes of the three paging modes.
 */
#include "hull_tap.h"
#include "mmu/walk_math.h"
#include "random.h"

#define CR0_PG		(1UL << 31)
#define CR0_WP		(1UL << 16)
#define CR4_PSE		(1UL << 4)
#define CR4_PAE		(1UL << 5)
#define CR4_SMEP	(1UL << 20)
#define CR4_SMAP	(1UL << 21)
#define CR4_PKE		(1UL << 22)
#define LMA		(1UL << 10)
#define NXE		(1UL << 11)

#define P	1ULL
#define W	2ULL
#define U	4ULL
#define A	0x20ULL
#define D	0x40ULL
#define PS	0x80ULL
#define NX	(1ULL << 63)

#define E_P	1
#define E_W	2
#define E_U	4
#define E_RSVD	8
#define E_I	16
#define E_PK	32

/* The guest's memory: tables at 0x1000, 0x2000, ... */
static _Alignas(8) u8 memory[0x8000];
static unsigned int reads, exchanges, lose;	/* @lose: exchanges yet to fail */

static int guest_read(void *opaque, u64 gpa, unsigned int size, u64 *entry)
{
	reads++;
	if (gpa > sizeof(memory) - size)
		return -EFAULT;
	*entry = 0;
	memcpy(entry, memory + gpa, size);
	return 0;
}

static int guest_exchange(void *opaque, u64 gpa, unsigned int size, u64 old, u64 new)
{
	u64 now = 0;

	exchanges++;
	if (gpa > sizeof(memory) - size)
		return -EFAULT;
	memcpy(&now, memory + gpa, size);
	if (lose) {
		lose--;
		return -EAGAIN;
	}
	if (now != old)
		return -EAGAIN;
	memcpy(memory + gpa, &new, size);
	return 0;
}

static const struct hull_walk_ops ops = { .read = guest_read, .exchange = guest_exchange };

static struct hull_walk walk;
static u64 gpa;
static u32 error;

static int go(u64 gva, u32 access)
{
	gpa = ~0ULL;
	error = ~0U;
	reads = 0;
	exchanges = 0;
	return hull_walk_translate(&walk, &ops, NULL, gva, access, &gpa, &error);
}

static bool maps(u64 gva, u32 access, u64 to)
{
	return go(gva, access) == 0 && gpa == to;
}

static bool faults(u64 gva, u32 access, u32 code)
{
	return go(gva, access) == -EPERM && error == code;
}

static void put64(u64 at, u64 entry)
{
	memcpy(memory + at, &entry, 8);
}

static u64 get64(u64 at)
{
	u64 entry;

	memcpy(&entry, memory + at, 8);
	return entry;
}

static void put32(u64 at, u32 entry)
{
	memcpy(memory + at, &entry, 4);
}

static u32 get32(u64 at)
{
	u32 entry;

	memcpy(&entry, memory + at, 4);
	return entry;
}

static void start(unsigned long cr0, unsigned long cr3, unsigned long cr4, u64 efer)
{
	memset(memory, 0, sizeof(memory));
	lose = 0;
	walk = (struct hull_walk) { .cr0 = cr0, .cr3 = cr3, .cr4 = cr4, .efer = efer,
				    .maxphyaddr = 40 };
}

static void start_long(void)
{
	start(CR0_PG | CR0_WP, 0x1000 | 0xfff /* PCID and flags */, CR4_PAE, LMA | NXE);
	put64(0x1000 + 8 * 0x1ff, 0x2000 | P | W | U);
	put64(0x2000 + 8 * 3, 0x3000 | P | W | U);
	put64(0x3000 + 8 * 5, 0x4000 | P | W | U);
	put64(0x4000 + 8 * 7, 0x123456000 | P | W | U);
}

#define GVA	(0xffffff8000000000ULL + 3 * (1ULL << 30) + 5 * (2ULL << 20) + 7 * 4096)

static void test_long(void)
{
	start_long();
	tap_ok(maps(GVA + 0xabc, HULL_ACCESS_READ, 0x123456abc) && reads == 5, "4 KiB page");
	tap_ok(get64(0x4038) == (0x123456000 | P | W | U | A) && (get64(0x1ff8) & A) &&
	       exchanges == 4, "accessed bits on the way");
	tap_ok(maps(GVA, HULL_ACCESS_WRITE, 0x123456000) && exchanges == 1 && (get64(0x4038) & D),
	       "a write sets the dirty bit, in the leaf alone");
	tap_ok(maps(GVA, HULL_ACCESS_WRITE, 0x123456000) && !exchanges && reads == 4,
	       "once");
	tap_ok(!(get64(0x3028) & D), "not above it");

	put64(0x3028, 0x7fe00000 | P | W | U | PS);
	tap_ok(maps(GVA + 0xabc, HULL_ACCESS_WRITE, 0x7fe07abc) && (get64(0x3028) & D),
	       "2 MiB page");
	put64(0x2018, 0x40000000 | P | W | U | PS);
	tap_ok(maps(GVA + 0xabc, HULL_ACCESS_READ, 0x40a07abc) && reads == 4, "1 GiB page");

	start_long();
	tap_ok(faults(GVA + 4096, HULL_ACCESS_WRITE, E_W), "not present, for a write");
	walk.cpl = 3;
	tap_ok(faults(GVA + 4096, HULL_ACCESS_EXEC, E_U | E_I), "not present, for a user's fetch");
	put64(0x2018, 0x9000 | P | W | U);
	tap_ok(go(GVA, HULL_ACCESS_READ) == -EFAULT, "a table outside memory");
	walk.cr3 = 0x100000;
	tap_ok(go(GVA, HULL_ACCESS_READ) == -EFAULT, "the root outside memory");
}

static void test_long_reserved(void)
{
	static const struct { u64 at, entry; } bad[] = {
		{ 0x1ff8, 0x2000 | P | W | U | PS },
		{ 0x1ff8, 0x2000 | P | W | U | 1ULL << 40 },
		{ 0x2018, 0x3000 | P | W | U | 1ULL << 51 },
		{ 0x2018, 0x40000000 | P | W | U | PS | 1 << 13 },
		{ 0x2018, 0x40000000 | P | W | U | PS | 1 << 29 },
		{ 0x3028, 0x200000 | P | W | U | PS | 1 << 20 },
		{ 0x3028, 0x200000 | P | W | U | PS | 1 << 13 },
		{ 0x4038, 0x5000 | P | W | U | 1ULL << 40 },
	};
	static const struct { u64 at, entry; } good[] = {
		{ 0x4038, 0x5000 | P | W | U | PS /* PAT */ },
		{ 0x4038, 0x5000 | P | W | U | 0xe00 | 0x7ffULL << 52 },
		{ 0x3028, 0x200000 | P | W | U | PS | 1 << 12 },
		{ 0x4038, 0x5000 | P | W | U | 1ULL << 39 },
	};
	unsigned int i, ok = 0;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		start_long();
		put64(bad[i].at, bad[i].entry);
		ok += faults(GVA, HULL_ACCESS_READ, E_P | E_RSVD);
	}
	tap_ok(ok == ARRAY_SIZE(bad), "reserved bits at every level");
	for (i = 0, ok = 0; i < ARRAY_SIZE(good); i++) {
		start_long();
		put64(good[i].at, good[i].entry);
		ok += go(GVA, HULL_ACCESS_READ) == 0;
	}
	tap_ok(ok == ARRAY_SIZE(good), "bits that are not reserved");

	start_long();
	walk.efer = LMA;
	put64(0x3028, 0x4000 | P | W | U | NX);
	walk.cpl = 3;
	tap_ok(faults(GVA, HULL_ACCESS_WRITE, E_P | E_W | E_U | E_RSVD),
	       "NX is one without EFER.NXE");
	put64(0x3028, (0x4000 | W | U | NX | 1ULL << 45) & ~P);
	tap_ok(faults(GVA, HULL_ACCESS_READ, E_U), "an absent entry has none");
}

static void test_32(void)
{
	start(CR0_PG, 0x1018, CR4_PSE, 0);
	put32(0x1000 + 4 * 0x301, 0x2000 | P | W | U);
	put32(0x2000 + 4 * 0x3ff, 0x89abc000 | P | W | U | PS);
	tap_ok(maps(0xc07ff123, HULL_ACCESS_WRITE, 0x89abc123) && reads == 2, "32-bit, 4 KiB page");
	tap_ok(get32(0x2ffc) == (0x89abc000 | P | W | U | PS | A | D) && (get32(0x1c04) & A),
	       "bits set");
	tap_ok(maps(0xffffffffc07ff123, HULL_ACCESS_READ, 0x89abc123),
	       "the address is 32 bits wide");

	put32(0x1c04, 0x80400000 | P | W | U | PS);
	tap_ok(maps(0xc07ff123, HULL_ACCESS_WRITE, 0x807ff123) && (get32(0x1c04) & D),
	       "4 MiB page");
	put32(0x1c04, 0x80400000 | P | W | U | PS | 0xff << 13);
	tap_ok(maps(0xc07ff123, HULL_ACCESS_READ, 0xff807ff123),
	       "with 40 bits of address (PSE-36)");
	put32(0x1c04, 0x80400000 | P | PS | 1 << 21);
	tap_ok(faults(0xc07ff123, HULL_ACCESS_READ, E_P | E_RSVD), "bit 21 is reserved");
	walk.maxphyaddr = 36;
	put32(0x1c04, 0x80400000 | P | PS | 1 << 17);
	tap_ok(faults(0xc07ff123, HULL_ACCESS_READ, E_P | E_RSVD),
	       "bit 17 too if addresses have 36");
	put32(0x1c04, 0x80400000 | P | PS | 1 << 16);
	tap_ok(maps(0xc07ff123, HULL_ACCESS_READ, 0x8807ff123), "but not bit 16");
	walk.cr4 = 0;
	put32(0x1c04, 0x2000 | P | PS);
	tap_ok(maps(0xc07ff123, HULL_ACCESS_READ, 0x89abc123), "no large pages without CR4.PSE");

	walk.cpl = 3;
	put32(0x1c04, 0x2000 | P | U);
	tap_ok(maps(0xc07ff123, HULL_ACCESS_EXEC, 0x89abc123), "there is no NX");
	tap_ok(faults(0xc07ff123, HULL_ACCESS_WRITE, E_P | E_W | E_U), "a user's write");
	walk.cpl = 0;
	tap_ok(maps(0xc07ff123, HULL_ACCESS_WRITE, 0x89abc123), "the kernel's, without CR0.WP");
	walk.cr0 |= CR0_WP;
	tap_ok(faults(0xc07ff123, HULL_ACCESS_WRITE, E_P | E_W), "and with it");
}

static void test_pae(void)
{
	start(CR0_PG | CR0_WP, 0x1fe0, CR4_PAE, NXE);
	put64(0x1fe0 + 8 * 3, 0x3000 | P);
	put64(0x3000 + 8 * 0x1fe, 0x4000 | P | W | U);
	put64(0x4000 + 8 * 0x1ff, 0xf000005000 | P | W | U | NX);
	tap_ok(maps(0xffdff777, HULL_ACCESS_WRITE, 0xf000005777) && reads == 3 && exchanges == 2,
	       "PAE, 4 KiB page; a PDPTE has no accessed bit");
	tap_ok(get64(0x1ff8) == (0x3000 | P), "and no right to write, which does not matter");
	tap_ok(faults(0xffdff777, HULL_ACCESS_EXEC, E_P | E_I), "NX");
	put64(0x3ff0, 0xffe00000 | P | W | U | PS);
	tap_ok(maps(0xffdff777, HULL_ACCESS_READ, 0xfffff777), "2 MiB page");
	put64(0x3ff0, 0x4000 | P | W | U | 1ULL << 52);
	tap_ok(faults(0xffdff777, HULL_ACCESS_READ, E_P | E_RSVD), "bits 62:52 are reserved");
	put64(0x1ff8, 0x3000 | P | W);
	tap_ok(faults(0xffdff777, HULL_ACCESS_READ, E_P | E_RSVD), "bits 2:1 of a PDPTE");
	put64(0x1ff8, 0x3000);
	tap_ok(faults(0xffdff777, HULL_ACCESS_WRITE, E_W), "an absent PDPTE");

	start(0, 0x1000, CR4_PAE, 0);
	tap_ok(maps(0x1ffffffff, HULL_ACCESS_WRITE, 0xffffffff) && !reads, "no paging, 32 bits");
}

/* One combination of what the rules speak of. */
struct rule {
	bool user, writable, nx;			/* page */
	bool cpl3, wp, smep, smap, ac, implicit, nxe;	/* processor */
	u32 access;
};

/* Section 4.6.1, sentence by sentence. */
static bool rule_allows(const struct rule *r)
{
	bool user_mode = r->cpl3 && !r->implicit;

	if (!user_mode && r->access == HULL_ACCESS_READ) {
		if (!r->user || !r->smap)
			return true;
		return !r->implicit && r->ac;
	}
	if (!user_mode && r->access == HULL_ACCESS_WRITE) {
		bool may_touch = !r->user || !r->smap || (!r->implicit && r->ac);

		return may_touch && (!r->wp || r->writable);
	}
	if (!user_mode)
		return !(r->user && r->smep) && !(r->nxe && r->nx);
	if (!r->user)
		return false;
	if (r->access == HULL_ACCESS_READ)
		return true;
	return r->access == HULL_ACCESS_WRITE ? r->writable : !(r->nxe && r->nx);
}

static u32 rule_error(const struct rule *r)
{
	u32 code = E_P;

	if (r->access == HULL_ACCESS_WRITE)
		code |= E_W;
	if (r->cpl3 && !r->implicit)
		code |= E_U;
	if (r->access == HULL_ACCESS_EXEC && (r->smep || r->nxe))
		code |= E_I;
	return code;
}

/* @level: whose entry lacks the right; the others have all of them. */
static bool rule_holds(const struct rule *r, unsigned int level)
{
	static const u64 at[] = { 0, 0x4038, 0x3028, 0x2018, 0x1ff8 };
	u64 entry;

	start_long();
	walk.cr0 = CR0_PG | (r->wp ? CR0_WP : 0);
	walk.cr4 = CR4_PAE | (r->smep ? CR4_SMEP : 0) | (r->smap ? CR4_SMAP : 0);
	walk.efer = LMA | (r->nxe ? NXE : 0);
	walk.cpl = r->cpl3 ? 3 : 0;
	walk.ac = r->ac;
	entry = get64(at[level]) & ~(W | U);
	entry |= (r->user ? U : 0) | (r->writable ? W : 0) | (r->nx && r->nxe ? NX : 0);
	put64(at[level], entry);
	if (rule_allows(r))
		return go(GVA, r->access | (r->implicit ? HULL_WALK_SUPER : 0)) == 0;
	return faults(GVA, r->access | (r->implicit ? HULL_WALK_SUPER : 0), rule_error(r)) &&
	       !exchanges;
}

static void test_rights(void)
{
	unsigned int bits, i, level, bad = 0;

	for (bits = 0; bits < 1024 && !bad; bits++) {
		struct rule r = {
			.user = bits & 1, .writable = bits & 2, .nx = bits & 4, .cpl3 = bits & 8,
			.wp = bits & 16, .smep = bits & 32, .smap = bits & 64, .ac = bits & 128,
			.implicit = bits & 256, .nxe = bits & 512,
		};

		for (i = 0; i < 3; i++)
			for (level = 1; level <= 4; level++) {
				r.access = 1 << i;
				bad += !rule_holds(&r, level);
			}
	}
	tap_ok(!bad, "12288 combinations of rights (bad at %u)", bits);
}

static void test_keys(void)
{
	unsigned int i, bad = 0;

	for (i = 0; i < 64; i++) {
		bool ad = i & 1, wd = i & 2, user_page = i & 4, cpl3 = i & 8, wp = i & 16;
		u32 access = i & 32 ? HULL_ACCESS_WRITE : HULL_ACCESS_READ;
		bool deny = user_page && (ad || (wd && (i & 32) && (cpl3 || wp)));
		u32 code = E_P | (i & 32 ? E_W : 0) | (cpl3 ? E_U : 0) | (deny ? E_PK : 0);

		start_long();
		walk.cr4 |= CR4_PKE;
		walk.cr0 = CR0_PG | (wp ? CR0_WP : 0);
		walk.cpl = cpl3 ? 3 : 0;
		walk.pkru = (u32)(ad | wd << 1) << 2 * 9;
		put64(0x4038, 0x5000 | P | W | (user_page ? U : 0) | 9ULL << 59);
		if (deny || (cpl3 && !user_page))
			bad += !faults(GVA, access, code);
		else
			bad += !maps(GVA, access, 0x5000);
	}
	tap_ok(!bad, "protection keys");
	start_long();
	walk.cr4 |= CR4_PKE;
	walk.pkru = ~0U;
	tap_ok(maps(GVA, HULL_ACCESS_EXEC, 0x123456000), "a fetch knows no keys");
}

static void test_races(void)
{
	start_long();
	lose = 3;
	tap_ok(maps(GVA, HULL_ACCESS_WRITE, 0x123456000) && reads == 17,
	       "a lost exchange: once more");
	start_long();
	lose = ~0U;
	tap_ok(go(GVA, HULL_ACCESS_WRITE) == -EFAULT && reads < 1000, "but not for ever");
}

/*
 * A walk that finds everything marked takes a shorter way. Whether it does is up to the
 * root's entry here; what comes out must not be.
 */
static void test_marked(void)
{
	static const u64 at[] = { 0x1ff8, 0x2018, 0x3028, 0x4038 };
	u64 entry, gpa_short, bad = 0, mapped = 0;
	unsigned int i, level;
	u32 access, error_short;
	int ret;

	for (i = 0; i < 200000; i++) {
		start(CR0_PG | (random_below(2) ? CR0_WP : 0), 0x1000,
		      CR4_PAE | (random_below(2) ? CR4_SMAP : 0) | (random_below(3) ? 0 : CR4_PKE),
		      LMA | (random_below(4) ? NXE : 0));
		walk.cpl = random_below(2) ? 3 : 0;
		walk.ac = random_below(2);
		walk.pkru = random_u64();
		access = (random_below(2) ? HULL_ACCESS_WRITE : HULL_ACCESS_READ) |
			 (random_below(8) ? 0 : HULL_WALK_SUPER);
		for (level = 0; level < 4; level++) {
			entry = level < 3 ? (level + 2) << 12 : 0x12345600000;
			entry |= P | W | U | A | D;
			if (!random_below(4))
				entry ^= 1ULL << random_below(64);
			if (level && level < 3 && !random_below(4))
				entry = (random_u64() & 0x7fc0000000) | P | W | U | A | D | PS |
					(random_below(4) ? 0 : 1ULL << random_below(64));
			put64(at[level], entry);
		}
		ret = go(GVA + 0x123, access);
		gpa_short = gpa;
		error_short = error;
		put64(at[0], get64(at[0]) & ~A);
		mapped += !ret;
		bad += go(GVA + 0x123, access) != ret || gpa != gpa_short ||
		       (ret == -EPERM && error != error_short);
	}
	tap_ok(!bad && mapped > 10000 && mapped < 190000, "the short way and the long one agree");
}

int main(void)
{
	tap_plan(42);
	test_long();
	test_long_reserved();
	test_32();
	test_pae();
	test_rights();
	test_keys();
	test_races();
	test_marked();
	return tap_end();
}
