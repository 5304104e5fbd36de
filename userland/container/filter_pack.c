// SPDX-License-Identifier: GPL-2.0-only
/*
 * filter_pack - the same filter of system calls in fewer instructions
 *
 * libseccomp asks for each number it knows. The kernel translates a filter, and runs it once
 * for each number, whenever one is loaded: what costs is its length. Numbers that follow one
 * another mostly end alike, so this makes a tree of ranges. Where they change is exact: a
 * filter without arithmetic can tell numbers apart only at those that it compares with.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <container/filter_pack.h>

#define ARCH		AUDIT_ARCH_X86_64
#define FAR		255		/* the longest conditional jump */
#define MAX		4096

struct range {
	uint32_t first;			/* it goes on to where the next one begins */
	size_t end;			/* old instruction: RET, or a look at arguments */
};

struct pack {
	const struct sock_filter *in;
	size_t n_in;
	struct range *ranges;
	size_t n_ranges;
	bool *kept;			/* by old number: reached from an end */
	struct sock_filter out[MAX];
	size_t to[MAX][2];		/* of the tree's jumps: old instruction, or MAX + new */
	size_t n_out;
};

static bool takes(const struct sock_filter *insn, uint32_t a)
{
	switch (BPF_OP(insn->code)) {
	case BPF_JEQ:
		return a == insn->k;
	case BPF_JGT:
		return a > insn->k;
	default:
		return a >= insn->k;
	}
}

/* Follows @in until it returns or looks at something else than number and architecture. */
static bool follow(const struct pack *p, uint32_t arch, uint32_t nr, size_t *end)
{
	uint32_t a = 0;
	size_t pc;

	for (pc = 0; pc < p->n_in; pc++) {
		const struct sock_filter *insn = &p->in[pc];

		*end = pc;
		switch (insn->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (insn->k >= offsetof(struct seccomp_data, instruction_pointer))
				return true;
			a = insn->k == offsetof(struct seccomp_data, nr) ? nr : arch;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_K:
			pc += takes(insn, a) ? insn->jt : insn->jf;
			break;
		case BPF_JMP | BPF_JA:
			pc += insn->k;
			break;
		case BPF_RET | BPF_K:
			return true;
		default:
			return false;
		}
	}
	return false;
}

/* The last one that returns the same: it is ahead of whoever jumps to it. */
static size_t same_end(const struct pack *p, size_t end)
{
	size_t i;

	if (p->in[end].code != (BPF_RET | BPF_K))
		return end;
	for (i = p->n_in - 1; i > end; i--)
		if (p->in[i].code == p->in[end].code && p->in[i].k == p->in[end].k)
			return i;
	return end;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static bool ranges_find(struct pack *p)
{
	uint32_t *marks = calloc(2 * p->n_in + 1, sizeof(*marks));
	size_t n = 1, i, end;
	bool ok = marks;

	for (i = 0; ok && i < p->n_in; i++)
		if (BPF_CLASS(p->in[i].code) == BPF_JMP && BPF_OP(p->in[i].code) != BPF_JA) {
			marks[n++] = p->in[i].k;
			marks[n++] = p->in[i].k + 1;
		}
	if (ok)
		qsort(marks, n, sizeof(*marks), by_value);
	for (i = 0; ok && i < n; i++) {
		ok = follow(p, ARCH, marks[i], &end);
		end = same_end(p, end);
		if (ok && (!p->n_ranges || p->ranges[p->n_ranges - 1].end != end))
			p->ranges[p->n_ranges++] = (struct range){ marks[i], end };
	}
	free(marks);
	return ok;
}

/* What an end needs from there on. */
static void keep(struct pack *p, size_t pc)
{
	const struct sock_filter *insn = &p->in[pc];

	if (pc >= p->n_in || p->kept[pc])
		return;
	p->kept[pc] = true;
	if (BPF_CLASS(insn->code) == BPF_RET)
		return;
	if (BPF_CLASS(insn->code) != BPF_JMP) {
		keep(p, pc + 1);
	} else if (BPF_OP(insn->code) == BPF_JA) {
		keep(p, pc + 1 + insn->k);
	} else {
		keep(p, pc + 1 + insn->jt);
		keep(p, pc + 1 + insn->jf);
	}
}

static void emit(struct pack *p, uint16_t code, uint32_t k, size_t yes, size_t no)
{
	p->to[p->n_out][0] = yes;
	p->to[p->n_out][1] = no;
	p->out[p->n_out++] = (struct sock_filter){ .code = code, .k = k };
}

/* Returns where it begins: an old end, or MAX and a new number. */
static size_t tree(struct pack *p, size_t first, size_t n)
{
	size_t half = n / 2, at = p->n_out;

	if (n == 1)
		return p->ranges[first].end;
	emit(p, BPF_JMP | BPF_JGE | BPF_K, p->ranges[first + half].first, 0, 0);
	p->to[at][1] = tree(p, first, half);
	p->to[at][0] = tree(p, first + half, n - half);
	return MAX + at;
}

/* Behind the tree: what is kept, in its order; jumps become those of the new places. */
static bool ends_append(struct pack *p)
{
	size_t tree_end = p->n_out, i, *place = calloc(p->n_in, sizeof(*place));
	bool ok = place;

	for (i = 0; ok && i < p->n_in; i++)
		if (p->kept[i]) {
			place[i] = p->n_out;
			p->out[p->n_out++] = p->in[i];
		}
	for (i = 0; ok && i < p->n_in; i++) {
		struct sock_filter *insn = &p->out[place[i]];

		if (!p->kept[i] || BPF_CLASS(insn->code) != BPF_JMP)
			continue;
		if (BPF_OP(insn->code) == BPF_JA) {
			insn->k = (uint32_t)(place[i + 1 + insn->k] - place[i] - 1);
			continue;
		}
		insn->jt = (uint8_t)(place[i + 1 + insn->jt] - place[i] - 1);
		insn->jf = (uint8_t)(place[i + 1 + insn->jf] - place[i] - 1);
	}
	for (i = 0; ok && i < tree_end; i++) {
		size_t yes = p->to[i][0] >= MAX ? p->to[i][0] - MAX : place[p->to[i][0]];
		size_t no = p->to[i][1] >= MAX ? p->to[i][1] - MAX : place[p->to[i][1]];

		if (BPF_CLASS(p->out[i].code) != BPF_JMP)
			continue;
		ok = yes - i - 1 <= FAR && no - i - 1 <= FAR;
		p->out[i].jt = (uint8_t)(yes - i - 1);
		p->out[i].jf = (uint8_t)(no - i - 1);
	}
	free(place);
	return ok;
}

static bool pack(struct pack *p)
{
	size_t other, i;

	if (!ranges_find(p) || !follow(p, ~ARCH, 0, &other))
		return false;
	if (p->n_ranges + p->n_in + 3 > MAX)
		return false;
	other = same_end(p, other);
	keep(p, other);
	for (i = 0; i < p->n_ranges; i++)
		keep(p, p->ranges[i].end);
	emit(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, ARCH, MAX + 2, other);
	emit(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	/* With one range alone there is nothing to ask. */
	return p->n_ranges > 1 && tree(p, 0, p->n_ranges) == MAX + 3 && ends_append(p);
}

size_t hull_filter_pack(const struct sock_filter *in, size_t n, struct sock_filter *out)
{
	struct pack *p = n && n <= MAX / 2 ? calloc(1, sizeof(*p)) : NULL;
	size_t made = 0;

	if (!p)
		return 0;
	p->in = in;
	p->n_in = n;
	p->ranges = calloc(2 * n + 1, sizeof(*p->ranges));
	p->kept = calloc(n, sizeof(*p->kept));
	if (p->ranges && p->kept && pack(p) && p->n_out < n) {
		memcpy(out, p->out, p->n_out * sizeof(*out));
		made = p->n_out;
	}
	free(p->ranges);
	free(p->kept);
	free(p);
	return made;
}
