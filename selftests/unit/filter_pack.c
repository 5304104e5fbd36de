// SPDX-License-Identifier: GPL-2.0-only
/* The packed filter of system calls decides as libseccomp's does. */
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <container/config.h>
#include <container/filter_pack.h>
#include <container/seccomp.h>
#include "hull_tap.h"

#define NR_MAX	2048

static uint32_t load(const struct seccomp_data *data, uint32_t offset)
{
	uint32_t value;

	memcpy(&value, (const char *)data + offset, sizeof(value));
	return value;
}

/* As the kernel would; UINT32_MAX - 1: no filter. */
static uint32_t run(const struct sock_filter *f, size_t n, const struct seccomp_data *data)
{
	uint32_t a = 0;
	size_t pc;
	bool yes;

	for (pc = 0; pc < n; pc++) {
		switch (f[pc].code) {
		case BPF_LD | BPF_W | BPF_ABS:
			a = load(data, f[pc].k);
			continue;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= f[pc].k;
			continue;
		case BPF_JMP | BPF_JA:
			pc += f[pc].k;
			continue;
		case BPF_RET | BPF_K:
			return f[pc].k;
		case BPF_JMP | BPF_JEQ | BPF_K:
			yes = a == f[pc].k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			yes = a > f[pc].k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			yes = a >= f[pc].k;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			yes = a & f[pc].k;
			break;
		default:
			return UINT32_MAX - 1;
		}
		pc += yes ? f[pc].jt : f[pc].jf;
	}
	return UINT32_MAX - 1;
}

static const uint64_t values[] = {
	0, 1, 2, 8, 40, 0x11, 0x20000, 0x20008, 0x20009, 0xffffffff, 0x10000000, 0x02000000,
	0x7e020000, 0x100000000, 0x100000028, UINT64_MAX,
};

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/* 0, or 1 + the first number that ends otherwise */
static uint64_t differ(const struct sock_filter *a, size_t n_a, const struct sock_filter *b,
		       size_t n_b, uint32_t arch, uint32_t first, uint32_t last)
{
	struct seccomp_data data = { .arch = arch };
	uint64_t nr;
	size_t i;

	for (nr = first; nr <= last; nr++)
		for (i = 0; i < N(values); i++) {
			data.nr = (int)nr;
			data.args[0] = values[i];
			data.args[1] = values[N(values) - 1 - i];
			if (run(a, n_a, &data) != run(b, n_b, &data))
				return nr + 1;
		}
	return 0;
}

static void test(uint64_t caps, const char *name)
{
	struct hull_ct_seccomp rules = { .kind = HULL_CT_SECCOMP_DEFAULT };
	struct sock_filter *filter = NULL, *packed;
	uint64_t other;
	const char *why = "";
	size_t n = 0, n_packed;

	if (hull_ct_seccomp_build(&rules, caps, &filter, &n, &why)) {
		tap_ok(false, "%s: %s", name, why);
		return;
	}
	packed = calloc(n, sizeof(*packed));
	n_packed = hull_filter_pack(filter, n, packed);
	tap_ok(n_packed && n_packed * 2 < n, "%s: %zu instructions instead of %zu", name, n_packed, n);
	other = differ(filter, n, packed, n_packed, AUDIT_ARCH_X86_64, 0, NR_MAX);
	tap_ok(!other, "%s: numbers, %lld", name, (long long)other - 1);
	other = differ(filter, n, packed, n_packed, AUDIT_ARCH_X86_64, 0x3ffffff0, 0x40000000 + NR_MAX);
	tap_ok(!other, "%s: numbers of x32, %lld", name, (long long)other - 1);
	other = differ(filter, n, packed, n_packed, AUDIT_ARCH_X86_64, UINT32_MAX - 16, UINT32_MAX);
	tap_ok(!other, "%s: the last numbers, %lld", name, (long long)other - 1);
	other = differ(filter, n, packed, n_packed, AUDIT_ARCH_I386, 0, NR_MAX);
	tap_ok(!other, "%s: of another architecture, %lld", name, (long long)other - 1);
	free(packed);
	free(filter);
}

int main(void)
{
	struct sock_filter one = { .code = BPF_RET | BPF_K, .k = SECCOMP_RET_ALLOW }, out;
	struct sock_filter and[] = {
		{ .code = BPF_LD | BPF_W | BPF_ABS, .k = 0 },
		{ .code = BPF_ALU | BPF_AND | BPF_K, .k = 1 },
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .k = 1, .jf = 1 },
		{ .code = BPF_RET | BPF_K, .k = SECCOMP_RET_ALLOW },
		{ .code = BPF_RET | BPF_K, .k = SECCOMP_RET_KILL_PROCESS },
	}, room[N(and)];

	tap_plan(12);
	test(HULL_CT_DEFAULT_CAPABILITIES, "default");
	test(~0ull, "all capabilities");
	tap_ok(!hull_filter_pack(&one, 1, &out), "nothing to pack");
	tap_ok(!hull_filter_pack(and, N(and), room), "arithmetic on the number: left alone");
	return tap_end();
}
