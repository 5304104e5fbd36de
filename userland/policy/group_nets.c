// SPDX-License-Identifier: GPL-2.0-only
/* Items of class inet to tables: a network's ports are painted, equal pages are shared. */
#include <string.h>
#include <policy/group_build.h>

#define PORTS	65536u

/* Networks side by side, longest prefix first; then those that say less first. */
static int net_order(const struct group_item *a, const struct group_item *b)
{
	int order;

	if (a->inet.family != b->inet.family)
		return a->inet.family < b->inet.family ? -1 : 1;
	if (a->inet.len != b->inet.len)
		return a->inet.len > b->inet.len ? -1 : 1;
	order = memcmp(a->inet.addr, b->inet.addr, sizeof(a->inet.addr));
	if (order)
		return order;
	if (a->last - a->first != b->last - b->first)
		return a->last - a->first > b->last - b->first ? -1 : 1;
	return 0;
}

static bool net_same(const struct group_item *a, const struct group_item *b)
{
	return a->inet.family == b->inet.family && a->inet.len == b->inet.len &&
	       !memcmp(a->inet.addr, b->inet.addr, sizeof(a->inet.addr));
}

static void ports_paint(struct group_build *build, uint16_t *ports, const struct group_item *item)
{
	uint32_t before = UINT32_MAX, port;
	uint16_t after = 0;

	for (port = (uint32_t)item->first; port <= item->last; port++) {
		if (ports[port] != before) {
			before = ports[port];
			after = group_cell_with(build, before, item->perms, item->rule);
		}
		ports[port] = after;
	}
}

/* 65536 cells to a table of pages, each of them stored once. The table's number + 1 */
static uint32_t ports_add(struct group_build *build, const uint16_t *ports)
{
	struct hull_blob_page table = { 0 }, page;
	uint32_t high, low;

	for (high = 0; high < 256; high++) {
		if (high && !memcmp(ports + 256 * high, ports + 256 * (high - 1), 512)) {
			table.at[high] = table.at[high - 1];
			continue;
		}
		page = (struct hull_blob_page){ 0 };
		memcpy(page.at, ports + 256 * high, sizeof(page.at));
		for (low = 0; low < 256; low++)
			page.speaks |= group_cell_speaks(build, page.at[low]);
		table.speaks |= page.speaks;
		table.at[high] = (uint16_t)group_intern(build, &build->pages, HULL_SECTION_PAGES,
							&page, UINT16_MAX);
	}
	return group_add(build, HULL_SECTION_PORTS, &table, 1) + 1;
}

/* The network of items @from to @to. */
static uint32_t net_add(struct group_build *build, size_t from, size_t to)
{
	const struct group_item *item = build->items[from];
	struct hull_blob_net net = { .family = item->inet.family, .len = item->inet.len };
	bool ported = false;
	uint16_t *ports;
	size_t i;

	memcpy(net.addr, item->inet.addr, sizeof(net.addr));
	for (i = from; i < to; i++)
		ported |= build->items[i]->first || build->items[i]->last != PORTS - 1;
	if (!ported) {
		for (i = from; i < to; i++)
			net.cell = group_cell_with(build, net.cell, build->items[i]->perms,
						   build->items[i]->rule);
	} else {
		ports = build->ports;
		memset(ports, 0, PORTS * sizeof(*ports));
		for (i = from; i < to; i++)
			ports_paint(build, ports, build->items[i]);
		net.ports = ports_add(build, ports);
	}
	return group_add(build, HULL_SECTION_NETS, &net, 1);
}

/* Networks @first and up, @n of them, all of one length. */
static void prefix_add(struct group_build *build, uint32_t first, uint32_t n)
{
	const struct hull_blob_net *net = group_at(build, HULL_SECTION_NETS, first);
	struct hull_blob_prefix prefix = { .family = net->family, .len = net->len, .slots.n = 2 };
	uint16_t *slots;
	uint32_t i, at;

	group_address_mask(prefix.mask, net->len);
	/* Sparse: most look-ups are over with the first slot. */
	while (prefix.slots.n < 4 * n)
		prefix.slots.n *= 2;
	slots = group_alloc(build->arena, prefix.slots.n * sizeof(*slots));
	for (i = first; i < first + n; i++) {
		net = group_at(build, HULL_SECTION_NETS, i);
		at = hull_net_slot(net->addr, prefix.slots.n);
		while (slots[at])
			at = (at + 1) & (prefix.slots.n - 1);
		slots[at] = (uint16_t)(i + 1);
	}
	prefix.slots.at = group_add(build, HULL_SECTION_INDEX, slots, prefix.slots.n);
	group_add(build, HULL_SECTION_PREFIXES, &prefix, 1);
}

void group_inet_table(struct group_build *build, struct hull_blob_class *class)
{
	uint32_t first = build->section[HULL_SECTION_NETS].n, n = 0;
	size_t i, k;

	build->ports = group_alloc(build->arena, PORTS * sizeof(*build->ports));
	group_sort(build, net_order);
	class->table[0].at = build->section[HULL_SECTION_PREFIXES].n;
	for (i = 0; i < build->n_items; i = k) {
		for (k = i; k < build->n_items && net_same(build->items[k], build->items[i]); k++)
			;
		if (build->section[HULL_SECTION_NETS].n == HULL_BLOB_NETS_MAX) {
			group_too_much(build, "too many networks: 8192 is the most");
			return;
		}
		net_add(build, i, k);
		n++;
		if (k < build->n_items &&
		    build->items[k]->inet.family == build->items[i]->inet.family &&
		    build->items[k]->inet.len == build->items[i]->inet.len)
			continue;
		prefix_add(build, first, n);
		first += n;
		n = 0;
	}
	class->table[0].n = build->section[HULL_SECTION_PREFIXES].n - class->table[0].at;
}
